"""The shape of a paper of the kit as it is written."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace.kit.commands import Written
from marketplace.kit.models import TEXT_MOST, TITLE_MOST, URL_MOST, Readers, ResourceKind
from marketplace.kit.words import READERS
from tenants.shared.typed import tidy


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class ResourceForm(FlaskForm):
    """``version`` is the one that its writer began with. One language may stay empty: readers of it get the other."""

    title_en = StringField(_l("Title in English"), [Length(max=TITLE_MOST)], filters=[one_line])
    title_fr = StringField(_l("Title in French"), [Length(max=TITLE_MOST)], filters=[one_line])
    body_en = TextAreaField(_l("Text in English"), [Length(max=TEXT_MOST)], filters=[tidy])
    body_fr = TextAreaField(_l("Text in French"), [Length(max=TEXT_MOST)], filters=[tidy])
    url = StringField(_l("Address"), [Length(max=URL_MOST)], filters=[one_line])
    file = FileField(_l("File"))
    side = RadioField(
        _l("For whom"),
        validators=[InputRequired(_l("Choose for whom it is."))],
        choices=[SelectChoice(value=value, label=label) for value, label in READERS.items()],
        default=Readers.all.value,
    )
    version = HiddenField(filters=[lambda value: int(value) if str(value or "").isdigit() else 0])

    kind: ResourceKind = ResourceKind.text
    file_needed: bool = False

    def made_for(self, kind: ResourceKind, *, file_needed: bool = False) -> ResourceForm:
        """The fields that a paper of this kind has."""
        self.kind, self.file_needed = kind, file_needed
        if kind is not ResourceKind.link:
            del self.url
        if kind is not ResourceKind.file:
            del self.file
        return self

    def validate_title_en(self, field: Any) -> None:
        if not field.data and not self.title_fr.data:
            raise ValidationError(_l("Give it a title, in one language at least."))

    def validate_body_en(self, field: Any) -> None:
        if self.kind is ResourceKind.text and not field.data and not self.body_fr.data:
            raise ValidationError(_l("Write the text, in one language at least."))

    def validate_url(self, field: Any) -> None:
        try:
            parts = urlsplit(field.data or "")
            whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            whole = False
        if not whole or any(character.isspace() for character in field.data):
            raise ValidationError(_l("Enter a whole address, beginning with https://."))

    def validate_file(self, field: Any) -> None:
        if self.file_needed and not (field.data and field.data.filename):
            raise ValidationError(_l("Choose a file first."))

    def written(self, **more: Any) -> Written:
        values: dict[str, Any] = {
            name: self[name].data or "" for name in ("title_en", "title_fr", "body_en", "body_fr")
        }
        url = self.url.data if self.kind is ResourceKind.link else ""
        return Written(**values, side=Readers(self.side.data), url=url, **more)
