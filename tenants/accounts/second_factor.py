"""Pages that set up an authenticator app, and its recovery codes."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.accounts import factors, passkeys, queries
from tenants.accounts.forms import AppCodeForm
from tenants.accounts.freshness import fresh_sign_in_required, sign_in_required
from tenants.accounts.models import Account
from tenants.accounts.second_step import has_second_factor
from tenants.shared import clock

bp = Blueprint("second_factor", __name__)

WAITING = "authenticator_app"
"""Where the new secret waits, encrypted, until a code proves that the app has it."""


@bp.after_request
def keep_to_ourselves(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _setup_page(account: Account, form: AppCodeForm) -> str:
    secret = session.setdefault(WAITING, factors.new_secret())
    values = factors.setup_values(account, secret)
    return render_template("accounts/app.html", account=account, form=form, **values)


def _codes_page(codes: list[str], account: Account) -> str:
    return render_template("accounts/recovery_codes.html", account=account, codes=codes)


@bp.get("/required")
@sign_in_required
def required(account: Account) -> ResponseReturnValue:
    """Where a workspace leads that opens only with a second factor."""
    slug = request.args.get("organisation", "")
    places = {place.slug: place for place in queries.workspaces_of(account.id, today=clock.today())}
    if slug not in places:
        abort(404)
    if has_second_factor(account):
        return redirect(url_for("workspaces.index"), 303)
    return render_template(
        "accounts/second_factor_required.html",
        account=account,
        place=places[slug],
        others=len(places) > 1,
        passkeys_possible=passkeys.are_possible(),
    )


@bp.get("")
@fresh_sign_in_required
def new(account: Account) -> ResponseReturnValue:
    session.pop(WAITING, None)
    return _setup_page(account, AppCodeForm())


@bp.post("")
@fresh_sign_in_required
def set_up(account: Account) -> ResponseReturnValue:
    form = AppCodeForm()
    if form.validate_on_submit() and WAITING in session:
        codes = factors.set_up_app(account=account, secret=session[WAITING], code=form.code.data)
        if codes is not None:
            session.pop(WAITING)
            return _codes_page(codes, account)
        form.code.errors = [_("This is not what the app shows now. Wait for the next figures, and check its clock.")]
    return _setup_page(account, form), 422


@bp.get("/removal/new")
@fresh_sign_in_required
def ask_removal(account: Account) -> ResponseReturnValue:
    return render_template("accounts/app_removal.html", account=account)


@bp.post("/removal")
@fresh_sign_in_required
def turn_off(account: Account) -> ResponseReturnValue:
    factors.turn_off_app(account=account, now=clock.now())
    flash(_("The app is no longer asked for."), "ok")
    return redirect(url_for("account.index"), 303)


@bp.post("/recovery-codes")
@fresh_sign_in_required
def renew_codes(account: Account) -> ResponseReturnValue:
    if not has_second_factor(account):
        return redirect(url_for(".new"), 303)
    return _codes_page(factors.renew_recovery_codes(account=account), account)


@bp.post("/recovery-codes/file")
@fresh_sign_in_required
def download_codes(account: Account) -> ResponseReturnValue:
    """The codes that the page before shows, as a file. They come from that page: nobody else has them any more."""
    codes = [code[:24] for code in request.form.getlist("code")[: factors.RECOVERY_CODES]]
    text = "\r\n".join([_("Passerelle: recovery codes of %(email)s", email=account.email), "", *codes, ""])
    headers = {"Content-Disposition": "attachment; filename=passerelle-recovery-codes.txt"}
    return Response(text, mimetype="text/plain", headers=headers)
