"""A mentee asks a mentor of another firm: the request, its words, the employer's yes, and a concern about it."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class RequestState(enum.StrEnum):
    draft = "draft"
    awaiting_employer = "awaiting_employer"
    sent = "sent"
    more_information = "more_information"
    accepted = "accepted"
    confirmed = "confirmed"
    declined = "declined"
    withdrawn = "withdrawn"
    expired = "expired"
    lapsed = "lapsed"
    refused_by_employer = "refused_by_employer"
    closed = "closed"


OPEN_STATES = frozenset(
    {RequestState.awaiting_employer, RequestState.sent, RequestState.more_information, RequestState.accepted}
)
"""States in which somebody still has to answer; these count against the mentee's limit."""


class MentoringRequest(Base):
    """That a mentee asks a mentor, and where it stands. What they write to each other is in ``RequestMessage``.

    Belongs to the mentee's firm (``org_id``) and carries the mentor's. ``due_at`` is when the present state runs out,
    whoever's turn it is; ``sent_at`` when the mentor's present turn began, empty while no mentor has seen it.
    ``holds_place`` is set by ``claim_place`` and cleared by ``release_place``, never elsewhere. ``cohort_org_id`` and
    ``cohort_id`` name the cohort in whose matching it was made, if in any.
    """

    __tablename__ = "mentoring_request"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "mentee_id"], ["affiliation.org_id", "affiliation.id"]),
        sa.ForeignKeyConstraint(["mentor_org_id", "mentor_id"], ["mentor_profile.org_id", "mentor_profile.id"]),
        sa.ForeignKeyConstraint(["org_id", "resent_from_id"], ["mentoring_request.org_id", "mentoring_request.id"]),
        sa.ForeignKeyConstraint(["cohort_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"]),
        sa.Index("ix_mentoring_request_cohort_id", "cohort_id", postgresql_where=sa.text("cohort_id IS NOT NULL")),
        sa.Index("ix_mentoring_request_mentee_person_id", "mentee_person_id", "state"),
        sa.Index("ix_mentoring_request_mentor_person_id", "mentor_person_id", "state"),
        sa.Index("ix_mentoring_request_org_id_state", "org_id", "state"),
        sa.Index("ix_mentoring_request_mentor_org_id", "mentor_org_id", "mentor_id"),
        sa.Index("ix_mentoring_request_due_at", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
        sa.Index(
            "uq_mentoring_request_open_pair",
            "org_id",
            "mentee_person_id",
            "mentor_person_id",
            unique=True,
            postgresql_where=sa.text("state IN ('draft', 'awaiting_employer', 'sent', 'more_information', 'accepted')"),
        ),
        # What two people do before they confirm carries both, and is tied to them here (see ``Meeting``).
        sa.UniqueConstraint("org_id", "id", "mentee_person_id", "mentor_person_id", name="uq_mentoring_request_pair"),
        sa.CheckConstraint("mentee_person_id <> mentor_person_id", name="two_people"),
        sa.CheckConstraint(
            "sent_at IS NOT NULL "
            "OR state IN ('draft', 'awaiting_employer', 'refused_by_employer', 'withdrawn', 'expired', 'closed')",
            name="sent_is_dated",
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    mentee_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentor_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    mentor_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    state: Mapped[RequestState] = mapped_column(default=RequestState.draft)
    form: Mapped[str] = mapped_column(sa.String(40), default="cross_company")
    cadence: Mapped[str | None] = mapped_column(sa.String(40))
    holds_place: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    resent_from_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    cohort_org_id: Mapped[int | None]
    cohort_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class MessageKind(enum.StrEnum):
    goal = "goal"
    why_you = "why_you"
    what_i_bring = "what_i_bring"
    question = "question"
    answer = "answer"
    acceptance = "acceptance"
    decline = "decline"
    withdrawal = "withdrawal"
    contact = "contact"


class RequestMessage(Base):
    """Something the two people wrote to each other. Private to the pair.

    A ``contact`` (how to reach me) is shown to the other person only once both have said yes.
    """

    __tablename__ = "request_message"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "request_id"], ["mentoring_request.org_id", "mentoring_request.id"]),
        sa.Index("ix_request_message_request", "org_id", "request_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    kind: Mapped[MessageKind]
    reason: Mapped[str | None] = mapped_column(sa.String(60))
    body: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class ChemistryMeeting(Base):
    """The two of an accepted request talk for half an hour before they confirm. The talk itself is a ``Meeting``."""

    __tablename__ = "chemistry_meeting"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "request_id", "mentee_person_id", "mentor_person_id"],
            [
                "mentoring_request.org_id",
                "mentoring_request.id",
                "mentoring_request.mentee_person_id",
                "mentoring_request.mentor_person_id",
            ],
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger)
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ChemistryAnswer(Base):
    """Whether one of the two goes on after it; theirs to read, the worker's to settle, and gone as soon as it has."""

    __tablename__ = "chemistry_answer"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "request_id"], ["chemistry_meeting.org_id", "chemistry_meeting.request_id"], ondelete="CASCADE"
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    goes_on: Mapped[bool]
    contact: Mapped[str] = mapped_column(sa.String(200), default="")
    answered_at: Mapped[datetime]


class EmployerApproval(Base):
    """The mentee's employer says yes or no to a request, knowing who asks whom and not what is said."""

    __tablename__ = "employer_approval"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "request_id"], ["mentoring_request.org_id", "mentoring_request.id"]),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class ConsentSide(enum.StrEnum):
    """Whose firm is asked. Where both work for one, it is asked once, as the mentee's."""

    mentee = "mentee"
    mentor = "mentor"


class ConsentState(enum.StrEnum):
    waiting = "waiting"
    yes = "yes"
    no = "no"


class FirmConsent(Base):
    """A firm (``org_id``) is asked whether one of its people may be a pair that a committee proposes.

    Belongs to the firm, which reads of the request who and who, and nothing else. ``reason`` stays with the firm. Written by
    the gate only; the worker notes the reminder.
    """

    __tablename__ = "firm_consent"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["request_org_id", "request_id"], ["mentoring_request.org_id", "mentoring_request.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["cohort_org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], ondelete="CASCADE"),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_somebody",
        ),
        sa.Index("ix_firm_consent_request_id", "request_id"),
        sa.Index("ix_firm_consent_cohort_id", "cohort_id"),
        sa.Index("ix_firm_consent_waiting", "org_id", postgresql_where=sa.text("state = 'waiting'")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    request_org_id: Mapped[int]
    side: Mapped[ConsentSide]
    cohort_org_id: Mapped[int]
    cohort_id: Mapped[int] = mapped_column(sa.BigInteger)
    mentee_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    mentor_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    state: Mapped[ConsentState] = mapped_column(default=ConsentState.waiting)
    reason: Mapped[str] = mapped_column(sa.String(600), default="")
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class Concern(Base):
    """Somebody reports absence or abuse, to the network's administrator (``org_id``) and never to the other person."""

    __tablename__ = "concern"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    reporter_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    reporter_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    about_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    request_org_id: Mapped[int] = mapped_column(sa.Integer)
    request_id: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(60))
    body: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
