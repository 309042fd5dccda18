"""A record to keep outside: as rows of a spreadsheet, and as a paper (PDF/UA-1). Both say the same of everybody, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.papers.drawing import Sheet
from marketplace.selections.criteria import POINTS, Criterion, parts
from marketplace.selections.models import SeatSpecification, Selection
from marketplace.selections.queries import Line, asked
from marketplace.selections.words import INDEPENDENT, LIMIT, REASONS, STAGES, WITHIN
from tenants.shared.papers import paper_html


def header(criteria: Sequence[Criterion], locale: str) -> list[str]:
    return [
        _("Candidate"),
        _("Stage"),
        _("Points of %(most)d", most=POINTS * len(criteria)),
        *(one.name(locale) for one in criteria),
        _("Independence"),
        _("Mandates"),
        _("Steps"),
    ]


def named(line: Line) -> str:
    return _("Candidate %(number)d", number=line.entry.number)


def compared(line: Line, criteria: Sequence[Criterion], locale: str) -> list[str]:
    """What the card says of each criterion, with its points; dashes when it is no longer shown."""
    if line.card is None:
        return ["–"] * len(criteria)
    card = line.card
    return [f"{one.said(card.face, locale)} ({points})" for one, points in zip(criteria, card.points, strict=True)]


def verdicts(line: Line) -> tuple[str, str]:
    if line.check is None:
        return "–", "–"
    return str(INDEPENDENT[line.check.independent]), str(WITHIN if line.check.within else LIMIT)


def steps_of(line: Line, zone: ZoneInfo) -> list[str]:
    return [
        " · ".join(
            part
            for part in (
                step.at.astimezone(zone).date().isoformat(),
                str(STAGES[step.stage]),
                str(REASONS[step.reason]),
                step.words,
                step.by,
            )
            if part
        )
        for step in line.steps
    ]


def rows(lines: Sequence[Line], criteria: Sequence[Criterion], locale: str, zone: ZoneInfo) -> list[list[str]]:
    return [
        [
            named(line) if line.card else _("%(name)s, no longer shown", name=named(line)),
            str(STAGES[line.entry.stage]),
            str(line.card.total) if line.card else "–",
            *compared(line, criteria, locale),
            *verdicts(line),
            "\n".join(steps_of(line, zone)),
        ]
        for line in lines
    ]


def record_sheet(
    seat: SeatSpecification,
    selection: Selection,
    lines: Sequence[Line],
    *,
    locale: str,
    zone: ZoneInfo,
    reader_id: int,
    closed_at: datetime | None,
) -> Sheet:
    """For its reader alone: what stands on candidates' cards is on it."""
    criteria = parts(asked(seat))
    with force_locale(locale):
        html = paper_html(
            "selections/paper.html",
            title=_("Record of a selection: %(title)s", title=seat.title),
            seat=seat,
            selection=selection,
            lines=lines,
            criteria=criteria,
            names=[one.name(locale) for one in criteria],
            most=POINTS * len(criteria),
            closed_at=closed_at,
            locale=locale,
            stages=STAGES,
            told={line.entry.id: (named(line), compared(line, criteria, locale), verdicts(line)) for line in lines},
            steps={line.entry.id: steps_of(line, zone) for line in lines},
        )
    return Sheet(html, about_person_id=reader_id)
