"""The question: a cohort (who, what forbids, what is it worth) and a problem (what the committee asks of the cohort).

Both are frozen; to change something, ``dataclasses.replace``. A cohort's grid of scores is computed once and kept with it, so a
problem that only pins, forbids or moves a quota costs nothing to state. Members are kept sorted by id: the order in which people
signed up cannot matter.

**Value of a pair**, in integers: ``weights.head + weights.score * score (+ weights.keep if it was proposed before)``; what is
maximised is the sum over pairs, plus ``weights.floor`` for each place by which a floor is met. The weights are such that this is
lexicographic: floors; then pairs before points (``headcount_first``) or points before pairs (``score_first``); then what was
proposed before.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.criteria import FULL, Criterion, Share
from marketplace.matching.facts import Codes, Facts
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.rules import Rule

BLOCK = 1 << 18
"""Pairs that rules and criteria look at in one go: what their temporary arrays are held to."""

FORBIDDEN, MINIMUM = "forbidden", "minimum"
"""What ``Problem.obstacles`` calls the committee's own forbids, and a score below the least allowed."""

Grid = NDArray[np.uint16]
"""(mentees, mentors): 0 where the pair may not be, otherwise its score plus one."""


@dataclass(frozen=True)
class Cohort:
    """``mentees`` and ``mentors`` in any order, ids unique on each side. Raises ``ValueError`` on what cannot be a cohort.

    ``peers``: both sides list the same people, each with one place, and whoever is in a pair is in no other, on either side. A
    pair is written once, the smaller id first; a rule that forbids it in one direction forbids it.
    """

    mentees: tuple[Mentee, ...]
    mentors: tuple[Mentor, ...]
    rules: tuple[Rule, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    peers: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "mentees", tuple(sorted(self.mentees, key=lambda one: one.id)))
        object.__setattr__(self, "mentors", tuple(sorted(self.mentors, key=lambda one: one.id)))
        for what, names in (
            ("mentees", [one.id for one in self.mentees]),
            ("mentors", [one.id for one in self.mentors]),
            ("rules", [one.name for one in self.rules]),
            ("criteria", [one.name for one in self.criteria]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"two {what} have one name")
        if sum(one.most for one in self.criteria) > FULL:
            raise ValueError(f"the criteria give more than {FULL} points together")
        if self.peers and [(one.id, 1) for one in self.mentees] != [(one.id, one.capacity) for one in self.mentors]:
            raise ValueError("peers are the same people on both sides, with one place each")

    @cached_property
    def row(self) -> Mapping[int, int]:
        """Mentee's id → row of the grid."""
        return {one.id: row for row, one in enumerate(self.mentees)}

    @cached_property
    def column(self) -> Mapping[int, int]:
        """Mentor's id → column of the grid."""
        return {one.id: column for column, one in enumerate(self.mentors)}

    def pair(self, one: int, other: int) -> tuple[int, int]:
        """The two as a pair is written; only of peers may they come in any order."""
        return (min(one, other), max(one, other)) if self.peers else (one, other)

    def once(self, pair: tuple[int, int]) -> tuple[int, ...]:
        """Whoever of the two is in no other pair: the mentee; of peers both."""
        return pair if self.peers else pair[:1]

    def mentee(self, mentee_id: int) -> Mentee:
        return self.mentees[self.row[mentee_id]]

    def mentor(self, mentor_id: int) -> Mentor:
        return self.mentors[self.column[mentor_id]]

    @cached_property
    def firm_ids(self) -> tuple[int, ...]:
        """Of everybody, sorted."""
        return tuple(sorted({one.firm for one in (*self.mentees, *self.mentors)}))

    @cached_property
    def facts(self) -> tuple[Facts, Facts]:
        """Mentees and mentors as columns."""
        codes = Codes.of((*self.mentees, *self.mentors))
        return Facts.of(self.mentees, codes), Facts.of(self.mentors, codes)

    @cached_property
    def capacities(self) -> NDArray[np.int64]:
        return np.array([one.capacity for one in self.mentors], np.int64)

    @cached_property
    def floored(self) -> bool:
        """Whether any mentor has a floor."""
        return any(one.least for one in self.mentors)

    @cached_property
    def grid(self) -> Grid:
        """Every pair's score by the criteria alone, 0 where a rule forbids it (see ``Grid``). Not to be written to."""
        mentees, mentors = self.facts
        grid = np.ones((len(mentees), len(mentors)), np.uint16)
        step = max(BLOCK // max(len(mentors), 1), 1)
        for start in range(0, len(mentees), step):
            rows = mentees.rows(start, start + step)
            block = grid[start : start + step]
            for criterion in self.criteria:
                block += criterion.block(rows, mentors).astype(np.uint16)
            for rule in self.rules:
                block[rule.mask(rows, mentors)] = 0
        if self.peers:
            grid[(grid.T == 0) | np.eye(len(grid), dtype=np.bool_)] = 0
            if (grid != grid.T).any():
                raise ValueError("a criterion gives two peers other points the other way round")
        grid.setflags(write=False)
        return grid

    @cached_property
    def two_sided(self) -> Cohort:
        """Of peers: as if one side of a pair knew nothing of the other, the same grid."""
        twin = replace(self, peers=False)
        twin.__dict__["grid"] = self.grid
        return twin

    def shares(self, mentee_id: int, mentor_id: int) -> tuple[Share, ...]:
        """What each criterion gives the pair, allowed or not; their points add up to its score."""
        mentee, mentor = self.mentee(mentee_id), self.mentor(mentor_id)
        return tuple(
            Share(one.name, one.view, one.points(mentee, mentor), one.most, one.because(mentee, mentor))
            for one in self.criteria
        )

    def score(self, mentee_id: int, mentor_id: int) -> int:
        """0 … 10 000, allowed or not."""
        return sum(one.points for one in self.shares(mentee_id, mentor_id))


class Mode(enum.StrEnum):
    """What comes first where both cannot be had: as many pairs as possible, or as many points."""

    headcount_first = "headcount_first"
    score_first = "score_first"


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap that is no flow: over the chosen pairs, the ``uses`` add up to at most ``most``.

    ``uses`` has the pairs (mentee's id, mentor's id) that use anything, in whole numbers above 0.
    """

    name: str
    most: int
    uses: Mapping[tuple[int, int], int] = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Weights:
    """See the module: what a floor's place, a pair, a point and a pair proposed before are worth in the sum."""

    floor: int
    head: int
    score: int
    keep: int


@dataclass(frozen=True)
class Problem:
    """``balance``: by how much what a firm gives and what it receives may differ; None: no matter.

    ``minimum``: no pair below this score. ``pins`` must be pairs (and ``minimum`` does not hold for them), ``forbids`` must not;
    both are (mentee's id, mentor's id), like ``previous``, the proposal to stay close to. ``between``: most pairs with a mentor
    of the first firm and a mentee of the second. ``limits``: any other cap. Either makes the problem one for integer
    programming, held to ``seconds``. Of peers, ``receives`` of a firm caps how many of its people are in pairs; there is neither
    balance nor limit.
    """

    cohort: Cohort
    firms: tuple[Firm, ...] = ()
    balance: int | None = None
    mode: Mode = Mode.headcount_first
    minimum: int = 0
    pins: frozenset[tuple[int, int]] = frozenset()
    forbids: frozenset[tuple[int, int]] = frozenset()
    previous: frozenset[tuple[int, int]] = frozenset()
    between: Mapping[tuple[int, int], int] = field(default_factory=dict, hash=False)
    limits: tuple[Limit, ...] = ()
    seconds: float = 30.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "firms", tuple(sorted(self.firms, key=lambda one: one.id)))
        if len({one.id for one in self.firms}) < len(self.firms):
            raise ValueError("a firm is listed twice")
        if self.balance is not None and self.balance < 0:
            raise ValueError("the balance is negative")
        if self.cohort.peers:
            if self.balance is not None or self.all_limits:
                raise ValueError("peers have no balance and no limits")
            for name in ("pins", "forbids", "previous"):
                pairs: frozenset[tuple[int, int]] = getattr(self, name)
                object.__setattr__(self, name, frozenset(self.cohort.pair(*pair) for pair in pairs))
        row, column = self.cohort.row, self.cohort.column
        for mentee_id, mentor_id in self.pins | self.forbids:
            if mentee_id not in row or mentor_id not in column:
                raise ValueError(f"nobody here is the pair {(mentee_id, mentor_id)}")

    @cached_property
    def all_limits(self) -> tuple[Limit, ...]:
        """``limits``, and ``between`` put as such (name ``between:<giving firm>:<receiving firm>``), sorted by name."""
        spread = []
        for (giving, receiving), most in self.between.items():
            givers = [one.id for one in self.cohort.mentors if one.firm == giving]
            takers = [one.id for one in self.cohort.mentees if one.firm == receiving]
            uses = {(taker, giver): 1 for taker in takers for giver in givers}
            spread.append(Limit(f"between:{giving}:{receiving}", most, uses))
        return tuple(sorted((*self.limits, *spread), key=lambda one: one.name))

    @cached_property
    def kept(self) -> frozenset[tuple[int, int]]:
        """Those of ``previous`` whose people are still here."""
        row, column = self.cohort.row, self.cohort.column
        return frozenset(pair for pair in self.previous if pair[0] in row and pair[1] in column)

    @cached_property
    def weights(self) -> Weights:
        """Each level outweighs all that comes after it. Source of ``reach``: what one more of a level can cost of the next is
        bounded by a simple cycle of the residual network, and such a cycle passes each firm's balance once.
        """
        most = min(len(self.cohort.mentees), int(self.cohort.capacities.sum()))
        reach = 1 if self.balance is None else len(self.cohort.firm_ids) + 1
        if self.all_limits or self.cohort.peers:
            reach = max(most, 1)
        keep = 1 if self.kept else 0
        floors = self.cohort.floored or any(one.gives_least or one.receives_least for one in self.firms)
        if self.mode is Mode.headcount_first:
            score = 1 + keep * most
            head = score * FULL * most + keep * most + 1
            return Weights(floors * head * (reach + 1), head, score, keep)
        head = 1 + keep * most
        score = head * reach + keep * most + 1
        return Weights(floors * (score * FULL * most + head * reach + keep * most + 1), head, score, keep)

    def value(self, mentee_id: int, mentor_id: int) -> int:
        """What the pair adds to the sum that is maximised."""
        weights = self.weights
        kept = weights.keep if (mentee_id, mentor_id) in self.kept else 0
        return weights.head + weights.score * self.cohort.score(mentee_id, mentor_id) + kept

    def block(self, start: int, stop: int) -> Grid:
        """Rows ``start`` to before ``stop`` of the grid, with the committee's forbids and the least score; pins not heeded."""
        block = self.cohort.grid[start:stop].copy()
        if self.minimum > 0:
            block[block <= self.minimum] = 0
        for mentee_id, mentor_id in self.apart:
            row = self.cohort.row[mentee_id]
            if start <= row < stop:
                block[row - start, self.cohort.column[mentor_id]] = 0
        return block

    @cached_property
    def apart(self) -> frozenset[tuple[int, int]]:
        """``forbids``; of peers, written both ways."""
        return self.forbids | {pair[::-1] for pair in self.forbids} if self.cohort.peers else self.forbids

    def obstacles(self, mentee_id: int, mentor_id: int) -> tuple[str, ...]:
        """The names of all that keeps the two apart: rules, then ``forbidden``, then ``minimum``. Empty: they may be a pair."""
        ways = [(self.cohort.mentee(mentee_id), self.cohort.mentor(mentor_id))]
        if self.cohort.peers:
            ways.append((self.cohort.mentee(mentor_id), self.cohort.mentor(mentee_id)))
        found = [rule.name for rule in self.cohort.rules if any(rule.forbids(*way) for way in ways)]
        if (mentee_id, mentor_id) in self.apart:
            found.append(FORBIDDEN)
        if self.cohort.score(mentee_id, mentor_id) < self.minimum:
            found.append(MINIMUM)
        return tuple(found)

    def firm(self, firm_id: int) -> Firm:
        """The firm's quotas; without limit where none are listed."""
        return self._quotas.get(firm_id) or Firm(id=firm_id)

    @cached_property
    def _quotas(self) -> Mapping[int, Firm]:
        return {one.id: one for one in self.firms}

    @cached_property
    def pinned_places(self) -> Mapping[int, int]:
        """Mentor's id → how many pins take a place of theirs; of peers, on either side."""
        return Counter(one for pin in self.pins for one in (pin if self.cohort.peers else pin[1:]))
