"""Peers who are more than can be paired at once: an odd number, more than those who join them, or more than a firm's quota."""

from __future__ import annotations

from collections import Counter, deque

import numpy as np

from marketplace.matching.circulation import Whole
from marketplace.matching.crowding import Bound, BoundOf, Crowd, Crowding
from marketplace.matching.facts import Mask
from marketplace.matching.model import Problem
from marketplace.matching.outcome import Result

_NOBODY = -1


class PeerCrowding(Crowding):
    """``Crowding`` of people who are all on both sides."""

    def __init__(self, problem: Problem, result: Result) -> None:
        super().__init__(problem, result)
        self._taken = Counter(problem.cohort.mentee(one).firm for pair in result.pairs for one in pair[:2])

    def around(self, row: int) -> Crowd | None:
        """Those of whom always one is left, ``row`` among them; None where pairs could be made so that it has somebody.

        ``reached``: who may be paired with several of the ``odd`` groups, and is one too few for them.
        Source: the forest in J. Edmonds, *Paths, trees, and flowers* (1965).
        """
        free = self.places > 0
        may = (self.allowed > 0) & free[:, None] & free[None, :]
        partner = np.full(len(may), _NOBODY, np.int64)
        for one, other in self._column.items():
            partner[one], partner[other] = other, one
        found = _Tree(may, partner, row)
        if not found.grow():
            return None
        members = self._cohort.mentees
        groups: dict[int, list[int]] = {}
        for one in np.flatnonzero(found.outer).tolist():
            groups.setdefault(int(found.base[one]), []).append(members[one].id)
        between = [members[one].id for one in np.flatnonzero((found.parent != _NOBODY) & ~found.outer).tolist()]
        bounds = [Bound(BoundOf.odd, min(ones), len(ones) - 1) for ones in groups.values() if len(ones) > 1]
        bounds += [Bound(BoundOf.mentor, one, 1) for one in between]
        return Crowd(tuple(sorted(one for ones in groups.values() for one in ones)), tuple(between), tuple(bounds))

    def in_firm(self, row: int) -> Crowd | None:
        """Those of one's own firm, where as many of it are paired as may be."""
        firm = self._cohort.mentees[row].firm
        most = self.problem.firm(firm).receives
        if most is None or self._taken[firm] < most:
            return None
        of_firm = [
            one
            for one, member in enumerate(self._cohort.mentees)
            if member.firm == firm and self.places[one] and self.choices(one).size
        ]
        return self._crowd(of_firm, [self._quota(firm, most)])

    def limited(self, row: int) -> Crowd:
        """Of somebody whom the quotas of firms together keep out of every answer: those of the firms they could be paired in."""
        near = {self._cohort.mentees[one].firm for one in (row, *self.choices(row).tolist())}
        quotas = [(one, self.problem.firm(one).receives) for one in sorted(near)]
        return self._crowd([row], [Bound(BoundOf.firm_receives, one, 0) for one, most in quotas if most is not None])

    def _quota(self, firm: int, most: int) -> Bound:
        pinned = sum(self._cohort.mentee(one).firm == firm for pin in self.problem.pins for one in pin)
        return Bound(BoundOf.firm_receives, firm, most - pinned)


class _Tree:
    """Paths from somebody without a pair along pairs that may be and pairs that are, in turns.

    ``outer``: who could be the one who is left. ``base``: of an odd circle found on the way, where it hangs on the tree.
    """

    def __init__(self, may: Mask, partner: Whole, root: int) -> None:
        self.may, self.partner, self.root = may, partner, root
        self.parent = np.full(len(may), _NOBODY, np.int64)
        self.base = np.arange(len(may))
        self.outer = np.zeros(len(may), np.bool_)

    def grow(self) -> bool:
        """To its full size; False where it comes to somebody else without a pair."""
        self.outer[self.root] = True
        waiting = deque([self.root])
        while waiting:
            here = waiting.popleft()
            for there in np.flatnonzero(self.may[here]).tolist():
                if self.base[here] == self.base[there] or self.partner[here] == there:
                    continue
                if self.outer[there]:
                    waiting.extend(self._circle(here, there))
                elif self.parent[there] == _NOBODY:
                    self.parent[there] = here
                    then = int(self.partner[there])
                    if then == _NOBODY:
                        return False
                    self.outer[then] = True
                    waiting.append(then)
        return True

    def _circle(self, one: int, other: int) -> list[int]:
        """Two who both could be left may be paired: so could be everybody on the circle that closes. Who is new there."""
        meet = self._where_they_meet(one, other)
        inside = set[int]()
        for start, child in ((one, other), (other, one)):
            here, before = start, child
            while self.base[here] != meet:
                then = int(self.partner[here])
                inside |= {int(self.base[here]), int(self.base[then])}
                self.parent[here] = before
                before, here = then, int(self.parent[then])
        on_it = np.isin(self.base, [*inside])
        self.base[on_it] = meet
        new = np.flatnonzero(on_it & ~self.outer)
        self.outer[on_it] = True
        return [int(one) for one in new]

    def _where_they_meet(self, one: int, other: int) -> int:
        passed = set[int]()
        here = int(self.base[one])
        while True:
            passed.add(here)
            if self.partner[here] == _NOBODY:
                break
            here = int(self.base[self.parent[self.partner[here]]])
        here = int(self.base[other])
        while here not in passed:
            here = int(self.base[self.parent[self.partner[here]]])
        return here
