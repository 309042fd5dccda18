"""Who may read a paper of the kit. Writing is for those who run the programme."""

from __future__ import annotations

from marketplace.kit.models import Readers
from marketplace.programmes.modalities import Side
from marketplace.showcase.queries import ProgrammeSeen

ON = {Readers.mentors: frozenset({Side.mentor, Side.peer}), Readers.mentees: frozenset({Side.mentee, Side.peer})}


def may_read(seen: ProgrammeSeen, readers: Readers) -> bool:
    """What is for one side is for those who take part on it, and for the coordinators who look after them."""
    return readers is Readers.all or seen.runs or seen.coordinates or bool(ON[readers] & seen.sides)


def may_write(seen: ProgrammeSeen) -> bool:
    return seen.runs
