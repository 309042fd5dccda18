"""What is held about the two people of a request: that they asked, what they wrote to each other, concerns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.requests import letters
from marketplace.requests.models import (
    OPEN_STATES,
    ChemistryAnswer,
    Concern,
    EmployerApproval,
    FirmConsent,
    MentoringRequest,
    MessageKind,
    RequestMessage,
    RequestState,
)
from tenants.accounts.models import Person
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register
from tenants.shared.letters import queue_letter


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _other(subject: Subject, row: MentoringRequest | Mentorship) -> tuple[int, int]:
    """(person, organisation) of the other one of the two."""
    if row.mentee_person_id == subject.person_id:
        return row.mentor_person_id, row.mentor_org_id
    return row.mentee_person_id, row.org_id


def _own_org(subject: Subject, row: MentoringRequest | Mentorship) -> int:
    return row.org_id if row.mentee_person_id == subject.person_id else row.mentor_org_id


def _sides(model: Any, subject: Subject) -> sa.ColumnElement[bool]:
    me = subject.person_id
    return sa.or_(model.mentee_person_id == me, model.mentor_person_id == me)


# --- export -------------------------------------------------------------------------------------------------------------


def export_requests(subject: Subject) -> list[dict[str, Any]]:
    """Each request with the words the person wrote or received; of the other one, name and firm."""
    me = subject.person_id
    requests = list(
        db.session.scalars(
            sa.select(MentoringRequest)
            .where(
                sa.or_(
                    MentoringRequest.mentee_person_id == me,
                    sa.and_(MentoringRequest.mentor_person_id == me, MentoringRequest.sent_at.is_not(None)),
                )
            )
            .order_by(MentoringRequest.id)
        )
    )
    names = _names({_other(subject, one)[0] for one in requests})
    words = _words(subject, requests)
    answers = {
        one.request_id: {"approved": one.approved, "reason": one.reason, "at": iso(one.decided_at)}
        for one in db.session.scalars(sa.select(EmployerApproval))
    }
    return [
        {
            "organisation": subject.slugs[_own_org(subject, one)],
            "as": "mentee" if one.mentee_person_id == me else "mentor",
            "with": names[_other(subject, one)[0]],
            "firm": subject.firms[_other(subject, one)[1]],
            "state": one.state.value,
            "form": one.form,
            "cadence": one.cadence,
            "written": words.get(one.id, []),
            "employer": answers.get(one.id) if one.mentee_person_id == me else None,
            "created_at": iso(one.created_at),
            "sent_at": iso(one.sent_at),
            "accepted_at": iso(one.accepted_at),
            "closed_at": iso(one.closed_at),
        }
        for one in requests
    ]


def _names(ids: set[int]) -> dict[int, str]:
    return {row.id: row.name for row in db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))}


def _words(subject: Subject, requests: list[MentoringRequest]) -> dict[int, list[dict[str, Any]]]:
    by_id = {one.id: one for one in requests}
    messages = db.session.scalars(
        sa.select(RequestMessage).where(RequestMessage.request_id.in_(by_id)).order_by(RequestMessage.id)
    )
    told: dict[int, list[dict[str, Any]]] = {}
    for one in messages:
        mine = one.author_person_id == subject.person_id
        if one.kind is MessageKind.contact and not mine and by_id[one.request_id].state is not RequestState.confirmed:
            continue
        told.setdefault(one.request_id, []).append(
            {
                "by": "me" if mine else "the other",
                "kind": one.kind.value,
                "reason": one.reason,
                "text": one.body,
                "at": iso(one.created_at),
            }
        )
    return told


def export_mentorships(subject: Subject) -> list[dict[str, Any]]:
    mentorships = list(
        db.session.scalars(sa.select(Mentorship).where(_sides(Mentorship, subject)).order_by(Mentorship.id))
    )
    names = _names({_other(subject, one)[0] for one in mentorships})
    return [
        {
            "organisation": subject.slugs[_own_org(subject, one)],
            "as": "mentee" if one.mentee_person_id == subject.person_id else "mentor",
            "with": names[_other(subject, one)[0]],
            "firm": subject.firms[_other(subject, one)[1]],
            "state": one.state.value,
            "form": one.form,
            "cadence": one.cadence,
            "started_at": iso(one.started_at),
            "ended_at": iso(one.ended_at),
        }
        for one in mentorships
    ]


def export_concerns(subject: Subject) -> list[dict[str, Any]]:
    """Those that the person reported. Who reported one about them is not theirs to know."""
    concerns = db.session.scalars(
        sa.select(Concern).where(Concern.reporter_person_id == subject.person_id).order_by(Concern.id)
    )
    return [
        {
            "organisation": subject.slugs[one.org_id],
            "reason": one.reason,
            "text": one.body,
            "at": iso(one.created_at),
            "handled_at": iso(one.handled_at),
        }
        for one in concerns
    ]


# --- erasure ------------------------------------------------------------------------------------------------------------


def erase_requests(subject: Subject, now: datetime) -> None:
    """Close what is open and tell the other; delete drafts; the person's own words go, the other's stay with the other."""
    me = subject.person_id
    held = sa.select(MentoringRequest).where(_sides(MentoringRequest, subject)).with_for_update()
    for one in db.session.scalars(held.order_by(MentoringRequest.org_id, MentoringRequest.id)).all():
        as_mentee = one.mentee_person_id == me
        if one.state in OPEN_STATES:
            one.state = _closed(one, as_mentee)
            one.due_at, one.closed_at, one.updated_at = None, now, now
            db.session.flush()
            _give_back(one)
            if one.sent_at is not None or not as_mentee:
                _tell(subject, one, "request_ended", f"requests/{one.id}", now)
        elif one.state is RequestState.draft and as_mentee:
            _delete_words(one)
            db.session.delete(one)
    db.session.flush()
    own = RequestMessage.author_person_id == me
    options = {"synchronize_session": False}
    db.session.execute(
        sa.delete(RequestMessage).where(own, RequestMessage.kind == MessageKind.contact), execution_options=options
    )
    db.session.execute(sa.update(RequestMessage).where(own).values(body=""), execution_options=options)


def _closed(one: MentoringRequest, as_mentee: bool) -> RequestState:
    if as_mentee:
        return RequestState.withdrawn
    # What never reached the mentor was not declined by them.
    return RequestState.declined if one.sent_at is not None else RequestState.expired


def _delete_words(draft: MentoringRequest) -> None:
    db.session.execute(
        sa.delete(RequestMessage).where(RequestMessage.org_id == draft.org_id, RequestMessage.request_id == draft.id),
        execution_options={"synchronize_session": False},
    )


def _give_back(row: MentoringRequest | Mentorship) -> None:
    request_id = row.request_id if isinstance(row, Mentorship) else row.id
    if db.session.scalar(sa.select(sa.func.release_place(row.org_id, request_id))):
        jobs.enqueue(letters.tell_queue, org_id=row.mentor_org_id, mentor_id=row.mentor_id)


def erase_mentorships(subject: Subject, now: datetime) -> None:
    """What runs ends kindly: the other is told, keeps their own words and the fact of it."""
    running = (
        sa.select(Mentorship)
        .where(_sides(Mentorship, subject), Mentorship.state != MentorshipState.ended)
        .order_by(Mentorship.org_id, Mentorship.id)
        .with_for_update()
    )
    for one in db.session.scalars(running).all():
        one.state, one.ended_at = MentorshipState.ended, now
        db.session.flush()
        _give_back(one)
        _tell(subject, one, "pair_left", f"mentorships/{one.id}", now)


def _tell(subject: Subject, row: MentoringRequest | Mentorship, kind: str, place: str, now: datetime) -> None:
    """By name a last time: the letter is sent, its words are emptied, and the notice forgets the name with everything else."""
    person_id, org_id = _other(subject, row)
    path = f"/{subject.slugs[org_id]}/{place}"
    data = {"name": subject.name, "url": path}
    queue_letter(kind, org_id=org_id, person_id=person_id, now=now, data=data, path=path)


def export_chemistry_answers(subject: Subject) -> list[dict[str, Any]]:
    answers = db.session.scalars(sa.select(ChemistryAnswer).where(ChemistryAnswer.person_id == subject.person_id))
    return [{"goes_on": one.goes_on, "contact": one.contact, "at": one.answered_at.isoformat()} for one in answers]


def erase_chemistry_answers(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.delete(ChemistryAnswer).where(ChemistryAnswer.person_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


def erase_concerns(subject: Subject, _now: datetime) -> None:
    """What was taken care of loses its words; what still waits for somebody keeps them until then."""
    db.session.execute(
        sa.update(Concern)
        .where(Concern.reporter_person_id == subject.person_id, Concern.handled_at.is_not(None))
        .values(body=""),
        execution_options={"synchronize_session": False},
    )


def erase_consents(subject: Subject, _now: datetime) -> None:
    """Why a firm said no to a pair with them; what it said stays."""
    either = sa.or_(
        FirmConsent.mentee_person_id == subject.person_id, FirmConsent.mentor_person_id == subject.person_id
    )
    db.session.execute(
        sa.update(FirmConsent).where(either).values(reason=""), execution_options={"synchronize_session": False}
    )


register(
    Holding(
        "mentorships",
        _l("Mentorships"),
        frozenset({"mentorship.mentee_person_id", "mentorship.mentor_person_id"}),
        export_mentorships,
        erase_mentorships,
        goes=_l("Mentorships that run end that day, and the other is told in a kind letter."),
        stays=_l("That a mentorship took place, and what the other wrote: it is theirs too."),
    ),
    Holding(
        "requests",
        _l("Requests"),
        frozenset(
            {
                "mentoring_request.mentee_person_id",
                "mentoring_request.mentor_person_id",
                "request_message.author_person_id",
                "employer_approval.decided_by_id",
            }
        ),
        export_requests,
        erase_requests,
        goes=_l("Every word you wrote in requests, drafts included. Open requests are closed, and the other is told."),
        stays=_l("That a request was made, when, and how it ended, without your name."),
    ),
    # Not exported: what a firm answered is not told to the two, nor which of them did.
    Holding(
        "firm_consents",
        _l("What organisations said to a proposed pair"),
        frozenset({"firm_consent.mentee_person_id", "firm_consent.mentor_person_id", "firm_consent.decided_by_id"}),
        erase=erase_consents,
    ),
    Holding(
        "chemistry_answers",
        _l("Whether I go on after a chemistry meeting"),
        frozenset({"chemistry_answer.person_id"}),
        export_chemistry_answers,
        erase_chemistry_answers,
    ),
    Holding(
        "concerns",
        _l("Concerns you reported"),
        frozenset({"concern.reporter_person_id", "concern.about_person_id"}),
        export_concerns,
        erase_concerns,
        stays=_l("A concern that nobody has handled yet, without your name: it may protect somebody."),
    ),
)

# The firm's own row, whoever runs the cohort; what it answered stays.
fade(Fading("firm_consent", ("reason",), of="cohort"))
