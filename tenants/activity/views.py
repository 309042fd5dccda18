"""The page of the tenant's activity log."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("activity", __name__)
