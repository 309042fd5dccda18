"""The shape of what a pair answers, proposes and asks for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectChoice, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from marketplace.rhythm.words import HOW, QUESTIONS, REASONS
from tenants.shared.typed import tidy

MOST = 2000
LONGEST_PAUSE = timedelta(days=730)
LONGEST_EXTENSION = timedelta(days=1095)


class CheckInForm(FlaskForm):
    how = RadioField(_l("How is it going?"), [InputRequired(_l("Choose one of the five."))])
    help = TextAreaField(QUESTIONS["help"], filters=[tidy], validators=[Optional(), Length(max=MOST)])
    shared = RadioField(_l("Who reads this answer?"), [InputRequired(_l("Say who reads it."))])

    def offer(self, other: str) -> CheckInForm:
        """Fill in the choices; ``other`` is the partner's first name."""
        self.how.choices = [SelectChoice(value, label) for value, label in HOW.items()]
        self.shared.choices = [
            SelectChoice("yes", _("%(name)s and I", name=other)),
            SelectChoice("no", _("Only I")),
        ]
        return self

    def answer(self) -> dict[str, Any]:
        return {"how": int(self.how.data), "said": {"help": self.help.data}, "shared": self.shared.data == "yes"}


class ReviewForm(FlaskForm):
    helped = TextAreaField(
        QUESTIONS["helped"], filters=[tidy], validators=[InputRequired(_l("A sentence will do.")), Length(max=MOST)]
    )
    change = TextAreaField(
        QUESTIONS["change"], filters=[tidy], validators=[InputRequired(_l("A sentence will do.")), Length(max=MOST)]
    )
    reach = TextAreaField(
        QUESTIONS["reach"], filters=[tidy], validators=[InputRequired(_l("A sentence will do.")), Length(max=MOST)]
    )

    def answer(self) -> dict[str, Any]:
        said = {name: self[name].data for name in ("helped", "change", "reach")}
        return {"how": None, "said": said, "shared": False}


class ExtensionForm(FlaskForm):
    ends_on = DateField(_l("Until"), [InputRequired(_l("Choose a day."))])

    def __init__(self, *, after: date, today: date, **kwargs: Any) -> None:
        """``after``: the last day as planned now, or today."""
        super().__init__(**kwargs)
        self.after, self.today = after, today

    def validate_ends_on(self, field: DateField) -> None:
        if field.data <= self.after:
            raise ValidationError(_("Choose a day after the one that is planned now."))
        if field.data > self.today + LONGEST_EXTENSION:
            raise ValidationError(_("Three years ahead at most; you can extend again."))


class ExtensionAnswerForm(FlaskForm):
    answer = RadioField(_l("Your answer"), [InputRequired(_l("Choose one of the answers."))])

    def offer(self) -> ExtensionAnswerForm:
        self.answer.choices = [
            SelectChoice("yes", _("Yes, until then")),
            SelectChoice("no", _("No, as planned so far")),
        ]
        return self


class PauseForm(FlaskForm):
    reason = RadioField(_l("Why"), [InputRequired(_l("Choose one."))])
    words = TextAreaField(_l("A word to the other one"), filters=[tidy], validators=[Optional(), Length(max=500)])
    begins_on = DateField(_l("From"), [InputRequired(_l("Choose a day."))])
    until_on = DateField(_l("Until about"), [InputRequired(_l("Choose a day; a guess will do."))])

    def __init__(self, *, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today
        self.reason.choices = [SelectChoice(reason.value, label) for reason, label in REASONS.items()]

    def validate_begins_on(self, field: DateField) -> None:
        if field.data < self.today:
            raise ValidationError(_("A pause begins today or later."))
        if field.data > self.today + LONGEST_PAUSE:
            raise ValidationError(_("Two years ahead at most."))

    def validate_until_on(self, field: DateField) -> None:
        if self.begins_on.data and field.data <= self.begins_on.data:
            raise ValidationError(_("The pause ends after the day it begins on."))
        if field.data > self.today + 2 * LONGEST_PAUSE:
            raise ValidationError(_("Choose an earlier day; you can stay paused for longer."))
