"""The shape of a round that is planned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from marketplace.programmes.modalities import Side
from marketplace.questionnaires.words import AUDIENCES
from tenants.onboarding.zones import zones


class DaysForm(FlaskForm):
    opens_on = DateField(_l("First day"), validators=[InputRequired(_l("Say on which day."))])
    closes_on = DateField(_l("Last day"), validators=[InputRequired(_l("Say on which day."))])
    zone = SelectField(_l("By the clock of"), validators=[InputRequired()])

    def offer_zones(self, locale: str) -> Self:
        self.zone.choices = [SelectChoice(name, label) for name, label in zones(locale)]
        if (
            self.zone.data
            and self.zone.data not in {choice.value for choice in self.zone.choices}
            and not self.is_submitted()
        ):
            self.zone.choices.append(SelectChoice(self.zone.data, self.zone.data))
        return self

    def validate_closes_on(self, field: Any) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_("The last day is before the first."))


class PlanForm(DaysForm):
    audience = RadioField(_l("Who is asked"), validators=[InputRequired(_l("Say who is asked."))])
    anonymous = RadioField(_l("What is promised"), validators=[InputRequired()])

    def offer(self, sides: Sequence[Side], locale: str) -> PlanForm:
        with_firms = [
            audience for audience in AUDIENCES if audience in {side.value for side in sides} | {"hr_partner", "manager"}
        ]
        self.audience.choices = [SelectChoice(one.value, str(AUDIENCES[one])) for one in with_firms]
        self.offer_zones(locale)
        self.anonymous.choices = [
            SelectChoice("yes", _("Answers are anonymous")),
            SelectChoice("no", _("Answers carry the name")),
        ]
        return self
