"""The proof read again from the problem and the answer alone, in integers, by code that shares nothing with what made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.finding import Complaint, Finding, found
from marketplace.matching.model import MINIMUM, Problem
from marketplace.matching.outcome import FloorOf, Result, Shortfall
from marketplace.matching.peer_checker import check_peers

__all__ = ["Complaint", "Finding", "check"]


def check(problem: Problem, result: Result, *, by_pair: bool = False) -> Finding:
    """Check all of it. ``by_pair``: ask each rule and criterion about each pair by itself and do not trust the grid; slow."""
    if problem.cohort.peers:
        return check_peers(problem, result, by_pair=by_pair)
    complaints = tuple(dict.fromkeys(_answer(problem, result)))
    if Complaint.unknown in complaints:
        return Finding(complaints, proven=False, gap=0)
    primal = _primal(problem, result)
    try:
        dual = _dual(problem, result, by_pair=by_pair)
    except _PricesAreNone:
        return Finding((*complaints, Complaint.prices), proven=False, gap=0)
    return found(complaints, result, primal, dual)


class _PricesAreNone(Exception):
    """They do not fit the problem, or a limit's is negative."""


def _answer(problem: Problem, result: Result) -> Iterator[Complaint]:
    cohort = problem.cohort
    pairs = [(pair.mentee, pair.mentor) for pair in result.pairs]
    if any(mentee not in cohort.row or mentor not in cohort.column for mentee, mentor in pairs):
        yield Complaint.unknown
        return
    if len({mentee for mentee, _mentor in pairs}) < len(pairs):
        yield Complaint.mentee_twice
    if pairs != sorted(pairs):
        yield Complaint.order
    for pair in result.pairs:
        pinned = (pair.mentee, pair.mentor) in problem.pins
        found = problem.obstacles(pair.mentee, pair.mentor)
        if any(name != MINIMUM or not pinned for name in found):
            yield Complaint.forbidden
        if pair.score != cohort.score(pair.mentee, pair.mentor):
            yield Complaint.score
    if not problem.pins <= set(pairs):
        yield Complaint.pin_missing
    load = Counter(mentor for _mentee, mentor in pairs)
    if any(count > cohort.mentor(mentor).capacity for mentor, count in load.items()):
        yield Complaint.capacity
    yield from _firms(problem, pairs)
    for limit in problem.all_limits:
        if sum(limit.uses.get(pair, 0) for pair in pairs) > limit.most:
            yield Complaint.limit
    matched = {mentee for mentee, _mentor in pairs}
    if result.unmatched != tuple(one.id for one in cohort.mentees if one.id not in matched):
        yield Complaint.unmatched
    if result.shortfalls != tuple(missing for missing in _floors(problem, pairs) if missing.missing > 0):
        yield Complaint.shortfalls
    if result.churn != len(problem.previous - set(pairs)):
        yield Complaint.churn


def _firms(problem: Problem, pairs: Iterable[tuple[int, int]]) -> Iterator[Complaint]:
    gives, receives = _traffic(problem, pairs)
    for firm in problem.firms:
        for used, most in ((gives[firm.id], firm.gives), (receives[firm.id], firm.receives)):
            if most is not None and used > most:
                yield Complaint.quota
    if problem.balance is not None:
        for firm_id in problem.cohort.firm_ids:
            if abs(gives[firm_id] - receives[firm_id]) > problem.balance:
                yield Complaint.balance


def _traffic(problem: Problem, pairs: Iterable[tuple[int, int]]) -> tuple[Counter[int], Counter[int]]:
    """What each firm gives, and what it receives."""
    pairs = list(pairs)
    gives = Counter(problem.cohort.mentor(mentor).firm for _mentee, mentor in pairs)
    return gives, Counter(problem.cohort.mentee(mentee).firm for mentee, _mentor in pairs)


def _floors(problem: Problem, pairs: Sequence[tuple[int, int]]) -> list[Shortfall]:
    """Every floor, with how much of it is missing (0: it is met)."""
    load = Counter(mentor for _mentee, mentor in pairs)
    gives, receives = _traffic(problem, pairs)
    floors = [
        Shortfall(FloorOf.mentor, one.id, max(one.least - load[one.id], 0))
        for one in problem.cohort.mentors
        if one.least
    ]
    for firm in problem.firms:
        floors.append(Shortfall(FloorOf.firm_gives, firm.id, max(firm.gives_least - gives[firm.id], 0)))
        floors.append(Shortfall(FloorOf.firm_receives, firm.id, max(firm.receives_least - receives[firm.id], 0)))
    return floors


def _floors_met(problem: Problem, pairs: Sequence[tuple[int, int]]) -> int:
    wanted = sum(one.least for one in problem.cohort.mentors)
    wanted += sum(one.gives_least + one.receives_least for one in problem.firms)
    return wanted - sum(missing.missing for missing in _floors(problem, pairs))


def _primal(problem: Problem, result: Result) -> int:
    pairs = [(pair.mentee, pair.mentor) for pair in result.pairs]
    return sum(problem.value(*pair) for pair in pairs) + problem.weights.floor * _floors_met(problem, pairs)


def _dual(problem: Problem, result: Result, *, by_pair: bool) -> int:
    """What no answer is worth more than at the prices given. Raises ``_PricesAreNone``."""
    cohort, prices, floor = problem.cohort, result.prices, problem.weights.floor
    sizes = (len(cohort.mentees), len(cohort.mentors), *[len(cohort.firm_ids)] * 3, len(problem.all_limits))
    given = (prices.mentee, prices.mentor, prices.gives, prices.receives, prices.balance, prices.limit)
    if tuple(map(len, given)) != sizes or min(prices.limit, default=0) < 0:
        raise _PricesAreNone
    if problem.balance is None and any(prices.balance):
        raise _PricesAreNone
    if _best_net(problem, result, by_pair=by_pair) != list(prices.mentee):
        raise _PricesAreNone
    pins = sorted(problem.pins)
    total = sum(problem.value(*pin) for pin in pins) + floor * _floors_met(problem, pins) + sum(prices.mentee)
    used, (gives, receives) = Counter(mentor for _mentee, mentor in pins), _traffic(problem, pins)
    offered: Counter[int] = Counter()
    for one, price in zip(cohort.mentors, prices.mentor, strict=True):
        room = one.capacity - used[one.id]
        offered[one.firm] += room
        total += _best_use(floor, max(one.least - used[one.id], 0), price, room)
    pinned = {mentee for mentee, _mentor in pins}
    waiting = Counter(one.firm for one in cohort.mentees if one.id not in pinned)
    for index, firm_id in enumerate(cohort.firm_ids):
        firm = problem.firm(firm_id)
        for price, most, least, so_far, possible in (
            (prices.gives[index], firm.gives, firm.gives_least, gives[firm_id], offered[firm_id]),
            (prices.receives[index], firm.receives, firm.receives_least, receives[firm_id], waiting[firm_id]),
        ):
            room = possible if most is None else min(possible, most - so_far)
            total += _best_use(floor, max(least - so_far, 0), price, room)
        if problem.balance is not None:
            ahead, price = gives[firm_id] - receives[firm_id], prices.balance[index]
            total += max(price * (problem.balance - ahead), price * (-problem.balance - ahead))
    for limit, price in zip(problem.all_limits, prices.limit, strict=True):
        total += price * (limit.most - sum(limit.uses.get(pin, 0) for pin in pins))
    return total


def _best_use(floor: int, least: int, price: int, room: int) -> int:
    """The most that ``floor * min(x, least) + price * x`` is for x from 0 to ``room``: at an end or at the kink."""
    return max(floor * min(x, least) + price * x for x in (0, min(least, room), room))


def _best_net(problem: Problem, result: Result, *, by_pair: bool) -> list[int]:
    """For each mentee who is not pinned the best that an allowed pair is worth beyond its charges, or 0."""
    cohort, weights, prices = problem.cohort, problem.weights, result.prices
    place = {firm_id: index for index, firm_id in enumerate(cohort.firm_ids)}
    firm = np.array([place[one.firm] for one in cohort.mentors], np.int64)
    charge = _whole(prices.mentor) + (_whole(prices.gives) + _whole(prices.balance))[firm]
    extra = _extra(problem, prices.limit)
    pinned = {mentee for mentee, _mentor in problem.pins}
    best = []
    for row, mentee in enumerate(cohort.mentees):
        if mentee.id in pinned or not cohort.mentors:
            best.append(0)
            continue
        coded = _coded(problem, mentee.id) if by_pair else problem.block(row, row + 1)[0]
        net = weights.head - charge + weights.score * (coded.astype(np.int64) - 1)
        for column, more in extra.get(row, {}).items():
            net[column] += more
        allowed = net[coded > 0]
        own = prices.receives[place[mentee.firm]] - prices.balance[place[mentee.firm]]
        best.append(max(int(allowed.max()) - own, 0) if len(allowed) else 0)
    return best


def _extra(problem: Problem, limit_prices: Sequence[int]) -> dict[int, dict[int, int]]:
    """By row and column: what a pair is worth for having been proposed before, less what it pays for limits."""
    row, column = problem.cohort.row, problem.cohort.column
    extra: dict[int, dict[int, int]] = {}
    changes = [(pair, problem.weights.keep) for pair in problem.kept]
    for limit, price in zip(problem.all_limits, limit_prices, strict=True):
        changes += [(pair, -price * used) for pair, used in limit.uses.items()]
    for (mentee, mentor), more in changes:
        of_row = extra.setdefault(row[mentee], {})
        of_row[column[mentor]] = of_row.get(column[mentor], 0) + more
    return extra


def _coded(problem: Problem, mentee_id: int) -> NDArray[np.uint16]:
    """A row as in ``Grid``, one pair at a time."""
    return np.array(
        [
            0 if problem.obstacles(mentee_id, one.id) else problem.cohort.score(mentee_id, one.id) + 1
            for one in problem.cohort.mentors
        ],
        np.uint16,
    )


def _whole(numbers: Sequence[int]) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)
