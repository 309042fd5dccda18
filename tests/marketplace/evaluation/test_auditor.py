"""Attacks on what is shown of small groups: adding and subtracting everything recovers nobody, and without the rule it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from random import Random

import numpy as np
import pytest

from marketplace.evaluation.auditor import Auditor, Question, Released, Row

WOMEN = Question("women", (0, 1))
Release = Callable[[Sequence[Row]], list[Released]]


def audited(least: int) -> Release:
    return lambda rows: Auditor(WOMEN, least).release(rows)


def unaudited(least: int) -> Release:
    """What is usual: a small figure is left out of the table it would stand in, and nothing looks at anything else."""

    def release(rows: Sequence[Row]) -> list[Released]:
        counted = [tuple(list(row.answers.values()).count(kind) for kind in WOMEN.kinds) for row in rows]
        return [
            Released(row.key, counts if min(counts) >= least else None)
            for row, counts in zip(rows, counted, strict=True)
        ]

    return release


def reports(random: Random, people: int, months: int = 3) -> list[Row]:
    """Every table of a network at every month's end, under every filter: firms and cohorts, taken in and completed.

    People come and go by ones and twos, and some change their answer or take it back.
    """
    firm = {one: random.randrange(3) for one in range(people)}
    cohort = {one: random.randrange(2) for one in range(people)}
    since = {one: random.choice([0, 0, 0, 0, random.randrange(months)]) for one in range(people)}
    done = {one: random.choice([9, 0, 1, 2]) for one in range(people)}
    woman = {one: random.randrange(2) for one in range(people)}
    rows = []
    for month, stage in product(range(months), ("taken in", "completed")):
        if month and random.random() < 0.3:
            woman[random.randrange(people)] ^= 1
        for of_firm, of_cohort in product((None, 0, 1, 2), (None, 0, 1)):
            answers = {
                one: woman[one]
                for one in range(people)
                if since[one] <= month
                and of_firm in (None, firm[one])
                and of_cohort in (None, cohort[one])
                and (stage == "taken in" or done[one] <= month)
            }
            rows.append(Row((str(month), stage, str(of_firm), str(of_cohort)), answers))
    return rows


def recovered(rows: Sequence[Row], shown: Sequence[Released], least: int) -> list[frozenset[int]]:
    """Small groups that come out when whatever was shown is subtracted and added, over dates and filters, as far as it goes.

    A reader knows who is in each row. A *part* is people with one answer, known as a sum of figures.
    """
    known: dict[frozenset[int], None] = {}
    for row, one in zip(rows, shown, strict=True):
        if not one.withheld:
            for kind in WOMEN.kinds:
                known.setdefault(frozenset(person for person, answer in row.answers.items() if answer == kind))
    fresh = list(known)
    for _round in range(2):
        made: dict[frozenset[int], None] = {}
        for one, other in product(fresh, list(known)):
            if other < one:
                made[one - other] = None
            elif one < other:
                made[other - one] = None
            elif not one & other and len(made) < 4000:
                made[one | other] = None
        fresh = [part for part in made if part not in known]
        known |= dict.fromkeys(fresh)
    return [part for part in known if 0 < len(part) < least]


def test_differencing_every_report_with_every_other_recovers_nobody():
    caught = 0
    for seed in range(25):
        random = Random(seed)
        rows = reports(random, random.randrange(24, 60))
        shown = audited(5)(rows)
        assert any(not one.withheld for one in shown), f"seed {seed}: nothing was shown, and nothing was tried"
        assert recovered(rows, shown, 5) == [], f"seed {seed}"
        caught += bool(recovered(rows, unaudited(5)(rows), 5))
    assert caught > 20  # without the auditor the same search finds somebody almost everywhere


def solvable(rows: Sequence[Row], shown: Sequence[Released], people: int, least: int) -> list[int]:
    """An oracle: every group that any linear combination of figures counts, found by trying every group of a small universe.

    A column for each person and each answer they ever gave; a group is found out if its indicator is in the row space.
    """
    columns = sorted({(one, row.answers[one]) for row in rows for one in row.answers})
    seen = [
        [float(row.answers.get(one) == kind and kind == of) for one, kind in columns]
        for row, released in zip(rows, shown, strict=True)
        for of in WOMEN.kinds
        if not released.withheld
    ]
    if not seen:
        return []
    _left, sizes, right = np.linalg.svd(np.array(seen))
    basis = right[: int((sizes > 1e-9).sum())]
    groups = np.array(list(product((0.0, 1.0), repeat=len(columns))))[1:]
    groups = groups[groups.sum(axis=1) < least]
    off = np.abs(groups - groups @ basis.T @ basis).max(axis=1)
    return np.flatnonzero(off < 1e-9).tolist()


def test_no_linear_combination_of_figures_counts_a_small_group():
    caught = 0
    for seed in range(60):
        random = Random(seed)
        woman = [random.randrange(2) for _ in range(11)]
        rows = [
            Row((str(number),), {one: woman[one] for one in range(11) if random.random() < 0.7}) for number in range(10)
        ]
        assert solvable(rows, audited(2)(rows), 11, 2) == [], f"seed {seed}"
        caught += bool(solvable(rows, unaudited(2)(rows), 11, 2))
    assert caught > 50


def certain(rows: Sequence[frozenset[int]], people: int, release: Release) -> int:
    """Answers of single people that a reader is certain of who knows the rule, and thinks of what each refusal tells as well."""
    told: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for answers in product((0, 1), repeat=people):
        shown = release([Row((), {one: answers[one] for one in sorted(row)}) for row in rows])
        told.setdefault(tuple(one.counts for one in shown), []).append(answers)
    return sum(len({answers[one] for answers in alike}) == 1 for alike in told.values() for one in range(people))


def test_what_is_withheld_gives_no_answer_away_either():
    everybody, half = frozenset(range(8)), frozenset(range(4))
    for rows in (
        [everybody, half, everybody - half],
        [everybody, frozenset(range(7)), half],
        [half, everybody, frozenset(range(2, 6)), frozenset(range(1, 8))],
    ):
        assert certain(rows, 8, audited(2)) == 0
        assert certain([*rows, frozenset(range(1, 8))], 8, unaudited(2)) > 0


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({one: one % 2 for one in range(10)}, True),
        ({one: one % 2 for one in range(9)}, False),
        (dict.fromkeys(range(20), 0), False),  # that nobody is says as much of each as a name
        ({}, False),
    ],
)
def test_a_row_by_itself(answers: Mapping[int, int], shown: bool):
    assert Auditor(WOMEN).take(answers) is shown


def test_who_takes_an_answer_back_is_not_given_away_by_the_next_month():
    auditor, answers = Auditor(WOMEN), {one: one % 2 for one in range(20)}
    assert auditor.take(answers)
    assert not auditor.take(answers | {1: 0})
    assert auditor.take(answers), "what was shown before may be shown again"
    assert auditor.take(answers | {one: one % 2 for one in range(20, 30)}), "as soon as enough have joined"
