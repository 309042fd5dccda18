"""What the two of a pair read of their goals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import abort

from marketplace.goals.models import Goal, GoalComment, GoalEvent, GoalState, GoalStep
from marketplace.mentorships.queries import Pair, Party, words
from marketplace.requests.models import MessageKind
from tenants.shared.database import db

ON_HOME = 5
EVENTS_SHOWN = 200
Row = TypeVar("Row", GoalStep, GoalComment)


def _of_pair(viewer: Party, pair: Pair) -> sa.ColumnElement[bool]:
    """Without those whose words were kept no longer."""
    one = pair.mentorship
    return sa.and_(
        Goal.org_id == one.org_id,
        Goal.mentorship_id == one.id,
        Goal.title != "",
        sa.or_(Goal.mentee_person_id == viewer.person_id, Goal.mentor_person_id == viewer.person_id),
    )


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal in a list: how many of its steps are done, and the next one."""

    goal: Goal
    steps: int
    done: int
    next_step: str | None
    comments: int

    @property
    def open(self) -> bool:
        return self.goal.state is GoalState.open


def _lines(viewer: Party, pair: Pair) -> sa.Select[Any]:
    of_goal = sa.and_(GoalStep.org_id == Goal.org_id, GoalStep.goal_id == Goal.id, GoalStep.removed_at.is_(None))
    steps = sa.select(sa.func.count()).where(of_goal).correlate(Goal).scalar_subquery()
    done = sa.select(sa.func.count(GoalStep.done_at)).where(of_goal).correlate(Goal).scalar_subquery()
    following = (
        sa.select(GoalStep.words)
        .where(of_goal, GoalStep.done_at.is_(None))
        .order_by(GoalStep.id)
        .limit(1)
        .correlate(Goal)
        .scalar_subquery()
    )
    comments = (
        sa.select(sa.func.count())
        .where(GoalComment.org_id == Goal.org_id, GoalComment.goal_id == Goal.id)
        .correlate(Goal)
        .scalar_subquery()
    )
    return (
        sa.select(Goal, steps, done, following, comments)
        .where(_of_pair(viewer, pair))
        .order_by(Goal.state != GoalState.open, Goal.place, Goal.closed_at.desc(), Goal.id)
    )


def goals_of_pair(viewer: Party, pair: Pair) -> list[GoalLine]:
    """The open ones in the mentee's order, then the closed ones, the last one first."""
    return [GoalLine(*row) for row in db.session.execute(_lines(viewer, pair))]


def goals_on_home(viewer: Party, pair: Pair) -> list[GoalLine]:
    """The open ones; one statement."""
    query = _lines(viewer, pair).where(Goal.state == GoalState.open).limit(ON_HOME)
    return [GoalLine(*row) for row in db.session.execute(query)]


def goal_or_404(viewer: Party, pair: Pair, goal_id: int) -> Goal:
    goal = db.session.scalar(sa.select(Goal).where(_of_pair(viewer, pair), Goal.id == goal_id))
    return goal if goal else abort(404)


def step_or_404(goal: Goal, step_id: int) -> GoalStep:
    step = db.session.scalar(
        sa.select(GoalStep).where(GoalStep.org_id == goal.org_id, GoalStep.goal_id == goal.id, GoalStep.id == step_id)
    )
    return step if step else abort(404)


def steps(goal: Goal) -> Sequence[GoalStep]:
    query = sa.select(GoalStep).where(
        GoalStep.org_id == goal.org_id, GoalStep.goal_id == goal.id, GoalStep.removed_at.is_(None)
    )
    return db.session.scalars(query.order_by(GoalStep.id)).all()


def events(goal: Goal) -> Sequence[GoalEvent]:
    """The goal's history, oldest first; of a long one the newest 200 turns."""
    query = sa.select(GoalEvent).where(GoalEvent.org_id == goal.org_id, GoalEvent.goal_id == goal.id)
    return db.session.scalars(query.order_by(GoalEvent.id.desc()).limit(EVENTS_SHOWN)).all()[::-1]


def comments(goal: Goal) -> Sequence[GoalComment]:
    query = sa.select(GoalComment).where(GoalComment.org_id == goal.org_id, GoalComment.goal_id == goal.id)
    return db.session.scalars(query.order_by(GoalComment.id)).all()


def steps_of_pair(viewer: Party, pair: Pair) -> dict[int, list[GoalStep]]:
    """The steps of all their goals, by goal, in their order."""
    query = (
        sa.select(GoalStep)
        .join(Goal, sa.and_(Goal.org_id == GoalStep.org_id, Goal.id == GoalStep.goal_id))
        .where(_of_pair(viewer, pair), GoalStep.removed_at.is_(None))
        .order_by(GoalStep.id)
    )
    return _by_goal(db.session.scalars(query))


def comments_of_pair(viewer: Party, pair: Pair) -> dict[int, list[GoalComment]]:
    query = (
        sa.select(GoalComment)
        .join(Goal, sa.and_(Goal.org_id == GoalComment.org_id, Goal.id == GoalComment.goal_id))
        .where(_of_pair(viewer, pair))
        .order_by(GoalComment.id)
    )
    return _by_goal(db.session.scalars(query))


def _by_goal(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for one in rows:
        found.setdefault(one.goal_id, []).append(one)
    return found


def asked_goal(viewer: Party, pair: Pair) -> str:
    """What the mentee wrote when they asked: where the first goal begins."""
    written = [message.body for message in words(viewer, pair) if message.kind is MessageKind.goal]
    return written[-1] if written else ""
