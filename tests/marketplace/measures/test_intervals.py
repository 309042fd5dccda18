"""Intervals against another hand's: scipy's, and the numbers of the papers."""

from __future__ import annotations

from math import sqrt

import pytest
from scipy import stats

from marketplace.measures.intervals import (
    Sample,
    difference_of_means,
    difference_of_shares,
    of_mean,
    student,
    too_few,
    wilson,
)


@pytest.mark.parametrize(("hits", "units"), [(0, 12), (3, 12), (30, 60), (60, 60), (7, 4000)])
def test_a_share_lies_where_wilson_says(hits, units):
    other = stats.binomtest(hits, units).proportion_ci(method="wilson")
    assert (wilson(hits, units).low, wilson(hits, units).high) == pytest.approx((other.low, other.high), abs=1e-9)


def test_a_mean_and_two_means_lie_where_student_and_welch_say():
    one, other = [3.0, 4, 4, 5, 7, 9, 9, 12, 3, 1], [8.0, 9, 11, 14, 9, 7, 8, 12, 15, 6, 10]
    a, b = (Sample(len(some), sum(some), sum(x * x for x in some)) for some in (one, other))
    mean = stats.t.interval(0.95, 9, loc=a.mean, scale=sqrt(a.variance / 10))
    assert (of_mean(a).low, of_mean(a).high) == pytest.approx(mean, abs=0.01)
    welch = stats.ttest_ind(other, one, equal_var=False).confidence_interval(0.95)
    found = difference_of_means(a, b)
    assert (found.low, found.high) == pytest.approx((welch.low, welch.high), abs=0.01) and found.tells
    assert [student(n) for n in (4, 8, 30)] == pytest.approx([stats.t.ppf(0.975, n) for n in (4, 8, 30)], abs=0.02)


def test_two_shares_differ_as_newcombe_says():
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Statistics in Medicine 17, 1998, table II, method 10)."""
    found = difference_of_shares(Sample(80, 48, 48), Sample(70, 56, 56))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_what_says_too_little_says_so():
    assert too_few(Sample(9, 9, 9), share=True) and too_few(Sample(20, 10, 10), share=True)
    assert not too_few(Sample(40, 20, 20), share=True)
    assert too_few(Sample(12, 12, 130), share=False) and not too_few(Sample(40, 80, 200), share=False)
