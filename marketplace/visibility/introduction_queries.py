"""Introductions as each of those in them reads them, and requests for the full dossier. The viewer comes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.dossiers.content import Dossier
from marketplace.programmes.modalities import Words
from marketplace.visibility.models import DossierLink, IntroductionState
from tenants.current import Acting
from tenants.shared.database import db

OPEN = frozenset(
    {IntroductionState.asked, IntroductionState.accepted, IntroductionState.met, IntroductionState.interview}
)
KNOWN = frozenset(
    {
        IntroductionState.accepted,
        IntroductionState.met,
        IntroductionState.interview,
        IntroductionState.appointed,
        IntroductionState.not_chosen,
    }
)
OUTCOMES = (
    IntroductionState.met,
    IntroductionState.interview,
    IntroductionState.appointed,
    IntroductionState.not_chosen,
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """An introduction. ``relation`` is the viewer's: ``candidate``, ``seeker`` or ``network``.

    ``name``, ``email`` and ``office`` are the candidate's, empty to a seeker who may not know them. ``headline``: of the card,
    while it is shown.
    """

    network_id: int
    network: str
    id: int
    relation: str
    card_id: int
    seat: str
    message: str
    state: IntroductionState
    asked_at: datetime
    answer_due: datetime
    decided_at: datetime | None
    word: str
    help_asked_at: datetime | None
    facilitator: str
    settled_at: datetime | None
    confirmed_at: datetime | None
    organisation: str
    search_firm: bool
    asker: str
    specification_id: int | None
    headline: Words | None
    name: str
    email: str
    office: str

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def known(self) -> bool:
        return self.state in KNOWN

    @property
    def waits_for_viewer(self) -> bool:
        if self.relation == "candidate":
            asked = self.state is IntroductionState.asked
            return asked or (self.state in OUTCOMES and self.confirmed_at is None)
        if self.relation == "network":
            return self.open and not self.facilitator
        return self.state in {IntroductionState.accepted, IntroductionState.met, IntroductionState.interview}


MINE = sa.text("SELECT * FROM my_introductions()")


def introductions(_viewer: Acting) -> list[Meeting]:
    """All that the viewer has a part in, as of their workspace; the latest first."""
    rows = db.session.execute(MINE).mappings()
    return [
        Meeting(
            **dict(row)
            | {
                "state": IntroductionState(row["state"]),
                "headline": Words.model_validate(row["headline"]) if row["headline"] else None,
            }
        )
        for row in rows
    ]


def introduction_or_404(viewer: Acting, network_id: int, introduction_id: int) -> Meeting:
    found = (one for one in introductions(viewer) if (one.network_id, one.id) == (network_id, introduction_id))
    return next(found, None) or abort(404)


# --- the full dossier ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """``open`` until a day, ``asked``, ``declined``, ``gone``, ``none``; empty where nothing is shown."""

    state: str
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Request:
    """A seeker who waits for a candidate's word on the full dossier."""

    id: int
    organisation: str
    search_firm: bool
    asker: str
    reason: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedDossier:
    dossier: Dossier
    name: str
    person_id: int
    until_on: date


@dataclass(frozen=True, slots=True)
class LinkFace:
    """What the secret address says before it is opened. ``state``: ``open`` or ``gone``."""

    recipient: str
    until_on: date
    state: str


@dataclass(frozen=True, slots=True)
class LinkedDossier:
    dossier: Dossier
    name: str
    recipient: str
    until_on: date


def _row(query: str, **values: Any) -> sa.RowMapping | None:
    return db.session.execute(sa.text(query), values).mappings().first()


def dossier_standing(network_id: int, card_id: int) -> Standing:
    row = _row("SELECT * FROM dossier_standing(:network, :card)", network=network_id, card=card_id)
    return Standing(row["state"], row["until_on"]) if row else Standing("", None)


def opened_dossier(network_id: int, card_id: int, what: str, now: datetime) -> OpenedDossier | None:
    """Written down as opened, as a ``dossier`` or as a ``file``; the caller commits. None: it is not open to the viewer."""
    row = _row(
        "SELECT * FROM open_dossier(:network, :card, :what, :now)", network=network_id, card=card_id, what=what, now=now
    )
    if row is None:
        return None
    return OpenedDossier(Dossier.model_validate(row["content"]), row["name"], row["person_id"], row["until_on"])


def requests_for_dossier(network_id: int) -> list[Request]:
    rows = db.session.execute(sa.text("SELECT * FROM my_dossier_requests(:network)"), {"network": network_id})
    return [Request(**dict(row)) for row in rows.mappings()]


def links(viewer: Acting, network_id: int, today: date) -> list[DossierLink]:
    """Those that open something today; the one that lasts longest first."""
    query = (
        sa.select(DossierLink)
        .where(
            DossierLink.org_id == network_id,
            DossierLink.person_id == viewer.person_id,
            DossierLink.revoked_at.is_(None),
            DossierLink.until_on >= today,
        )
        .order_by(DossierLink.until_on.desc(), DossierLink.id)
    )
    return list(db.session.scalars(query))


def link_or_404(viewer: Acting, network_id: int, link_id: int) -> DossierLink:
    """Also one that is withdrawn already."""
    found = db.session.get(DossierLink, (network_id, link_id))
    return found if found is not None and found.person_id == viewer.person_id else abort(404)


def link_face(token_hash: bytes, now: datetime) -> LinkFace | None:
    row = _row("SELECT * FROM dossier_link_face(:hash, :now)", hash=token_hash, now=now)
    return LinkFace(row["recipient"], row["until_on"], row["state"]) if row else None


def opened_link(token_hash: bytes, now: datetime) -> LinkedDossier | None:
    """Counted and written down; the caller commits. None: it opens nothing any more."""
    row = _row("SELECT * FROM open_dossier_link(:hash, :now)", hash=token_hash, now=now)
    if row is None:
        return None
    return LinkedDossier(Dossier.model_validate(row["content"]), row["name"], row["recipient"], row["until_on"])
