"""The shape of a time, of where and what about, and of a mentor's hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from marketplace.meetings.commands import Choice, Details
from marketplace.meetings.hours import LENGTHS, NOTICES, Away, Hours, Single, Slot, Weekly, moment_of
from marketplace.meetings.models import Meeting, Said
from marketplace.meetings.words import ANSWERS
from tenants.shared.typed import tidy

OTHER = "other"
FAR = 366
"""Days ahead, at most."""


def secure_address(_form: Form, field: Field) -> None:
    """A link that a calendar will offer to open: https, and nothing else."""
    try:
        parts = urlsplit(field.data)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or any(sign.isspace() for sign in field.data):
        raise ValidationError(_l("Paste the whole link; it begins with https://."))


def minutes_choices(some: Sequence[int] = LENGTHS) -> list[SelectChoice]:
    return [SelectChoice(str(count), ngettext("%(num)d minute", "%(num)d minutes", count)) for count in some]


class DetailsForm(FlaskForm):
    place = StringField(_l("Room or place"), filters=[tidy], validators=[Optional(), Length(max=200)])
    video_url = StringField(_l("Video link"), filters=[tidy], validators=[Optional(), Length(max=500), secure_address])
    agenda = TextAreaField(_l("What to talk about"), filters=[tidy], validators=[Optional(), Length(max=4000)])

    def details(self) -> Details:
        return Details(self.place.data or "", self.video_url.data or "", self.agenda.data or "")


class TimeForm(FlaskForm):
    """One of the free times, or a day and an hour by the reader's own clock. ``offer`` first."""

    slot = RadioField(_l("A free time"), validators=[Optional()], validate_choice=False)
    day = DateField(_l("Day"), validators=[Optional()])
    at = TimeField(_l("Your time"), validators=[Optional()])
    minutes = SelectField(_l("How long"), validators=[Optional()])

    def offer(self, slots: Sequence[Slot], minutes: int) -> Any:
        """Radio buttons for ``slots``; ``minutes``: the length that is suggested for another time."""
        self.slots, self.length = list(slots), minutes
        self.slot.choices = [SelectChoice(slot.starts_at.isoformat(), "") for slot in slots] + [SelectChoice(OTHER, "")]
        self.minutes.choices = minutes_choices()
        if not self.is_submitted():
            self.minutes.data = str(minutes)
        if not slots and not self.slot.data:
            self.slot.data = OTHER
        return self

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if self.slot.data and self.slot.data != OTHER:
            return valid
        if not self.slot.data and not self.day.data:
            self.slot.errors = [_("Choose one of the times, or propose one of your own.")]
            return False
        if not self.day.data:
            self.day.errors = [_("Say on which day.")]
        if not self.at.data:
            self.at.errors = [_("Say at what time.")]
        return valid and not self.day.errors and not self.at.errors

    def choice(self, zone: ZoneInfo, now: datetime) -> Choice | None:
        """The time that was chosen; None, with an error on its field, where it cannot be one."""
        if self.slot.data and self.slot.data != OTHER:
            return self._offered(zone)
        starts_at = moment_of(self.day.data, self.at.data, zone)
        if starts_at <= now:
            self.day.errors = [_("This time has passed. Choose a later one.")]
            return None
        if (self.day.data - now.date()).days > FAR:
            self.day.errors = [_("Choose a day within a year.")]
            return None
        return Choice(starts_at, int(self.minutes.data or self.length), zone.key, offered=False)

    def _offered(self, zone: ZoneInfo) -> Choice | None:
        try:
            starts_at = datetime.fromisoformat(self.slot.data)
        except ValueError:
            starts_at = None
        if starts_at is None or starts_at.tzinfo is None:
            self.slot.errors = [_("Choose one of the times, or propose one of your own.")]
            return None
        slot = next((slot for slot in self.slots if slot.starts_at == starts_at), None)
        return Choice(starts_at, self.length, slot.zone if slot else zone.key, offered=True)


class PlanForm(TimeForm, DetailsForm):
    """A time, and what is known of it already."""


class MoveForm(TimeForm):
    sequence = HiddenField()

    def seen(self) -> int:
        """The sequence of the meeting as its reader saw it."""
        return int(self.sequence.data) if (self.sequence.data or "").isdecimal() else -1


class OutcomeForm(FlaskForm):
    said = RadioField(_l("Did you meet?"), validators=[InputRequired(_l("Choose one of the answers."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.said.choices = [SelectChoice(said.value, label) for said, label in ANSWERS.items()]

    def answer(self) -> Said:
        return Said(self.said.data)


class DayForm(Form):
    starts = TimeField(_l("From"), validators=[Optional()])
    ends = TimeField(_l("To"), validators=[Optional()])


class HoursForm(FlaskForm):
    """A weekly pattern by the mentor's own clock, single times, days away."""

    minutes = RadioField(_l("Length of a meeting"), validators=[InputRequired(_l("Choose a length."))])
    notice = SelectField(_l("At least so long before"))
    day0, day1, day2, day3, day4, day5, day6 = (FormField(DayForm) for _day in range(7))
    keep_single = SelectMultipleField(_l("Single times"), validate_choice=False)
    single_day = DateField(_l("Day"), validators=[Optional()])
    single_at = TimeField(_l("Time"), validators=[Optional()])
    keep_away = SelectMultipleField(_l("Days away"), validate_choice=False)
    away_first = DateField(_l("First day away"), validators=[Optional()])
    away_last = DateField(_l("Last day away"), validators=[Optional()])

    def __init__(self, hours: Hours, *args: Any, **kwargs: Any) -> None:
        given: dict[str, Any] = {"minutes": str(hours.minutes), "notice": str(hours.notice_hours)}
        if "formdata" in kwargs:  # nothing was sent: what was said before stands in the fields
            given |= {f"day{one.weekday}": {"starts": one.starts, "ends": one.ends} for one in hours.weekly}
        super().__init__(*args, data=given, **kwargs)
        self.hours = hours
        self.minutes.choices = minutes_choices()
        self.notice.choices = [SelectChoice(str(count), notice_words(count)) for count in NOTICES]

    @property
    def days(self) -> list[Any]:
        return [self[f"day{weekday}"] for weekday in range(7)]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        for day in self.days:
            starts, ends = day.form.starts, day.form.ends
            if bool(starts.data) != bool(ends.data):
                ends.errors = [*ends.errors, _("Say from when and to when, or leave both empty.")]
            elif starts.data and _minutes(ends.data) - _minutes(starts.data) < int(self.minutes.data or LENGTHS[0]):
                ends.errors = [*ends.errors, _("There is no room for a meeting between these two times.")]
            valid = valid and not ends.errors
        if bool(self.single_day.data) != bool(self.single_at.data):
            self.single_at.errors = [_("Say both the day and the time.")]
            valid = False
        if self.away_first.data and self.away_last.data and self.away_last.data < self.away_first.data:
            self.away_last.errors = [_("The last day is before the first one.")]
            valid = False
        if self.away_last.data and not self.away_first.data:
            self.away_first.errors = [_("Say on which day it begins.")]
            valid = False
        return valid

    def read(self, zone: str, today: date) -> Hours:
        """The hours as they are from now on; what lies behind is dropped."""
        weekly = tuple(
            Weekly(weekday, day.form.starts.data, day.form.ends.data)
            for weekday, day in enumerate(self.days)
            if day.form.starts.data
        )
        kept, away_kept = set(self.keep_single.data or ()), set(self.keep_away.data or ())
        single = [one for one in self.hours.single if f"{one.day} {one.at:%H:%M}" in kept and one.day >= today]
        away = [one for one in self.hours.away if str(one.first) in away_kept and one.last >= today]
        if self.single_day.data:
            single.append(Single(self.single_day.data, self.single_at.data, zone))
        if self.away_first.data:
            away.append(Away(self.away_first.data, self.away_last.data or self.away_first.data))
        return Hours(
            zone,
            int(self.minutes.data),
            int(self.notice.data),
            weekly,
            tuple(sorted(set(single), key=lambda one: (one.day, one.at))),
            tuple(sorted(set(away), key=lambda one: (one.first, one.last))),
        )


def notice_words(hours: int) -> str:
    if hours % 24:
        return ngettext("%(num)d hour", "%(num)d hours", hours)
    return ngettext("%(num)d day", "%(num)d days", hours // 24)


def _minutes(at: Any) -> int:
    return int(at.hour * 60 + at.minute)


def details_of(meeting: Meeting) -> dict[str, str]:
    return {"place": meeting.place, "video_url": meeting.video_url, "agenda": meeting.agenda}
