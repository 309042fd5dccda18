"""What a person may read of mentorships: their own. In a workspace, those of their work there; outside, the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from marketplace.mentors.models import Photo
from marketplace.mentorships.models import (
    Answer,
    Mentorship,
    MentorshipAnswer,
    MentorshipQuestion,
    MentorshipState,
    QuestionReason,
)
from marketplace.requests.models import OPEN_STATES, MentoringRequest, MessageKind, RequestMessage
from marketplace.requests.queries import Seen, Side
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation
from tenants.current import Acting
from tenants.organisations.models import Organisation, OrganisationKind
from tenants.privacy.models import Kept
from tenants.privacy.retention import RULES
from tenants.shared.database import db


class Party(Protocol):
    """One of the two, in a workspace or between employers."""

    @property
    def person_id(self) -> int: ...

    @property
    def person_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentorship with its two people where they work now, as one of them looks at it.

    A side without an employer has no organisation: its ``org_id`` is 0, its ``firm`` and ``slug`` are empty.
    """

    mentorship: Mentorship
    seen: Seen

    @property
    def own_employer_id(self) -> int | None:
        one = self.mentorship
        return one.mentee_employer_id if self.seen.viewer_is_mentee else one.mentor_employer_id


MenteePerson, MentorPerson = aliased(Person), aliased(Person)
MenteeFirm, MentorFirm = aliased(Organisation), aliased(Organisation)
MenteePhoto, MentorPhoto = aliased(Photo), aliased(Photo)

PAIRS = (
    sa.select(
        Mentorship,
        MentoringRequest,
        *(MenteePerson.name, MenteePerson.time_zone, MenteeFirm.name, MenteeFirm.slug, MenteePhoto.fingerprint),
        *(MentorPerson.name, MentorPerson.time_zone, MentorFirm.name, MentorFirm.slug, MentorPhoto.fingerprint),
    )
    .join(
        MentoringRequest,
        sa.and_(MentoringRequest.org_id == Mentorship.org_id, MentoringRequest.id == Mentorship.request_id),
    )
    .join(MenteePerson, MenteePerson.id == Mentorship.mentee_person_id)
    .join(MentorPerson, MentorPerson.id == Mentorship.mentor_person_id)
    .outerjoin(MenteeFirm, MenteeFirm.id == Mentorship.mentee_employer_id)
    .outerjoin(MentorFirm, MentorFirm.id == Mentorship.mentor_employer_id)
    # A photo is shown to the other one in the workspace the request was made in.
    .outerjoin(
        MenteePhoto,
        sa.and_(
            MenteePhoto.org_id == Mentorship.org_id,
            MenteePhoto.org_id == Mentorship.mentee_employer_id,
            MenteePhoto.person_id == Mentorship.mentee_person_id,
        ),
    )
    .outerjoin(
        MentorPhoto,
        sa.and_(
            MentorPhoto.org_id == Mentorship.mentor_org_id,
            MentorPhoto.org_id == Mentorship.mentor_employer_id,
            MentorPhoto.person_id == Mentorship.mentor_person_id,
        ),
    )
)


def _mine(person_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(Mentorship.mentee_person_id == person_id, Mentorship.mentor_person_id == person_id)


def _mine_in(viewer: Acting) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(Mentorship.mentee_person_id == viewer.person_id, Mentorship.mentee_employer_id == viewer.org_id),
        sa.and_(Mentorship.mentor_person_id == viewer.person_id, Mentorship.mentor_employer_id == viewer.org_id),
    )


def _pair(person_id: int, row: Any) -> Pair:
    one, asked, *names = row
    mentee_name, mentee_zone, mentee_firm, mentee_slug, mentee_photo = names[:5]
    mentor_name, mentor_zone, mentor_firm, mentor_slug, mentor_photo = names[5:]
    mentee_place = (mentee_firm or "", one.mentee_employer_id or 0, mentee_slug or "")
    mentor_place = (mentor_firm or "", one.mentor_employer_id or 0, mentor_slug or "")
    seen = Seen(
        asked,
        Side(one.mentee_person_id, mentee_name, *mentee_place, mentee_zone, mentee_photo),
        Side(one.mentor_person_id, mentor_name, *mentor_place, mentor_zone, mentor_photo),
        one.mentee_person_id == person_id,
    )
    return Pair(one, seen)


def mentorship_or_404(viewer: Acting, mentorship_id: int) -> Pair:
    row = db.session.execute(PAIRS.where(Mentorship.id == mentorship_id, _mine_in(viewer))).first()
    return _pair(viewer.person_id, row) if row else abort(404)


def own_mentorships(viewer: Acting) -> list[Pair]:
    """The viewer's mentorships in this workspace, as mentee and as mentor; those that run first, then the newest."""
    query = PAIRS.where(_mine_in(viewer)).order_by(
        Mentorship.state == MentorshipState.ended, Mentorship.started_at.desc()
    )
    return [_pair(viewer.person_id, row) for row in db.session.execute(query.limit(100))]


def mentorship_of(viewer: Acting, asked: MentoringRequest) -> int | None:
    """The id of the mentorship that this request became, where the viewer can open it in this workspace."""
    query = sa.select(Mentorship.id).where(
        Mentorship.org_id == asked.org_id, Mentorship.request_id == asked.id, _mine_in(viewer)
    )
    return db.session.scalar(query)


# --- outside the workspaces -----------------------------------------------------------------------------------------


def mentorships_elsewhere(person_id: int, today: date) -> list[Pair]:
    """This person's mentorships that no workspace of theirs shows today: between employers, or of an earlier one."""
    here = sa.select(Affiliation.org_id).where(
        Affiliation.person_id == person_id, sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > today)
    )
    own_side = sa.case(
        (Mentorship.mentee_person_id == person_id, Mentorship.mentee_employer_id),
        else_=Mentorship.mentor_employer_id,
    )
    query = PAIRS.where(_mine(person_id), sa.or_(own_side.is_(None), own_side.not_in(here))).order_by(
        Mentorship.state == MentorshipState.ended, Mentorship.started_at.desc()
    )
    return [_pair(person_id, row) for row in db.session.execute(query.limit(100))]


def in_no_workspace(person_id: int, pair: Pair, today: date) -> bool:
    """Whether no workspace of this person's shows the pair. Where one does, its own rules (a second factor) hold."""
    working = sa.exists().where(
        Affiliation.person_id == person_id,
        Affiliation.org_id == pair.own_employer_id,
        sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > today),
    )
    return not db.session.scalar(sa.select(working))


def elsewhere_or_404(person_id: int, mentorship_id: int) -> Pair:
    """One of this person's mentorships, wherever it is kept."""
    row = db.session.execute(PAIRS.where(Mentorship.id == mentorship_id, _mine(person_id))).first()
    return _pair(person_id, row) if row else abort(404)


# --- words of the pair, which both keep whoever employs them ----------------------------------------------------------


def words(party: Party, pair: Pair) -> Sequence[RequestMessage]:
    """What the two wrote to each other before it began, oldest first."""
    if party.person_id not in (pair.seen.mentee.id, pair.seen.mentor.id):
        return []
    query = (
        sa.select(RequestMessage)
        .where(
            RequestMessage.org_id == pair.mentorship.org_id,
            RequestMessage.request_id == pair.mentorship.request_id,
        )
        .order_by(RequestMessage.created_at, RequestMessage.id)
    )
    return db.session.scalars(query).all()


def contacts(messages: Sequence[RequestMessage]) -> dict[int, str]:
    """How to reach each of the two, by person."""
    return {message.author_person_id: message.body for message in messages if message.kind is MessageKind.contact}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the pair's own page says beside its parts: the words it began with, the open question, whether it waits for an
    arrival, and how many other requests of a mentee are still open where they work.
    """

    words: Sequence[RequestMessage]
    asked: Asked | None
    waits_for_arrival: bool
    open_requests: int


def standing(party: Party, pair: Pair) -> Standing:
    """All of it in one statement (one more while a question is open)."""
    one = pair.mentorship
    if party.person_id not in (one.mentee_person_id, one.mentor_person_id):
        return Standing([], None, False, 0)
    latest = (
        sa.select(MentorshipQuestion.outcome)
        .where(MentorshipQuestion.org_id == one.org_id, MentorshipQuestion.mentorship_id == one.id)
        .order_by(MentorshipQuestion.asked_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    in_hand = (
        sa.select(sa.func.count())
        .where(
            MentoringRequest.org_id == pair.own_employer_id,
            MentoringRequest.mentee_person_id == party.person_id,
            MentoringRequest.state.in_(OPEN_STATES),
        )
        .scalar_subquery()
    )
    here = sa.values(sa.column("here", sa.Integer), name="here").data([(1,)])
    query = (
        sa.select(RequestMessage, MentorshipQuestion, MentorshipAnswer.answer, latest, in_hand)
        .select_from(here)
        .outerjoin(
            RequestMessage,
            sa.and_(RequestMessage.org_id == one.org_id, RequestMessage.request_id == one.request_id),
        )
        .outerjoin(
            MentorshipQuestion,
            sa.and_(
                MentorshipQuestion.org_id == one.org_id,
                MentorshipQuestion.mentorship_id == one.id,
                MentorshipQuestion.settled_at.is_(None),
            ),
        )
        .outerjoin(
            MentorshipAnswer,
            sa.and_(
                MentorshipAnswer.org_id == MentorshipQuestion.org_id,
                MentorshipAnswer.question_id == MentorshipQuestion.id,
                MentorshipAnswer.person_id == party.person_id,
            ),
        )
        .order_by(RequestMessage.created_at, RequestMessage.id)
    )
    rows = db.session.execute(query).all()
    _message, question, answer, outcome, open_requests = rows[0]
    return Standing(
        [row[0] for row in rows if row[0] is not None],
        _asked(one, question, answer) if question else None,
        one.state is MentorshipState.paused and outcome is Answer.go_on,
        open_requests if pair.seen.viewer_is_mentee else 0,
    )


def words_kept_until(party: Party, pair: Pair) -> date | None:
    """The day on which the words of a pair that has ended go: the organisation that keeps the pair says how long."""
    one = pair.mentorship
    if one.ended_at is None or party.person_id not in (one.mentee_person_id, one.mentor_person_id):
        return None
    usual = RULES[Kept.mentorships].usual
    days = db.session.scalar(sa.select(sa.func.days_words_are_kept(one.org_id, one.id, usual)))
    return (one.ended_at + timedelta(days=days)).date() if days else None


# --- how it goes on -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """The open question of a pair, with the reader's own answer and the choices they have. The other's stays theirs."""

    question: MentorshipQuestion
    answer: Answer | None
    choices: tuple[Answer, ...]


def open_question(party: Party, pair: Pair) -> Asked | None:
    one = pair.mentorship
    question = db.session.scalar(
        sa.select(MentorshipQuestion).where(
            MentorshipQuestion.org_id == one.org_id,
            MentorshipQuestion.mentorship_id == one.id,
            MentorshipQuestion.settled_at.is_(None),
        )
    )
    if question is None or party.person_id not in (one.mentee_person_id, one.mentor_person_id):
        return None
    answer = db.session.scalar(
        sa.select(MentorshipAnswer.answer).where(
            MentorshipAnswer.org_id == one.org_id,
            MentorshipAnswer.question_id == question.id,
            MentorshipAnswer.person_id == party.person_id,
        )
    )
    return _asked(one, question, answer)


def _asked(one: Mentorship, question: MentorshipQuestion, answer: Answer | None) -> Asked:
    choices = (Answer.go_on, Answer.end) if question.why is QuestionReason.firm_left else tuple(Answer)
    if not may_continue(one):
        choices = (Answer.pause, Answer.end)
    return Asked(question, answer, choices)


def may_continue(one: Mentorship) -> bool:
    """Whether nothing stands between the two where they work now; never why."""
    return bool(db.session.scalar(sa.select(sa.func.may_pair_continue(one.org_id, one.id))))


def waits_for_arrival(one: Mentorship) -> bool:
    """Both said that it goes on, and it does as soon as both have an employer here again."""
    latest = db.session.scalar(
        sa.select(MentorshipQuestion.outcome)
        .where(MentorshipQuestion.org_id == one.org_id, MentorshipQuestion.mentorship_id == one.id)
        .order_by(MentorshipQuestion.asked_at.desc())
        .limit(1)
    )
    return one.state is MentorshipState.paused and latest is Answer.go_on


# --- for the worker -------------------------------------------------------------------------------------------------


def present_employer(person_id: int, today: date) -> int | None:
    """Where a person works now: the company they joined last, else the network; None between employers."""
    query = (
        sa.select(Affiliation.org_id)
        .join(Organisation, Organisation.id == Affiliation.org_id)
        .where(
            Affiliation.person_id == person_id,
            sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > today),
        )
        .order_by(Organisation.kind != OrganisationKind.company, Affiliation.started_on.desc(), Affiliation.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def open_mentorships_between_employers(person_id: int) -> list[tuple[int, int]]:
    """(organisation that keeps it, id) of a leaver's or newcomer's mentorships without an employer on their side."""
    function = sa.func.open_mentorships_between_employers(person_id)
    return [(row.org_id, row.mentorship_id) for row in _pairs_of(function)]


def mentorships_parted_by(firm_id: int) -> list[tuple[int, int]]:
    """The same of pairs that share no audience since a firm left the network whose job this is."""
    return [(row.org_id, row.mentorship_id) for row in _pairs_of(sa.func.mentorships_parted_by(firm_id))]


def _pairs_of(function: Any) -> Sequence[Any]:
    rows = function.table_valued(sa.column("org_id", sa.Integer), sa.column("mentorship_id", sa.BigInteger))
    return db.session.execute(sa.select(rows.c.org_id, rows.c.mentorship_id)).all()


def organisations_with_due_questions(now: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(sa.func.organisations_with_due_questions(now))).all()


def due_questions(org_id: int, now: datetime) -> Sequence[int]:
    query = sa.select(MentorshipQuestion.id).where(
        MentorshipQuestion.org_id == org_id,
        MentorshipQuestion.settled_at.is_(None),
        MentorshipQuestion.due_at <= now,
    )
    return db.session.scalars(query).all()


def answers(question: MentorshipQuestion) -> dict[int, Answer]:
    """What each of the two answered so far, by person; read by the worker to see what comes of it, shown to nobody."""
    rows = db.session.execute(
        sa.select(MentorshipAnswer.person_id, MentorshipAnswer.answer).where(
            MentorshipAnswer.org_id == question.org_id, MentorshipAnswer.question_id == question.id
        )
    )
    return {row.person_id: row.answer for row in rows}


def people(person_ids: Sequence[int], org_ids: Sequence[int]) -> tuple[dict[int, Person], dict[int, Organisation]]:
    """Names for the worker's letters."""
    persons = db.session.scalars(sa.select(Person).where(Person.id.in_(person_ids)))
    firms = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(org_ids)))
    return {person.id: person for person in persons}, {firm.id: firm for firm in firms}
