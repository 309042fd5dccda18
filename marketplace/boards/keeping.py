"""A candidate comes into a track's cohort on a seat, whichever page is used; the database keeps the same rule."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.boards.models import BoardTrack, Seat, TrackState
from marketplace.programmes.doors import register
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Cohort
from tenants.shared.database import db


def needs_seat(cohort: Cohort, side: Side, person_id: int) -> str:
    if side is not Side.mentee or cohort.form is not Form.board:
        return ""
    track = sa.select(BoardTrack.id).where(
        BoardTrack.org_id == cohort.org_id, BoardTrack.cohort_id == cohort.id, BoardTrack.state != TrackState.draft
    )
    if db.session.scalar(track) is None:
        return ""
    seat = sa.select(Seat.id).where(
        Seat.track_org_id == cohort.org_id,
        Seat.cohort_id == cohort.id,
        Seat.person_id == person_id,
        Seat.released_at.is_(None),
        Seat.enrolment_id.is_(None),
    )
    if db.session.scalar(seat) is not None:
        return ""
    return _(
        "Candidates of this cohort sit on a seat of a board track. Whoever looks after your people nominates them from the "
        "track’s page."
    )


register("seat", needs_seat)
