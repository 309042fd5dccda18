"""The shape of an event, of an answer, of a code, and of what is handed out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.events.commands import Plan
from marketplace.events.fields import secure_address
from marketplace.events.models import Answer, Event, EventKind
from marketplace.events.words import ANSWERS, KINDS
from marketplace.meetings.hours import moment_of
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.words import side_words
from tenants.onboarding.zones import zones
from tenants.shared.typed import tidy

FAR = 3 * 366
"""Days ahead, at most."""


class EventForm(FlaskForm):
    """``offer`` first. The time is one of the zone's own clock."""

    version = HiddenField()
    kind = SelectField(_l("What it is"), validators=[InputRequired()])
    title_en = StringField(_l("Title in English"), filters=[tidy], validators=[Optional(), Length(max=120)])
    title_fr = StringField(_l("Title in French"), filters=[tidy], validators=[Optional(), Length(max=120)])
    day = DateField(_l("Day"), validators=[InputRequired(_l("Say on which day."))])
    at = TimeField(_l("Begins at"), validators=[InputRequired(_l("Say at what time."))])
    zone = SelectField(_l("By the clock of"), validators=[InputRequired()])
    minutes = IntegerField(
        _l("How many minutes"), validators=[InputRequired(_l("Say how long it takes.")), NumberRange(5, 1440)]
    )
    place = StringField(_l("Room or place"), filters=[tidy], validators=[Optional(), Length(max=200)])
    video_url = StringField(_l("Video link"), filters=[tidy], validators=[Optional(), Length(max=500), secure_address])
    capacity = IntegerField(_l("Places"), validators=[Optional(), NumberRange(1, 100_000)])
    sides = SelectMultipleField(_l("Who is invited"), validators=[InputRequired(_l("Say who is invited."))])
    host_id = SelectField(_l("Host"), validators=[InputRequired()])
    words_en = TextAreaField(
        _l("What to expect, in English"), filters=[tidy], validators=[Optional(), Length(max=8000)]
    )
    words_fr = TextAreaField(_l("What to expect, in French"), filters=[tidy], validators=[Optional(), Length(max=8000)])

    def offer(self, form: Form, sides: Sequence[Side], hosts: Sequence[tuple[int, str]], locale: str) -> EventForm:
        self.kind.choices = [SelectChoice(kind.value, str(label)) for kind, label in KINDS.items()]
        self.zone.choices = [SelectChoice(name, label) for name, label in zones(locale[:2])]
        known = {choice.value for choice in self.zone.choices}
        if self.zone.data and self.zone.data not in known and not self.is_submitted():
            self.zone.choices.append(SelectChoice(self.zone.data, self.zone.data))
        self.sides.choices = [SelectChoice(side.value, side_words(side, form)) for side in sides]
        self.host_id.choices = [SelectChoice(str(person_id), name) for person_id, name in hosts]
        return self

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if not (self.title_en.data or self.title_fr.data):
            self.title_en.errors = [_("Give it a title, in one language at least.")]
            valid = False
        return valid

    def plan(self, now: datetime) -> Plan | None:
        """None, with an error on its field, where the day is too far away."""
        starts_at = moment_of(self.day.data, self.at.data, ZoneInfo(self.zone.data))
        if abs((self.day.data - now.date()).days) > FAR:
            self.day.errors = [_("Choose a day within three years.")]
            return None
        return Plan(
            kind=EventKind(self.kind.data),
            title_en=self.title_en.data or "",
            title_fr=self.title_fr.data or "",
            words_en=self.words_en.data or "",
            words_fr=self.words_fr.data or "",
            starts_at=starts_at,
            minutes=self.minutes.data,
            zone=self.zone.data,
            place=self.place.data or "",
            video_url=self.video_url.data or "",
            capacity=self.capacity.data,
            sides=list(self.sides.data),
            host_id=int(self.host_id.data),
        )

    def seen_version(self) -> int:
        return int(self.version.data) if (self.version.data or "").isdigit() else 0


def data_of(event: Event) -> dict[str, Any]:
    there = event.starts_at.astimezone(ZoneInfo(event.zone))
    same = (
        "title_en",
        "title_fr",
        "words_en",
        "words_fr",
        "zone",
        "minutes",
        "place",
        "video_url",
        "capacity",
        "sides",
    )
    return {name: getattr(event, name) for name in same} | {
        "version": str(event.version),
        "kind": event.kind.value,
        "day": there.date(),
        "at": there.time().replace(tzinfo=None),
        "host_id": str(event.host_id),
    }


class AnswerForm(FlaskForm):
    answer = RadioField(
        _l("Are you coming?"),
        choices=[SelectChoice(answer.value, label) for answer, label in ANSWERS.items()],
        validators=[InputRequired(_l("Choose one of the answers."))],
    )

    def chosen(self) -> Answer:
        return Answer(self.answer.data)


class CodeForm(FlaskForm):
    code = StringField(
        _l("Code"),
        filters=[tidy],
        validators=[InputRequired(_l("Enter the code that the host shows.")), Length(max=20)],
    )


class MaterialForm(FlaskForm):
    """A file, or a link with a name."""

    file = FileField(_l("File"))
    name = StringField(_l("Name of the link"), filters=[tidy], validators=[Optional(), Length(max=120)])
    url = StringField(_l("Link"), filters=[tidy], validators=[Optional(), Length(max=500), secure_address])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if not valid:
            return False
        if not self.has_file() and not self.url.data:
            self.file.errors = [_("Choose a file, or paste a link.")]
            return False
        return True

    def has_file(self) -> bool:
        return bool(self.file.data and getattr(self.file.data, "filename", ""))
