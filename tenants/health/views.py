"""For those who run the product: is it up, is it ready."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from tenants.shared.database import db

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> ResponseReturnValue:
    """This process answers."""
    return jsonify(status="ok")


@bp.get("/ready")
def ready() -> ResponseReturnValue:
    """This process can reach its database. What is amiss without keeping the pages from being served is told beside."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.OperationalError:
        return jsonify(status="database unreachable"), 503
    told = {name: found for name, look in current_app.extensions.get("readiness", {}).items() if (found := look())}
    return jsonify(status="ok", **told)
