"""Where an organisation's logo is served to those who work in it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g
from flask.typing import ResponseReturnValue

from tenants.organisations import queries
from tenants.shared.pictures import MEDIA_TYPE

bp = Blueprint("logos", __name__)


@bp.get("/<fingerprint>")
def show(fingerprint: str) -> ResponseReturnValue:
    content = queries.logo_content(g.acting, fingerprint)
    if content is None:
        abort(404)
    response = Response(content, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
