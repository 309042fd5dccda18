"""What a seat asks for, and how far a card meets it. Nothing here knows a gender, an age, or how long a card has been there.

Each criterion gives up to ``POINTS``. A must is also a filter: whoever misses it is not ranked, and is counted beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from flask_babel import gettext as _
from pydantic import Field

from marketplace.dossiers.face import COMMITTEES, REGIONS, SECTORS, Committee, CompetencySlug, Face, Region, Sector
from marketplace.dossiers.face import Language as LanguageCode
from marketplace.programmes.modalities import Choices
from marketplace.readiness.competencies import COMPETENCIES, TOP
from marketplace.readiness.words import LEVELS
from marketplace.vocabulary import LANGUAGES

POINTS = 10
DAYS_MOST = 120


class Wanted(Choices):
    level: Annotated[int, Field(ge=1, le=TOP)]
    must: bool = False


class Criteria(Choices):
    """``sectors``: one of them is enough; ``languages`` and ``committees`` each count on their own."""

    competencies: dict[CompetencySlug, Wanted] = Field(default_factory=dict)
    sectors: tuple[Sector, ...] = ()
    sectors_must: bool = False
    languages: tuple[LanguageCode, ...] = ()
    languages_must: bool = False
    committees: tuple[Committee, ...] = ()
    committees_must: bool = False
    region: Region = ""
    days_a_year: Annotated[int, Field(ge=0, le=DAYS_MOST)] = 0
    independent: bool = False

    def __bool__(self) -> bool:
        return bool(parts(self))


@dataclass(frozen=True, slots=True)
class Criterion:
    """``kind`` and ``slug`` say which; ``wanted``: the level or days. ``condition``: as the index of cards has it, or empty."""

    kind: str
    slug: str
    wanted: int
    must: bool
    condition: str

    def name(self, locale: str) -> str:
        """What is asked, as the head of a column."""
        if self.kind == "competency":
            return f"{COMPETENCIES[self.slug].name.text(locale)}: {LEVELS[self.wanted]}"
        if self.kind == "sectors":
            return _("Sector: %(names)s", names=self._sectors(locale, self.slug.split(" ")))
        if self.kind == "language":
            return _("Language: %(name)s", name=LANGUAGES.label(self.slug, locale))
        if self.kind == "committee":
            return _("Committee: %(name)s", name=COMMITTEES[self.slug].name.text(locale))
        if self.kind == "region":
            return _("Region: %(name)s", name=REGIONS[self.slug].name.text(locale))
        return _("%(number)s days a year", number=self.wanted)

    def points(self, face: Face) -> int:
        """From 0 to ``POINTS``, in whole points; more than is asked gives no more."""
        if self.kind == "competency":
            return round(POINTS * min(face.competencies.get(self.slug, 0), self.wanted) / self.wanted)
        if self.kind == "days":
            return round(POINTS * min(face.days_a_year, self.wanted) / self.wanted)
        return POINTS * self._has(face)

    def _has(self, face: Face) -> bool:
        if self.kind == "sectors":
            return not set(self.slug.split(" ")).isdisjoint(face.sectors)
        held = {"language": face.languages, "committee": face.committees, "region": (face.region,)}
        return self.slug in held[self.kind]

    def said(self, face: Face, locale: str) -> str:
        """What the card says of it."""
        if self.kind == "competency":
            return str(LEVELS[face.competencies.get(self.slug, 0)])
        if self.kind == "days":
            return _("%(number)s days", number=face.days_a_year) if face.days_a_year else _("Not said")
        if self.kind == "sectors":
            return self._sectors(locale, face.sectors) or _("Not said")
        if self.kind == "region":
            return REGIONS[face.region].name.text(locale) if face.region else _("Not said")
        return _("Yes") if self._has(face) else _("Not on the card")

    def _sectors(self, locale: str, slugs: Sequence[str]) -> str:
        return ", ".join(SECTORS[slug].name.text(locale) for slug in slugs)


def parts(asked: Criteria) -> list[Criterion]:
    """In the order of every page and export."""
    found = [
        Criterion("competency", slug, one.level, one.must, f"l:{at}:{one.level}")
        for at, slug in enumerate(COMPETENCIES, 1)
        if (one := asked.competencies.get(slug))
    ]
    if asked.sectors:
        either = "|".join(f"sector:{slug}" for slug in asked.sectors)
        found.append(Criterion("sectors", " ".join(asked.sectors), 0, asked.sectors_must, either))
    found += [Criterion("language", slug, 0, asked.languages_must, f"lang:{slug}") for slug in asked.languages]
    found += [Criterion("committee", slug, 0, asked.committees_must, f"com:{slug}") for slug in asked.committees]
    if asked.region:
        found.append(Criterion("region", asked.region, 0, False, f"region:{asked.region}"))
    if asked.days_a_year:
        found.append(Criterion("days", "", asked.days_a_year, False, ""))
    return found


def musts(criteria: Sequence[Criterion]) -> list[str]:
    return [one.condition for one in criteria if one.must]


def wishes(criteria: Sequence[Criterion]) -> list[str]:
    return [one.condition for one in criteria if not one.must and one.condition]


def place(seat_id: int, card_id: int) -> bytes:
    """The order of those with as many points: by lot, another for each seat, and the same at each look."""
    return sha256(f"{seat_id}:{card_id}".encode()).digest()
