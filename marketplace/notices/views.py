"""Notices in the app, the choice of letters, and the letters that did not arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.look import passing_shade
from marketplace.notices import commands, queries
from marketplace.notices.forms import choices_form, fields_of
from marketplace.notices.policy import may_look_after_letters
from tenants.shared import clock
from tenants.shared.flashes import flash_undo
from tenants.shared.kinds import KINDS
from tenants.shared.models import Delivery

bp = Blueprint("notices", __name__)

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MOST_MICROSECONDS = 10**16
"""Some three hundred years: no date is past what a calendar holds."""


@bp.app_template_filter("on_white")
def on_white(colour: str) -> str:
    """The shade of an organisation's accent that can be read on a letter's paper."""
    return passing_shade(colour, ("#ffffff", "#faf8f3"))


@bp.app_template_filter("on_night")
def on_night(colour: str) -> str:
    """The same on a letter's dark paper."""
    return passing_shade(colour, ("#1b2027", "#14171c"))


@bp.get("/")
def index() -> str:
    wanted = queries.Wanted.from_args(request.args)
    found = queries.notices(g.acting, wanted, before=request.args.get("before", type=int))
    page = found[: queries.PAGE]
    days = [
        (day, [(notice, queries.sentence(g.acting, notice)) for notice in there])
        for day, there in queries.by_day(g.acting, page)
    ]
    return render_template(
        "notices/index.html",
        days=days,
        today=clock.now().astimezone(g.acting.zone).date(),
        wanted=wanted,
        kinds=[(kind, KINDS[kind].label) for kind in queries.kinds_told(g.acting)],
        older=page[-1].id if len(found) > queries.PAGE else None,
        failed=queries.failed_letter_count(g.acting),
    )


@bp.get("/badge")
def badge() -> ResponseReturnValue:
    """The figure on the bell. Entering the workspace has counted already: nothing more is asked of the database."""
    unread = g.acting.unread
    return jsonify(unread=unread, drawn=render_template("notices/badge.html", unread=unread))


@bp.post("/readings")
def read_all() -> ResponseReturnValue:
    now = clock.now()
    number = commands.read_all_notices(acting=g.acting, now=now)
    if number:
        undo = url_for("notices.unread", microseconds=int((now - EPOCH) / MICROSECOND))
        flash_undo(ngettext("%(num)d notice is read.", "%(num)d notices are read.", number), undo)
    return redirect(url_for("notices.index"), 303)


@bp.post("/readings/<int:microseconds>/reversal")
def unread(microseconds: int) -> ResponseReturnValue:
    """Those that were marked together, at that moment, are new again."""
    if microseconds > MOST_MICROSECONDS:
        abort(404)
    commands.unread_notices(acting=g.acting, read_at=EPOCH + microseconds * MICROSECOND)
    return redirect(url_for("notices.index"), 303)


@bp.post("/<int:notice_id>/reading")
def read(notice_id: int) -> ResponseReturnValue:
    notice = queries.notice_or_404(g.acting, notice_id)
    commands.read_notice(notice=notice, now=clock.now())
    return redirect(notice.path, 303)


@bp.get("/choices")
def choices() -> str:
    ways = {kind: way.value for kind, way in queries.letter_choices(g.acting).items()}
    form = choices_form(formdata=None, data=fields_of(queries.letter_hours(g.acting)) | ways)
    return render_template("notices/choices.html", form=form, essential=is_essential)


def is_essential(kind: str) -> bool:
    return KINDS[kind].essential


@bp.post("/choices")
def choose() -> ResponseReturnValue:
    form = choices_form(data=fields_of(queries.letter_hours(g.acting)))
    if not form.validate():
        return render_template("notices/choices.html", form=form, essential=is_essential), 422
    ways = {field.name: Delivery(field.data) for field in form.ways}
    commands.choose_letters(acting=g.acting, ways=ways, hours=form.hours(g.acting.zone), now=clock.now())
    flash(_("Your choice is kept."), "ok")
    return redirect(url_for("notices.choices"), 303)


@bp.get("/letters")
def letters() -> str:
    if not may_look_after_letters(g.acting):
        abort(404)
    return render_template("notices/letters.html", letters=queries.failed_letters(g.acting), kinds=KINDS)


@bp.post("/letters/<int:letter_id>/dispatch")
def send_again(letter_id: int) -> ResponseReturnValue:
    letter_id = queries.letter_or_404(g.acting, letter_id)
    commands.send_again(acting=g.acting, letter_id=letter_id, now=clock.now())
    flash(_("The letter is on its way again."), "ok")
    return redirect(url_for("notices.letters"), 303)
