"""What a viewer reads of board tracks: those of their own network, and those that their firm's networks have opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask import abort

from marketplace.billing.models import Subscription
from marketplace.boards.models import BoardTrack, Office, Seat, TrackState
from marketplace.boards.policy import may_offer_tracks
from marketplace.programmes.modalities import Form
from marketplace.programmes.models import Cohort, CohortState, Enrolment, EnrolmentState, Programme
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class TrackSeen:
    """A track as the viewer stands to it. ``runs``: coordinates the network that offers it."""

    track: BoardTrack
    network: str
    network_slug: str
    runs: bool


def _seen(viewer: Acting) -> sa.Select[BoardTrack, str, str]:
    shown = sa.and_(BoardTrack.state != TrackState.draft, BoardTrack.org_id.in_(viewer.audiences))
    mine = BoardTrack.org_id == viewer.org_id if may_offer_tracks(viewer) else sa.false()
    return (
        sa.select(BoardTrack, Organisation.name, Organisation.slug)
        .join(Organisation, Organisation.id == BoardTrack.org_id)
        .where(sa.or_(mine, shown))
    )


def tracks_in_sight(viewer: Acting) -> list[TrackSeen]:
    """Open ones first, by the day they begin."""
    rows = db.session.execute(
        _seen(viewer).order_by(BoardTrack.state == TrackState.closed, BoardTrack.starts_on, BoardTrack.id)
    )
    runs = may_offer_tracks(viewer)
    return [TrackSeen(track, name, slug, runs and track.org_id == viewer.org_id) for track, name, slug in rows]


def track_or_404(viewer: Acting, track_id: int) -> TrackSeen:
    found = db.session.execute(_seen(viewer).where(BoardTrack.id == track_id)).one_or_none() or abort(404)
    track, name, slug = found
    return TrackSeen(track, name, slug, may_offer_tracks(viewer) and track.org_id == viewer.org_id)


def run_track_or_404(viewer: Acting, track_id: int) -> TrackSeen:
    """A track of the viewer's own network, for somebody who runs it."""
    seen = track_or_404(viewer, track_id)
    return seen if seen.runs else abort(404)


def cohorts_to_sell(viewer: Acting) -> Sequence[tuple[Cohort, Programme]]:
    """The network's cohorts of the form *board* that have no track yet and are not over."""
    if not may_offer_tracks(viewer):
        return ()
    taken = sa.select(BoardTrack.cohort_id).where(BoardTrack.org_id == viewer.org_id)
    rows = db.session.execute(
        sa.select(Cohort, Programme)
        .join(Programme, sa.and_(Programme.org_id == Cohort.org_id, Programme.id == Cohort.programme_id))
        .where(
            Cohort.org_id == viewer.org_id,
            Cohort.form == Form.board,
            Cohort.state.in_([CohortState.draft, CohortState.open]),
            Cohort.id.not_in(taken),
        )
        .order_by(Cohort.launch_on)
    )
    return [(cohort, programme) for cohort, programme in rows]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A firm that subscribes, as the network knows it."""

    firm: str
    seats: int
    seats_used: int
    status: str
    collection: str
    period_end: datetime | None
    cancel_at_period_end: bool


def subscribers(seen: TrackSeen) -> list[Subscriber]:
    if not seen.runs:
        return []
    rows = db.session.execute(sa.text("SELECT * FROM track_subscribers(:track)"), {"track": seen.track.id})
    return [Subscriber(**row) for row in rows.mappings()]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on a seat of the viewer's own company."""

    seat_id: int
    enrolment_id: int | None
    cohort_id: int
    name: str
    sponsor: str
    office: Office
    state: EnrolmentState | None


def candidates(viewer: Acting, subscription: Subscription) -> list[Candidate]:
    """Those who hold a seat of it, in the order in which they were nominated."""
    if not viewer.coordinates:
        return []
    sponsor = sa.orm.aliased(Person)
    rows = db.session.execute(
        sa.select(Seat, Person.name, sponsor.name, Enrolment.state)
        .join(Person, Person.id == Seat.person_id)
        .join(sponsor, sponsor.id == Seat.sponsor_id)
        .outerjoin(Enrolment, sa.and_(Enrolment.org_id == Seat.track_org_id, Enrolment.id == Seat.enrolment_id))
        .where(Seat.org_id == viewer.org_id, Seat.subscription_id == subscription.id, Seat.released_at.is_(None))
        .order_by(Seat.id)
    )
    return [
        Candidate(seat.id, seat.enrolment_id, seat.cohort_id, name, behind, seat.office, state)
        for seat, name, behind, state in rows
    ]


@dataclass(frozen=True, slots=True)
class PublicTrack:
    """What anybody may read of a track."""

    network: str
    words: Mapping[str, str]
    price_cents: int
    currency: str
    starts_on: date
    ends_on: date
    seats_left: int

    def text(self, what: str, locale: str) -> str:
        first, second = ("fr", "en") if locale.startswith("fr") else ("en", "fr")
        return self.words[f"{what}_{first}"] or self.words[f"{what}_{second}"]


def public_track_or_404(network: str, slug: str) -> PublicTrack:
    row = (
        db.session.execute(sa.text("SELECT * FROM public_track(:network, :slug)"), {"network": network, "slug": slug})
        .mappings()
        .first()
    )
    if row is None:
        abort(404)
    told = {name: row[name] for name in ("network", "price_cents", "currency", "starts_on", "ends_on", "seats_left")}
    words = {name: value for name, value in row.items() if name.endswith(("_en", "_fr"))}
    return PublicTrack(words=words, **told)
