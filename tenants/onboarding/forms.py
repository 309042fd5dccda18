"""What coordinators tell us of somebody they invite, and what the newcomer tells us."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_security.proxies import _security
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError

from tenants.affiliations.models import Role
from tenants.onboarding.invited import AGAIN
from tenants.onboarding.zones import zones
from tenants.shared.languages import LANGUAGES


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class NewcomerForm(FlaskForm):
    name = StringField(
        _l("Your name, as others here see it"),
        filters=[one_line],
        validators=[InputRequired(_l("Enter your name.")), Length(min=2, max=120)],
    )
    password = PasswordField(
        _l("Choose a password"),
        validators=[InputRequired(_l("Enter a password."))],
    )
    locale = RadioField(
        _l("Your language"),
        choices=LANGUAGES,
        validators=[InputRequired()],
    )
    time_zone = SelectField(_l("Your time zone"), validators=[InputRequired()])

    def __init__(self, *, email: str, **values: Any) -> None:
        super().__init__(**values)
        self.email = email
        self.time_zone.choices = [SelectChoice(*zone) for zone in zones(str(get_locale() or "en")[:2])]

    def validate_name(self, field: StringField) -> None:
        if not any(letter.isalpha() for letter in field.data):
            raise ValidationError(_l("Enter your name."))

    def validate_password(self, field: PasswordField) -> None:
        faults, field.data = _security.password_util.validate(
            field.data, True, email=self.email, name=self.name.data or ""
        )
        if faults:
            raise ValidationError(faults[0])


class NewInvitationForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(_l("Say who is invited.")), Length(max=120)])
    email = EmailField(
        _l("Work e-mail"),
        [
            DataRequired(_l("Give the address the invitation goes to.")),
            Email(_l("This does not look like an e-mail address.")),
            Length(max=254),
        ],
    )
    job_title = StringField(_l("What they do"), [Optional(), Length(max=120)])
    role = SelectField(_l("Role here"), [InputRequired()], coerce=Role)
    locale = SelectField(_l("Language of the invitation"), [InputRequired()], choices=LANGUAGES)


class ResendingForm(FlaskForm):
    """Which invitations to send again, all of them."""

    state = SelectField(choices=[SelectChoice(standing.value, standing.value) for standing in AGAIN])
