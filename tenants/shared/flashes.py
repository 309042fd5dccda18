"""What was just done, with a button that takes it back."""

from __future__ import annotations

from flask import flash


def flash_undo(text: str, undo: str) -> None:
    """Say ``text`` on the next page, beside a button that posts to the path ``undo``."""
    flash({"text": text, "undo": undo}, "ok")  # type: ignore[arg-type]  # the flashes macro draws the button
