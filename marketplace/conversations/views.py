"""The messages of a pair."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.conversations import commands, jobs, queries
from marketplace.conversations.forms import MessageForm
from marketplace.mentorships.home import part
from marketplace.mentorships.policy import may_write
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock
from tenants.shared.prose import prose_html

bp = Blueprint("conversations", __name__)

CLOCK_JOBS = jobs
"""Named here so that the worker, which knows the product by its pages, registers them."""

part("conversations")(queries.on_home)


@bp.app_template_filter("words")
def words(text: str) -> str:
    """What somebody wrote, in Markdown of few means, as harmless HTML below a second heading."""
    return prose_html(text, below=3)


def blank_form(newest: int) -> MessageForm:
    return MessageForm(formdata=None, once=secrets.token_urlsafe(16), seen=newest)


def _page(pair: Pair, form: MessageForm | None = None) -> str:
    before = request.args.get("before", type=int) if request.method == "GET" else None
    thread = queries.thread(g.acting, pair, before)
    return render_template(
        "conversations/index.html",
        pair=pair,
        thread=thread,
        form=form or blank_form(thread.newest),
        may_write=may_write(pair),
        mentorship_id=pair.mentorship.id,
    )


@bp.get("")
def index(mentorship_id: int) -> str:
    return _page(mentorship_or_404(g.acting, mentorship_id))


@bp.post("")
def send(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    form = MessageForm()
    if not form.validate_on_submit():
        return _page(pair, form), 422
    commands.send_message(
        acting=g.acting,
        pair=pair,
        body=form.body.data,
        now=clock.now(),
        sent_as=form.once.data,
        read_to=form.seen.data,
    )
    flash(_("Sent. %(name)s gets a letter that says so, without your words.", name=pair.seen.other.first_name), "ok")
    return redirect(url_for("conversations.index", mentorship_id=mentorship_id), 303)


@bp.post("/reading")
def read(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    read_to = request.form.get("seen", type=int) or 0
    commands.mark_read(acting=g.acting, pair=pair, read_to=read_to, now=clock.now())
    if request.headers.get("HX-Request"):
        return "", 204
    return redirect(url_for("conversations.index", mentorship_id=mentorship_id), 303)
