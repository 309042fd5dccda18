"""The answer is the best there is, by judges who know nothing of the solver: all answers, scipy's assignment and its integer
programme; and each time the checker says so too.
"""

from __future__ import annotations

import itertools
import os
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, sparse

from marketplace.matching.checker import check
from marketplace.matching.criteria import Table
from marketplace.matching.faults import Contradiction, FaultKind, faults
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import Cohort, Limit, Mode, Problem
from marketplace.matching.optimum import optimum
from marketplace.matching.outcome import Result
from marketplace.matching.rules import OwnFirm
from marketplace.matching.solver import solve
from marketplace.matching.task import Task
from tests.marketplace.matching.cohorts import problem

MANY = int(os.environ.get("MATCHING_ROUNDS", "1"))
"""How many times as many random problems as usual."""


def proven(asked: Problem) -> Result:
    """The answer, which the checker finds optimal."""
    answer = solve(asked)
    finding = check(asked, answer)
    assert finding.complaints == () and finding.proven, finding
    return answer


def best_by_trying(asked: Problem) -> int | None:
    """The largest sum over every answer that keeps to everything; None: no answer does."""
    cohort, weights = asked.cohort, asked.weights
    pins = dict(asked.pins)
    worth = {
        (one.id, other.id): asked.value(one.id, other.id)
        for one in cohort.mentees
        for other in cohort.mentors
        if pins.get(one.id) == other.id or not asked.obstacles(one.id, other.id)
    }
    choices = [
        [pins[one.id]]
        if one.id in pins
        else [None, *[other.id for other in cohort.mentors if (one.id, other.id) in worth]]
        for one in cohort.mentees
    ]
    firm = {one.id: one.firm for one in cohort.mentors}
    best = None
    for chosen in itertools.product(*choices):
        pairs = [(one.id, mentor) for one, mentor in zip(cohort.mentees, chosen, strict=True) if mentor is not None]
        load = Counter(mentor for _mentee, mentor in pairs)
        if any(count > cohort.mentor(mentor).capacity for mentor, count in load.items()):
            continue
        gives = Counter(firm[mentor] for _mentee, mentor in pairs)
        receives = Counter(cohort.mentee(mentee).firm for mentee, _mentor in pairs)
        if asked.balance is not None and any(abs(gives[f] - receives[f]) > asked.balance for f in cohort.firm_ids):
            continue
        if any(
            (one.gives is not None and gives[one.id] > one.gives)
            or (one.receives is not None and receives[one.id] > one.receives)
            for one in asked.firms
        ):
            continue
        if any(sum(limit.uses.get(pair, 0) for pair in pairs) > limit.most for limit in asked.all_limits):
            continue
        met = sum(min(one.least, load[one.id]) for one in cohort.mentors)
        met += sum(min(f.gives_least, gives[f.id]) + min(f.receives_least, receives[f.id]) for f in asked.firms)
        total = sum(worth[pair] for pair in pairs) + met * weights.floor
        best = total if best is None else max(best, total)
    return best


@pytest.mark.parametrize("start", range(4))
def test_no_answer_whatever_is_worth_more(start):
    seen: Counter[str] = Counter()
    for seed in range(start * 100_000, start * 100_000 + 200 * MANY):
        asked = problem(seed, 1 + seed % 4, 1 + seed % 3, firms=3)
        best = best_by_trying(asked) if not faults(asked) else None
        if best is None:
            with pytest.raises(Contradiction):
                solve(asked)
            seen["contradiction"] += 1
            continue
        assert proven(asked).primal == best, seed
        seen["solved"] += 1
    assert seen["solved"] > seen["contradiction"] > 0


def test_no_answer_within_limits_is_worth_more():
    proofs: Counter[bool] = Counter()
    for seed in range(40 * MANY):
        chance = random.Random(seed)
        asked = problem(seed, 1 + seed % 4, 1 + seed % 3, firms=3)
        uses = {
            (one.id, other.id): chance.randint(1, 3)
            for one in asked.cohort.mentees
            for other in asked.cohort.mentors
            if chance.random() < 0.7
        }
        asked = replace(
            asked,
            between={(chance.randint(1, 3), chance.randint(1, 3)): chance.randint(0, 1) for _ in range(3)},
            limits=(Limit("hours", chance.randint(1, 5), uses),),
        )
        best = best_by_trying(asked) if not faults(asked) else None
        if best is None:
            with pytest.raises(Contradiction):
                solve(asked)
            continue
        answer = solve(asked)
        assert answer.primal == answer.bound == best and answer.optimal and answer.gap == 0, seed
        assert check(asked, answer).complaints == ()
        proofs[answer.equal] += 1
    assert proofs[True] > proofs[False]


def table_problem(mentees: int, mentors: int, seed: int, **asked: object) -> Problem:
    """Random scores, nothing forbidden, everybody of a firm of their own unless ``firms`` says how many there are."""
    draw = np.random.default_rng(seed)
    firms = int(str(asked.pop("firms_many", 0)))
    own = draw.integers(1, firms + 1, mentees + mentors) if firms else np.arange(mentees + mentors)
    taking = tuple(Mentee(id=n, person=n, firm=int(own[n])) for n in range(mentees))
    giving = tuple(
        Mentor(id=n, person=-1 - n, firm=int(own[mentees + n]), capacity=int(draw.integers(0, 4)))
        for n in range(mentors)
    )
    scores = draw.integers(0, 10_001, (mentees, mentors)).astype(np.uint16)
    table = Table("table", np.arange(mentees), np.arange(mentors), scores)
    return Problem(Cohort(taking, giving, (OwnFirm(),), (table,)), **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(("mentees", "mentors"), [(7, 5), (60, 90), (150, 200), (400, 180), (300, 110)])
def test_without_quotas_it_is_what_the_dense_assignment_finds(mentees, mentors):
    for seed in range(2 * MANY):
        asked = table_problem(mentees, mentors, seed)
        answer = proven(asked)
        dense = np.repeat(asked.cohort.grid.astype(np.int64) - 1, asked.cohort.capacities, axis=1)
        rows, columns = optimize.linear_sum_assignment(dense, maximize=True)
        assert answer.heads == len(rows) and answer.score == int(dense[rows, columns].sum())
        points = proven(replace(asked, mode=Mode.score_first))
        assert points.score == answer.score  # every score adds, so both modes want every place


@pytest.mark.parametrize(("mentees", "mentors"), [(40, 25), (120, 70), (200, 100)])
def test_with_quotas_it_is_what_the_integer_programme_finds(mentees, mentors):
    asked = table_problem(mentees, mentors, 5, firms_many=8, balance=3)
    quotas = tuple(Firm(id=firm, gives=6 + 2 * firm, receives=22 - 2 * firm) for firm in range(1, 9))
    asked = replace(asked, firms=quotas, minimum=7500 if mentees == 200 else 0)  # or the programme takes its time
    answer = proven(asked)
    heads, score = by_programme(asked)
    assert (answer.heads, answer.score) == (heads, score)
    assert heads < mentees


def by_programme(asked: Problem) -> tuple[int, int]:
    """Heads and score by scipy's integer programme."""
    cohort = asked.cohort
    rows, columns = np.nonzero(cohort.grid > asked.minimum)
    score = cohort.grid[rows, columns].astype(float) - 1
    taking = np.array([one.firm for one in cohort.mentees])[rows]
    giving = np.array([one.firm for one in cohort.mentors])[columns]
    number, one = np.arange(len(rows)), np.ones(len(rows))

    def sums(of: np.ndarray, height: int) -> sparse.csr_array:
        return sparse.csr_array((one, (of, number)), shape=(height, len(rows)))

    gives, receives = sums(giving, 9), sums(taking, 9)
    most = {firm.id: firm for firm in asked.firms}
    constraints = [
        optimize.LinearConstraint(sums(rows, len(cohort.mentees)), 0, 1),
        optimize.LinearConstraint(sums(columns, len(cohort.mentors)), 0, cohort.capacities),
        optimize.LinearConstraint(gives, 0, [most[f].gives if f in most else 0 for f in range(9)]),
        optimize.LinearConstraint(receives, 0, [most[f].receives if f in most else 0 for f in range(9)]),
        optimize.LinearConstraint(gives - receives, -asked.balance, asked.balance),
    ]
    found = optimize.milp(
        -(score + 20_000.0 * len(rows) ** 0.5), integrality=one, bounds=(0, 1), constraints=constraints
    )
    chosen = np.rint(found.x) > 0
    return int(chosen.sum()), int(score[chosen].sum())


def test_a_large_cohort_is_priced_over_every_pair_it_could_make():
    for seed, asked in enumerate(
        [
            problem(11, 420, 130, 12),
            table_problem(500, 300, 3),
            table_problem(500, 300, 4, firms_many=10, balance=1, minimum=4000),
        ]
    ):
        assert len(optimum(Task.of(asked)).known[0]) < asked.cohort.grid.size / 2, seed
        proven(asked)


def test_everybody_alike_is_no_trouble():
    same = tuple(Mentee(id=n, person=n, firm=1) for n in range(300))
    mentors = tuple(Mentor(id=n, person=-n - 1, firm=2, capacity=2) for n in range(140))
    answer = proven(Problem(Cohort(same, mentors)))
    assert (answer.heads, answer.score, len(answer.unmatched)) == (280, 0, 20)


@pytest.mark.parametrize("start", range(2))
def test_no_rule_is_ever_broken(start):
    """Of 10 000 cohorts with every rule in them (``MATCHING_ROUNDS=10``; a tenth of them as a rule)."""
    pairs = 0
    for seed in range(start, 1000 * MANY, 2):
        asked = problem(seed, 2 + seed % 7, 2 + seed % 5, every_rule=True)
        try:
            answer = solve(asked)
        except Contradiction:
            continue
        pairs += len(answer.pairs)
        for pair in answer.pairs:
            broken = asked.obstacles(pair.mentee, pair.mentor)
            assert not broken or (broken == ("minimum",) and (pair.mentee, pair.mentor) in asked.pins), (seed, broken)
        assert {"forbidden", "capacity", "quota", "balance", "pin_missing"}.isdisjoint(check(asked, answer).complaints)
    assert pairs > 400


def test_the_order_of_sign_up_does_not_change_the_answer():
    for seed in range(60):
        asked = problem(seed, 12, 9)
        shuffled = random.Random(seed)
        cohort = asked.cohort
        turned = replace(
            cohort,
            mentees=tuple(shuffled.sample(cohort.mentees, len(cohort.mentees))),
            mentors=tuple(shuffled.sample(cohort.mentors, len(cohort.mentors))),
        )
        if not faults(asked):
            assert outcome(replace(asked, cohort=turned, firms=asked.firms[::-1])) == outcome(asked)


def outcome(asked: Problem) -> Result | tuple[FaultKind, ...]:
    try:
        return solve(asked)
    except Contradiction as contradiction:
        return tuple(fault.kind for fault in contradiction.faults)


def test_solving_again_stays_close_to_what_was_proposed():
    asked = table_problem(120, 80, 8)
    first = proven(asked)
    flat = replace(asked, cohort=replace(asked.cohort, criteria=()))  # every answer is as good as every other
    proposed = frozenset((pair.mentee, pair.mentor) for pair in first.pairs)
    again = proven(replace(flat, previous=proposed))
    assert again.churn == 0 and again.heads == first.heads
    gone = first.pairs[0]
    pushed = proven(replace(asked, previous=proposed, forbids=frozenset({(gone.mentee, gone.mentor)})))
    assert 0 < pushed.churn <= 8
    assert pushed.score <= first.score and pushed.heads == first.heads


def test_headcount_and_points_differ_as_they_say():
    mentees = tuple(Mentee(id=n, person=n, firm=1) for n in (1, 2))
    mentors = tuple(Mentor(id=n, person=n, firm=2) for n in (11, 12))
    scores = np.array([[9000, 1000], [5000, 0]], np.uint16)
    cohort = Cohort(mentees, mentors, (), (Table("t", np.array([1, 2]), np.array([11, 12]), scores),))
    heads = proven(Problem(cohort, forbids=frozenset({(2, 12)})))
    points = proven(Problem(cohort, forbids=frozenset({(2, 12)}), mode=Mode.score_first))
    assert (heads.heads, heads.score, points.heads, points.score) == (2, 6000, 1, 9000)


def test_a_floor_is_met_before_anything_else_and_a_shortfall_is_told():
    mentees = tuple(Mentee(id=n, person=n, firm=1) for n in (1, 2))
    mentors = (Mentor(id=11, person=11, firm=2, capacity=2), Mentor(id=12, person=12, firm=3, capacity=2, least=2))
    scores = np.array([[9000, 10], [9000, 10]], np.uint16)
    cohort = Cohort(mentees, mentors, (), (Table("t", np.array([1, 2]), np.array([11, 12]), scores),))
    assert [pair.mentor for pair in proven(Problem(cohort)).pairs] == [12, 12]
    (missing,) = proven(Problem(cohort, forbids=frozenset({(1, 12)}))).shortfalls
    assert (missing.of, missing.id, missing.missing) == ("mentor", 12, 1)
    firm = Firm(id=2, gives_least=1)
    (missing,) = proven(Problem(cohort, (firm,))).shortfalls
    assert missing.missing == 1


def test_what_contradicts_itself_is_named_before_solving():
    mentees = tuple(Mentee(id=n, person=n, firm=1) for n in (1, 2))
    mentors = (Mentor(id=11, person=11, firm=2), Mentor(id=12, person=12, firm=1))
    cohort = Cohort(mentees, mentors, (OwnFirm(),))
    asked = Problem(
        cohort,
        (Firm(id=1, receives=1, receives_least=2),),
        pins=frozenset({(1, 11), (2, 11), (1, 12)}),
        forbids=frozenset({(1, 11)}),
        between={(2, 1): 0},
    )
    found = {fault.kind: fault for fault in faults(asked)}
    assert found[FaultKind.pinned_twice].mentors == (11, 12)
    assert found[FaultKind.capacity].mentees == (1, 2) and found[FaultKind.capacity].allowed == 1
    assert found[FaultKind.receives].asked == 3 and found[FaultKind.receives_floor].firm == 1
    assert found[FaultKind.limit].names == ("between:2:1",)
    names = {fault.names for fault in faults(asked) if fault.kind is FaultKind.pin_forbidden}
    assert names == {("forbidden",), ("own_firm",)}
    with pytest.raises(Contradiction):
        solve(asked)
    with pytest.raises(Contradiction) as raised:
        solve(Problem(cohort, balance=0, pins=frozenset({(1, 11)})))
    assert {fault.firm for fault in raised.value.faults} == {1, 2}
