"""Five candidates who show their cards, and a seat that the demo's search firm looks for somebody for."""

from __future__ import annotations

from typing import Any

from dev.demo.known import KNOWN
from dev.demo.rows import Rows
from dev.demo.search_firms import NETWORK, SEARCHER
from dev.demo.world import DAY, Member, World
from marketplace.dossiers.content import Dossier
from marketplace.dossiers.deriving import face_from
from marketplace.readiness.competencies import COMPETENCIES

CANDIDATES: tuple[tuple[tuple[str, str], tuple[int, ...], dict[str, Any]], ...] = (
    (
        ("Finance and audit in industry, through two refinancings", "Finances et audit dans l’industrie, deux refinancements"),
        (4, 4, 3, 3, 2, 2, 1, 2, 3, 2),
        {"functions": ["finance"], "sectors": ["industry", "energy"], "committees": ["audit", "risk"],
         "region": "paris", "experience": "over_20", "days_a_year": 40},
    ),
    (
        ("Risk and audit in banking, now in a family group", "Risques et audit en banque, puis dans un groupe familial"),
        (3, 4, 2, 4, 2, 1, 2, 2, 2, 3),
        {"functions": ["risk"], "sectors": ["finance"], "committees": ["audit"],
         "region": "france_north", "experience": "10_20", "days_a_year": 30},
    ),
    (
        ("Energy networks, their money and their neighbours", "Réseaux d’énergie : leur argent et leurs voisins"),
        (3, 2, 4, 2, 1, 3, 2, 4, 2, 2),
        {"functions": ["general"], "sectors": ["energy", "public"], "committees": ["sustainability", "audit"],
         "region": "france_west", "experience": "over_20", "days_a_year": 25},
    ),
    (
        ("People and pay in a listed group", "Ressources humaines et rémunérations d’un groupe coté"),
        (2, 2, 3, 2, 4, 4, 2, 2, 3, 3),
        {"functions": ["people"], "sectors": ["consumer"], "committees": ["nomination", "remuneration"],
         "region": "paris", "experience": "over_20", "days_a_year": 35},
    ),
    (
        ("Data and security for services that must not stop", "Données et sécurité de services qui ne s’arrêtent pas"),
        (1, 3, 3, 2, 1, 2, 4, 2, 3, 2),
        {"functions": ["technology"], "sectors": ["technology", "transport"], "committees": ["risk"],
         "region": "france_south_east", "experience": "10_20", "days_a_year": 20},
    ),
)  # fmt: skip
SPOKEN = [{"language": "fr", "level": "first"}, {"language": "en", "level": "fluent"}]
CRITERIA = {
    "competencies": {
        "finance": {"level": 3, "must": False},
        "audit_risk": {"level": 3, "must": True},
        "governance_law": {"level": 3, "must": False},
    },
    "sectors": ["energy", "industry"],
    "sectors_must": False,
    "languages": ["en", "fr"],
    "languages_must": True,
    "committees": ["audit"],
    "committees_must": False,
    "region": "",
    "days_a_year": 30,
    "independent": True,
}


def play_selections(world: World, rows: Rows) -> None:
    network = world.orgs[NETWORK]
    known = {one.email for one in KNOWN}
    firms: set[int] = set()
    shown: list[Member] = []
    for one in world.members:
        of_network = one.org.kind == "company" and one.org.memberships.get(network.id) == "active"
        if of_network and one.role == "member" and one.email not in known and one.org.id not in firms:
            firms.add(one.org.id)
            shown.append(one)
    for candidate, (line, levels, said) in zip(shown[-len(CANDIDATES) :], CANDIDATES, strict=False):
        _show(world, rows, candidate, line, levels, said)
    partner = next(one for one in rows.of("affiliation") if one["org_id"] == world.orgs[SEARCHER.slug].id)
    made = world.days_ago(6)
    rows.add(
        "seat_specification",
        org_id=partner["org_id"],
        id=world.ids.at(made),
        network_id=network.id,
        title="Chair of the audit committee",
        organisation_name="Verreries de la Bièvre",
        organisation_id=None,
        listed=True,
        criteria=CRITERIA,
        women=3,
        men=6,
        deadline=(world.now + 120 * DAY).date(),
        created_by_id=partner["person_id"],
        created_at=made,
        updated_at=made,
        version=1,
    )


def _show(
    world: World, rows: Rows, candidate: Member, line: tuple[str, str], levels: tuple[int, ...], said: dict[str, Any]
) -> None:
    """A dossier that was published and may be seen by both sides for a season."""
    at = world.days_ago(9)
    own = {"org_id": world.orgs[NETWORK].id, "person_id": candidate.person_id}
    words = {"en": line[0], "fr": line[1]}
    dossier = Dossier.model_validate(
        said
        | {"headline": words, "card_headline": words, "spoken": SPOKEN}
        | {"level": dict(zip(COMPETENCIES, levels, strict=True))}
    )
    dossier_id = world.ids.at(at)
    rows.add(
        "board_dossier",
        **own,
        id=dossier_id,
        content=dossier.kept(),
        published_number=1,
        shares_draft=False,
        saved_in="",
        created_at=at,
        saved_at=at,
        version=1,
    )
    rows.add(
        "dossier_version",
        **own,
        id=world.ids.at(at),
        dossier_id=dossier_id,
        number=1,
        content=dossier.kept(),
        face=face_from(dossier).model_dump(mode="json"),
        published_at=at,
    )
    for to in ("committees", "search_firms"):
        rows.add(
            "showing",
            org_id=own["org_id"],
            id=world.ids.at(at),
            person_id=candidate.person_id,
            what="card",
            to_kind=to,
            to_org_id=None,
            from_on=at.date(),
            until_on=(world.now + 80 * DAY).date(),
            hide_from_employer=True,
            created_at=at,
            withdrawn_at=None,
        )
