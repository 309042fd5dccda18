"""The shape of what coordinators declare."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from tenants.organisations.models import GroupSight


class ChangeForm(FlaskForm):
    kind = SelectField(_l("What kind of conflict"), [InputRequired()])
    since = DateField(_l("From"), [DataRequired(_l("From which day?"))])
    until = DateField(_l("Until"), [Optional()])
    covers_group = BooleanField(_l("Also for the companies below ours in our group"))
    note = TextAreaField(_l("Note for your colleagues"), [Optional(), Length(max=500)])

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data <= self.since.data:
            raise ValidationError(_l("The last day must come after the first."))


class ConflictForm(ChangeForm):
    other_org_id = SelectField(_l("Firm"), [InputRequired(_l("Choose a firm."))], coerce=int)


class ListForm(FlaskForm):
    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])


class OfferForm(FlaskForm):
    slug = StringField(
        _l("Address of the company here"),
        [DataRequired(_l("Type the firm’s address, for example nordal-logistics.")), Length(max=60)],
    )
    relation = RadioField(
        _l("It is"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice("parent", _l("above ours (our parent)")),
            SelectChoice("child", _l("below ours (our subsidiary)")),
        ],
    )


class SightForm(FlaskForm):
    sight = RadioField(
        _l("Companies of our group"),
        [InputRequired()],
        choices=[
            SelectChoice(GroupSight.share.value, _l("may see each other’s people here")),
            SelectChoice(GroupSight.hide.value, _l("do not see each other’s people here")),
        ],
    )
