"""The shape of a consent."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

LONGEST = timedelta(days=366)


class ConsentForm(FlaskForm):
    to = RadioField(_l("Who may see your card"), [InputRequired(_l("Choose who may see it."))])
    organisation = SelectField(_l("Which organisation"), coerce=int, default=0)
    from_on = DateField(_l("From"), [InputRequired(_l("Choose a day."))])
    until_on = DateField(_l("Until"), [InputRequired(_l("Choose a day."))])
    hide = BooleanField(_l("Hide it from my employer"), default=True)

    def offer(self, named: list[tuple[int, str]], today: date) -> ConsentForm:
        self.today = today
        choices = [
            ("committees", _("Nomination committees of the network")),
            ("search_firms", _("Search firms that the network has admitted")),
        ]
        if named:
            choices.append(("organisation", _("One organisation that you name")))
        self.to.choices = [SelectChoice(*one) for one in choices]
        self.organisation.choices = [
            SelectChoice(0, _("Choose an organisation")),
            *(SelectChoice(*one) for one in named),
        ]
        return self

    def validate_organisation(self, field: SelectField) -> None:
        if self.to.data == "organisation" and not field.data:
            raise ValidationError(_("Choose an organisation."))

    def validate_until_on(self, field: DateField) -> None:
        if field.data < self.today:
            raise ValidationError(_("Choose a day from today on."))
        if self.from_on.data and field.data < self.from_on.data:
            raise ValidationError(_("It ends before it begins."))
        if self.from_on.data and field.data - self.from_on.data > LONGEST:
            raise ValidationError(_("A year at most. You can say yes again then."))
