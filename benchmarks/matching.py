"""The matching engine against the bare flow call under it, scipy's dense assignment, stable matching, and people's own ways.

Scores come from invented profiles by the product's own criteria and are there before a clock starts, for everybody. The sizes are
those of the names at a scale of 10 000, and shrink with it.
"""

from __future__ import annotations

import importlib.util
import json
import random
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.figures import Figure
from benchmarks.servers import ROOT
from benchmarks.stage import Stage
from marketplace.matching import criteria, rules
from marketplace.matching.members import Mentee, Mentor
from marketplace.matching.model import Cohort, Problem
from marketplace.matching.network import arcs_of, bare
from marketplace.matching.optimum import optimum
from marketplace.matching.outcome import Result
from marketplace.matching.solver import solve
from marketplace.matching.task import Task

FULL_SCALE = 10_000
NORMAL, WIDE, LARGE = (2_000, 1_000), (10_000, 4_000), (20_000, 8_000)
RANKED = 50
"""How many the stable matching is told that each mentee ranks."""

WORDS = [f"word-{number}" for number in range(40)]
LANGUAGES = ["en", "fr", "de", "es"]
FUNCTIONS = ["finance", "legal", "sales", "people", "operations"]


@lru_cache(maxsize=2)
def cohort_of(mentees: int, mentors: int, seed: int = 1) -> Cohort:
    """People of forty firms: goals, offers, wishes, languages, steps of seniority; some mentors wanted more than others."""
    chance = random.Random(seed)
    wanted = [chance.random() ** 3 for _ in range(mentors)]

    def profile(number: int, least: int) -> dict[str, Any]:
        return {
            "id": number,
            "firm": chance.randrange(40),
            "languages": frozenset(chance.sample(LANGUAGES, chance.randint(1, 2))) | {"en"},
            "seniority": chance.randint(least, least + 5),
            "function": chance.choice(FUNCTIONS),
            "offers": frozenset(chance.sample(WORDS, chance.randint(4, 12))),
            "seeks": frozenset(chance.sample(WORDS, chance.randint(2, 6))),
        }

    giving = tuple(
        Mentor(**profile(number, 3), person=-1 - number, capacity=chance.randint(1, 4)) for number in range(mentors)
    )
    taking = tuple(
        Mentee(
            **profile(number, 1),
            person=number,
            wishes=tuple(dict.fromkeys(chance.choices(range(mentors), wanted, k=5))),
        )
        for number in range(mentees)
    )
    made = Cohort(
        taking,
        giving,
        (rules.SamePerson(), rules.OwnFirm(), rules.Conflict(frozenset({(1, 2), (3, 4)})), rules.SeniorityGap(-1, 6)),
        (
            criteria.Goals(4000),
            criteria.Goals(1500, criteria.View.mentor),
            criteria.Wish(2500),
            criteria.Languages(500),
            criteria.Seniority(1000),
            criteria.OtherFunction(500),
        ),
    )
    made.grid  # noqa: B018  worked out here, so that no clock counts it
    return made


def shrunk(stage: Stage, size: tuple[int, int]) -> tuple[int, int]:
    part = min(stage.scale / FULL_SCALE, 1.0)
    return max(int(size[0] * part), 40), max(int(size[1] * part), 20)


def timed(act: Callable[[], object]) -> float:
    begun = perf_counter()
    act()
    return perf_counter() - begun


def in_turns(rounds: int, *acts: Callable[[], object]) -> list[float]:
    """The least seconds that each took, one after the other in each round: what else the machine does only ever adds."""
    times = [[timed(act) for act in acts] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def proven(problem: Problem) -> Result:
    answer = solve(problem)
    if not answer.equal:
        raise RuntimeError(f"An answer is not proven: {answer.proof}.")
    return answer


def match_proof_vs_flow(stage: Stage) -> Figure:
    """Solving with proof over every pair ÷ the one call of the flow on the pairs that were needed in the end."""
    size = shrunk(stage, NORMAL)
    problem = Problem(cohort_of(*size))
    task = Task.of(problem)
    found = optimum(task)
    value, arcs = task.values(*found.known), arcs_of(task)

    def call() -> None:
        bare(task, arcs, *found.known, value).solve()

    call_seconds, seconds = in_turns(max(stage.effort.rounds * 8, 2), call, lambda: proven(problem))
    detail = {"ms": round(seconds * 1000), "call_ms": round(call_seconds * 1000), "rounds": found.rounds}
    detail["pairs"] = len(found.known[0])
    return Figure("match_proof_vs_flow", size[0], seconds / call_seconds, "<=1.6", detail)


def match_vs_dense(stage: Stage) -> Figure:
    """scipy's dense assignment, its call alone ÷ solving with proof: 2 000 mentees, 1 000 mentors."""
    return _against_dense("match_vs_dense", shrunk(stage, NORMAL), max(stage.effort.rounds, 1), ">=1.3")


def match_vs_dense_wide(stage: Stage) -> Figure:
    """The same with 10 000 mentees and 4 000 mentors, once."""
    return _against_dense("match_vs_dense_wide", shrunk(stage, WIDE), 1, ">=5")


def _against_dense(name: str, size: tuple[int, int], rounds: int, bar: str) -> Figure:
    from scipy.optimize import linear_sum_assignment

    cohort = cohort_of(*size)
    worth = np.where(cohort.grid > 0, cohort.grid.astype(np.float64) - 1 + 1e8, 0.0)
    dense = np.repeat(worth, cohort.capacities, axis=1)
    del worth
    found: list[Any] = []
    dense_seconds, seconds = in_turns(
        rounds,
        lambda: found.append(linear_sum_assignment(dense, maximize=True)),
        lambda: found.append(proven(Problem(cohort))),
    )
    total = round(float(dense[found[0]].sum()))
    if total != found[1].score + found[1].heads * 10**8:
        raise RuntimeError(f"Two optima differ: {total} and {found[1].score}.")
    detail = {"ms": round(seconds * 1000), "dense_ms": round(dense_seconds * 1000)}
    return Figure(name, size[0], dense_seconds / seconds, bar, detail)


def match_large_peak_mb(stage: Stage) -> Figure:
    """The most memory, in MiB, of a process that makes 20 000 mentees and 8 000 mentors, solves and proves; all included."""
    mentees, mentors = shrunk(stage, LARGE)
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.matching", str(mentees), str(mentors)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    detail = json.loads(told)
    return Figure("match_large_peak_mb", mentees, detail.pop("peak_mb"), "<=2048", detail)


def match_resolve(stage: Stage) -> Figure:
    """Pinning a pair, and solving again close to the first answer ÷ solving the first time; both with proof."""
    size = shrunk(stage, NORMAL)
    problem = Problem(cohort_of(*size))
    first = proven(problem)
    other = next(
        (one, mentor.id)
        for one in first.unmatched or [pair.mentee for pair in first.pairs]
        for mentor in problem.cohort.mentors
        if not problem.obstacles(one, mentor.id) and (one, mentor.id) not in {(p.mentee, p.mentor) for p in first.pairs}
    )
    pairs = frozenset((pair.mentee, pair.mentor) for pair in first.pairs)
    pinned = replace(problem, pins=frozenset({other}), previous=pairs)
    again: list[Result] = []
    seconds, resolved = in_turns(
        max(stage.effort.rounds, 1),
        lambda: proven(replace(problem)),
        lambda: again.append(proven(replace(pinned))),
    )
    detail = {"ms": round(resolved * 1000), "first_ms": round(seconds * 1000), "churn": again[-1].churn}
    return Figure("match_resolve", size[0], resolved / seconds, "<=2", detail)


def match_vs_stable(stage: Stage) -> Figure | None:
    """PyPI ``matching``'s hospital-resident algorithm ÷ solving with proof. A different problem: it makes pairs that nobody would
    both leave, by ranks alone, each mentee ranking 50; what ours gains in points is beside the point here.
    """
    if importlib.util.find_spec("matching") is None:
        return None
    from matching.games import HospitalResident

    size = shrunk(stage, NORMAL)
    cohort = cohort_of(*size)
    grid = cohort.grid.astype(np.int64)
    ranked = {row: np.argsort(-grid[row], kind="stable")[:RANKED] for row in range(size[0])}
    mentees = {row: [int(one) for one in best if grid[row, one]] for row, best in ranked.items()}
    mentees = {row: best for row, best in mentees.items() if best}
    wanting: dict[int, list[int]] = {}
    for row, best in mentees.items():
        for column in best:
            wanting.setdefault(column, []).append(row)
    mentors = {column: sorted(rows, key=lambda row: (-grid[row, column], row)) for column, rows in wanting.items()}
    room = {column: int(cohort.capacities[column]) for column in mentors}

    def stable() -> None:
        HospitalResident.create_from_dictionaries(mentees, mentors, room).solve()

    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)  # the package copies its players through one another
    try:
        stable_seconds = timed(stable)
    finally:
        sys.setrecursionlimit(usual)
    (seconds,) = in_turns(max(stage.effort.rounds, 1), lambda: proven(Problem(cohort)))
    detail = {"ms": round(seconds * 1000), "stable_ms": round(stable_seconds * 1000), "ranked": RANKED}
    return Figure("match_vs_stable", size[0], stable_seconds / seconds, ">=50", detail)


def match_first_come_share(stage: Stage) -> Figure:
    """Points of first come, first served as a share of the best: in the order of sign-up each takes the best place left."""
    return _share("match_first_come_share", stage, _first_come)


def match_greedy_share(stage: Stage) -> Figure:
    """The same of the best pair first, then the best that is left."""
    return _share("match_greedy_share", stage, _greedy)


def _share(name: str, stage: Stage, way: Callable[[Any, Any], tuple[int, int]]) -> Figure:
    size = shrunk(stage, NORMAL)
    cohort = cohort_of(*size)
    shares: list[float] = []
    detail: dict[str, Any] = {}
    for part in (0.95, 0.98, 0.99):
        minimum = int(np.quantile(cohort.grid[cohort.grid > 0], part))
        best = proven(Problem(cohort, minimum=minimum))
        grid = np.where(cohort.grid > minimum, cohort.grid.astype(np.int64) - 1, -1)
        heads, score = way(grid, cohort.capacities.copy())
        shares.append(score / max(best.score, 1))
        detail[f"from_{minimum}"] = f"{heads}/{best.heads}"
    return Figure(name, size[0], statistics.median(shares), "", detail)


def _first_come(grid: Any, room: Any) -> tuple[int, int]:
    heads = score = 0
    for row in grid:
        left = np.where(room > 0, row, -1)
        best = int(left.argmax())
        if left[best] >= 0:
            room[best] -= 1
            heads, score = heads + 1, score + int(left[best])
    return heads, score


def _greedy(grid: Any, room: Any) -> tuple[int, int]:
    heads = score = 0
    waiting = np.ones(len(grid), bool)
    order = np.argsort(-grid, axis=None, kind="stable")
    for row, column in zip(*np.unravel_index(order, grid.shape), strict=True):
        if grid[row, column] < 0:
            break
        if waiting[row] and room[column]:
            waiting[row] = False
            room[column] -= 1
            heads, score = heads + 1, score + int(grid[row, column])
    return heads, score


MEASUREMENTS: tuple[Callable[[Stage], Figure | None], ...] = (
    match_proof_vs_flow,
    match_vs_dense,
    match_vs_dense_wide,
    match_large_peak_mb,
    match_resolve,
    match_vs_stable,
    match_first_come_share,
    match_greedy_share,
)


def _large(mentees: int, mentors: int) -> None:
    """In a process of its own, so that its memory is its own."""
    cohort = cohort_of(mentees, mentors)
    seconds = timed(lambda: proven(Problem(cohort)))
    # Not getrusage: its peak is inherited from whoever started this process.
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    print(json.dumps({"peak_mb": round(peak, 1), "seconds": round(seconds, 2)}))


if __name__ == "__main__":
    _large(int(sys.argv[1]), int(sys.argv[2]))
