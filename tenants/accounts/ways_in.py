"""Ways in besides the password: a code by letter, a passkey; and the second step after either the password or the code."""

from __future__ import annotations

import time

from flask import Blueprint, Response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.accounts import codes, factors, passkeys, queries
from tenants.accounts.forms import AskForCodeForm, EmailedCodeForm, PasskeyForm, SecondStepForm
from tenants.accounts.models import Account, CodePurpose
from tenants.accounts.onward import path_or_nothing
from tenants.accounts.second_step import has_second_factor, sign_in, sign_in_or_ask, waiting
from tenants.shared import clock

bp = Blueprint("ways_in", __name__)
second_step = Blueprint("second_step", __name__)

ASKED = "code_for"
"""Where the address waits that a code was asked for, with the moment; whether anybody has it is not in there."""


@bp.before_request
def only_those_outside() -> ResponseReturnValue | None:
    return None if queries.signed_in_account() is None else redirect(url_for("workspaces.index"), 303)


@bp.after_request
@second_step.after_request
def keep_to_ourselves(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


# --- a code by letter ------------------------------------------------------------------------------------------------


@bp.get("/code")
def code() -> ResponseReturnValue:
    return render_template("accounts/code_request.html", form=AskForCodeForm())


@bp.post("/code")
def ask_for_code() -> ResponseReturnValue:
    form = AskForCodeForm()
    if not form.validate_on_submit():
        return render_template("accounts/code_request.html", form=form), 422
    codes.send_code(account=queries.account_of(form.email.data), purpose=CodePurpose.sign_in, now=clock.now())
    session[ASKED] = [form.email.data, time.time()]
    return redirect(url_for(".enter_code", next=form.next.data or None), 303)


def _asked_address() -> str | None:
    address, at = session.get(ASKED) or ("", 0)
    return str(address) if address and time.time() - float(at) <= codes.GOOD_FOR.total_seconds() else None


@bp.get("/code/entry")
def enter_code() -> ResponseReturnValue:
    address = _asked_address()
    if address is None:
        return redirect(url_for(".code"), 303)
    return render_template("accounts/code_entry.html", form=EmailedCodeForm(), address=address)


@bp.post("/code/entry")
def answer_code() -> ResponseReturnValue:
    address = _asked_address()
    if address is None:
        return redirect(url_for(".code"), 303)
    form = EmailedCodeForm()
    if form.validate_on_submit():
        account = queries.account_of(address)
        given = form.code.data
        if account and codes.spend_code(account=account, purpose=CodePurpose.sign_in, code=given, now=clock.now()):
            session.pop(ASKED, None)
            return sign_in_or_ask(account, via="email", wanted=form.next.data or "")
        form.code.errors = [_wrong_code()]
    return render_template("accounts/code_entry.html", form=form, address=address), 422


def _wrong_code() -> str:
    return _("This code does not work. It is good for ten minutes, five tries and one use; ask for a new one below.")


# --- a passkey ------------------------------------------------------------------------------------------------------


def _passkey_page(form: PasskeyForm) -> str:
    options = passkeys.request_options("sign in") if passkeys.are_possible() else None
    return render_template("accounts/passkey_sign_in.html", form=form, options=options)


@bp.get("/passkey")
def passkey() -> ResponseReturnValue:
    return _passkey_page(PasskeyForm())


@bp.post("/passkey")
def answer_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    if form.validate_on_submit():
        account = passkeys.use_passkey(purpose="sign in", answer=form.credential.data or "", now=clock.now())
        if account is not None:
            # The device has checked its owner: that is two factors in one.
            return sign_in(account, via="passkey", wanted=form.next.data or "")
        form.form_errors.append(_("This passkey does not open an account here. Use your password, or a code."))
    return _passkey_page(form), 422


# --- the second step ------------------------------------------------------------------------------------------------


def _step_page(account: Account, form: SecondStepForm) -> str:
    keys = passkeys.are_possible() and bool(passkeys.passkeys_of(account))
    return render_template(
        "accounts/second_step.html",
        form=form,
        has_app=account.totp_secret is not None,
        has_codes=queries.recovery_codes_left(account) > 0,
        passkey_form=PasskeyForm(formdata=None),
        options=passkeys.request_options("second step", account) if keys else None,
    )


@second_step.get("")
def show() -> ResponseReturnValue:
    found = waiting()
    if found is None or not has_second_factor(found[0]):
        return redirect(url_for("accounts.sign_in"), 303)
    return _step_page(found[0], SecondStepForm())


@second_step.post("")
def answer() -> ResponseReturnValue:
    found = waiting()
    if found is None:
        return redirect(url_for("accounts.sign_in"), 303)
    account, wanted = found
    form = SecondStepForm()
    if form.validate_on_submit():
        given = form.code.data
        if factors.spend_app_code(account=account, code=given):
            return sign_in(account, via="authenticator", wanted=wanted)
        if factors.spend_recovery_code(account=account, code=given):
            return sign_in(account, via="recovery code", wanted=path_or_nothing(wanted) or url_for("account.index"))
        form.code.errors = [_("This code does not work. Each works once; those of the app change every half minute.")]
    return _step_page(account, form), 422


@second_step.post("/passkey", endpoint="answer_passkey")
def answer_second_passkey() -> ResponseReturnValue:
    found = waiting()
    if found is None:
        return redirect(url_for("accounts.sign_in"), 303)
    account, wanted = found
    form = PasskeyForm()
    if form.validate_on_submit() and passkeys.use_passkey(
        purpose="second step", answer=form.credential.data or "", account=account, now=clock.now()
    ):
        return sign_in(account, via="passkey", wanted=wanted)
    refused = SecondStepForm(formdata=None)
    refused.form_errors = [_("This passkey did not answer as it should. Try once more, or use a code.")]
    return _step_page(account, refused), 422
