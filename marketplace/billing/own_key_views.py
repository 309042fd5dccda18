"""Where a network is paid: a page of its settings. The key itself is typed once and never shown."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.billing import gateway, own_key
from marketplace.billing.forms import KeyForm
from marketplace.billing.policy import may_set_payment_key
from tenants.accounts.queries import signed_in_account
from tenants.accounts.second_step import has_second_factor
from tenants.privacy.fresh import fresh_sign_in_required
from tenants.shared import clock
from tenants.shared.errors import Forbidden

bp = Blueprint("network_payments", __name__)


@bp.before_request
def only_administrators() -> None:
    if g.acting is None or not may_set_payment_key(g.acting):
        abort(404)


def _two_steps() -> bool:
    account = signed_in_account()
    return account is not None and has_second_factor(account)


@bp.get("/")
def show() -> str:
    return render_template("billing/own_account.html", standing=own_key.standing(g.acting))


def _form_page(standing: own_key.Standing, form: KeyForm, status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "billing/own_key.html",
            standing=standing,
            form=form,
            two_steps=_two_steps(),
            hook=f"{current_app.config['BASE_URL']}{url_for('stripe_events.take_of_network', network_id=g.acting.org_id)}",
        ),
        status,
    )


@bp.get("/key")
@fresh_sign_in_required
def ask() -> ResponseReturnValue:
    standing = own_key.standing(g.acting)
    return _form_page(
        standing,
        KeyForm(formdata=None, first=standing.key is None, data={"taxes": bool(standing.key and standing.key.taxes)}),
    )


@bp.post("/key")
@fresh_sign_in_required
def set_key() -> ResponseReturnValue:
    if not _two_steps():
        raise Forbidden(_("Set up a second factor for your account first."))
    standing = own_key.standing(g.acting)
    form = KeyForm(first=standing.key is None)
    if not form.validate_on_submit():
        return _form_page(standing, form, 422)
    try:
        own_key.set_key(
            acting=g.acting,
            key=form.key.data or "",
            hook=form.hook.data or "",
            taxes=form.taxes.data,
            now=clock.now(),
        )
    except gateway.WrongKey as wrong:
        lacking = str(wrong)
        form.key.errors = [
            _(
                "Stripe does not let this key use: %(names)s. Add these permissions to it and paste it again.",
                names=lacking,
            )
            if lacking
            else _("Stripe does not know this key. Copy it once more, or make a new one.")
        ]
        return _form_page(standing, form, 422)
    except gateway.Unreachable:
        form.key.errors = [_("Stripe does not answer, so nothing was kept. Try again in a few minutes.")]
        return _form_page(standing, form, 503)
    flash(_("Checked with Stripe, and kept.") if form.key.data else _("Saved."), "ok")
    return redirect(url_for(".show"), 303)


@bp.get("/key/removal/new")
@fresh_sign_in_required
def ask_removal() -> str:
    if own_key.standing(g.acting).key is None:
        abort(404)
    return render_template("billing/own_key_removal.html")


@bp.post("/key/removal")
@fresh_sign_in_required
def remove_key() -> ResponseReturnValue:
    if not _two_steps():
        raise Forbidden(_("Set up a second factor for your account first."))
    own_key.remove_key(acting=g.acting, now=clock.now())
    flash(_("The key is removed here. Delete it in Stripe too."), "ok")
    return redirect(url_for(".show"), 303)
