"""Pages of a pair's agreement, in a workspace."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.charters import commands, jobs, queries
from marketplace.charters.forms import SignForm, VersionForm
from marketplace.charters.models import PaperKind
from marketplace.charters.pages import after_change, language, prefilled, rules_html, scene
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock

bp = Blueprint("charters", __name__)

__all__ = ["bp", "jobs"]


def _page(pair: Pair, sign: SignForm | None = None) -> str:
    shown = scene(g.acting, pair)
    if sign is not None:
        shown["sign"] = sign
    return render_template("charters/show.html", **shown)


@bp.get("")
def show(mentorship_id: int) -> str:
    return _page(mentorship_or_404(g.acting, mentorship_id))


def _editor(pair: Pair, form: VersionForm) -> str:
    return render_template(
        "charters/edit.html",
        **scene(g.acting, pair),
        form=form,
        rules=queries.rules_of(pair),
        rules_html=rules_html(None, queries.rules_of(pair)),
    )


@bp.get("/draft")
def edit(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    there = queries.standing(g.acting, pair)
    return _editor(pair, prefilled(g.acting, pair, there))


@bp.post("/versions")
def propose(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    form = VersionForm().fill_choices()
    if not form.validate_on_submit():
        return _editor(pair, form), 422
    commands.propose_agreement(
        acting=g.acting,
        pair=pair,
        seen=form.seen.data,
        values=form.values(),
        name=form.name.data,
        locale=language(),
        now=clock.now(),
    )
    flash(_("You have signed. %(name)s gets a letter to sign.", name=pair.seen.other.first_name), "ok")
    return redirect(url_for("charters.show", mentorship_id=mentorship_id), 303)


@bp.post("/signature")
def sign(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    form = SignForm(prefix="sign")
    if not form.validate_on_submit():
        return _page(pair, form), 422
    commands.sign_agreement(
        acting=g.acting,
        pair=pair,
        number=form.version.data,
        name=form.name.data,
        locale=language(),
        now=clock.now(),
    )
    flash(_("You have signed."), "ok")
    return redirect(url_for("charters.show", mentorship_id=mentorship_id), 303)


@bp.post("/proposal/removal")
def drop(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    number = request.form.get("version", type=int) or 0
    commands.drop_proposal(acting=g.acting, pair=pair, number=number, now=clock.now())
    flash(_("The proposal is off the table."), "ok")
    return redirect(url_for("charters.show", mentorship_id=mentorship_id), 303)


@bp.get("/papers/<int:document_id>")
def paper(mentorship_id: int, document_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    kept = queries.paper_or_404(g.acting, pair, document_id, PaperKind.agreement)
    name = f"mentoring-agreement-{kept.locale}.pdf"
    return send_file(BytesIO(kept.content), mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.errorhandler(commands.ChangedMeanwhile)
def show_change(error: commands.ChangedMeanwhile) -> ResponseReturnValue:
    return render_template("charters/show.html", **after_change(g.acting, error, signed_in=True)), 409
