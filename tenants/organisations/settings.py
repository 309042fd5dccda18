"""Pages of an organisation's settings."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("settings", __name__)
