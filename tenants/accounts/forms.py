"""Flask-Security's forms in our words, and safe about where they lead."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_security import forms as theirs
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length

from tenants.accounts.onward import path_or_nothing
from tenants.shared.languages import LANGUAGES


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
    # Not required: an account without one chooses its first. Flask-Security asks for it where there is one.
    password = PasswordField(
        _l("Present password"),
        render_kw={"autocomplete": "current-password"},
        validators=[theirs.IsString()],
    )
    new_password = PasswordField(
        _l("New password"),
        render_kw={"autocomplete": "new-password"},
        validators=[theirs.IsString(), theirs.password_required],
    )
    new_password_confirm = None

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.password.flags.required = True


FIGURES = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}


class ProfileForm(FlaskForm):
    name = StringField(
        _l("Your name"),
        [DataRequired(_l("Say how people call you.")), Length(max=120)],
        filters=[strip],
        render_kw={"autocomplete": "name"},
    )
    locale = SelectField(_l("Language"), [InputRequired()], choices=LANGUAGES)
    time_zone = SelectField(_l("Time zone"), [InputRequired()])


class AddressForm(FlaskForm):
    email = EmailField(
        _l("New e-mail address"),
        [
            DataRequired(_l("Enter your e-mail address.")),
            Email(_l("This is not an e-mail address.")),
            Length(max=254),
        ],
        filters=[strip],
        render_kw={"autocomplete": "email"},
    )


class AskForCodeForm(Onward, FlaskForm):
    email = EmailField(
        _l("E-mail address"),
        [
            DataRequired(_l("Enter your e-mail address.")),
            Email(_l("This is not an e-mail address.")),
            Length(max=254),
        ],
        filters=[strip],
        render_kw={"autocomplete": "username"},
    )


class EmailedCodeForm(Onward, FlaskForm):
    code = StringField(
        _l("The six figures"), [DataRequired(_l("Enter the code.")), Length(max=20)], filters=[strip], render_kw=FIGURES
    )


class AppCodeForm(FlaskForm):
    code = StringField(
        _l("The six figures"), [DataRequired(_l("Enter the code.")), Length(max=20)], filters=[strip], render_kw=FIGURES
    )


class SecondStepForm(FlaskForm):
    code = StringField(
        _l("Code"),
        [DataRequired(_l("Enter the code.")), Length(max=40)],
        filters=[strip],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


class PasskeyNameForm(FlaskForm):
    name = StringField(
        _l("Name of the passkey"),
        [DataRequired(_l("Give it a name that you will recognise.")), Length(max=60)],
        filters=[strip],
    )


class NewPasskeyForm(PasskeyNameForm):
    credential = HiddenField()


class PasskeyForm(Onward, FlaskForm):
    credential = HiddenField()
