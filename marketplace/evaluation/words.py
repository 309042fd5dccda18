"""The law's thresholds, the statements of purpose, and what each figure means."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask_babel import lazy_gettext as _l
from pydantic import Field

from marketplace.evaluation.models import Gender
from marketplace.programmes.modalities import Choices, Words

HERE = Path(__file__).parent


class Threshold(Choices):
    """A share, in per cent, that the law asks for (``law``) from a day on, of those whom ``of`` names."""

    key: str
    percent: int = Field(ge=1, le=50)
    since: date
    of: Words
    law: Words
    page: str


class Purpose(Choices):
    number: int
    shown_from: date = Field(alias="from")
    words: dict[str, tuple[str, ...]]

    def text(self, locale: str) -> tuple[str, ...]:
        return self.words["fr" if locale.startswith("fr") else "en"]


def _read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


@cache
def thresholds(page: str) -> tuple[Threshold, ...]:
    """Those that stand beside the figures of a page: ``boards`` or ``equity``."""
    return tuple(one for one in map(Threshold.model_validate, _read("thresholds.yaml")) if one.page == page)


PURPOSES = {one.number: one for one in map(Purpose.model_validate, _read("purposes.yaml"))}
PURPOSE = PURPOSES[max(PURPOSES)]
"""The statement that is shown now."""

GENDERS = {
    Gender.woman: _l("A woman"),
    Gender.man: _l("A man"),
    Gender.another: _l("In another way"),
    Gender.unsaid: _l("I prefer not to say"),
}

SIDES = {"mentee": _l("Mentees"), "mentor": _l("Mentors"), "peer": _l("Peers")}

# stage: (what it is called, what is counted)
STAGES = {
    "applied": (
        _l("Put forward or applied"),
        _l("Everybody who was nominated, invited or applied, whatever came of it."),
    ),
    "enrolled": (_l("Taken in"), _l("Everybody who was ever enrolled, also those who left early.")),
    "paired": (_l("Paired"), _l("Those enrolled who had a mentorship in that cohort, also one that has ended.")),
    "completed": (_l("Stayed to the end"), _l("Those who were still taking part when the cohort closed.")),
}
CANDIDATE_STAGES = {
    "enrolled": (
        _l("Candidates"),
        _l("Everybody who was ever a candidate of a board track, also those who left early."),
    ),
    "assessed": (
        _l("Assessed themselves"),
        _l("Candidates who have given at least one assessment of their own readiness."),
    ),
    "trained": (_l("Did the modules"), _l("Candidates who have done every required module.")),
    "introduced": (_l("Were introduced"), _l("Candidates who said yes to at least one introduction to a board.")),
    "appointed": (
        _l("Hold a new mandate"),
        _l("Candidates who were appointed to a board after an introduction made here."),
    ),
}
