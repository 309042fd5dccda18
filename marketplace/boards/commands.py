"""What a network does with its tracks, and how a firm nominates a candidate."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.billing.models import Subscription
from marketplace.boards.models import BoardTrack, Office, TrackState
from marketplace.boards.policy import may_nominate_candidates, may_offer_tracks
from marketplace.boards.words import REFUSED
from marketplace.enrolments.eligibility import Profile
from marketplace.enrolments.putting_forward import put_forward
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Cohort, CohortState, Enrolment
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused

MENTORS_ARE = frozenset({"executive", "board"})
SELDOM = frozenset({"quarterly", "three_times_a_year", "as_needed"})
"""How often the pair of a track meets at most: two to three times a year is usual, a chair has no more."""


class TrackChanged(Exception):
    """Somebody else saved meanwhile; ``track`` is as it is now, and nothing was written."""

    def __init__(self, track: BoardTrack) -> None:
        super().__init__(f"track {track.id} is at version {track.version}")
        self.track = track


def add_track(*, acting: Acting, cohort_id: int, values: Mapping[str, Any], now: datetime) -> BoardTrack:
    """A draft. Raises ``Refused`` where the cohort is none of the network's of the form *board*, or has a track."""
    _must_offer(acting)
    cohort = db.session.get(Cohort, (acting.org_id, cohort_id))
    if cohort is None or cohort.form is not Form.board:
        raise Refused(_("A track is offered on a cohort of a board programme. Choose one of yours."))
    track = BoardTrack(
        org_id=acting.org_id,
        id=new_id(),
        cohort_id=cohort_id,
        slug=_free_slug(acting, values["name_en"] or values["name_fr"]),
        created_by_id=acting.person_id,
        created_at=now,
        updated_at=now,
        **values,
    )
    try:
        db.session.add(track)
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Refused(_("This cohort has a track already.")) from None
    _record(acting, "track.written", track, now)
    db.session.commit()
    return track


def save_track(*, acting: Acting, track: BoardTrack, values: Mapping[str, Any], began_with: int, now: datetime) -> None:
    """Raises ``TrackChanged`` where somebody saved since ``began_with``, ``Refused`` for fewer seats than are sold."""
    _must_offer(acting)
    one = _locked(track)
    if one.version != began_with:
        db.session.rollback()
        raise TrackChanged(one)
    if values["seats_total"] < one.seats_sold:
        raise Refused(_("%(number)s seats are spoken for. Offer as many at least.", number=one.seats_sold))
    for name, value in values.items():
        setattr(one, name, value)
    one.version, one.updated_at = one.version + 1, now
    _record(acting, "track.written", one, now)
    db.session.commit()


def open_track(*, acting: Acting, track: BoardTrack, now: datetime) -> None:
    """Show it to the member firms, who may subscribe. Raises ``Refused`` with what has to be mended first."""
    _must_offer(acting)
    one = _locked(track)
    if one.state is TrackState.open:
        return
    if faults := obstacles_to_open(db.session.get_one(Cohort, (one.org_id, one.cohort_id))):
        raise Refused(" ".join(faults))
    one.state, one.updated_at, one.version = TrackState.open, now, one.version + 1
    _record(acting, "track.opened", one, now)
    db.session.commit()


def obstacles_to_open(cohort: Cohort) -> list[str]:
    """What of the cohort's rules is not as firms are promised, a sentence each."""
    faults, chosen = [], cohort.modalities
    asked = {condition.on: condition for condition in chosen.mentors.eligibility}
    if cohort.state is not CohortState.open:
        faults.append(_("Open the cohort first."))
    if "seniority" not in asked or not set(asked["seniority"].any_of) <= MENTORS_ARE:
        faults.append(_("Its mentors have to be executives or sit on a board: say so in the rules for mentors."))
    if "statement" not in asked:
        faults.append(
            _(
                "Its mentors have to confirm that they come themselves and have no mandate in the candidate’s firm: add "
                "a statement to the rules for mentors."
            )
        )
    if chosen.cadence not in SELDOM:
        faults.append(_("Pairs of a board track meet every three months at most: choose that rhythm."))
    return faults


def close_track(*, acting: Acting, track: BoardTrack, now: datetime) -> None:
    """Nobody new subscribes; whoever has subscribed keeps everything."""
    _must_offer(acting)
    one = _locked(track)
    one.state, one.updated_at, one.version = TrackState.closed, now, one.version + 1
    _record(acting, "track.closed", one, now)
    db.session.commit()


def nominate_candidate(
    *,
    acting: Acting,
    seen: CohortSeen,
    subscription: Subscription,
    profile: Profile,
    sponsor_id: int,
    office: Office,
    now: datetime,
    confirmed: Sequence[str] = (),
) -> Enrolment | None:
    """A seat is claimed and the candidate asked, or neither. None: they take part already, between employers, and the seat
    waits until they go on for this firm.

    Raises ``Refused`` where no seat is free or may be used, and as any nomination does.
    """
    if not may_nominate_candidates(acting):
        raise Forbidden(_("Only those who look after your organisation’s people nominate."))
    seat_id = new_id()
    claim = sa.func.claim_seat(subscription.id, seat_id, profile.person_id, sponsor_id, office.value, now)
    try:
        refused = db.session.scalar(sa.select(claim))
    except IntegrityError:
        db.session.rollback()
        raise Refused(_("%(name)s holds a seat of this track already.", name=profile.name)) from None
    if refused:
        db.session.rollback()
        raise Refused(str(REFUSED[refused]))
    if db.session.scalar(sa.select(sa.func.returning_candidate(seat_id))) is not None:
        jobs.announce("seat.claimed", org_id=acting.org_id, seat_id=seat_id)
        jobs.announce("seat.kept", org_id=acting.org_id, seat_id=seat_id)
        db.session.commit()
        return None
    one = put_forward(acting=acting, seen=seen, profile=profile, side=Side.mentee, now=now, confirmed=confirmed)
    jobs.announce("seat.claimed", org_id=acting.org_id, seat_id=seat_id)
    db.session.commit()
    return one


def give_back_seat(*, acting: Acting, seat_id: int, now: datetime) -> None:
    """A seat that waits for somebody between employers is free again. Raises ``Refused`` once they have gone on."""
    if not may_nominate_candidates(acting):
        raise Forbidden(_("Only those who look after your organisation’s people nominate."))
    if not db.session.scalar(sa.select(sa.func.give_back_seat(seat_id, now))):
        raise Refused(_("This seat is taken, or free already. Look at the list again."))
    db.session.commit()


def _must_offer(acting: Acting) -> None:
    if not may_offer_tracks(acting):
        raise Forbidden(_("Only those who run the network offer board tracks."))


def _locked(track: BoardTrack) -> BoardTrack:
    return db.session.get_one(BoardTrack, (track.org_id, track.id), with_for_update=True, populate_existing=True)


def _free_slug(acting: Acting, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "track"
    taken = set(db.session.scalars(sa.select(BoardTrack.slug).where(BoardTrack.org_id == acting.org_id)))
    return next(one for one in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def _record(acting: Acting, verb: str, track: BoardTrack, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("track", track.id),
        actor=(acting.person_id, acting.person_name),
        data={"title": track.name_en or track.name_fr},
    )
