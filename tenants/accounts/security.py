"""Sign-in: Flask-Security on Flask-Login, reading accounts through the door.

Roles are no concern of it (they live on affiliations), nor are JSON, tokens and its own mails: turned off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, abort, render_template, request, session
from flask_limiter.util import get_remote_address
from flask_login import current_user, user_logged_out
from flask_login.utils import _user_context_processor
from flask_security import Security, SQLAlchemySessionUserDatastore, user_authenticated
from flask_security.core import RoleMixin
from flask_security.password_util import PasswordUtil
from flask_security.utils import get_message
from wtforms import Form

from tenants.accounts import forms, passkeys, sessions
from tenants.accounts.common_passwords import is_common
from tenants.accounts.door import door
from tenants.accounts.letters import AccountLetters
from tenants.accounts.models import Account
from tenants.accounts.onward import path_or_nothing
from tenants.accounts.second_step import WAITING, SecondSteps
from tenants.accounts.sessions import end_sessions
from tenants.accounts.views import NAMES
from tenants.shared.extensions import limiter


def _(text: str) -> str:
    """Mark for the catalogue; Flask-Security translates when it speaks."""
    return text


MESSAGES = {
    "GENERIC_AUTHN_FAILED": (_("This address and this password do not go together."), "error"),
    "PASSWORD_RESET_REQUEST": (
        _("If %(email)s has an account, a letter is on its way. Its link works for one hour."),
        "info",
    ),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _("This link does not work, or was used already. Ask for a new one here."),
        "error",
    ),
    "PASSWORD_RESET_EXPIRED": (
        _("This link has expired: it worked for %(within)s. Ask for a new one here."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (_("Your new password is set. Sign in with it."), "ok"),
    "PASSWORD_CHANGE": (_("Your password is changed. Every other browser is signed out."), "ok"),
    "REAUTHENTICATION_SUCCESSFUL": (_("Thank you, it is you."), "ok"),
    "REAUTHENTICATION_REQUIRED": (_("Please confirm that it is you."), "info"),
    "UNAUTHENTICATED": (_("Sign in to see this page."), "info"),
    "EMAIL_NOT_PROVIDED": (_("Enter your e-mail address."), "error"),
    "INVALID_EMAIL_ADDRESS": (_("This is not an e-mail address."), "error"),
    "PASSWORD_NOT_PROVIDED": (_("Enter a password."), "error"),
    "PASSWORD_INVALID_LENGTH": (
        _("Use between %(length)s and 128 characters; a short sentence is good."),
        "error",
    ),
    "PASSWORD_TOO_SIMPLE": (
        _("This is too easily guessed. A short sentence of your own is better."),
        "error",
    ),
    "PASSWORD_IS_THE_SAME": (_("This is your present password. Choose another."), "error"),
    "INVALID_PASSWORD": (_("This is not your password."), "error"),
    "DISABLED_ACCOUNT": (_("This account is closed. Write to your company's HR partner."), "error"),
    "API_ERROR": (_("This is not text."), "error"),
}

SETTINGS: dict[str, Any] = {
    "LOGIN_URL": NAMES["sign_in"],
    "LOGOUT_URL": NAMES["sign_out"],
    "RESET_URL": NAMES["forgotten_password"],
    "CHANGE_URL": NAMES["password"],
    "VERIFY_URL": NAMES["confirmation"],
    "POST_LOGIN_VIEW": "/workspaces/",
    "POST_CHANGE_VIEW": "/account",
    "POST_LOGOUT_VIEW": "/",
    "LOGIN_USER_TEMPLATE": "accounts/sign_in.html",
    "FORGOT_PASSWORD_TEMPLATE": "accounts/forgotten_password.html",
    "RESET_PASSWORD_TEMPLATE": "accounts/new_password.html",
    "CHANGE_PASSWORD_TEMPLATE": "accounts/password.html",
    "VERIFY_TEMPLATE": "accounts/confirmation.html",
    "EMAIL_TEMPLATE_PASSWORD_RESET": "reset",
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "reset_notice",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "change_notice",
    "EMAIL_PLAINTEXT": False,
    "EMAIL_HTML": False,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "RESET_PASSWORD_WITHIN": timedelta(hours=1),
    "FRESHNESS": timedelta(minutes=30),
    "FRESHNESS_GRACE_PERIOD": timedelta(minutes=5),
    "RETURN_GENERIC_RESPONSES": True,
    # OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": ["argon2"],
    "PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__type": "ID",
        "argon2__memory_cost": 19456,
        "argon2__time_cost": 2,
        "argon2__parallelism": 1,
    },
    # What a link of the forgotten password is tied to: the digest of an Argon2 hash, which nobody can guess. The
    # default takes half a second, and so tells whether an address has an account.
    "HASHING_SCHEMES": ["hex_sha256"],
    # NIST SP 800-63B: length instead of rules about characters, and the same form of Unicode everywhere.
    "PASSWORD_LENGTH_MIN": 12,
    "PASSWORD_NORMALIZE_FORM": "NFKC",
    "JOIN_USER_ROLES": False,
    "API_ENABLED_METHODS": ["session"],
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "I18N_DOMAIN": "messages",
}


def install(app: Flask) -> None:
    """Bind Flask-Security to the app, under our addresses, words and templates."""
    app.config.from_mapping({f"SECURITY_{name}": value for name, value in SETTINGS.items()})
    app.config.from_mapping({f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()})
    translations = Path(app.root_path) / app.config["BABEL_TRANSLATION_DIRECTORIES"]
    app.config["SECURITY_I18N_DIRNAME"] = [str(translations)]
    security = Security(
        app,
        Accounts(door, Account, RoleMixin),
        login_form=forms.SignInForm,
        verify_form=forms.VerifyForm,
        forgot_password_form=forms.ForgottenPasswordForm,
        reset_password_form=forms.ResetPasswordForm,
        change_password_form=forms.ChangePasswordForm,
        mail_util_cls=AccountLetters,
        password_util_cls=PasswordRules,
        render_template=render,
    )
    security.want_json(never_json)
    app.before_request_funcs.setdefault("security", []).append(refuse_strange_addresses)
    # A session is a row of ours: its own secret is in the cookie, and it can be ended by itself.
    security.login_manager.user_loader(sessions.load_account)
    user_authenticated.connect(sessions.begin_session, app)
    user_logged_out.connect(sessions.end_this_session, app)
    security.two_factor_plugins = SecondSteps()
    security.verify_context_processor(confirmation_context)
    leave_other_pages_alone(app, security)


def leave_other_pages_alone(app: Flask, security: Security) -> None:
    """Load the account only where a page asks for it.

    Flask-Principal loads it before every request and Flask-Login before every template: two readings of a table
    that the workspace's pages never look at, because the gate in the database has already said who acts.
    """
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.template_context_processors[None].remove(_user_context_processor)


def refuse_strange_addresses() -> None:
    """Our forms never carry an address of another site; one that does was tampered with."""
    for wanted in (*request.form.getlist("next"), *request.args.getlist("next")):
        if request.method == "POST" and wanted and not path_or_nothing(wanted):
            abort(400)


def never_json(_request: Request) -> bool:
    return False


def render(template: str, **context: Any) -> Any:
    """A page of Flask-Security's; 422 when a form on it was refused."""
    refused = any(value.errors for value in context.values() if isinstance(value, Form))
    status = 422 if request.method == "POST" and refused else 200
    return render_template(template, **context), status


def confirmation_context() -> dict[str, Any]:
    """What the page of the confirmation offers besides the password."""
    account: Account = current_user._get_current_object()
    options = None
    if passkeys.are_possible() and passkeys.passkeys_of(account):
        options = passkeys.request_options("confirm", account)
    return {"account": account, "passkey_options": options}


class Accounts(SQLAlchemySessionUserDatastore):
    def set_uniquifier(self, user: Any, uniquifier: str | None = None) -> None:
        """Flask-Security calls it for a new password: it ends every session of the account."""
        super().set_uniquifier(user, uniquifier)
        end_sessions(user.id)


class PasswordRules(PasswordUtil):
    """NIST SP 800-63B section 5.1.1.2: long, and neither common, nor a repetition, nor the account's own words."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:
        """The sentences that refuse ``password`` (or None), and its normal form.

        ``about`` holds the account (``user``), or the ``email`` and ``name`` of one that is about to be.
        """
        faults, normal = super().validate(password, is_register, **about)
        user: Account | None = about.get("user")
        known = [user.email, user.person.name] if user else [about.get("email", ""), about.get("name", "")]
        if not faults and (is_common(normal) or too_easily_guessed(normal, known)):
            faults = [get_message("PASSWORD_TOO_SIMPLE")[0]]
        return faults, normal


def too_easily_guessed(password: str, known: list[str]) -> bool:
    """Fewer than five different letters are left without what anybody knows of the person."""
    left = password.casefold()
    words = {word for text in (*known, "passerelle mentor password") for word in re.findall(r"\w+", text.casefold())}
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "") if len(word) > 2 else left
    return len({letter for letter in left if letter.isalnum()}) < 5


# --- slowing down those who guess ----------------------------------------------------------


def _address_and_email() -> str:
    return f"{get_remote_address()} {_email()}"


def _email() -> str:
    return request.form.get("email", "").strip().lower()[:254]


def _second_step() -> str:
    return f"second step of {(session.get(WAITING) or [0])[0]}"


def _signed_in() -> str:
    return f"account {current_user.get_id() if current_user.is_authenticated else get_remote_address()}"


def _refused(response: Response) -> bool:
    return response.status_code == 422


def throttle(app: Flask) -> None:
    """Count failures at sign-in, and letters for forgotten passwords; a 429 page answers above the limit."""
    limits: dict[str, list[tuple[str, Callable[[], str], Callable[[Response], bool] | None]]] = {
        "security.login": [
            ("8 per 10 minutes", _address_and_email, _refused),
            ("60 per 10 minutes", get_remote_address, _refused),
            ("40 per hour", _email, _refused),
        ],
        "security.verify": [("8 per 10 minutes", _signed_in, _refused)],
        "security.change_password": [("8 per 10 minutes", _signed_in, _refused)],
        "security.forgot_password": [("5 per hour", _email, None), ("30 per hour", get_remote_address, None)],
        "ways_in.ask_for_code": [("5 per hour", _email, None), ("30 per hour", get_remote_address, None)],
        "ways_in.answer_code": [("20 per 10 minutes", get_remote_address, _refused)],
        "ways_in.answer_passkey": [("20 per 10 minutes", get_remote_address, _refused)],
        # By account: whoever has the password must not get further by changing where they ask from.
        "second_step.answer": [("8 per 10 minutes", _second_step, _refused)],
        "second_step.answer_passkey": [("8 per 10 minutes", _second_step, _refused)],
        "confirmations.send_code": [("5 per hour", _signed_in, None)],
        "confirmations.answer_code": [("8 per 10 minutes", _signed_in, _refused)],
        "account.ask_for_address": [("5 per hour", _signed_in, None)],
    }
    for endpoint, rules in limits.items():
        view: Any = app.view_functions[endpoint]
        for limit, key, only in rules:
            view = limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=only)(view)
        app.view_functions[endpoint] = view
