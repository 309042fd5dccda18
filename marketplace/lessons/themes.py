"""What a lesson is about: a choice of the sheet, which it may propose to change, or something that is no such choice."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError

from marketplace.programmes.modalities import Modalities
from marketplace.programmes.sheet_words import MATCHING, TRAINING
from marketplace.vocabulary import CADENCES

Answer = Literal["number", "yes", "choice", "none"]


@dataclass(frozen=True, slots=True)
class Theme:
    """``path`` leads to the choice in ``Modalities``; empty: no choice of the sheet. ``blank``: empty means no limit."""

    label: Any
    answer: Answer = "none"
    path: tuple[str, ...] = ()
    least: int = 0
    most: int = 10_000
    blank: bool = False
    where: str = ""
    """The part of the sheet in which the choice is."""

    @property
    def of_sheet(self) -> bool:
        return bool(self.path)


def _quota(name: str, label: Any) -> Theme:
    return Theme(label, "number", ("quota", name), blank=True, where="quotas")


THEMES: dict[str, Theme] = {
    "months": Theme(_l("Months a mentorship lasts"), "number", ("months",), 1, 36, where="length"),
    "cadence": Theme(_l("How often a pair meets"), "choice", ("cadence",), where="length"),
    "matching": Theme(_l("How pairs come about"), "choice", ("matching",), where="form"),
    "open_requests": Theme(
        _l("Requests a mentee may have open at once"), "number", ("open_requests",), 1, 20, where="form"
    ),
    "common_language": Theme(_l("A language in common"), "yes", ("limits", "common_language"), where="form"),
    "seniority_gap": Theme(
        _l("Steps of seniority between the two"), "number", ("limits", "seniority_gap"), 0, 5, blank=True, where="form"
    ),
    "hours_apart": Theme(
        _l("Hours between their clocks, at most"), "number", ("limits", "hours_apart"), 0, 12, blank=True, where="form"
    ),
    "firms_say_yes": Theme(_l("The firms say yes to a pair first"), "yes", ("firms_say_yes",), where="form"),
    "mentor_training": Theme(_l("Training of mentors"), "choice", ("mentors", "training"), where="mentors"),
    "mentee_training": Theme(_l("Training of mentees"), "choice", ("mentees", "training"), where="mentees"),
    "mentor_places": Theme(
        _l("Places for mentors"), "number", ("mentors", "places"), 1, 100_000, blank=True, where="mentors"
    ),
    "mentee_places": Theme(
        _l("Places for mentees"), "number", ("mentees", "places"), 1, 100_000, blank=True, where="mentees"
    ),
    "employer_approval": Theme(_l("The employer’s approval"), "yes", ("employer_approval",), where="approval"),
    "manager_view": Theme(_l("The line manager’s view"), "yes", ("manager_view",), where="approval"),
    "decide_within": Theme(_l("Days in which you decide"), "number", ("decide_within",), 1, 60, where="approval"),
    "quota_mentors": _quota("mentors", _l("Mentors a firm may give")),
    "quota_mentees": _quota("mentees", _l("Mentees a firm may send")),
    "quota_balance": _quota("balance", _l("How far the two may differ")),
    "call": Theme(_l("How it is made known")),
    "events": Theme(_l("Events")),
    "kit": Theme(_l("Papers and guides")),
    "support": Theme(_l("Support for pairs")),
    "firms": Theme(_l("Work with the firms")),
    "other": Theme(_l("Something else")),
}


def choices_of(name: str) -> dict[str, str]:
    """What a theme with a choice offers, in the reader's language."""
    if name == "cadence":
        return dict(CADENCES.choices(str(get_locale())))
    offered: Mapping[str, Any] = {"matching": MATCHING}.get(name, TRAINING)
    return {value: str(label) for value, label in offered.items()}


def value_in(choices: Mapping[str, Any], name: str) -> Any:
    """What a design says about a theme of the sheet."""
    found: Any = choices
    for part in THEMES[name].path:
        found = found[part]
    return found


def put_in(choices: Mapping[str, Any], name: str, value: Any) -> dict[str, Any] | None:
    """The choices with another value for one of them; None where they would no longer hold together."""
    changed = copy.deepcopy(dict(choices))
    *way, last = THEMES[name].path
    inner = changed
    for part in way:
        inner = inner[part]
    inner[last] = value
    try:
        return Modalities.model_validate(changed).model_dump(mode="json")
    except ValidationError:
        return None


def value_words(name: str, value: Any) -> str:
    """A value of a theme as it is read."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None:
        return _("no limit")
    if THEMES[name].answer == "choice":
        return choices_of(name).get(str(value), str(value))
    return str(value)
