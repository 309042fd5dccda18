"""The known executive's board dossier: written in both languages, published once, with a mandate of a family firm."""

from __future__ import annotations

from datetime import date
from typing import Any

from dev.demo.readiness import HERS, SAID
from dev.demo.rows import Rows
from dev.demo.world import DAY, World
from marketplace.dossiers.content import Dossier, Mandate
from marketplace.dossiers.deriving import face_from
from marketplace.readiness.competencies import COMPETENCIES

IN_FRENCH = {
    "finance": "J’ai répondu des coûts de quatre entrepôts et, une mauvaise année, des engagements pris envers la banque.",
    "governance_law": "Je connais le code pour l’avoir lu. Je n’ai jamais vécu un vote contesté.",
    "dynamics": "Au conseil familial, j’ai surtout écouté.",
}
WORDS: dict[str, Any] = {
    "headline": {
        "en": "Operations and supply chains, for boards that have sites to close and to open",
        "fr": "Opérations et logistique, pour des conseils qui ont des sites à fermer et à ouvrir",
    },
    "proposition": {
        "en": "I have closed two sites, once not well and once well. I know what a plan forgets: the people who stay. "
        "At the table I ask for the cash behind the result, and for the name of whoever decides.",
        "fr": "J’ai fermé deux sites, une fois mal et une fois bien. Je sais ce qu’un plan oublie : celles et ceux qui restent. "
        "Autour de la table, je demande la trésorerie derrière le résultat, et le nom de qui décide.",
    },
    "positions": [
        {
            "organisation": "Nordal",
            "from_year": 2016,
            "title": {"en": "Chief operating officer", "fr": "Directrice des opérations"},
            "words": {
                "en": "Eleven sites in four countries, and their 3,200 people.",
                "fr": "Onze sites dans quatre pays, et leurs 3 200 personnes.",
            },
        },
        {
            "organisation": "Compagnie des quais de Lerne",
            "from_year": 2004,
            "until_year": 2016,
            "title": {"en": "Head of warehouses", "fr": "Directrice des entrepôts"},
            "words": {
                "en": "Four warehouses, one strike, no closure.",
                "fr": "Quatre entrepôts, une grève, aucune fermeture.",
            },
        },
    ],
    "spoken": [
        {"language": "fr", "level": "first"},
        {"language": "en", "level": "fluent"},
        {"language": "de", "level": "basic"},
    ],
    "education": [
        {"school": "École des mines d’Aubrac", "year": 1996, "title": {"en": "Engineer", "fr": "Ingénieure"}},
    ],
    "days_a_year": 45,
    "card_headline": {
        "en": "Operations at the top of an industrial group in several countries",
        "fr": "Les opérations, à la tête d’un groupe industriel présent dans plusieurs pays",
    },
    "card_proposition": {
        "en": "Closes and opens sites, and keeps the people whom a plan forgets. Asks for the cash behind the result.",
        "fr": "Ferme et ouvre des sites, et garde les personnes qu’un plan oublie. Demande la trésorerie derrière le résultat.",
    },
    "functions": ["general", "operations"],
    "sectors": ["industry", "transport"],
    "committees": ["audit", "risk"],
    "region": "paris",
    "experience": "over_20",
}


def play_dossier(world: World, rows: Rows) -> None:
    """Nothing where she is no candidate."""
    if not rows.of("readiness_plan"):
        return
    plan, at = rows.of("readiness_plan")[0], world.now - 12 * DAY
    own = {"org_id": plan["cohort_org_id"], "person_id": plan["person_id"]}
    seat: dict[str, Any] = {
        "organisation_name": "Cartonnages Ferrier",
        "role": "non_executive",
        "committees": ["audit"],
        "from_on": date(world.now.year - 3, 6, 1),
    }
    rows.add(
        "board_mandate",
        **own,
        id=world.ids.at(at),
        **seat,
        organisation_id=None,
        listed=False,
        until_on=None,
        executive=False,
        introduction_id=None,
        created_at=at,
        updated_at=at,
    )
    draft = Dossier.model_validate(
        WORDS
        | {
            "level": dict(zip(COMPETENCIES, HERS, strict=True)),
            "evidence": {slug: {"en": said[0], "fr": IN_FRENCH[slug]} for slug, said in SAID.items()},
        }
    )
    mandate = Mandate(
        organisation="Cartonnages Ferrier",
        role="non_executive",
        committees=("audit",),
        from_on=seat["from_on"].isoformat(),
    )
    whole = draft.model_copy(update={"mandates": (mandate,)})
    dossier_id = world.ids.at(at)
    rows.add(
        "board_dossier",
        **own,
        id=dossier_id,
        content=draft.kept(),
        published_number=1,
        shares_draft=True,
        saved_in="",
        created_at=at,
        saved_at=at,
        version=2,
    )
    rows.add(
        "dossier_version",
        **own,
        id=world.ids.at(at),
        dossier_id=dossier_id,
        number=1,
        content=whole.kept(),
        face=face_from(whole).model_dump(mode="json"),
        published_at=at,
    )
