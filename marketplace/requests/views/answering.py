"""Lists of requests, and one of them: answered, confirmed, taken back."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.directory.faces import card_faces
from marketplace.directory.queries import interests_of, similar_mentors
from marketplace.mentorships.queries import mentorship_of
from marketplace.pairing.queries import of_cohort
from marketplace.requests import commands, faces, policy, queries
from marketplace.requests.forms import (
    AcceptForm,
    AnswerForm,
    ConfirmForm,
    DeclineForm,
    QuestionForm,
    TalkForm,
    WithdrawForm,
)
from marketplace.requests.models import MentoringRequest, RequestState
from marketplace.requests.queries import Seen
from marketplace.requests.views.blueprint import back_to, bp
from tenants.shared import clock


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
    of = of_cohort(g.acting, asked)
    card = similar = None
    if (
        asked.cohort_id is None
        and seen.viewer_is_mentee
        and asked.state in {RequestState.declined, RequestState.expired}
    ):
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
            seen,
            g.acting,
            queries.conversation(g.acting, asked),
            queries.employers_answer(g.acting, asked),
            talk=talk,
            of_cohort=of,
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
        may_resend=_may_resend(asked, card is not None),
        mentor_is_seen=card is not None,
        may_report=policy.may_report(g.acting, asked),
        mentorship_id=mentorship_of(g.acting, asked) if asked.state is RequestState.confirmed else None,
        similar=similar,
    )
    return page, status


def _may_resend(asked: MentoringRequest, seen_in_directory: bool) -> bool:
    if asked.state is not RequestState.expired or not (seen_in_directory or asked.cohort_id):
        return False
    return queries.may_resend_now(g.acting, asked) and (
        seen_in_directory or (queries.may_be_asked_again(g.acting, asked) and not queries.was_proposed(asked))
    )


@bp.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    if seen.asked.state is RequestState.draft and seen.asked.cohort_id is not None:
        mentor = queries.askable_again_or_404(g.acting, seen.asked)
        at: dict[str, Any] = {"cohort_id": seen.asked.cohort_id, "enrolment_id": mentor.enrolment_id}
        return redirect(url_for("requests.new_in_cohort", **at), 303)
    if seen.asked.state is RequestState.draft:
        return redirect(url_for("requests.new", mentor_id=seen.asked.mentor_id), 303)
    return _page(seen)


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
    return back_to(seen)


@bp.post("/<int:request_id>/question")
def ask_for_more(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = QuestionForm()
    if not form.validate_on_submit():
        return _page(seen, status=422, question_form=form)
    commands.ask_for_more(acting=g.acting, seen=seen, question=form.question.data, now=clock.now())
    return back_to(seen)


@bp.post("/<int:request_id>/decline")
def decline(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = DeclineForm(prefix="decline")
    if not form.validate_on_submit():
        return _page(seen, status=422, decline_form=form)
    commands.decline_request(
        acting=g.acting, seen=seen, reason=form.reason.data, words=form.words.data, now=clock.now()
    )
    return back_to(seen)


@bp.post("/<int:request_id>/answer")
def answer(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(seen, status=422, answer_form=form)
    commands.answer_question(acting=g.acting, seen=seen, answer=form.answer.data, now=clock.now())
    return back_to(seen)


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
    return back_to(seen)


@bp.route("/<int:request_id>/withdrawal", methods=["GET", "POST"])
def withdraw(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    if not policy.may_withdraw(g.acting, seen.asked):
        abort(403)
    if request.method == "GET" and seen.asked.state not in faces.WITHDRAWABLE:
        return back_to(seen)
    form = WithdrawForm()
    if form.validate_on_submit():
        commands.withdraw_request(acting=g.acting, seen=seen, words=form.words.data, now=clock.now())
        return back_to(seen)
    page = render_template("requests/withdrawal.html", seen=seen, form=form, proposed=queries.was_proposed(seen.asked))
    return page, 422 if request.method == "POST" else 200


@bp.post("/<int:request_id>/resending")
def resend(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    mentor = queries.askable_again_or_404(g.acting, seen.asked)
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
            return back_to(seen)
        return render_template("requests/removal.html", seen=seen)
    commands.discard_draft(acting=g.acting, seen=seen)
    flash(_("The draft is gone."), "ok")
    return redirect(url_for("requests.index"), 303)
