"""The rules that a pair stands under when no organisation of theirs wrote its own."""

from __future__ import annotations

from pathlib import Path


def default_rules(locale: str) -> str:
    """Ours, in ``locale`` (``en`` or ``fr``), in Markdown."""
    return (Path(__file__).parent / f"rules_{locale}.md").read_text(encoding="utf-8")
