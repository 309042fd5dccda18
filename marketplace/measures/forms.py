"""The shape of what is typed: a cost, and how often a letter comes."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

CURRENCIES = ("EUR", "CHF", "GBP", "USD", "CAD")


class CostForm(FlaskForm):
    amount = DecimalField(
        _l("Cost"),
        [InputRequired(_l("An amount.")), NumberRange(Decimal("0.01"), Decimal(10**9), _l("An amount above zero."))],
        places=2,
    )
    currency = SelectField(_l("Currency"), choices=CURRENCIES)
    covers = StringField(_l("What is in it"), [Length(max=300)])


class DigestForm(FlaskForm):
    every = RadioField(
        _l("How often"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice("never", _l("Never")),
            SelectChoice("week", _l("Every Monday")),
            SelectChoice("month", _l("On the second of each month")),
        ],
    )
