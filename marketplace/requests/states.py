"""A request's life as one table: who moves it, from where, to where; and how long each state may last."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from marketplace.requests.models import RequestState as S

ANSWER_WITHIN = timedelta(days=14)
"""For whoever's turn it is: employer, mentor, or the mentee who was asked for more."""

REMIND_AFTER = timedelta(days=7)
CONFIRM_WITHIN = timedelta(days=7)
"""For so long the mentor's place is kept for the mentee."""


class Party(enum.Enum):
    mentee = "mentee"
    mentor = "mentor"
    employer = "employer"
    clock = "clock"


@dataclass(frozen=True, slots=True)
class Step:
    """One way out of a state. A step that ends in the state it began in leaves the request where it is."""

    who: Party
    before: frozenset[S]
    after: frozenset[S]


def step(who: Party, before: set[S], after: set[S]) -> Step:
    return Step(who, frozenset(before), frozenset(after))


STEPS = {
    "send_request": step(Party.mentee, {S.draft}, {S.awaiting_employer, S.sent}),
    "approve_request": step(Party.employer, {S.awaiting_employer}, {S.sent}),
    "refuse_request": step(Party.employer, {S.awaiting_employer}, {S.refused_by_employer}),
    "ask_for_more": step(Party.mentor, {S.sent}, {S.more_information}),
    "answer_question": step(Party.mentee, {S.more_information}, {S.sent}),
    "accept_request": step(Party.mentor, {S.sent}, {S.accepted}),
    "decline_request": step(Party.mentor, {S.sent, S.more_information}, {S.declined}),
    "withdraw_request": step(
        Party.mentee, {S.awaiting_employer, S.sent, S.more_information, S.accepted}, {S.withdrawn}
    ),
    "confirm_request": step(Party.mentee, {S.accepted}, {S.confirmed}),
    "confirm_after_talk": step(Party.clock, {S.accepted}, {S.confirmed}),
    "resend_request": step(Party.mentee, {S.expired}, {S.expired}),
    "remind_mentor": step(Party.clock, {S.sent}, {S.sent}),
    "expire_request": step(Party.clock, {S.awaiting_employer, S.sent, S.more_information}, {S.expired}),
    "close_request": step(Party.clock, {S.awaiting_employer, S.sent, S.more_information, S.accepted}, {S.closed}),
    "lapse_request": step(Party.clock, {S.accepted}, {S.lapsed}),
}

CLOSED_STATES = frozenset({S.declined, S.withdrawn, S.expired, S.lapsed, S.refused_by_employer, S.closed})
"""The request came to nothing; what was written stays readable to the two."""
