"""The page of the tenant's activity log, and the same as files."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, render_template, request, stream_with_context, url_for

from tenants.activity import files, queries, words

bp = Blueprint("activity", __name__)


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not g.acting.coordinates:
        abort(404)


def _wanted() -> queries.Filter:
    try:
        return queries.wanted_from(request.args)
    except ValueError:
        abort(400)


@bp.get("/")
def index() -> str:
    wanted, before = _wanted(), request.args.get("before")
    if before is not None and not (before.isdecimal() and len(before) <= 18):
        abort(400)
    found = queries.lines(g.acting, wanted, before=int(before) if before else None)
    shown = found[: queries.PAGE]
    args = wanted.args()
    without_kind = {name: value for name, value in args.items() if name != "kind"}
    return render_template(
        "activity/index.html",
        lines=[
            {"mark": words.ICONS.get(line.subject_kind, "activity"), "text": words.sentence(line), "at": line.at}
            for line in shown
        ],
        kinds=[
            (name, words.KINDS.get(name, name), url_for("activity.index", kind=name, **without_kind))
            for name in queries.kinds(g.acting)
        ],
        everything=url_for("activity.index", **without_kind),
        wanted=wanted,
        args=args,
        more=url_for("activity.index", before=shown[-1].number, **args) if len(found) > len(shown) else None,
    )


@bp.get("/activity.csv")
def sheet() -> Response:
    content = files.as_csv(queries.all_lines(g.acting, _wanted()))
    return _file(Response(stream_with_context(content), mimetype="text/csv"), "csv")


@bp.get("/activity.jsonl")
def chained() -> Response:
    content = files.as_json_lines(queries.all_lines(g.acting, _wanted()))
    return _file(Response(stream_with_context(content), mimetype="application/jsonl"), "jsonl")


@bp.get("/checking")
def checking() -> str:
    return render_template(
        "activity/checking.html", head=queries.head(g.acting), checkpoints=queries.checkpoints(g.acting)
    )


def _file(response: Response, extension: str) -> Response:
    name = f"activity-{g.acting.slug}.{extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
