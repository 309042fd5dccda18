"""The page about one's own data: download it, bring it along, consent, who has looked, and erasure."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tenants import current
from tenants.accounts.language import in_language
from tenants.accounts.queries import organisation_for_letters, workspaces_of
from tenants.privacy import bringing, commands, packages, queries, sealing
from tenants.privacy.forms import BringForm
from tenants.privacy.fresh import fresh_sign_in_required
from tenants.privacy.models import Purpose
from tenants.shared import clock
from tenants.shared.holdings import in_order

bp = Blueprint("privacy", __name__)

PURPOSES = frozenset(Purpose)


def own(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """A page of the person who is signed in, inside the context that shows what is theirs, in their language."""

    @wraps(view)
    def page(*arguments: Any, **values: Any) -> ResponseReturnValue:
        g.person = current.enter_person()
        if g.person is None:
            return redirect(url_for("accounts.sign_in", next=url_for("privacy.index")), 303)
        with in_language(g.person["locale"]):
            return view(*arguments, **values)

    return page


def _org_id() -> int:
    """Whose name the letters bear. Nobody is here without having belonged somewhere."""
    return organisation_for_letters(g.person["person_id"]) or abort(404)


def _places() -> list[tuple[str, str]]:
    return [(one.slug, one.org_name) for one in workspaces_of(g.person["person_id"], today=clock.today())]


def _page(form: BringForm | None = None) -> str:
    person_id, now = g.person["person_id"], clock.now()
    places = _places()
    return render_template(
        "privacy/index.html",
        person=g.person,
        export=queries.latest_export(person_id, now=now),
        erasure=queries.pending_erasure(person_id),
        consents=queries.consents(person_id),
        views=queries.views_of_me(today=now.date()),
        form=form or BringForm(None, places=places),
        places=places,
        signed_in=True,
    )


@bp.get("/")
@own
def index() -> ResponseReturnValue:
    return _page()


# --- everything about me ------------------------------------------------------------------------------------------------


@bp.get("/exports")
@own
def progress() -> ResponseReturnValue:
    """How far the download is: the piece of the page that asks for itself again, or the page."""
    export = queries.latest_export(g.person["person_id"], now=clock.now())
    if request.headers.get("HX-Request") != "true":
        return redirect(url_for("privacy.index"), 303)
    return render_template("privacy/_export.html", export=export)


@bp.post("/exports")
@fresh_sign_in_required
@own
def ask_for_export() -> ResponseReturnValue:
    commands.ask_for_export(person_id=g.person["person_id"], org_id=_org_id(), now=clock.now())
    flash(_("We put everything together. A letter tells you when it is ready, often within a minute."), "ok")
    return redirect(url_for("privacy.index"), 303)


@bp.get("/exports/<int:export_id>/passerelle.zip")
@fresh_sign_in_required
@own
def download(export_id: int) -> ResponseReturnValue:
    person_id = g.person["person_id"]
    if export_id >= 2**63:
        abort(404)
    export = queries.ready_export_or_404(person_id, export_id, now=clock.now())
    try:
        content = sealing.unseal(bytes(export.content or b""), person_id=person_id, export_id=export_id)
    except InvalidToken:
        abort(404)
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="passerelle.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/imports")
@own
def bring() -> ResponseReturnValue:
    places = _places()
    form = BringForm(places=places)
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        package = packages.unpack(form.archive.data.read())
    except packages.UnreadablePackage as refusal:
        form.archive.errors = [*form.archive.errors, str(refusal)]
        return _page(form), 422
    slugs = [slug for slug, _name in places]
    brought = bringing.bring(package, places=slugs, into=form.into.data, replaces=form.replaces.data, now=clock.now())
    number = sum(brought.values())
    if number:
        flash(ngettext("One thing was brought here.", "%(num)d things were brought here.", number), "ok")
    else:
        flash(_("Nothing was brought: you have written here already, or the archive holds nothing that fits."), "info")
    return redirect(url_for("privacy.index"), 303)


# --- consent ------------------------------------------------------------------------------------------------------------


@bp.post("/consents/<int:org_id>/<purpose>/withdrawal")
@own
def withdraw(org_id: int, purpose: str) -> ResponseReturnValue:
    if purpose not in PURPOSES or org_id >= 2**31:
        abort(404)
    commands.withdraw_consent(org_id=org_id, purpose=Purpose(purpose), now=clock.now())
    flash(_("Withdrawn: your mentor page is paused. On it you choose who may see it, and show it again."), "ok")
    return redirect(url_for("privacy.index", _anchor="consents"), 303)


# --- erase me -----------------------------------------------------------------------------------------------------------


@bp.get("/erasure")
@own
def ask_about_erasure() -> ResponseReturnValue:
    if queries.pending_erasure(g.person["person_id"]):
        return redirect(url_for("privacy.index"), 303)
    return render_template("privacy/erasure.html", holdings=in_order(), person=g.person, signed_in=True)


@bp.post("/erasure")
@fresh_sign_in_required
@own
def ask_for_erasure() -> ResponseReturnValue:
    commands.ask_for_erasure(person_id=g.person["person_id"], org_id=_org_id(), now=clock.now())
    return redirect(url_for("privacy.index"), 303)


@bp.post("/erasure/removal")
@own
def undo_erasure() -> ResponseReturnValue:
    commands.undo_erasure(person_id=g.person["person_id"], now=clock.now())
    flash(_("Nothing is erased. Whoever could find your mentor page finds it again."), "ok")
    return redirect(url_for("privacy.index"), 303)


@bp.get("/erasure/<token>")
def show_link(token: str) -> ResponseReturnValue:
    linked = queries.linked_erasure_or_404(token)
    with in_language(linked.locale):
        return _alone(render_template("privacy/link.html", erasure=linked, token=token, alone=True))


@bp.post("/erasure/<token>/removal")
def undo_by_link(token: str) -> ResponseReturnValue:
    linked = queries.linked_erasure_or_404(token)
    with in_language(linked.locale):
        commands.undo_erasure_by_link(token=token, now=clock.now())
    return redirect(url_for("privacy.show_link", token=token), 303)


def _alone(page: str) -> Response:
    response = Response(page)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
