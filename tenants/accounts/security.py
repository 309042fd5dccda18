"""Sign-in: Flask-Security on Flask-Login, reading accounts through the door."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Bind Flask-Security to the app."""
