"""The confirmed relationship."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class MentorshipState(enum.StrEnum):
    running = "running"
    paused = "paused"
    ended = "ended"


class Mentorship(Base):
    """Two people said yes. Belongs to the mentee's firm and carries the mentor's; born of one request."""

    __tablename__ = "mentorship"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "request_id"], ["mentoring_request.org_id", "mentoring_request.id"]),
        sa.UniqueConstraint("org_id", "request_id"),
        sa.Index("ix_mentorship_mentee_person_id", "mentee_person_id"),
        sa.Index("ix_mentorship_mentor_person_id", "mentor_person_id"),
        sa.Index("ix_mentorship_mentor_org_id", "mentor_org_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentor_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    mentor_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    form: Mapped[str] = mapped_column(sa.String(40))
    cadence: Mapped[str | None] = mapped_column(sa.String(40))
    state: Mapped[MentorshipState] = mapped_column(default=MentorshipState.running)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
