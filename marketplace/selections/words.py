"""What stages, reasons and verdicts are called, and the rules that the checks stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from flask_babel import lazy_gettext as _l
from pydantic import Field

from marketplace.programmes.modalities import Choices, Words
from marketplace.selections.models import Stage

STAGES: dict[Stage, Any] = {
    Stage.long: _l("Long list"),
    Stage.short: _l("Short list"),
    Stage.introduced: _l("Introduced"),
    Stage.chosen: _l("Chosen"),
    Stage.set_aside: _l("Set aside"),
}

FOUND = "found"
"""Why a card is put on the long list: nobody is asked for more than that."""

REASONS: dict[str, Any] = {
    FOUND: _l("Found by what the seat asks for"),
    "meets": _l("Meets what the seat asks for"),
    "meets_most": _l("Meets most of it, and the rest can be learnt"),
    "complements": _l("Brings what the board lacks today"),
    "others_closer": _l("Others come closer to what the seat asks for"),
    "competency": _l("A competency that the seat needs is missing"),
    "time": _l("Not enough days a year"),
    "independence": _l("Independence or a limit of mandates"),
    "declined": _l("The candidate does not wish to go on"),
    "board": _l("The board decided"),
    "correction": _l("Put down by mistake"),
}
"""The same list for every candidate and every step: each is about the seat, none about the person."""

INDEPENDENT: dict[str, Any] = {
    "free": _l("Independent, by what is held here"),
    "not": _l("Not independent: a rule of independence"),
    "ask": _l("Independence: to be asked"),
}
WITHIN = _l("Mandates within the limits, by what is held here")
LIMIT = _l("A limit of mandates may be reached: to be asked")


class Rule(Choices):
    """``most``: mandates held at once, this seat included, of listed companies only where ``listed``."""

    of: Words
    source: Words
    key: str = ""
    most: int = Field(default=0, ge=0)
    listed: bool = False
    executive: bool = False


def _read() -> dict[str, tuple[Rule, ...]]:
    lists = yaml.safe_load((Path(__file__).parent / "mandate_limits.yaml").read_text(encoding="utf-8"))
    return {name: tuple(map(Rule.model_validate, rules)) for name, rules in lists.items()}


RULES = _read()
"""``limits`` of mandates and rules of ``independence``."""
