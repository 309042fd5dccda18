"""What a matching committee asks of the engine, what comes back, and what its members make of it.

Rows belong to the organisation whose committee it is: the one that runs the cohort, or each firm where matching is not central.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.committee.priorities import Priorities
from tenants.shared.database import Base, new_id


class RunState(enum.StrEnum):
    waiting = "waiting"
    solved = "solved"
    failed = "failed"


class MarkKind(enum.StrEnum):
    pin = "pin"
    forbid = "forbid"


class MatchRun(Base):
    """One version of a whole cohort's match. Versions are never changed once solved; ``number`` counts them from 1.

    ``question`` is what the engine was given: people, rules and marks, packed (see ``questions``), so that a version can be
    checked again later; emptied when the cohort is over. ``answer`` are its figures. ``trouble`` says why it failed.

    ``cascades``: of a version that people published, whether a no to one of its pairs is followed by the next best.
    ``after_no_of``: the published version (its id) whose pair came to nothing; then nobody asked (``asked_by_id``).
    """

    __tablename__ = "match_run"
    __table_args__ = (
        sa.ForeignKeyConstraint(["cohort_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("org_id", "cohort_id", "number", name="uq_match_run_number"),
        sa.ForeignKeyConstraint(["org_id", "after_no_of"], ["match_run.org_id", "match_run.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_org_id: Mapped[int]
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    after_number: Mapped[int | None]
    state: Mapped[RunState] = mapped_column(default=RunState.waiting)
    choices: Mapped[dict[str, Any]]
    question: Mapped[bytes]
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    trouble: Mapped[str] = mapped_column(default="")
    asked_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    cascades: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    after_no_of: Mapped[int | None] = mapped_column(sa.BigInteger)

    @property
    def question_is_kept(self) -> bool:
        return bool(self.question)

    @property
    def priorities(self) -> Priorities:
        return Priorities.model_validate(self.choices)


class MatchProposal(Base):
    """A pair of one version. ``points`` of 10 000; ``reasons`` by criterion, what it would cost to change, the runner-up."""

    __tablename__ = "match_proposal"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "run_id"], ["match_run.org_id", "match_run.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentee_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentor_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    points: Mapped[int]
    is_pinned: Mapped[bool] = mapped_column(default=False)
    is_kept: Mapped[bool] = mapped_column(default=False)
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MatchLeftover(Base):
    """Somebody whom a version leaves without a pair, and the one reason: blocked, crowded out or priced out.

    ``side`` "mentor": a mentor with a place whom nobody was given; blocked, unneeded or priced out; of a pool, "peer".
    """

    __tablename__ = "match_leftover"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "run_id"], ["match_run.org_id", "match_run.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    why: Mapped[str] = mapped_column(sa.String(20))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    side: Mapped[str] = mapped_column(sa.String(10), default="mentee", server_default="mentee")


class MatchCurve(Base):
    """What each balance between giving and receiving costs in a version, and what its rules cost; asked for once.

    ``answer`` holds ``steps`` (balance, pairs, points, proven) and ``prices``; ``done`` of ``total`` balances are known.
    """

    __tablename__ = "match_curve"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "run_id"], ["match_run.org_id", "match_run.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]


class MatchMark(Base):
    """The committee wants two to be a pair, or not to be one, in every version from now on."""

    __tablename__ = "match_mark"
    __table_args__ = (
        sa.ForeignKeyConstraint(["cohort_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentee_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentor_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    cohort_org_id: Mapped[int]
    kind: Mapped[MarkKind]
    marked_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    marked_at: Mapped[datetime]


class MatchNote(Base):
    """What a member of the committee notes on two people; the committee alone reads it."""

    __tablename__ = "match_note"
    __table_args__ = (
        sa.ForeignKeyConstraint(["cohort_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
        sa.Index("ix_match_note_cohort_id", "cohort_id", "mentee_enrolment_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    cohort_org_id: Mapped[int]
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentee_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentor_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger)
    words: Mapped[str] = mapped_column(sa.String(1000))
    author_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    written_at: Mapped[datetime]


class MatchVote(Base):
    """One member's yes or no to a pair of a version; the last one counts."""

    __tablename__ = "match_vote"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "run_id"], ["match_run.org_id", "match_run.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentee_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentor_enrolment_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    is_yes: Mapped[bool]
    voted_at: Mapped[datetime]


class CommitteeMember(Base):
    """Somebody appointed to the committee of a cohort, in the affiliation they sit there with; coordinators sit there anyway."""

    __tablename__ = "committee_member"
    __table_args__ = (
        sa.ForeignKeyConstraint(["cohort_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["firm_id", "affiliation_id"], ["affiliation.org_id", "affiliation.id"], ondelete="CASCADE"
        ),
        sa.Index("ix_committee_member_person_id", "person_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    cohort_org_id: Mapped[int]
    firm_id: Mapped[int]
    affiliation_id: Mapped[int] = mapped_column(sa.BigInteger)
    appointed_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    appointed_at: Mapped[datetime]
