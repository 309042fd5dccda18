"""The blueprint that all rooms of these pages share, and what they have in common."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.requests.queries import Seen

bp = Blueprint("requests", __name__)


def allow_or_404(allowed: bool) -> None:
    if not allowed:
        abort(404)


def back_to(seen: Seen) -> ResponseReturnValue:
    return redirect(url_for("requests.show", request_id=seen.asked.id), 303)
