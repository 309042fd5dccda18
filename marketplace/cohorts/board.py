"""The board: who is where, what is stuck, whose turn it is. Filters stand in the address bar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.enrolments import queries
from marketplace.enrolments.policy import may_nominate
from marketplace.enrolments.queries import BoardRow, Filters
from marketplace.enrolments.words import KINDS, TURNS
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import EnrolmentState
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from marketplace.programmes.words import ENROLMENT_STATES, side_word
from tenants.shared import clock
from tenants.spreadsheets.writing import FORMATS, write_sheet

MOST = 2**63 - 1


def _seen(cohort_id: int) -> CohortSeen:
    seen = cohort_or_404(g.acting, cohort_id)
    return seen if seen.runs or seen.coordinates else abort(404)


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    number = int(value) if re.fullmatch(r"[0-9]{1,19}", value) else None
    return number if number is None or number <= MOST else None


def filters_asked(seen: CohortSeen) -> Filters:
    state, side, firm = request.args.get("state", ""), request.args.get("side", ""), _number("firm")
    return Filters(
        state=EnrolmentState(state) if state in set(EnrolmentState) else None,
        side=Side(side) if side in set(Side) else None,
        firm_id=firm if seen.runs and firm is not None and firm < 2**31 else None,
        stuck=request.args.get("stuck") == "1",
        untrained=request.args.get("untrained") == "1",
        words=request.args.get("q", "")[:80],
    )


def board(cohort_id: int) -> str:
    seen, now = _seen(cohort_id), clock.now()
    filters = filters_asked(seen)
    counts = queries.counts(seen)
    shown, more = queries.board(g.acting, seen, filters, _number("before"), now)
    by_state = {
        state: sum(number for (_side, one), number in counts.items() if one is state)
        for state in EnrolmentState
        if any(one is state for _side, one in counts)
    }
    return render_template(
        "cohorts/board.html",
        seen=seen,
        rows=shown,
        counts=counts,
        by_state=by_state,
        by_side={side: sum(number for (one, _state), number in counts.items() if one is side) for side in Side},
        total=sum(counts.values()),
        filters=filters,
        firms=queries.firms_of(seen),
        balances=queries.balances(seen),
        balance=seen.cohort.modalities.quota.balance if seen.cohort.form is not Form.peer else None,
        more=url_for(".board", cohort_id=cohort_id, before=shown[-1].id, **filters.query()) if more else None,
        may_nominate=may_nominate(g.acting, seen),
        now=now,
        turns=TURNS,
        kinds=KINDS,
    )


def _day(moment: datetime | None) -> str:
    return moment.astimezone(g.acting.zone).date().isoformat() if moment else ""


def _cells(seen: CohortSeen, found: Iterable[BoardRow]) -> Iterator[list[str]]:
    for one in found:
        yield [
            one.name,
            one.firm or "",
            side_word(one.side, seen.cohort.form),
            str(ENROLMENT_STATES[one.state]),
            _day(one.since),
            str(TURNS.get(one.state, "")),
            _day(one.due_at),
            _day(one.enrolled_at),
            _day(one.trained_at),
        ]


def export(cohort_id: int, kind: str) -> ResponseReturnValue:
    """The same people as a file, under the same filters."""
    seen = _seen(cohort_id)
    header = [
        *(_("Name"), _("Organisation"), _("Side"), _("State"), _("Since")),
        *(_("Whose turn"), _("Answer by"), _("Takes part since"), _("Trained on")),
    ]
    found = queries.whole_board(seen, filters_asked(seen), clock.now())
    response = Response(write_sheet(kind, header, _cells(seen, found)), mimetype=FORMATS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{_("people-of-the-cohort")}.{kind}"'
    return response


def install(bp: Blueprint) -> None:
    """Hang the board's pages into the cohorts' blueprint."""
    bp.add_url_rule("/<int:cohort_id>/board", "board", board)
    bp.add_url_rule("/<int:cohort_id>/board/export.<any(csv, xlsx):kind>", "export", export)
