"""What a dossier says, as one checked value; and the same flat, so that two windows are merged field by field.

A draft may be incomplete. Words are in English and French; neither is ever made from the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from marketplace.dossiers.face import (
    CARD_MOST,
    EXPERIENCE,
    HEADLINE_MOST,
    SPOKEN,
    Committee,
    CompetencySlug,
    Function,
    Language,
    Region,
    Sector,
    one_of,
)
from marketplace.programmes.modalities import Choices, Words
from marketplace.readiness.competencies import COMPETENCIES, ROLES, Level

LOCALES = ("en", "fr")
LINE_MOST = 160
WORDS_MOST = {
    "headline": HEADLINE_MOST,
    "proposition": 1500,
    "availability": 400,
    "card_headline": HEADLINE_MOST,
    "card_proposition": CARD_MOST,
}
EVIDENCE_MOST = 500
MOST_ROWS = {"positions": 15, "education": 8, "spoken": 8, "references": 6}

Line = Annotated[str, Field(max_length=LINE_MOST)]
Year = Annotated[int, Field(ge=1940, le=2100)]


class Position(Choices):
    organisation: Line = ""
    from_year: Year | None = None
    until_year: Year | None = None
    """None: it goes on."""
    title: Words = Words()
    words: Words = Words()


class Study(Choices):
    school: Line = ""
    year: Year | None = None
    title: Words = Words()


class Tongue(Choices):
    language: Language = ""
    level: Annotated[str, one_of(SPOKEN)] = ""


class Reference(Choices):
    """``contact`` is printed in the full paper only where ``shows_contact``; ``agreed`` says when they said yes, in own words."""

    name: Line = ""
    office: Line = ""
    agreed: Annotated[str, Field(max_length=60)] = ""
    contact: Line = ""
    shows_contact: bool = False


class Mandate(Choices):
    """A seat as a version keeps it; in a draft seats are rows of their own."""

    organisation: Line
    role: Annotated[str, one_of(ROLES)]
    committees: tuple[Committee, ...] = ()
    listed: bool = False
    executive: bool = False
    from_on: str
    until_on: str | None = None


class Dossier(Choices):
    """``card_headline`` and ``card_proposition`` are what the anonymous card says; ``confirmed``: words in them that were found
    telling and that the candidate says tell nobody who they are (see ``telling``).
    """

    headline: Words = Words()
    proposition: Words = Words()
    positions: Annotated[tuple[Position, ...], Field(max_length=MOST_ROWS["positions"])] = ()
    level: dict[CompetencySlug, Level] = Field(default_factory=dict)
    evidence: dict[CompetencySlug, Words] = Field(default_factory=dict)
    spoken: Annotated[tuple[Tongue, ...], Field(max_length=MOST_ROWS["spoken"])] = ()
    education: Annotated[tuple[Study, ...], Field(max_length=MOST_ROWS["education"])] = ()
    references: Annotated[tuple[Reference, ...], Field(max_length=MOST_ROWS["references"])] = ()
    days_a_year: Annotated[int, Field(ge=0, le=366)] | None = None
    availability: Words = Words()
    card_headline: Words = Words()
    card_proposition: Words = Words()
    functions: tuple[Function, ...] = ()
    sectors: tuple[Sector, ...] = ()
    committees: tuple[Committee, ...] = ()
    region: Region = ""
    experience: Annotated[str, one_of(EXPERIENCE)] = ""
    confirmed: tuple[str, ...] = ()
    mandates: tuple[Mandate, ...] = ()

    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


ROWS = tuple(MOST_ROWS)
PLAIN = ("days_a_year", "functions", "sectors", "committees", "region", "experience", "confirmed")
FIELDS = (
    *(f"{name}.{locale}" for name in WORDS_MOST for locale in LOCALES),
    *(f"level.{slug}" for slug in COMPETENCIES),
    *(f"evidence.{slug}.{locale}" for slug in COMPETENCIES for locale in LOCALES),
    *ROWS,
    *PLAIN,
)
"""What a save may carry. A list of rows is one field: who changes one in two windows is asked."""


def flat(dossier: Dossier) -> dict[str, Any]:
    """By ``FIELDS``: ``headline.en``, ``level.finance`` (None: not said), ``evidence.finance.fr``, ``positions`` …"""
    kept = dossier.kept()
    values: dict[str, Any] = {name: kept[name] for name in (*ROWS, *PLAIN)}
    for name in WORDS_MOST:
        values |= {f"{name}.{locale}": kept[name][locale] for locale in LOCALES}
    for slug in COMPETENCIES:
        values[f"level.{slug}"] = kept["level"].get(slug)
        said = kept["evidence"].get(slug, {})
        values |= {f"evidence.{slug}.{locale}": said.get(locale, "") for locale in LOCALES}
    return {name: values[name] for name in FIELDS}


def from_flat(values: Mapping[str, Any]) -> Dossier:
    """The other way round; what is not named is empty. Raises ``pydantic.ValidationError``."""

    def words(name: str) -> dict[str, str]:
        return {locale: values.get(f"{name}.{locale}") or "" for locale in LOCALES}

    evidence = {slug: words(f"evidence.{slug}") for slug in COMPETENCIES}
    levels = {slug: values.get(f"level.{slug}") for slug in COMPETENCIES}
    return Dossier.model_validate(
        {name: values[name] for name in (*ROWS, *PLAIN) if values.get(name) is not None}
        | {name: words(name) for name in WORDS_MOST}
        | {
            "evidence": {slug: said for slug, said in evidence.items() if any(said.values())},
            "level": {slug: level for slug, level in levels.items() if level is not None},
        }
    )
