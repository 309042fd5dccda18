"""The mentee asks: a draft, and sending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.pairing.queries import Stage
from marketplace.pairing.words import STAGES
from marketplace.programmes.models import Cohort
from marketplace.requests import letters, policy, queries
from marketplace.requests.commands.steps import Words, allow, lock, log, move, put, tell_by_link, way_back_to, write_all
from marketplace.requests.models import OPEN_STATES, MentoringRequest, RequestMessage, RequestState
from marketplace.requests.queries import AskedMentor, Seen
from marketplace.requests.states import ANSWER_WITHIN
from tenants.current import Acting
from tenants.organisations.models import ApprovalRule, Organisation
from tenants.organisations.queries import own_organisation
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.letters import queue_letter


class AlreadyAsked(Refused):
    """This pair has an open request (``asked``); the page may show it beside the words that were typed."""

    def __init__(self, acting: Acting, asked: MentoringRequest, mentor: AskedMentor) -> None:
        sentence = _("You have already asked %(name)s. Here is where it stands.", name=mentor.first_name)
        super().__init__(sentence, way_back=way_back_to(acting, asked))
        self.asked = asked


def save_draft(
    *, acting: Acting, mentor: AskedMentor, words: Words, form: str, cadence: str | None, now: datetime
) -> MentoringRequest:
    """Keep what the mentee has written so far; nobody else sees it. Raises ``Refused`` when it was sent meanwhile."""
    allow(policy.may_ask(acting, mentor.person_id))
    _one_at_a_time(acting)
    mentor = _ready(acting, mentor)
    asked = queries.request_in_hand(acting, mentor.person_id)
    if asked is not None and asked.state is not RequestState.draft:
        raise AlreadyAsked(acting, asked, mentor)
    asked = _draft(acting, mentor, asked, form=form, cadence=cadence, now=now)
    _keep_words(acting, asked, words, now=now)
    db.session.commit()
    return asked


def discard_draft(*, acting: Acting, seen: Seen) -> None:
    """Throw a draft away, with every word of it."""
    asked = seen.asked
    allow(policy.may_discard(acting, asked))
    lock(acting, asked, "send_request")
    _throw_away(asked)
    db.session.commit()


def _throw_away(draft: MentoringRequest) -> None:
    written = sa.delete(RequestMessage).where(
        RequestMessage.org_id == draft.org_id, RequestMessage.request_id == draft.id
    )
    db.session.execute(written, execution_options={"synchronize_session": False})
    db.session.delete(draft)
    db.session.flush()


def send_request(
    *, acting: Acting, mentor: AskedMentor, words: Words, form: str, cadence: str | None, now: datetime
) -> MentoringRequest:
    """Ask ``mentor``: through the employer first where the organisation wants it so. A mentee who is the only one to
    answer for the employer asks the mentor straight, and the organisation's log says so.

    Sent twice in the same words, it is sent once. Raises ``AlreadyAsked`` when this pair has another open request,
    ``Refused`` when the mentor is full or the mentee has as many open requests as the organisation allows; the words
    then stay as a draft.
    """
    allow(policy.may_ask(acting, mentor.person_id))
    in_hand = queries.requests_in_hand(acting, alone=True)
    mentor = _ready(acting, mentor)
    asked = next((one for one in in_hand if one.mentor_person_id == mentor.person_id), None)
    if asked is not None and asked.state is not RequestState.draft:
        if _says_the_same(acting, asked, words):
            db.session.commit()
            return asked
        raise AlreadyAsked(acting, asked, mentor)
    firm = own_organisation(acting)
    wait = _reason_to_wait(acting, mentor, firm, in_hand)
    asked = _draft(acting, mentor, asked, form=form, cadence=cadence, now=now)
    if wait:
        _keep_words(acting, asked, words, now=now)
        db.session.commit()
        raise wait
    _dispatch(acting, asked, mentor, firm, words, now=now)
    db.session.commit()
    return asked


def resend_request(*, acting: Acting, seen: Seen, mentor: AskedMentor, now: datetime) -> MentoringRequest:
    """Send the same words again after nobody answered in time; allowed once. ``mentor``: as they are seen now."""
    old = seen.asked
    allow(policy.may_resend(acting, old))
    _one_at_a_time(acting)
    lock(acting, old, "resend_request")
    mentor = _ready(acting, mentor)
    if not queries.may_resend_now(acting, old):
        raise Refused(_("A request can be sent again once."), way_back=way_back_to(acting, old))
    in_hand = queries.requests_in_hand(acting)
    open_one = next((one for one in in_hand if one.mentor_person_id == mentor.person_id), None)
    if open_one is not None and open_one.state is not RequestState.draft:
        raise AlreadyAsked(acting, open_one, mentor)
    words = {kind: message.body for kind, message in queries.written_words(acting, old).items()}
    firm = own_organisation(acting)
    wait = _reason_to_wait(acting, mentor, firm, in_hand)
    asked = _draft(acting, mentor, open_one, form=old.form, cadence=old.cadence, now=now, resent_from=old)
    if wait:
        _keep_words(acting, asked, words, now=now)
        db.session.commit()
        raise wait
    _dispatch(acting, asked, mentor, firm, words, now=now)
    db.session.commit()
    return asked


def _one_at_a_time(acting: Acting) -> None:
    """Two tabs of one mentee take turns until the commit: no limit is passed, no pair asked twice."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(acting.affiliation_id)))


def _ready(acting: Acting, mentor: AskedMentor) -> AskedMentor:
    """In a cohort, one asks while its matching is open and one has no pair yet; a peer needs no page of their own."""
    if mentor.cohort is None:
        return mentor
    back = url_for("pairing.index", organisation=acting.slug, cohort_id=mentor.cohort.id)
    if mentor.stage is not Stage.open:
        raise Refused(str(STAGES[mentor.stage]), way_back=back)
    profile = queries.profile_to_ask(mentor, new_id())
    if profile is None:
        raise Refused(_("%(name)s is no longer in this cohort.", name=mentor.first_name), way_back=back)
    return replace(mentor, mentor_id=profile)


def _draft(
    acting: Acting,
    mentor: AskedMentor,
    draft: MentoringRequest | None,
    *,
    form: str,
    cadence: str | None,
    now: datetime,
    resent_from: MentoringRequest | None = None,
) -> MentoringRequest:
    """The draft in hand, or a new one that ``_keep_words`` puts in the database, in whatever state it is by then.

    A draft of another place (the directory, another cohort) gives way: where a request is made is never changed.
    """
    cohort = mentor.cohort
    if draft is not None and draft.cohort_id != (cohort.id if cohort else None):
        _throw_away(draft)
        draft = None
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
            holds_place=False,
            resent_from_id=resent_from.id if resent_from else None,
            version=1,
            cohort_org_id=cohort.org_id if cohort else None,
            cohort_id=cohort.id if cohort else None,
            created_at=now,
        )
    draft.form, draft.cadence, draft.updated_at = form, cadence, now
    return draft


def _is_new(draft: MentoringRequest) -> bool:
    return bool(sa.inspect(draft).transient)


def _keep_words(acting: Acting, draft: MentoringRequest, words: Words, *, now: datetime) -> None:
    if _is_new(draft):
        put(acting, draft, words, now=now)
        return
    written = queries.written_words(acting, draft)
    db.session.flush()
    for kind, body in words.items():
        if kind in written:
            written[kind].body, written[kind].created_at = body, now
    new = {kind: body for kind, body in words.items() if kind not in written}
    if new:
        write_all(acting, draft, new, now=now)
    db.session.flush()


def _reason_to_wait(
    acting: Acting, mentor: AskedMentor, firm: Organisation, in_hand: Sequence[MentoringRequest]
) -> Refused | None:
    if mentor.cohort is not None:
        wait = _reason_in_cohort(acting, mentor, mentor.cohort, in_hand)
        if wait is not None:
            return wait
    elif mentor.room < 1:
        sentence = _(
            "%(name)s has no room for now. Your words are kept as a draft; join the queue and you will hear when a "
            "place is free.",
            name=mentor.first_name,
        )
        return Refused(
            sentence, way_back=url_for("directory.show", organisation=acting.slug, mentor_id=mentor.mentor_id)
        )
    # A cohort counts its own, by its programme's rule.
    others = sum(one.state in OPEN_STATES and one.cohort_id is None for one in in_hand)
    if mentor.cohort is None and others >= firm.max_open_requests:
        sentence = ngettext(
            "You have %(num)d open request, which is as many as your organisation allows. Withdraw it or wait for the "
            "answer; your words are kept as a draft.",
            "You have %(num)d open requests, which is as many as your organisation allows. Withdraw one or wait for an "
            "answer; your words are kept as a draft.",
            others,
        )
        return Refused(sentence, way_back=url_for("requests.index", organisation=acting.slug))
    full = queries.networks_without_places(acting, mentor)
    if full:
        sentence = _(
            "%(network)s has no more places for mentees of your company. Your HR partner can ask for more; your words are "
            "kept as a draft until then.",
            network=", ".join(full),
        )
        return Refused(sentence, way_back=url_for("requests.index", organisation=acting.slug))
    return None


def _reason_in_cohort(
    acting: Acting, mentor: AskedMentor, cohort: Cohort, in_hand: Sequence[MentoringRequest]
) -> Refused | None:
    back = url_for("pairing.index", organisation=acting.slug, cohort_id=cohort.id)
    if mentor.room < 1:
        sentence = _(
            "%(name)s has no place left in this cohort for now. Your words are kept as a draft; ask somebody with room.",
            name=mentor.first_name,
        )
        return Refused(sentence, way_back=back)
    mine = sum(one.state in OPEN_STATES and one.cohort_id == cohort.id for one in in_hand)
    if mine >= cohort.modalities.open_requests:
        sentence = ngettext(
            "You have %(num)d open request in this cohort, which is as many as its programme allows. Withdraw it or wait "
            "for the answer; your words are kept as a draft.",
            "You have %(num)d open requests in this cohort, which is as many as its programme allows. Withdraw one or wait "
            "for an answer; your words are kept as a draft.",
            mine,
        )
        return Refused(sentence, way_back=back)
    return None


def _says_the_same(acting: Acting, asked: MentoringRequest, words: Words) -> bool:
    """A second press of the same button, and not a second thought."""
    return words == {kind: message.body for kind, message in queries.written_words(acting, asked).items()}


def _dispatch(
    acting: Acting, asked: MentoringRequest, mentor: AskedMentor, firm: Organisation, words: Words, *, now: datetime
) -> None:
    """To the employer first where the organisation wants it so and somebody other than the mentee can answer for it;
    else to the mentor.
    """
    wanted = firm.request_approval is ApprovalRule.always or (
        firm.request_approval is ApprovalRule.by_programme
        and mentor.cohort is not None
        and mentor.cohort.modalities.employer_approval
    )
    approvers = queries.approvers(acting) if wanted else []
    begun = not _is_new(asked)
    if begun:
        # Only the words of a draft may change, so they come before the state; of a new request, one statement writes both.
        _keep_words(acting, asked, words, now=now)
    to = RequestState.awaiting_employer if approvers else RequestState.sent
    move(asked, "send_request", to, now=now, due=now + ANSWER_WITHIN)
    asked.sent_at = None if approvers else now
    if begun:
        db.session.flush()
    else:
        _keep_words(acting, asked, words, now=now)
    actor = (acting.person_id, acting.person_name)
    names = {"mentee": acting.person_name, "mentor": mentor.name}
    if approvers:
        log("request.put_to_employer", asked, **names, now=now, actor=actor)
        path = f"/{acting.slug}/requests/approvals"
        data = letters.employer_asked(acting.person_name, mentor.name, mentor.firm, path)
        for person_id in approvers:
            queue_letter("employer_asked", org_id=acting.org_id, person_id=person_id, now=now, data=data, path=path)
        return
    if wanted:
        record(
            "request.needed_no_approval",
            org_ids=[acting.org_id],
            now=now,
            subject=("request", asked.id),
            actor=actor,
            data=names,
        )
    log("request.sent", asked, **names, now=now, actor=actor)
    tell_by_link("request_received", asked)
