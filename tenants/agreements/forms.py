"""The shape of an agreement as it is written, and as it is accepted."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from tenants.shared import clock


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class AgreementForm(FlaskForm):
    text_en = TextAreaField(_l("Text in English"), [DataRequired(_l("Write the text in English.")), Length(max=40_000)])
    text_fr = TextAreaField(_l("Text in French"), [DataRequired(_l("Write the text in French.")), Length(max=40_000)])
    old_holds_until = DateField(_l("The earlier version holds until"), [Optional()])

    def validate_old_holds_until(self, field: DateField) -> None:
        today: date = clock.today()
        if field.data and field.data < today:
            raise ValidationError(_l("This day is past."))


class AcceptanceForm(FlaskForm):
    number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    next = HiddenField()
    name = StringField(
        _l("Your full name"),
        filters=[one_line],
        validators=[DataRequired(_l("Type your name.")), Length(min=2, max=120)],
    )
    position = StringField(
        _l("Your position in the firm"),
        filters=[one_line],
        validators=[DataRequired(_l("Say what you do in the firm.")), Length(max=120)],
    )
    agreed = BooleanField(
        _l("I have read the agreement, I may speak for the firm, and the firm accepts it."),
        [InputRequired(_l("Tick this to accept."))],
    )
