"""How words become what the directory's index holds, the same way when a page is published and when one searches.

Accents and case are folded, words are stemmed as English and as French, a name also answers to itself with one
letter less (words that share such a key are at most one typo apart), and every filter is a token of its own. The
index needs no extension of the database for any of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from threading import Lock

import snowballstemmer

from marketplace.vocabulary import FORMS, FUNCTIONS, INDUSTRIES, LANGUAGES, SENIORITIES, SKILLS, Vocabulary
from marketplace.vocabulary.folding import words

LONGEST_WORD = 40
LONGEST_TEXT = 600  # words of a story that are searched
SHORTEST_FUZZY = 4
LETTERS_FOR_ANY_WORD = 5  # typed so far, before half a word of a headline or story is looked for

KINDS: dict[str, Vocabulary] = {
    "s": SKILLS,
    "f": FUNCTIONS,
    "i": INDUSTRIES,
    "v": SENIORITIES,
    "l": LANGUAGES,
    "m": FORMS,
}
"""The first letter of a filter's token, and the vocabulary of the rest. ``w`` (where) is free text."""

WHERE = "w"
REMOTE, IN_PERSON = "w:remote", "w:in_person"

STOP_WORDS = frozenset(files(__package__).joinpath("stop_words.txt").read_text(encoding="utf-8").split())
"""Folded words that say nothing in English or in French."""

_stemmers = tuple(snowballstemmer.stemmer(language) for language in ("english", "french"))
_one_at_a_time = Lock()


@lru_cache(maxsize=100_000)
def stems(word: str) -> tuple[str, ...]:
    """The English and the French stem of a folded word, one where they agree."""
    word = word[:LONGEST_WORD]
    # A stemmer keeps the word it works on in itself: two threads at once would mix theirs up.
    with _one_at_a_time:
        return tuple(dict.fromkeys(stemmer.stemWord(word) for stemmer in _stemmers))


@lru_cache(maxsize=20_000)
def shorter_by_one(word: str) -> frozenset[str]:
    """The word with any one letter left out; empty for words too short to forgive."""
    if len(word) < SHORTEST_FUZZY:
        return frozenset()
    return frozenset(word[:at] + word[at + 1 :] for at in range(len(word)))


@lru_cache(maxsize=20_000)
def place_key(place: str) -> str:
    """How a place is filtered by: "Aix-en-Provence" and "aix en provence" are one."""
    return "-".join(words(place))[:LONGEST_WORD]


def name_lexemes(name: str) -> Iterable[tuple[str, str]]:
    """(lexeme, weight) pairs under which a person's name is found, exactly and with one typo."""
    for word in words(name):
        yield f"n:{word}"[:LONGEST_WORD], "A"
        for key in shorter_by_one(word):
            yield f"d:{key}"[:LONGEST_WORD], "D"


@lru_cache(maxsize=2048)
def text_lexemes(text: str, weight: str) -> tuple[tuple[str, str], ...]:
    """(lexeme, weight) pairs of a text; words that say nothing in either language are left out.

    Remembered, because loading many pages meets the same firms, titles and stories again.
    """
    typed = dict.fromkeys(word for word in words(text)[:LONGEST_TEXT] if word not in STOP_WORDS)
    return tuple(dict.fromkeys((stem, weight) for word in typed for stem in stems(word)))


def tsvector(lexemes: Iterable[tuple[str, str]]) -> str:
    """The text form of a tsvector; a lexeme given several times keeps its best weight."""
    best: dict[str, str] = {}
    for lexeme, weight in lexemes:
        if lexeme not in best or weight < best[lexeme]:
            best[lexeme] = weight
    return " ".join(f"{_quoted(lexeme)}:1{weight}" for lexeme, weight in best.items())


def any_of(lexemes: Iterable[str]) -> str:
    """A tsquery that one of the lexemes satisfies. One that ends in ``*`` stands for all that begin so."""
    parts = (f"{_quoted(x[:-1])}:*" if x.endswith("*") else _quoted(x) for x in lexemes)
    return "(" + "|".join(parts) + ")"


def typed_words(text: str) -> list[str]:
    """The folded words of a search that are looked for, at most eight; stop words only when nothing else is there."""
    typed = list(dict.fromkeys(words(text)))
    return ([word for word in typed if word not in STOP_WORDS] or typed)[:8]


@lru_cache(maxsize=4096)
def meanings(word: str, *, unfinished: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What one typed word may stand for: lexemes that mean just that, and further ones that may be meant.

    ``unfinished``: the word is still being typed, so names and curated words that begin with it count too.
    """
    exact = [*stems(word), f"n:{word}", *_tokens_of_stem(word)]
    further = []
    if unfinished and len(word) >= 2:
        exact.append(f"n:{word}*")
        exact += _tokens_beginning(word) if len(word) >= 3 else ()
    if unfinished and len(word) >= LETTERS_FOR_ANY_WORD:
        exact.append(f"{word}*")
    if len(word) >= SHORTEST_FUZZY:
        further.append(f"d:{word}")
        for key in sorted(shorter_by_one(word)):
            further += (f"n:{key}", f"d:{key}")
    return tuple(dict.fromkeys(exact)), tuple(dict.fromkeys(further))


def skills_meant(text: str) -> list[str]:
    """The curated skills that the words of a search may stand for."""
    return [token[2:] for word in typed_words(text) for token in _tokens_of_stem(word) if token[0] == "s"]


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


@lru_cache(maxsize=1)
def _curated() -> dict[str, dict[str, tuple[str, ...]]]:
    """Every word of the curated lists, in both languages, with the tokens it stands for; by its first two letters."""
    found: dict[str, dict[str, None]] = {}
    for kind in "sfi":
        for term in KINDS[kind]:
            phrases = (term.en, term.fr, *term.synonyms_en, *term.synonyms_fr)
            for word in {w for phrase in phrases for w in words(phrase)} - STOP_WORDS:
                found.setdefault(word, {})[f"{kind}:{term.slug}"] = None
    by_start: dict[str, dict[str, tuple[str, ...]]] = {}
    for word, tokens in found.items():
        by_start.setdefault(word[:2], {})[word] = tuple(sorted(tokens))
    return by_start


def _tokens_of_stem(word: str) -> list[str]:
    alike = set(stems(word))
    near = _curated().get(word[:2], {}).items()
    return [token for known, tokens in near if alike & set(stems(known)) for token in tokens]


def _tokens_beginning(start: str) -> list[str]:
    near = _curated().get(start[:2], {}).items()
    return [token for known, tokens in near if known.startswith(start) for token in tokens]


def is_token(kind: str, value: str) -> bool:
    """Whether a filter's value is one that can exist, so that nothing else reaches the database."""
    if kind == WHERE:
        return bool(value) and value in {"remote", "in_person", place_key(value)}
    return value in KINDS[kind]
