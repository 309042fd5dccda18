"""Introductions: asked for by those who fill seats, answered by candidates; in a network those it was asked to help with."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.visibility import introduction_commands as commands
from marketplace.visibility import introduction_queries as queries
from marketplace.visibility.introduction_forms import AnswerForm, AppointmentForm, IntroductionForm, OutcomeForm
from marketplace.visibility.introduction_queries import Meeting
from marketplace.visibility.models import IntroductionState
from marketplace.visibility.queries import cards_of, network_or_404
from marketplace.visibility.words import STATE_WORDS
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("introductions", __name__)


@bp.before_request
def only_those_in_them() -> None:
    if g.acting is None or (g.acting.in_network and not g.acting.coordinates):
        abort(404)


@bp.after_request
def keep_nothing(response: Response) -> Response:
    """A name may be on it that is taken back tomorrow."""
    response.headers["Cache-Control"] = "no-store, private"
    return response


@bp.get("/")
def index() -> str:
    found = queries.introductions(g.acting)
    return render_template(
        "introductions/index.html",
        parts={one: [each for each in found if each.relation == one] for one in ("candidate", "seeker", "network")},
        states=STATE_WORDS,
        locale_name=str(get_locale()),
    )


def _new_page(network_id: int, card_id: int, form: IntroductionForm) -> str:
    network = network_or_404(g.acting, network_id)
    card = cards_of(network_id, [card_id])
    if not card:
        abort(404)
    return render_template(
        "introductions/new.html", network=network, card=card[0], form=form, locale_name=str(get_locale())
    )


@bp.get("/new/<int:network_id>/<int:card_id>")
def new(network_id: int, card_id: int) -> ResponseReturnValue:
    given = {"specification": request.args.get("specification", "")[:19], "seat": request.args.get("seat", "")[:160]}
    return _new_page(network_id, card_id, IntroductionForm(formdata=None, data=given))


@bp.post("/new/<int:network_id>/<int:card_id>/question")
def ask(network_id: int, card_id: int) -> ResponseReturnValue:
    form = IntroductionForm()
    if not form.validate_on_submit():
        return _new_page(network_id, card_id, form), 422
    network_or_404(g.acting, network_id)
    introduction_id = commands.ask_introduction(
        acting=g.acting,
        network_id=network_id,
        card_id=card_id,
        seat=form.seat.data or "",
        message=form.message.data or "",
        specification_id=form.specification_id,
        now=clock.now(),
    )
    return _back(network_id, introduction_id, _("Asked. The candidate has two weeks to answer."))


@bp.get("/<int:network_id>/<int:introduction_id>")
def show(network_id: int, introduction_id: int) -> ResponseReturnValue:
    return _page(_meeting(network_id, introduction_id))


@bp.get("/<int:network_id>/<int:introduction_id>/standing")
def standing(network_id: int, introduction_id: int) -> ResponseReturnValue:
    """An open page asks whether it still says what is so, and is loaded again where it does not."""
    response = make_response("", 204)
    if _meeting(network_id, introduction_id).state.value != request.args.get("state"):
        response.headers["HX-Refresh"] = "true"
    return response


@bp.post("/<int:network_id>/<int:introduction_id>/answer")
def answer(network_id: int, introduction_id: int) -> ResponseReturnValue:
    meeting, form = _meeting(network_id, introduction_id, "candidate"), AnswerForm()
    said = request.form.get("answer", "")
    if not form.validate_on_submit() or said not in {"yes", "no"}:
        return _page(meeting, answer_form=form), 422
    commands.answer(meeting=meeting, yes=said == "yes", word=form.word.data or "", now=clock.now())
    done = _("%(organisation)s knows who you are now.", organisation=meeting.organisation)
    return _back(network_id, introduction_id, done if said == "yes" else _("Declined. Your name was not given."))


@bp.post("/<int:network_id>/<int:introduction_id>/withdrawal")
def withdraw(network_id: int, introduction_id: int) -> ResponseReturnValue:
    meeting = _meeting(network_id, introduction_id, "candidate", "seeker")
    commands.withdraw(acting=g.acting, meeting=meeting, now=clock.now())
    return _back(network_id, introduction_id, _("Taken back."))


@bp.post("/<int:network_id>/<int:introduction_id>/outcome")
def settle(network_id: int, introduction_id: int) -> ResponseReturnValue:
    meeting, form = _meeting(network_id, introduction_id, "seeker"), OutcomeForm().offer()
    if not form.validate_on_submit():
        return _page(meeting, outcome_form=form), 422
    commands.settle(acting=g.acting, meeting=meeting, outcome=IntroductionState(form.outcome.data), now=clock.now())
    return _back(network_id, introduction_id, _("Kept. %(name)s is asked whether it is so.", name=meeting.name))


@bp.post("/<int:network_id>/<int:introduction_id>/confirmation")
def confirm(network_id: int, introduction_id: int) -> ResponseReturnValue:
    meeting = _meeting(network_id, introduction_id, "candidate")
    if meeting.state not in queries.OUTCOMES:
        raise Refused(_("This introduction has moved on meanwhile."))
    mandate = None
    if meeting.state is IntroductionState.appointed:
        form = AppointmentForm().offer()
        if not form.validate_on_submit():
            return _page(meeting, appointment_form=form), 422
        mandate = form.values()
    commands.confirm(acting=g.acting, meeting=meeting, mandate=mandate, now=clock.now())
    done = _("Confirmed. The mandate is in your dossier.") if mandate else _("Confirmed.")
    return _back(network_id, introduction_id, done)


@bp.post("/<int:network_id>/<int:introduction_id>/contradiction")
def contradict(network_id: int, introduction_id: int) -> ResponseReturnValue:
    meeting = _meeting(network_id, introduction_id, "candidate")
    commands.contradict(meeting=meeting, now=clock.now())
    said = _("%(organisation)s is told that it is not so.", organisation=meeting.organisation)
    return _back(network_id, introduction_id, said)


@bp.post("/<int:network_id>/<int:introduction_id>/help")
def ask_help(network_id: int, introduction_id: int) -> ResponseReturnValue:
    meeting = _meeting(network_id, introduction_id, "candidate")
    commands.ask_for_help(meeting=meeting, now=clock.now())
    said = _("%(network)s is asked to help, and knows of this introduction now.", network=meeting.network)
    return _back(network_id, introduction_id, said)


@bp.post("/<int:network_id>/<int:introduction_id>/facilitation")
def take_up(network_id: int, introduction_id: int) -> ResponseReturnValue:
    meeting = _meeting(network_id, introduction_id, "network")
    commands.take_up(acting=g.acting, meeting=meeting, now=clock.now())
    return _back(network_id, introduction_id, _("Both sides read that you help."))


# --- what these pages are made of ---------------------------------------------------------------------------------------


def _meeting(network_id: int, introduction_id: int, *relations: str) -> Meeting:
    meeting = queries.introduction_or_404(g.acting, network_id, introduction_id)
    if relations and meeting.relation not in relations:
        abort(404)
    return meeting


def _back(network_id: int, introduction_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for(".show", network_id=network_id, introduction_id=introduction_id), 303)


def _page(
    meeting: Meeting,
    *,
    answer_form: AnswerForm | None = None,
    outcome_form: OutcomeForm | None = None,
    appointment_form: AppointmentForm | None = None,
) -> str:
    own = {"organisation_name": "" if meeting.search_firm else meeting.organisation}
    return render_template(
        "introductions/show.html",
        one=meeting,
        states=STATE_WORDS,
        outcomes=queries.OUTCOMES,
        locale_name=str(get_locale()),
        answer_form=answer_form or AnswerForm(formdata=None),
        outcome_form=outcome_form or OutcomeForm(formdata=None).offer(),
        appointment_form=appointment_form or AppointmentForm(formdata=None, data=own).offer(),
    )
