"""The shape of what an invoice needs, and of a number of seats."""

from __future__ import annotations

import re
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, NumberRange

from marketplace.billing import gateway
from marketplace.billing.commands import Details
from marketplace.billing.models import Subscription
from marketplace.billing.vat import SHAPES, tidy_vat, vat_fits
from marketplace.billing.words import COLLECTIONS
from tenants.shared.typed import tidy

NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
MOST_SEATS = 1000


def countries() -> list[SelectChoice]:
    """Every country by its name in the reader's language."""
    names = (Locale.parse(str(get_locale() or "en"))).territories
    found = [(name, code) for code, name in names.items() if len(code) == 2 and code not in NO_COUNTRIES]
    return [SelectChoice(code, name) for name, code in sorted(found, key=lambda one: _plain(one[0]))]


def _plain(name: str) -> str:
    return name.replace("É", "E").replace("Î", "I").casefold()


class DetailsForm(FlaskForm):
    """What an invoice names, and where it goes."""

    legal_entity = StringField(
        _l("Legal entity"),
        [InputRequired(_l("The name that stands on the invoice.")), Length(max=160)],
        filters=[tidy],
    )
    address_line = StringField(
        _l("Street and number"), [InputRequired(_l("Give the address.")), Length(max=200)], filters=[tidy]
    )
    postal_code = StringField(
        _l("Postal code"), [InputRequired(_l("Give the postal code.")), Length(max=20)], filters=[tidy]
    )
    city = StringField(_l("City"), [InputRequired(_l("Give the city.")), Length(max=100)], filters=[tidy])
    country = SelectField(_l("Country"), validators=[InputRequired()], default="FR")
    vat_number = StringField(_l("VAT number"), [Length(max=30)], filters=[tidy_vat])
    billing_email = StringField(
        _l("Where invoices are sent"),
        [InputRequired(_l("Give an e-mail address.")), Length(max=254), Email(_l("This is no e-mail address."))],
        filters=[tidy],
    )
    purchase_order = StringField(_l("Purchase order"), [Length(max=30)], filters=[tidy])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.country.choices = countries()

    def validate_vat_number(self, field: Any) -> None:
        country = self.country.data
        if not field.data:
            return
        if country not in SHAPES:
            raise ValidationError(_("We know no VAT numbers of this country. Leave it empty."))
        if not vat_fits(country, field.data):
            example = {"FR": "FR12345678901", "DE": "DE123456789", "GB": "GB123456789"}.get(country)
            said = _("It does not have the shape of this country’s VAT numbers.")
            if example:
                said += " " + _("For instance: %(example)s", example=example)
            raise ValidationError(said)

    def details(self) -> Details:
        return Details(**{name: self[name].data or "" for name in Details.__slots__})

    @classmethod
    def of(cls, row: Subscription) -> DetailsForm:
        """As it stands now."""
        return cls(formdata=None, data={name: getattr(row, name) for name in Details.__slots__})


class SubscribeForm(DetailsForm):
    seats = IntegerField(
        _l("Seats"), [InputRequired(_l("Say how many.")), NumberRange(1, MOST_SEATS, _l("From 1 to 1,000."))], default=1
    )
    collection = RadioField(
        _l("How you pay"),
        validators=[InputRequired(_l("Choose how you pay."))],
        choices=[SelectChoice(value.value, label) for value, label in COLLECTIONS.items()],
        default="invoice",
    )

    @classmethod
    def filled(cls, before: Subscription | None, email: str) -> SubscribeForm:
        """With what was typed last."""
        data: dict[str, Any] = {"billing_email": email}
        if before is not None:
            data |= {name: getattr(before, name) for name in Details.__slots__ if name != "purchase_order"}
        return cls(formdata=None, data=data)


class SeatsForm(FlaskForm):
    """``priced_at``: the moment that the price shown was reckoned with, in seconds since 1970; ``before``: the seats then."""

    seats = IntegerField(
        _l("Seats"), [InputRequired(_l("Say how many.")), NumberRange(1, MOST_SEATS, _l("From 1 to 1,000."))]
    )
    priced_at = HiddenField(filters=[lambda value: int(value) if str(value or "").isdigit() else None])
    before = HiddenField(filters=[lambda value: int(value) if str(value or "").isdigit() else None])


class KeyForm(FlaskForm):
    """Neither is shown again, also not when the other is wrong. ``first``: nothing is kept yet, both are needed."""

    key = PasswordField(_l("Restricted key"), [Length(max=300)], filters=[tidy])
    hook = PasswordField(_l("Signing secret"), [Length(max=300)], filters=[tidy])
    taxes = BooleanField(_l("Stripe Tax is set up in this account"))

    def __init__(self, *arguments: Any, first: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.first = first
        if first:
            for field in (self.key, self.hook):
                field.flags.required = True

    def validate_key(self, field: Any) -> None:
        if not field.data:
            if self.first:
                raise ValidationError(_("Paste the key."))
            return
        kind, world = gateway.kind_of(field.data)
        if kind == "pk":
            raise ValidationError(
                _("This is a publishable key, which anybody may know. A restricted key begins with rk_.")
            )
        if kind == "sk":
            raise ValidationError(_("This key may do everything. Make a restricted one, which begins with rk_."))
        if not kind:
            raise ValidationError(_("This is no key of Stripe’s. A restricted key begins with rk_."))
        house = gateway.house_world()
        if house and world != house:
            raise ValidationError(
                _("This key is for tests only, and nobody pays by it.")
                if world == "test"
                else _("Here payments are only tried out, and this key takes real money.")
            )

    def validate_hook(self, field: Any) -> None:
        if not field.data:
            if self.first:
                raise ValidationError(_("Paste the signing secret of the endpoint."))
            return
        if not re.fullmatch(r"whsec_[A-Za-z0-9+/=_-]{8,}", field.data):
            raise ValidationError(_("This is no signing secret. It begins with whsec_."))
