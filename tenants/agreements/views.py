"""Pages of participation agreements: the network writes, the firm reads and accepts, both keep the paper."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from flask import Blueprint, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from tenants.accounts.onward import path_or_nothing
from tenants.agreements import commands, policy, queries
from tenants.agreements.defaults import default_text
from tenants.agreements.forms import AcceptanceForm, AgreementForm
from tenants.shared import clock
from tenants.shared.prose import prose_html

bp = Blueprint("agreements", __name__)

NOTICE_DAYS = 30
"""How long an earlier version holds, unless the network says otherwise."""


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not policy.may_read_agreements(g.acting):
        abort(404)


def _only_writers() -> None:
    if not g.acting.in_network:
        abort(404)
    if not policy.may_write_agreements(g.acting):
        abort(403)


@bp.get("/")
def index() -> str:
    """A network: its versions. A firm: what it is asked to accept."""
    if not g.acting.in_network:
        asked = queries.agreements_asked(g.acting)
        return render_template("agreements/asked.html", asked=asked, today=clock.today())
    return render_template(
        "agreements/index.html",
        versions=queries.versions(g.acting),
        draft=queries.draft(g.acting),
        may_write=policy.may_write_agreements(g.acting),
    )


@bp.get("/versions/<int:number>")
def version(number: int) -> str:
    """One published version of the network's, as firms read it."""
    if not g.acting.in_network:
        abort(404)
    versions = {one.number: one for one, _firms in queries.versions(g.acting)}
    if number not in versions:
        abort(404)
    shown = versions[number]
    return render_template(
        "agreements/version.html", version=shown, words=prose_html(shown.text(str(get_locale())), below=1)
    )


@bp.get("/draft")
def edit() -> str:
    _only_writers()
    draft, current = queries.draft(g.acting), queries.current_version(g.acting.org_id)
    begun = draft or current
    form = AgreementForm(
        data={
            "text_en": begun.text_en if begun else default_text("en"),
            "text_fr": begun.text_fr if begun else default_text("fr"),
            "old_holds_until": clock.today() + timedelta(days=NOTICE_DAYS) if current else None,
        }
    )
    return _editor(form)


def _editor(form: AgreementForm) -> str:
    return render_template("agreements/edit.html", form=form, current=queries.current_version(g.acting.org_id))


@bp.post("/draft")
def save() -> ResponseReturnValue:
    _only_writers()
    form = AgreementForm()
    if not form.validate_on_submit():
        return _editor(form), 422
    words = {"text_en": form.text_en.data, "text_fr": form.text_fr.data}
    if "publish" not in request.form:
        commands.save_agreement(acting=g.acting, now=clock.now(), **words)
        flash(_("Kept as a draft. No firm sees it."), "ok")
        return redirect(url_for("agreements.edit"), 303)
    published = commands.publish_agreement(
        acting=g.acting, old_holds_until=form.old_holds_until.data, now=clock.now(), **words
    )
    flash(_("Version %(number)s is published. Every member firm is asked to accept it.", number=published.number), "ok")
    return redirect(url_for("agreements.index"), 303)


@bp.get("/<int:network_id>")
def show(network_id: int) -> str:
    """What the firm is asked to accept, with who accepted it."""
    asked = queries.asked_agreement_or_404(g.acting, network_id)
    form = AcceptanceForm(
        data={
            "number": asked.version.number,
            "name": g.acting.person_name,
            "position": g.acting.job_title,
            "next": request.args.get("next", ""),
        }
    )
    return _page(asked, form)


def _page(asked: queries.AskedAgreement, form: AcceptanceForm) -> str:
    return render_template(
        "agreements/show.html",
        asked=asked,
        form=form,
        words=prose_html(asked.version.text(str(get_locale())), below=1),
        today=clock.today(),
        may_accept=policy.may_accept_agreements(g.acting),
        next=path_or_nothing(form.next.data),
    )


@bp.post("/<int:network_id>/acceptance")
def accept(network_id: int) -> ResponseReturnValue:
    asked = queries.asked_agreement_or_404(g.acting, network_id)
    form = AcceptanceForm()
    if not form.validate_on_submit():
        return _page(asked, form), 422
    commands.accept_agreement(
        acting=g.acting,
        asked=asked,
        number=form.number.data,
        name=form.name.data,
        position=form.position.data,
        locale=str(get_locale())[:2],
        now=clock.now(),
    )
    flash(_("Accepted. The paper of it is being made, for you and for %(network)s.", network=asked.network_name), "ok")
    return redirect(path_or_nothing(form.next.data) or url_for("agreements.show", network_id=network_id), 303)


@bp.get("/documents/<int:document_id>")
def document(document_id: int) -> ResponseReturnValue:
    kept = queries.document_or_404(g.acting, document_id, with_content=True)
    name = f"agreement-{kept.number}-{kept.locale}.pdf"
    return send_file(BytesIO(kept.content), mimetype="application/pdf", as_attachment=True, download_name=name)
