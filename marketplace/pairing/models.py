"""What the committee proposes, what people wish, and circles of peers: rows of the organisation that runs the cohort."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class CohortProposal(Base):
    """The committee asks on a mentee's behalf. The request is one like any other; ``reason`` is read by the two, and so is
    ``because``: what the engine says for them, by criterion (``{"criterion", "words"}``).

    ``undone_at``: taken back before anybody had answered. ``run_org_id`` and ``run_id``: the version of a committee's bench
    that it came from; ``followed_at``: when the next best was looked for after it had come to nothing.
    """

    __tablename__ = "cohort_proposal"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.ForeignKeyConstraint(
            ["request_org_id", "request_id"], ["mentoring_request.org_id", "mentoring_request.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("request_org_id", "request_id", name="uq_cohort_proposal_request"),
        sa.ForeignKeyConstraint(["run_org_id", "run_id"], ["match_run.org_id", "match_run.id"], ondelete="SET NULL"),
        sa.Index("ix_cohort_proposal_cohort_id", "cohort_id"),
        sa.Index("ix_cohort_proposal_run_id", "run_id", postgresql_where=sa.text("run_id IS NOT NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    request_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    reason: Mapped[str]
    because: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    proposed_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    run_org_id: Mapped[int | None]
    run_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    followed_at: Mapped[datetime | None]


class ProposalStatement(Base):
    """Who proposed, and who of those that are asked said yes or no, and when. Written by the database with what they did."""

    __tablename__ = "proposal_statement"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "proposal_id"], ["cohort_proposal.org_id", "cohort_proposal.id"], ondelete="CASCADE"
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    says: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    said_at: Mapped[datetime]


class Wish(Base):
    """Whom somebody would like to be paired with; the first of five is 1. Read by whoever pairs, as a rank and nothing else."""

    __tablename__ = "cohort_wish"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "enrolment_id"], ["enrolment.org_id", "enrolment.id"]),
        sa.ForeignKeyConstraint(["org_id", "other_id"], ["enrolment.org_id", "enrolment.id"]),
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.Index("ix_cohort_wish_cohort_id", "cohort_id"),
        sa.Index("ix_cohort_wish_person_id", "person_id"),
        sa.CheckConstraint("rank BETWEEN 1 AND 5", name="one_to_five"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    other_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    other_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    rank: Mapped[int] = mapped_column(sa.SmallInteger)
    wished_at: Mapped[datetime]


class OptOut(Base):
    """Not with this person, in this cohort. Read by its author alone; to everybody else the two just cannot be paired."""

    __tablename__ = "cohort_opt_out"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.Index("ix_cohort_opt_out_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    other_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    said_at: Mapped[datetime]


class Circle(Base):
    """Peers of one cohort who meet as a group. ``is_open``: whoever is in the cohort may take a seat that is free."""

    __tablename__ = "circle"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.Index("ix_circle_cohort_id", "cohort_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(80))
    purpose: Mapped[str] = mapped_column(sa.String(600), default="", server_default="")
    is_open: Mapped[bool] = mapped_column(default=True)
    created_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CircleMember(Base):
    """Somebody has a seat in a circle, until ``left_at``. Only the gate gives a seat, and takes it back."""

    __tablename__ = "circle_member"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "circle_id"], ["circle.org_id", "circle.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["org_id", "enrolment_id"], ["enrolment.org_id", "enrolment.id"]),
        sa.Index("ix_circle_member_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    circle_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.BigInteger)
    firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class CircleMeeting(Base):
    """When a circle meets next; members alone read it."""

    __tablename__ = "circle_meeting"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "circle_id"], ["circle.org_id", "circle.id"], ondelete="CASCADE"),
        sa.Index("ix_circle_meeting_circle_id", "circle_id", "starts_at"),
        sa.CheckConstraint("minutes BETWEEN 15 AND 480", name="a_quarter_to_a_day"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    circle_id: Mapped[int] = mapped_column(sa.BigInteger)
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(sa.SmallInteger)
    place: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    set_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]


class CircleNote(Base):
    """The page that a circle writes together; members alone read it."""

    __tablename__ = "circle_note"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "circle_id"], ["circle.org_id", "circle.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    circle_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    body: Mapped[str]
    saved_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
