"""A candidate's card: what may be said of somebody without saying who. Nothing else ever leaves a dossier without a yes.

``Face`` has no field for a name, an employer, a school, a date, a gender or an age, and refuses any that it does not know.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field

from marketplace.programmes.modalities import Choices, Words
from marketplace.readiness.competencies import COMPETENCIES, Level
from marketplace.vocabulary import LANGUAGES

HEADLINE_MOST, CARD_MOST = 120, 600
DAYS_STEP = 5
"""Days a year are rounded to so many: an exact figure tells people apart."""


class Named(Choices):
    slug: str
    name: Words


def _read() -> dict[str, dict[str, Named]]:
    lists = yaml.safe_load((Path(__file__).parent / "lists.yaml").read_text(encoding="utf-8"))
    return {name: {one["slug"]: Named.model_validate(one) for one in rows} for name, rows in lists.items()}


LISTS = _read()
"""By name and slug, in the order of every page."""

SECTORS, FUNCTIONS, REGIONS, COMMITTEES = (LISTS[name] for name in ("sectors", "functions", "regions", "committees"))
EXPERIENCE, MANDATES, SPOKEN = (LISTS[name] for name in ("experience", "mandates", "spoken"))


def choices_in(known: dict[str, Named], locale: str) -> list[tuple[str, str]]:
    """(slug, words) for a form's list."""
    return [(one.slug, one.name.text(locale)) for one in known.values()]


def _one_of(known: Any) -> Any:
    def check(slug: object) -> object:
        if slug and slug not in known:
            raise ValueError(f"not in the list: {slug}")
        return slug

    return BeforeValidator(check)


Sector = Annotated[str, _one_of(SECTORS)]
Function = Annotated[str, _one_of(FUNCTIONS)]
Region = Annotated[str, _one_of(REGIONS)]
Committee = Annotated[str, _one_of(COMMITTEES)]
Language = Annotated[str, _one_of(LANGUAGES)]
CompetencySlug = Annotated[str, _one_of(COMPETENCIES)]


class Face(Choices):
    """The anonymous version. ``days_a_year`` in steps of ``DAYS_STEP``; ``competencies`` from 0 to 4 by slug."""

    headline: Words = Words()
    proposition: Words = Words()
    competencies: dict[CompetencySlug, Level] = Field(default_factory=dict)
    functions: tuple[Function, ...] = ()
    sectors: tuple[Sector, ...] = ()
    languages: tuple[Language, ...] = ()
    region: Region = ""
    experience: Annotated[str, _one_of(EXPERIENCE)] = ""
    committees: tuple[Committee, ...] = ()
    mandates: Annotated[str, _one_of(MANDATES)] = "none"
    days_a_year: Annotated[int, Field(ge=0, le=366)] = 0

    def levels(self) -> list[int]:
        """In the order of ``COMPETENCIES``; 0 where nothing is said."""
        return [self.competencies.get(slug, 0) for slug in COMPETENCIES]

    def tokens(self) -> list[str]:
        """What a search of cards asks by: ``lang:fr``, ``sector:…``, ``fn:…``, ``com:…``, ``region:…``, ``exp:…``, ``man:…``."""
        many = (("lang", self.languages), ("sector", self.sectors), ("fn", self.functions), ("com", self.committees))
        one = (("region", self.region), ("exp", self.experience), ("man", self.mandates))
        return [f"{kind}:{slug}" for kind, slugs in many for slug in slugs] + [
            f"{kind}:{slug}" for kind, slug in one if slug
        ]
