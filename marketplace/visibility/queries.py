"""What a candidate reads of who sees them, what those who fill seats see, and who sits on a nomination committee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask import abort

from marketplace.dossiers.face import Face
from marketplace.dossiers.models import BoardDossier
from marketplace.visibility.models import NominationCommitteeMember, Showing
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import db

PAGE = 24


@dataclass(frozen=True, slots=True)
class Home:
    """A network in which the viewer has a dossier."""

    network_id: int
    name: str
    published: bool


@dataclass(frozen=True, slots=True)
class Audience:
    committees: int
    search_firms: int
    until_on: date | None
    on_show: bool


@dataclass(frozen=True, slots=True)
class Looked:
    at: datetime
    what: str
    organisation: str
    search_firm: bool
    name: str


@dataclass(frozen=True, slots=True)
class Network:
    """A network in which the viewer fills seats; ``side``: for a committee, or for a search firm."""

    network_id: int
    slug: str
    name: str
    side: str


@dataclass(frozen=True, slots=True)
class Card:
    id: int
    face: Face
    levels: Sequence[int]
    score: int


SEEN_BY = sa.text("SELECT * FROM my_audience(:network)")
LOOKED = sa.text("SELECT * FROM my_viewings(:network)")
TO_NAME = sa.text("SELECT * FROM seekers_to_name(:network)")
NETWORKS = sa.text("SELECT * FROM seeker_networks()")


# --- the candidate ------------------------------------------------------------------------------------------------------


def homes(viewer: Acting) -> list[Home]:
    rows = db.session.execute(
        sa.select(BoardDossier.org_id, Organisation.name, BoardDossier.published_number)
        .join(Organisation, Organisation.id == BoardDossier.org_id)
        .where(BoardDossier.person_id == viewer.person_id)
        .order_by(Organisation.name)
    )
    return [Home(network_id, name, number is not None) for network_id, name, number in rows]


def home_or_404(viewer: Acting, network_id: int) -> Home:
    return next((one for one in homes(viewer) if one.network_id == network_id), None) or abort(404)


def consents(viewer: Acting, network_id: int, today: date) -> Sequence[Showing]:
    """Those that stand, or will; the one that lasts longest first."""
    return db.session.scalars(
        sa.select(Showing)
        .where(
            Showing.org_id == network_id,
            Showing.person_id == viewer.person_id,
            Showing.withdrawn_at.is_(None),
            Showing.until_on >= today,
        )
        .order_by(Showing.until_on.desc(), Showing.id)
    ).all()


def audience(network_id: int) -> Audience:
    return Audience(**db.session.execute(SEEN_BY, {"network": network_id}).mappings().one())


def looked(network_id: int) -> list[Looked]:
    """The latest first, one line a day for each who looked."""
    return [Looked(**row) for row in db.session.execute(LOOKED, {"network": network_id}).mappings()]


def who_may_be_named(network_id: int) -> list[tuple[int, str]]:
    return [(org_id, name) for org_id, name in db.session.execute(TO_NAME, {"network": network_id})]


# --- those who fill seats -----------------------------------------------------------------------------------------------


def networks(_viewer: Acting) -> list[Network]:
    return [Network(**row) for row in db.session.execute(NETWORKS).mappings()]


def network_or_404(viewer: Acting, network_id: int) -> Network:
    return next((one for one in networks(viewer) if one.network_id == network_id), None) or abort(404)


def _card(row: sa.RowMapping) -> Card:
    return Card(row["id"], Face.model_validate(row["face"]), row["levels"], row["score"])


def cards(network_id: int, tokens: list[str], least: list[int], after: tuple[int, int]) -> tuple[list[Card], bool]:
    """One page, the best first, from behind a score and a card; whether there are more."""
    score, card = after
    query = sa.text(
        "SELECT * FROM showcase_after(:network, CAST(:tokens AS text[]), CAST(:least AS smallint[]),"
        " CAST(:score AS smallint), :card, :most)"
    )
    values = {"network": network_id, "tokens": tokens, "least": least, "score": score, "card": card, "most": PAGE + 1}
    found = [_card(row) for row in db.session.execute(query, values).mappings()]
    return found[:PAGE], len(found) > PAGE


def cards_of(network_id: int, card_ids: Sequence[int]) -> list[Card]:
    """Those of them that are shown to the viewer today; looking is not written down."""
    query = sa.text("SELECT * FROM showcase_some(:network, CAST(:cards AS bigint[]))")
    values = {"network": network_id, "cards": list(card_ids)}
    return [_card(row) for row in db.session.execute(query, values).mappings()]


def standing(network_id: int, card_id: int) -> str:
    """``shown``; ``gone`` where the viewer's organisation had opened it before; empty."""
    found = sa.text("SELECT card_standing(:network, :card)")
    return str(db.session.scalar(found, {"network": network_id, "card": card_id}) or "")


def opened(network_id: int, card_id: int, now: datetime) -> Card | None:
    """The card, written down as looked at; the caller commits. None: it is not shown to the viewer today."""
    query = sa.text("SELECT * FROM open_card(:network, :card, :now)")
    row = db.session.execute(query, {"network": network_id, "card": card_id, "now": now}).mappings().first()
    return _card(row) if row else None


# --- a company's nomination committee -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    id: int
    person_id: int
    name: str
    job_title: str
    named_at: datetime


def committee(viewer: Acting) -> list[Member]:
    rows = db.session.execute(
        sa.select(
            NominationCommitteeMember.id,
            NominationCommitteeMember.person_id,
            Person.name,
            Affiliation.job_title,
            NominationCommitteeMember.named_at,
        )
        .join(Person, Person.id == NominationCommitteeMember.person_id)
        .join(
            Affiliation,
            sa.and_(
                Affiliation.org_id == NominationCommitteeMember.org_id,
                Affiliation.id == NominationCommitteeMember.affiliation_id,
            ),
        )
        .where(NominationCommitteeMember.org_id == viewer.org_id, NominationCommitteeMember.left_at.is_(None))
        .order_by(Person.name)
    )
    return [Member(*row) for row in rows]
