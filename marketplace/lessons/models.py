"""What whoever ran a cohort, or sat on its committee, wrote down for the next one."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class LessonKind(enum.StrEnum):
    kept = "kept"
    stopped = "stopped"
    changed = "changed"


class CohortLesson(Base):
    """One lesson, under one theme (see ``themes``).

    ``next_time`` is ``{"value": …}`` where it says what that choice of the programme's sheet should be next time, else empty.
    ``of_committee``: written by somebody who was appointed to the committee, not by those who run the cohort.
    """

    __tablename__ = "cohort_lesson"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
        sa.Index("ix_cohort_lesson_cohort_id", "org_id", "cohort_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[LessonKind]
    theme: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str] = mapped_column(sa.String(1000))
    next_time: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    of_committee: Mapped[bool]
    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    written_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def proposes(self) -> bool:
        return "value" in self.next_time

    @property
    def value(self) -> Any:
        """What it proposes; None is a value too (no limit)."""
        return self.next_time.get("value")
