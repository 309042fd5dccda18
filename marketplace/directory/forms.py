"""The search as the address bar holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from marketplace.directory.words import is_token
from tenants.shared.database import GREATEST_ID

GROUPS = {
    "skill": "s",
    "where": "w",
    "language": "l",
    "form": "m",
    "industry": "i",
    "function": "f",
    "seniority": "v",
}
"""Filter groups in the order they are shown: the name in the address, and the first letter of their tokens."""

LONGEST_SEARCH = 200
MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. Choices within a group widen it, groups narrow each other.

    ``full``: also mentors without room. ``own``: those of the viewer's own company instead of all others.
    """

    words: str = ""
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    full: bool = False
    own: bool = False

    @classmethod
    def from_args(cls, args: Any) -> Search:
        """Read a search from a query string. What cannot be a filter is left out, so an old address still works."""
        chosen = []
        for name, kind in GROUPS.items():
            values = dict.fromkeys(value for value in args.getlist(name) if is_token(kind, value))
            if values:
                chosen.append((name, tuple(values)[:MOST_CHOICES]))
        words = " ".join(args.get("q", "")[:LONGEST_SEARCH].replace("\x00", "").split())
        return cls(words, tuple(chosen), args.get("full") == "1", args.get("own") == "1")

    @property
    def filters(self) -> Mapping[str, tuple[str, ...]]:
        return dict(self.chosen)

    def tokens(self) -> Iterator[tuple[str, list[str]]]:
        """Each group that is in use, with the tokens of its choices."""
        for name, values in self.chosen:
            yield name, [f"{GROUPS[name]}:{value}" for value in values]

    def without(self, name: str, value: str | None = None) -> Search:
        """The search with one choice taken off, or a whole group; ``q``, ``full`` and ``own`` are groups of one."""
        match name:
            case "q":
                return replace(self, words="")
            case "full":
                return replace(self, full=False)
            case "own":
                return replace(self, own=False)
        kept = ((group, values if group != name else _less(values, value)) for group, values in self.chosen)
        return replace(self, chosen=tuple((group, values) for group, values in kept if values))

    def with_full(self) -> Search:
        return replace(self, full=True)

    def query_string(self, **further: str) -> str:
        """The part of the address after ``?``; empty for a search for everybody."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, value) for name, values in self.chosen for value in values]
        pairs += [("full", "1")] * self.full + [("own", "1")] * self.own
        return urlencode(pairs + list(further.items()))

    @property
    def is_everybody(self) -> bool:
        return not (self.words or self.chosen or self.full or self.own)


def _less(values: tuple[str, ...], value: str | None) -> tuple[str, ...]:
    return tuple(other for other in values if value is not None and other != value)


def ids_from(values: list[str], most: int) -> list[int]:
    """The first ``most`` different identifiers among ``values``; what is no identifier is left out."""
    ids = dict.fromkeys(int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 20)
    return [each for each in ids if each <= GREATEST_ID][:most]
