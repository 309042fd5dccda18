"""What two people may talk about, by where their mentorship stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files

import yaml
from flask_babel import get_locale

from marketplace.meetings.queries import Between, held_before
from tenants.current import Acting

EARLY = 3
"""Meetings: the first is one of its own, the next two still belong to getting to know each other."""

LAST = timedelta(days=60)
"""So long before its planned end a mentorship begins to close."""


@dataclass(frozen=True, slots=True)
class Agenda:
    title: str
    points: tuple[str, ...]


@lru_cache(maxsize=2)
def _agendas(french: bool) -> dict[str, Agenda]:
    text = (files("marketplace.vocabulary") / "agendas.yaml").read_text(encoding="utf-8")
    return {
        block["phase"]: Agenda(
            _typeset(block["fr" if french else "en"], french),
            tuple(_typeset(point[french], french) for point in block["points"]),
        )
        for block in yaml.safe_load(text)
    }


def _typeset(words: str, french: bool) -> str:
    words = words.replace("'", "’")
    return words.replace(" :", "\N{NO-BREAK SPACE}:") if french else words


def phase(met: int, moment: datetime, ends: datetime | None) -> str:
    """``met``: meetings before ``moment``; ``ends``: the mentorship's planned end, if there is one."""
    if met == 0:
        return "first"
    if ends is not None and moment >= ends - LAST:
        return "last"
    return "early" if met < EARLY else "middle"


def suggestions(viewer: Acting, between: Between, moment: datetime) -> Agenda:
    """For a meeting of these two at ``moment``, in the present language."""
    agendas = _agendas(str(get_locale()).startswith("fr"))
    if between.mentorship is None:
        return agendas["talk"]
    last_day = between.mentorship.ends_on
    ends = datetime.combine(last_day, datetime.min.time(), moment.tzinfo) if last_day else None
    return agendas[phase(held_before(viewer, between, moment), moment, ends)]
