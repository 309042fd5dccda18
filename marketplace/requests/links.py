"""Pages behind the links of letters: a GET shows, a POST acts."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("links", __name__)
