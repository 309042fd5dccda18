"""The proof of peers read again from the problem and the answer alone, in integers: see ``peers`` for what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.finding import Complaint, Finding, found
from marketplace.matching.model import MINIMUM, Problem
from marketplace.matching.outcome import Result


def check_peers(problem: Problem, result: Result, *, by_pair: bool = False) -> Finding:
    """As ``checker.check``."""
    complaints = tuple(dict.fromkeys(_answer(problem, result)))
    if Complaint.unknown in complaints:
        return Finding(complaints, proven=False, gap=0)
    primal = sum(problem.value(pair.mentee, pair.mentor) for pair in result.pairs)
    dual = _dual(problem, result, by_pair=by_pair)
    if dual is None:
        return Finding((*complaints, Complaint.prices), proven=False, gap=0)
    return found(complaints, result, primal, dual)


def _answer(problem: Problem, result: Result) -> Iterator[Complaint]:
    cohort = problem.cohort
    pairs = [(pair.mentee, pair.mentor) for pair in result.pairs]
    if any(one not in cohort.row for pair in pairs for one in pair):
        yield Complaint.unknown
        return
    times = Counter(one for pair in pairs for one in pair)
    if any(count > 1 for count in times.values()):
        yield Complaint.mentee_twice
    if pairs != sorted((min(pair), max(pair)) for pair in pairs):
        yield Complaint.order
    for pair in result.pairs:
        pinned = (pair.mentee, pair.mentor) in problem.pins
        if any(name != MINIMUM or not pinned for name in problem.obstacles(pair.mentee, pair.mentor)):
            yield Complaint.forbidden
        if pair.score != cohort.score(pair.mentee, pair.mentor):
            yield Complaint.score
    if not problem.pins <= set(pairs):
        yield Complaint.pin_missing
    of_firm = Counter(cohort.mentee(one).firm for pair in pairs for one in pair)
    if any(one.receives is not None and of_firm[one.id] > one.receives for one in problem.firms):
        yield Complaint.quota
    if result.unmatched != tuple(one.id for one in cohort.mentees if not times[one.id]):
        yield Complaint.unmatched
    if result.shortfalls:
        yield Complaint.shortfalls
    if result.churn != len(problem.previous - set(pairs)):
        yield Complaint.churn


def _dual(problem: Problem, result: Result, *, by_pair: bool) -> int | None:
    """What no answer is worth more than at the prices given; None where they are none."""
    cohort, prices = problem.cohort, result.prices
    if len(prices.mentee) != len(cohort.mentees) or len(prices.receives) != len(cohort.firm_ids):
        return None
    for odd in prices.odd:
        known = len(set(odd.members)) == len(odd.members) and all(one in cohort.row for one in odd.members)
        if odd.price < 0 or len(odd.members) % 2 == 0 or not known:
            return None
    pinned = {one for pin in problem.pins for one in pin}
    if not _holds(problem, result, pinned, by_pair=by_pair):
        return None
    firms = Counter(one.firm for one in cohort.mentees if one.id not in pinned)
    taken = Counter(cohort.mentee(one).firm for one in pinned)
    halves = sum(max(price, 0) for price in prices.mentee)
    for firm_id, price in zip(cohort.firm_ids, prices.receives, strict=True):
        most = problem.firm(firm_id).receives
        room = firms[firm_id] if most is None else min(firms[firm_id], most - taken[firm_id])
        halves += max(price * room, 0)
    halves += sum(odd.price * (len(odd.members) - 1) for odd in prices.odd)
    return sum(problem.value(*pin) for pin in sorted(problem.pins)) + halves // 2


def _holds(problem: Problem, result: Result, pinned: set[int], *, by_pair: bool) -> bool:
    """Whether each allowed pair of people who are not pinned is paid for."""
    cohort, prices, weights = problem.cohort, result.prices, problem.weights
    ids = [one.id for one in cohort.mentees]
    place = {firm_id: index for index, firm_id in enumerate(cohort.firm_ids)}
    charge = np.array(
        [price + prices.receives[place[one.firm]] for one, price in zip(cohort.mentees, prices.mentee, strict=True)],
        np.int64,
    )
    free = _free(problem, pinned)
    for row, one in enumerate(ids):
        if not free[row]:
            continue
        coded = _coded(problem, one) if by_pair else problem.block(row, row + 1)[0]
        worth = weights.head + weights.score * (coded.astype(np.int64) - 1)
        for pair in problem.kept:
            if one in pair:
                worth[cohort.row[pair[0] if pair[1] == one else pair[1]]] += weights.keep
        paid = charge[row] + charge
        for odd in prices.odd:
            if one in odd.members:
                paid[[cohort.row[other] for other in odd.members]] += 2 * odd.price
        if (paid < 2 * worth)[(coded > 0) & free].any():
            return False
    return True


def _free(problem: Problem, pinned: set[int]) -> NDArray[np.bool_]:
    """Who may still be paired: not pinned, nor of a firm that pins have filled."""
    taken = Counter(problem.cohort.mentee(one).firm for one in pinned)
    full = {one.id for one in problem.firms if one.receives is not None and taken[one.id] >= one.receives}
    return np.array([one.id not in pinned and one.firm not in full for one in problem.cohort.mentees], np.bool_)


def _coded(problem: Problem, who: int) -> NDArray[np.uint16]:
    """A row as in ``Grid``, one pair at a time."""
    return np.array(
        [
            0 if one.id == who or problem.obstacles(who, one.id) else problem.cohort.score(who, one.id) + 1
            for one in problem.cohort.mentors
        ],
        np.uint16,
    )
