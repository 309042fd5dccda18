"""TEMPORARY, to be dropped at the merge: the page that another part brings."""

from flask import Blueprint

bp = Blueprint("programme_pages", __name__)


@bp.get("")
def show(programme_id: int) -> str:
    return str(programme_id)
