"""Notices in the app, the choice of letters, and the letters that did not arrive."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.look import passing_shade
from marketplace.notices import commands, queries
from marketplace.notices.forms import ChoicesForm
from marketplace.notices.policy import may_look_after_letters
from tenants.shared import clock
from tenants.shared.kinds import KINDS

bp = Blueprint("notices", __name__)


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
    found = queries.notices(g.acting, before=request.args.get("before", type=int))
    page = found[: queries.PAGE]
    return render_template(
        "notices/index.html",
        notices=[(notice, queries.sentence(g.acting, notice)) for notice in page],
        older=page[-1].id if len(found) > queries.PAGE else None,
        failed=queries.failed_letter_count(g.acting),
    )


@bp.post("/readings")
def read_all() -> ResponseReturnValue:
    commands.read_all_notices(acting=g.acting, now=clock.now())
    return redirect(url_for("notices.index"), 303)


@bp.post("/<int:notice_id>/reading")
def read(notice_id: int) -> ResponseReturnValue:
    notice = queries.notice_or_404(g.acting, notice_id)
    commands.read_notice(notice=notice, now=clock.now())
    return redirect(notice.path, 303)


@bp.get("/choices")
def choices() -> str:
    wanted = [kind for kind, yes in queries.letter_choices(g.acting).items() if yes]
    return render_template("notices/choices.html", form=ChoicesForm(data={"wanted": wanted}))


@bp.post("/choices")
def choose() -> ResponseReturnValue:
    form = ChoicesForm()
    if not form.validate():
        return render_template("notices/choices.html", form=form), 422
    commands.choose_letters(acting=g.acting, wanted=set(form.wanted.data or []), now=clock.now())
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
