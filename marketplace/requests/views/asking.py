"""The mentee asks: the form, its draft, and sending it."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.mentorships.queries import mentorship_or_404
from marketplace.mentorships.queries import words as words_of_pair
from marketplace.requests import commands, faces, queries
from marketplace.requests.forms import (
    ASKED_KINDS,
    BRING_LEAST,
    GOAL_LEAST,
    WHY_LEAST,
    AskForm,
)
from marketplace.requests.models import MentoringRequest, MessageKind, RequestState
from marketplace.requests.queries import AskedMentor
from marketplace.requests.states import ANSWER_WITHIN
from marketplace.requests.views.blueprint import bp
from marketplace.vocabulary import SKILLS
from tenants.shared import clock


def _ask_form(mentor: AskedMentor, draft: MentoringRequest | None) -> AskForm:
    form = AskForm(data=_prefill(mentor, draft))
    form.fill_choices(_forms_offered(mentor))
    return form


def _forms_offered(mentor: AskedMentor) -> list[str]:
    return [slug for slug in mentor.forms if slug] or ["cross_company"]


def _prefill(mentor: AskedMentor, draft: MentoringRequest | None) -> dict[str, Any]:
    forms = _forms_offered(mentor)
    values: dict[str, Any] = {
        "cadence": mentor.cadence or "monthly",
        "form": "cross_company" if "cross_company" in forms else forms[0],
    }
    if request.method == "POST":
        return values
    if draft is not None:
        values |= {"cadence": draft.cadence or values["cadence"], "form": draft.form}
        written = queries.written_words(g.acting, draft)
        return values | {kind.value: message.body for kind, message in written.items()}
    goal = _goal_of(request.args.get("after", type=int))
    profile = queries.mentee_profile(g.acting, g.acting.org_id, g.acting.affiliation_id, g.acting.person_id)
    if goal:
        values |= {"goal": goal, "what_i_bring": profile.experience if profile else ""}
    elif profile is not None:
        locale = str(get_locale())
        goals = [SKILLS.label(slug, locale) for slug in profile.goals if slug in SKILLS]
        hope = [_("I would like to work on: %(goals)s.", goals=", ".join(goals))] if goals else []
        values |= {"goal": "\n\n".join([*hope, profile.seeking]).strip(), "what_i_bring": profile.experience}
    return values


def _goal_of(mentorship_id: int | None) -> str:
    """The goal of an earlier mentorship of the reader's, which they bring along to the next mentor."""
    if not mentorship_id:
        return ""
    pair = mentorship_or_404(g.acting, mentorship_id)
    written = words_of_pair(g.acting, pair)
    mine = (message.body for message in written if message.kind is MessageKind.goal)
    return next(mine, "") if pair.seen.viewer_is_mentee else ""


def _ask_page(
    mentor: AskedMentor, form: AskForm, draft: MentoringRequest | None, *, status: int = 200, already: int | None = None
) -> ResponseReturnValue:
    page = render_template(
        "requests/new.html",
        mentor=mentor,
        form=form,
        draft=draft,
        already=already,
        least=dict(zip((kind.value for kind in ASKED_KINDS), (GOAL_LEAST, WHY_LEAST, BRING_LEAST), strict=True)),
        weeks=ANSWER_WITHIN.days // 7,
        left=faces.myself(g.acting),
        right=faces.mentor_face(mentor, g.acting.slug),
    )
    return page, status


def new(mentor_id: int) -> ResponseReturnValue:
    mentor = queries.askable_mentor_or_404(g.acting, mentor_id)
    asked = queries.request_in_hand(g.acting, mentor.person_id)
    if asked is not None and asked.state is not RequestState.draft:
        return redirect(url_for("requests.show", request_id=asked.id), 303)
    return _ask_page(mentor, _ask_form(mentor, asked), asked)


def send(mentor_id: int) -> ResponseReturnValue:
    mentor = queries.askable_mentor_or_404(g.acting, mentor_id)
    form = _ask_form(mentor, None)
    if not form.validate_on_submit():
        return _ask_page(mentor, form, queries.request_in_hand(g.acting, mentor.person_id), status=422)
    asked = commands.send_request(acting=g.acting, mentor=mentor, words=form.words(), **form.kept(), now=clock.now())
    if asked.state is RequestState.awaiting_employer:
        flash(_("Your request is with your employer first."), "ok")
    else:
        flash(_("Your request is on its way to %(name)s.", name=mentor.first_name), "ok")
    return redirect(url_for("requests.show", request_id=asked.id), 303)


@bp.errorhandler(commands.AlreadyAsked)
def show_already_asked(error: commands.AlreadyAsked) -> ResponseReturnValue:
    """The form again, with what was typed, and the way to the request that there is."""
    mentor = queries.askable_mentor_or_404(g.acting, error.asked.mentor_id)
    return _ask_page(mentor, _ask_form(mentor, None), None, status=409, already=error.asked.id)


def save_draft(mentor_id: int) -> ResponseReturnValue:
    """The autosave; nothing is checked but the lengths, for a thought half written is worth keeping."""
    mentor = queries.askable_mentor_or_404(g.acting, mentor_id)
    form = _ask_form(mentor, None)
    commands.save_draft(acting=g.acting, mentor=mentor, words=form.words(), **form.kept(), now=clock.now())
    if request.headers.get("HX-Request"):
        return "", 204
    flash(_("Your draft is kept. Nobody else sees it."), "ok")
    return redirect(url_for("requests.new", mentor_id=mentor_id), 303)


@bp.record
def put_under_the_mentor(state: BlueprintSetupState) -> None:
    """One asks at the mentor's own address, which is outside this blueprint's."""
    place = "/<organisation>/mentors/<int:mentor_id>/requests"
    for rule, endpoint, view, method in (
        (f"{place}/new", "new", new, "GET"),
        (place, "send", send, "POST"),
        (f"{place}/draft", "save_draft", save_draft, "POST"),
    ):
        state.app.add_url_rule(rule, f"{bp.name}.{endpoint}", view, methods=[method])
