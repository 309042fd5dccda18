"""The shape of a domain and of a code."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from tenants.domains.names import domain_name


class DomainForm(FlaskForm):
    name = StringField(
        _l("Domain"),
        [DataRequired(_l("Type a domain, for example nordal.example.")), Length(max=254)],
    )
    next = HiddenField()

    def validate_name(self, field: StringField) -> None:
        if domain_name(field.data or "") is None:
            raise ValidationError(_l("This does not look like a domain. Type what follows the @ in your addresses."))


class CodeForm(FlaskForm):
    code = StringField(_l("Code from the letter"), [DataRequired(_l("Type the code.")), Length(max=40)])
    next = HiddenField()


class AddressForm(FlaskForm):
    address = StringField(_l("Address"), [DataRequired(_l("Choose an address.")), Length(max=254)])
    next = HiddenField()
