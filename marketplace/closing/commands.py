"""How a mentorship ends: proposed and agreed, or by one alone without a word; what each writes; the certificate."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.charters.models import PairDocument, PaperKind
from marketplace.closing import queries
from marketplace.closing.models import (
    Certificate,
    ClosureOutcome,
    CoordinatorNote,
    LookBack,
    MentorshipClosure,
    NamesShown,
    NoteKind,
)
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.mentorships.queries import Pair
from marketplace.requests.queries import coordinators
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.letters import queue_letter
from tenants.shared.links import spend_link

Link = bytes | None


def _page_of(acting: Acting, pair: Pair) -> str:
    return url_for("closing.show", organisation=acting.slug, mentorship_id=pair.mentorship.id)


def _refuse_ended(acting: Acting, pair: Pair) -> None:
    if pair.mentorship.state is MentorshipState.ended:
        raise Refused(_("The mentorship has ended already."), way_back=_page_of(acting, pair))


def _changed(statement: Any) -> bool:
    options = {"synchronize_session": False, "preserve_rowcount": True}
    return cast(sa.CursorResult[Any], db.session.execute(statement, execution_options=options)).rowcount == 1


def close_together(*, acting: Acting, pair: Pair, now: datetime, link: Link = None) -> bool:
    """Propose to close, or agree to what the other proposed; whether both wish it now, and it ends.

    Two who propose at the same moment have agreed. Proposing twice changes nothing. Raises ``Refused`` when it has ended.
    """
    _refuse_ended(acting, pair)
    one = pair.mentorship
    row = {**one.pair_key, "id": new_id(), "proposed_by_person_id": acting.person_id, "asked_at": now}
    made = _changed(insert(cast(sa.Table, MentorshipClosure.__table__)).values(row).on_conflict_do_nothing())
    agreed = False
    if made:
        jobs.announce("closing.proposed", org_id=one.org_id, closure_id=row["id"])
    else:
        agreed = _changed(
            sa.update(MentorshipClosure)
            .where(
                MentorshipClosure.org_id == one.org_id,
                MentorshipClosure.mentorship_id == one.id,
                MentorshipClosure.settled_at.is_(None),
                MentorshipClosure.agreed_at.is_(None),
                MentorshipClosure.proposed_by_person_id != acting.person_id,
            )
            .values(agreed_at=now)
        )
    if agreed:
        jobs.announce("closing.agreed", org_id=one.org_id, mentorship_id=one.id)
    if made or agreed:
        spend_link(link, now)
    db.session.commit()
    return agreed


def withdraw_closing(*, acting: Acting, pair: Pair, now: datetime) -> None:
    """Take one's own proposal back while the other has not agreed. Raises ``Refused`` when they have, or there is none."""
    one = pair.mentorship
    mine = sa.update(MentorshipClosure).where(
        MentorshipClosure.org_id == one.org_id,
        MentorshipClosure.mentorship_id == one.id,
        MentorshipClosure.proposed_by_person_id == acting.person_id,
        MentorshipClosure.settled_at.is_(None),
        MentorshipClosure.agreed_at.is_(None),
    )
    if not _changed(mine.values(settled_at=now, outcome=ClosureOutcome.withdrawn)):
        raise Refused(_("There is no proposal of yours any more."), way_back=_page_of(acting, pair))
    db.session.commit()


def end_without_fault(*, acting: Acting, pair: Pair, reason: str, now: datetime, link: Link = None) -> None:
    """One of the two ends it, at any time. The other learns that it ended and not why or by whom; a reason, if there is
    one, goes to the coordinators of the author's own employer. The worker ends it.

    Raises ``Refused`` when it has ended already.
    """
    _refuse_ended(acting, pair)
    spend_link(link, now)
    _note(acting, pair, NoteKind.reason, reason, now)
    jobs.announce("mentorship.ending_asked", org_id=pair.mentorship.org_id, mentorship_id=pair.mentorship.id)
    db.session.commit()


def _note(acting: Acting, pair: Pair, kind: NoteKind, body: str, now: datetime) -> None:
    if not body:
        return
    db.session.execute(
        sa.insert(CoordinatorNote).values(
            **pair.mentorship.pair_key,
            id=new_id(),
            person_id=acting.person_id,
            employer_id=acting.org_id,
            kind=kind,
            body=body,
            created_at=now,
        )
    )
    path = f"/{acting.slug}/endings/"
    for person_id in coordinators(acting.org_id):
        if person_id not in {pair.seen.mentee.id, pair.seen.mentor.id}:
            queue_letter(
                "ending_note", org_id=acting.org_id, person_id=person_id, now=now, data={"url": path}, path=path
            )


def look_back(
    *,
    acting: Acting,
    pair: Pair,
    words: dict[str, str],
    names: NamesShown | None,
    firms: bool,
    feedback: str,
    now: datetime,
    link: Link = None,
) -> None:
    """Keep what one of the two writes at the end, and what they agree to show on a certificate; to be changed at any time.

    ``feedback`` goes to the author's coordinators and nowhere else. A certificate that showed more than is agreed now is
    withdrawn in the same transaction. Raises ``Refused`` while the end is not in sight.
    """
    there = queries.closing(acting, pair)
    if not there.looks_back:
        raise Refused(_("It is too early to look back: nothing ends yet."), way_back=_page_of(acting, pair))
    spend_link(link, now)
    one = pair.mentorship
    values = {**words, "names_shown": names, "firms_shown": firms, "updated_at": now}
    statement = insert(cast(sa.Table, LookBack.__table__)).values(
        **one.pair_key, id=new_id(), person_id=acting.person_id, **values
    )
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["org_id", "mentorship_id", "person_id"], set_=values)
    )
    if there.certificate and there.mine and (there.mine.names_shown, there.mine.firms_shown) != (names, firms):
        _withdraw(one, now)
    _note(acting, pair, NoteKind.feedback, feedback, now)
    if words["thanks"] and (there.mine is None or there.mine.thanks != words["thanks"]):
        jobs.announce("thanks.written", org_id=one.org_id, mentorship_id=one.id, reader_id=pair.seen.other.id)
    jobs.announce("look_back.written", org_id=one.org_id, mentorship_id=one.id)
    db.session.commit()


def withdraw_certificate(*, acting: Acting, pair: Pair, now: datetime) -> None:
    """Either of the two takes it back: its address leads nowhere from this moment, and its papers are gone.

    Done twice changes nothing.
    """
    one = pair.mentorship
    _withdraw(one, now)
    db.session.execute(
        sa.update(LookBack)
        .where(LookBack.org_id == one.org_id, LookBack.mentorship_id == one.id, LookBack.person_id == acting.person_id)
        .values(names_shown=None, firms_shown=False, updated_at=now),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def _withdraw(one: Mentorship, now: datetime) -> None:
    of_pair = {"synchronize_session": False}
    db.session.execute(
        sa.update(Certificate)
        .where(
            Certificate.org_id == one.org_id,
            Certificate.mentorship_id == one.id,
            Certificate.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, mentee="", mentor="", mentee_firm="", mentor_firm=""),
        execution_options=of_pair,
    )
    db.session.execute(
        sa.delete(PairDocument).where(
            PairDocument.org_id == one.org_id,
            PairDocument.mentorship_id == one.id,
            PairDocument.kind == PaperKind.certificate,
        ),
        execution_options=of_pair,
    )
