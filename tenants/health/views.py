"""For those who run the product: is it up, is it ready."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from tenants.shared.database import db

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> ResponseReturnValue:
    """This process answers."""
    return jsonify(status="ok")


@bp.get("/ready")
def ready() -> ResponseReturnValue:
    """This process can reach its database."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.OperationalError:
        return jsonify(status="database unreachable"), 503
    return jsonify(status="ok")
