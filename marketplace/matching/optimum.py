"""A flow over some pairs, prices from what it leaves, every other allowed pair asked at these prices, those worth more added, and
again: when none is, the flow is the best over all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketplace.matching.faults import Contradiction, Fault, FaultKind
from marketplace.matching.model import Problem, Weights
from marketplace.matching.network import Charges, arcs_of, charges, flow
from marketplace.matching.pricing import candidates, everything, guess, merged, price_all
from marketplace.matching.task import Ints, Task

SMALL = 20_000
"""With so few pairs the flow gets them all at once."""


@dataclass(frozen=True)
class Optimum:
    """``rows``, ``columns``: what was chosen; ``best`` as in ``Prices.mentee``; ``known``: the pairs of the last flow."""

    rows: Ints
    columns: Ints
    charges: Charges
    best: Ints
    known: tuple[Ints, Ints]
    strain: Ints
    rounds: int


def optimum(task: Task) -> Optimum:
    """Of the flow, with ``task.dues`` heeded and limits not. Raises ``Contradiction`` where the balance cannot be met."""
    price = np.zeros(task.shape[1], np.int64)
    if task.shape[0] * task.shape[1] <= SMALL:
        start = everything(task)
    else:
        *some, price = candidates(task, guess(task))
        start = some[0], some[1]
    if task.strained:
        mended = _rounds(task.weighing(Weights(0, 0, 0, 0)), start, price, slack=1)
        if mended.strain.any():
            raise Contradiction(_strained(task.problem, mended.strain))
        start = merged(task.shape[1], start, mended.known)
    return _rounds(task, start, price)


def _rounds(task: Task, known: tuple[Ints, Ints], price: Ints, slack: int = 0) -> Optimum:
    arcs = arcs_of(task, slack)
    spared = arcs.cost > 0 if slack else np.zeros(len(arcs.cost), np.bool_)
    potential = np.zeros(arcs.hub + 1, np.int64)
    scarce = int(task.capacity.sum()) < int(task.free.sum())
    potential[: task.shape[1]] = -price * task.weights.score - scarce * task.weights.head
    for count in range(1, task.shape[0] * task.shape[1] + 2):
        rows, columns = known
        value = task.values(rows, columns)
        chosen, flows = flow(task, arcs, rows, columns, value)
        charged = charges(task, arcs, rows, columns, value, chosen, flows, potential)
        potential = charged.potential
        priced = price_all(task, charged, rows, columns, value)
        if not len(priced.rows):
            strain = np.zeros(arcs.hub + 1, np.int64)
            np.add.at(strain, np.minimum(arcs.tail, arcs.head)[spared], flows[spared])
            return Optimum(rows[chosen], columns[chosen], charged, priced.best, known, strain[arcs.own], count)
        known = merged(task.shape[1], known, (priced.rows, priced.columns))
    raise AssertionError("every pair is known, and one is missing")


def _strained(problem: Problem, strain: Ints) -> tuple[Fault, ...]:
    found = []
    for firm, missing in zip(problem.cohort.firm_ids, strain.tolist(), strict=True):
        if missing:
            pins = [
                (one, other)
                for one, other in sorted(problem.pins)
                if firm in (problem.cohort.mentee(one).firm, problem.cohort.mentor(other).firm)
            ]
            mentees, mentors = tuple(one for one, _ in pins), tuple(other for _, other in pins)
            allowed = problem.balance or 0
            found.append(Fault(FaultKind.balance, mentees, mentors, firm, (), allowed + missing, allowed))
    return tuple(found)
