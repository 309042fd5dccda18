"""What somebody else saved while a form was open, beside what was typed in it."""

from __future__ import annotations

from typing import Any


def differences(typed: Any, kept: Any) -> tuple[tuple[str, str], ...]:
    """(label, what is kept now) of each field of a form where somebody else's save differs from what was typed."""
    return tuple(
        (str(field.label.text), _words(field))
        for field in kept
        if field.name not in ("version", "csrf_token", "file") and field.data != typed[field.name].data
    )


def _words(field: Any) -> str:
    if hasattr(field, "iter_choices"):
        return ", ".join(str(choice.label) for choice in field.iter_choices() if choice.selected) or "–"
    return str(field._value() or "–")
