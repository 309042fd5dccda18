"""The rows that the demo loads, collected table by table, and identifiers for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from psycopg.types.json import Jsonb

ORDER = (
    "organisation",
    "person",
    "account",
    "affiliation",
    "firm_membership",
    "conflict_declaration",
    "personal_block",
    "invitation",
    "mentor_profile",
    "card",
    "mentee_profile",
    "saved_mentor",
    "queue_place",
    "mentoring_request",
    "request_message",
    "employer_approval",
    "mentorship",
    "concern",
    "notice",
    "letter",
    "activity",
)
"""Tables in an order that no foreign key minds."""


class Ids:
    """Identifiers as the product makes them (milliseconds, then 22 bits), though never by chance and never twice."""

    def __init__(self, seed: int) -> None:
        self._next = Random(f"{seed} ids").getrandbits(21)

    def at(self, moment: datetime) -> int:
        """An identifier of something that came to be at ``moment``."""
        self._next = (self._next + 1) & 0x3FFFFF
        return int(moment.timestamp() * 1000) << 22 | self._next


class Rows:
    """Rows by table. Every row of a table has the same columns."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Mapping[str, Any]]] = {table: [] for table in ORDER}

    def add(self, table: str, **row: Any) -> None:
        self._rows[table].append(row)

    def count(self, table: str) -> int:
        return len(self._rows[table])

    def tables(self) -> Iterator[tuple[str, Sequence[str], list[tuple[Any, ...]]]]:
        """(table, its columns, its rows as tuples) for each table that has any, parents first."""
        for table in ORDER:
            rows = self._rows[table]
            if rows:
                columns = tuple(rows[0])
                yield table, columns, [tuple(_stored(row[column]) for column in columns) for row in rows]


def _stored(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value
