"""Two who change one design: merged field by field from the version both began with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Design = Mapping[str, Any]
"""The names and the modalities of a programme as plain JSON: ``{"name_en": …, "name_fr": …, "choices": {…}}``."""

Flat = dict[str, Any]
"""A design with one entry for what one person changes at a time: ``aims.en``, ``mentors.eligibility.role``, ``timeline.call``."""


def flat(design: Design) -> Flat:
    found: Flat = {"name_en": design["name_en"], "name_fr": design["name_fr"]}
    _spread(design["choices"], "", found)
    return found


def _spread(value: Mapping[str, Any], before: str, found: Flat) -> None:
    for key, inner in value.items():
        path = f"{before}{key}"
        if path == "timeline":
            found |= {f"timeline.{timing['phase']}": timing for timing in inner}
        elif key == "eligibility":
            for condition in inner:
                found.setdefault(f"{path}.{condition['on']}", []).append(condition)
        elif isinstance(inner, Mapping):
            _spread(inner, f"{path}.", found)
        else:
            found[path] = inner


PHASES = "call nomination application approval training matching launch mid_point closing alumni".split()
CONDITIONS = "organisation role seniority function statement".split()


def whole(found: Flat) -> dict[str, Any]:
    """The design that ``found`` is spread from."""
    choices: dict[str, Any] = {"timeline": [], "mentors": {"eligibility": []}, "mentees": {"eligibility": []}}
    for path, value in found.items():
        if path in {"name_en", "name_fr"} or path.startswith("timeline.") or ".eligibility." in path:
            continue
        *outer, last = path.split(".")
        place = choices
        for key in outer:
            place = place.setdefault(key, {})
        place[last] = value
    choices["timeline"] = [found[f"timeline.{phase}"] for phase in PHASES if found.get(f"timeline.{phase}")]
    for side in ("mentors", "mentees"):
        rows = [found.get(f"{side}.eligibility.{on}") or [] for on in CONDITIONS]
        choices[side]["eligibility"] = [condition for row in rows for condition in row]
    return {"name_en": found["name_en"], "name_fr": found["name_fr"], "choices": choices}


def differences(before: Design, after: Design) -> list[tuple[str, Any, Any]]:
    """(path, before, after) of what differs, in the order of the sheet."""
    one, other = flat(before), flat(after)
    return [(path, one.get(path), other.get(path)) for path in {**one, **other} if one.get(path) != other.get(path)]


def merge(base: Design | None, theirs: Design, mine: Design) -> tuple[dict[str, Any], list[str], list[str]]:
    """(merged, conflicts, taken): the design of both; paths that both changed differently, where ``mine`` stands in the
    merged one; and paths taken over from ``theirs``. Without a ``base``, whatever differs is a conflict.
    """
    theirs_flat, mine_flat = flat(theirs), flat(mine)
    base_flat = flat(base) if base is not None else None
    merged, conflicts, taken = dict(mine_flat), [], []
    for path in {**theirs_flat, **mine_flat, **(base_flat or {})}:
        their, own = theirs_flat.get(path), mine_flat.get(path)
        if their == own:
            continue
        if base_flat is not None and base_flat.get(path) == own:
            merged[path] = their
            taken.append(path)
        elif base_flat is None or base_flat.get(path) != their:
            conflicts.append(path)
    return whole(merged), conflicts, taken
