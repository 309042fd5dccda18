"""Pages where a mentee says what they look for."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mentees", __name__)
