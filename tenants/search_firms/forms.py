"""The shape of an admission."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, EmailField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Email, InputRequired, Length

from tenants.search_firms.models import STATEMENT_MOST
from tenants.shared.addresses import AddressForm
from tenants.shared.languages import LANGUAGES

YEARS_MOST = 3


def statement_field() -> TextAreaField:
    return TextAreaField(
        _l("Why you accredit this firm"),
        [
            DataRequired(_l("Say in a sentence or two why the network trusts this firm.")),
            Length(max=STATEMENT_MOST),
        ],
    )


def last_day_field() -> DateField:
    return DateField(_l("Last day of the admission"), [InputRequired(_l("Give the day on which it ends."))])


def check_last_day(field: DateField, today: date) -> None:
    latest = today.replace(year=today.year + YEARS_MOST, day=min(today.day, 28))
    if field.data is not None and not today < field.data <= latest:
        raise ValidationError(_l("Choose a day within the next three years."))


class NewSearchFirmForm(AddressForm):
    contact = StringField(
        _l("Name of the partner who will look after it"), [DataRequired(_l("Say whom you invite.")), Length(max=120)]
    )
    email = EmailField(
        _l("Their work e-mail"),
        [
            DataRequired(_l("Give the address the invitation goes to.")),
            Email(_l("This does not look like an e-mail address.")),
            Length(max=254),
        ],
    )
    locale = SelectField(_l("Their language"), [InputRequired()], choices=LANGUAGES)
    statement = statement_field()
    until_on = last_day_field()

    def __init__(self, *arguments: object, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today

    def validate_until_on(self, field: DateField) -> None:
        check_last_day(field, self.today)


class KnownSearchFirmForm(FlaskForm):
    # Named apart from the other form of the page, so that every label finds its own control.
    known = StringField(
        _l("Address of the search firm here"), [DataRequired(_l("Type the firm’s address.")), Length(max=60)]
    )
    why = statement_field()
    last_day = last_day_field()

    def __init__(self, *arguments: object, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today

    def validate_last_day(self, field: DateField) -> None:
        check_last_day(field, self.today)


class AcceptanceForm(FlaskForm):
    agreed = BooleanField(
        _l("I accept these rules for my firm"), [InputRequired(_l("Tick the box to accept, or leave the page."))]
    )
