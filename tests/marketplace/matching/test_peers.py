"""Pairs of peers: the best there are, by every answer of small cohorts; and what the checker says of them."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from marketplace.matching.checker import Complaint, check
from marketplace.matching.criteria import Goals, Table
from marketplace.matching.faults import FaultKind, faults
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import Cohort, Mode, Problem
from marketplace.matching.outcome import OddSet
from marketplace.matching.rules import Listed, SamePerson
from marketplace.matching.solver import solve

MANY = int(os.environ.get("MATCHING_ROUNDS", "1"))


def peers(seed: int, most: int) -> Problem:
    """Up to so many, three firms; now and then a quota, a pin, forbids, a previous proposal and a least score."""
    chance = random.Random(seed)
    many, spread = chance.randint(0, most), chance.choice([2, 10, 10_000])
    ids = sorted(chance.sample(range(1, 10 * many + 10), many))
    every = [(one, other) for one in ids for other in ids if one < other]
    scores = np.zeros((many, many), np.uint16)
    for row, column in zip(*np.triu_indices(many, 1), strict=True):
        scores[row, column] = scores[column, row] = chance.randint(0, spread)
    density = chance.choice([0.2, 0.4, 0.6, 1])
    apart = frozenset(pair for pair in every if chance.random() > density)
    firms = {one: chance.randint(1, 3) for one in ids}
    made = Cohort(
        tuple(Mentee(id=one, person=one, firm=firms[one]) for one in ids),
        tuple(Mentor(id=one, person=one, firm=firms[one]) for one in ids),
        (SamePerson(), Listed("apart", apart)),
        (Table("table", np.array(ids), np.array(ids), scores),),
        peers=True,
    )
    asked: dict[str, Any] = {"mode": chance.choice(list(Mode)), "minimum": chance.choice([0, 0, spread // 4])}
    if chance.random() < 0.4:
        asked["firms"] = tuple(Firm(id=one, receives=chance.choice([None, 0, 1, 2, 3, 4])) for one in (1, 2, 3))
    allowed = [pair for pair in every if pair not in apart]
    if allowed and chance.random() < 0.4:
        asked["pins"] = frozenset([chance.choice(allowed)])
    forbids = frozenset(chance.sample(every, min(len(every), chance.choice([0, 0, 2]))))
    asked["forbids"] = forbids - asked.get("pins", frozenset())
    if chance.random() < 0.4:
        asked["previous"] = frozenset(chance.sample(every, min(len(every), many // 2)))
    return Problem(made, **asked)


def best_by_trying(asked: Problem) -> int:
    cohort = asked.cohort
    ids = [one.id for one in cohort.mentees]
    quota = {one.id: one.receives for one in asked.firms if one.receives is not None}
    worth = {(a, b): asked.value(a, b) for a in ids for b in ids if a < b and not asked.obstacles(a, b)}
    pinned = [one for pin in asked.pins for one in pin]

    def best(rest: list[int], used: Counter[int]) -> int:
        if not rest:
            return 0
        one, *others = rest
        found = best(others, used)
        for other in others:
            if (one, other) in worth:
                then = used + Counter([cohort.mentee(one).firm, cohort.mentee(other).firm])
                if all(then[firm] <= most for firm, most in quota.items()):
                    found = max(found, worth[one, other] + best([who for who in others if who != other], then))
        return found

    start = Counter(cohort.mentee(one).firm for one in pinned)
    return sum(asked.value(*pin) for pin in asked.pins) + best([one for one in ids if one not in pinned], start)


def test_it_is_the_best_of_all_answers_and_whole_prices_prove_it():
    for seed in range(200 * MANY):
        asked = peers(seed, 8)
        if faults(asked):
            continue
        answer = solve(asked)
        finding = check(asked, answer, by_pair=seed % 10 == 0)
        assert finding.complaints == (), (seed, finding)
        assert answer.optimal and answer.primal == best_by_trying(asked), seed
        # Quotas of firms may leave what no whole prices reach; without them the prices alone are enough.
        assert finding.proven or any(one.receives is not None for one in asked.firms), seed


def test_the_gap_is_told_and_the_proof_holds_where_nobody_could_try_every_answer():
    for seed, many in ((1, 41), (2, 60)):
        asked = replace(peers(seed, 0), cohort=everybody(seed, many))
        answer = solve(asked)
        finding = check(asked, answer)
        assert finding.complaints == () and answer.optimal
        assert answer.heads == many // 2 and len(answer.unmatched) == many % 2
        assert finding.proven


def everybody(seed: int, many: int) -> Cohort:
    """All may be paired with all."""
    chance = np.random.default_rng(seed)
    scores = np.triu(chance.integers(0, 10_000, (many, many)), 1).astype(np.uint16)
    ids = np.arange(many)
    return Cohort(
        tuple(Mentee(id=one, person=one, firm=1) for one in range(many)),
        tuple(Mentor(id=one, person=one, firm=1) for one in range(many)),
        (SamePerson(),),
        (Table("table", ids, ids, scores + scores.T),),
        peers=True,
    )


def test_the_checker_rejects_a_result_that_was_tampered_with():
    asked = Problem(everybody(3, 7))
    answer = solve(asked)
    assert check(asked, answer).proven and answer.prices.odd
    first, second, *rest = answer.pairs
    prices = answer.prices
    lowered = replace(prices, mentee=(prices.mentee[0] - 1, *prices.mentee[1:]))
    even = OddSet(prices.odd[0].members[:-1], prices.odd[0].price)
    for changed, complaint in (
        (replace(answer, pairs=(first, *rest)), Complaint.unmatched),
        (replace(answer, pairs=(first, first._replace(mentor=second.mentor), *rest)), Complaint.mentee_twice),
        (
            replace(answer, pairs=(first._replace(mentee=first.mentor, mentor=first.mentee), second, *rest)),
            Complaint.order,
        ),
        (replace(answer, pairs=(first._replace(score=first.score + 1), second, *rest)), Complaint.score),
        (replace(answer, primal=answer.primal + 1), Complaint.primal),
        (replace(answer, dual=answer.dual - 1), Complaint.dual),
        (replace(answer, prices=lowered), Complaint.dual),
        (replace(answer, prices=replace(prices, odd=(even, *prices.odd[1:]))), Complaint.prices),
        (replace(answer, prices=replace(prices, odd=())), Complaint.prices),
    ):
        finding = check(asked, changed)
        assert not finding.proven and {complaint, Complaint.prices} & set(finding.complaints), complaint


def test_pins_that_contradict_each_other_are_named_and_peers_are_the_same_on_both_sides():
    made = everybody(4, 4)
    asked = Problem(made, pins=frozenset({(1, 0), (1, 2)}), firms=(Firm(id=1, receives=3),))
    assert asked.pins == {(0, 1), (1, 2)}, "a pair of peers is written once"
    assert [one.kind for one in faults(asked)] == [FaultKind.pinned_twice, FaultKind.receives]
    with pytest.raises(ValueError, match="same people"):
        replace(made, mentors=made.mentors[:3])
    with pytest.raises(ValueError, match="no balance"):
        Problem(made, balance=1)
    one_way = tuple(replace(one, seeks=frozenset({"law"}), offers=frozenset()) for one in made.mentees)
    other_way = tuple(replace(one, offers=frozenset({"law"} if one.id else ())) for one in made.mentors)
    with pytest.raises(ValueError, match="other way round"):
        _ = replace(made, mentees=one_way, mentors=other_way, criteria=(Goals(100),)).grid
