"""The page of the tenant's activity log."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request, url_for

from tenants.activity import queries, words

bp = Blueprint("activity", __name__)


@bp.get("/")
def index() -> str:
    if not g.acting.coordinates:
        abort(404)
    kind, before = request.args.get("kind"), request.args.get("before")
    if before is not None and not (before.isdecimal() and len(before) <= 19):
        abort(400)
    found = queries.lines(g.acting, kind=kind, before=int(before) if before else None)
    shown = found[: queries.PAGE]
    return render_template(
        "activity/index.html",
        lines=[
            {
                "mark": words.ICONS.get(line.subject_kind, "activity"),
                "text": words.sentence(line),
                "at": line.at,
            }
            for line in shown
        ],
        kinds=[(name, words.KINDS.get(name, name)) for name in queries.kinds(g.acting)],
        kind=kind,
        more=url_for("activity.index", kind=kind, before=shown[-1].id) if len(found) > len(shown) else None,
    )
