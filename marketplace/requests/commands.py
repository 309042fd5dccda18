"""The only writes of a request's life. One function is one step of ``states.STEPS`` and one transaction.

Every step first locks the request's row and looks at its state again, so that of two tabs, two clicks or two clocks the
second finds the step done and is told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.mentorships import calendar
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.requests import letters, policy, queries
from marketplace.requests.models import (
    OPEN_STATES,
    Concern,
    EmployerApproval,
    MentoringRequest,
    MessageKind,
    RequestMessage,
    RequestState,
)
from marketplace.requests.queries import AskedMentor, Seen, Side
from marketplace.requests.states import ANSWER_WITHIN, CLOSED_STATES, CONFIRM_WITHIN, REMIND_AFTER, STEPS
from marketplace.requests.words import MEANWHILE
from tenants.current import Acting
from tenants.organisations.models import ApprovalRule, Organisation
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.letters import queue_letter

Words = Mapping[MessageKind, str]


# --- what every step does -------------------------------------------------------------------------------------------


def _way_back(acting: Acting, asked: MentoringRequest) -> str:
    return url_for("requests.show", organisation=acting.slug, request_id=asked.id)


def _allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(_("You can see this request, but this step is not yours to take."))


def _lock(acting: Acting, asked: MentoringRequest, step: str, *, way_back: str | None = None) -> None:
    """Hold the row until the commit, read it again, and refuse if the step is no longer open."""
    found = db.session.scalar(
        sa.select(MentoringRequest)
        .where(MentoringRequest.org_id == asked.org_id, MentoringRequest.id == asked.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Refused(_("This request has changed since you opened the page."), way_back=way_back)
    if found.state not in STEPS[step].before:
        raise Refused(str(MEANWHILE[found.state]), way_back=way_back or _way_back(acting, asked))


def _move(asked: MentoringRequest, step: str, to: RequestState, *, now: datetime, due: datetime | None) -> None:
    if to not in STEPS[step].after:
        raise ValueError(f"{step} does not lead to {to}")
    asked.state = to
    asked.due_at = due
    asked.updated_at = now
    if to in CLOSED_STATES:
        asked.closed_at = now


def _write(
    acting: Acting,
    asked: MentoringRequest,
    kind: MessageKind,
    body: str,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    if body or reason:
        _write_all(acting, asked, {kind: body}, now=now, reason=reason)


def _write_all(
    acting: Acting, asked: MentoringRequest, words: Words, *, now: datetime, reason: str | None = None
) -> None:
    rows = [
        {
            "org_id": asked.org_id,
            "id": new_id(),
            "request_id": asked.id,
            "author_person_id": acting.person_id,
            "kind": kind,
            "reason": reason,
            "body": body,
            "created_at": now,
        }
        for kind, body in words.items()
    ]
    db.session.execute(sa.insert(RequestMessage), rows)


def _log(
    verb: str, asked: MentoringRequest, *, mentee: str, mentor: str, now: datetime, actor: tuple[int | None, str]
) -> None:
    """In the log of both firms, or of the mentee's alone while the request has not left it. Names only, never words."""
    org_ids = [asked.org_id, asked.mentor_org_id] if asked.sent_at else [asked.org_id]
    record(
        verb,
        org_ids=org_ids,
        now=now,
        subject=("request", asked.id),
        actor=actor,
        data={"mentee": mentee, "mentor": mentor},
    )


def _log_step(verb: str, acting: Acting, seen: Seen, *, now: datetime) -> None:
    actor = (acting.person_id, acting.person_name)
    _log(verb, seen.asked, mentee=seen.mentee.name, mentor=seen.mentor.name, now=now, actor=actor)


def _tell(kind: str, reader: Side, asked: MentoringRequest, data: dict[str, Any], *, now: datetime) -> None:
    path = letters.request_path(reader.slug, asked.id)
    queue_letter(kind, org_id=reader.org_id, person_id=reader.id, now=now, data=data, path=path)


def _tell_by_link(kind: str, asked: MentoringRequest) -> None:
    jobs.enqueue(letters.tell_by_link, org_id=asked.org_id, request_id=asked.id, kind=kind, link_id=new_id())


def _give_back_place(asked: MentoringRequest) -> None:
    """The place is free again, and whoever waits for it is told."""
    if db.session.scalar(sa.select(sa.func.release_place(asked.org_id, asked.id))):
        db.session.refresh(asked, ["holds_place"])
        jobs.enqueue(letters.tell_queue, org_id=asked.mentor_org_id, mentor_id=asked.mentor_id)


def _spend(link: bytes | None, now: datetime) -> None:
    """A link acts once: it is spent in the same transaction as what it did."""
    if link is not None and not db.session.scalar(sa.select(sa.func.spend_link(link, now))):
        raise Refused(_("This link has been used already, or its time has run out."))


# --- the mentee asks ------------------------------------------------------------------------------------------------


def _one_at_a_time(acting: Acting) -> None:
    """Two tabs of one mentee take turns until the commit: no limit is passed, no pair asked twice."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(acting.affiliation_id)))


def _keep_draft(
    acting: Acting,
    mentor: AskedMentor,
    draft: MentoringRequest | None,
    words: Words,
    *,
    form: str,
    cadence: str | None,
    now: datetime,
    resent_from: MentoringRequest | None = None,
) -> MentoringRequest:
    if draft is None:
        draft = MentoringRequest(
            org_id=acting.org_id,
            id=new_id(),
            mentee_id=acting.affiliation_id,
            mentee_person_id=acting.person_id,
            mentor_org_id=mentor.org_id,
            mentor_id=mentor.mentor_id,
            mentor_person_id=mentor.person_id,
            state=RequestState.draft,
            resent_from_id=resent_from.id if resent_from else None,
            created_at=now,
        )
        written = {}
        db.session.add(draft)
    else:
        written = queries.written_words(acting, draft)
    draft.form, draft.cadence, draft.updated_at = form, cadence, now
    db.session.flush()
    for kind, body in words.items():
        if kind in written:
            written[kind].body, written[kind].created_at = body, now
    new = {kind: body for kind, body in words.items() if kind not in written}
    if new:
        _write_all(acting, draft, new, now=now)
    db.session.flush()
    return draft


class AlreadyAsked(Refused):
    """This pair has an open request (``asked``); the page may show it beside the words that were typed."""

    def __init__(self, acting: Acting, asked: MentoringRequest, mentor: AskedMentor) -> None:
        sentence = _("You have already asked %(name)s. Here is where it stands.", name=mentor.first_name)
        super().__init__(sentence, way_back=_way_back(acting, asked))
        self.asked = asked


def save_draft(
    *, acting: Acting, mentor: AskedMentor, words: Words, form: str, cadence: str | None, now: datetime
) -> MentoringRequest:
    """Keep what the mentee has written so far; nobody else sees it. Raises ``Refused`` when it was sent meanwhile."""
    _allow(policy.may_ask(acting, mentor.person_id))
    _one_at_a_time(acting)
    asked = queries.request_in_hand(acting, mentor.person_id)
    if asked is not None and asked.state is not RequestState.draft:
        raise AlreadyAsked(acting, asked, mentor)
    asked = _keep_draft(acting, mentor, asked, words, form=form, cadence=cadence, now=now)
    db.session.commit()
    return asked


def discard_draft(*, acting: Acting, seen: Seen) -> None:
    """Throw a draft away, with every word of it."""
    asked = seen.asked
    _allow(policy.may_discard(acting, asked))
    _lock(acting, asked, "send_request")
    written = sa.delete(RequestMessage).where(
        RequestMessage.org_id == asked.org_id, RequestMessage.request_id == asked.id
    )
    db.session.execute(written, execution_options={"synchronize_session": False})
    db.session.delete(asked)
    db.session.commit()


def _reason_to_wait(acting: Acting, mentor: AskedMentor, firm: Organisation, others: int) -> Refused | None:
    if mentor.room < 1:
        sentence = _(
            "%(name)s has no room for now. Your words are kept as a draft; join the queue and you will hear when a "
            "place is free.",
            name=mentor.first_name,
        )
        return Refused(
            sentence, way_back=url_for("directory.show", organisation=acting.slug, mentor_id=mentor.mentor_id)
        )
    if others >= firm.max_open_requests:
        sentence = ngettext(
            "You have %(num)d open request, which is as many as your organisation allows. Withdraw it or wait for the "
            "answer; your words are kept as a draft.",
            "You have %(num)d open requests, which is as many as your organisation allows. Withdraw one or wait for an "
            "answer; your words are kept as a draft.",
            others,
        )
        return Refused(sentence, way_back=url_for("requests.index", organisation=acting.slug))
    return None


def send_request(
    *, acting: Acting, mentor: AskedMentor, words: Words, form: str, cadence: str | None, now: datetime
) -> MentoringRequest:
    """Ask ``mentor``: through the employer first where the organisation wants it so.

    Sent twice in the same words, it is sent once. Raises ``AlreadyAsked`` when this pair has another open request,
    ``Refused`` when the mentor is full or the mentee has as many open requests as the organisation allows; the words
    then stay as a draft.
    """
    _allow(policy.may_ask(acting, mentor.person_id))
    _one_at_a_time(acting)
    in_hand = queries.requests_in_hand(acting)
    asked = next((one for one in in_hand if one.mentor_person_id == mentor.person_id), None)
    if asked is not None and asked.state is not RequestState.draft:
        if _says_the_same(acting, asked, words):
            db.session.commit()
            return asked
        raise AlreadyAsked(acting, asked, mentor)
    asked = _keep_draft(acting, mentor, asked, words, form=form, cadence=cadence, now=now)
    firm = db.session.get_one(Organisation, acting.org_id)
    wait = _reason_to_wait(acting, mentor, firm, sum(one.state in OPEN_STATES for one in in_hand))
    if wait:
        db.session.commit()
        raise wait
    _dispatch(acting, asked, mentor, firm, now=now)
    db.session.commit()
    return asked


def _says_the_same(acting: Acting, asked: MentoringRequest, words: Words) -> bool:
    """A second press of the same button, and not a second thought."""
    return words == {kind: message.body for kind, message in queries.written_words(acting, asked).items()}


def _dispatch(
    acting: Acting, asked: MentoringRequest, mentor: AskedMentor, firm: Organisation, *, now: datetime
) -> None:
    actor = (acting.person_id, acting.person_name)
    names = {"mentee": acting.person_name, "mentor": mentor.name}
    due = now + ANSWER_WITHIN
    if firm.request_approval is ApprovalRule.always:
        _move(asked, "send_request", RequestState.awaiting_employer, now=now, due=due)
        db.session.flush()
        _log("request.put_to_employer", asked, **names, now=now, actor=actor)
        path = f"/{acting.slug}/requests/approvals"
        data = letters.employer_asked(acting.person_name, mentor.name, mentor.firm, path)
        for person_id in queries.coordinators(acting.org_id):
            if person_id != acting.person_id:
                queue_letter("employer_asked", org_id=acting.org_id, person_id=person_id, now=now, data=data, path=path)
        return
    _move(asked, "send_request", RequestState.sent, now=now, due=due)
    asked.sent_at = now
    db.session.flush()
    _log("request.sent", asked, **names, now=now, actor=actor)
    _tell_by_link("request_received", asked)


def resend_request(*, acting: Acting, seen: Seen, mentor: AskedMentor, now: datetime) -> MentoringRequest:
    """Send the same words again after nobody answered in time; allowed once. ``mentor``: as they are seen now."""
    old = seen.asked
    _allow(policy.may_resend(acting, old))
    _one_at_a_time(acting)
    _lock(acting, old, "resend_request")
    if not queries.may_resend_now(acting, old):
        raise Refused(_("A request can be sent again once."), way_back=_way_back(acting, old))
    in_hand = queries.requests_in_hand(acting)
    open_one = next((one for one in in_hand if one.mentor_person_id == mentor.person_id), None)
    if open_one is not None and open_one.state is not RequestState.draft:
        raise AlreadyAsked(acting, open_one, mentor)
    words = {kind: message.body for kind, message in queries.written_words(acting, old).items()}
    asked = _keep_draft(acting, mentor, open_one, words, form=old.form, cadence=old.cadence, now=now, resent_from=old)
    firm = db.session.get_one(Organisation, acting.org_id)
    wait = _reason_to_wait(acting, mentor, firm, sum(one.state in OPEN_STATES for one in in_hand))
    if wait:
        db.session.commit()
        raise wait
    _dispatch(acting, asked, mentor, firm, now=now)
    db.session.commit()
    return asked


# --- the employer ---------------------------------------------------------------------------------------------------


def _employers_answer(acting: Acting, asked: MentoringRequest, approved: bool, reason: str, now: datetime) -> None:
    db.session.execute(
        sa.insert(EmployerApproval).values(
            org_id=asked.org_id,
            request_id=asked.id,
            approved=approved,
            reason=reason,
            decided_by_id=acting.person_id,
            decided_at=now,
        )
    )


def approve_request(*, acting: Acting, seen: Seen, now: datetime) -> None:
    """The employer says yes: the request goes to the mentor."""
    asked = seen.asked
    _allow(policy.may_approve(acting, asked))
    _lock(acting, asked, "approve_request", way_back=url_for("requests.approvals", organisation=acting.slug))
    _employers_answer(acting, asked, True, "", now)
    _move(asked, "approve_request", RequestState.sent, now=now, due=now + ANSWER_WITHIN)
    asked.sent_at = now
    db.session.flush()
    _log_step("request.approved", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    _tell("employer_approved", seen.mentee, asked, letters.employer_answered(seen.mentor.name, path), now=now)
    _tell_by_link("request_received", asked)
    db.session.commit()


def refuse_request(*, acting: Acting, seen: Seen, reason: str, now: datetime) -> None:
    """The employer says no. ``reason`` is for the mentee; the mentor never learns of the request."""
    asked = seen.asked
    _allow(policy.may_approve(acting, asked))
    _lock(acting, asked, "refuse_request", way_back=url_for("requests.approvals", organisation=acting.slug))
    _employers_answer(acting, asked, False, reason, now)
    _move(asked, "refuse_request", RequestState.refused_by_employer, now=now, due=None)
    db.session.flush()
    _log_step("request.refused_by_employer", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    _tell("employer_refused", seen.mentee, asked, letters.employer_answered(seen.mentor.name, path), now=now)
    db.session.commit()


# --- the mentor answers ---------------------------------------------------------------------------------------------


def ask_for_more(*, acting: Acting, seen: Seen, question: str, now: datetime, link: bytes | None = None) -> None:
    """The mentor would like to know something before they answer. ``link``: the hash of the link they came by."""
    asked = seen.asked
    _allow(policy.may_answer(acting, asked))
    _lock(acting, asked, "ask_for_more")
    _spend(link, now)
    _move(asked, "ask_for_more", RequestState.more_information, now=now, due=now + ANSWER_WITHIN)
    _write(acting, asked, MessageKind.question, question, now=now)
    _log_step("request.more_asked", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    data = letters.information_asked(seen.mentor.name, path, asked.due_at)
    _tell("information_asked", seen.mentee, asked, data, now=now)
    db.session.commit()


def answer_question(*, acting: Acting, seen: Seen, answer: str, now: datetime) -> None:
    """The mentee answers; the mentor has the full time again."""
    asked = seen.asked
    _allow(policy.may_give_information(acting, asked))
    _lock(acting, asked, "answer_question")
    _move(asked, "answer_question", RequestState.sent, now=now, due=now + ANSWER_WITHIN)
    asked.sent_at, asked.reminded_at = now, None
    _write(acting, asked, MessageKind.answer, answer, now=now)
    _log_step("request.answered", acting, seen, now=now)
    _tell_by_link("information_given", asked)
    db.session.commit()


def accept_request(
    *,
    acting: Acting,
    seen: Seen,
    words: str,
    contact: str,
    now: datetime,
    link: bytes | None = None,
) -> None:
    """The mentor says yes: a place is kept for the mentee for seven days. ``contact`` is shown once both have said yes.

    Raises ``Refused`` when the mentor's last place went to somebody else meanwhile.
    """
    asked = seen.asked
    _allow(policy.may_answer(acting, asked))
    _lock(acting, asked, "accept_request")
    _spend(link, now)
    if not db.session.scalar(sa.select(sa.func.claim_place(asked.org_id, asked.id))):
        raise Refused(
            _(
                "All your places are taken by now. Raise the number of people you accompany on your mentor page, or "
                "tell %(name)s that you have no room.",
                name=seen.mentee.first_name,
            ),
            way_back=_way_back(acting, asked),
        )
    db.session.refresh(asked, ["holds_place"])
    _move(asked, "accept_request", RequestState.accepted, now=now, due=now + CONFIRM_WITHIN)
    asked.accepted_at = now
    _write(acting, asked, MessageKind.acceptance, words, now=now)
    _write(acting, asked, MessageKind.contact, contact, now=now)
    _log_step("request.accepted", acting, seen, now=now)
    _tell_by_link("request_accepted", asked)
    db.session.commit()


def decline_request(
    *, acting: Acting, seen: Seen, reason: str, words: str, now: datetime, link: bytes | None = None
) -> None:
    """The mentor says no, with a reason of the list that the mentee reads."""
    asked = seen.asked
    _allow(policy.may_answer(acting, asked))
    _lock(acting, asked, "decline_request")
    _spend(link, now)
    _move(asked, "decline_request", RequestState.declined, now=now, due=None)
    _write(acting, asked, MessageKind.decline, words, now=now, reason=reason)
    _log_step("request.declined", acting, seen, now=now)
    path = letters.request_path(seen.mentee.slug, asked.id)
    _tell("request_declined", seen.mentee, asked, letters.request_declined(seen.mentor.name, path), now=now)
    db.session.commit()


# --- the mentee ends or confirms ------------------------------------------------------------------------------------


def withdraw_request(*, acting: Acting, seen: Seen, words: str, now: datetime) -> None:
    """The mentee takes the request back. A mentor whom it reached is told; a place that was kept is free again."""
    asked = seen.asked
    _allow(policy.may_withdraw(acting, asked))
    _lock(acting, asked, "withdraw_request")
    _move(asked, "withdraw_request", RequestState.withdrawn, now=now, due=None)
    db.session.flush()
    _give_back_place(asked)
    _log_step("request.withdrawn", acting, seen, now=now)
    if asked.sent_at is not None:
        _write(acting, asked, MessageKind.withdrawal, words, now=now)
        path = letters.request_path(seen.mentor.slug, asked.id)
        _tell("request_withdrawn", seen.mentor, asked, letters.request_withdrawn(seen.mentee.name, path), now=now)
    db.session.commit()


def confirm_request(
    *, acting: Acting, seen: Seen, contact: str, now: datetime, link: bytes | None = None
) -> Mentorship:
    """The mentee confirms: the mentorship exists, and its place is used. ``contact`` is shown to the mentor."""
    asked = seen.asked
    _allow(policy.may_confirm(acting, asked))
    _lock(acting, asked, "confirm_request")
    _spend(link, now)
    mentorship = Mentorship(
        org_id=asked.org_id,
        id=new_id(),
        request_id=asked.id,
        mentee_person_id=asked.mentee_person_id,
        mentor_org_id=asked.mentor_org_id,
        mentor_id=asked.mentor_id,
        mentor_person_id=asked.mentor_person_id,
        form=asked.form,
        cadence=asked.cadence,
        state=MentorshipState.running,
        started_at=now,
    )
    db.session.add(mentorship)
    _move(asked, "confirm_request", RequestState.confirmed, now=now, due=None)
    asked.closed_at = now
    db.session.flush()
    _write(acting, asked, MessageKind.contact, contact, now=now)
    _log_step("mentorship.confirmed", acting, seen, now=now)
    summary = f"{seen.mentee.name} – {seen.mentor.name}"
    facts = calendar.meeting_facts(mentorship.id, summary, now, acting.zone)
    for reader, other in ((seen.mentee, seen.mentor), (seen.mentor, seen.mentee)):
        path = f"/{reader.slug}/mentorships/{mentorship.id}"
        queue_letter(
            "mentorship_confirmed",
            org_id=reader.org_id,
            person_id=reader.id,
            now=now,
            data=letters.mentorship_confirmed(other.name, other.firm, path, facts),
            path=path,
        )
    db.session.commit()
    return mentorship


# --- concerns -------------------------------------------------------------------------------------------------------


def report_concern(*, acting: Acting, seen: Seen, reason: str, words: str, now: datetime) -> None:
    """Tell the administrators of a network both firms share, else the reporter's own coordinators. The other person is
    never told, and the other firm's log says nothing."""
    asked = seen.asked
    _allow(policy.may_report(acting, asked))
    org_id = queries.shared_network(acting, seen.other.org_id) or acting.org_id
    db.session.execute(
        sa.insert(Concern).values(
            org_id=org_id,
            id=new_id(),
            reporter_person_id=acting.person_id,
            reporter_org_id=acting.org_id,
            about_person_id=seen.other.id,
            request_org_id=asked.org_id,
            request_id=asked.id,
            reason=reason,
            body=words,
            created_at=now,
        )
    )
    slug = db.session.get_one(Organisation, org_id).slug
    path = f"/{slug}/requests/concerns"
    for person_id in queries.coordinators(org_id):
        if person_id not in {acting.person_id, seen.other.id}:
            queue_letter(
                "concern_reported",
                org_id=org_id,
                person_id=person_id,
                now=now,
                data=letters.concern_reported(path),
                path=path,
            )
    db.session.commit()


def handle_concern(*, acting: Acting, concern: Concern, now: datetime) -> None:
    """A coordinator has taken care of it. Doing so twice changes nothing."""
    _allow(policy.may_handle(acting, concern))
    if concern.handled_at is None:
        concern.handled_at = now
        record(
            "concern.handled",
            org_ids=[acting.org_id],
            now=now,
            subject=("concern", concern.id),
            actor=(acting.person_id, acting.person_name),
        )
    db.session.commit()


# --- the clock ------------------------------------------------------------------------------------------------------


def _due(org_id: int, request_id: int) -> MentoringRequest | None:
    """The request, held until the commit; None while another worker holds it, who then does the work."""
    return db.session.scalar(
        sa.select(MentoringRequest)
        .where(MentoringRequest.org_id == org_id, MentoringRequest.id == request_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _sides(asked: MentoringRequest) -> tuple[Side, Side]:
    persons, firms = queries.people(
        (asked.mentee_person_id, asked.mentor_person_id), (asked.org_id, asked.mentor_org_id)
    )

    def side(person_id: int, org_id: int) -> Side:
        person, firm = persons[person_id], firms[org_id]
        return Side(person_id, person.name, firm.name, org_id, firm.slug, person.time_zone)

    return side(asked.mentee_person_id, asked.org_id), side(asked.mentor_person_id, asked.mentor_org_id)


def turn_clock(*, org_id: int, request_id: int, now: datetime) -> None:
    """Whatever the clock asks of one request by now: a reminder, the expiry, or giving the place back; each once."""
    asked = _due(org_id, request_id)
    if asked is not None:
        over = asked.due_at is not None and asked.due_at <= now
        if over and asked.state in STEPS["expire_request"].before:
            expire_request(asked=asked, now=now)
        elif over and asked.state in STEPS["lapse_request"].before:
            lapse_request(asked=asked, now=now)
        elif not over and _reminder_due(asked, now):
            remind_mentor(asked=asked, now=now)
    db.session.rollback()


def _reminder_due(asked: MentoringRequest, now: datetime) -> bool:
    return (
        asked.state in STEPS["remind_mentor"].before
        and asked.reminded_at is None
        and asked.sent_at is not None
        and asked.sent_at + REMIND_AFTER <= now
    )


def remind_mentor(*, asked: MentoringRequest, now: datetime) -> None:
    """Half of the mentor's time is over; ``asked`` is held by this transaction."""
    asked.reminded_at = asked.updated_at = now
    letters.write_with_link(asked, kind="request_reminder", link_id=new_id(), now=now)
    db.session.commit()


def expire_request(*, asked: MentoringRequest, now: datetime) -> None:
    """Nobody answered in time; ``asked`` is held by this transaction."""
    mentee, mentor = _sides(asked)
    _move(asked, "expire_request", RequestState.expired, now=now, due=None)
    db.session.flush()
    _log("request.expired", asked, mentee=mentee.name, mentor=mentor.name, now=now, actor=(None, ""))
    can_resend = asked.sent_at is not None and asked.resent_from_id is None
    path = letters.request_path(mentee.slug, asked.id)
    _tell("request_expired", mentee, asked, letters.request_expired(mentor.name, path, can_resend), now=now)
    if asked.sent_at is not None:
        path = letters.request_path(mentor.slug, asked.id)
        data = letters.request_expired_mentor(mentee.name, path)
        _tell("request_expired_mentor", mentor, asked, data, now=now)
    db.session.commit()


def lapse_request(*, asked: MentoringRequest, now: datetime) -> None:
    """The mentee did not confirm in time: the place is free again; ``asked`` is held by this transaction."""
    mentee, mentor = _sides(asked)
    _move(asked, "lapse_request", RequestState.lapsed, now=now, due=None)
    db.session.flush()
    _give_back_place(asked)
    _log("request.lapsed", asked, mentee=mentee.name, mentor=mentor.name, now=now, actor=(None, ""))
    for reader, other in ((mentee, mentor), (mentor, mentee)):
        path = letters.request_path(reader.slug, asked.id)
        _tell("request_lapsed", reader, asked, letters.request_lapsed(other.name, path), now=now)
    db.session.commit()
