"""The shape of what a committee and a circle write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.pairing.candidates import Candidate
from tenants.shared.typed import tidy

REASON_LEAST, REASON_MOST = 20, 600


def _label(one: Candidate, room: str = "") -> str:
    return " · ".join(part for part in (one.name, one.title, one.firm, room) if part)


class PairForm(FlaskForm):
    """Two of the lists, and why. ``fill`` first."""

    mentee = RadioField(_l("Who is without a pair"), validators=[InputRequired(_l("Choose one of this list."))])
    mentor = RadioField(_l("Who has room"), validators=[InputRequired(_l("Choose one of this list."))])
    reason = TextAreaField(
        _l("Why these two?"),
        filters=[tidy],
        validators=[
            InputRequired(_l("Write a sentence or two; both read it.")),
            Length(min=REASON_LEAST, max=REASON_MOST, message=_l("Between 20 and 600 characters; both read it.")),
        ],
    )

    def fill(self, mentees: Iterable[Candidate], mentors: Iterable[Candidate]) -> PairForm:
        self.mentee.choices = [SelectChoice(str(one.enrolment_id), _label(one)) for one in mentees]
        self.mentor.choices = [SelectChoice(str(one.enrolment_id), _label(one)) for one in mentors]
        return self


class CircleForm(FlaskForm):
    name = StringField(
        _l("Name of the circle"),
        filters=[tidy],
        validators=[InputRequired(_l("Give the circle a name.")), Length(max=80)],
    )
    purpose = TextAreaField(_l("What it is for"), filters=[tidy], validators=[Optional(), Length(max=600)])
    people = SelectMultipleField(_l("Who is in it"), coerce=int)
    is_open = BooleanField(_l("Other peers of the cohort may join while there is a free seat"), default=True)

    def offer(self, people: list[tuple[int, str]], least: int, most: int) -> CircleForm:
        self.people.choices = [SelectChoice(enrolment_id, label) for enrolment_id, label in people]
        self.least, self.most = least, most
        return self

    least, most = 2, 6

    def validate_people(self, field: Field) -> None:
        """Nobody at first is a circle that people join; else a whole one."""
        chosen = len(field.data or [])
        if chosen == 0 and self.is_open.data:
            return
        if not self.least <= chosen <= self.most:
            raise ValidationError(
                _l("Choose between %(least)s and %(most)s people, or nobody and let them join.")
                % {"least": self.least, "most": self.most}
            )


class PurposeForm(FlaskForm):
    purpose = TextAreaField(_l("What it is for"), filters=[tidy], validators=[Optional(), Length(max=600)])


class MeetingForm(FlaskForm):
    """When the circle meets next, on the clock of whoever says so."""

    day = DateField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])
    at = TimeField(_l("Time"), validators=[InputRequired(_l("Choose a time."))])
    minutes = IntegerField(
        _l("Minutes"),
        default=90,
        validators=[InputRequired(), NumberRange(15, 480, message=_l("Between 15 minutes and 8 hours."))],
    )
    place = StringField(_l("Where"), filters=[tidy], validators=[Optional(), Length(max=200)])

    def __init__(self, *args: Any, today: date, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.zone = today, zone

    def validate_day(self, field: Field) -> None:
        if field.data and field.data < self.today:
            raise ValidationError(_l("This day is over. Choose a day to come."))
        if field.data and (field.data - self.today).days > 730:
            raise ValidationError(_l("Choose a day within the next two years."))

    def starts_at(self) -> datetime:
        clock_time: time = self.at.data
        return datetime.combine(self.day.data, clock_time, self.zone)


class NoteForm(FlaskForm):
    body = TextAreaField(_l("Notes of the circle"), filters=[tidy], validators=[Optional(), Length(max=20_000)])
    version = HiddenField(default="0")


class SeatForm(FlaskForm):
    enrolment = SelectField(_l("Add somebody"), coerce=int, validators=[InputRequired()])


class MoveForm(FlaskForm):
    circle = SelectField(_l("Another circle"), coerce=int, validators=[InputRequired()])
