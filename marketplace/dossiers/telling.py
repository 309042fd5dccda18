"""Words of a card that would tell who somebody is.

Names are looked for without case and accents. Of an organisation's name each word counts that does not merely say what kind of
organisation it is. What is found may be a coincidence: the candidate changes it, or says so of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from marketplace.dossiers.content import LOCALES, Dossier
from marketplace.dossiers.deriving import telling_names
from marketplace.dossiers.face import LISTS
from marketplace.vocabulary.folding import fold, words

CHECKED = ("card_headline", "card_proposition")

EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.\w+")
WEB = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|eu|fr|de|be|ch|lu|uk|io|example)\b\S*", re.I
)
PHONE = re.compile(r"(?<!\w)\+?\(?\d(?:[\s().\-/]{0,2}\d){7,14}(?!\w)")
STREET = re.compile(
    r"\b\d{1,4}\s?(?:bis|ter)?,?\s+(?:rue|avenue|boulevard|place|quai|chemin|impasse|allée|route|cours|square)\b[^.,;\n]*"
    r"|\b\d{1,4}[a-z]?\s+(?:[A-Z][\w’'-]+\s+){1,3}(?:street|road|avenue|lane|square|drive)\b",
    re.I,
)
GENERIC = frozenset(
    "and the for les des aux une sur von van del der den pour par avec dans sans nos "
    "group groupe holding holdings company compagnie societe international france europe "
    "european europeenne global national nationale world bank banque insurance assurance assurances logistics logistique "
    "industries industrial systems services service solutions partners conseil consulting capital invest investment "
    "association foundation fondation institut institute school ecole university universite business college academy academie "
    "superieure management sciences science economics law droit engineering ingenieurs hospital hopital centre center "
    "board director directeur directrice chief officer head manager president member partner".split()
) | {
    word
    for known in LISTS.values()
    for one in known.values()
    for text in (one.name.en, one.name.fr)
    for word in words(text)
}
"""Words that name a kind and not a house."""


@dataclass(frozen=True, slots=True)
class Found:
    """``words`` as they stand in ``field``; ``key`` is what a confirmation names."""

    field: str
    words: str
    key: str


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Words folded, with where they stand in the text as it is."""
    for match in re.finditer(r"[^\W_]+(?:&[^\W_]+)*", text):
        yield fold(match.group()), match.start(), match.end()


def _names(names: Iterable[str], own_name: str) -> tuple[set[str], set[tuple[str, ...]]]:
    """Single words that tell, and whole names all of whose words are ordinary ones."""
    single = {word for word in words(own_name) if len(word) > 2 and word not in GENERIC}
    whole = set()
    for name in names:
        parts = words(name)
        told = {word for word in parts if len(word) > 2 and word not in GENERIC and not word.isdigit()}
        single |= told
        if not told and len(parts) > 1:
            whole.add(tuple(parts))
    return single, whole


def _found_in(text: str, single: set[str], whole: set[tuple[str, ...]]) -> Iterator[str]:
    spans: list[tuple[int, int]] = [
        match.span() for pattern in (EMAIL, WEB, PHONE, STREET) for match in pattern.finditer(text)
    ]
    tokens = list(_tokens(text))
    spans += [(start, end) for word, start, end in tokens if word in single]
    for name in whole:
        for at in range(len(tokens) - len(name) + 1):
            if tuple(word for word, *_rest in tokens[at : at + len(name)]) == name:
                spans.append((tokens[at][1], tokens[at + len(name) - 1][2]))
    until = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= until:
            yield text[start:end].strip()
            until = end


def telling_words(dossier: Dossier, *, own_name: str, employers: Iterable[str]) -> list[Found]:
    """What in the card's words tells who it is about, and was not confirmed to be a coincidence."""
    single, whole = _names([*employers, *telling_names(dossier)], own_name)
    found = []
    for name in CHECKED:
        for locale in LOCALES:
            seen: set[str] = set()
            for said in _found_in(getattr(getattr(dossier, name), locale), single, whole):
                key = f"{name}:{fold(said)}"
                if key not in seen and key not in dossier.confirmed:
                    seen.add(key)
                    found.append(Found(f"{name}.{locale}", said, key))
    return found
