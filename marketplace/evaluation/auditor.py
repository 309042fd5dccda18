"""What may be shown of groups of people, so that whoever puts everything shown together singles out nobody.

The rule is a closure. All that a reader was ever shown counts people: of a set that the reader can name (who is enrolled, who
works where, who has completed), those who gave each kind of answer (who is a woman). Two people are in the same *atom* when every
row shown so far counts them in the same way, and in the same *block* when every row shown so far has both of them in its set
or neither. A row may be shown if, with it, every atom has at least ``least`` people and every block still holds each kind of
answer.
Each figure shown is then a sum of whole atoms, and so is every sum and difference of figures, over dates, filters and exports:
nobody can work out a group of people with 1 to ``least`` - 1 in it, nor learn of a set they can name that all its people
gave the same answer. Withheld cells need no partner to hide behind: the row that would give them away is withheld as well.

This refuses more than auditing sum queries by linear algebra does (F. Y. Chin and G. Özsoyoğlu, Auditing and inference control in
statistical databases, IEEE Transactions on Software Engineering 8, 1982), because nobody needs to find out which intersections
of what was shown can be solved for: all of them may be known.

The database holds the same rule (``audited`` in migration 0045) and is the only one that is asked about people of this house.
Here it stands by itself, to be read and to hold the database to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

Part = tuple[Hashable, bool]
Share = tuple[Hashable, bool, int | None]
"""A block and an atom as a row leaves them: what they were, whether the row has them in its set, and as which kind."""

MINIMUM_GROUP = 5
"""No figure from fewer people, whatever an organisation sets."""


@dataclass(frozen=True, slots=True)
class Question:
    """What rows are asked about: ``kinds`` are all kinds of answer, each shown as a figure of its own.

    One kind only: the row says how many people there are and nothing about them.
    """

    name: str
    kinds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A set of people that the reader can name (``key`` says how), each with the kind of answer they gave."""

    key: tuple[str, ...]
    answers: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Released:
    """``counts``: people by kind, in the order of the question's kinds; None where the row is withheld."""

    key: tuple[str, ...]
    counts: tuple[int, ...] | None

    @property
    def withheld(self) -> bool:
        return self.counts is None


@dataclass(slots=True)
class Auditor:
    """What one reader was shown of one question, and what may still be shown to them."""

    question: Question
    least: int = MINIMUM_GROUP
    _places: dict[int, tuple[Hashable, Hashable]] = field(default_factory=dict)
    """(block, atom) of everybody who was counted in a row that was shown."""

    def release(self, rows: Sequence[Row]) -> list[Released]:
        """Each row shown or withheld, in their order: what comes first has the better chance. What is shown is kept."""
        return [Released(row.key, self._shown(row) if self.take(row.answers) else None) for row in rows]

    def _shown(self, row: Row) -> tuple[int, ...]:
        counts = Counter(row.answers.values())
        return tuple(counts[kind] for kind in self.question.kinds)

    def take(self, answers: Mapping[int, int]) -> bool:
        """Whether a row of these people may be shown; if so, it counts as shown from now on."""
        touched = {self._places[one][0] for one in answers if one in self._places}
        people = set(answers) | {one for one, (block, _atom) in self._places.items() if block in touched}
        places = {one: self._place(one, answers) for one in people}
        if not answers or not self._safe(places):
            return False
        self._places.update(places)
        return True

    def _place(self, one: int, answers: Mapping[int, int]) -> tuple[Part, Share]:
        block, atom = self._places.get(one, (None, None))
        return (block, one in answers), (atom, one in answers, answers.get(one))

    def _safe(self, places: Mapping[int, tuple[Part, Share]]) -> bool:
        atoms = Counter(places.values())
        if min(atoms.values()) < self.least:
            return False
        kinds, older, before = defaultdict(set), defaultdict(set), defaultdict(set)
        for (block, inside), (atom, _inside, kind) in atoms:
            kinds[block, inside].add(kind)
            older[block, inside].add(atom)
            before[block].add(atom)
        return all(
            older[block, inside] == before[block]
            and (not inside or len(kinds[block, inside]) == len(self.question.kinds))
            for block, inside in kinds
        )
