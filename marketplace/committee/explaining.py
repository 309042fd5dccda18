"""The engine's reasons as plain JSON beside a version: ids, numbers and names of rules; sentences are made for the reader."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from marketplace.committee.words import BECAUSE
from marketplace.matching.changes import Changes
from marketplace.matching.costs import Cost, Next
from marketplace.matching.criteria import Share
from marketplace.matching.faults import Fault
from marketplace.matching.leftovers import Blocked, CrowdedOut, Idle, Leftover, PricedOut, Unneeded
from marketplace.matching.reasons import Reason, Side, reason

PATIENCE = 20.0
"""Seconds for the reasons of all pairs together. In the largest cohorts the later pairs have their points and nothing more."""


def reasons_of(changes: Changes) -> dict[tuple[int, int], dict[str, Any]]:
    """By pair of the answer: its points by criterion, and, as far as ``PATIENCE`` goes, who would be next at what cost."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    until = time.monotonic() + PATIENCE
    for mentee, mentor in sorted(changes.pairs):
        if time.monotonic() < until:
            names = ("first", "second") if changes.problem.cohort.peers else ("mentee", "mentor")
            found[mentee, mentor] = _reason(reason(changes, mentee, mentor), names)
        else:
            found[mentee, mentor] = {"shares": shares_as_json(changes.problem.cohort.shares(mentee, mentor))}
    return found


NAMED = 6
"""So many of a crowd are kept by id, one more than a sentence names; of all others the number."""


def leftover_as_json(one: Leftover | Idle) -> tuple[str, dict[str, Any]]:
    """Which reason it is, and what belongs to it."""
    match one:
        case Blocked():
            removed = [
                {
                    "rule": by.rule,
                    "removes": by.removes,
                    "would_admit": list(by.would_admit[:NAMED]),
                    "admits": len(by.would_admit),
                }
                for by in one.removed
            ]
            return "blocked", {"of": one.of, "removed": removed}
        case CrowdedOut():
            crowd = {"mentees": list(one.crowd.mentees[:NAMED]), "many": len(one.crowd.mentees)}
            places = {"places": one.crowd.places, "reached": len(one.crowd.reached)}
            return "crowded_out", {**crowd, **places, "cost": _cost(one.cost)}
        case PricedOut():
            return "priced_out", {"cost": _cost(one.cost), "balance_of": one.balance_of}
        case Unneeded():
            crowd = {"mentors": list(one.surplus.mentors[:NAMED]), "many": len(one.surplus.mentors)}
            return "unneeded", {**crowd, "room": one.surplus.room, "most": one.surplus.most, "cost": _cost(one.cost)}


def fault_as_json(one: Fault) -> dict[str, Any]:
    return asdict(one) | {"kind": one.kind.value}


def _reason(one: Reason, names: tuple[str, str]) -> dict[str, Any]:
    """``names``: under which the two sides are kept."""
    return {
        "shares": shares_as_json(one.shares),
        "without": _cost(one.without),
        names[0]: _side(one.mentee_side),
        names[1]: _side(one.mentor_side),
    }


def _side(one: Side) -> dict[str, Any]:
    return {
        "points": one.points,
        "most": one.most,
        "place": one.rank.place,
        "of": one.rank.of,
        "next": _next(one.next),
    }


def _next(one: Next | None) -> dict[str, Any] | None:
    return {"member": one.member, "score": one.score, "cost": _cost(one.cost)} if one else None


def _cost(one: Cost | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "floors": one.floors,
        "pairs": one.pairs,
        "points": one.points,
        "kept": one.kept,
        "proven": one.proven,
        "dropped": [list(pair) for pair in one.dropped[:5]],
        "added": [list(pair) for pair in one.added[:5]],
        "moves": len(one.added),
    }


def shares_as_json(shares: tuple[Share, ...]) -> list[dict[str, Any]]:
    """A pair's points by criterion, with the words that earned them."""
    return [
        {
            "criterion": share.criterion,
            "view": share.view.value,
            "points": share.points,
            "most": share.most,
            "because": list(share.because),
        }
        for share in shares
    ]


EITHER = {"goals_of_first": "goals_of_either", "goals_of_second": "goals_of_either"}
"""What is weighed for each of two peers, and told to both as one."""


def fit_for_the_two(shares: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of a pair's reasons those that both may read: no points, no wishes."""
    said: dict[str, list[str]] = {}
    for share in shares:
        name = EITHER.get(share["criterion"], share["criterion"])
        if share["points"] and name in BECAUSE:
            said[name] = list(dict.fromkeys([*said.get(name, ()), *share["because"]]))
    return [{"criterion": name, "words": words} for name, words in said.items()]
