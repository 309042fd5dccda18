"""The pages on which somebody answers a questionnaire, signed in or from a letter."""

from __future__ import annotations

import json

from flask import abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.links import Opened, open_link, page
from marketplace.questionnaires import commands, queries
from marketplace.questionnaires.answering import read_page
from marketplace.questionnaires.designs import Answers, asked, cleaned
from marketplace.questionnaires.jobs import ANSWER_ROUND
from marketplace.questionnaires.models import RoundState
from marketplace.questionnaires.queries import Asked
from marketplace.questionnaires.views.blueprints import bp, by_link, language
from tenants.shared import clock
from tenants.shared.errors import Refused


def _so_far(there: Asked) -> Answers:
    try:
        raw = json.loads(request.form.get("so_far", "") or "{}")
    except ValueError:
        raw = {}
    return cleaned(there.design, raw)


def _show(
    there: Asked,
    action: str,
    at: int = -1,
    answers: Answers | None = None,
    missing: frozenset[str] = frozenset(),
    layout: str = "layouts/workspace.html",
) -> str:
    """Page ``at`` of the questionnaire; -1 is the promise."""
    design = there.design
    if answers is None:
        answers = cleaned(design, there.draft.content) if there.draft else {}
    over = there.answered or there.round.state is not RoundState.open or there.round.closes_at <= clock.now()
    return render_template(
        "questionnaires/answer.html",
        there=there,
        layout=layout,
        design=design,
        action=action,
        at=at,
        over=over,
        questions=asked(design, at, answers) if at >= 0 else (),
        answers=answers,
        so_far=json.dumps(answers),
        missing=missing,
        lang=language(),
    )


def _answer(there: Asked, action: str, layout: str) -> ResponseReturnValue:
    at, design, answers = request.form.get("at", -1, type=int), there.design, _so_far(there)
    if not -1 <= at < len(design.sections):
        abort(404)
    missing: frozenset[str] = frozenset()
    if at >= 0:
        answers, missing = read_page(design, at, answers, request.form)
    over = there.answered or there.round.state is not RoundState.open or there.round.closes_at <= clock.now()
    if at >= 0 and not there.round.anonymous and not over:
        commands.keep_answers(asked=there, answers=answers)
    if request.form.get("to") == "back":
        return _show(there, action, max(at - 1, -1), answers, layout=layout)
    if missing:
        return _show(there, action, at, answers, missing, layout), 422
    ahead = [number for number in range(at + 1, len(design.sections)) if asked(design, number, answers)]
    if ahead:
        return _show(there, action, ahead[0], answers, layout=layout)
    commands.give_answers(asked=there, answers=cleaned(design, answers), now=clock.now())
    return render_template("questionnaires/done.html", there=there, layout=layout)


@bp.get("/<int:round_id>")
def show(round_id: int) -> str:
    there = queries.asked_or_404(g.acting, round_id)
    return _show(there, url_for("questionnaires.answer", round_id=round_id))


@bp.post("/<int:round_id>/answers")
def answer(round_id: int) -> ResponseReturnValue:
    there = queries.asked_or_404(g.acting, round_id, request.form.get("version", type=int))
    return _answer(there, url_for("questionnaires.answer", round_id=round_id), "layouts/workspace.html")


@page(ANSWER_ROUND, signed_in=lambda slug, round_id: f"/{slug}/questionnaires/{round_id}")
def show_by_link(opened: Opened) -> ResponseReturnValue:
    there = queries.asked_or_404(opened.acting, opened.subject_id)
    return _show(there, f"/links/{opened.token}/questionnaire-answers", layout="layouts/page.html")


@by_link.post("/<token>/questionnaire-answers")
def answer_by_link(token: str) -> ResponseReturnValue:
    """The link is not spent: that would write who came, in the same transaction as the answer."""
    opened = open_link(token, ANSWER_ROUND)
    there = queries.asked_or_404(opened.acting, opened.subject_id, request.form.get("version", type=int))
    try:
        return _answer(there, f"/links/{token}/questionnaire-answers", "layouts/page.html")
    except Refused:
        return _show(there, "", layout="layouts/page.html"), 409
