"""What the link in a letter about a message shows, and the answer that it takes, once."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from marketplace.conversations import commands, queries
from marketplace.conversations.forms import MessageForm
from marketplace.conversations.letters import OPEN_CONVERSATION
from marketplace.conversations.models import Via
from marketplace.conversations.views import blank_form
from marketplace.links import Opened, guard, open_link, page
from marketplace.mentorships.policy import may_write
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock

bp = guard(Blueprint("conversation_links", __name__))

SHOWN = 10


def _signed_in(slug: str, mentorship_id: int) -> str:
    return f"/{slug}/mentorships/{mentorship_id}/messages"


def _page(pair: Pair, token: str, form: MessageForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    thread = queries.thread(g.acting, pair, limit=SHOWN)
    shown = render_template(
        "conversations/link.html",
        pair=pair,
        thread=thread,
        token=token,
        form=form or blank_form(thread.newest),
        may_write=may_write(pair),
    )
    return shown, status


@page(OPEN_CONVERSATION, signed_in=_signed_in)
def show(opened: Opened) -> ResponseReturnValue:
    return _page(mentorship_or_404(opened.acting, opened.subject_id), opened.token)


@bp.post("/<token>/message")
def send(token: str) -> ResponseReturnValue:
    opened = open_link(token, OPEN_CONVERSATION)
    pair = mentorship_or_404(opened.acting, opened.subject_id)
    form = MessageForm()
    if not form.validate_on_submit():
        return _page(pair, token, form, status=422)
    commands.send_message(
        acting=opened.acting,
        pair=pair,
        body=form.body.data,
        now=clock.now(),
        sent_as=form.once.data,
        read_to=form.seen.data,
        via=Via.link,
        link=opened.token_hash,
    )
    return render_template("conversations/sent.html", pair=pair)
