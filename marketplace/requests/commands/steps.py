"""What every step does: lock the row, move the state, write words, log, tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.pairing.queries import has_pair_in_cohort
from marketplace.requests import letters, queries
from marketplace.requests.models import (
    ChemistryMeeting,
    MentoringRequest,
    MessageKind,
    RequestState,
)
from marketplace.requests.queries import Seen, Side
from marketplace.requests.states import CLOSED_STATES, STEPS
from marketplace.requests.words import MEANWHILE
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.letters import queue_letter

Words = Mapping[MessageKind, str]

# Functions of the database keep their plans; the policies behind these take longer to plan than to ask.
LOCKED = (
    sa.select(MentoringRequest)
    .from_statement(sa.text("SELECT * FROM locked_request(CAST(:org_id AS integer), CAST(:request_id AS bigint))"))
    .execution_options(populate_existing=True)
)
WRITE_WORDS = sa.text("SELECT write_request_words(CAST(:words AS jsonb))")
PUT = sa.text("SELECT put_request(CAST(:request AS jsonb), CAST(:words AS jsonb))")
MOVE = sa.text("SELECT move_request(CAST(:request AS jsonb), CAST(:words AS jsonb))")
_COLUMNS = tuple(attribute.key for attribute in sa.inspect(MentoringRequest).column_attrs)


def way_back_to(acting: Acting, asked: MentoringRequest) -> str:
    return url_for("requests.show", organisation=acting.slug, request_id=asked.id)


def allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(_("You can see this request, but this step is not yours to take."))


def lock(acting: Acting, asked: MentoringRequest, step: str, *, way_back: str | None = None) -> None:
    """Hold the row until the commit, read it again, and refuse if the step is no longer open."""
    found = db.session.scalar(LOCKED, {"org_id": asked.org_id, "request_id": asked.id})
    if found is None:
        raise Refused(_("This request has changed since you opened the page."), way_back=way_back)
    if found.state not in STEPS[step].before:
        raise Refused(str(MEANWHILE[found.state]), way_back=way_back or way_back_to(acting, asked))


def move(asked: MentoringRequest, step: str, to: RequestState, *, now: datetime, due: datetime | None) -> None:
    if to not in STEPS[step].after:
        raise ValueError(f"{step} does not lead to {to}")
    asked.state = to
    asked.due_at = due
    asked.updated_at = now
    if to in CLOSED_STATES:
        asked.closed_at = now
        jobs.announce("request.over", org_id=asked.org_id, request_id=asked.id)


def write(
    acting: Acting,
    asked: MentoringRequest,
    kind: MessageKind,
    body: str,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    if body or reason:
        write_all(acting, asked, {kind: body}, now=now, reason=reason)


def write_all(
    acting: Acting, asked: MentoringRequest, words: Words, *, now: datetime, reason: str | None = None
) -> None:
    db.session.execute(WRITE_WORDS, {"words": _rows(acting, asked, words, now=now, reason=reason)})


def put(acting: Acting, asked: MentoringRequest, words: Words, *, now: datetime) -> None:
    """Write a new request and its words in one statement; ``asked`` is the session's from then on."""
    db.session.execute(PUT, {"request": _row(asked), "words": _rows(acting, asked, words, now=now)})
    _is_written(asked)
    make_transient_to_detached(asked)
    db.session.add(asked)


def put_step(acting: Acting, asked: MentoringRequest, words: Words, *, now: datetime) -> None:
    """Write what has changed of a request, and words, in one statement; nothing of it is left for the session to write."""
    with db.session.no_autoflush:
        moved = db.session.scalar(MOVE, {"request": _row(asked), "words": _rows(acting, asked, words, now=now)})
    if not moved:
        raise StaleDataError(f"The request {asked.id} was moved by somebody else, past its lock.")
    set_committed_value(asked, "version", asked.version + 1)
    _is_written(asked)


def _is_written(asked: MentoringRequest) -> None:
    for name in _COLUMNS:
        set_committed_value(asked, name, getattr(asked, name))


def _row(asked: MentoringRequest) -> str:
    return json.dumps({name: getattr(asked, name) for name in _COLUMNS}, default=datetime.isoformat)


def _rows(acting: Acting, asked: MentoringRequest, words: Words, *, now: datetime, reason: str | None = None) -> str:
    rows = [
        {
            "org_id": asked.org_id,
            "id": new_id(),
            "request_id": asked.id,
            "author_person_id": acting.person_id,
            "kind": kind,
            "reason": reason,
            "body": body,
            "created_at": now.isoformat(),
        }
        for kind, body in words.items()
    ]
    return json.dumps(rows)


def log(
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


def log_step(verb: str, acting: Acting, seen: Seen, *, now: datetime) -> None:
    actor = (acting.person_id, acting.person_name)
    log(verb, seen.asked, mentee=seen.mentee.name, mentor=seen.mentor.name, now=now, actor=actor)


def tell(kind: str, reader: Side, asked: MentoringRequest, data: dict[str, Any], *, now: datetime) -> None:
    path = letters.request_path(reader.slug, asked.id)
    queue_letter(kind, org_id=reader.org_id, person_id=reader.id, now=now, data=data, path=path)


def tell_by_link(kind: str, asked: MentoringRequest) -> None:
    jobs.enqueue(letters.tell_by_link, org_id=asked.org_id, request_id=asked.id, kind=kind, link_id=new_id())


def give_back_place(asked: MentoringRequest) -> None:
    """The place is free again, and whoever waits for it is told."""
    if db.session.scalar(sa.select(sa.func.release_place(asked.org_id, asked.id))):
        set_committed_value(asked, "holds_place", False)
        jobs.enqueue(letters.tell_queue, org_id=asked.mentor_org_id, mentor_id=asked.mentor_id)


def begin_mentorship(asked: MentoringRequest, now: datetime) -> Mentorship:
    """The pair exists from now on; its place is used. ``asked`` is locked, and its caller moves it on and commits."""
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
    db.session.flush()
    return mentorship


def has_other_pair(asked: MentoringRequest) -> bool:
    """Whether the mentee has a pair that goes on in the cohort of ``asked``; until the commit none of theirs begins there."""
    if asked.cohort_id is None:
        return False
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(asked.mentee_id)))
    return has_pair_in_cohort(asked.mentee_person_id, asked.cohort_org_id, asked.cohort_id)


def may_begin_pair(asked: MentoringRequest) -> bool:
    """Whether the two of a cohort's request may still meet there: both in it, and nothing keeps them apart."""
    if asked.cohort_id is None:
        return True
    return bool(db.session.scalar(sa.select(sa.func.may_begin_pair(asked.org_id, asked.id))))


def want_talk(asked: MentoringRequest, now: datetime) -> None:
    """The two of an accepted request talk before they confirm; both get a letter whose link finds a time. Once."""
    statement = insert(cast(sa.Table, ChemistryMeeting.__table__)).values(
        org_id=asked.org_id,
        request_id=asked.id,
        mentee_person_id=asked.mentee_person_id,
        mentor_person_id=asked.mentor_person_id,
        asked_at=now,
    )
    options = {"preserve_rowcount": True}
    made = cast(sa.CursorResult[Any], db.session.execute(statement.on_conflict_do_nothing(), execution_options=options))
    if made.rowcount:
        jobs.announce("talk.wanted", org_id=asked.org_id, request_id=asked.id)


def sides_of(asked: MentoringRequest) -> tuple[Side, Side]:
    """Mentee and mentor, for the worker's letters."""
    persons, firms = queries.people(
        (asked.mentee_person_id, asked.mentor_person_id), (asked.org_id, asked.mentor_org_id)
    )

    def side(person_id: int, org_id: int) -> Side:
        person, firm = persons[person_id], firms[org_id]
        return Side(person_id, person.name, firm.name, org_id, firm.slug, person.time_zone)

    return side(asked.mentee_person_id, asked.org_id), side(asked.mentor_person_id, asked.mentor_org_id)
