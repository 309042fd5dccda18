"""The shape of a board track, and of a nomination for it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from marketplace.boards.models import NAME_MOST, SUMMARY_MOST, TEXT_MOST, BoardTrack
from marketplace.boards.words import CURRENCIES, OFFICES
from tenants.shared.typed import tidy

FIELDS = (
    *(f"{what}_{lang}" for what in ("name", "summary", "audience", "contents") for lang in ("en", "fr")),
    *("price_cents", "currency", "starts_on", "ends_on", "seats_total", "is_public"),
)
"""What a save compares and writes."""


def _price(text: Any) -> Any:
    """``2 400,50`` and ``2,400.50`` are the same amount; a comma before one or two last digits is a decimal one."""
    if not isinstance(text, str):
        return text
    plain = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("’", "")
    head, comma, tail = plain.rpartition(",")
    if comma and "." not in tail and len(tail) in {1, 2}:
        return f"{head.replace(',', '').replace('.', '')}.{tail}"
    return plain.replace(",", "")


class PriceField(DecimalField):
    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([_price(value) for value in valuelist])


class TrackForm(FlaskForm):
    """``version`` is the one that its writer began with. One language may stay empty: its readers get the other."""

    cohort_id = SelectField(_l("Cohort"), coerce=int, validators=[InputRequired(_l("Choose the cohort."))])
    name_en = StringField(_l("Name in English"), [Length(max=NAME_MOST)], filters=[tidy])
    name_fr = StringField(_l("Name in French"), [Length(max=NAME_MOST)], filters=[tidy])
    summary_en = TextAreaField(_l("In one sentence, in English"), [Length(max=SUMMARY_MOST)], filters=[tidy])
    summary_fr = TextAreaField(_l("In one sentence, in French"), [Length(max=SUMMARY_MOST)], filters=[tidy])
    audience_en = TextAreaField(_l("For whom, in English"), [Length(max=TEXT_MOST)], filters=[tidy])
    audience_fr = TextAreaField(_l("For whom, in French"), [Length(max=TEXT_MOST)], filters=[tidy])
    contents_en = TextAreaField(_l("What it contains, in English"), [Length(max=TEXT_MOST)], filters=[tidy])
    contents_fr = TextAreaField(_l("What it contains, in French"), [Length(max=TEXT_MOST)], filters=[tidy])
    price = PriceField(
        _l("Price of a seat for a year, before tax"),
        [InputRequired(_l("Give the price; 0 where it costs nothing.")), NumberRange(0, 1_000_000)],
        places=2,
    )
    currency = SelectField(
        _l("Currency"), choices=[SelectChoice(value, value.upper()) for value in CURRENCIES], default="eur"
    )
    starts_on = DateField(_l("Begins on"), [InputRequired(_l("Say on which day."))])
    ends_on = DateField(_l("Ends on"), [InputRequired(_l("Say on which day."))])
    seats_total = IntegerField(
        _l("Seats in all"), [InputRequired(_l("Say how many.")), NumberRange(1, 1000, _l("From 1 to 1,000."))]
    )
    is_public = BooleanField(_l("The track has a page that anybody can read"))
    version = HiddenField(filters=[lambda value: int(value) if str(value or "").isdigit() else 0])

    def offer(self, cohorts: Sequence[tuple[int, str]] | None) -> TrackForm:
        """The cohorts to choose from; None: the track has its cohort."""
        if cohorts is None:
            del self.cohort_id
        else:
            self.cohort_id.choices = [SelectChoice(str(number), name) for number, name in cohorts]
        return self

    def validate_name_en(self, field: Any) -> None:
        if not field.data and not self.name_fr.data:
            raise ValidationError(_l("Give it a name, in one language at least."))

    def validate_contents_en(self, field: Any) -> None:
        if not field.data and not self.contents_fr.data:
            raise ValidationError(_l("Say what it contains, in one language at least."))

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.starts_on.data and field.data <= self.starts_on.data:
            raise ValidationError(_l("It ends after it begins."))

    def values(self) -> dict[str, Any]:
        values = {name: self[name].data for name in FIELDS if name != "price_cents"}
        return values | {"price_cents": int((self.price.data * 100).to_integral_value())}

    @classmethod
    def of(cls, track: BoardTrack) -> TrackForm:
        data = {name: getattr(track, name) for name in FIELDS if name != "price_cents"}
        price = Decimal(track.price_cents) / 100
        return cls(formdata=None, data=data | {"price": price, "version": track.version}).offer(None)


class CandidateForm(FlaskForm):
    address = StringField(
        _l("The candidate’s address at work"),
        [InputRequired(_l("Give the address by which your organisation knows them.")), Length(max=254)],
        filters=[tidy],
    )
    sponsor = StringField(
        _l("Put forward by: their address at work"),
        [InputRequired(_l("Give the address of your chair or chief executive.")), Length(max=254)],
        filters=[tidy],
    )
    office = RadioField(
        _l("Who is"),
        validators=[InputRequired(_l("Say which office they hold."))],
        choices=[SelectChoice(value.value, label) for value, label in OFFICES.items()],
    )
    states_true = BooleanField(
        _l("All of this is true, and the one who puts the candidate forward knows of it"),
        [InputRequired(_l("Confirm that it is true, or choose somebody else."))],
    )
