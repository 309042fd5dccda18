"""The chemistry meeting: either asks for half an hour first; after it both say in private whether they go on.

Only a yes of both confirms, at once. Everything else (a no, silence, no meeting at all) ends the request on the day that was said
to both beforehand, with the same sentence to both: neither the day nor a page, a log or a letter tells who wished what. The
answers are deleted as soon as the worker has settled them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.requests import letters, policy, queries
from marketplace.requests.commands.steps import (
    allow,
    begin_mentorship,
    give_back_place,
    has_other_pair,
    lock,
    log,
    may_begin_pair,
    move,
    sides_of,
    tell,
    want_talk,
    way_back_to,
)
from marketplace.requests.models import (
    ChemistryAnswer,
    ChemistryMeeting,
    MentoringRequest,
    MessageKind,
    RequestMessage,
    RequestState,
)
from marketplace.requests.queries import Seen
from marketplace.requests.states import STEPS
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link

PLAN_WITHIN = timedelta(days=14)
"""For so long the place is kept while no time is found; once there is one, the request follows it."""


def ask_for_talk(*, acting: Acting, seen: Seen, now: datetime, link: bytes | None = None) -> None:
    """Either of the two would like to talk for half an hour before confirming. Asked twice is asked once."""
    asked = seen.asked
    allow(policy.may_talk(acting, asked))
    lock(acting, asked, "confirm_request")
    spend_link(link, now)
    want_talk(asked, now)
    asked.due_at = now + PLAN_WITHIN
    asked.updated_at = now
    db.session.commit()


def answer_talk(
    *, acting: Acting, seen: Seen, goes_on: bool, contact: str, now: datetime, link: bytes | None = None
) -> None:
    """Keep what one of the two answers; until it is settled they may change it. Nobody else reads it.

    Raises ``Refused`` before the meeting, and once it is settled.
    """
    asked = seen.asked
    talk = queries.talk_of(acting, seen, now)
    if talk is None or asked.state is not RequestState.accepted:
        raise Refused(_("This was settled meanwhile. Open the request again to see how it goes on."))
    if not talk.over:
        raise Refused(_("You are both asked after your meeting."), way_back=way_back_to(acting, asked))
    spend_link(link, now)
    values = {"goes_on": goes_on, "contact": contact if goes_on else "", "answered_at": now}
    statement = insert(cast(sa.Table, ChemistryAnswer.__table__)).values(
        org_id=asked.org_id, request_id=asked.id, person_id=acting.person_id, **values
    )
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["org_id", "request_id", "person_id"], set_=values)
    )
    jobs.announce("talk.answered", org_id=asked.org_id, request_id=asked.id)
    db.session.commit()


# --- the worker's steps -----------------------------------------------------------------------------------------------


def settle_talk(*, org_id: int, request_id: int, now: datetime) -> None:
    """What comes of the answers there are by now: a pair as soon as both said yes; the end once time is over."""
    asked = db.session.scalar(
        sa.select(MentoringRequest)
        .where(MentoringRequest.org_id == org_id, MentoringRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    wish = db.session.get(ChemistryMeeting, (org_id, request_id))
    if asked is None or wish is None or asked.state not in STEPS["confirm_after_talk"].before:
        db.session.rollback()
        return
    given = db.session.scalars(
        sa.select(ChemistryAnswer).where(ChemistryAnswer.org_id == org_id, ChemistryAnswer.request_id == request_id)
    ).all()
    both = len(given) == 2 and all(one.goes_on for one in given)
    if both and not has_other_pair(asked) and may_begin_pair(asked):
        _confirm(asked, given, now)
    elif asked.due_at is not None and asked.due_at <= now:
        _end(asked, now)
    else:
        db.session.rollback()
        return
    wish.settled_at = now
    db.session.execute(
        sa.delete(ChemistryAnswer).where(ChemistryAnswer.org_id == org_id, ChemistryAnswer.request_id == request_id),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def _confirm(asked: MentoringRequest, given: object, now: datetime) -> None:
    mentee, mentor = sides_of(asked)
    move(asked, "confirm_after_talk", RequestState.confirmed, now=now, due=None)
    asked.closed_at = now
    mentorship = begin_mentorship(asked, now)
    for one in cast("list[ChemistryAnswer]", given):
        if one.contact:
            db.session.execute(
                sa.insert(RequestMessage).values(
                    org_id=asked.org_id,
                    id=new_id(),
                    request_id=asked.id,
                    author_person_id=one.person_id,
                    kind=MessageKind.contact,
                    body=one.contact,
                    created_at=now,
                )
            )
    log("mentorship.confirmed", asked, mentee=mentee.name, mentor=mentor.name, now=now, actor=(None, ""))
    jobs.announce("mentorship.confirmed", org_id=asked.org_id, mentorship_id=mentorship.id)


def _end(asked: MentoringRequest, now: datetime) -> None:
    """The same words to both, and the same as if nobody had answered at all."""
    mentee, mentor = sides_of(asked)
    move(asked, "lapse_request", RequestState.lapsed, now=now, due=None)
    db.session.flush()
    give_back_place(asked)
    log("request.lapsed", asked, mentee=mentee.name, mentor=mentor.name, now=now, actor=(None, ""))
    for reader, other in ((mentee, mentor), (mentor, mentee)):
        path = letters.request_path(reader.slug, asked.id)
        tell("chemistry_ended", reader, asked, {"other_name": other.name, "url": path}, now=now)
