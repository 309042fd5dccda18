"""The worker asks the engine, has the proof checked by somebody else, and puts down what came back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.committee.explaining import fault_as_json, leftover_as_json, reasons_of
from marketplace.committee.models import MatchLeftover, MatchProposal, MatchRun, RunState
from marketplace.committee.priorities import Priorities
from marketplace.committee.questions import Pairs, Question, unpacked
from marketplace.matching.checker import check
from marketplace.matching.compare import compare
from marketplace.matching.fairness import lift
from marketplace.matching.faults import Contradiction, Fault, faults
from marketplace.matching.leftovers import idle, leftovers
from marketplace.matching.model import Mode, Problem
from marketplace.matching.outcome import Result
from marketplace.matching.peer_changes import changes_of
from marketplace.matching.solver import solve
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import enqueue, tenant_job


@tenant_job("solve_match_run")
def solve_run(*, org_id: int, run_id: int) -> None:
    """Once: a version that is solved, or that cannot be, stays as it is. Raises ``RuntimeError`` if the proof does not hold."""
    run = db.session.get(MatchRun, (org_id, run_id))
    if run is None or run.state is not RunState.waiting:
        return
    question = unpacked(run.question)
    put_down(run, question, answer_to(question, run.priorities), clock.now())
    db.session.commit()


@dataclass(frozen=True, slots=True)
class Solved:
    """``found``: the answer, its proof checked, or what contradicts itself. ``lifted``: what lifting the weakest pair cost."""

    problem: Problem
    found: Result | tuple[Fault, ...]
    lifted: dict[str, Any] = field(default_factory=dict)

    @property
    def pairs(self) -> Pairs:
        found = self.found
        return frozenset((one.mentee, one.mentor) for one in found.pairs) if isinstance(found, Result) else frozenset()

    @property
    def unmatched(self) -> tuple[int, ...]:
        found = self.found
        return found.unmatched if isinstance(found, Result) else tuple(one.id for one in self.problem.cohort.mentees)


def answer_to(question: Question, priorities: Priorities) -> Solved:
    """Raises ``RuntimeError`` if the proof does not hold."""
    problem = question.problem(priorities)
    found = _solved_or_faults(problem)
    if not isinstance(found, Result):
        return Solved(problem, found)
    lifted: dict[str, Any] = {}
    if priorities.weakest_first:
        raised = lift(problem, found)
        problem, found = replace(problem, minimum=raised.least), raised.result
        lifted = {"least": raised.least, "pairs": raised.pairs, "points": raised.points}
    finding = check(problem, found)
    if finding.complaints:
        raise RuntimeError(f"The proof of this match does not hold: {', '.join(finding.complaints)}")
    return Solved(problem, found, lifted)


def put_down(run: MatchRun, question: Question, solved: Solved, now: datetime) -> None:
    """The answer beside its version, with the reasons; the caller commits."""
    told = told_of(question, solved)
    run.state, run.answer, run.solved_at = told.state, told.answer, now
    db.session.flush()
    key = {"org_id": run.org_id, "run_id": run.id}
    for table, rows in ((MatchProposal, told.proposals), (MatchLeftover, told.leftovers)):
        if rows:
            db.session.execute(sa.insert(table), [key | row for row in rows])


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of an answer: figures, and rows of ``MatchProposal`` and ``MatchLeftover`` without their version's key."""

    state: RunState
    answer: dict[str, Any]
    proposals: list[dict[str, Any]] = field(default_factory=list)
    leftovers: list[dict[str, Any]] = field(default_factory=list)


def told_of(question: Question, solved: Solved) -> Told:
    """With the reasons for each pair, and why somebody is left."""
    found, problem = solved.found, solved.problem
    if not isinstance(found, Result):
        return Told(RunState.failed, {"faults": [fault_as_json(one) for one in found]})
    changes = changes_of(problem, found)
    reasons = reasons_of(changes)
    proposals = [
        {
            "mentee_enrolment_id": pair.mentee,
            "mentor_enrolment_id": pair.mentor,
            "points": pair.score,
            "is_pinned": (pair.mentee, pair.mentor) in problem.pins,
            "is_kept": (pair.mentee, pair.mentor) in problem.kept,
            "reasons": reasons[pair.mentee, pair.mentor],
        }
        for pair in found.pairs
    ]
    left, looking = [], "peer" if problem.cohort.peers else "mentee"
    for side, ones in ((looking, leftovers(changes)), ("mentor", idle(changes))):
        for one in ones:
            why, details = leftover_as_json(one)
            left.append({"enrolment_id": one.member, "side": side, "why": why, "details": details})
    further = {"lifted": solved.lifted, "changes": _changes(problem, question.previous, found)}
    return Told(RunState.solved, _figures(problem, found) | further, proposals, left)


@tenant_job("forget_match_questions", on="cohort.closed")
def forget_questions(*, org_id: int, cohort_id: int) -> None:
    """What people had said of themselves is kept beside a version no longer than its cohort runs; its figures stay.

    Where each firm matches its own people, the versions are theirs, so each firm's are emptied in that firm's own job.
    """
    _forget_everywhere(cohort_id)


@tenant_job("forget_match_questions_of_cancelled", on="cohort.cancelled")
def forget_questions_of_cancelled(*, org_id: int, cohort_id: int) -> None:
    _forget_everywhere(cohort_id)


def _forget_everywhere(cohort_id: int) -> None:
    for firm_id in db.session.scalars(sa.select(sa.func.committees_of_cohort(cohort_id))).all():
        enqueue(forget_questions_of_firm, org_id=firm_id, cohort_id=cohort_id)
    db.session.commit()


@tenant_job("forget_match_questions_of_firm")
def forget_questions_of_firm(*, org_id: int, cohort_id: int) -> None:
    db.session.execute(
        sa.update(MatchRun).where(MatchRun.org_id == org_id, MatchRun.cohort_id == cohort_id).values(question=b""),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def _solved_or_faults(problem: Problem) -> Result | tuple[Fault, ...]:
    found = faults(problem)
    if found:
        return found
    try:
        return solve(problem)
    except Contradiction as contradiction:
        return contradiction.faults


def _changes(problem: Problem, previous: Pairs, result: Result) -> list[dict[str, Any]]:
    """Each mentee, or peer, who has somebody else than in the version before, by the points that count now; nobody first."""
    moved = [one for one in compare(problem.cohort, previous, result.pairs).mentees if one.before != one.after]
    moved.sort(key=lambda one: (bool(one.after), one.points, one.member))
    return [
        {
            "mentee": one.member,
            "before": next(iter(one.before), None),
            "mentor": next(iter(one.after), None),
            "points": one.points,
        }
        for one in moved
    ]


def _short(problem: Problem, result: Result) -> dict[str, int]:
    """By how much a better answer could still exceed this one, as a cost: pairs, and points where they are as many."""
    weights = problem.weights
    if problem.mode is Mode.score_first:
        return {"pairs": 0, "points": -(result.gap // weights.score)}
    pairs, rest = divmod(result.gap, weights.head)
    return {"pairs": -pairs, "points": -(rest // weights.score)}


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
        "optimal": result.optimal,
        "gap": str(result.gap),
        "short": _short(problem, result),
        "shortfalls": [{"of": one.of.value, "id": one.id, "missing": one.missing} for one in result.shortfalls],
    }
