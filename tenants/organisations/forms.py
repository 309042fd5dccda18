"""The shape of what administrators type."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, Regexp

from tenants.shared.languages import LANGUAGES


def slug_of(name: str) -> str:
    """A name as an address: ``Lumen Énergie`` → ``lumen-energie``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


class NewFirmForm(FlaskForm):
    name = StringField(_l("Name of the firm"), [DataRequired(_l("Say what the firm is called.")), Length(max=120)])
    slug = StringField(
        _l("Address"),
        [
            Optional(),
            Length(max=60),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Small letters, figures and hyphens only.")),
        ],
    )
    industry = SelectField(_l("Industry"), [Optional()])
    contact = StringField(
        _l("Name of its first administrator"),
        [DataRequired(_l("Say who will look after the firm.")), Length(max=120)],
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

    def __init__(self, *arguments: object, reserved: frozenset[str] = frozenset(), **options: object) -> None:
        super().__init__(*arguments, **options)
        self.reserved = reserved

    def validate_slug(self, field: StringField) -> None:
        if self.chosen_slug in self.reserved or not self.chosen_slug:
            raise ValidationError(_l("This word cannot be an address. Choose another."))

    @property
    def chosen_slug(self) -> str:
        return str(self.slug.data or slug_of(self.name.data or ""))


class KnownFirmForm(FlaskForm):
    known = StringField(
        _l("Address of the firm here"),
        [DataRequired(_l("Type the firm’s address, for example nordal-logistics.")), Length(max=60)],
    )


class SettingsForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(_l("Say what the organisation is called.")), Length(max=120)])
    accent = StringField(
        _l("Accent colour"),
        [
            DataRequired(_l("Choose a colour.")),
            Regexp(
                r"^#[0-9a-fA-F]{6}$",
                message=_l("Write the colour as # and six figures, for example #0e5a5c."),
            ),
        ],
    )
    locale = SelectField(
        _l("Language of letters to people without a choice of their own"), [InputRequired()], choices=LANGUAGES
    )
    second_factor_required = BooleanField(_l("Everybody here needs a second factor"))


class CompanySettingsForm(SettingsForm):
    industry = SelectField(_l("Industry"), [Optional()])
    requests_need_approval = BooleanField(_l("A request needs the employer’s yes before the mentor sees it"))
    max_open_requests = IntegerField(
        _l("Open requests at a time, per person"),
        [
            InputRequired(_l("A figure from 1 to 10.")),
            NumberRange(1, 10, message=_l("A figure from 1 to 10.")),
        ],
    )
    in_marketplace = BooleanField(_l("Take part in the marketplace"))
