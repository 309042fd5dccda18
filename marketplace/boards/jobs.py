"""Whoever puts a candidate forward hears that it was done in their name."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.boards.models import BoardTrack, Seat
from tenants.accounts.models import Person
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
