"""Where the pairs of a published version stand, as four marks: both firms, the mentor, the mentee."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from marketplace.pairing.candidates import FirmWord, Standing
from marketplace.requests.models import RequestState

PAGE = 60

Word = Literal["yes", "no", "waiting", "later", "silent", "nobody"]
"""``later``: not asked yet, or no longer. ``silent``: asked, and no answer in time. ``nobody``: no firm's word is needed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the four. ``at``: when they answered."""

    word: Word
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """A pair of the version; never a reason that a person gave."""

    pair: Standing
    mentee_firm: Mark
    mentor_firm: Mark
    mentor: Mark
    mentee: Mark


@dataclass(frozen=True, slots=True)
class StandingPage:
    """``number``: from 1, and the last one where a higher was asked for; ``of``: how many pages there are."""

    rows: list[Stands]
    number: int
    of: int


def standing_of(requests: Collection[int], standings: Iterable[Standing], page: int = 1) -> StandingPage:
    """Of the pairs that one publishing asked, by the mentee's name, ``PAGE`` at a time."""
    ours = sorted(
        (one for one in standings if one.request_id in requests),
        key=lambda one: (one.mentee_name.casefold(), one.request_id),
    )
    pages = max(-(-len(ours) // PAGE), 1)
    number = min(max(page, 1), pages)
    rows = [
        Stands(one, _firm(one, "mentee"), _firm(one, "mentor"), _mentor(one), _mentee(one))
        for one in ours[(number - 1) * PAGE : number * PAGE]
    ]
    return StandingPage(rows, number, pages)


def _firm(one: Standing, side: str) -> Mark:
    asked: FirmWord | None = next((word for word in one.firms if word.side == side), None)
    if asked is None:
        # Outside of a cohort in which firms answer, the mentee's employer may.
        return (_said(one, "employer") if side == "mentee" else None) or Mark("nobody")
    if asked.state in {"yes", "no"}:
        return Mark("yes" if asked.state == "yes" else "no", asked.at)
    if one.state is RequestState.awaiting_employer:
        return Mark("waiting")
    return Mark("silent" if one.state is RequestState.expired else "later")


def _mentor(one: Standing) -> Mark:
    if one.state in {RequestState.sent, RequestState.more_information}:
        return Mark("waiting")
    # An expiry that came after the firms' yes, or without them, is the mentor's.
    reached = all(word.state == "yes" for word in one.firms)
    unanswered = Mark("silent" if one.state is RequestState.expired and reached else "later")
    return _said(one, "mentor") or unanswered


def _mentee(one: Standing) -> Mark:
    said = _said(one, "mentee")
    if said is not None:
        return said
    if one.state is RequestState.accepted:
        return Mark("waiting")
    return Mark("silent" if one.state is RequestState.lapsed else "later")


def _said(one: Standing, who: str) -> Mark | None:
    for line in reversed(one.statements):
        if line.says == f"{who}_yes":
            return Mark("yes", line.at)
        if line.says == f"{who}_no":
            return Mark("no", line.at)
    return None
