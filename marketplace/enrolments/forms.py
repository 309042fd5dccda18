"""The shape of what people fill in about a way into a cohort."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, EmailField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional

from marketplace.enrolments.words import HAS_TIME
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.words import in_form, side_word

MOST_WORDS = 1000
ADDRESS = Email(_l("An address like name@company.com."))


def _clean(value: str | None) -> str:
    return (value or "").strip()


class SideForm(FlaskForm):
    side = RadioField(_l("Takes part as"), [InputRequired(_l("Choose a side."))])
    states_true = BooleanField(_l("All of this is true"))

    def offer(self, sides: Sequence[Side], form: Form) -> None:
        self.side.choices = [SelectChoice(side.value, side_word(side, form)) for side in sides]
        if len(sides) == 1 and not self.side.data:
            self.side.data = sides[0].value


class NominationForm(SideForm):
    address = EmailField(
        _l("Their e-mail address at work"),
        [InputRequired(_l("Whom you nominate.")), Length(max=254), ADDRESS],
        filters=[_clean],
    )


class ApplicationForm(SideForm):
    places = RadioField(
        "",
        [Optional()],
        choices=[SelectChoice(str(number), str(number)) for number in range(1, 6)],
        default="1",
    )

    def offer(self, sides: Sequence[Side], form: Form) -> None:
        super().offer(sides, form)
        self.places.label.text = in_form("how_many_you_take", form.value)

    manager = EmailField(
        _l("Your line manager’s e-mail address at work"), [Optional(), Length(max=254), ADDRESS], filters=[_clean]
    )


class SheetForm(FlaskForm):
    sheet = FileField(_l("Spreadsheet (CSV or XLSX)"), [FileRequired(_l("Choose a file."))])


class ConsentForm(FlaskForm):
    answer = RadioField(
        _l("Do you wish to take part?"),
        [InputRequired(_l("Choose one of the answers."))],
        choices=[SelectChoice("yes", _l("Yes, I take part")), SelectChoice("no", _l("No, not this time"))],
    )
    words = TextAreaField(_l("A word on why, for those who nominated you"), [Optional(), Length(max=MOST_WORDS)])


class ApprovalForm(FlaskForm):
    answer = RadioField(
        _l("Does the organisation approve?"),
        [InputRequired(_l("Choose one of the answers."))],
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No, not this time"))],
    )
    words = TextAreaField(_l("What the person reads about it"), [Optional(), Length(max=MOST_WORDS)])


class DecisionForm(FlaskForm):
    answer = RadioField(
        _l("Your decision"),
        [InputRequired(_l("Choose one of the answers."))],
        choices=[
            SelectChoice("take_in", _l("Take in")),
            SelectChoice("list", _l("Put on the waiting list")),
            SelectChoice("refuse", _l("Not this time")),
        ],
    )
    words = TextAreaField(_l("Why not, in words that the person reads"), [Optional(), Length(max=MOST_WORDS)])

    def offer(self, waiting: bool) -> None:
        if waiting:
            self.answer.choices = [one for one in self.answer.choices if one.value != "list"]

    def explains(self) -> bool:
        """Whether a no comes with its explanation; says so beside the field otherwise."""
        if self.answer.data == "refuse" and not _clean(self.words.data):
            self.words.errors = [_l("Explain it to the person in a sentence.")]
            return False
        return True


class DepartureForm(FlaskForm):
    words = TextAreaField(_l("Why, for those who run the programme alone"), [Optional(), Length(max=MOST_WORDS)])


class NotedDepartureForm(FlaskForm):
    words = TextAreaField(
        _l("What the person reads about it"),
        [InputRequired(_l("Explain it to the person in a sentence.")), Length(max=MOST_WORDS)],
    )


class ManagerForm(FlaskForm):
    manager = EmailField(
        _l("The line manager’s e-mail address at work"),
        [InputRequired(_l("Whom to ask.")), Length(max=254), ADDRESS],
        filters=[_clean],
    )


class ViewForm(FlaskForm):
    has_time = RadioField(
        _l("Will there be time for it, about two hours a month?"),
        [InputRequired(_l("Choose one of the answers."))],
        choices=[SelectChoice(value, label) for value, label in HAS_TIME.items()],
    )
    words = TextAreaField(_l("What should it help with?"), [Optional(), Length(max=MOST_WORDS)])
