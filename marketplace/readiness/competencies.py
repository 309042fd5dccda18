"""The competencies of a board member and what seats ask of them, as the files beside this one say; never changed by a page.

Levels go from 0 to 4 and are described for each competency. What a seat asks, and the days a year it takes, are rules of thumb
of ours: pages say so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field

from marketplace.programmes.modalities import Choices, Words

HERE = Path(__file__).parent
TOP = 4
"""The highest level; the lowest is 0."""

Level = Annotated[int, Field(ge=0, le=TOP)]


class Competency(Choices):
    """``short`` is its name where there is little room. ``levels``: what each looks like, from 0 up."""

    slug: str
    name: Words
    short: Words
    means: Words
    levels: Annotated[tuple[Words, ...], Field(min_length=TOP + 1, max_length=TOP + 1)]
    readings: tuple[Words, ...]


class Role(Choices):
    """A kind of seat: the level it asks of each competency, and about how many days a year it takes."""

    slug: str
    name: Words
    days: Annotated[int, Field(ge=1, le=260)]
    levels: tuple[Level, ...]

    @property
    def profile(self) -> dict[str, int]:
        return dict(zip(COMPETENCIES, self.levels, strict=True))


def _read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


COMPETENCIES = {one.slug: one for one in map(Competency.model_validate, _read("competencies.yaml"))}
"""By slug, in the order of every page."""

ROLES = {one.slug: one for one in map(Role.model_validate, _read("roles.yaml"))}


def competency_choices(locale: str) -> list[tuple[str, str]]:
    return [(one.slug, one.name.text(locale)) for one in COMPETENCIES.values()]


def role_choices(locale: str) -> list[tuple[str, str]]:
    return [(one.slug, one.name.text(locale)) for one in ROLES.values()]


def readings_of(competency: Competency) -> list[tuple[str, Words]]:
    """(key, words): the key names the reading for good, as ``finance.0``."""
    return [(f"{competency.slug}.{number}", words) for number, words in enumerate(competency.readings)]
