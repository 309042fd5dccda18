"""The report as a row of sections, each made from what is told, in the present language. Pages, slides and papers show these.

A section is one function in ``SECTIONS``; whoever has more to tell adds one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from marketplace.evaluation.words import thresholds
from marketplace.lessons.models import LessonKind
from marketplace.lessons.themes import THEMES, value_words
from marketplace.lessons.words import KINDS as LESSON_KINDS
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.sheet_words import UNITS
from marketplace.programmes.words import PHASES, side_words
from marketplace.questionnaires.models import Audience, Moment
from marketplace.questionnaires.words import AUDIENCES, MOMENTS
from marketplace.reports.definitions import DEFINITIONS, STAGES
from marketplace.reports.told import Shown, Told
from marketplace.vocabulary import CADENCES, FORMS

Cell = str | None
"""None: withheld."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A large number with what it is. ``share``: from 0 to 100, drawn as a bar."""

    label: str
    value: Cell
    note: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    lead: str = ""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    points: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())


def _own(words: dict[str, str]) -> str:
    first, other = ("fr", "en") if str(get_locale()).startswith("fr") else ("en", "fr")
    return words.get(first) or words.get(other) or ""


def _number(value: float) -> str:
    return str(format_decimal(round(value, 1), locale=get_locale()))


def _day(iso: str) -> str:
    return str(format_date(date.fromisoformat(iso), "d MMMM y", locale=get_locale()))


def _sides(told: Told) -> dict[str, str]:
    return {side: side_words(Side(side), Form(told.facts["form"])) for side in told.sides}


def said(one: Shown) -> Cell:
    """A figure as it is read."""
    if one.value is None:
        return None
    if one.definition.shape == "share":
        return _("%(share)s %%", share=round(100 * one.value))
    return _number(one.value)


def _figure(one: Shown, note: str = "") -> Figure:
    kept = one.definition
    if one.people is not None and kept.shape != "count":
        behind = f"{_number(one.people)} {kept.unit}"
        counted = _("%(part)s of %(all)s", part=_number(one.part), all=behind) if one.part is not None else behind
        note = note or counted
    share = 100 * one.value if one.value is not None and kept.shape == "share" else None
    return Figure(str(kept.label), said(one), note, share)


def _for_whom(told: Told) -> Section:
    facts = told.facts
    locale = str(get_locale())
    terms = [
        (_("Form of mentoring"), dict(FORMS.choices(locale))[facts["form"]]),
        (_("Run by"), facts["runner"]),
        (_("Took part"), ", ".join(told.firms.values())),
        (_("From the launch to the close"), f"{_day(facts['launch_on'])} – {_day(facts['closed_on'])}"),
        (_("A mentorship lasts"), ngettext("%(num)d month", "%(num)d months", facts["months"])),
        (_("A pair meets"), dict(CADENCES.choices(locale)).get(facts["cadence"], facts["cadence"])),
        (_("Meant for"), _own(facts["audience"])),
    ]
    aims = [
        (
            _("Judged by"),
            f"{_own(one['name'])}: {one['target']} {UNITS[one['unit']]}"
            if one["target"] is not None
            else _own(one["name"]),
        )
        for one in facts["indicators"]
    ]
    points = tuple((term, str(words)) for term, words in [*terms, *aims] if words)
    return Section("for_whom", _("Who it was for"), _own(facts["aims"]), points=points)


def _intake(told: Told) -> Section:
    sides = _sides(told)
    by_side = Table(
        _("From the first word to the end"),
        ("", *sides.values()),
        tuple(
            (str(DEFINITIONS[stage].label), tuple(said(told.figure(stage, side)) for side in sides)) for stage in STAGES
        ),
    )
    by_firm = Table(
        _("Taken in, firm by firm"),
        ("", *sides.values()),
        tuple(
            (name, tuple(said(told.figure("enrolled", side, firm_id)) for side in sides))
            for firm_id, name in told.firms.items()
        ),
    )
    return Section("intake", _("Intake"), figures=(_figure(told.figure("trained")),), tables=(by_side, by_firm))


def _matching(told: Told) -> Section:
    match, figures = told.facts.get("match"), [_figure(told.figure("acceptance")), _figure(told.figure("answer_time"))]
    if not match:
        return Section("matching", _("Matching"), _("People found each other, or were paired by hand."), tuple(figures))
    matched = told.figure("matched", "mentee")
    lead = (
        _("The published match is the best there is under the rules that were set, and the proof is kept beside it.")
        if match["optimal"]
        else _("The published match was found within a stated gap of the best there can be.")
    )
    points: list[tuple[str, str]] = [
        (_("Versions looked at"), str(match["versions"])),
        (_("Published"), _("Version %(number)d", number=match["number"])),
    ]
    notes: tuple[str, ...] = ()
    if not matched.withheld:
        points += [
            (_("Worth of the match"), _digits(match["primal"])),
            (_("Most that any match can be worth"), _digits(match["dual"])),
            (_("Between the two"), _digits(match["gap"])),
        ]
        notes = (
            _(
                "Pairs, points and rules are weighed in one whole number. The second number is what the prices of all places "
                "prove that no match can pass; where both are equal, no better match exists."
            ),
        )
    return Section("matching", _("Matching"), lead, (_figure(matched), *figures), points=tuple(points), notes=notes)


def _digits(number: str) -> str:
    return str(format_decimal(int(number), locale=get_locale())) if str(number).lstrip("-").isdigit() else str(number)


def _meetings(told: Told) -> Section:
    names = ("places", "meetings", "hours", "first_meeting")
    return Section("meetings", _("Meetings"), figures=tuple(_figure(told.figure(name)) for name in names))


def _goals(told: Told) -> Section:
    return Section(
        "goals",
        _("Goals"),
        _("What the goals are belongs to each pair. Counted is only whether they were reached."),
        (_figure(told.figure("goals")),),
    )


def _endings(told: Told) -> Section:
    stayed = [
        Figure(f"{DEFINITIONS['completed'].label}: {words}", said(told.figure("completed", side)))
        for side, words in _sides(told).items()
    ]
    lead = _("A pair may end early without fault, and nobody reads whose wish it was.")
    return Section("endings", _("Endings"), lead, (_figure(told.figure("planned_end")), *stayed))


def _equity(told: Told) -> Section:
    rows = []
    for side, words in _sides(told).items():
        for stage in STAGES:
            women, men = told.figure(f"{stage}_women", side), told.figure(f"{stage}_men", side)
            counts = [None if one.part is None else _number(one.part) for one in (women, men)]
            everybody = said(told.figure(stage, side))
            rows.append((f"{words}: {DEFINITIONS[stage].label}", (everybody, *counts, said(women))))
    table = Table(
        _("As people describe themselves"),
        ("", _("People"), _("Women"), _("Men"), _("Share of women")),
        tuple(rows),
    )
    law = tuple(
        (
            f"{one.percent} %",
            f"{one.of.text(str(get_locale()))}, {_day(one.since.isoformat())}. {one.law.text(str(get_locale()))}",
        )
        for one in thresholds("boards" if told.facts["form"] == "board" else "equity")
    )
    lead = _("Said by people themselves, for figures and nothing else. Whoever said nothing is in the total.")
    return Section("equity", _("Women and men"), lead, tables=(table,), points=law)


def _answers(told: Told) -> Section:
    rows = []
    for one in told.facts["answers"]:
        whom = f"{MOMENTS[Moment(one['moment'])]}, {AUDIENCES[Audience(one['audience'])]}"
        asked = " – ".join(part for part in (_own(one["words"]), _own(one["part_words"])) if part)
        groups = "; ".join(f"{_group(one, answers)}: {people}" for answers, people in one["groups"])
        rows.append((f"{whom}: {asked}", (groups, _number(sum(people for _answers, people in one["groups"])))))
    if not rows:
        return Section(
            "answers", _("Answers"), _("No answers can be shown: nobody was asked yet, or too few answered.")
        )
    table = Table(_("What people answered"), ("", _("Answers"), _("Who answered")), tuple(rows))
    lead = _("Counted where five or more stand behind each part; smaller parts are put together.")
    return Section("answers", _("Answers"), lead, tables=(table,))


def _group(line: dict[str, Any], answers: list[Any]) -> str:
    words = [_own(one) if isinstance(one, dict) else one or _("no answer") for one in answers]
    if line["kind"] == "many" and line["part"]:
        return (
            _("chosen") if line["part"] in answers or any(isinstance(one, dict) for one in answers) else _("not chosen")
        )
    steps = [one for one in words if one.isdigit()]
    if len(steps) > 1:
        words = [f"{steps[0]}–{steps[-1]}", *(one for one in words if not one.isdigit())]
    return ", ".join(words)


def _reciprocity(told: Told) -> Section:
    if told.sides == ["peer"]:
        sides: tuple[str, ...] = ("peer",)
        columns: tuple[str, ...] = ("", _("People"))
    else:
        sides = ("mentor", "mentee")
        columns = (
            "",
            _("Mentors given"),
            _("Mentees sent"),
            _("Pairs given"),
            _("Pairs received"),
            _("Hours given"),
            _("Hours received"),
        )
    rows = []
    for firm_id, name in told.firms.items():
        cells = [said(told.figure("enrolled", side, firm_id)) for side in sides]
        if len(sides) > 1:
            cells += [said(told.figure(what, side, firm_id)) for what in ("places", "hours") for side in sides]
        rows.append((name, tuple(cells)))
    table = Table(_("What each firm gave and received"), columns, tuple(rows))
    return Section("reciprocity", _("Giving and receiving"), tables=(table,))


def _lessons(told: Told) -> Section:
    points = []
    for kind in LessonKind:
        for one in told.facts["lessons"]:
            if one["kind"] == kind.value:
                theme = THEMES.get(one["theme"])
                about = str(theme.label) if theme else one["theme"]
                words = one["words"]
                if theme and "value" in one["next_time"]:
                    words = _(
                        "%(words)s Next time: %(value)s.",
                        words=words,
                        value=value_words(one["theme"], one["next_time"]["value"]),
                    )
                points.append((f"{LESSON_KINDS[kind]}: {about}", words))
    lead = "" if points else _("No closing review was written yet.")
    return Section("lessons", _("Lessons"), lead, points=tuple(points))


def _timeline(told: Told) -> Section:
    points = tuple(
        (str(PHASES[phase]), _day(day)) for phase, day in ((_phase(one), one[1]) for one in told.facts["phases"])
    )
    return Section("timeline", _("The year"), points=points)


def _phase(one: list[str]) -> Any:
    return next(phase for phase in PHASES if phase.value == one[0])


def _withheld(told: Told) -> Section:
    hidden: dict[str, int] = {}
    for one in told.everything():
        if one.withheld:
            hidden[str(one.definition.label)] = hidden.get(str(one.definition.label), 0) + 1
    lead = _(
        "A figure is withheld where fewer than five people would stand behind it, or more where whoever runs the cohort has "
        "set more. It is also withheld where it could be taken from another figure, another report or another month, and fewer "
        "would be left; and where everybody would turn out to have answered the same. What is not there has the same word, so "
        "that the word gives nothing away."
    )
    points = tuple((label, str(number)) for label, number in hidden.items())
    notes = (
        _(
            "This report was checked beside all that whoever runs the cohort, and each firm that takes part, was shown before."
        ),
    )
    return Section("withheld", _("What is withheld, and why"), lead, points=points, notes=notes)


SECTIONS: tuple[Callable[[Told], Section], ...] = (
    _for_whom,
    _timeline,
    _intake,
    _matching,
    _meetings,
    _goals,
    _endings,
    _equity,
    _answers,
    _reciprocity,
    _lessons,
    _withheld,
)


def sections(told: Told) -> list[Section]:
    return [make(told) for make in SECTIONS]


def title_of(facts: Mapping[str, Any]) -> str:
    """The programme and the cohort."""
    cohort = _("Pilot") if facts["is_pilot"] else _("Cohort %(number)s", number=facts["ordinal"])
    return f"{_own(facts['programme'])}, {cohort}"
