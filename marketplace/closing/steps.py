"""What the worker does about endings: asks two weeks before, closes when the day is past, issues the certificate.

Every step takes the mentorship's row first, so that workers take turns and each thing happens once.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy.dialects.postgresql import insert

from marketplace.charters.jobs import keep_papers
from marketplace.charters.models import PaperKind
from marketplace.closing import queries
from marketplace.closing.models import Certificate, ClosureOutcome, MentorshipClosure, NamesShown
from marketplace.mentorships.by_link import write_by_link
from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import people
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.letters import absolute
from tenants.shared.papers import paper_pdf

CLOSE_MENTORSHIP = "close_mentorship"
LOOK_BACK = "look_back"

LOOK_BACK_WITHIN = timedelta(days=60)
LEAST_NOTICE = timedelta(days=7)
"""Both have a week to say otherwise, also when the day was agreed on late or the clock stood still."""

CODE_LETTERS = "abcdefghijkmnopqrstuvwxyz2345678"


def ask_about_end(*, org_id: int, mentorship_id: int, now: datetime) -> bool:
    """Ask both, once for each planned last day: close, or extend? Paused ones are not asked."""
    one = queries.locked(org_id, mentorship_id)
    if (
        one is None
        or one.state is not MentorshipState.running
        or one.ends_on is None
        or one.ends_on > now.date() + queries.ASK_BEFORE
    ):
        db.session.rollback()
        return False
    due_on = max(one.ends_on, now.date() + LEAST_NOTICE)
    row = {**one.pair_key, "id": new_id(), "ends_on": one.ends_on, "due_on": due_on, "asked_at": now}
    statement = insert(cast(sa.Table, MentorshipClosure.__table__)).values(row).on_conflict_do_nothing()
    made = cast(sa.CursorResult[Any], db.session.execute(statement, execution_options={"preserve_rowcount": True}))
    if made.rowcount != 1:
        db.session.rollback()
        return False
    for reader in (one.mentee_person_id, one.mentor_person_id):
        write_by_link(
            "closing_asked",
            one,
            reader=reader,
            purpose=LOOK_BACK,
            occasion=f"asked {one.ends_on}",
            expires_at=noon(due_on) + LOOK_BACK_WITHIN,
            now=now,
            data={"last_at": noon(due_on).isoformat()},
        )
    db.session.commit()
    return True


def noon(day: Any) -> datetime:
    return datetime.combine(day, time(12), UTC)


def settle_closing(*, org_id: int, closure_id: int, mentorship_id: int, now: datetime) -> ClosureOutcome | None:
    """The clock's question is over: it closes, unless the last day was moved or it ended by itself. A pause waits."""
    one = queries.locked(org_id, mentorship_id)
    closure = db.session.get(MentorshipClosure, (org_id, closure_id), populate_existing=True)
    if one is None or closure is None or closure.settled_at is not None or one.state is MentorshipState.paused:
        db.session.rollback()
        return None
    if one.state is MentorshipState.ended:
        closure.outcome = ClosureOutcome.superseded
    elif closure.ends_on != one.ends_on:
        closure.outcome = ClosureOutcome.extended
    else:
        closure.outcome = ClosureOutcome.closed
        jobs.announce("mentorship.ending_asked", org_id=org_id, mentorship_id=mentorship_id)
    closure.settled_at = now
    db.session.commit()
    return closure.outcome


def shift_closings(*, org_id: int, mentorship_id: int, days: int) -> None:
    """After a pause of ``days`` days."""
    if queries.locked(org_id, mentorship_id) is not None:
        open_ones = sa.update(MentorshipClosure).where(
            MentorshipClosure.org_id == org_id,
            MentorshipClosure.mentorship_id == mentorship_id,
            MentorshipClosure.settled_at.is_(None),
            MentorshipClosure.due_on.is_not(None),
        )
        db.session.execute(
            open_ones.values(due_on=MentorshipClosure.due_on + days), execution_options={"synchronize_session": False}
        )
    db.session.commit()


def close_agreed(*, org_id: int, mentorship_id: int, now: datetime) -> None:
    """Both agreed to close now."""
    one = queries.locked(org_id, mentorship_id)
    agreed = db.session.scalar(
        sa.select(MentorshipClosure)
        .where(
            MentorshipClosure.org_id == org_id,
            MentorshipClosure.mentorship_id == mentorship_id,
            MentorshipClosure.settled_at.is_(None),
            MentorshipClosure.agreed_at.is_not(None),
        )
        .execution_options(populate_existing=True)
    )
    if one is None or agreed is None:
        db.session.rollback()
        return
    agreed.settled_at, agreed.outcome = now, ClosureOutcome.closed
    jobs.announce("mentorship.ending_asked", org_id=org_id, mentorship_id=mentorship_id)
    db.session.commit()


def after_end(*, org_id: int, mentorship_id: int, now: datetime) -> None:
    """Settle what was still open; after a planned end both are invited to look back."""
    one = queries.locked(org_id, mentorship_id)
    if one is None or one.state is not MentorshipState.ended:
        db.session.rollback()
        return
    closures = db.session.scalars(
        sa.select(MentorshipClosure)
        .where(MentorshipClosure.org_id == org_id, MentorshipClosure.mentorship_id == mentorship_id)
        .execution_options(populate_existing=True)
    ).all()
    for closure in closures:
        if closure.settled_at is None:
            closure.settled_at, closure.outcome = now, ClosureOutcome.superseded
    db.session.flush()
    written = queries.look_backs(one)
    if any(closure.outcome is ClosureOutcome.closed for closure in closures):
        for reader in {one.mentee_person_id, one.mentor_person_id} - written.keys():
            write_by_link(
                "look_back_invited",
                one,
                reader=reader,
                purpose=LOOK_BACK,
                occasion="ended",
                expires_at=now + LOOK_BACK_WITHIN,
                now=now,
            )
    db.session.commit()
    issue_certificate(org_id=org_id, mentorship_id=mentorship_id, now=now)


# --- the certificate ----------------------------------------------------------------------------------------------------


def new_code() -> str:
    """25 letters of 32, in fives: 125 random bits that can be read aloud."""
    letters = [secrets.choice(CODE_LETTERS) for _ in range(25)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 25, 5))


def initials(name: str) -> str:
    return " ".join(f"{word[0]}." for word in name.split())


def issue_certificate(*, org_id: int, mentorship_id: int, now: datetime) -> Certificate | None:
    """Once it has ended and both agreed, with what both agreed to show and no more. There is one at a time."""
    one = queries.locked(org_id, mentorship_id)
    if one is None or one.state is not MentorshipState.ended or one.ended_at is None:
        db.session.rollback()
        return None
    wishes = list(queries.look_backs(one).values())
    live = sa.select(Certificate.id).where(
        Certificate.org_id == org_id, Certificate.mentorship_id == mentorship_id, Certificate.withdrawn_at.is_(None)
    )
    if len(wishes) < 2 or any(wish.names_shown is None for wish in wishes) or db.session.scalar(live):
        db.session.rollback()
        return None
    orgs = (one.mentee_employer_id or one.org_id, one.mentor_employer_id or one.mentor_org_id)
    persons, firms = people((one.mentee_person_id, one.mentor_person_id), orgs)
    in_full = all(wish.names_shown is NamesShown.names for wish in wishes)
    with_firms = all(wish.firms_shown for wish in wishes)
    mentee, mentor = (
        persons[person_id].name if in_full else initials(persons[person_id].name)
        for person_id in (one.mentee_person_id, one.mentor_person_id)
    )
    certificate = Certificate(
        **one.pair_key,
        id=new_id(),
        code=new_code(),
        mentee=mentee,
        mentor=mentor,
        mentee_firm=firms[orgs[0]].name if with_firms else "",
        mentor_firm=firms[orgs[1]].name if with_firms else "",
        form=one.form,
        started_on=one.started_at.date(),
        ended_on=one.ended_at.date(),
        issued_at=now,
    )
    db.session.add(certificate)
    db.session.flush()
    locales = {person.locale[:2] for person in persons.values()}
    papers = {locale: certificate_pdf(certificate, locale) for locale in sorted(locales)}
    keep_papers(one, PaperKind.certificate, certificate.id, papers)
    for reader in (one.mentee_person_id, one.mentor_person_id):
        write_by_link(
            "certificate_issued",
            one,
            reader=reader,
            purpose=LOOK_BACK,
            occasion=certificate.id,
            expires_at=now + LOOK_BACK_WITHIN,
            now=now,
            data={"certificate_url": f"/certificates/{certificate.code}"},
        )
    db.session.commit()
    return certificate


def certificate_pdf(certificate: Certificate, locale: str) -> tuple[bytes, str]:
    """(PDF, title): what the certificate shows, and the address that verifies it."""
    with force_locale(locale):
        title = gettext(
            "Certificate of a mentorship: %(mentee)s and %(mentor)s",
            mentee=certificate.mentee,
            mentor=certificate.mentor,
        )
        content = paper_pdf(
            "certificates/paper.html",
            title=title,
            locale=locale,
            certificate=certificate,
            address=absolute(f"/certificates/{certificate.code}"),
        )
    return content, title
