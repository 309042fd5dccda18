"""Does each tenant's log still say what was written? Read as the operator, who sees every tenant.

The words of a line are hashed with the hash before it, lines are numbered without gaps, the head remembers how many there
were, and a name must be the one that its line committed to. Somebody who may write everything in the database could still
rebuild a whole chain: an export that a tenant keeps would show it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

LOGS = sa.text("SELECT org_id FROM activity UNION SELECT org_id FROM activity_head ORDER BY 1")
HEAD = sa.text(
    """SELECT o.slug, h.number, h.hash, c.number AS cut, c.hash AS cut_hash FROM organisation o
       LEFT JOIN activity_head h ON h.org_id = o.id
       LEFT JOIN LATERAL (SELECT * FROM activity_checkpoint p WHERE p.org_id = o.id ORDER BY p.number DESC LIMIT 1) c ON true
       WHERE o.id = :org_id"""
)
LINES = sa.text(
    "SELECT a.id, a.number, a.hash, activity_words(a) AS words FROM activity a WHERE a.org_id = :org_id "
    "ORDER BY a.number NULLS LAST, a.id"
)
NAMES = sa.text(
    """SELECT a.number FROM activity_name n JOIN activity a ON a.org_id = n.org_id AND a.id = n.activity_id
       WHERE n.org_id = :org_id
         AND a.marks ->> n.slot IS DISTINCT FROM encode(sha256(n.salt || convert_to(n.name, 'UTF8')), 'hex')
       ORDER BY 1 LIMIT 1"""
)


@dataclass(frozen=True, slots=True)
class Break:
    """The first line of a tenant's log that does not hold; ``number`` is its place."""

    slug: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"The activity log of {self.slug} is broken at line {self.number}: {self.what}."


def broken_logs(connection: Connection) -> Iterator[Break]:
    """The first break of every log that has one."""
    for org_id in list(connection.scalars(LOGS)):
        found = first_break(connection, org_id)
        if found is not None:
            yield found


def first_break(connection: Connection, org_id: int) -> Break | None:
    """Where the log of one tenant stops being what was written; None when all of it holds."""
    head = connection.execute(HEAD, {"org_id": org_id}).one()
    number, before = head.cut or 0, bytes(head.cut_hash or b"")
    lines = connection.execution_options(yield_per=1000).execute(LINES, {"org_id": org_id})
    try:
        for line in lines:
            if line.number is None:
                return Break(head.slug, number + 1, f"line {line.id} was never chained")
            if line.number != number + 1:
                return Break(head.slug, number + 1, "it is missing")
            if hashlib.sha256(before + line.words.encode()).digest() != bytes(line.hash):
                return Break(head.slug, line.number, "it is not what was written, or not where it was written")
            number, before = line.number, bytes(line.hash)
    finally:
        lines.close()
    if head.number is None or head.number != number:
        return Break(head.slug, number + 1, "it is missing, and nothing comes after it")
    if bytes(head.hash) != before:
        return Break(head.slug, number, "the log does not end as it did")
    renamed = connection.scalar(NAMES, {"org_id": org_id})
    return Break(head.slug, renamed, "a name in it is not the one that was written") if renamed is not None else None
