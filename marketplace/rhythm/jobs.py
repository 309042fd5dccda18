"""What the clock does for the pairs, and the letters that follow. A job writes to at most fifty pairs, all or none."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.rhythm import sweep
from marketplace.rhythm.letters import ANSWER_CHECK_IN, ANSWER_EXTENSION, both, day_at, hint_at, the_other, write_to
from marketplace.rhythm.models import CheckIn, Extension, ExtensionState, Occasion, Pulse
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("tell_check_ins")
def tell_check_ins(*, org_id: int, check_in_ids: list[int]) -> None:
    """Two letters a check-in, each with a link. Who paused or ended meanwhile is left in peace."""
    now = clock.now()
    for asked, one in _with_mentorship(CheckIn, org_id, check_in_ids):
        if one.state is MentorshipState.running and asked.closes_at > now:
            review = asked.occasion is Occasion.review
            write_to(
                both(one),
                "review_asked" if review else "check_in_asked",
                one,
                now=now,
                page=f"/check-ins/{asked.id}",
                link=(ANSWER_CHECK_IN, asked.id),
                expires_at=asked.closes_at,
                data={"due_at": asked.closes_at.isoformat()},
            )
    db.session.commit()


@tenant_job("tell_quiet")
def tell_quiet(*, org_id: int, mentorship_ids: list[int], asked_by_coordinator: bool = False) -> None:
    """A kind word to both, unless they gave a sign of life meanwhile."""
    now = clock.now()
    for pulse, one in _with_mentorship(Pulse, org_id, mentorship_ids):
        if one.state is MentorshipState.running and pulse.nudged_at is not None:
            data = {"since_at": pulse.last_sign_at.isoformat(), "by_coordinator": int(asked_by_coordinator)}
            write_to(both(one), "pair_quiet", one, now=now, data=data)
    db.session.commit()


@tenant_job("tell_quiet_to_coordinators")
def tell_quiet_to_coordinators(*, org_id: int, mentorship_ids: list[int]) -> None:
    """One job in each employer's own tenant: only there are its coordinators known."""
    for pulse, one in _with_mentorship(Pulse, org_id, mentorship_ids):
        if one.state is not MentorshipState.running or pulse.hinted_at is None:
            continue
        sides = ((one.mentee_employer_id, one.mentee_person_id), (one.mentor_employer_id, one.mentor_person_id))
        for (employer, person_id), (other_employer, other_id) in (sides, sides[::-1]):
            if employer and other_employer:
                enqueue(
                    hint_coordinators,
                    org_id=employer,
                    person_id=person_id,
                    other_person_id=other_id,
                    other_org_id=other_employer,
                    since=pulse.last_sign_at.isoformat(),
                )
    db.session.commit()


@tenant_job("hint_coordinators")
def hint_coordinators(*, org_id: int, person_id: int, other_person_id: int, other_org_id: int, since: str) -> None:
    hint_at(
        org_id=org_id,
        person_id=person_id,
        other_person_id=other_person_id,
        other_org_id=other_org_id,
        since=datetime.fromisoformat(since),
        now=clock.now(),
    )
    db.session.commit()


@tenant_job("kind_word", on="pair.nudged")
def kind_word(*, org_id: int, mentorship_id: int) -> None:
    """A coordinator asked for it."""
    enqueue(tell_quiet, org_id=org_id, mentorship_ids=[mentorship_id], asked_by_coordinator=True)
    db.session.commit()


@tenant_job("share_review", on="review.answered")
def share_review(*, org_id: int, check_in_id: int) -> None:
    """Both have answered: each may read the other, and both are told. The first worker that sees it does so."""
    now = clock.now()
    if not db.session.scalar(sa.select(sa.func.share_review(org_id, check_in_id))):
        db.session.rollback()
        return
    for _asked, one in _with_mentorship(CheckIn, org_id, [check_in_id]):
        write_to(both(one), "review_ready", one, now=now, page=f"/check-ins/{check_in_id}")
    db.session.commit()


@tenant_job("tell_of_extension", on="extension.proposed")
def tell_of_extension(*, org_id: int, extension_id: int) -> None:
    for proposed, one in _with_mentorship(Extension, org_id, [extension_id]):
        if proposed.state is ExtensionState.open and one.state is not MentorshipState.ended:
            write_to(
                the_other(one, proposed.proposed_by_id),
                "extension_proposed",
                one,
                now=clock.now(),
                page="/extension",
                link=(ANSWER_EXTENSION, proposed.id),
                expires_at=proposed.closes_at,
                data={"ends_at": day_at(proposed.ends_on), "due_at": proposed.closes_at.isoformat()},
            )
    db.session.commit()


def _with_mentorship(model: Any, org_id: int, ids: list[int]) -> list[tuple[Any, Mentorship]]:
    """Rows of pairs by id (a pulse by its mentorship's), in the order of ``ids``, each with its mentorship."""
    key = Pulse.mentorship_id if model is Pulse else model.id
    query = (
        sa.select(key, model, Mentorship)
        .join(Mentorship, sa.and_(Mentorship.org_id == model.org_id, Mentorship.id == model.mentorship_id))
        .where(model.org_id == org_id, key.in_(ids))
    )
    found = {row[0]: (row[1], row[2]) for row in db.session.execute(query)}
    return [found[one] for one in ids if one in found]


MOST_BATCHES = 1000


def walk(org_id: int, now: datetime) -> None:
    """Everything that is due in one organisation, batch by batch, each in its own transaction."""
    for step, job in (
        (sweep.ask_reviews, tell_check_ins),
        (sweep.ask_check_ins, tell_check_ins),
        (sweep.hint_quiet, tell_quiet_to_coordinators),
        (sweep.nudge_quiet, tell_quiet),
    ):
        for _ in range(MOST_BATCHES):
            if not step(org_id, now, partial(enqueue, job)):
                break
        else:
            raise RuntimeError(f"{step.__name__} leaves due what it has claimed")
    sweep.announce_pauses(org_id, now)


@tenant_job("turn_clock_of_rhythm_of_organisation")
def turn_clock_of_rhythm_of_organisation(*, org_id: int) -> None:
    walk(org_id, clock.now())


@clock_job("turn_clock_of_rhythm", "*/10 * * * *")
def turn_clock_of_rhythm() -> None:
    """One job for each organisation where something is due, unless one already waits."""
    for org_id in sweep.organisations_with_due_rhythm(clock.now()):
        enqueue(
            turn_clock_of_rhythm_of_organisation, org_id=org_id, once=f"turn_clock_of_rhythm_of_organisation {org_id}"
        )
