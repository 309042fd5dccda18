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
from marketplace.pairing.queries import Stage
from marketplace.programmes.modalities import Form
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
    if mentor.cohort is not None and mentor.cohort.form is Form.peer:
        form.why_you.label.text = _("Why %(name)s?", name=mentor.first_name)
    return form


def _places(mentor: AskedMentor) -> dict[str, str]:
    """Where one asks this mentor: at their page, or in the cohort where one meets them."""
    if mentor.cohort is None:
        at: dict[str, Any] = {"mentor_id": mentor.mentor_id}
        return {
            "new": url_for("requests.new", **at),
            "send": url_for("requests.send", **at),
            "draft": url_for("requests.save_draft", **at),
            "back": url_for("directory.show", **at),
        }
    at = {"cohort_id": mentor.cohort.id, "enrolment_id": mentor.enrolment_id}
    return {
        "new": url_for("requests.new_in_cohort", **at),
        "send": url_for("requests.send_in_cohort", **at),
        "draft": url_for("requests.save_draft_in_cohort", **at),
        "back": url_for("pairing.show", **at),
    }


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
        urls=_places(mentor),
        form=form,
        draft=draft,
        already=already,
        least=dict(zip((kind.value for kind in ASKED_KINDS), (GOAL_LEAST, WHY_LEAST, BRING_LEAST), strict=True)),
        weeks=ANSWER_WITHIN.days // 7,
        left=faces.myself(g.acting),
        right=faces.mentor_face(mentor, g.acting.slug),
    )
    return page, status


def _new(mentor: AskedMentor) -> ResponseReturnValue:
    asked = queries.request_in_hand(g.acting, mentor.person_id)
    if asked is not None and asked.state is not RequestState.draft:
        return redirect(url_for("requests.show", request_id=asked.id), 303)
    return _ask_page(mentor, _ask_form(mentor, asked), asked)


def _send(mentor: AskedMentor) -> ResponseReturnValue:
    form = _ask_form(mentor, None)
    if not form.validate_on_submit():
        return _ask_page(mentor, form, queries.request_in_hand(g.acting, mentor.person_id), status=422)
    try:
        asked = commands.send_request(
            acting=g.acting, mentor=mentor, words=form.words(), **form.kept(), now=clock.now()
        )
    except commands.AlreadyAsked as error:
        return _already_asked(mentor, error)
    if asked.state is RequestState.awaiting_employer:
        flash(_("Your request is with your employer first."), "ok")
    else:
        flash(_("Your request is on its way to %(name)s.", name=mentor.first_name), "ok")
    return redirect(url_for("requests.show", request_id=asked.id), 303)


def _save_draft(mentor: AskedMentor) -> ResponseReturnValue:
    """The autosave; nothing is checked but the lengths, for a thought half written is worth keeping."""
    form = _ask_form(mentor, None)
    try:
        commands.save_draft(acting=g.acting, mentor=mentor, words=form.words(), **form.kept(), now=clock.now())
    except commands.AlreadyAsked as error:
        return _already_asked(mentor, error)
    if request.headers.get("HX-Request"):
        return "", 204
    flash(_("Your draft is kept. Nobody else sees it."), "ok")
    return redirect(_places(mentor)["new"], 303)


def _already_asked(mentor: AskedMentor, error: commands.AlreadyAsked) -> ResponseReturnValue:
    """The form again, with what was typed, and the way to the request that there is."""
    return _ask_page(mentor, _ask_form(mentor, None), None, status=409, already=error.asked.id)


def new(mentor_id: int) -> ResponseReturnValue:
    return _new(queries.askable_mentor_or_404(g.acting, mentor_id))


def send(mentor_id: int) -> ResponseReturnValue:
    return _send(queries.askable_mentor_or_404(g.acting, mentor_id))


def save_draft(mentor_id: int) -> ResponseReturnValue:
    return _save_draft(queries.askable_mentor_or_404(g.acting, mentor_id))


def new_in_cohort(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    mentor = queries.mentor_in_cohort_or_404(g.acting, cohort_id, enrolment_id)
    if mentor.stage is not Stage.open:
        return redirect(url_for("pairing.index", cohort_id=cohort_id), 303)
    return _new(mentor)


def send_in_cohort(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return _send(queries.mentor_in_cohort_or_404(g.acting, cohort_id, enrolment_id))


def save_draft_in_cohort(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return _save_draft(queries.mentor_in_cohort_or_404(g.acting, cohort_id, enrolment_id))


@bp.errorhandler(commands.AlreadyAsked)
def show_already_asked(error: commands.AlreadyAsked) -> ResponseReturnValue:
    return _already_asked(queries.askable_again_or_404(g.acting, error.asked), error)


@bp.record
def put_under_the_mentor(state: BlueprintSetupState) -> None:
    """One asks at the mentor's own address, or at the place where one meets them in a cohort; both outside this blueprint's."""
    place = "/<organisation>/mentors/<int:mentor_id>/requests"
    met = "/<organisation>/cohorts/<int:cohort_id>/matching/<int:enrolment_id>/requests"
    for rule, endpoint, view, method in (
        (f"{place}/new", "new", new, "GET"),
        (place, "send", send, "POST"),
        (f"{place}/draft", "save_draft", save_draft, "POST"),
        (f"{met}/new", "new_in_cohort", new_in_cohort, "GET"),
        (met, "send_in_cohort", send_in_cohort, "POST"),
        (f"{met}/draft", "save_draft_in_cohort", save_draft_in_cohort, "POST"),
    ):
        state.app.add_url_rule(rule, f"{bp.name}.{endpoint}", view, methods=[method])
