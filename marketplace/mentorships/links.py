"""What the link in a letter that asks how a mentorship goes on shows, and what it does: keep its reader's answer."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from marketplace.links import Opened, guard, open_link, page
from marketplace.mentorships import commands, queries
from marketplace.mentorships.forms import AnswerForm
from marketplace.mentorships.letters import ANSWER_QUESTION
from marketplace.mentorships.models import Answer
from marketplace.mentorships.views import ARCS, scene
from marketplace.requests.faces import face
from tenants.shared import clock

bp = guard(Blueprint("mentorship_links", __name__))


def _address(slug: str, mentorship_id: int) -> str:
    return f"/{slug}/mentorships/{mentorship_id}"


def _page(opened: Opened, pair: queries.Pair, form: AnswerForm | None = None) -> str:
    action = f"/links/{opened.token}/mentorship-answer"
    return render_template("links/mentorship_question.html", action=action, **scene(g.acting, pair, None, form))


def _done(pair: queries.Pair) -> str:
    """Straight from what is in memory: the link is spent, and opens nothing any more."""
    seen = pair.seen
    me = seen.mentee if seen.viewer_is_mentee else seen.mentor
    return render_template(
        "links/mentorship_question.html",
        kept=True,
        mentorship=pair.mentorship,
        seen=seen,
        left=face(me, None),
        right=face(seen.other, None),
        arc=ARCS[pair.mentorship.state],
    )


@page(ANSWER_QUESTION, signed_in=_address)
def show(opened: Opened) -> ResponseReturnValue:
    return _page(opened, queries.mentorship_or_404(opened.acting, opened.subject_id))


@bp.post("/<token>/mentorship-answer")
def answer(token: str) -> ResponseReturnValue:
    opened = open_link(token, ANSWER_QUESTION)
    pair = queries.mentorship_or_404(g.acting, opened.subject_id)
    asked = queries.open_question(g.acting, pair)
    form = AnswerForm().offer(asked.choices if asked else tuple(Answer))
    if not form.validate_on_submit():
        return _page(opened, pair, form), 422
    choice = Answer(form.answer.data)
    commands.answer_question(party=g.acting, pair=pair, answer=choice, now=clock.now(), link=opened.token_hash)
    return _done(pair)
