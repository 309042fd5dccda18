"""Two at the bench change places: what it costs is said before it is done, and it is done for the next version."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.committee import commands, lists, queries
from marketplace.committee.benches import Bench, Named, led_bench_or_404, names_of
from marketplace.committee.curves import problem_of
from marketplace.committee.models import MatchRun, RunState
from marketplace.committee.words import ALONE
from marketplace.matching.swaps import Place, Swap, around, swap
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("match_swaps", __name__)

AT_ONCE, AT_ONCE_OF_POOL = 40_000, 10_000
"""Pairs that could be, up to which the best match around a swap is sought while the page waits (some ten milliseconds)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``value``: the two enrolments, 0 for nobody."""

    value: str
    label: str


@bp.get("")
def show(cohort_id: int, number: int) -> ResponseReturnValue:
    """Whom to swap with whom; once both are chosen, what it costs."""
    bench, run = _open_run(cohort_id, number)
    asked = (request.args.get("first", ""), request.args.get("second", ""))
    first, second = (_place(one) for one in asked)
    choices = _choices(bench, run, [one for one in (first, second) if one])
    named = {one for one in (*(first or ()), *(second or ())) if one}
    change = _swap(bench, run, first, second) if first and second else None
    return render_template(
        "committee/swap.html",
        bench=bench,
        seen=bench.seen,
        run=run,
        first=asked[0],
        second=asked[1],
        choices=choices,
        change=change,
        crossed=_crossed(bench, first, second),
        whole=_whole(bench, run, change) if change and change.is_allowed else None,
        chosen=bool(first and second),
        words=request.args.get("q", "")[:80],
        names=names_of(bench, named),
    )


@bp.post("")
def ask(cohort_id: int, number: int) -> ResponseReturnValue:
    bench, run = _open_run(cohort_id, number)
    first, second = (_place(request.form.get(one, "")) for one in ("first", "second"))
    back = url_for(".show", cohort_id=cohort_id, number=number)
    change = _swap(bench, run, first, second) if first and second else None
    if change is None:
        raise Refused(
            _("These two have nothing to swap. Choose two pairs, or a pair and somebody left over."), way_back=back
        )
    if not change.is_allowed:
        raise Refused(_("A rule stands in the way of this swap."), way_back=back)
    commands.swap_pairs(
        acting=g.acting,
        seen=bench.seen,
        made=[(one.mentee, one.mentor) for one in change.made],
        parted=[(one.mentee, one.mentor) for one in change.parted],
        now=clock.now(),
    )
    flash(_("Swapped, from the next version on. Match again to see it."), "ok")
    return redirect(url_for("committee.show", cohort_id=cohort_id, number=number), 303)


def _open_run(cohort_id: int, number: int) -> tuple[Bench, MatchRun]:
    """The latest version, as long as it is not published; of an older one nothing can be swapped."""
    bench = led_bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    is_latest, _before = lists.latest_and_before(bench, run)
    if run.state is not RunState.solved or not is_latest or run.published_at is not None or not run.question:
        back = url_for("committee.index", cohort_id=cohort_id)
        raise Refused(_("Only the latest version can be changed, as long as it is not published."), way_back=back)
    return bench, run


def _place(value: str) -> Place | None:
    found = re.fullmatch(r"([0-9]{1,19})-([0-9]{1,19})", value)
    if not found or not (int(found[1]) or int(found[2])):
        return None
    return (int(found[1]) or None, int(found[2]) or None)


def _swap(bench: Bench, run: MatchRun, first: Place, second: Place) -> Swap | None:
    """None where they have nothing to swap, or are not who the version has them as."""
    pairs = queries.pairs_of(run)
    if bench.sides.pool:
        pairs |= {pair[::-1] for pair in pairs}
    mentees, mentors = {a for a, _b in pairs}, {b for _a, b in pairs}
    for mentee, mentor in (first, second):
        paired = (mentee, mentor) in pairs
        alone = (mentor is None and mentee not in mentees) or (mentee is None and mentor not in mentors)
        if not (paired or alone):
            return None
    try:
        return swap(problem_of(run), first, second)
    except ValueError:
        return None


def _whole(bench: Bench, run: MatchRun, change: Swap) -> tuple[int, int] | None:
    """By how many pairs and points the best match with the swap differs from the version; None where that is not sought."""
    problem = problem_of(run)
    most = AT_ONCE_OF_POOL if bench.sides.pool else AT_ONCE
    if len(problem.cohort.mentees) * len(problem.cohort.mentors) > most:
        return None
    found = around(problem, change)
    return (found[0] - run.answer["heads"], found[1] - run.answer["score"]) if found else None


def _choices(bench: Bench, run: MatchRun, chosen: list[Place]) -> list[Choice]:
    """Pairs by the words that are asked for, then who is left over; those chosen already are always among them."""
    rows, _more = lists.pair_rows(bench, run, lists.Wanted(words=request.args.get("q", "")[:80].strip()))
    places: list[Place] = [one.key for one in rows]
    if bench.sides.pool:
        places = [way for one in rows for way in (one.key, one.key[::-1])]
    for side, ones in lists.left_of(run).items():
        places += [(None, one.enrolment_id) if side == "mentor" else (one.enrolment_id, None) for one in ones]
    places += [one for one in chosen if one not in places]
    named = names_of(bench, [who for place in places for who in place if who])
    return [Choice(value_of(one), _label(bench, one, named)) for one in places]


def _crossed(bench: Bench, first: Place | None, second: Place | None) -> str | None:
    """Two pairs of a pool can be crossed in two ways: the other one."""
    if not bench.sides.pool or not first or not second or None in (*first, *second):
        return None
    return value_of(second[::-1])


def value_of(place: Place) -> str:
    return f"{place[0] or 0}-{place[1] or 0}"


def _label(bench: Bench, place: Place, names: dict[int, Named]) -> str:
    """Of a pool, whoever is named first is the one who moves."""
    somebody = _("Somebody who has left")
    called = [names[one].name if one in names else somebody for one in place if one]
    if len(called) > 1:
        return (
            _("%(name)s, with %(other)s", name=called[0], other=called[1]) if bench.sides.pool else " – ".join(called)
        )
    side = "peer" if bench.sides.pool else "mentee" if place[0] else "mentor"
    return str(ALONE[side]) % {"name": called[0]}
