"""What a viewer may read of requests. Each query names the viewer, the workspace and the wall's conditions itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from marketplace.directory.queries import Mentor, mentor_or_404, visible_mentors
from marketplace.mentors.models import MenteeProfile, Photo
from marketplace.requests import policy
from marketplace.requests.models import (
    OPEN_STATES,
    Concern,
    EmployerApproval,
    MentoringRequest,
    MessageKind,
    RequestMessage,
    RequestState,
)
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation
from tenants.current import Acting
from tenants.organisations.models import FirmMembership, MembershipState, Organisation
from tenants.shared.database import db

PAGE = 30

MenteePerson, MentorPerson = aliased(Person), aliased(Person)
MenteeFirm, MentorFirm = aliased(Organisation), aliased(Organisation)
MenteePhoto, MentorPhoto = aliased(Photo), aliased(Photo)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two people, as the other one knows them."""

    id: int
    name: str
    firm: str
    org_id: int
    slug: str
    time_zone: str
    fingerprint: str | None = None

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request with its two people, as one of them (or the employer) looks at it."""

    asked: MentoringRequest
    mentee: Side
    mentor: Side
    viewer_is_mentee: bool

    @property
    def other(self) -> Side:
        return self.mentor if self.viewer_is_mentee else self.mentee

    @property
    def yours(self) -> bool:
        """The viewer is the one who has to act."""
        if self.viewer_is_mentee:
            return self.asked.state in {RequestState.more_information, RequestState.accepted}
        return self.asked.state is RequestState.sent


def _with_people() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            MentoringRequest,
            *(MenteePerson.name, MenteePerson.time_zone, MenteeFirm.name, MenteeFirm.slug, MenteePhoto.fingerprint),
            *(MentorPerson.name, MentorPerson.time_zone, MentorFirm.name, MentorFirm.slug, MentorPhoto.fingerprint),
        )
        .join(MenteePerson, MenteePerson.id == MentoringRequest.mentee_person_id)
        .join(MentorPerson, MentorPerson.id == MentoringRequest.mentor_person_id)
        .join(MenteeFirm, MenteeFirm.id == MentoringRequest.org_id)
        .join(MentorFirm, MentorFirm.id == MentoringRequest.mentor_org_id)
        .outerjoin(MenteePhoto, _photo_of(MenteePhoto, MentoringRequest.org_id, MenteePerson.id))
        .outerjoin(MentorPhoto, _photo_of(MentorPhoto, MentoringRequest.mentor_org_id, MentorPerson.id))
    )


def _photo_of(photo: Any, org_id: Any, person_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(photo.org_id == org_id, photo.person_id == person_id)


def with_sides(viewer: Acting, row: Any) -> Seen:
    """A row of ``visible_requests`` as the viewer sees it."""
    asked, *names = row
    mentee_name, mentee_zone, mentee_firm, mentee_slug, mentee_photo = names[:5]
    mentor_name, mentor_zone, mentor_firm, mentor_slug, mentor_photo = names[5:]
    return Seen(
        asked,
        Side(asked.mentee_person_id, mentee_name, mentee_firm, asked.org_id, mentee_slug, mentee_zone, mentee_photo),
        Side(
            asked.mentor_person_id,
            mentor_name,
            mentor_firm,
            asked.mentor_org_id,
            mentor_slug,
            mentor_zone,
            mentor_photo,
        ),
        policy.is_mentee(viewer, asked),
    )


def _of_mentee(viewer: Acting) -> sa.ColumnElement[bool]:
    return sa.and_(MentoringRequest.mentee_person_id == viewer.person_id, MentoringRequest.org_id == viewer.org_id)


def _of_mentor(viewer: Acting) -> sa.ColumnElement[bool]:
    return sa.and_(
        MentoringRequest.mentor_person_id == viewer.person_id,
        MentoringRequest.mentor_org_id == viewer.org_id,
        MentoringRequest.sent_at.is_not(None),
    )


def visible_requests(viewer: Acting) -> sa.Select[*tuple[Any, ...]]:
    """The viewer's own requests in this workspace: those they made, and those that reached them as a mentor."""
    return _with_people().where(sa.or_(_of_mentee(viewer), _of_mentor(viewer)))


def request_or_404(viewer: Acting, request_id: int) -> Seen:
    row = db.session.execute(visible_requests(viewer).where(MentoringRequest.id == request_id)).first()
    if row is None:
        abort(404)
    return with_sides(viewer, row)


def requests_in_progress(viewer: Acting) -> list[Seen]:
    """Every draft and open request of the viewer, what waits for them first, then what runs out first."""
    query = visible_requests(viewer).where(MentoringRequest.state.in_(OPEN_STATES | {RequestState.draft}))
    found = [with_sides(viewer, row) for row in db.session.execute(query)]
    return sorted(
        found,
        key=lambda seen: (not seen.yours, seen.asked.due_at is None, seen.asked.due_at or seen.asked.updated_at),
    )


def finished_requests(viewer: Acting, before: int | None = None) -> list[Seen]:
    """What is over, newest first, older than ``before`` (an id): ``PAGE`` of them, and one more if there is more."""
    query = visible_requests(viewer).where(MentoringRequest.state.not_in(OPEN_STATES | {RequestState.draft}))
    if before is not None:
        query = query.where(MentoringRequest.id < before)
    query = query.order_by(MentoringRequest.id.desc()).limit(PAGE + 1)
    return [with_sides(viewer, row) for row in db.session.execute(query)]


def requests_in_hand(viewer: Acting) -> Sequence[MentoringRequest]:
    """The drafts and open requests that the viewer made in this workspace."""
    query = sa.select(MentoringRequest).where(
        _of_mentee(viewer), MentoringRequest.state.in_(OPEN_STATES | {RequestState.draft})
    )
    return db.session.scalars(query).all()


def request_in_hand(viewer: Acting, mentor_person_id: int) -> MentoringRequest | None:
    """The viewer's draft or open request to one mentor; there is at most one."""
    query = sa.select(MentoringRequest).where(
        _of_mentee(viewer),
        MentoringRequest.mentor_person_id == mentor_person_id,
        MentoringRequest.state.in_(OPEN_STATES | {RequestState.draft}),
    )
    return db.session.scalar(query)


def was_resent(viewer: Acting, asked: MentoringRequest) -> bool:
    query = sa.select(MentoringRequest.id).where(_of_mentee(viewer), MentoringRequest.resent_from_id == asked.id)
    return db.session.scalar(sa.select(query.exists())) or False


def may_resend_now(viewer: Acting, asked: MentoringRequest) -> bool:
    """After expiry, once: neither the resent one itself nor one that was resent already."""
    return (
        asked.state is RequestState.expired
        and asked.sent_at is not None
        and asked.resent_from_id is None
        and not was_resent(viewer, asked)
    )


# --- words ----------------------------------------------------------------------------------------------------------


def conversation(viewer: Acting, asked: MentoringRequest) -> Sequence[RequestMessage]:
    """What the two wrote to each other, oldest first; empty for anybody else."""
    if not policy.may_read(viewer, asked):
        return []
    query = (
        sa.select(RequestMessage)
        .where(
            RequestMessage.org_id == asked.org_id,
            RequestMessage.request_id == asked.id,
            RequestMessage.kind != MessageKind.contact,
        )
        .order_by(RequestMessage.created_at, RequestMessage.id)
    )
    return db.session.scalars(query).all()


def written_words(viewer: Acting, asked: MentoringRequest) -> dict[MessageKind, RequestMessage]:
    """The three answers of the guided form, as the mentee wrote them."""
    if not policy.is_mentee(viewer, asked):
        return {}
    query = sa.select(RequestMessage).where(
        RequestMessage.org_id == asked.org_id,
        RequestMessage.request_id == asked.id,
        RequestMessage.author_person_id == viewer.person_id,
        RequestMessage.kind.in_([MessageKind.goal, MessageKind.why_you, MessageKind.what_i_bring]),
    )
    return {message.kind: message for message in db.session.scalars(query)}


def contacts(viewer: Acting, asked: MentoringRequest) -> dict[int, str]:
    """How to reach each of the two, by person; the other one's only once both have said yes."""
    if not policy.may_read(viewer, asked):
        return {}
    query = sa.select(RequestMessage.author_person_id, RequestMessage.body).where(
        RequestMessage.org_id == asked.org_id,
        RequestMessage.request_id == asked.id,
        RequestMessage.kind == MessageKind.contact,
    )
    if asked.state is not RequestState.confirmed:
        query = query.where(RequestMessage.author_person_id == viewer.person_id)
    return {row.author_person_id: row.body for row in db.session.execute(query)}


def own_address(viewer: Acting) -> str:
    """The viewer's address at work, to offer as a way to reach them."""
    query = sa.select(Affiliation.work_email).where(
        Affiliation.org_id == viewer.org_id,
        Affiliation.id == viewer.affiliation_id,
        Affiliation.person_id == viewer.person_id,
    )
    return db.session.scalar(query) or ""


def mentee_profile(viewer: Acting, org_id: int, affiliation_id: int, person_id: int) -> MenteeProfile | None:
    """What a mentee looks for: their own, or that of somebody who asked the viewer."""
    if person_id != viewer.person_id:
        asked_me = sa.select(MentoringRequest.id).where(
            _of_mentor(viewer), MentoringRequest.mentee_person_id == person_id
        )
        if not db.session.scalar(sa.select(asked_me.exists())):
            return None
    return db.session.get(MenteeProfile, (org_id, affiliation_id))


# --- the mentor who is asked ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AskedMentor:
    """The public face of a mentor whom the viewer may ask."""

    org_id: int
    mentor_id: int
    person_id: int
    room: int
    name: str
    firm: str
    title: str
    headline: str
    forms: tuple[str, ...]
    cadence: str | None
    fingerprint: str | None

    @property
    def id(self) -> int:
        return self.person_id

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


def asked_mentor(mentor: Mentor) -> AskedMentor:
    return AskedMentor(
        *(mentor.org_id, mentor.mentor_id, mentor.person_id, mentor.room, mentor.name, mentor.firm),
        *(mentor.title, mentor.headline, tuple(mentor.forms), mentor.cadence, mentor.photo),
    )


def askable_mentor_or_404(viewer: Acting, mentor_id: int) -> AskedMentor:
    """A mentor whom the viewer sees in the directory, full or not, and who is not the viewer."""
    return asked_mentor(mentor_or_404(viewer, mentor_id))


def card_of_mentor(viewer: Acting, asked: MentoringRequest) -> Mentor | None:
    """The card of a request's mentor, if the viewer still sees it in the directory."""
    return next(iter(visible_mentors(viewer, [asked.mentor_id])), None)


# --- the employer ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Approval:
    """What the employer sees of a request: who asks whom, and where it stands."""

    seen: Seen
    decided_by: str | None
    decided_at: datetime | None


def _own_peoples(viewer: Acting) -> sa.Select[*tuple[Any, ...]]:
    return _with_people().where(
        MentoringRequest.org_id == viewer.org_id,
        MentoringRequest.mentee_person_id != viewer.person_id,
        MentoringRequest.state != RequestState.draft,
    )


def requests_to_approve(viewer: Acting) -> list[Seen]:
    """Requests of the viewer's own people that wait for the employer's yes, the oldest first."""
    if not policy.may_see_approvals(viewer):
        return []
    query = _own_peoples(viewer).where(MentoringRequest.state == RequestState.awaiting_employer)
    return [with_sides(viewer, row) for row in db.session.execute(query.order_by(MentoringRequest.due_at))]


def decided_requests(viewer: Acting) -> list[Approval]:
    """The last requests that this employer answered."""
    if not policy.may_see_approvals(viewer):
        return []
    decider = aliased(Person)
    query = (
        _own_peoples(viewer)
        .join(
            EmployerApproval,
            sa.and_(
                EmployerApproval.org_id == MentoringRequest.org_id,
                EmployerApproval.request_id == MentoringRequest.id,
            ),
        )
        .outerjoin(decider, decider.id == EmployerApproval.decided_by_id)
        .add_columns(decider.name, EmployerApproval.decided_at)
        .order_by(EmployerApproval.decided_at.desc())
        .limit(PAGE)
    )
    return [Approval(with_sides(viewer, row[:-2]), row[-2], row[-1]) for row in db.session.execute(query)]


def approval_or_404(viewer: Acting, request_id: int) -> Seen:
    """A request that the viewer may answer for the employer, in whatever state it is by now."""
    if not policy.may_see_approvals(viewer):
        abort(404)
    row = db.session.execute(_own_peoples(viewer).where(MentoringRequest.id == request_id)).first()
    if row is None:
        abort(404)
    return with_sides(viewer, row)


def employers_answer(viewer: Acting, asked: MentoringRequest) -> EmployerApproval | None:
    """What the employer said, for the mentee alone."""
    if not policy.is_mentee(viewer, asked):
        return None
    return db.session.get(EmployerApproval, (asked.org_id, asked.id))


# --- concerns -------------------------------------------------------------------------------------------------------


def shared_network(viewer: Acting, other_org_id: int) -> int | None:
    """A network that both firms belong to now (or that one of them is); the oldest, so that it is always the same."""
    if viewer.in_network:
        return viewer.org_id
    query = (
        sa.select(FirmMembership.network_id)
        .where(
            FirmMembership.network_id.in_(viewer.audiences),
            FirmMembership.firm_id == other_org_id,
            FirmMembership.state == MembershipState.active,
        )
        .order_by(FirmMembership.network_id)
        .limit(1)
    )
    return other_org_id if other_org_id in viewer.audiences else db.session.scalar(query)


def coordinators(org_id: int) -> Sequence[int]:
    """The people to tell in an organisation that the viewer belongs to: HR and administrators, or a network's own."""
    return db.session.scalars(sa.select(sa.func.coordinators_of(org_id))).all()


@dataclass(frozen=True, slots=True)
class ToldConcern:
    """A concern as the coordinator who handles it reads it."""

    concern: Concern
    reporter: str
    reporter_firm: str
    about: str


def _concerns(viewer: Acting) -> sa.Select[*tuple[Any, ...]]:
    reporter, about = aliased(Person), aliased(Person)
    return (
        sa.select(Concern, reporter.name, Organisation.name, about.name)
        .join(reporter, reporter.id == Concern.reporter_person_id)
        .join(about, about.id == Concern.about_person_id)
        .join(Organisation, Organisation.id == Concern.reporter_org_id)
        # Somebody whom a concern is about never reads it, coordinator or not.
        .where(Concern.org_id == viewer.org_id, Concern.about_person_id != viewer.person_id)
    )


def concerns(viewer: Acting) -> list[ToldConcern]:
    """What was reported to this organisation: what waits first, then the newest."""
    if not policy.may_see_concerns(viewer):
        return []
    query = _concerns(viewer).order_by(Concern.handled_at.is_not(None), Concern.id.desc()).limit(100)
    return [ToldConcern(*row) for row in db.session.execute(query)]


def concern_or_404(viewer: Acting, concern_id: int) -> Concern:
    row = None
    if policy.may_see_concerns(viewer):
        row = db.session.execute(_concerns(viewer).where(Concern.id == concern_id)).first()
    if row is None:
        abort(404)
    concern: Concern = row[0]
    return concern


# --- the clock's job ------------------------------------------------------------------------------------------------


def organisations_with_due_requests(now: datetime, reminder_before: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(sa.func.organisations_with_due_requests(now, reminder_before))).all()


def due_requests(org_id: int, now: datetime, reminder_before: datetime) -> Sequence[int]:
    """Requests of one organisation whose time has come, or whose mentor is to be reminded; ids only."""
    query = (
        sa.select(MentoringRequest.id)
        .where(
            MentoringRequest.org_id == org_id,
            MentoringRequest.state.in_(OPEN_STATES),
            sa.or_(
                MentoringRequest.due_at <= now,
                sa.and_(
                    MentoringRequest.state == RequestState.sent,
                    MentoringRequest.reminded_at.is_(None),
                    MentoringRequest.sent_at <= reminder_before,
                ),
            ),
        )
        .order_by(MentoringRequest.due_at)
    )
    return db.session.scalars(query).all()


def next_in_queue(org_id: int, mentor_id: int) -> sa.Row[Any] | None:
    """Whom to tell next that this mentor has room (org_id, person_id); for the worker, in the mentor's firm."""
    return db.session.execute(
        sa.text("SELECT org_id, person_id FROM next_in_queue(:org_id, :mentor_id)"),
        {"org_id": org_id, "mentor_id": mentor_id},
    ).first()


def people(person_ids: Iterable[int], org_ids: Iterable[int]) -> tuple[dict[int, Person], dict[int, Organisation]]:
    """Names for the worker's letters."""
    persons = db.session.scalars(sa.select(Person).where(Person.id.in_(set(person_ids))))
    firms = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(set(org_ids))))
    return {person.id: person for person in persons}, {firm.id: firm for firm in firms}
