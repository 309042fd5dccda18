"""A candidate's full dossier, for the one organisation that it is open to. Each opening is written down by the database."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.dossiers.papers import dossier_sheet, full_html
from marketplace.pages import calendar_day
from marketplace.papers.handing import hand_over
from marketplace.visibility import dossier_commands as commands
from marketplace.visibility import introduction_queries as queries
from marketplace.visibility.introduction_forms import DossierRequestForm
from marketplace.visibility.introduction_queries import OpenedDossier
from marketplace.visibility.queries import cards_of, network_or_404
from tenants.shared import clock
from tenants.shared.database import db

bp = Blueprint("candidate_dossiers", __name__)
LANGUAGES = ("en", "fr")


@bp.after_request
def keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store, private"
    return response


def language() -> str:
    chosen = request.args.get("in", "")
    return chosen if chosen in LANGUAGES else str(get_locale())[:2]


def _gone(network_id: int, card_id: int) -> ResponseReturnValue:
    """410 where it was open to the viewer's organisation; else there is no such page."""
    network = network_or_404(g.acting, network_id)
    if queries.dossier_standing(network_id, card_id).state == "gone":
        return render_template("visibility/gone.html", network=network, dossier=True), 410
    abort(404)


def _opened(network_id: int, card_id: int, what: str) -> OpenedDossier | None:
    network_or_404(g.acting, network_id)
    return queries.opened_dossier(network_id, card_id, what, clock.now())


@bp.get("/<int:network_id>/<int:card_id>/dossier")
def show(network_id: int, card_id: int) -> ResponseReturnValue:
    opened = _opened(network_id, card_id, "dossier")
    if opened is None:
        if queries.dossier_standing(network_id, card_id).state in {"asked", "declined", "none"}:
            return redirect(url_for(".new", network_id=network_id, card_id=card_id))
        return _gone(network_id, card_id)
    db.session.commit()
    return render_template(
        "visibility/dossier.html",
        opened=opened,
        shown=full_html(opened.dossier, language()),
        language=language(),
        key={"network_id": network_id, "card_id": card_id},
    )


@bp.get("/<int:network_id>/<int:card_id>/dossier.pdf")
def paper(network_id: int, card_id: int) -> ResponseReturnValue:
    """Marked with whom it is for; drawn anew each day, and gone with a withdrawal."""
    opened = _opened(network_id, card_id, "file")
    if opened is None:
        return _gone(network_id, card_id)
    today = clock.now().astimezone(g.acting.zone).date()
    mark = _("For %(organisation)s alone, %(day)s", organisation=g.acting.org_name, day=calendar_day(today))
    sheet = dossier_sheet(
        opened.dossier, name=opened.name, person_id=opened.person_id, locale=language(), watermark=mark
    )
    back = url_for(".show", network_id=network_id, card_id=card_id)
    response = hand_over(sheet, name=f"board-dossier-{language()}.pdf", title=_("Board dossier"), back=back)
    db.session.commit()
    return response


@bp.get("/<int:network_id>/<int:card_id>/dossier/standing")
def standing(network_id: int, card_id: int) -> ResponseReturnValue:
    """An open page asks whether it still may be."""
    network_or_404(g.acting, network_id)
    response = make_response("", 204)
    if queries.dossier_standing(network_id, card_id).state != "open":
        response.headers["HX-Refresh"] = "true"
    return response


def _new_page(network_id: int, card_id: int, form: DossierRequestForm) -> str:
    network = network_or_404(g.acting, network_id)
    card = cards_of(network_id, [card_id]) or abort(404)
    return render_template(
        "visibility/dossier_request.html",
        network=network,
        card=card[0],
        standing=queries.dossier_standing(network_id, card_id),
        form=form,
        locale_name=str(get_locale()),
    )


@bp.get("/<int:network_id>/<int:card_id>/dossier-request")
def new(network_id: int, card_id: int) -> ResponseReturnValue:
    return _new_page(network_id, card_id, DossierRequestForm(formdata=None))


@bp.post("/<int:network_id>/<int:card_id>/dossier-request")
def ask(network_id: int, card_id: int) -> ResponseReturnValue:
    form = DossierRequestForm()
    if not form.validate_on_submit():
        return _new_page(network_id, card_id, form), 422
    network_or_404(g.acting, network_id)
    commands.ask_dossier(
        acting=g.acting, network_id=network_id, card_id=card_id, reason=form.reason.data or "", now=clock.now()
    )
    flash(_("Asked. You read here when the candidate has answered."), "ok")
    return redirect(url_for(".new", network_id=network_id, card_id=card_id), 303)
