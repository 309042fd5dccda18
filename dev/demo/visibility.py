"""The known executive shows her card: who looked, who asks for her dossier, and an introduction that led to an interview."""

from __future__ import annotations

from typing import Any

from dev.demo.rows import Rows
from dev.demo.search_firms import SEARCHER
from dev.demo.world import DAY, Member, World

NETWORK, COMMITTEE, INTRODUCED, ASKER = "chevetre", "lumen-energie", "lumen-energie", "trevanne"
MESSAGE = (
    "Le conseil d’un groupe familial de l’emballage cherche une administratrice pour son comité d’audit. "
    "Votre fiche parle de sites et de trésorerie : c’est ce qui manque autour de la table. Un premier échange d’une heure ?"
)
WORD = "Volontiers. Je suis à Paris le jeudi."
REASON = "Nous cherchons qui présidera notre comité d’audit, et voudrions lire ses mandats."


def play_visibility(world: World, rows: Rows) -> None:
    """After her dossier and the search firm; nothing where she has none."""
    if not rows.of("board_dossier"):
        return
    network = world.orgs[NETWORK].id
    version = next(row for row in rows.of("dossier_version"))
    her = {"org_id": network, "person_id": version["person_id"]}
    firm, seated = world.orgs[SEARCHER.slug], world.role(COMMITTEE, "company_admin")
    partner = next(row for row in rows.of("affiliation") if row["org_id"] == firm.id)["person_id"]
    rows.add(
        "nomination_committee_member",
        org_id=seated.org.id,
        id=world.ids.at(world.days_ago(40)),
        person_id=seated.person_id,
        affiliation_id=seated.affiliation_id,
        named_by_id=seated.person_id,
        named_at=world.days_ago(40),
        left_at=None,
    )
    # The database fills it in from the consents below, and keeps its number.
    card = world.ids.at(world.days_ago(11))
    kept: dict[str, Any] = {
        "employers": [],
        "version_id": version["id"],
        "face": version["face"],
        "levels": [],
        "score": 0,
    }
    rows.add("board_card", **her, id=card, **kept, tokens=[], search="", days_a_year=0)
    for to in ("committees", "search_firms"):
        at = world.days_ago(11)
        rows.add(
            "showing",
            org_id=network,
            id=world.ids.at(at),
            person_id=her["person_id"],
            what="card",
            to_kind=to,
            to_org_id=None,
            from_on=at.date(),
            until_on=(world.now + 120 * DAY).date(),
            hide_from_employer=True,
            created_at=at,
            withdrawn_at=None,
        )
    for days, org_id, viewer in (
        (10, firm.id, partner),
        (6, seated.org.id, seated.person_id),
        (2, seated.org.id, seated.person_id),
    ):
        at = world.days_ago(days)
        who = {"seeker_org_id": org_id, "viewer_id": viewer}
        rows.add("viewing", **her, id=world.ids.at(at), card_id=card, **who, what="card", link_id=None, at=at)
    rows.add(
        "dossier_request",
        **her,
        id=world.ids.at(world.days_ago(2)),
        card_id=card,
        seeker_org_id=seated.org.id,
        asked_by_id=seated.person_id,
        reason=REASON,
        state="asked",
        asked_at=world.days_ago(2),
        answered_at=None,
        until_on=None,
    )
    asked = {"card_id": card, "seeker_org_id": firm.id, "asked_by_person_id": partner, "message": MESSAGE, "word": WORD}
    seat = "Comité d’audit, groupe familial de l’emballage"
    _introduce(world, rows, her | asked, seat, "interview", days=10)
    _introduce_before(world, rows, network, card)


def _introduce_before(world: World, rows: Rows, network: int, card: int) -> None:
    """Candidates of the cohort that has ended, so that the figures have something to count."""
    asker: Member = world.role(ASKER, "company_admin")
    lumen = world.orgs[INTRODUCED].id
    ended = [row for row in rows.of("enrolment") if row["firm_id"] == lumen and row["state"] == "completed"]
    for row in ended:
        asked = {"org_id": network, "person_id": row["person_id"], "card_id": card, "message": MESSAGE, "word": ""}
        asked |= {"seeker_org_id": asker.org.id, "asked_by_person_id": asker.person_id}
        _introduce(world, rows, asked, "Conseil d’administration", "not_chosen", days=90)


def _introduce(world: World, rows: Rows, asked: dict[str, Any], seat: str, state: str, *, days: int) -> None:
    """Asked so many days ago, answered the next day, and settled."""
    at = world.days_ago(days)
    rows.add(
        "introduction",
        org_id=asked["org_id"],
        id=world.ids.at(at),
        person_id=asked["person_id"],
        card_id=asked["card_id"],
        seeker_org_id=asked["seeker_org_id"],
        asked_by_person_id=asked["asked_by_person_id"],
        specification_id=None,
        seat=seat,
        message=asked["message"],
        state=state,
        asked_at=at,
        answer_due=at + 14 * DAY,
        reminded_at=None,
        decided_at=at + DAY,
        word=asked["word"],
        help_asked_at=None,
        facilitated_by=None,
        settled_at=at + 6 * DAY,
        confirmed_at=at + 7 * DAY if state == "not_chosen" else None,
    )
