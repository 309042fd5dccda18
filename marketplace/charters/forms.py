"""The shape of a pair's agreement as it is written and signed, and of an organisation's rules."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from marketplace.vocabulary import CADENCES
from tenants.shared import clock
from tenants.shared.typed import tidy

LONGEST = timedelta(days=3 * 366)


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class Signature(FlaskForm):
    name = StringField(
        _l("Your full name"),
        filters=[one_line],
        validators=[DataRequired(_l("Type your name.")), Length(min=2, max=120)],
    )


class SignForm(Signature):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    agreed = BooleanField(
        _l("I have read this version, and I sign it."),
        validators=[InputRequired(_l("Tick this to sign."))],
    )


class VersionForm(Signature):
    """``seen``: the number of the version it was written on top of."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    purpose = TextAreaField(
        _l("What this mentorship is for"),
        filters=[tidy],
        validators=[DataRequired(_l("Write a sentence or two.")), Length(max=2000)],
    )
    cadence = SelectField(_l("How often you meet"), validators=[InputRequired()])
    ends_on = DateField(_l("Planned last day"), validators=[DataRequired(_l("Choose a day."))])
    contact = TextAreaField(
        _l("How you reach each other"),
        filters=[tidy],
        validators=[DataRequired(_l("Write a sentence or two.")), Length(max=2000)],
    )
    agreed = BooleanField(
        _l("I sign this version. It holds once both have signed."),
        validators=[InputRequired(_l("Tick this to sign."))],
    )

    def fill_choices(self) -> VersionForm:
        pairs = CADENCES.choices(str(get_locale()))
        self.cadence.choices = [SelectChoice(value=slug, label=label) for slug, label in pairs]
        return self

    def validate_ends_on(self, field: DateField) -> None:
        today: date = clock.today()
        if field.data and field.data <= today:
            raise ValidationError(_l("This day is past. Choose one that is still to come."))
        if field.data and field.data > today + LONGEST:
            raise ValidationError(_l("Plan three years at most. You can extend later."))

    def values(self) -> dict[str, str | date]:
        return {name: self[name].data for name in ("purpose", "cadence", "ends_on", "contact")}


class RulesForm(FlaskForm):
    text_en = TextAreaField(
        _l("Text in English"),
        filters=[tidy],
        validators=[DataRequired(_l("Write the text in English.")), Length(max=40_000)],
    )
    text_fr = TextAreaField(
        _l("Text in French"),
        filters=[tidy],
        validators=[DataRequired(_l("Write the text in French.")), Length(max=40_000)],
    )
