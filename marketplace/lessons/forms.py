"""The shape of a lesson; its answer for next time has the shape of the choice that it is about."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.lessons.themes import THEMES, choices_of
from marketplace.lessons.words import ASKED
from tenants.shared.typed import tidy

MOST_WORDS = 1000


class LessonForm(FlaskForm):
    kind = RadioField(
        _l("What becomes of it?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(one.value, label) for one, label in ASKED.items()],
    )
    words = TextAreaField(
        _l("Why?"),
        [InputRequired(_l("A sentence or two: whoever runs the next one was not there.")), Length(max=MOST_WORDS)],
        filters=[tidy],
    )
    proposes = BooleanField(_l("Propose this for the next cohort"))
    number = IntegerField(_l("Next time"), [Optional()])
    choice = SelectField(_l("Next time"), [Optional()], choices=[], validate_choice=False)
    yes = SelectField(
        _l("Next time"),
        [Optional()],
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
        validate_choice=False,
    )

    def about(self, theme: str) -> LessonForm:
        """The form as this theme asks."""
        one = THEMES[theme]
        if one.answer == "choice":
            self.choice.choices = [SelectChoice(value, label) for value, label in choices_of(theme).items()]
        if one.answer == "number":
            bounds = NumberRange(one.least, one.most, _l("From %(least)d to %(most)d.", least=one.least, most=one.most))
            self.number.validators = [Optional(), bounds]
        return self

    def next_time(self, theme: str) -> dict[str, Any] | None:
        """What a lesson keeps of it; None where it cannot be read, and the field then says why."""
        one = THEMES[theme]
        if not one.of_sheet or not self.proposes.data:
            return {}
        if one.answer == "yes":
            return {"value": self.yes.data == "yes"}
        if one.answer == "choice":
            if self.choice.data not in choices_of(theme):
                self.choice.errors = [_l("Choose one of these.")]
                return None
            return {"value": self.choice.data}
        if self.number.data is None and not one.blank:
            self.number.errors = [_l("Give a number.")]
            return None
        return {"value": self.number.data}
