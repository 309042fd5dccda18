"""What the mentee of a pair works towards."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import OfPair, to_pair
from tenants.shared.database import Base

TITLE_MOST, SUCCESS_MOST, STEP_MOST, COMMENT_MOST = 200, 1000, 200, 2000
MOST_OPEN = 5
"""More than a few goals are a list of wishes; two or three are what a year has room for."""
MOST_STEPS = 20


class GoalState(enum.StrEnum):
    open = "open"
    reached = "reached"
    let_go = "let_go"


class Goal(OfPair, Base):
    """``percent`` is the mentee's own figure, or the share of steps that are done where there are steps."""

    __tablename__ = "goal"
    __table_args__ = (
        to_pair(),
        # What belongs to a goal belongs to its pair.
        sa.UniqueConstraint("org_id", "mentorship_id", "id", name="uq_goal_of_pair"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )

    title: Mapped[str] = mapped_column(sa.String(TITLE_MOST))
    success: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    place: Mapped[int] = mapped_column(sa.SmallInteger)
    percent: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    state: Mapped[GoalState] = mapped_column(default=GoalState.open)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class OfGoal(OfPair):
    goal_id: Mapped[int] = mapped_column(sa.BigInteger)


def to_goal() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "mentorship_id", "goal_id"],
        ["goal.org_id", "goal.mentorship_id", "goal.id"],
        ondelete="CASCADE",
    )


class GoalStep(OfGoal, Base):
    __tablename__ = "goal_step"
    __table_args__ = (to_pair(), to_goal(), sa.Index("ix_goal_step_goal", "org_id", "goal_id", "id"))

    words: Mapped[str] = mapped_column(sa.String(STEP_MOST))
    done_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class GoalTurn(enum.StrEnum):
    set = "set"
    worded = "worded"
    progress = "progress"
    reached = "reached"
    let_go = "let_go"
    taken_up = "taken_up"


class GoalEvent(OfGoal, Base):
    """One turn of a goal's history: ``percent`` after it; ``words``: the title before it was worded anew."""

    __tablename__ = "goal_event"
    __table_args__ = (to_pair(), to_goal(), sa.Index("ix_goal_event_goal", "org_id", "goal_id", "id"))

    turn: Mapped[GoalTurn]
    percent: Mapped[int] = mapped_column(sa.SmallInteger)
    words: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class GoalComment(OfGoal, Base):
    __tablename__ = "goal_comment"
    __table_args__ = (to_pair(), to_goal(), sa.Index("ix_goal_comment_goal", "org_id", "goal_id", "id"))

    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    body: Mapped[str]
    created_at: Mapped[datetime]
