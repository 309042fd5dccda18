"""Pages of a mentoring request: ask, answer, confirm."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.directory.faces import card_faces
from marketplace.directory.queries import interests_of, similar_mentors
from marketplace.mentorships.queries import mentorship_of, mentorship_or_404
from marketplace.mentorships.queries import words as words_of_pair
from marketplace.requests import commands, faces, jobs, policy, queries
from marketplace.requests.forms import (
    ASKED_KINDS,
    BRING_LEAST,
    GOAL_LEAST,
    WHY_LEAST,
    AcceptForm,
    AnswerForm,
    AskForm,
    ConcernForm,
    ConfirmForm,
    DeclineForm,
    QuestionForm,
    RefusalForm,
    TalkForm,
    WithdrawForm,
)
from marketplace.requests.models import MentoringRequest, MessageKind, RequestState
from marketplace.requests.queries import AskedMentor, Seen
from marketplace.requests.states import ANSWER_WITHIN
from marketplace.requests.words import CONCERNS, STATES
from marketplace.vocabulary import CADENCES, DECLINE_REASONS, FORMS, SKILLS
from tenants.shared import clock

bp = Blueprint("requests", __name__)

CLOCK_JOBS = jobs
"""Named here so that the worker, which knows the product by its pages, registers them."""


def _allow_or_404(allowed: bool) -> None:
    if not allowed:
        abort(404)


# --- asking ---------------------------------------------------------------------------------------------------------


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


# --- lists ----------------------------------------------------------------------------------------------------------


@bp.get("/")
def index() -> str:
    before = request.args.get("before", type=int)
    in_progress = queries.requests_in_progress(g.acting) if before is None else []
    finished = queries.finished_requests(g.acting, before)
    more = finished[queries.PAGE - 1].asked.id if len(finished) > queries.PAGE else None
    return render_template(
        "requests/index.html",
        waiting=[seen for seen in in_progress if seen.yours],
        open=[seen for seen in in_progress if not seen.yours and seen.asked.state is not RequestState.draft],
        drafts=[seen for seen in in_progress if seen.asked.state is RequestState.draft],
        finished=finished[: queries.PAGE],
        more=more,
        before=before,
        to_approve=len(queries.requests_to_approve(g.acting)) if before is None else 0,
        may_see_concerns=policy.may_see_concerns(g.acting),
        item=faces.list_item,
    )


# --- one request ----------------------------------------------------------------------------------------------------


def _page(seen: Seen, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    asked = seen.asked
    card = similar = None
    if seen.viewer_is_mentee and asked.state in {RequestState.declined, RequestState.expired}:
        card = queries.card_of_mentor(g.acting, asked)
        in_hand = {one.mentor_id for one in queries.requests_in_hand(g.acting)}
        mentors = [m for m in similar_mentors(g.acting, card, limit=6) if m.mentor_id not in in_hand][:3]
        interests = interests_of(g.acting)
        similar = card_faces(mentors, interests, slug=g.acting.slug, locale=str(get_locale()), now=clock.now())
    answers: dict[str, Any] = {
        "accept_form": AcceptForm(formdata=None, prefix="accept"),
        "question_form": QuestionForm(formdata=None),
        "decline_form": DeclineForm(formdata=None, prefix="decline"),
        "answer_form": AnswerForm(formdata=None),
        "confirm_form": ConfirmForm(formdata=None),
    }
    talk = queries.talk_of(g.acting, seen, clock.now())
    answers["talk_form"] = faces.talk_form(talk, queries.contacts(g.acting, asked).get(g.acting.person_id, ""))
    if seen.yours and "confirm_form" not in forms and "accept_form" not in forms:
        mine = queries.own_address(g.acting)
        answers["accept_form"].contact.data = answers["confirm_form"].contact.data = mine
    page = render_template(
        "requests/show.html",
        **faces.scene(
            seen, g.acting, queries.conversation(g.acting, asked), queries.employers_answer(g.acting, asked), talk=talk
        ),
        **(answers | forms),
        urls={
            name: url_for(f"requests.{name}", request_id=asked.id)
            for name in ("accept", "ask_for_more", "decline", "answer", "confirm", "ask_for_talk", "answer_talk")
        },
        mentee_profile=queries.mentee_profile(g.acting, asked.org_id, asked.mentee_id, asked.mentee_person_id)
        if not seen.viewer_is_mentee
        else None,
        may_withdraw=policy.may_withdraw(g.acting, asked) and asked.state in faces.WITHDRAWABLE,
        may_resend=card is not None and queries.may_resend_now(g.acting, asked),
        mentor_is_seen=card is not None,
        may_report=policy.may_report(g.acting, asked),
        mentorship_id=mentorship_of(g.acting, asked) if asked.state is RequestState.confirmed else None,
        similar=similar,
    )
    return page, status


@bp.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    if seen.asked.state is RequestState.draft:
        return redirect(url_for("requests.new", mentor_id=seen.asked.mentor_id), 303)
    return _page(seen)


def _back(seen: Seen) -> ResponseReturnValue:
    return redirect(url_for("requests.show", request_id=seen.asked.id), 303)


@bp.post("/<int:request_id>/acceptance")
def accept(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = AcceptForm(prefix="accept")
    if not form.validate_on_submit():
        return _page(seen, status=422, accept_form=form)
    commands.accept_request(
        acting=g.acting,
        seen=seen,
        words=form.words.data,
        contact=form.contact.data,
        talk_first=form.talk_first.data,
        now=clock.now(),
    )
    return _back(seen)


@bp.post("/<int:request_id>/question")
def ask_for_more(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = QuestionForm()
    if not form.validate_on_submit():
        return _page(seen, status=422, question_form=form)
    commands.ask_for_more(acting=g.acting, seen=seen, question=form.question.data, now=clock.now())
    return _back(seen)


@bp.post("/<int:request_id>/decline")
def decline(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = DeclineForm(prefix="decline")
    if not form.validate_on_submit():
        return _page(seen, status=422, decline_form=form)
    commands.decline_request(
        acting=g.acting, seen=seen, reason=form.reason.data, words=form.words.data, now=clock.now()
    )
    return _back(seen)


@bp.post("/<int:request_id>/answer")
def answer(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(seen, status=422, answer_form=form)
    commands.answer_question(acting=g.acting, seen=seen, answer=form.answer.data, now=clock.now())
    return _back(seen)


@bp.post("/<int:request_id>/confirmation")
def confirm(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page(seen, status=422, confirm_form=form)
    mentorship = commands.confirm_request(acting=g.acting, seen=seen, contact=form.contact.data, now=clock.now())
    return redirect(url_for("mentorships.show", mentorship_id=mentorship.id), 303)


@bp.post("/<int:request_id>/chemistry-meeting")
def ask_for_talk(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    commands.ask_for_talk(acting=g.acting, seen=seen, now=clock.now())
    return redirect(url_for("talks.new", request_id=request_id), 303)


@bp.post("/<int:request_id>/chemistry-answer")
def answer_talk(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = TalkForm()
    if not form.validate_on_submit():
        return _page(seen, status=422, talk_form=form)
    goes_on = form.goes_on.data == "yes"
    commands.answer_talk(acting=g.acting, seen=seen, goes_on=goes_on, contact=form.contact.data, now=clock.now())
    flash(_("Your answer is kept. Nobody else reads it."), "ok")
    return _back(seen)


@bp.route("/<int:request_id>/withdrawal", methods=["GET", "POST"])
def withdraw(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    if not policy.may_withdraw(g.acting, seen.asked):
        abort(403)
    if request.method == "GET" and seen.asked.state not in faces.WITHDRAWABLE:
        return _back(seen)
    form = WithdrawForm()
    if form.validate_on_submit():
        commands.withdraw_request(acting=g.acting, seen=seen, words=form.words.data, now=clock.now())
        return _back(seen)
    page = render_template("requests/withdrawal.html", seen=seen, form=form)
    return page, 422 if request.method == "POST" else 200


@bp.post("/<int:request_id>/resending")
def resend(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    mentor = queries.askable_mentor_or_404(g.acting, seen.asked.mentor_id)
    asked = commands.resend_request(acting=g.acting, seen=seen, mentor=mentor, now=clock.now())
    flash(_("Your request is on its way to %(name)s.", name=mentor.first_name), "ok")
    return redirect(url_for("requests.show", request_id=asked.id), 303)


@bp.route("/<int:request_id>/removal", methods=["GET", "POST"])
def discard(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    if not policy.may_discard(g.acting, seen.asked):
        abort(403)
    if request.method == "GET":
        if seen.asked.state is not RequestState.draft:
            return _back(seen)
        return render_template("requests/removal.html", seen=seen)
    commands.discard_draft(acting=g.acting, seen=seen)
    flash(_("The draft is gone."), "ok")
    return redirect(url_for("requests.index"), 303)


# --- the employer ---------------------------------------------------------------------------------------------------


def _approvals_page(
    *, status: int = 200, wrong: int | None = None, form: RefusalForm | None = None
) -> ResponseReturnValue:
    page = render_template(
        "requests/approvals.html",
        waiting=queries.requests_to_approve(g.acting),
        decided=queries.decided_requests(g.acting),
        form=form or RefusalForm(formdata=None),
        wrong=wrong,
        states=STATES,
    )
    return page, status


@bp.get("/approvals")
def approvals() -> ResponseReturnValue:
    _allow_or_404(policy.may_see_approvals(g.acting))
    return _approvals_page()


@bp.post("/<int:request_id>/approval")
def approve(request_id: int) -> ResponseReturnValue:
    seen = queries.approval_or_404(g.acting, request_id)
    commands.approve_request(acting=g.acting, seen=seen, now=clock.now())
    flash(_("The request of %(name)s goes to the mentor.", name=seen.mentee.name), "ok")
    return redirect(url_for("requests.approvals"), 303)


@bp.post("/<int:request_id>/refusal")
def refuse(request_id: int) -> ResponseReturnValue:
    seen = queries.approval_or_404(g.acting, request_id)
    form = RefusalForm()
    if not form.validate_on_submit():
        return _approvals_page(status=422, wrong=request_id, form=form)
    commands.refuse_request(acting=g.acting, seen=seen, reason=form.reason.data, now=clock.now())
    flash(_("%(name)s was told, with your reason.", name=seen.mentee.name), "ok")
    return redirect(url_for("requests.approvals"), 303)


# --- concerns -------------------------------------------------------------------------------------------------------


@bp.route("/<int:request_id>/concern", methods=["GET", "POST"])
def report(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    _allow_or_404(policy.may_report(g.acting, seen.asked))
    form = ConcernForm()
    if form.validate_on_submit():
        commands.report_concern(
            acting=g.acting, seen=seen, reason=form.reason.data, words=form.words.data, now=clock.now()
        )
        flash(_("Your concern has been passed on. %(name)s is not told.", name=seen.other.first_name), "ok")
        return _back(seen)
    page = render_template("requests/concern.html", seen=seen, form=form)
    return page, 422 if request.method == "POST" else 200


@bp.get("/concerns")
def concerns() -> str:
    _allow_or_404(policy.may_see_concerns(g.acting))
    return render_template("requests/concerns.html", concerns=queries.concerns(g.acting), reasons=CONCERNS)


@bp.post("/concerns/<int:concern_id>/handling")
def handle(concern_id: int) -> ResponseReturnValue:
    concern = queries.concern_or_404(g.acting, concern_id)
    commands.handle_concern(acting=g.acting, concern=concern, now=clock.now())
    return redirect(url_for("requests.concerns"), 303)


@bp.app_template_filter("cadence")
def cadence(slug: str | None) -> str:
    """A cadence as the reader calls it."""
    return CADENCES.label(slug, str(get_locale())) if slug and slug in CADENCES else ""


@bp.app_template_filter("mentoring_form")
def form_words(slug: str | None) -> str:
    return FORMS.label(slug, str(get_locale())) if slug and slug in FORMS else ""


@bp.app_template_filter("lines")
def lines(text: str) -> Markup:
    """What somebody typed, with its line breaks and no markup of its own."""
    return Markup("<br>").join(text.split("\n"))


@bp.app_template_filter("decline_reason")
def decline_reason(slug: str) -> str:
    """A mentor's reason as the reader's language puts it."""
    return DECLINE_REASONS.label(slug, str(get_locale())) if slug in DECLINE_REASONS else ""


@bp.app_template_filter("skill_labels")
def skill_labels(slugs: list[str]) -> list[str]:
    return [SKILLS.label(slug, str(get_locale())) for slug in slugs if slug in SKILLS]
