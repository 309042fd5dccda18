"""What came of a round: figures as far as they may be shown, words, and, of a round with names, who answered what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, g, render_template
from flask_babel import gettext as _

from marketplace.programmes.queries import run_cohort_or_404
from marketplace.questionnaires import queries
from marketplace.questionnaires.designs import Design, Question
from marketplace.questionnaires.models import RoundState
from marketplace.questionnaires.results import NO_ANSWER, Line, Results, results_of
from marketplace.questionnaires.views.blueprints import language, of_cohort
from marketplace.questionnaires.words import AUDIENCES, MOMENTS, STATES


@dataclass(frozen=True, slots=True)
class Bar:
    """A group of answers: what they are called, how many gave one of them, and their share of all in per cent."""

    label: str
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with what may be shown of it. ``lines``: (what the line is called, its bars); no bars: withheld."""

    question: Question
    lines: Sequence[tuple[str, Sequence[Bar]]]
    words: Sequence[str] = ()


def group_words(question: Question, answers: Sequence[str], lang: str) -> str:
    """ "1–2", "3, or no answer", "Time, Too alike, or no answer"."""
    options = {one.key: one.words.text(lang) for one in question.options}
    steps = sorted(int(one) for one in answers if one.isdigit())
    if question.options:
        said = " · ".join(options.get(one, one) for one in answers if one != NO_ANSWER)
    else:
        said = f"{steps[0]}–{steps[-1]}" if len(steps) > 1 else "".join(map(str, steps))
    if NO_ANSWER not in answers:
        return said
    return _("%(answers)s, or no answer", answers=said) if said else _("No answer")


def _bars(question: Question, line: Line | None, lang: str) -> list[Bar]:
    groups = line.groups if line else ()
    if line and question.kind == "many":
        groups = tuple(one for one in groups if NO_ANSWER not in one.answers)
    return [
        Bar(group_words(question, one.answers, lang), one.people, 100 * one.people / line.people)
        for one in groups
        if line
    ]


def _shown(question: Question, results: Results, lang: str) -> Shown:
    parts = {"many": question.options, "matrix": question.rows}.get(question.kind)
    found = results.lines
    if question.kind == "words":
        return Shown(question, (), results.words.get(question.key, ()))
    if parts is None:
        return Shown(question, [("", _bars(question, found.get((question.key, "")), lang))])
    return Shown(
        question, [(one.words.text(lang), _bars(question, found.get((question.key, one.key)), lang)) for one in parts]
    )


@of_cohort.get("/rounds/<int:round_id>/results")
def results(cohort_id: int, round_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    run = queries.round_run_or_404(seen, round_id)
    design, lang = queries.design_of(run.round), language()
    found = results_of(seen, run.round)
    return render_template(
        "questionnaires/results.html",
        seen=seen,
        run=run,
        one=run.round,
        found=found,
        sections=[
            (section.title.text(lang), [_shown(one, found, lang) for one in section.questions])
            for section in design.sections
        ],
        moments=MOMENTS,
        audiences=AUDIENCES,
        states=STATES,
        lang=lang,
    )


def _said(question: Question, value: object, lang: str) -> str:
    """One answer in words."""
    options: dict[str, str] = {one.key: one.words.text(lang) for one in (*question.options, *question.rows)}
    if isinstance(value, dict):
        return " · ".join(f"{options.get(key, key)}: {step}" for key, step in value.items())
    if isinstance(value, list):
        many = [str(options.get(one, one)) for one in value]
        return (
            " · ".join(f"{n}. {one}" for n, one in enumerate(many, 1))
            if question.kind == "ranking"
            else " · ".join(many)
        )
    return options.get(str(value), str(value))


def answer_lines(design: Design, content: dict[str, object], lang: str) -> list[tuple[str, str]]:
    """(question, answer) of everything that somebody answered."""
    asked = (one for section in design.sections for one in section.questions)
    return [(one.words.text(lang), _said(one, content[one.key], lang)) for one in asked if one.key in content]


@of_cohort.get("/rounds/<int:round_id>/answers")
def answers(cohort_id: int, round_id: int) -> str:
    """Of a round with names, as its promise says: those who run the programme read what was sent."""
    seen = run_cohort_or_404(g.acting, cohort_id)
    run = queries.round_run_or_404(seen, round_id)
    if run.round.anonymous or run.round.state not in (RoundState.open, RoundState.closed):
        abort(404)
    design, lang = queries.design_of(run.round), language()
    given = [(name, answer_lines(design, content, lang)) for name, content in queries.named_answers(seen, run.round)]
    return render_template(
        "questionnaires/answers.html",
        seen=seen,
        one=run.round,
        given=given,
        moments=MOMENTS,
        audiences=AUDIENCES,
    )
