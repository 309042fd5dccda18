"""Everything that changes a goal. The mentee sets and moves them; both comment. Each turn is kept in the goal's history."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.goals.models import MOST_OPEN, MOST_STEPS, Goal, GoalComment, GoalEvent, GoalState, GoalStep, GoalTurn
from marketplace.mentorships.policy import require_mentee, require_writing
from marketplace.mentorships.queries import Pair
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Refused


def _begin(pair: Pair) -> None:
    """Only the mentee, only while it lasts, and one window after the other."""
    require_mentee(pair)
    require_writing(pair)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("goals", pair.mentorship.id))))


def _of_goal(goal: Goal) -> dict[str, int]:
    return {
        "org_id": goal.org_id,
        "goal_id": goal.id,
        "mentorship_id": goal.mentorship_id,
        "mentee_person_id": goal.mentee_person_id,
        "mentor_person_id": goal.mentor_person_id,
    }


def _turn(goal: Goal, turn: GoalTurn, now: datetime, words: str = "") -> None:
    db.session.add(GoalEvent(**_of_goal(goal), turn=turn, percent=goal.percent, words=words, at=now))


def _open_goals(pair: Pair) -> list[Goal]:
    query = sa.select(Goal).where(
        Goal.org_id == pair.mentorship.org_id,
        Goal.mentorship_id == pair.mentorship.id,
        Goal.state == GoalState.open,
    )
    return list(db.session.scalars(query.order_by(Goal.place, Goal.id)))


def _require_room(pair: Pair) -> list[Goal]:
    goals = _open_goals(pair)
    if len(goals) >= MOST_OPEN:
        raise Refused(
            ngettext(
                "There is room for %(num)d open goal. Reach one or let one go first.",
                "There is room for %(num)d open goals. Reach one or let one go first.",
                MOST_OPEN,
            )
        )
    return goals


def _require_open(goal: Goal) -> None:
    db.session.refresh(goal)
    if goal.state is not GoalState.open:
        raise Refused(_("This goal is closed. Take it up again to change it."))


def set_goal(*, pair: Pair, title: str, success: str, due_on: date | None, now: datetime) -> Goal:
    """A new goal, after the others. Raises ``Refused`` when five are open already."""
    _begin(pair)
    goals = _require_room(pair)
    goal = Goal(
        **pair.mentorship.pair_key,
        title=title,
        success=success,
        due_on=due_on,
        place=goals[-1].place + 1 if goals else 0,
        percent=0,
        created_at=now,
    )
    db.session.add(goal)
    db.session.flush()
    _turn(goal, GoalTurn.set, now)
    db.session.commit()
    return goal


def word_goal(*, pair: Pair, goal: Goal, title: str, success: str, due_on: date | None, now: datetime) -> None:
    _begin(pair)
    _require_open(goal)
    before = goal.title
    goal.title, goal.success, goal.due_on = title, success, due_on
    if before != title:
        _turn(goal, GoalTurn.worded, now, before)
    db.session.commit()


def note_progress(*, pair: Pair, goal: Goal, percent: int, now: datetime) -> None:
    """Raises ``Refused`` where the goal has steps: then they say how far it is."""
    _begin(pair)
    _require_open(goal)
    if _steps(goal):
        raise Refused(_("This goal’s progress follows its steps. Tick off a step instead."))
    _progress(goal, percent, now)
    db.session.commit()


def _progress(goal: Goal, percent: int, now: datetime) -> None:
    if goal.percent != percent:
        goal.percent = percent
        _turn(goal, GoalTurn.progress, now)


def move_goal(*, pair: Pair, goal: Goal, up: bool) -> None:
    """One place up or down among the open ones; at the end nothing happens."""
    _begin(pair)
    goals = _open_goals(pair)
    at = next((place for place, one in enumerate(goals) if one.id == goal.id), None)
    to = None if at is None else at + (-1 if up else 1)
    if at is not None and to is not None and 0 <= to < len(goals):
        goals[at], goals[to] = goals[to], goals[at]
        for place, one in enumerate(goals):
            one.place = place
    db.session.commit()


def reach_goal(*, pair: Pair, goal: Goal, now: datetime) -> None:
    _close(pair, goal, GoalState.reached, GoalTurn.reached, now)


def let_go_of_goal(*, pair: Pair, goal: Goal, now: datetime) -> None:
    _close(pair, goal, GoalState.let_go, GoalTurn.let_go, now)


def _close(pair: Pair, goal: Goal, state: GoalState, turn: GoalTurn, now: datetime) -> None:
    _begin(pair)
    _require_open(goal)
    goal.state, goal.closed_at = state, now
    _turn(goal, turn, now)
    db.session.commit()


def take_up_goal(*, pair: Pair, goal: Goal, now: datetime) -> None:
    """Open a closed goal again; asked twice, it is open once. Raises ``Refused`` when five are open meanwhile."""
    _begin(pair)
    db.session.refresh(goal)
    if goal.state is not GoalState.open:
        goals = _require_room(pair)
        goal.state, goal.closed_at, goal.place = GoalState.open, None, goals[-1].place + 1 if goals else 0
        _turn(goal, GoalTurn.taken_up, now)
    db.session.commit()


# --- steps ------------------------------------------------------------------------------------------------------------


def _steps(goal: Goal) -> list[GoalStep]:
    query = sa.select(GoalStep).where(
        GoalStep.org_id == goal.org_id, GoalStep.goal_id == goal.id, GoalStep.removed_at.is_(None)
    )
    return list(db.session.scalars(query))


def _count_steps(goal: Goal, now: datetime) -> None:
    db.session.flush()
    steps = _steps(goal)
    if steps:
        _progress(goal, round(100 * sum(step.done_at is not None for step in steps) / len(steps)), now)


def add_step(*, pair: Pair, goal: Goal, words: str, now: datetime) -> None:
    _begin(pair)
    _require_open(goal)
    if len(_steps(goal)) >= MOST_STEPS:
        raise Refused(_("A goal has room for twenty steps. Make this one part of another."))
    db.session.add(GoalStep(**_of_goal(goal), words=words))
    _count_steps(goal, now)
    db.session.commit()


def tick_step(*, pair: Pair, goal: Goal, step: GoalStep, done: bool, now: datetime) -> None:
    """Asked twice, it is ticked once."""
    _begin(pair)
    _require_open(goal)
    db.session.refresh(step)
    if (step.done_at is not None) != done:
        step.done_at = now if done else None
    _count_steps(goal, now)
    db.session.commit()


def remove_step(*, pair: Pair, goal: Goal, step: GoalStep, removed: bool, now: datetime) -> None:
    """Take a step away, or (``removed`` false) bring it back as it was."""
    _begin(pair)
    _require_open(goal)
    step.removed_at = now if removed else None
    _count_steps(goal, now)
    db.session.commit()


# --- comments ---------------------------------------------------------------------------------------------------------


def comment_on_goal(*, acting: Acting, pair: Pair, goal: Goal, body: str, now: datetime) -> None:
    require_writing(pair)
    db.session.add(GoalComment(**_of_goal(goal), author_person_id=acting.person_id, body=body, created_at=now))
    db.session.commit()
