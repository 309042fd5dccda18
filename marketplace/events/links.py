"""The link in a letter about an event: what it is, and an answer without signing in."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from marketplace.events import commands, queries
from marketplace.events.forms import AnswerForm
from marketplace.events.letters import ANSWER
from marketplace.events.views import event_scene
from marketplace.events.words import NEXT, STANDS
from marketplace.links import Opened, guard, open_link, page
from tenants.shared import clock

bp = guard(Blueprint("event_links", __name__))


def _address(slug: str, event_id: int) -> str:
    return f"/{slug}/events/{event_id}"


@page(ANSWER, signed_in=_address)
def show(opened: Opened) -> ResponseReturnValue:
    seen, there = queries.cohort_of_event_or_404(opened.acting, opened.subject_id)
    return render_template("events/link.html", **event_scene(seen, there), token=opened.token)


@bp.post("/<token>/event-answer")
def answer(token: str) -> ResponseReturnValue:
    opened = open_link(token, ANSWER)
    seen, there = queries.cohort_of_event_or_404(opened.acting, opened.subject_id)
    form = AnswerForm()
    if not form.validate_on_submit():
        return render_template("events/link.html", **event_scene(seen, there, answer_form=form), token=token), 422
    stands = commands.answer_event(
        acting=g.acting, event=there.event, answer=form.chosen(), now=clock.now(), link=opened.token_hash
    )
    title = there.event.title(str(get_locale()))
    address = _address(g.acting.slug, there.event.id)
    return render_template(
        "events/answered.html", title=title, headline=STANDS[stands], detail=NEXT[stands], address=address
    )
