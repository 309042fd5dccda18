"""Pages that add, rename and remove passkeys."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.accounts import devices, factors, passkeys, queries
from tenants.accounts.forms import NewPasskeyForm, PasskeyNameForm
from tenants.accounts.freshness import fresh_sign_in_required
from tenants.accounts.models import Account, Passkey
from tenants.shared import clock

bp = Blueprint("passkeys", __name__)


@bp.before_request
def only_where_they_work() -> None:
    if not passkeys.are_possible():
        abort(404)


def _new_page(account: Account, form: NewPasskeyForm) -> str:
    return render_template(
        "accounts/passkey_new.html", account=account, form=form, options=passkeys.creation_options(account)
    )


@bp.get("/new")
@fresh_sign_in_required
def new(account: Account) -> ResponseReturnValue:
    return _new_page(account, NewPasskeyForm(name=devices.name_of_this_one()))


@bp.post("")
@fresh_sign_in_required
def add(account: Account) -> ResponseReturnValue:
    form = NewPasskeyForm()
    if not form.validate_on_submit():
        return _new_page(account, form), 422
    first = queries.recovery_codes_left(account) == 0
    if not passkeys.add_passkey(
        account=account, name=form.name.data, answer=form.credential.data or "", now=clock.now()
    ):
        form.form_errors.append(_("The passkey could not be made. Try once more; without JavaScript it does not work."))
        return _new_page(account, form), 422
    if first:
        codes = factors.renew_recovery_codes(account=account)
        return render_template("accounts/recovery_codes.html", account=account, codes=codes)
    flash(_("The passkey is added. It signs you in without a password."), "ok")
    return redirect(url_for("account.index"), 303)


def _edit_page(account: Account, passkey: Passkey, form: PasskeyNameForm) -> str:
    return render_template("accounts/passkey.html", account=account, passkey=passkey, form=form)


@bp.get("/<int:passkey_id>")
@fresh_sign_in_required
def edit(passkey_id: int, account: Account) -> ResponseReturnValue:
    passkey = queries.passkey_or_404(account, passkey_id)
    return _edit_page(account, passkey, PasskeyNameForm(obj=passkey))


@bp.post("/<int:passkey_id>")
@fresh_sign_in_required
def rename(passkey_id: int, account: Account) -> ResponseReturnValue:
    passkey = queries.passkey_or_404(account, passkey_id)
    form = PasskeyNameForm()
    if not form.validate_on_submit():
        return _edit_page(account, passkey, form), 422
    passkeys.rename_passkey(passkey=passkey, name=form.name.data)
    return redirect(url_for("account.index"), 303)


@bp.post("/<int:passkey_id>/removal")
@fresh_sign_in_required
def remove(passkey_id: int, account: Account) -> ResponseReturnValue:
    passkeys.remove_passkey(account=account, passkey=queries.passkey_or_404(account, passkey_id), now=clock.now())
    flash(_("The passkey is removed."), "ok")
    return redirect(url_for("account.index"), 303)
