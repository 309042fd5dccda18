"""The pages of one's journal: all of it, and the part about one mentorship."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.journal import commands, jobs, queries
from marketplace.journal.forms import EntryForm
from marketplace.journal.models import JournalEntry
from marketplace.journal.sealing import KeyAway
from marketplace.journal.words import AFTER_MEETING, PROMPTS
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("journal", __name__)
of_pair = Blueprint("pair_journal", __name__)

__all__ = ["bp", "jobs", "of_pair"]


def today() -> date:
    return clock.now().astimezone(g.acting.zone).date()


def page(pair: Pair | None) -> str:
    found = queries.journal(g.acting, pair=pair, before=request.args.get("before"))
    return render_template(
        "journal/index.html",
        journal=found,
        pair=pair,
        partners={} if pair else queries.partners(g.acting),
        prompts=PROMPTS,
    )


def blank(pair: Pair | None) -> str:
    """``?prompt=stayed`` begins with that question; one about a meeting puts those about meetings first."""
    prompt = request.args.get("prompt", "")
    prompt = prompt if prompt in PROMPTS else ""
    form = EntryForm(
        formdata=None, today=today(), after_meeting=prompt in AFTER_MEETING, data={"day": today(), "prompt": prompt}
    )
    return render_template("journal/write.html", form=form, pair=pair, entry=None, shut=queries.is_shut(g.acting))


def keep(pair: Pair | None) -> ResponseReturnValue:
    form = EntryForm(today=today())
    if not form.validate():
        return render_template("journal/write.html", form=form, pair=pair, entry=None, shut=False), 422
    assert form.day.data is not None  # noqa: S101 - the form asks for it
    try:
        commands.write_entry(acting=g.acting, pair=pair, day=form.day.data, words=form.words, now=clock.now())
    except KeyAway:
        return not_kept(form, pair, None)
    flash(_("Your words are kept."), "ok")
    return redirect(home(pair), 303)


def not_kept(form: EntryForm, pair: Pair | None, entry: JournalEntry | None) -> ResponseReturnValue:
    """Without the key nothing is kept, and nothing is lost: the words stay in the form."""
    queries.is_shut(g.acting)
    return render_template("journal/write.html", form=form, pair=pair, entry=entry, shut=True), 503


def home(pair: Pair | None) -> str:
    if pair is None:
        return url_for("journal.index")
    return url_for("pair_journal.index", mentorship_id=pair.mentorship.id)


@bp.get("/")
def index() -> str:
    return page(None)


@bp.get("/new")
def new() -> str:
    return blank(None)


@bp.post("/entries")
def write() -> ResponseReturnValue:
    return keep(None)


@bp.get("/<int:entry_id>")
def edit(entry_id: int) -> ResponseReturnValue:
    row = queries.entry_or_404(g.acting, entry_id)
    shut = queries.is_shut(g.acting)
    entry = queries.opened(row, None if shut else queries.key_of(g.acting.person_id))
    if entry.words is None:
        return render_template("journal/shut.html", entry=row), 503
    form = EntryForm(formdata=None, today=today(), data={"day": row.day} | entry.words)
    return render_template("journal/write.html", form=form, pair=None, entry=row, shut=False)


@bp.post("/<int:entry_id>/words")
def change(entry_id: int) -> ResponseReturnValue:
    entry = queries.entry_or_404(g.acting, entry_id)
    form = EntryForm(today=today())
    if not form.validate():
        return render_template("journal/write.html", form=form, pair=None, entry=entry, shut=False), 422
    assert form.day.data is not None  # noqa: S101 - the form asks for it
    try:
        commands.change_entry(entry=entry, day=form.day.data, words=form.words, now=clock.now())
    except KeyAway:
        return not_kept(form, None, entry)
    flash(_("Your words are kept."), "ok")
    return redirect(url_for("journal.index"), 303)


@bp.post("/<int:entry_id>/deletion")
def delete(entry_id: int) -> ResponseReturnValue:
    entry = queries.entry_or_404(g.acting, entry_id)
    commands.delete_entry(entry=entry, now=clock.now())
    undo = url_for("journal.restore", entry_id=entry.id)
    flash_undo(_("The entry is deleted. You can take this back for a day."), undo)
    return redirect(url_for("journal.index"), 303)


@bp.post("/<int:entry_id>/restoration")
def restore(entry_id: int) -> ResponseReturnValue:
    entry = queries.entry_or_404(g.acting, entry_id, deleted=True)
    commands.restore_entry(entry=entry)
    flash(_("The entry is back."), "ok")
    return redirect(url_for("journal.index"), 303)


@of_pair.get("/", endpoint="index")
def pair_index(mentorship_id: int) -> str:
    return page(mentorship_or_404(g.acting, mentorship_id))


@of_pair.get("/new", endpoint="new")
def pair_new(mentorship_id: int) -> str:
    return blank(mentorship_or_404(g.acting, mentorship_id))


@of_pair.post("/entries", endpoint="write")
def pair_write(mentorship_id: int) -> ResponseReturnValue:
    return keep(mentorship_or_404(g.acting, mentorship_id))
