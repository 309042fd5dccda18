"""The marketplace's controlled words, in English and French, read once from the YAML files beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Final, Literal, cast

import yaml

from marketplace.vocabulary.folding import fold, words

Locale = Literal["en", "fr"]

__all__ = [
    "CADENCES",
    "CONFLICT_KINDS",
    "DECLINE_REASONS",
    "FORMS",
    "FUNCTIONS",
    "INDUSTRIES",
    "LANGUAGES",
    "SENIORITIES",
    "SKILLS",
    "Group",
    "Term",
    "Vocabulary",
    "fold",
]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary; `slug` is what is stored and never changes, the rest may be reworded."""

    slug: str
    en: str
    fr: str
    synonyms_en: tuple[str, ...]
    synonyms_fr: tuple[str, ...]
    group: str
    own_name: str = ""

    def label(self, locale: str) -> str:
        """The term as a reader of `locale` knows it; English for any locale that does not start with "fr"."""
        return self.fr if locale.startswith("fr") else self.en

    def synonyms(self, locale: str) -> tuple[str, ...]:
        return self.synonyms_fr if locale.startswith("fr") else self.synonyms_en


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which a vocabulary's terms are shown."""

    slug: str
    en: str
    fr: str

    def label(self, locale: str) -> str:
        return self.fr if locale.startswith("fr") else self.en


@dataclass(frozen=True)
class Vocabulary:
    """An ordered set of terms; `choices` keep the file's order, or sort by label when `sort` is set."""

    name: str
    groups: tuple[Group, ...]
    terms: tuple[Term, ...]
    sort: bool = False
    _by_slug: dict[str, Term] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_slug = {term.slug: term for term in self.terms}
        if len(by_slug) != len(self.terms):
            raise ValueError(f"{self.name}: a slug appears twice")
        object.__setattr__(self, "_by_slug", by_slug)

    def __contains__(self, slug: object) -> bool:
        return slug in self._by_slug

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def get(self, slug: str) -> Term:
        """The term, or KeyError for a slug that this vocabulary does not hold."""
        return self._by_slug[slug]

    def label(self, slug: str, locale: str) -> str:
        """The term's label for a reader of `locale`, or KeyError."""
        return self._by_slug[slug].label(locale)

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        """Every slug in the file's order; for an ordered vocabulary the position is the rank."""
        return tuple(self._by_slug)

    def choices(self, locale: str) -> list[tuple[str, str]]:
        """(slug, label) pairs for a form's list."""
        return _pairs(self.terms, locale, self.sort)

    def grouped_choices(self, locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """(group's label, its (slug, label) pairs), groups in the file's order."""
        return [
            (group.label(locale), _pairs([t for t in self.terms if t.group == group.slug], locale, self.sort))
            for group in self.groups
        ]

    def search(self, text: str, locale: str, limit: int = 12) -> list[Term]:
        """At most `limit` terms, best first, in whose label or synonyms every word typed starts some word.

        Accents, case and ligatures are ignored. A term also answers to its words in the other language,
        after those that match in the reader's own. No word typed → no term.
        """
        wanted = words(text)
        if not wanted:
            return []
        phrase = " ".join(wanted)
        found = []
        for place, entry in enumerate(self._index[_language(locale)]):
            rank = entry.rank(phrase, wanted)
            if rank is not None:
                found.append((rank, place, entry.term))
        found.sort(key=lambda hit: hit[:2])
        return [term for _, _, term in found[:limit]]

    @cached_property
    def _index(self) -> dict[Locale, tuple["_Entry", ...]]:
        return {
            locale: tuple(_Entry.of(term, locale) for term in _ordered(self.terms, locale, self.sort))
            for locale in ("en", "fr")
        }


@dataclass(frozen=True, slots=True)
class _Entry:
    term: Term
    label: str
    names: tuple[str, ...]
    own_words: frozenset[str]
    all_words: frozenset[str]

    @classmethod
    def of(cls, term: Term, locale: Locale) -> "_Entry":
        other: Locale = "en" if locale == "fr" else "fr"
        label = " ".join(words(term.label(locale)))
        names = tuple(" ".join(words(name)) for name in (*term.synonyms(locale), term.own_name) if name)
        own = frozenset(word for name in (label, *names) for word in name.split())
        foreign = (term.label(other), *term.synonyms(other))
        return cls(term, label, names, own, own | {word for name in foreign for word in words(name)})

    def rank(self, phrase: str, wanted: list[str]) -> int | None:
        """0 is best; None when some word typed starts none of the term's words."""
        if self.label.startswith(phrase):
            return 0
        if any(name.startswith(phrase) for name in self.names):
            return 1
        if _starts_all(wanted, self.label.split()):
            return 2
        if _starts_all(wanted, self.own_words):
            return 3
        return 4 if _starts_all(wanted, self.all_words) else None


def _starts_all(wanted: list[str], known: frozenset[str] | list[str]) -> bool:
    return all(any(word.startswith(start) for word in known) for start in wanted)


def _language(locale: str) -> Locale:
    return "fr" if locale.startswith("fr") else "en"


def _ordered(terms: tuple[Term, ...] | list[Term], locale: str, sort: bool) -> list[Term]:
    return sorted(terms, key=lambda term: fold(term.label(locale))) if sort else list(terms)


def _pairs(terms: tuple[Term, ...] | list[Term], locale: str, sort: bool) -> list[tuple[str, str]]:
    return [(term.slug, term.label(locale)) for term in _ordered(terms, locale, sort)]


def _load(name: str, sort: bool = False) -> Vocabulary:
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    groups: list[Group] = []
    terms: list[Term] = []
    for block in cast(list[dict[str, object]], yaml.safe_load(text)):
        group = Group(str(block["group"]), str(block["en"]), str(block["fr"]))
        groups.append(group)
        for row in cast(list[list[object]], block["terms"]):
            slug, en, fr, synonyms_en, synonyms_fr, *own = row
            terms.append(
                Term(
                    slug=cast(str, slug),
                    en=cast(str, en).replace("'", "’"),
                    fr=_french_spacing(cast(str, fr)),
                    synonyms_en=tuple(cast(list[str], synonyms_en)),
                    synonyms_fr=tuple(cast(list[str], synonyms_fr)),
                    group=group.slug,
                    own_name=cast(str, own[0]) if own else "",
                )
            )
    return Vocabulary(name, tuple(groups), tuple(terms), sort)


def _french_spacing(label: str) -> str:
    """French typography: a curly apostrophe, and no line break before a double sign."""
    label = label.replace("'", "’")
    for sign in ":;?!":
        label = label.replace(f" {sign}", f"\N{NARROW NO-BREAK SPACE}{sign}")
    return label


SKILLS: Final = _load("skills", sort=True)
INDUSTRIES: Final = _load("industries", sort=True)
FUNCTIONS: Final = _load("functions", sort=True)
SENIORITIES: Final = _load("seniorities")
LANGUAGES: Final = _load("languages", sort=True)
FORMS: Final = _load("forms")
CADENCES: Final = _load("cadences")
DECLINE_REASONS: Final = _load("decline_reasons")
CONFLICT_KINDS: Final = _load("conflict_kinds")
