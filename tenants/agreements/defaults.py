"""The text that a network may begin from."""

from pathlib import Path


def default_text(locale: str) -> str:
    """Our suggestion in ``locale`` (``en`` or ``fr``), in Markdown."""
    return (Path(__file__).parent / f"default_{locale}.md").read_text(encoding="utf-8")
