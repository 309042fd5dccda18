"""Who sees me: a candidate's page of consents and of who looked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.visibility import commands, dossier_commands, queries
from marketplace.visibility.forms import ConsentForm
from marketplace.visibility.introduction_forms import GrantForm, LinkForm
from marketplace.visibility.introduction_queries import link_or_404, links, requests_for_dossier
from marketplace.visibility.models import Showing, ShownTo
from marketplace.visibility.queries import Audience
from marketplace.visibility.words import VIEWED_WORDS
from tenants.shared import clock

bp = Blueprint("visibility", __name__)
AT_FIRST, LINK_AT_FIRST = timedelta(days=90), timedelta(days=30)


def _today() -> date:
    return clock.now().astimezone(g.acting.zone).date()


def in_words(audience: Audience) -> str:
    """Who sees the card today."""
    if not audience.on_show:
        return _("Today nobody can see you.")
    committees = ngettext("%(num)d nomination committee", "%(num)d nomination committees", audience.committees)
    firms = ngettext("%(num)d search firm", "%(num)d search firms", audience.search_firms)
    day = audience.until_on
    if audience.committees and audience.search_firms:
        return _("Today %(committees)s and %(firms)s can see your anonymous card.", committees=committees, firms=firms)
    if audience.committees or audience.search_firms:
        return _("Today %(who)s can see your anonymous card.", who=committees if audience.committees else firms)
    return _("Your card is on show, and nobody is there yet who could see it.") if day else ""


def to_words(one: Showing, named: dict[int, str]) -> str:
    if one.to_kind is ShownTo.committees:
        return _("Nomination committees of the network")
    if one.to_kind is ShownTo.search_firms:
        return _("Search firms that the network has admitted")
    return named.get(one.to_org_id or 0, _("An organisation that you named"))


def _page(
    form: ConsentForm | None = None,
    status: int = 200,
    network_id: int = 0,
    *,
    link_form: LinkForm | None = None,
    grants: Mapping[int, GrantForm] | None = None,
) -> ResponseReturnValue:
    """The page of one network; a form that was refused stands in it as it was sent."""
    homes = queries.homes(g.acting)
    asked = network_id or request.args.get("network", 0, type=int)
    home = next((one for one in homes if one.network_id == asked), homes[0] if homes else None)
    scene: dict[str, Any] = {"home": home, "homes": homes}
    if home:
        today = _today()
        named = queries.who_may_be_named(home.network_id)
        fresh = form or ConsentForm(None, from_on=today, until_on=today + AT_FIRST)
        audience = queries.audience(home.network_id)
        scene |= {
            "form": fresh.offer(named, today),
            "named": named,
            "audience": audience,
            "summary": in_words(audience),
            "consents": [
                (one, to_words(one, dict(named))) for one in queries.consents(g.acting, home.network_id, today)
            ],
            "looked": queries.looked(home.network_id),
            "viewed": VIEWED_WORDS,
            "links": links(g.acting, home.network_id, today),
            "requests": requests_for_dossier(home.network_id),
            "link_form": link_form or LinkForm(None, prefix="link", until_on=today + LINK_AT_FIRST),
        }
        grants = grants or {}
        scene["grants"] = {
            one.id: grants.get(one.id) or GrantForm(None, prefix=f"r{one.id}", until_on=today + LINK_AT_FIRST)
            for one in scene["requests"]
        }
    return render_template("visibility/index.html", **scene), status


@bp.get("/")
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/<int:network_id>/consents")
def show_card(network_id: int) -> ResponseReturnValue:
    home = queries.home_or_404(g.acting, network_id)
    form = ConsentForm().offer(queries.who_may_be_named(network_id), _today())
    if not form.validate_on_submit():
        return _page(form, 422, network_id)
    to = ShownTo(form.to.data)
    commands.show_card(
        acting=g.acting,
        home=home,
        to=to,
        org_id=form.organisation.data if to is ShownTo.organisation else None,
        from_on=form.from_on.data or abort(404),
        until_on=form.until_on.data or abort(404),
        hide=bool(form.hide.data),
        now=clock.now(),
    )
    flash(_("Your anonymous card is on show as you said."), "ok")
    return redirect(url_for(".index", network=network_id), 303)


@bp.post("/<int:network_id>/consents/<int:consent_id>/withdrawal")
def withdraw(network_id: int, consent_id: int) -> ResponseReturnValue:
    queries.home_or_404(g.acting, network_id)
    return _withdrawn(network_id, consent_id)


@bp.post("/<int:network_id>/withdrawal")
def withdraw_all(network_id: int) -> ResponseReturnValue:
    queries.home_or_404(g.acting, network_id)
    return _withdrawn(network_id, None)


def _withdrawn(network_id: int, consent_id: int | None) -> ResponseReturnValue:
    commands.withdraw(acting=g.acting, network_id=network_id, consent_id=consent_id, now=clock.now())
    flash(_("Withdrawn. It holds from this moment, on pages that are open as well."), "ok")
    return redirect(url_for(".index", network=network_id), 303)


# --- the full dossier ---------------------------------------------------------------------------------------------------


@bp.post("/<int:network_id>/dossier-requests/<int:request_id>/answer")
def answer_request(network_id: int, request_id: int) -> ResponseReturnValue:
    queries.home_or_404(g.acting, network_id)
    until_on = None
    if request.form.get("answer") != "no":
        form = GrantForm(prefix=f"r{request_id}").on(_today())
        if not form.validate_on_submit():
            if request_id not in {one.id for one in requests_for_dossier(network_id)}:
                abort(404)
            return _page(None, 422, network_id, grants={request_id: form})
        until_on = form.until_on.data
    dossier_commands.answer_request(network_id=network_id, request_id=request_id, until_on=until_on, now=clock.now())
    flash(_("Your dossier is open to them until the day you chose.") if until_on else _("Declined."), "ok")
    return redirect(url_for(".index", network=network_id), 303)


@bp.post("/<int:network_id>/links")
def make_link(network_id: int) -> ResponseReturnValue:
    """The address is on the page that comes back, and nowhere else."""
    queries.home_or_404(g.acting, network_id)
    form = LinkForm(prefix="link").on(_today())
    if not form.validate_on_submit():
        return _page(None, 422, network_id, link_form=form)
    recipient, until_on = form.recipient.data or "", form.until_on.data or abort(404)
    token = dossier_commands.make_link(network_id=network_id, recipient=recipient, until_on=until_on, now=clock.now())
    response = make_response(
        render_template(
            "visibility/link_made.html",
            address=url_for("dossier_links.show", token=token, _external=True),
            recipient=recipient,
            until_on=until_on,
            network_id=network_id,
        ),
        201,
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


@bp.post("/<int:network_id>/links/<int:link_id>/withdrawal")
def revoke_link(network_id: int, link_id: int) -> ResponseReturnValue:
    link_or_404(g.acting, network_id, link_id)
    dossier_commands.revoke_link(network_id=network_id, link_id=link_id, now=clock.now())
    flash(_("Withdrawn. It holds from this moment, on pages that are open as well."), "ok")
    return redirect(url_for(".index", network=network_id), 303)
