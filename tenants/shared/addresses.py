"""What an organisation is called, and the first part of its addresses."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional, Regexp


def slug_of(name: str) -> str:
    """A name as an address: ``Lumen Énergie`` → ``lumen-energie``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


class AddressForm(FlaskForm):
    """A name, and an address that is typed or made from the name."""

    name = StringField(_l("Name of the firm"), [DataRequired(_l("Say what the firm is called.")), Length(max=120)])
    slug = StringField(
        _l("Address"),
        [
            Optional(),
            Length(max=60),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Small letters, figures and hyphens only.")),
        ],
    )

    def __init__(self, *arguments: object, reserved: frozenset[str] = frozenset(), **options: object) -> None:
        super().__init__(*arguments, **options)
        self.reserved = reserved

    def validate_slug(self, field: StringField) -> None:
        if self.chosen_slug in self.reserved or not self.chosen_slug:
            raise ValidationError(_l("This word cannot be an address. Choose another."))

    @property
    def chosen_slug(self) -> str:
        return str(self.slug.data or slug_of(self.name.data or ""))
