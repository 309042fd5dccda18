"""Who sits on a company's nomination committee: named and taken off by those who look after its people."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.visibility import commands, queries
from marketplace.visibility.policy import may_name_committee
from tenants.affiliations.queries import affiliation_or_404, people
from tenants.shared import clock

bp = Blueprint("nomination", __name__)


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not may_name_committee(g.acting):
        abort(404)


@bp.get("/")
def index() -> ResponseReturnValue:
    words = request.args.get("q", "")[:80].replace("\0", "").strip()
    members = queries.committee(g.acting)
    sitting = {one.person_id for one in members}
    return render_template(
        "visibility/committee.html",
        members=members,
        colleagues=[one for one in people(g.acting, text=words) if one.person_id not in sitting][:20],
        words=words,
    )


@bp.post("/members")
def add() -> ResponseReturnValue:
    tie = affiliation_or_404(g.acting, request.form.get("affiliation", 0, type=int))
    if tie.ended_on is not None and tie.ended_on <= clock.today():
        abort(404)
    commands.name_member(acting=g.acting, tie=tie, now=clock.now())
    flash(_("%(name)s sits on the nomination committee now, and was written to.", name=tie.person.name), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/members/<int:member_id>/removal")
def remove(member_id: int) -> ResponseReturnValue:
    member = next((one for one in queries.committee(g.acting) if one.id == member_id), None) or abort(404)
    commands.take_off(acting=g.acting, member=member, now=clock.now())
    flash(_("%(name)s no longer sees candidates’ cards.", name=member.name), "ok")
    return redirect(url_for(".index"), 303)
