"""What was chosen, made into an answer: pairs by id, what is missing, both sums."""

from __future__ import annotations

import numpy as np

from marketplace.matching.network import Charges
from marketplace.matching.outcome import FloorOf, Pair, Prices, Result, Shortfall
from marketplace.matching.task import Ints, Task


def closed(task: Task, charged: Charges) -> Charges:
    """The same prices, and where nothing can be had at all one that nobody would pay: it costs the proof nothing."""
    rest = (charged.mentor, charged.gives, charged.receives)
    no_one = task.top + sum(max(-int(price.min(initial=0)), 0) for price in rest)
    no_one += 2 * int(np.abs(charged.balance).max(initial=0))
    return Charges(
        np.where(task.capacity == 0, no_one, charged.mentor),
        np.where(task.gives == 0, no_one, charged.gives),
        np.where(task.receives == 0, no_one, charged.receives),
        charged.balance,
        charged.potential,
    )


def result(
    task: Task,
    rows: Ints,
    columns: Ints,
    charged: Charges,
    best: Ints,
    limits: tuple[int, ...],
    bound: int | None,
) -> Result:
    """The answer as people read it, both sums made. ``bound``: what an integer programme claims, if one ran."""
    problem, weights, cohort = task.problem, task.weights, task.problem.cohort
    pins = sorted((cohort.row[mentee], cohort.column[mentor]) for mentee, mentor in problem.pins)
    pinned = np.array(pins, np.int64).reshape(-1, 2)
    if pins:
        rows, columns = np.concatenate([pinned[:, 0], rows]), np.concatenate([pinned[:, 1], columns])
        order = np.argsort(rows, kind="stable")
        rows, columns = rows[order], columns[order]
    scores = cohort.grid[rows, columns].astype(np.int64) - 1
    mentees, mentors = cohort.facts
    made_of = zip(mentees.ids[rows].tolist(), mentors.ids[columns].tolist(), scores.tolist(), strict=True)
    pairs = tuple(map(Pair._make, made_of))
    made = {pair[:2] for pair in pairs} if problem.previous else set()
    unmatched = np.ones(len(cohort.mentees), np.bool_)
    unmatched[rows] = False
    met, shortfalls = _floors(task, rows, columns)
    kept = len(problem.kept & made)
    primal = len(pairs) * weights.head + int(scores.sum()) * weights.score + kept * weights.keep + met * weights.floor
    prices = Prices(
        tuple(np.where(task.open_rows, best, 0).tolist()),
        tuple(charged.mentor.tolist()),
        tuple(charged.gives.tolist()),
        tuple(charged.receives.tolist()),
        tuple(charged.balance.tolist()),
        limits,
    )
    dual = _dual(task, prices, pinned)
    best_known = dual if bound is None else min(bound, dual)
    return Result(
        pairs,
        tuple(mentees.ids[unmatched].tolist()),
        shortfalls,
        prices,
        primal,
        dual,
        best_known,
        len(problem.previous) - len(problem.previous & made),
        primal == best_known,
    )


def _floors(task: Task, rows: Ints, columns: Ints) -> tuple[int, tuple[Shortfall, ...]]:
    """By how many places floors are met, and which are not."""
    cohort, problem = task.problem.cohort, task.problem
    load = np.bincount(columns, minlength=task.shape[1])
    gives = np.bincount(task.column_firm[columns], minlength=len(cohort.firm_ids))
    receives = np.bincount(task.row_firm[rows], minlength=len(cohort.firm_ids))
    floors = [
        (FloorOf.mentor, one.id, one.least, int(load[column]))
        for column, one in enumerate(cohort.mentors if cohort.floored else ())
        if one.least
    ]
    place = {firm: index for index, firm in enumerate(cohort.firm_ids)}
    for firm in problem.firms:
        index = place.get(firm.id)
        given, received = (0, 0) if index is None else (int(gives[index]), int(receives[index]))
        floors.append((FloorOf.firm_gives, firm.id, firm.gives_least, given))
        floors.append((FloorOf.firm_receives, firm.id, firm.receives_least, received))
    missing = tuple(Shortfall(of, who, least - had) for of, who, least, had in floors if had < least)
    return sum(min(least, had) for _of, _who, least, had in floors), missing


def _dual(task: Task, prices: Prices, pinned: Ints) -> int:
    """What no answer exceeds at these prices: see ``outcome``."""
    problem = task.problem
    rows, columns = pinned[:, 0], pinned[:, 1]
    met, _missing = _floors(task, rows, columns)
    value = sum(problem.value(*pin) for pin in sorted(problem.pins))
    total = value + met * task.weights.floor + sum(prices.mentee)
    for prices_of, most, least in (
        (np.array(prices.mentor, np.int64), task.capacity, task.least),
        (np.array(prices.gives, np.int64), task.gives, task.gives_least),
        (np.array(prices.receives, np.int64), task.receives, task.receives_least),
    ):
        at_least = np.minimum(least, most)
        some = task.weights.floor * at_least + prices_of * at_least
        full = task.weights.floor * at_least + prices_of * most
        total += int(np.maximum(np.maximum(some, full), 0).sum())
    if task.swing is not None:
        low, high = task.swing
        balance = np.array(prices.balance, np.int64)
        total += int(np.maximum(balance * low, balance * high).sum())
    for limit, price in zip(problem.all_limits, prices.limit, strict=True):
        total += price * (limit.most - sum(limit.uses.get(pair, 0) for pair in problem.pins))
    return total
