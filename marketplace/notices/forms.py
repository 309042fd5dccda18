"""How each kind of letter comes, and when."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from tenants.shared.choices import deliveries
from tenants.shared.hours import Hours
from tenants.shared.kinds import KINDS
from tenants.shared.models import Delivery

WAYS = {
    Delivery.instant: _l("At once"),
    Delivery.daily: _l("In the daily digest"),
    Delivery.weekly: _l("In the weekly digest"),
    Delivery.app: _l("Only in the app"),
}
LATE, EARLY = 21, 7
"""What is proposed for the quiet hours."""


class HoursForm(FlaskForm):
    digest_hour = SelectField(_l("The digest comes at"), coerce=int)
    digest_weekday = SelectField(_l("The weekly digest comes on"), coerce=int)
    quiet = BooleanField(_l("No letters in quiet hours, unless they cannot wait"))
    quiet_from = SelectField(_l("Quiet from"), coerce=int)
    quiet_until = SelectField(_l("Quiet until"), coerce=int)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        hours = [SelectChoice(str(hour), f"{hour:02}:00") for hour in range(24)]
        for field in (self.digest_hour, self.quiet_from, self.quiet_until):
            field.choices = hours
        names = get_day_names("wide", "stand-alone", get_locale())
        self.digest_weekday.choices = [SelectChoice(str(number), names[number].capitalize()) for number in range(7)]

    def validate_quiet_until(self, field: SelectField) -> None:
        if self.quiet.data and field.data == self.quiet_from.data:
            raise ValidationError(_l("Quiet hours end at another hour than they begin."))

    def hours(self, zone: ZoneInfo) -> Hours:
        """What was chosen."""
        quiet = (self.quiet_from.data, self.quiet_until.data) if self.quiet.data else (None, None)
        return Hours(zone, self.digest_hour.data, self.digest_weekday.data, *quiet)


def fields_of(hours: Hours) -> dict[str, Any]:
    """The form's answers for what was chosen before."""
    return {
        "digest_hour": hours.digest_hour,
        "digest_weekday": hours.digest_weekday,
        "quiet": hours.quiet_from is not None,
        "quiet_from": LATE if hours.quiet_from is None else hours.quiet_from,
        "quiet_until": EARLY if hours.quiet_until is None else hours.quiet_until,
    }


def way_field(kind: str) -> SelectField:
    choices = [SelectChoice(way.value, WAYS[way]) for way in deliveries(kind)]
    return SelectField(KINDS[kind].label, choices=choices, default=Delivery.instant.value)


def choices_form(**named: Any) -> Any:
    """The form of a workspace: ``HoursForm`` with a field for each kind of which its reader has a say (``ways``)."""
    kinds = [kind for kind in KINDS if len(deliveries(kind)) > 1]
    form = type("ChoicesForm", (HoursForm,), {kind: way_field(kind) for kind in kinds})(**named)
    form.ways = [form[kind] for kind in kinds]
    return form
