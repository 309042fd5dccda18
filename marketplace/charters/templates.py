"""Pages of the rules that an organisation gives its pairs: read, write, publish."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.charters import commands, policy, queries
from marketplace.charters.defaults import default_rules
from marketplace.charters.forms import RulesForm
from marketplace.charters.pages import language
from tenants.shared import clock
from tenants.shared.prose import prose_html

bp = Blueprint("charter_rules", __name__)


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not policy.may_read_rules(g.acting):
        abort(404)


@bp.get("/")
def index() -> str:
    versions = queries.templates(g.acting)
    text = versions[0].text(language()) if versions else default_rules(language())
    return render_template(
        "charters/rules.html",
        versions=versions,
        draft=queries.template_draft(g.acting),
        words=prose_html(text, below=2),
        may_write=policy.may_write_rules(g.acting),
    )


@bp.get("/versions/<int:number>")
def version(number: int) -> str:
    shown = queries.template_or_404(g.acting, number)
    return render_template(
        "charters/rules_version.html", version=shown, words=prose_html(shown.text(language()), below=1)
    )


def _only_writers() -> None:
    if not policy.may_write_rules(g.acting):
        abort(403)


@bp.get("/draft")
def edit() -> str:
    _only_writers()
    versions = queries.templates(g.acting)
    begun = queries.template_draft(g.acting) or (versions[0] if versions else None)
    form = RulesForm(
        data={
            "text_en": begun.text_en if begun else default_rules("en"),
            "text_fr": begun.text_fr if begun else default_rules("fr"),
        }
    )
    return render_template("charters/rules_edit.html", form=form)


@bp.post("/draft")
def save() -> ResponseReturnValue:
    _only_writers()
    form = RulesForm()
    if not form.validate_on_submit():
        return render_template("charters/rules_edit.html", form=form), 422
    publish = "publish" in request.form
    kept = commands.save_rules(
        acting=g.acting, text_en=form.text_en.data, text_fr=form.text_fr.data, publish=publish, now=clock.now()
    )
    if not publish:
        flash(_("Kept as a draft. No pair sees it."), "ok")
        return redirect(url_for("charter_rules.edit"), 303)
    flash(_("Version %(number)s is published. New agreements take it up.", number=kept.number), "ok")
    return redirect(url_for("charter_rules.index"), 303)
