"""The shape of what coordinators say about somebody's place in the organisation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from tenants.affiliations.models import Role


class RoleForm(FlaskForm):
    role = SelectField(_l("Role here"), [InputRequired()], coerce=Role)


class DetailsForm(FlaskForm):
    job_title = StringField(_l("What they do"), [Optional(), Length(max=120)])


class EndForm(FlaskForm):
    on = DateField(_l("First day without access"), [DataRequired(_l("Choose a day."))])


class AssistantForm(FlaskForm):
    assistant_id = SelectField(_l("Assistant"), [InputRequired(_l("Choose a person."))], coerce=int)
