"""Showing that it is still you, without a password: by a passkey, or by a code in a letter."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.accounts import codes, passkeys
from tenants.accounts.forms import EmailedCodeForm, PasskeyForm
from tenants.accounts.freshness import note_fresh_sign_in, sign_in_required
from tenants.accounts.models import Account, CodePurpose
from tenants.accounts.onward import path_or_nothing
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("confirmations", __name__)


def _no_password(account: Account) -> None:
    if account.password is not None:
        raise Refused(_("Your account has a password: confirm with it."), way_back=url_for("accounts.confirmation"))


def _confirmed(wanted: str | None) -> ResponseReturnValue:
    note_fresh_sign_in()
    flash(_("Thank you, it is you."), "ok")
    return redirect(path_or_nothing(wanted) or url_for("account.index"), 303)


@bp.post("/letter")
@sign_in_required
def send_code(account: Account) -> ResponseReturnValue:
    _no_password(account)
    codes.send_code(account=account, purpose=CodePurpose.confirmation, now=clock.now())
    return redirect(url_for(".enter_code", next=path_or_nothing(request.form.get("next")) or None), 303)


@bp.get("/code")
@sign_in_required
def enter_code(account: Account) -> ResponseReturnValue:
    return render_template("accounts/confirmation_code.html", form=EmailedCodeForm(), account=account)


@bp.post("/code")
@sign_in_required
def answer_code(account: Account) -> ResponseReturnValue:
    _no_password(account)
    form = EmailedCodeForm()
    if form.validate_on_submit():
        given = form.code.data
        if codes.spend_code(account=account, purpose=CodePurpose.confirmation, code=given, now=clock.now()):
            return _confirmed(form.next.data)
        form.code.errors = [_("This code does not work. It is good for ten minutes, five tries and one use.")]
    return render_template("accounts/confirmation_code.html", form=form, account=account), 422


@bp.post("/passkey")
@sign_in_required
def answer_passkey(account: Account) -> ResponseReturnValue:
    form = PasskeyForm()
    if form.validate_on_submit() and passkeys.use_passkey(
        purpose="confirm", answer=form.credential.data or "", account=account, now=clock.now()
    ):
        return _confirmed(form.next.data)
    flash(_("This passkey did not answer as it should. Try once more."), "error")
    return redirect(url_for("accounts.confirmation", next=form.next.data or None), 303)
