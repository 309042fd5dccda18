"""The shape of a journal entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from marketplace.journal.words import AFTER_MEETING, ANY_DAY, PROMPTS

LONGEST = 20_000


class EntryForm(FlaskForm):
    """``today``: the last day an entry can be about, by its author's own calendar."""

    day = DateField(_l("Day"), [InputRequired(_l("Say which day this is about, such as 2026-03-14."))])
    prompt = SelectField(_l("A question to begin with"), default="")
    text = TextAreaField(
        _l("Your words"),
        [
            DataRequired(_l("Write a few words first.")),
            Length(max=LONGEST, message=_l("This is longer than %(max)d characters: make two entries of it.")),
        ],
    )

    def __init__(self, *given: Any, today: date, after_meeting: bool = False, **named: Any) -> None:
        self.today = today
        super().__init__(*given, **named)
        questions = PROMPTS if after_meeting else ANY_DAY | AFTER_MEETING
        self.prompt.choices = [
            SelectChoice("", _l("None")),
            *(SelectChoice(name, words) for name, words in questions.items()),
        ]

    def validate_day(self, field: DateField) -> None:
        if field.data and field.data > self.today:
            raise ValidationError(_l("This day is still to come."))
        if field.data and field.data.year < 1900:
            raise ValidationError(_l("This day is too long ago."))

    @property
    def words(self) -> dict[str, str]:
        """What is sealed."""
        return {"prompt": self.prompt.data or "", "text": str(self.text.data).strip()}
