"""The account's own page, and what is changed from it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import SelectChoice

from tenants.accounts import addresses, commands, passkeys, queries
from tenants.accounts.door import door
from tenants.accounts.forms import AddressForm, ProfileForm
from tenants.accounts.freshness import fresh_sign_in_required, sign_in_required
from tenants.accounts.models import Account
from tenants.onboarding.zones import zones
from tenants.shared import bounces, clock

bp = Blueprint("account", __name__)


@bp.after_request
def keep_to_ourselves(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _profile_form(account: Account) -> ProfileForm:
    form = ProfileForm(obj=account.person)
    offered = dict(zones(str(get_locale() or "en")[:2]))
    offered.setdefault(account.person.time_zone, account.person.time_zone)
    form.time_zone.choices = [SelectChoice(name, label) for name, label in offered.items()]
    return form


def _page(account: Account, form: ProfileForm) -> str:
    now = clock.now()
    return render_template(
        "accounts/account.html",
        account=account,
        form=form,
        zone=ZoneInfo(account.person.time_zone),
        sessions=queries.sessions_of(account),
        this_session=g.get("account_session_id"),
        passkeys=passkeys.passkeys_of(account),
        passkeys_possible=passkeys.are_possible(),
        codes_left=queries.recovery_codes_left(account),
        asked_by=queries.asks_for_second_factor(account.id, today=clock.today()),
        change=addresses.open_change(account, now),
        dead=bounces.is_dead(account.email, door),
    )


@bp.get("")
@sign_in_required
def index(account: Account) -> ResponseReturnValue:
    return _page(account, _profile_form(account))


@bp.post("/profile")
@sign_in_required
def save_profile(account: Account) -> ResponseReturnValue:
    form = _profile_form(account)
    if not form.validate_on_submit():
        return _page(account, form), 422
    commands.change_profile(
        account=account, name=form.name.data, locale=form.locale.data, time_zone=form.time_zone.data
    )
    flash(_("Saved."), "ok")
    response = redirect(url_for(".index"), 303)
    # The language of the account counts from here on, not one that this browser was shown once.
    response.delete_cookie("language")
    return response


@bp.get("/address")
@fresh_sign_in_required
def new_address(account: Account) -> ResponseReturnValue:
    email = account.email if bounces.is_dead(account.email, door) else None
    return render_template("accounts/address.html", account=account, form=AddressForm(data={"email": email}))


@bp.post("/address")
@fresh_sign_in_required
def ask_for_address(account: Account) -> ResponseReturnValue:
    form = AddressForm()
    if not form.validate_on_submit():
        return render_template("accounts/address.html", account=account, form=form), 422
    addresses.ask_for_address(account=account, email=form.email.data, now=clock.now())
    flash(
        _("A letter is on its way to %(email)s. Your address changes once you open its link.", email=form.email.data),
        "info",
    )
    return redirect(url_for(".index"), 303)


@bp.post("/address/withdrawal")
@sign_in_required
def withdraw_address(account: Account) -> ResponseReturnValue:
    addresses.cancel_change(account=account, now=clock.now())
    flash(_("The address stays as it is."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/address/confirmations/<token>")
def show_confirmation(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing: programs that look through letters open links, too."""
    change = addresses.change_behind(token)
    good = change is not None and addresses.may_confirm(change, clock.now())
    page = render_template("accounts/address_confirmation.html", change=change, token=token, good=good)
    return page, 200 if good else 410 if change else 404


@bp.post("/address/confirmations/<token>")
def confirm_address(token: str) -> ResponseReturnValue:
    if addresses.change_behind(token) is None:
        return show_confirmation(token)
    addresses.confirm_address(token=token, now=clock.now())
    flash(_("Your address is changed. From now on you sign in with it."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/address/reversals/<token>")
def show_reversal(token: str) -> ResponseReturnValue:
    change = addresses.change_behind(token, undo=True)
    good = change is not None and addresses.may_undo(change, clock.now())
    page = render_template("accounts/address_reversal.html", change=change, token=token, good=good)
    return page, 200 if good else 410 if change else 404


@bp.post("/address/reversals/<token>")
def undo_address(token: str) -> ResponseReturnValue:
    if addresses.change_behind(token, undo=True) is None:
        return show_reversal(token)
    addresses.undo_address(token=token, now=clock.now())
    flash(_("Your old address is back, and every browser is signed out. Now choose a new password."), "ok")
    return redirect(url_for("accounts.forgotten_password"), 303)


@bp.post("/sessions/<int:session_id>/ending")
@sign_in_required
def end_session(session_id: int, account: Account) -> ResponseReturnValue:
    commands.end_session(session=queries.session_or_404(account, session_id))
    flash(_("That device is signed out."), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/sessions/ending")
@fresh_sign_in_required
def sign_out_everywhere(account: Account) -> ResponseReturnValue:
    commands.sign_out_everywhere(account=account, but=g.get("account_session_id"))
    flash(_("Every other device is signed out."), "ok")
    return redirect(url_for(".index"), 303)
