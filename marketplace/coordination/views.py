"""The coordinator's desk: the pairs they look after, without a word of what the pairs say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.coordination import commands, queries
from marketplace.coordination.forms import QuietDaysForm
from marketplace.coordination.policy import may_see_pairs
from marketplace.coordination.queries import CoordinatedPair, Standing
from marketplace.coordination.words import STANDINGS
from tenants.shared import clock
from tenants.shared.database import GREATEST_ID
from tenants.spreadsheets.writing import FORMATS, write_sheet

bp = Blueprint("coordination", __name__)

POSITION = re.compile(r"([0-4])-(\d{1,19})")


@bp.before_request
def only_those_who_look_after_pairs() -> None:
    if g.acting is None or not may_see_pairs(g.acting):
        abort(404)


def _standing() -> Standing | None:
    asked = request.args.get("standing", "")
    return Standing(asked) if asked in set(Standing) else None


def _after() -> tuple[int, int] | None:
    found = POSITION.fullmatch(request.args.get("after", ""))
    return (int(found[1]), int(found[2])) if found and int(found[2]) <= GREATEST_ID else None


def _page(form: QuietDaysForm | None = None) -> str:
    standing = _standing()
    shown, more = queries.pairs(g.acting, standing, _after())
    counts = queries.counts(g.acting)
    last = f"{shown[-1].rank}-{shown[-1].id}" if more else None
    return render_template(
        "coordination/index.html",
        pairs=shown,
        counts=counts,
        total=sum(counts.values()),
        standing=standing,
        standings=STANDINGS,
        more=url_for(".index", standing=standing, after=last) if more else None,
        form=form or QuietDaysForm(formdata=None, data={"quiet_days": queries.quiet_days(g.acting)}),
    )


@bp.get("/")
def index() -> str:
    return _page()


@bp.post("/quiet-days")
def set_quiet_days() -> ResponseReturnValue:
    form = QuietDaysForm()
    if not form.validate_on_submit() or form.quiet_days.data is None:
        return _page(form), 422
    commands.set_quiet_days(acting=g.acting, days=form.quiet_days.data, now=clock.now())
    flash(_("Saved."), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/<int:mentorship_id>/nudge")
def nudge(mentorship_id: int) -> ResponseReturnValue:
    pair = queries.pair_or_404(g.acting, mentorship_id)
    commands.nudge_pair(acting=g.acting, pair=pair, now=clock.now())
    flash(_("A kind letter goes to both of them."), "ok")
    return redirect(url_for(".index", standing=Standing.quiet.value), 303)


def _iso(value: date | datetime | None) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(g.acting.zone).date()
    return value.isoformat() if value else ""


def _rows(found: Iterator[CoordinatedPair]) -> Iterator[list[str]]:
    for pair in found:
        yield [
            pair.mentee_name or "",
            pair.mentee_firm or "",
            pair.mentor_name or "",
            pair.mentor_firm or "",
            str(STANDINGS[Standing(pair.standing)][0]),
            _iso(pair.started_at),
            _iso(pair.ends_on),
            _iso(pair.quiet_since),
            _iso(pair.paused_at),
            _iso(pair.ended_at),
            _iso(pair.signed_at),
        ]


@bp.get("/export.<any(csv, xlsx):kind>")
def export(kind: str) -> ResponseReturnValue:
    """The same pairs as a file, under the same filter."""
    header = [
        *(_("Mentee"), _("Mentee’s firm"), _("Mentor"), _("Mentor’s firm"), _("State"), _("Since")),
        *(_("Planned until"), _("Quiet since"), _("Paused since"), _("Ended on"), _("Agreement signed on")),
    ]
    content = write_sheet(kind, header, _rows(queries.all_pairs(g.acting, _standing())))
    response = Response(content, mimetype=FORMATS[kind])
    name = _("pairs-of-%(org)s", org=g.acting.slug)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
