"""Pages of assistants and of those they assist."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import DataRequired, Email

from marketplace.assisting import commands, queries
from marketplace.requests.words import STATES
from tenants.affiliations import assistance
from tenants.affiliations.queries import assistance_or_404, assistances_of
from tenants.shared import clock

bp = Blueprint("assisting", __name__)


class ColleagueForm(FlaskForm):
    email = EmailField(
        _l("Their work e-mail"),
        [DataRequired(_l("Type your colleague’s address.")), Email(_l("This does not look like an e-mail address."))],
    )


def _page(form: ColleagueForm) -> str:
    return render_template(
        "assisting/index.html",
        form=form,
        helps=assistances_of(g.acting, g.acting.person_id),
        waiting=queries.waiting(g.acting),
        schedule=queries.schedule(g.acting),
        states=STATES,
    )


@bp.get("/")
def index() -> str:
    return _page(ColleagueForm(formdata=None))


@bp.post("/")
def ask() -> ResponseReturnValue:
    form = ColleagueForm()
    if not form.validate_on_submit():
        return _page(form), 422
    if not assistance.ask_colleague(acting=g.acting, email=form.email.data, now=clock.now()):
        form.email.errors = [_("Nobody of your organisation has this address.")]
        return _page(form), 422
    flash(_("Your colleague is asked to agree."), "ok")
    return redirect(url_for("assisting.index"), 303)


@bp.post("/<int:assistance_id>/agreement")
def agree(assistance_id: int) -> ResponseReturnValue:
    help = assistance_or_404(g.acting, assistance_id)
    assistance.accept(acting=g.acting, assistance_id=help.assistance.id, now=clock.now())
    flash(_("Agreed."), "ok")
    return redirect(url_for("assisting.index"), 303)


@bp.post("/<int:assistance_id>/end")
def end(assistance_id: int) -> ResponseReturnValue:
    assistance.end(acting=g.acting, help=assistance_or_404(g.acting, assistance_id), now=clock.now())
    flash(_("Ended. From now on nothing is seen any more."), "ok")
    came_from_people = "/people/" in (request.referrer or "")
    return redirect(url_for("people.index" if came_from_people else "assisting.index"), 303)


@bp.post("/<int:assistance_id>/reminder")
def remind(assistance_id: int) -> ResponseReturnValue:
    help = assistance_or_404(g.acting, assistance_id)
    commands.remind_executive(acting=g.acting, help=help, now=clock.now())
    flash(_("%(name)s gets a letter.", name=help.executive), "ok")
    return redirect(url_for("assisting.index"), 303)
