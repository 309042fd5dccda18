"""The registry of what is held about a person: each feature says what it holds, how it leaves, and how it is erased.

``tenants`` knows its own; the marketplace registers its features' when the application is made (``marketplace/holdings.py``).
A test fails when a table points at a person and no holding names the column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tenants.current import Acting


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whose data it is, inside a context that shows what is theirs in every tenant and nothing else.

    ``slugs`` and ``firms`` give the address and the name of an organisation by its id.
    """

    person_id: int
    name: str
    locale: str
    slugs: Mapping[int, str]
    firms: Mapping[int, str]
    files: dict[str, bytes] = field(default_factory=dict)
    """What an export adds beside ``data.json``: a path in the archive, and its bytes."""


@dataclass(frozen=True, slots=True)
class Held:
    """What of an export is brought into one workspace. ``replaces``: also where something is written there already."""

    records: list[dict[str, Any]]
    files: Mapping[str, bytes]
    replaces: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of thing that is held about people.

    ``columns`` (``table.column``) are those that point at a person. ``export`` gives a list of plain records, each with
    ``organisation`` (a slug) where it belongs to one. ``erase`` runs in the one transaction of the erasure and commits nothing.
    ``bring`` writes records of an export into the viewer's workspace, commits, and returns how many things it brought.
    ``goes`` and ``stays`` are the sentences of the page that asks before erasing.
    """

    name: str
    label: Any
    columns: frozenset[str]
    export: Callable[[Subject], list[dict[str, Any]]] | None = None
    erase: Callable[[Subject, datetime], None] | None = None
    bring: Callable[[Acting, Held], int] | None = None
    goes: Any = None
    stays: Any = None


HOLDINGS: dict[str, Holding] = {}
"""By name, in the order in which they are exported and erased: the account itself is erased last (``LAST``)."""

LAST = ("activity", "person")


def register(*holdings: Holding) -> None:
    """Add to the registry; once more is no error, so that a process may make several apps."""
    for holding in holdings:
        HOLDINGS[holding.name] = holding


def in_order() -> list[Holding]:
    """Every holding, those of ``LAST`` at the end: they still need to know who the person is."""
    return sorted(HOLDINGS.values(), key=lambda holding: LAST.index(holding.name) if holding.name in LAST else -1)
