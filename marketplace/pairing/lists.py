"""The committee's lists, a page at a time: whoever stands behind the last one shown comes next, however the list has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from marketplace.pairing.candidates import Candidate, Candidates, Place, Standing
from marketplace.pairing.rules import Rule
from marketplace.vocabulary import FUNCTIONS, LANGUAGES, SKILLS

PAGE = 25
PAIRS = 50
NO_WISH = 9
Row = TypeVar("Row")
Person = TypeVar("Person", Candidate, Place)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked for. ``everybody``: also those who have a pair. Numbers are enrolments, or a request."""

    words: str = ""
    everybody: bool = False
    mentee: int | None = None
    mentor: int | None = None
    mentees_after: int | None = None
    mentors_after: int | None = None
    pairs_after: int | None = None

    def query(self, **changes: Any) -> dict[str, Any]:
        """The address bar of the same page with ``changes``."""
        kept = {"q": self.words or None, "everybody": 1 if self.everybody else None}
        return kept | {"mentee": self.mentee, "mentor": self.mentor} | changes


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """``total`` of the whole list; ``after``: what the next page is asked with, if there is one."""

    rows: tuple[Row, ...]
    total: int
    after: int | None


@dataclass(frozen=True, slots=True)
class Lists:
    mentees: Page[Candidate]
    mentors: Page[Candidate]
    rules: dict[int, Rule]
    """By mentor's enrolment: what forbids the pair with the mentee who is chosen."""
    chosen: Candidate | None


def lists_of(there: Candidates, asked: Asked) -> Lists:
    """Both lists. With a mentee chosen, mentors whom no rule forbids come first, those the two wish for before others."""
    everybody = there.mentees if asked.everybody else there.without_pair()
    mentees = _said(everybody, asked.words)
    chosen = next((one for one in there.mentees if one.enrolment_id == asked.mentee), None)
    mentors = _said([one for one in there.with_room() if chosen is None or one is not chosen], asked.words)
    rules: dict[int, Rule] = {}
    if chosen is not None:
        rules = {one.enrolment_id: rule for one in mentors if (rule := there.forbids(chosen, one)) is not None}
        mentors.sort(key=lambda one: (one.enrolment_id in rules, _wished(there, chosen, one)))
    return Lists(
        page_of(mentees, asked.mentees_after, PAGE, keep=asked.mentee),
        page_of(mentors, asked.mentors_after, PAGE, keep=asked.mentor),
        rules,
        chosen,
    )


def pairs_of(pairs: Sequence[Standing], asked: Asked) -> Page[Standing]:
    """The newest first."""
    wanted = asked.words.casefold().split()
    found = [one for one in pairs if all(word in _names(one) for word in wanted)]
    return _page(found, asked.pairs_after, PAIRS, lambda one: one.request_id)


def _page(
    rows: Sequence[Row], after: int | None, most: int, key: Callable[[Row], int], keep: int | None = None
) -> Page[Row]:
    start = next((place for place, one in enumerate(rows, 1) if key(one) == after), 0) if after is not None else 0
    shown = list(rows[start : start + most])
    last = key(shown[-1]) if start + most < len(rows) else None
    # Whoever is chosen stays in sight.
    if keep is not None and not any(key(one) == keep for one in shown):
        shown = [one for one in rows if key(one) == keep] + shown
    return Page(tuple(shown), len(rows), last)


def page_of(people: Sequence[Person], after: int | None, most: int, keep: int | None = None) -> Page[Person]:
    """Of people, by their enrolments; ``keep`` stays in sight."""
    return _page(people, after, most, lambda one: one.enrolment_id, keep)


def _wished(there: Candidates, mentee: Candidate, mentor: Candidate) -> int:
    return (there.wish(mentee, mentor) or NO_WISH) + (there.wish(mentor, mentee) or NO_WISH)


def _said(people: Iterable[Candidate], words: str) -> list[Candidate]:
    wanted = words.casefold().split()
    return [one for one in people if all(word in _all_words(one) for word in wanted)] if wanted else list(people)


def _all_words(one: Candidate) -> str:
    slugs = ((SKILLS, (*one.skills, *one.goals)), (LANGUAGES, one.languages), (FUNCTIONS, (one.function,)))
    labels = [
        kind.label(slug, locale) for kind, chosen in slugs for slug in chosen if slug in kind for locale in ("en", "fr")
    ]
    return " ".join((one.name, one.firm, one.title, one.headline, *labels)).casefold()


def _names(one: Standing) -> str:
    return " ".join((one.mentee_name, one.mentor_name, one.mentee_firm, one.mentor_firm)).casefold()
