"""Why a pair: its points by criterion as each side sees them, how the two rank, who would be next, and at what cost."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.matching.changes import Changes, Cost, Next
from marketplace.matching.criteria import Share, View
from marketplace.matching.model import Grid


@dataclass(frozen=True, slots=True)
class Rank:
    """``place`` 1: nobody whom this side may have has a higher score; ``of`` so many. Equal scores share a place."""

    place: int
    of: int


@dataclass(frozen=True, slots=True)
class Side:
    """One side's view. ``shares`` are what speaks for this side's own wishes and for both; ``points`` is their sum."""

    shares: tuple[Share, ...]
    points: int
    most: int
    rank: Rank
    next: Next | None


@dataclass(frozen=True, slots=True)
class Reason:
    """``shares`` add up to ``score``. ``without``: the cost of not making the pair; None where it cannot be left out.

    Views overlap in what speaks for both, so the two sides' points are not to be added.
    """

    mentee: int
    mentor: int
    score: int
    pinned: bool
    shares: tuple[Share, ...]
    mentee_side: Side
    mentor_side: Side
    without: Cost | None


def reason(changes: Changes, mentee_id: int, mentor_id: int) -> Reason:
    """Of a pair of the answer; raises ``ValueError`` for any other."""
    if (mentee_id, mentor_id) not in changes.pairs:
        raise ValueError(f"{(mentee_id, mentor_id)} is no pair of the answer")
    cohort = changes.problem.cohort
    shares = cohort.shares(mentee_id, mentor_id)
    row, column = cohort.row[mentee_id], cohort.column[mentor_id]
    score = sum(share.points for share in shares)
    allowed = changes.crowding.allowed
    return Reason(
        mentee_id,
        mentor_id,
        score,
        (mentee_id, mentor_id) in changes.problem.pins,
        shares,
        _side(shares, View.mentee, _rank(allowed[row], score), changes.next_for_mentee(mentee_id, mentor_id)),
        _side(shares, View.mentor, _rank(allowed[:, column], score), changes.next_for_mentor(mentee_id, mentor_id)),
        changes.without(mentee_id, mentor_id),
    )


def _side(shares: tuple[Share, ...], view: View, rank: Rank, following: Next | None) -> Side:
    own = tuple(share for share in shares if share.view in {view, View.both})
    return Side(own, sum(share.points for share in own), sum(share.most for share in own), rank, following)


def _rank(scores: Grid, score: int) -> Rank:
    return Rank(1 + int((scores > score + 1).sum()), int((scores > 0).sum()))
