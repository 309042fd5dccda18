"""Pages of a group of companies: who stands above and below, by the yes of both."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.conflicts import commands, queries
from tenants.conflicts.forms import OfferForm, SightForm
from tenants.conflicts.policy import may_speak_for_group
from tenants.organisations.models import GroupSight
from tenants.shared import clock

bp = Blueprint("groups", __name__)


@bp.before_request
def only_administrators() -> None:
    if g.acting is None or not may_speak_for_group(g.acting):
        abort(404)


def _page(form: OfferForm) -> str:
    companies = queries.group_around(g.acting)
    own = next(company for company in companies if company.id == g.acting.org_id)
    return render_template(
        "conflicts/group.html",
        form=form,
        sight=SightForm(formdata=None, data={"sight": own.group_sight.value}),
        own=own,
        above=next((company for company in companies if company.id == own.parent_id), None),
        below=[company for company in companies if company.id not in (own.id, own.parent_id)],
        offers=queries.offers_to_us(g.acting),
        asked=queries.our_offers(g.acting),
    )


def _back() -> ResponseReturnValue:
    return redirect(url_for("groups.index"), 303)


@bp.get("/")
def index() -> str:
    return _page(OfferForm(formdata=None))


@bp.post("/offers")
def offer() -> ResponseReturnValue:
    form = OfferForm()
    if not form.validate_on_submit():
        return _page(form), 422
    slug = form.slug.data.strip().lower()
    commands.offer_group(acting=g.acting, slug=slug, other_is_parent=form.relation.data == "parent", now=clock.now())
    flash(_("If a company has this address, its administrator is asked."), "ok")
    return _back()


@bp.post("/offers/<int:offer_id>/withdrawal")
def withdraw(offer_id: int) -> ResponseReturnValue:
    commands.withdraw_offer(acting=g.acting, offer_id=offer_id)
    return _back()


def _answer(org_id: int, offer_id: int, accepts: bool) -> ResponseReturnValue:
    commands.answer_offer(acting=g.acting, org_id=org_id, offer_id=offer_id, accepts=accepts, now=clock.now())
    flash(_("Answered."), "ok")
    return _back()


@bp.post("/offers/<int:org_id>/<int:offer_id>/acceptance")
def accept(org_id: int, offer_id: int) -> ResponseReturnValue:
    return _answer(org_id, offer_id, True)


@bp.post("/offers/<int:org_id>/<int:offer_id>/refusal")
def refuse(org_id: int, offer_id: int) -> ResponseReturnValue:
    return _answer(org_id, offer_id, False)


@bp.post("/companies/<int:child_id>/leaving")
def leave(child_id: int) -> ResponseReturnValue:
    commands.leave_group(acting=g.acting, child_id=child_id, now=clock.now())
    flash(_("The company is out of the group."), "ok")
    return _back()


@bp.post("/sight")
def set_sight() -> ResponseReturnValue:
    form = SightForm()
    if not form.validate_on_submit():
        return _page(OfferForm(formdata=None)), 422
    commands.set_group_sight(acting=g.acting, sight=GroupSight(form.sight.data), now=clock.now())
    flash(_("Saved."), "ok")
    return _back()
