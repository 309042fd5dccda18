"""The figures of a report as a file, with what each of them counts; nothing more than the report shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from marketplace.lessons.themes import THEMES
from marketplace.reports.definitions import DEFINITIONS
from marketplace.reports.sections import title_of
from marketplace.reports.told import Shown, Told
from tenants.spreadsheets.writing import write_book, write_sheet

COLUMNS = ("figure", "label", "side", "firm", "value", "unit", "behind", "state")


def rows(told: Told) -> list[dict[str, Any]]:
    """One for each figure of the list. Keys are the same in every language."""
    return [_row(told, one) for one in told.everything()]


def _row(told: Told, one: Shown) -> dict[str, Any]:
    kept = one.definition
    value = round(one.value, 4) if one.value is not None else None
    return {
        "figure": one.name,
        "label": str(kept.label),
        "side": one.side,
        "firm": told.firms.get(one.firm_id, ""),
        "value": value,
        "unit": str(_("share, from 0 to 1"))
        if kept.shape == "share"
        else str(kept.unit)
        if kept.shape == "count"
        else "",
        "behind": one.people,
        "state": "withheld" if one.withheld else "shown",
    }


def dictionary() -> list[dict[str, str]]:
    """What each column holds, then what each figure counts."""
    columns = {
        "figure": _("The figure’s name; it never changes."),
        "label": _("What it is called in the report."),
        "side": _("mentor, mentee or peer; empty: both."),
        "firm": _("The firm whose people or pairs it counts; empty: all of them."),
        "value": _("The figure. Empty where it is withheld."),
        "unit": _("What is counted."),
        "behind": _("How many people, pairs or requests stand behind it."),
        "state": _("“shown”, or “withheld”: too few stand behind it, or behind what it would give away."),
    }
    told = [{"name": name, "kind": "column", "label": name, "means": means} for name, means in columns.items()]
    return told + [
        {"name": name, "kind": one.shape, "label": str(one.label), "means": str(one.means)}
        for name, one in DEFINITIONS.items()
    ]


def _cells(found: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[list[str]]:
    return [["" if row[name] is None else str(row[name]) for name in columns] for row in found]


def export(told: Told, kind: str) -> bytes:
    """``csv``, ``xlsx`` (the dictionary is its second sheet) or ``json``."""
    figures, means = rows(told), dictionary()
    if kind == "csv":
        return write_sheet("csv", COLUMNS, _cells(figures, COLUMNS))
    if kind == "xlsx":
        named = tuple(means[0])
        sheets = {_("Figures"): (COLUMNS, _cells(figures, COLUMNS)), _("Dictionary"): (named, _cells(means, named))}
        return write_book(sheets)
    content = {
        "report": title_of(told.facts),
        "launched": told.facts["launch_on"],
        "closed": told.facts["closed_on"],
        "figures": figures,
        "lessons": [
            one | {"about": str(THEMES[one["theme"]].label)} for one in told.facts["lessons"] if one["theme"] in THEMES
        ],
        "dictionary": means,
    }
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def dictionary_csv() -> bytes:
    means = dictionary()
    named = tuple(means[0])
    return write_sheet("csv", named, _cells(means, named))
