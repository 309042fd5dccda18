"""What live counts add up to: the funnel, and who waits for whom. Pure; a page and a letter say the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.programmes.models import ON_THE_WAY, EnrolmentState

Live = Counter[tuple[str, str]]

TAKEN_IN = (EnrolmentState.enrolled, EnrolmentState.completed, EnrolmentState.dropped_out)
SIDES = {"mentee": _l("Mentees"), "mentor": _l("Mentors"), "peer": _l("Peers")}

# what: (what waits, for whom, the state by which a board is filtered)
WAITS: dict[str, tuple[Any, Any, EnrolmentState | None]] = {
    "nominated": (_l("Asked to take part"), _l("Their own answer"), EnrolmentState.nominated),
    "awaiting_employer": (_l("Want to take part"), _l("Their employer"), EnrolmentState.awaiting_employer),
    "awaiting_decision": (
        _l("Put forward or applied"),
        _l("Those who run the cohort"),
        EnrolmentState.awaiting_decision,
    ),
    "waiting": (_l("On the waiting list"), _l("A free place"), EnrolmentState.waiting),
    "request_awaiting_employer": (_l("Requests and proposals"), _l("The mentee’s employer"), None),
    "request_sent": (_l("Requests and proposals"), _l("The mentor"), None),
    "request_more_information": (_l("Requests and proposals"), _l("The mentee, who was asked something"), None),
    "request_accepted": (_l("Accepted requests"), _l("The mentee, to confirm"), None),
    "pair_quiet": (_l("Quiet pairs"), _l("A kind word"), None),
    "pair_paused": (_l("Paused pairs"), _l("The end of the pause"), None),
}


@dataclass(frozen=True, slots=True)
class Way:
    """How far one side's people have come; ``known`` and ``inside`` also as widths, in per cent of the largest side."""

    side: Any
    known: int
    coming: int
    inside: int
    widths: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Wait:
    what: Any
    whom: Any
    number: int
    state: EnrolmentState | None
    pairs: bool


def of_states(counted: Live, states: Any, side: str = "") -> int:
    names = {state.value for state in states}
    return sum(number for (what, of), number in counted.items() if what in names and (not side or of == side))


def inside(counted: Live) -> int:
    return of_states(counted, [EnrolmentState.enrolled])


def pairs_under_way(counted: Live) -> int:
    return sum(counted[f"pair_{one}", ""] for one in ("running", "quiet", "paused"))


def waiting(counted: Live) -> int:
    """People and requests for which somebody still has to say something."""
    return of_states(counted, ON_THE_WAY) + sum(
        number for (what, _side), number in counted.items() if what.startswith("request_")
    )


def begun(counted: Live) -> int:
    return pairs_under_way(counted) + counted["pair_ended", ""]


def ways(counted: Live) -> list[Way]:
    """Of each side that anybody is on: put forward, still on their way in, taken in."""
    known = {side: of_states(counted, EnrolmentState, side) for side in SIDES}
    most = max(known.values()) or 1
    found = []
    for side, words in SIDES.items():
        inside, coming = of_states(counted, TAKEN_IN, side), of_states(counted, ON_THE_WAY, side)
        if known[side]:
            found.append(Way(words, known[side], coming, inside, (100 * known[side] / most, 100 * inside / most)))
    return found


def waits(counted: Live) -> list[Wait]:
    """Who waits for whom, as far as anybody does."""
    found = []
    for what, (label, whom, state) in WAITS.items():
        number = sum(count for (one, _side), count in counted.items() if one == what)
        if number:
            found.append(Wait(label, whom, number, state, what.startswith("pair_")))
    return found
