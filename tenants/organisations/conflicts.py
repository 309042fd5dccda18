"""Pages to declare and end conflicts of interest."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("conflicts", __name__)
