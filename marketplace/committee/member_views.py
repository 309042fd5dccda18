"""Who sits on the committee: appointed and taken off by those who run it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.committee import benches, member_commands
from marketplace.committee.benches import led_bench_or_404
from tenants.shared import clock

bp = Blueprint("committee_members", __name__)


@bp.get("/")
def index(cohort_id: int) -> ResponseReturnValue:
    bench = led_bench_or_404(g.acting, cohort_id)
    words = request.args.get("q", "")[:80].replace("\0", "").strip()
    candidates, more = benches.who_may_be_appointed(bench, words)
    return render_template(
        "committee/members.html",
        bench=bench,
        seen=bench.seen,
        members=benches.committee(bench),
        candidates=candidates,
        more=more,
        words=words,
    )


@bp.post("/members")
def appoint(cohort_id: int) -> ResponseReturnValue:
    """One of those who may be; whoever may not is nobody here."""
    bench = led_bench_or_404(g.acting, cohort_id)
    tie = request.form.get("affiliation", 0, type=int)
    who = benches.candidate(bench, tie) or abort(404)
    member_commands.appoint(acting=g.acting, bench=bench, who=who, now=clock.now())
    flash(_("%(name)s is on the committee now, and was written to.", name=who.name), "ok")
    return redirect(url_for(".index", cohort_id=cohort_id), 303)


@bp.post("/members/<int:person_id>/removal")
def take_off(cohort_id: int, person_id: int) -> ResponseReturnValue:
    bench = led_bench_or_404(g.acting, cohort_id)
    who = next((one for one in benches.committee(bench) if one.person_id == person_id), None) or abort(404)
    member_commands.take_off(acting=g.acting, bench=bench, person_id=person_id, name=who.name, now=clock.now())
    flash(_("%(name)s no longer sees this bench.", name=who.name), "ok")
    return redirect(url_for(".index", cohort_id=cohort_id), 303)
