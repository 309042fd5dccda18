"""Search results in the reader's words: cards with the reason they are shown, filters with their counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from marketplace.directory.forms import GROUPS, Search
from marketplace.directory.queries import Mentor, Results
from marketplace.directory.ranking import Interests, in_common
from marketplace.directory.words import KINDS, place_key
from marketplace.vocabulary import CADENCES, LANGUAGES, SENIORITIES, SKILLS

MOST_SHOWN = 8
MOST_TAGS = 4
RECENTLY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class CardFace:
    """What one card of the directory shows; nothing here is a code."""

    id: int
    person_id: int
    name: str
    initials: str
    line: str
    headline: str
    tags: tuple[tuple[str, bool], ...]
    more: str
    why: str
    room: str
    full: bool
    photo: str | None
    saved: bool


def card_faces(
    mentors: Iterable[Mentor],
    interests: Interests,
    *,
    slug: str,
    locale: str,
    now: datetime,
    sought: Iterable[str] = (),
) -> list[CardFace]:
    """The mentors as cards. ``sought``: skills that the search names, stressed like the reader's goals."""
    wanted = frozenset((*interests.goals, *sought))
    return [_card_face(mentor, interests, wanted, slug, locale, now) for mentor in mentors]


def _card_face(
    mentor: Mentor, interests: Interests, wanted: frozenset[str], slug: str, locale: str, now: datetime
) -> CardFace:
    skills = sorted((s for s in mentor.skills if s in SKILLS), key=lambda skill: skill not in wanted)
    tags = [(SKILLS.label(skill, locale), skill in wanted) for skill in skills]
    tags += [(word, False) for word in mentor.own_words]
    words = mentor.name.split()
    return CardFace(
        id=mentor.mentor_id,
        person_id=mentor.person_id,
        name=mentor.name,
        initials=words[0][:1] + (words[-1][:1] if len(words) > 1 else ""),
        line=" · ".join(part for part in (mentor.title, mentor.firm) if part),
        headline=mentor.headline,
        tags=tuple(tags[:MOST_TAGS]),
        more=more_words(len(tags) - MOST_TAGS, locale),
        why=why_shown(mentor, interests, wanted, locale=locale, now=now),
        room=room_words(mentor.room, locale),
        full=mentor.room < 1,
        photo=f"/{slug}/profile/photo/{mentor.person_id}/{mentor.photo}/small" if mentor.photo else None,
        saved=mentor.mentor_id in interests.saved,
    )


def why_shown(mentor: Mentor, interests: Interests, sought: frozenset[str], *, locale: str, now: datetime) -> str:
    """One sentence on what speaks for this mentor, the strongest reason that holds."""
    goals = in_common(interests.goals, mentor.skills)
    if goals:
        return goal_words(len(goals), locale)
    helps = in_common(sought, mentor.skills)
    if helps:
        return _("Helps with: %(skill)s", skill=SKILLS.label(helps[0], locale))
    if interests.function and mentor.function == interests.function:
        return fixed_words(locale)["function"]
    if interests.place and place_key(mentor.place) == place_key(interests.place):
        return _("In %(place)s, like you", place=mentor.place)
    if mentor.active_at > now - RECENTLY:
        return fixed_words(locale)["active"]
    if len(mentor.languages) > 1:
        return language_words(tuple(mentor.languages), locale)
    if mentor.cadence and mentor.cadence in CADENCES:
        return CADENCES.label(mentor.cadence, locale)
    return ""


# Asked for on every card: settled once per language, since looking up a sentence costs more than drawing one.


@lru_cache(maxsize=64)
def goal_words(goals: int, locale: str) -> str:
    del locale
    return ngettext("Matches one of your goals", "Matches %(num)d of your goals", goals)


@lru_cache(maxsize=64)
def room_words(places: int, locale: str) -> str:
    del locale
    if places < 1:
        return _("Full for now")
    return ngettext("%(num)d place", "%(num)d places", places)


@lru_cache(maxsize=64)
def more_words(more: int, locale: str) -> str:
    del locale
    return ngettext("and %(num)d more", "and %(num)d more", more) if more > 0 else ""


@lru_cache(maxsize=1024)
def language_words(codes: tuple[str, ...], locale: str) -> str:
    names = [LANGUAGES.label(code, locale) for code in codes if code in LANGUAGES]
    return _("Speaks %(languages)s", languages=format_list(_lowered(names, locale), locale=locale))


@lru_cache(maxsize=8)
def fixed_words(locale: str) -> dict[str, str]:
    del locale
    return {
        "function": _("Same function as yours, another company"),
        "active": _("Active these days"),
        "remote": _("Remote"),
        "in_person": _("In person"),
    }


def _lowered(names: Sequence[str], locale: str) -> list[str]:
    return [name.lower() for name in names] if locale.startswith("fr") else list(names)


# --- filters ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """One group of filters, its choices drawn."""

    legend: str
    choices: Markup
    open: bool


def facet_groups(search: Search, results: Results, *, locale: str) -> list[FacetGroup]:
    """The filters as the ``facets`` macro draws them; each group shows what is chosen and what is most frequent."""
    legends = group_legends(locale)
    chosen = search.filters
    by_kind: dict[str, dict[str, int]] = defaultdict(dict)
    for token, number in results.counts.items():
        by_kind[token[0]][token[2:]] = number
    groups = []
    for name, kind in GROUPS.items():
        picked = chosen.get(name, ())
        counts = by_kind[kind]
        drawn: list[Markup] = []
        for value in _shown(kind, counts, picked):
            drawn.append(drawn_choice(name, value, choice_label(name, value, locale, results.places), value in picked))
            drawn.append(count_words(counts.get(value, 0), results.capped))
        if drawn:
            opened = bool(picked) or name in {"skill", "where", "language"}
            groups.append(FacetGroup(legends[name], Markup("".join(drawn)), opened))  # noqa: S704 - drawn above
    full = drawn_choice("full", "1", legends["full mentors"], search.full) + NO_COUNT
    own = drawn_choice("own", "1", legends["own company"], search.own) + NO_COUNT
    return [
        *groups,
        FacetGroup(legends["full"], full, open=True),
        FacetGroup(legends["own"], own, open=search.own),
    ]


@lru_cache(maxsize=8)
def group_legends(locale: str) -> dict[str, str]:
    del locale
    return {
        "skill": _("I want help with"),
        "where": _("Where"),
        "language": _("Language"),
        "form": _("Form of mentoring"),
        "industry": _("Industry"),
        "function": _("Function"),
        "seniority": _("Level"),
        "full": _("Places"),
        "full mentors": _("Show full mentors too"),
        "own": _("Company"),
        "own company": _("Only in my own company"),
    }


CHOICE = Markup(
    '<label class="facet"><input type="checkbox" name="{}" value="{}" form="find"{}><span class="name">{}</span>'
)
NO_COUNT = Markup("</label>")


@lru_cache(maxsize=4096)
def drawn_choice(name: str, value: str, label: str, selected: bool) -> Markup:
    """A filter's checkbox up to its count: the same on nearly every page, so drawn once."""
    return CHOICE.format(name, value, Markup(" checked") if selected else "", label)


@lru_cache(maxsize=1024)
def count_words(number: int, capped: bool) -> Markup:
    """How many a filter would show, and the end of its label; nobody is said in the grey of an empty filter."""
    words = f"{number}+" if capped and number else str(number)
    return Markup('<span class="number{}">{}</span></label>').format("" if number else " none", words)


def _shown(kind: str, counts: Mapping[str, int], picked: Sequence[str]) -> list[str]:
    often = sorted(counts, key=lambda value: (-counts[value], value))
    shown = [*picked, *(value for value in often if value not in picked)][: max(MOST_SHOWN, len(picked))]
    if kind == "v":
        return sorted(shown, key=SENIORITIES.slugs.index)
    if kind == "w":
        return sorted(shown, key=lambda value: (value not in {"remote", "in_person"}, -counts.get(value, 0), value))
    return sorted(shown, key=lambda value: (-counts.get(value, 0), value))


def choice_label(name: str, value: str, locale: str, places: Mapping[str, str]) -> str:
    """What a filter's choice is called."""
    if name != "where":
        return KINDS[GROUPS[name]].label(value, locale)
    if value in ("remote", "in_person"):
        return fixed_words(locale)[value]
    return places.get(value, value.replace("-", " ").capitalize())


def applied_filters(search: Search, results: Results, *, path: str, locale: str) -> list[dict[str, str]]:
    """What narrows the search now, each with the address that takes it off."""
    filters = [
        (choice_label(name, value, locale, results.places), search.without(name, value))
        for name, values in search.chosen
        for value in values
    ]
    if search.full:
        filters.append((_("Full mentors too"), search.without("full")))
    if search.own:
        filters.append((_("My own company"), search.without("own")))
    return [{"label": label, "without": address(path, less)} for label, less in filters]


def address(path: str, search: Search, **further: str) -> str:
    query = search.query_string(**further)
    return f"{path}?{query}" if query else path
