"""Flask-Security's forms in our words, and safe about where they lead."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import forms as theirs
from wtforms import EmailField, HiddenField, PasswordField

from tenants.accounts.onward import path_or_nothing


def strip(text: str | None) -> str | None:
    return text.strip() if isinstance(text, str) else text


def mark_as_address(form: Any, _field: Any) -> None:
    form.is_address = True


class Onward:
    """Where to go after the form: ``next`` when it was asked for, else what the home page was opened for."""

    next = HiddenField()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        wanted = self.next.data or request.args.get("next")
        if not wanted and "start" in request.args:
            wanted = url_for("workspaces.index", start=request.args["start"])
        self.next.data = path_or_nothing(wanted)


class SignInForm(Onward, theirs.LoginForm):
    email = EmailField(
        _l("E-mail address"),
        filters=[strip],
        render_kw={"autocomplete": "username"},
        validators=[theirs.IsString(), theirs.email_required, theirs.EmailValidation(verify=False)],
    )
    password = PasswordField(
        _l("Password"),
        render_kw={"autocomplete": "current-password"},
        validators=[theirs.IsString(), theirs.password_required],
    )
    # A session lasts 14 days on every browser; a second cookie that signs in again would outlive it.
    remember = None


class VerifyForm(Onward, theirs.VerifyForm):
    password = PasswordField(
        _l("Password"),
        render_kw={"autocomplete": "current-password"},
        validators=[theirs.IsString(), theirs.password_required],
    )


class ForgottenPasswordForm(theirs.ForgotPasswordForm):
    email = EmailField(
        _l("E-mail address"),
        filters=[strip],
        render_kw={"autocomplete": "username"},
        validators=[
            theirs.IsString(),
            theirs.email_required,
            theirs.EmailValidation(verify=False),
            mark_as_address,
            theirs.valid_user_email,
        ],
    )
    is_address = False

    def validate(self, **options: Any) -> bool:
        """Flask-Security hides every error of the field, not to tell who has an account; a slip need not be hidden."""
        valid: bool = super().validate(**options)
        if not self.is_address:
            self.form_errors.extend(self.email.errors)
        return valid


class ResetPasswordForm(theirs.ResetPasswordForm):
    password = PasswordField(
        _l("New password"),
        render_kw={"autocomplete": "new-password"},
        validators=[theirs.IsString(), theirs.password_required],
    )
    # Whoever mistypes it asks for another link: a second field would cost everybody else.
    password_confirm = None


class ChangePasswordForm(theirs.ChangePasswordForm):
    password = PasswordField(
        _l("Present password"),
        render_kw={"autocomplete": "current-password"},
        validators=[theirs.IsString(), theirs.password_required],
    )
    new_password = PasswordField(
        _l("New password"),
        render_kw={"autocomplete": "new-password"},
        validators=[theirs.IsString(), theirs.password_required],
    )
    new_password_confirm = None
