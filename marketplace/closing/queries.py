"""What the two of a pair read of its end, what a coordinator reads of it, and what anybody reads of a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.closing.models import Certificate, ClosureOutcome, CoordinatorNote, LookBack, MentorshipClosure
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.mentorships.queries import Pair, Party
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.shared.database import db

ASK_BEFORE = timedelta(days=14)
"""How long before the planned last day both are asked."""

EVERYWHERE_OVER = timedelta(hours=12)
"""A day is over everywhere on Earth twelve hours after it is in UTC."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Where the end of a mentorship stands, for one of the two.

    ``proposed``: what one of them proposed; ``asked``: what the clock asks; ``mine`` and ``theirs``: look backs.
    """

    ended: bool
    proposed: MentorshipClosure | None
    asked: MentorshipClosure | None
    mine: LookBack | None
    theirs: LookBack | None
    certificate: Certificate | None

    @property
    def looks_back(self) -> bool:
        """Whether it is time to look back: it has ended, or its end is in sight."""
        return self.ended or self.proposed is not None or self.asked is not None


def closing(viewer: Party, pair: Pair) -> Closing:
    """In one statement, whatever there is."""
    proposed, asked = aliased(MentorshipClosure), aliased(MentorshipClosure)
    mine, theirs = aliased(LookBack), aliased(LookBack)
    one = pair.mentorship

    def of_pair(table: Any, *where: Any) -> Any:
        return sa.and_(table.org_id == Mentorship.org_id, table.mentorship_id == Mentorship.id, *where)

    query = (
        sa.select(proposed, asked, mine, theirs, Certificate)
        .select_from(Mentorship)
        .outerjoin(
            proposed, of_pair(proposed, proposed.settled_at.is_(None), proposed.proposed_by_person_id.is_not(None))
        )
        .outerjoin(asked, of_pair(asked, asked.settled_at.is_(None), asked.ends_on == Mentorship.ends_on))
        .outerjoin(mine, of_pair(mine, mine.person_id == viewer.person_id))
        .outerjoin(theirs, of_pair(theirs, theirs.person_id != viewer.person_id))
        .outerjoin(Certificate, of_pair(Certificate, Certificate.withdrawn_at.is_(None)))
        .where(
            Mentorship.org_id == one.org_id,
            Mentorship.id == one.id,
            sa.or_(
                Mentorship.mentee_person_id == viewer.person_id,
                Mentorship.mentor_person_id == viewer.person_id,
            ),
        )
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(query).first()
    ended = one.state is MentorshipState.ended
    return Closing(ended, *row) if row else Closing(ended, None, None, None, None, None)


# --- for coordinators ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToldNote:
    """What somebody wrote to their coordinators: about which pair, and nothing else of it."""

    note: CoordinatorNote
    author: str
    other: str


def notes_for_coordinators(viewer: Acting) -> list[ToldNote]:
    """What the organisation's own people wrote to its coordinators, the newest first; never about the viewer's own pair."""
    if not viewer.coordinates:
        return []
    author, mentee, mentor = aliased(Person), aliased(Person), aliased(Person)
    query = (
        sa.select(CoordinatorNote, author.name, mentee.name, mentor.name)
        .join(author, author.id == CoordinatorNote.person_id)
        .outerjoin(mentee, mentee.id == CoordinatorNote.mentee_person_id)
        .outerjoin(mentor, mentor.id == CoordinatorNote.mentor_person_id)
        .where(
            CoordinatorNote.employer_id == viewer.org_id,
            CoordinatorNote.mentee_person_id != viewer.person_id,
            CoordinatorNote.mentor_person_id != viewer.person_id,
        )
        .order_by(CoordinatorNote.created_at.desc(), CoordinatorNote.id.desc())
        .limit(200)
    )
    return [
        ToldNote(note, name, (mentor_name if note.person_id == note.mentee_person_id else mentee_name) or "")
        for note, name, mentee_name, mentor_name in db.session.execute(query)
    ]


# --- for anybody --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """What both agreed to show. Firms are empty where they did not wish them shown."""

    mentee: str
    mentor: str
    mentee_firm: str
    mentor_firm: str
    form: str
    started_on: date
    ended_on: date
    issued_at: datetime


def certificate_by_code(code: str) -> ShownCertificate | None:
    """None for a code that never was, and for a certificate that was withdrawn: nobody can tell which."""
    columns: tuple[Any, ...] = (
        *(sa.column(name, sa.Text) for name in ("mentee", "mentor", "mentee_firm", "mentor_firm", "form")),
        *(sa.column(name, sa.Date) for name in ("started_on", "ended_on")),
        sa.column("issued_at", sa.DateTime(timezone=True)),
    )
    row = db.session.execute(sa.select(sa.func.certificate_by_code(code).table_valued(*columns))).first()
    return ShownCertificate(*row) if row else None


# --- for the worker -----------------------------------------------------------------------------------------------------


def last_day_over(now: datetime) -> date:
    """The first day that is not over everywhere: a planned last day before it is past for both, wherever they are."""
    return (now - EVERYWHERE_OVER).date()


def organisations_with_closings(now: datetime) -> Sequence[int]:
    function = sa.func.organisations_with_closings(now.date() + ASK_BEFORE, last_day_over(now))
    return db.session.scalars(sa.select(function)).all()


def mentorships_to_ask(org_id: int, now: datetime) -> Sequence[int]:
    """Running ones whose last day is in sight, and whose two have not been asked about that day."""
    asked = sa.exists().where(
        MentorshipClosure.org_id == Mentorship.org_id,
        MentorshipClosure.mentorship_id == Mentorship.id,
        MentorshipClosure.ends_on == Mentorship.ends_on,
        sa.or_(MentorshipClosure.settled_at.is_(None), MentorshipClosure.outcome == ClosureOutcome.closed),
    )
    query = sa.select(Mentorship.id).where(
        Mentorship.org_id == org_id,
        Mentorship.state == MentorshipState.running,
        Mentorship.ends_on <= now.date() + ASK_BEFORE,
        ~asked,
    )
    return db.session.scalars(query.order_by(Mentorship.id)).all()


def closings_over(org_id: int, now: datetime) -> Sequence[tuple[int, int]]:
    """(closure, mentorship) whose day is past and which are not settled."""
    query = sa.select(MentorshipClosure.id, MentorshipClosure.mentorship_id).where(
        MentorshipClosure.org_id == org_id,
        MentorshipClosure.settled_at.is_(None),
        MentorshipClosure.due_on < last_day_over(now),
    )
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(MentorshipClosure.id))]


def locked(org_id: int, mentorship_id: int) -> Mentorship | None:
    """The mentorship as it is now, for a step of the worker's that must not meet another."""
    return db.session.scalar(
        sa.select(Mentorship)
        .where(Mentorship.org_id == org_id, Mentorship.id == mentorship_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def look_backs(one: Mentorship) -> dict[int, LookBack]:
    rows = db.session.scalars(
        sa.select(LookBack)
        .where(LookBack.org_id == one.org_id, LookBack.mentorship_id == one.id)
        .execution_options(populate_existing=True)
    )
    return {row.person_id: row for row in rows}
