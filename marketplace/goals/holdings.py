"""What is held about a pair's people in goals: the mentee's own words go with them, comments on others' goals stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.goals.models import Goal, GoalComment, GoalEvent, GoalStep
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register


def export_goals(subject: Subject) -> list[dict[str, Any]]:
    """The goals of each mentorship, the person's own and those they accompany, with every comment."""
    goals = db.session.scalars(sa.select(Goal).order_by(Goal.mentorship_id, Goal.place, Goal.id)).all()
    steps, events, comments = (_by_goal(model) for model in (GoalStep, GoalEvent, GoalComment))
    return [
        {
            "as": "mentee" if goal.mentee_person_id == subject.person_id else "mentor",
            "mentorship": goal.mentorship_id,
            "goal": goal.title,
            "seen_by": goal.success,
            "due_on": goal.due_on.isoformat() if goal.due_on else None,
            "state": goal.state.value,
            "percent": goal.percent,
            "steps": [{"step": one.words, "done": one.done_at is not None} for one in steps.get(goal.id, [])],
            "history": [
                {"turn": one.turn.value, "percent": one.percent, "before": one.words, "at": one.at.isoformat()}
                for one in events.get(goal.id, [])
            ],
            "comments": [
                {
                    "by": "me" if one.author_person_id == subject.person_id else "the other",
                    "text": one.body,
                    "at": one.created_at.isoformat(),
                }
                for one in comments.get(goal.id, [])
            ],
        }
        for goal in goals
    ]


def _by_goal(model: Any) -> dict[int, list[Any]]:
    told: dict[int, list[Any]] = {}
    for one in db.session.scalars(sa.select(model).order_by(model.id)):
        told.setdefault(one.goal_id, []).append(one)
    return told


def erase_goals(subject: Subject, _now: datetime) -> None:
    """Steps, history and comments go with the goal they belong to."""
    for model in (GoalComment, GoalEvent, GoalStep, Goal):
        db.session.execute(
            sa.delete(model).where(model.mentee_person_id == subject.person_id),
            execution_options={"synchronize_session": False},
        )


register(
    Holding(
        "goals",
        _l("Goals of mentorships"),
        frozenset({"goal_comment.author_person_id"}),
        export_goals,
        erase_goals,
        goes=_l("The goals you set as a mentee, with their steps and the comments on them."),
        stays=_l("Comments you wrote on another person’s goals: they were written to them."),
    )
)

fade(
    Fading("goal_comment"), Fading("goal_step"), Fading("goal_event", ("words",)), Fading("goal", ("title", "success"))
)
