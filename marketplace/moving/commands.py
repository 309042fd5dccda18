"""Somebody changes employer: what they left open is closed kindly, and what they wrote of themselves comes along."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.mentors.drafts import PUBLISHED_FIELDS, WORDS
from marketplace.mentors.models import Audience, MenteeProfile, MentorProfile, Photo, ProfileState
from marketplace.moving import queries
from marketplace.requests.letters import tell_queue
from marketplace.requests.models import RequestState
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.jobs import enqueue
from tenants.shared.letters import queue_letter

MENTEE_FIELDS = ("goals", "seeking", "experience", "function", "languages", "place")


def close_request(*, org_id: int, request_id: int, leaver_id: int, now: datetime) -> bool:
    """Close one open request because ``leaver_id`` (a person) has left; the other hears that nobody said no.

    A place that was kept is free again. Closed twice is closed once; False when there was nothing to do. The former
    employer's log says nothing: from that day they see nothing new.
    """
    asked = queries.open_request_for_closing(org_id, request_id)
    if asked is None:
        db.session.rollback()
        return False
    asked.state = RequestState.closed
    asked.due_at = None
    asked.closed_at = asked.updated_at = now
    db.session.flush()
    if db.session.scalar(sa.select(sa.func.release_place(asked.org_id, asked.id))):
        enqueue(tell_queue, org_id=asked.mentor_org_id, mentor_id=asked.mentor_id)
    persons, firms = queries.names(asked)
    mentee_leaves = leaver_id == asked.mentee_person_id
    stays, staying_firm = (
        (asked.mentor_person_id, asked.mentor_org_id) if mentee_leaves else (asked.mentee_person_id, asked.org_id)
    )
    leaving_firm = asked.org_id if mentee_leaves else asked.mentor_org_id
    data = {"mentee": persons[asked.mentee_person_id].name, "mentor": persons[asked.mentor_person_id].name}
    if asked.sent_at is not None:
        record("request.closed", org_ids=[staying_firm], now=now, subject=("request", asked.id), data=data)
        path = f"/{firms[staying_firm].slug}/requests/{asked.id}"
        queue_letter(
            "request_closed",
            org_id=staying_firm,
            person_id=stays,
            now=now,
            data={"other_name": persons[leaver_id].name, "other_firm": firms[leaving_firm].name, "url": path},
            path=path,
        )
    db.session.commit()
    return True


def bring_profiles(*, acting: Acting, now: datetime) -> bool:
    """Copy the viewer's mentor page and what they look for from their latest other organisation, as drafts.

    Nothing is shown to anybody: they look at it here and publish by themselves. The audience starts with the new firm's
    possibilities. Brought twice is brought once; False when there was nothing to bring.
    """
    found = queries.luggage(acting)
    if found.mentor is not None:
        _bring_mentor_page(acting, found.mentor, now)
        if found.photo is not None:
            _bring_photo(acting, found.photo, now)
    if found.mentee is not None:
        values = {name: getattr(found.mentee, name) for name in MENTEE_FIELDS}
        statement = insert(MenteeProfile).values(
            org_id=acting.org_id,
            affiliation_id=acting.affiliation_id,
            person_id=acting.person_id,
            updated_at=now,
            **values,
        )
        db.session.execute(statement.on_conflict_do_nothing(index_elements=["org_id", "affiliation_id"]))
    db.session.commit()
    return not found.empty


def _bring_mentor_page(acting: Acting, old: MentorProfile, now: datetime) -> None:
    kept = {name: getattr(old, name) for name in PUBLISHED_FIELDS if name not in {"audience", "network_ids", "title"}}
    kept |= {name: kept.get(name, "") for name in WORDS}
    taken = min(queries.running_as_mentor(acting), old.capacity)
    values = kept | {
        "title": acting.job_title or old.title,
        "audience": Audience.company if acting.in_network else Audience.networks,
        "network_ids": [],
        "capacity": old.capacity,
        "open_slots": old.capacity - taken,
        "state": ProfileState.draft,
        "affiliation_id": acting.affiliation_id,
        "updated_at": now,
    }
    statement = insert(MentorProfile).values(
        org_id=acting.org_id, id=new_id(), person_id=acting.person_id, created_at=now, **values
    )
    # An empty page may have been begun here already; one with words in it is not luggage (see ``queries.luggage``).
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "person_id"], set_=values))


def _bring_photo(acting: Acting, old: Photo, now: datetime) -> None:
    statement = insert(Photo).values(
        org_id=acting.org_id,
        person_id=acting.person_id,
        fingerprint=old.fingerprint,
        media_type=old.media_type,
        content=old.content,
        small=old.small,
        updated_at=now,
    )
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["org_id", "person_id"]))
