"""The card that a dossier comes to, what is missing before it can be published, and names that a card must not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.dossiers.content import Dossier, Mandate
from marketplace.dossiers.face import COMMITTEES, DAYS_STEP, Face
from marketplace.dossiers.models import BoardMandate

SPOKEN_ENOUGH = frozenset({"first", "fluent", "work"})

MISSING: dict[str, Any] = {
    "headline.en": _l("Say in a line who you are, in one of the two languages."),
    "proposition.en": _l("Say what a board gains with you, in one of the two languages."),
    "positions": _l("Name at least one position."),
    "spoken": _l("Name the languages in which you can sit on a board."),
    "card_headline.en": _l("The card needs its line, in one of the two languages."),
    "card_proposition.en": _l("The card needs its few sentences, in one of the two languages."),
}
"""By the field at which it is said."""


def missing(dossier: Dossier) -> list[str]:
    """What keeps a dossier from being published, as names of ``MISSING``."""
    there = {
        "headline.en": dossier.headline,
        "proposition.en": dossier.proposition,
        "positions": [one for one in dossier.positions if one.organisation and one.title],
        "spoken": [one for one in dossier.spoken if one.language and one.level],
        "card_headline.en": dossier.card_headline,
        "card_proposition.en": dossier.card_proposition,
    }
    return [name for name, value in there.items() if not value]


def kept_mandates(rows: Sequence[BoardMandate]) -> tuple[Mandate, ...]:
    return tuple(
        Mandate(
            organisation=one.organisation_name,
            role=one.role,
            committees=tuple(one.committees),
            listed=one.listed,
            executive=one.executive,
            from_on=one.from_on.isoformat(),
            until_on=one.until_on.isoformat() if one.until_on else None,
        )
        for one in rows
    )


def face_from(dossier: Dossier) -> Face:
    """The card of a dossier with its mandates: what was written for it, what was ticked, and bands instead of figures."""
    seats = len(dossier.mandates)
    sat = {slug for one in dossier.mandates for slug in one.committees} | set(dossier.committees)
    return Face(
        headline=dossier.card_headline,
        proposition=dossier.card_proposition,
        competencies=dossier.level,
        functions=dossier.functions,
        sectors=dossier.sectors,
        languages=tuple(one.language for one in dossier.spoken if one.language and one.level in SPOKEN_ENOUGH),
        region=dossier.region,
        experience=dossier.experience,
        committees=tuple(slug for slug in COMMITTEES if slug in sat),
        mandates="none" if not seats else "one_two" if seats < 3 else "three_more",
        days_a_year=min(365, DAYS_STEP * round((dossier.days_a_year or 0) / DAYS_STEP)),
    )


def telling_names(dossier: Dossier) -> list[str]:
    """Organisations, schools and people of a dossier with its mandates."""
    named = (
        *(one.organisation for one in dossier.positions),
        *(one.organisation for one in dossier.mandates),
        *(one.school for one in dossier.education),
        *(one.name for one in dossier.references),
    )
    return list(dict.fromkeys(name for name in named if name))
