"""Pages where a mentee says what they look for."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.mentees import commands, queries
from marketplace.mentees.forms import MenteeForm
from marketplace.mentors.drafts import fingerprints, shown_now
from marketplace.mentors.guidance import in_words, kept_sentence
from tenants.shared import clock

bp = Blueprint("mentees", __name__)


@bp.get("/")
def edit() -> str:
    profile = queries.own_mentee_profile(g.acting)
    form = MenteeForm(None, data={name: getattr(profile, name) for name in commands.FIELDS} if profile else {})
    form.show(fingerprints(form.draft()))
    return _page(form)


@bp.post("/answers")
def save() -> ResponseReturnValue:
    """The autosave (two pieces of the page come back) and the button."""
    form = MenteeForm()
    partly = request.headers.get("HX-Request") == "true"
    if not form.validate():
        return (render_template("mentors/_problems.html", form=form) if partly else _page(form)), 422
    window = form.sent_from(insists=request.form.get("keeps") == "mine")
    saved = commands.save_mentee_profile(acting=g.acting, values=form.draft(), window=window, now=clock.now())
    others = {str(form[name].label.text): in_words(value, form[name]) for name, value in saved.contested.items()}
    kept = kept_sentence(form[name].label.text for name in saved.elsewhere)
    form.show(shown_now(window, form.draft(), saved.contested), window=form.window.data)
    if partly:
        pieces = render_template("mentees/_pieces.html", form=form, others=others, kept=kept)
        return pieces, 409 if others else 200
    if others:
        return _page(form, others=others), 409
    flash(kept or _("Saved. Mentors who suit this come first now."), "info" if kept else "ok")
    return redirect(url_for("mentees.edit"), 303)


def _page(form: MenteeForm, *, others: Mapping[str, str] | None = None) -> str:
    return render_template("mentees/edit.html", form=form, others=others or {})
