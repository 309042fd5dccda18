"""Who hears of a seat: whoever puts a candidate forward, and whoever has one kept for them. What nobody takes is free again."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.billing.models import Subscription
from marketplace.boards.models import BoardTrack, Seat
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job
from tenants.shared.letters import queue_letter


@tenant_job("tell_sponsor", on="seat.claimed")
def tell_sponsor(*, org_id: int, seat_id: int) -> None:
    """Not to whoever nominates in their own name."""
    seat = db.session.get(Seat, (org_id, seat_id))
    if seat is None or seat.released_at is not None or seat.sponsor_id == seat.nominated_by_id:
        return
    reader = db.session.get_one(Person, seat.sponsor_id)
    track = db.session.scalar(
        sa.select(BoardTrack).where(BoardTrack.org_id == seat.track_org_id, BoardTrack.cohort_id == seat.cohort_id)
    )
    slug = db.session.get_one(Organisation, org_id).slug
    page = f"/{slug}/tracks/{track.id}" if track else f"/{slug}/tracks"
    queue_letter(
        "seat_nominated",
        org_id=org_id,
        person_id=seat.sponsor_id,
        now=clock.now(),
        data={
            "name": db.session.get_one(Person, seat.person_id).name,
            "by": db.session.get_one(Person, seat.nominated_by_id).name,
            "programme": track.text("name", reader.locale or "en") if track else "",
            "office": seat.office.value,
            "url": page,
        },
        path=page,
    )
    db.session.commit()


@tenant_job("tell_of_kept_seat", on="seat.kept")
def tell_of_kept_seat(*, org_id: int, seat_id: int) -> None:
    """To a candidate between employers: their new firm keeps a seat for them."""
    seat = db.session.get(Seat, (org_id, seat_id))
    if seat is None or seat.released_at is not None or seat.enrolment_id is not None:
        return
    reader = db.session.get_one(Person, seat.person_id)
    row = db.session.get_one(Subscription, (org_id, seat.subscription_id))
    firm = db.session.get_one(Organisation, org_id)
    page = f"/{firm.slug}/cohorts/{seat.cohort_id}"
    queue_letter(
        "seat_kept",
        org_id=org_id,
        person_id=seat.person_id,
        now=clock.now(),
        data={"programme": row.track_name(reader.locale or "en"), "url": page},
        path=page,
    )
    db.session.commit()


@tenant_job("free_kept_seats", on="affiliation.ended")
def free_kept_seats(*, org_id: int, affiliation_id: int) -> None:
    """Who has left before they went on takes no seat."""
    kept = sa.select(Seat.id).join(Affiliation, Affiliation.person_id == Seat.person_id)
    kept = kept.where(Affiliation.org_id == org_id, Affiliation.id == affiliation_id)
    for seat_id in db.session.scalars(kept.where(Seat.org_id == org_id, Seat.enrolment_id.is_(None))).all():
        db.session.execute(sa.select(sa.func.give_back_seat(seat_id, clock.now())))
    db.session.commit()
