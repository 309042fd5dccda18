"""The shape of an invitation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from tenants.affiliations.models import Role
from tenants.organisations.forms import LANGUAGES


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
