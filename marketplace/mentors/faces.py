"""A card, or a draft that would become one, in the reader's words: what the page of a mentor shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.mentors.drafts import PUBLISHED_FIELDS
from marketplace.mentors.models import MentorProfile
from marketplace.mentors.stories import story_html
from marketplace.vocabulary import (
    CADENCES,
    FORMS,
    FUNCTIONS,
    INDUSTRIES,
    LANGUAGES,
    SENIORITIES,
    SKILLS,
    Vocabulary,
)


@dataclass(frozen=True, slots=True)
class Face:
    """What ``mentor_page`` and ``mentor_card`` draw. ``facts`` are pairs of a term and its words; nothing
    here is a code.
    """

    id: int
    name: str
    line: str
    headline: str
    story: Markup
    skills: tuple[str, ...]
    matched: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    places: int
    photo: str | None
    why: str = ""

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


def photo_url(slug: str, person_id: int, fingerprint: str | None, *, small: bool = False) -> str | None:
    """Where a reader in workspace ``slug`` finds a photo. None without a photo."""
    if not fingerprint:
        return None
    return f"/{slug}/profile/photo/{person_id}/{fingerprint}{'/small' if small else ''}"


def face_of(card: Mapping[str, Any], *, slug: str, locale: str, goals: Iterable[str] = ()) -> Face:
    """``card``: a row of the directory (or a draft in its form) as a mapping. ``goals``: the reader's own, to
    stress what matches.
    """
    goals = frozenset(goals)
    skills = _labels(SKILLS, card["skills"], locale)
    meeting = [_("Remote")] * bool(card["remote"]) + [_("In person")] * bool(card["in_person"])
    facts = (
        (_("Function"), _label(FUNCTIONS, card["function"], locale)),
        (_("Industries"), ", ".join(_labels(INDUSTRIES, card["industries"], locale))),
        (_("Seniority"), _label(SENIORITIES, card["seniority"], locale)),
        (_("Languages"), ", ".join(_labels(LANGUAGES, card["languages"], locale))),
        (_("Place"), card["place"]),
        (_("Time zone"), zone_city(card["time_zone"], locale)),
        (_("Meets"), ", ".join(meeting)),
        (_("How often"), _label(CADENCES, card["cadence"], locale)),
        (_("Forms of mentoring"), ", ".join(_labels(FORMS, card["forms"], locale))),
        (_("Board mandates"), card["board_mandates"]),
    )
    return Face(
        id=card["person_id"],
        name=card["name"],
        line=" · ".join(part for part in (card["title"], card["firm"]) if part),
        headline=card["headline"],
        story=Markup(card["story_html"]),  # noqa: S704 - made by story_html, which cleans
        skills=(*skills, *card["own_words"]),
        matched=_labels(SKILLS, [skill for skill in card["skills"] if skill in goals], locale),
        facts=tuple((term, value) for term, value in facts if value),
        places=max(card["room"], 0),
        photo=photo_url(slug, card["person_id"], card["photo"]),
    )


def draft_card(profile: MentorProfile, *, name: str, firm: str, time_zone: str, photo: str | None) -> dict[str, Any]:
    """The card that publishing this draft would make, as far as ``face_of`` reads it."""
    words = {field: getattr(profile, field) for field in PUBLISHED_FIELDS}
    return words | {
        "person_id": profile.person_id,
        "name": name,
        "firm": firm,
        "time_zone": time_zone,
        "photo": photo,
        "room": profile.open_slots,
        "story_html": story_html(profile.story),
    }


def zone_city(zone: str, locale: str) -> str:
    """The city that stands for a time zone, as a reader of ``locale`` calls it."""
    return get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)


def _label(vocabulary: Vocabulary, slug: str | None, locale: str) -> str:
    return vocabulary.label(slug, locale) if slug and slug in vocabulary else ""


def _labels(vocabulary: Vocabulary, slugs: Iterable[str], locale: str) -> tuple[str, ...]:
    return tuple(vocabulary.label(slug, locale) for slug in slugs if slug in vocabulary)
