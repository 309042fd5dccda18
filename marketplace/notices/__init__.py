"""Notices in the app, and what became of the letters that bear the same news."""

from marketplace.notices import kinds

__all__ = ["kinds"]
