"""The worker finds what each balance costs in a version, and what the rest of what was asked for costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from marketplace.committee.models import MatchCurve, MatchRun, RunState
from marketplace.committee.questions import unpacked
from marketplace.matching.fairness import balance_curve, price_of
from marketplace.matching.faults import Contradiction
from marketplace.matching.model import Problem
from marketplace.matching.outcome import Result
from marketplace.matching.solver import solve
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job

MOST_FIRMS = 12
"""Quotas that are priced, those that are full first: each is a search of its own."""


@tenant_job("draw_balance_curve")
def draw_curve(*, org_id: int, run_id: int) -> None:
    """Once for a version; how far it is can be read meanwhile. A cohort that has closed has no question any more: nothing."""
    run, curve = db.session.get(MatchRun, (org_id, run_id)), db.session.get(MatchCurve, (org_id, run_id))
    if run is None or curve is None or curve.ready_at is not None or run.state is not RunState.solved:
        return
    if not run.question:
        return
    problem = problem_of(run)

    def told(known: int, of: int) -> None:
        _change(org_id, run_id, done=known, total=of)
        db.session.commit()

    prices = _prices(problem)
    try:
        steps = balance_curve(problem, told)
    except Contradiction:
        steps = ()
    answer = {
        "steps": [
            {"balance": one.balance, "pairs": one.pairs, "points": one.points, "proven": one.proven} for one in steps
        ],
        "prices": prices,
    }
    _change(org_id, run_id, done=len(steps), total=len(steps), answer=answer, ready_at=clock.now())
    db.session.commit()


def problem_of(run: MatchRun) -> Problem:
    """What a solved version's answer is the best answer to: with the least score that lifting its weakest pair came to."""
    problem = unpacked(run.question).problem(run.priorities)
    lifted = run.answer.get("lifted")
    return replace(problem, minimum=lifted["least"]) if lifted else problem


def _prices(problem: Problem) -> list[dict[str, Any]]:
    """What the least score costs, and what one more mentee of each firm whose quota is full would bring; 0 is not told."""
    result = solve(problem)
    asked: list[tuple[dict[str, Any], Problem]] = []
    if problem.minimum:
        asked.append(({"of": "minimum", "least": problem.minimum}, replace(problem, minimum=0)))
    for firm_id in _full(problem, result)[:MOST_FIRMS]:
        firms = tuple(
            replace(one, receives=(one.receives or 0) + 1) if one.id == firm_id else one for one in problem.firms
        )
        # Somebody of the firm stands for its name, which is nobody's to keep here.
        member = next(one.id for one in problem.cohort.mentees if one.firm == firm_id)
        asked.append(({"of": "quota", "member": member}, replace(problem, firms=firms)))
    found = []
    for what, without in asked:
        price = price_of(result, without)
        if price is not None and (price.pairs or price.points):
            found.append(what | {"pairs": price.pairs, "points": price.points})
    return found


def _full(problem: Problem, result: Result) -> list[int]:
    """Firms that receive as many as their quota lets them."""
    taken: dict[int, int] = {}
    for pair in result.pairs:
        firm = problem.cohort.mentee(pair.mentee).firm
        taken[firm] = taken.get(firm, 0) + 1
    return [one.id for one in problem.firms if one.receives is not None and taken.get(one.id, 0) >= one.receives]


def _change(org_id: int, run_id: int, **values: Any) -> None:
    here = sa.and_(MatchCurve.org_id == org_id, MatchCurve.run_id == run_id)
    statement = sa.update(MatchCurve).where(here).values(**values)
    db.session.execute(statement, execution_options={"synchronize_session": False})
