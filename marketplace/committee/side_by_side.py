"""What changed between two versions, seen from the mentees."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.committee.models import MatchProposal


class Change(enum.StrEnum):
    new = "new"
    lost = "lost"


@dataclass(frozen=True, slots=True)
class Changed:
    """One mentee whose pair differs. ``mentor`` now and ``before``; None where there is or was none. ``points`` more or less."""

    mentee: int
    mentor: int | None
    before: int | None
    points: int

    @property
    def change(self) -> Change:
        return Change.lost if self.mentor is None else Change.new


def changes_between(before: Sequence[MatchProposal], now: Sequence[MatchProposal]) -> tuple[Changed, ...]:
    """By mentee; those who lost their pair first, then by how much they lose or win."""
    was = {one.mentee_enrolment_id: one for one in before}
    is_ = {one.mentee_enrolment_id: one for one in now}
    found = []
    for mentee in was.keys() | is_.keys():
        old, new = was.get(mentee), is_.get(mentee)
        if old is None or new is None or old.mentor_enrolment_id != new.mentor_enrolment_id:
            found.append(
                Changed(
                    mentee,
                    new.mentor_enrolment_id if new else None,
                    old.mentor_enrolment_id if old else None,
                    (new.points if new else 0) - (old.points if old else 0),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.mentor is not None, one.points, one.mentee)))
