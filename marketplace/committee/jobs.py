"""The worker asks the engine, has the proof checked by somebody else, and puts down what came back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.committee.models import MatchLeftover, MatchProposal, MatchRun, RunState
from marketplace.committee.questions import unpacked
from marketplace.matching.checker import check
from marketplace.matching.faults import faults
from marketplace.matching.model import Problem
from marketplace.matching.outcome import Result
from marketplace.matching.solver import solve
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job


@tenant_job("solve_match_run")
def solve_run(*, org_id: int, run_id: int) -> None:
    """Once: a version that is solved, or that failed, stays as it is."""
    run = db.session.get(MatchRun, (org_id, run_id))
    if run is None or run.state is not RunState.waiting:
        return
    problem = unpacked(run.question).problem(run.priorities)
    found = faults(problem)
    if found:
        run.state, run.answer = RunState.failed, {"faults": [one.as_json() for one in found]}
    else:
        result = solve(problem)
        wrong = check(problem, result)
        if wrong:
            raise RuntimeError(f"The proof of version {run.number} does not hold: {wrong[0]}")
        run.state, run.answer = RunState.solved, _figures(problem, result)
        db.session.execute(sa.insert(MatchProposal), _proposals(run, problem, result))
        left = _leftovers(run, problem, result)
        if left:
            db.session.execute(sa.insert(MatchLeftover), left)
    run.solved_at = clock.now()
    db.session.commit()


def _figures(problem: Problem, result: Result) -> dict[str, Any]:
    return {
        "mentees": len(problem.cohort.mentees),
        "mentors": len(problem.cohort.mentors),
        "places": int(problem.cohort.capacities.sum()),
        "heads": result.heads,
        "score": result.score,
        "weakest": min((pair.score for pair in result.pairs), default=0),
        "churn": result.churn,
        # As text: these numbers are longer than what JSON readers keep whole.
        "primal": str(result.primal),
        "dual": str(result.dual),
        "equal": result.equal,
        "gap": str(result.gap),
        "shortfalls": [{"of": one.of.value, "id": one.id, "missing": one.missing} for one in result.shortfalls],
    }


def _proposals(run: MatchRun, problem: Problem, result: Result) -> list[dict[str, Any]]:
    return [
        {
            "org_id": run.org_id,
            "run_id": run.id,
            "mentee_enrolment_id": pair.mentee,
            "mentor_enrolment_id": pair.mentor,
            "points": pair.score,
            "is_pinned": (pair.mentee, pair.mentor) in problem.pins,
            "is_kept": (pair.mentee, pair.mentor) in problem.previous,
            "reasons": {
                "shares": [
                    {
                        "criterion": share.criterion,
                        "view": share.view.value,
                        "points": share.points,
                        "most": share.most,
                        "because": list(share.because),
                    }
                    for share in problem.cohort.shares(pair.mentee, pair.mentor)
                ]
            },
        }
        for pair in result.pairs
    ]


def _leftovers(run: MatchRun, problem: Problem, result: Result) -> list[dict[str, Any]]:
    del problem
    return [
        {"org_id": run.org_id, "run_id": run.id, "enrolment_id": one, "why": "", "details": {}}
        for one in result.unmatched
    ]
