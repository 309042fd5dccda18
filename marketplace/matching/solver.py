"""The best answer there is, with its proof.

The same problem gives the same answer on every machine: all is integers, in the order of ids. (Limits are for an integer
programme in floating point: there the value is the same, and the answer as far as the programme's library is.)
"""

from __future__ import annotations

from marketplace.matching.answer import closed, result
from marketplace.matching.faults import Contradiction, faults
from marketplace.matching.integer import solve_limited
from marketplace.matching.model import Problem
from marketplace.matching.optimum import optimum
from marketplace.matching.outcome import Result
from marketplace.matching.peers import solve_peers
from marketplace.matching.task import Task


def solve(problem: Problem) -> Result:
    """The best answer, with its proof. Raises ``Contradiction`` where the problem asks what nothing can meet."""
    found = faults(problem)
    if found:
        raise Contradiction(found)
    if problem.cohort.peers:
        return solve_peers(problem)
    task = Task.of(problem)
    if problem.all_limits:
        return solve_limited(task)
    best = optimum(task)
    return result(task, best.rows, best.columns, closed(task, best.charges), best.best, (), None)
