"""What the links in letters about a request show, and what they do: answer it, confirm it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from marketplace.links import Opened, guard, open_link, page
from marketplace.pairing.queries import of_cohort
from marketplace.requests import commands, faces, queries
from marketplace.requests.forms import AcceptForm, ConfirmForm, DeclineForm, QuestionForm, TalkForm
from marketplace.requests.letters import ANSWER_REQUEST, CONFIRM_REQUEST, TALK_ANSWER, request_path
from marketplace.requests.queries import Seen, Talk
from tenants.shared import clock

bp = guard(Blueprint("request_links", __name__))


def _enter(token: str, purpose: str) -> tuple[Seen, bytes]:
    """The request that the link is about, as its reader sees it, and the token's hash."""
    opened = open_link(token, purpose)
    return queries.request_or_404(opened.acting, opened.subject_id), opened.token_hash


def _page(seen: Seen, token: str, purpose: str, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    answers: dict[str, Any] = {
        "accept_form": AcceptForm(formdata=None, prefix="accept"),
        "question_form": QuestionForm(formdata=None),
        "decline_form": DeclineForm(formdata=None, prefix="decline"),
        "confirm_form": ConfirmForm(formdata=None),
    }
    talk = queries.talk_of(g.acting, seen, clock.now())
    answers["talk_form"] = faces.talk_form(talk, queries.contacts(g.acting, seen.asked).get(g.acting.person_id, ""))
    if seen.yours:
        mine = queries.own_address(g.acting)
        answers["accept_form"].contact.data = answers["confirm_form"].contact.data = mine
    page = render_template(
        "links/show.html",
        **faces.scene(
            seen,
            g.acting,
            queries.conversation(g.acting, seen.asked),
            queries.employers_answer(g.acting, seen.asked),
            signed_in=False,
            talk=talk,
            of_cohort=of_cohort(g.acting, seen.asked),
        ),
        **(answers | forms),
        urls={
            name: f"/links/{token}/{noun}"
            for name, noun in (
                ("accept", "acceptance"),
                ("ask_for_more", "question"),
                ("decline", "decline"),
                ("confirm", "confirmation"),
                ("ask_for_talk", "chemistry-meeting"),
                ("answer_talk", "chemistry-answer"),
            )
        },
        mentee_profile=queries.mentee_profile(
            g.acting, seen.asked.org_id, seen.asked.mentee_id, seen.asked.mentee_person_id
        )
        if purpose == ANSWER_REQUEST
        else None,
    )
    return page, status


TO_BE_PLANNED = Talk(meeting=None, over=False, settled=False, answer=None)


def _done(seen: Seen, talk: Talk | None = None) -> str:
    """Straight from what the act left in memory: the link is spent, and opens nothing any more."""
    return render_template("links/done.html", **faces.scene(seen, g.acting, [], signed_in=False, talk=talk))


@page(ANSWER_REQUEST, signed_in=request_path)
@page(CONFIRM_REQUEST, signed_in=request_path)
@page(TALK_ANSWER, signed_in=request_path)
def show(opened: Opened) -> ResponseReturnValue:
    return _page(queries.request_or_404(opened.acting, opened.subject_id), opened.token, opened.purpose)


@bp.post("/<token>/acceptance")
def accept(token: str) -> ResponseReturnValue:
    seen, token_hash = _enter(token, ANSWER_REQUEST)
    form = AcceptForm(prefix="accept")
    if not form.validate_on_submit():
        return _page(seen, token, ANSWER_REQUEST, status=422, accept_form=form)
    commands.accept_request(
        acting=g.acting,
        seen=seen,
        words=form.words.data,
        contact=form.contact.data,
        talk_first=form.talk_first.data,
        now=clock.now(),
        link=token_hash,
    )
    return _done(seen, TO_BE_PLANNED if form.talk_first.data else None)


@bp.post("/<token>/question")
def ask_for_more(token: str) -> ResponseReturnValue:
    seen, token_hash = _enter(token, ANSWER_REQUEST)
    form = QuestionForm()
    if not form.validate_on_submit():
        return _page(seen, token, ANSWER_REQUEST, status=422, question_form=form)
    commands.ask_for_more(acting=g.acting, seen=seen, question=form.question.data, now=clock.now(), link=token_hash)
    return _done(seen)


@bp.post("/<token>/decline")
def decline(token: str) -> ResponseReturnValue:
    seen, token_hash = _enter(token, ANSWER_REQUEST)
    form = DeclineForm(prefix="decline")
    if not form.validate_on_submit():
        return _page(seen, token, ANSWER_REQUEST, status=422, decline_form=form)
    commands.decline_request(
        acting=g.acting,
        seen=seen,
        reason=form.reason.data,
        words=form.words.data,
        now=clock.now(),
        link=token_hash,
    )
    return _done(seen)


@bp.post("/<token>/confirmation")
def confirm(token: str) -> ResponseReturnValue:
    seen, token_hash = _enter(token, CONFIRM_REQUEST)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page(seen, token, CONFIRM_REQUEST, status=422, confirm_form=form)
    commands.confirm_request(acting=g.acting, seen=seen, contact=form.contact.data, now=clock.now(), link=token_hash)
    return _done(seen)


@bp.post("/<token>/chemistry-meeting")
def ask_for_talk(token: str) -> ResponseReturnValue:
    """Each of the two gets a letter whose link finds a time."""
    seen, token_hash = _enter(token, CONFIRM_REQUEST)
    commands.ask_for_talk(acting=g.acting, seen=seen, now=clock.now(), link=token_hash)
    return _done(seen, TO_BE_PLANNED)


@bp.post("/<token>/chemistry-answer")
def answer_talk(token: str) -> ResponseReturnValue:
    seen, token_hash = _enter(token, TALK_ANSWER)
    form = TalkForm()
    if not form.validate_on_submit():
        return _page(seen, token, TALK_ANSWER, status=422, talk_form=form)
    goes_on = form.goes_on.data == "yes"
    contact = form.contact.data
    commands.answer_talk(acting=g.acting, seen=seen, goes_on=goes_on, contact=contact, now=clock.now(), link=token_hash)
    return _done(seen, replace(TO_BE_PLANNED, over=True, answer=goes_on))
