"""The shape of what mentee, mentor and employer write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from marketplace.requests.models import MessageKind
from marketplace.requests.words import CONCERNS
from marketplace.vocabulary import CADENCES, DECLINE_REASONS, FORMS
from tenants.shared.typed import tidy

GOAL_LEAST, WHY_LEAST, BRING_LEAST = 80, 60, 40
MOST = 1500
REPLY_MOST = 2000


class Substance:
    """At least ``characters`` typed and as many different words as a thought needs: a key held down is none."""

    def __init__(self, characters: int) -> None:
        self.characters = characters
        self.words = characters // 10

    def __call__(self, _form: Form, field: Field) -> None:
        text = field.data or ""
        missing = self.characters - len(text)
        if missing > 0:
            raise ValidationError(
                ngettext(
                    "Say a little more: %(num)d more character helps them to answer.",
                    "Say a little more: %(num)d more characters help them to answer.",
                    missing,
                )
            )
        if len(set(text.lower().split())) < self.words:
            raise ValidationError(_l("Say a little more, in words of your own."))


SOME_WORDS = InputRequired(_l("Write a sentence or two."))


def choices(pairs: Sequence[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value=slug, label=label) for slug, label in pairs]


class AskForm(FlaskForm):
    """The guided request. ``fill_choices`` first."""

    goal = TextAreaField(
        _l("What would you like to work on?"),
        filters=[tidy],
        validators=[SOME_WORDS, Length(max=MOST), Substance(GOAL_LEAST)],
    )
    why_you = TextAreaField(
        _l("Why this mentor?"),
        filters=[tidy],
        validators=[SOME_WORDS, Length(max=MOST), Substance(WHY_LEAST)],
    )
    what_i_bring = TextAreaField(
        _l("What do you bring?"),
        filters=[tidy],
        validators=[SOME_WORDS, Length(max=MOST), Substance(BRING_LEAST)],
    )
    cadence = SelectField(_l("How often would you like to meet?"), validators=[InputRequired()])
    # A control named "form" would hide the form itself from scripts, the autosave's among them.
    form = RadioField(_l("Form of mentoring"), name="mentoring_form", validators=[InputRequired()])

    def fill_choices(self, forms: Sequence[str]) -> None:
        """``forms``: what the mentor offers."""
        locale = str(get_locale())
        self.cadence.choices = choices(CADENCES.choices(locale))
        self.form.choices = choices([(slug, FORMS.label(slug, locale)) for slug in forms])

    def words(self) -> dict[MessageKind, str]:
        return {kind: tidy(self[kind.value].data)[:MOST] for kind in ASKED_KINDS}

    def kept(self) -> dict[str, Any]:
        """What a draft keeps of choices that may still be wrong."""
        cadences = {choice.value for choice in self.cadence.choices}
        forms = [choice.value for choice in self.form.choices]
        return {
            "cadence": self.cadence.data if self.cadence.data in cadences else None,
            "form": self.form.data if self.form.data in forms else forms[0],
        }


ASKED_KINDS = (MessageKind.goal, MessageKind.why_you, MessageKind.what_i_bring)


class AcceptForm(FlaskForm):
    words = TextAreaField(_l("A word to start with"), filters=[tidy], validators=[Optional(), Length(max=REPLY_MOST)])
    contact = StringField(_l("How to reach you"), filters=[tidy], validators=[Optional(), Length(max=200)])
    talk_first = BooleanField(_l("I would like a chemistry meeting first: half an hour, then we both decide"))


class ConfirmForm(FlaskForm):
    contact = StringField(_l("How to reach you"), filters=[tidy], validators=[Optional(), Length(max=200)])


class TalkForm(FlaskForm):
    """Whether one goes on after the chemistry meeting."""

    goes_on = RadioField(
        _l("Would you like to go on together?"), validators=[InputRequired(_l("Choose one of the answers."))]
    )
    contact = StringField(_l("How to reach you"), filters=[tidy], validators=[Optional(), Length(max=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goes_on.choices = [SelectChoice("yes", _l("Yes, gladly")), SelectChoice("no", _l("No"))]


class QuestionForm(FlaskForm):
    question = TextAreaField(
        _l("What would you like to know?"),
        filters=[tidy],
        validators=[SOME_WORDS, Length(max=REPLY_MOST), Substance(20)],
    )


class AnswerForm(FlaskForm):
    answer = TextAreaField(
        _l("Your answer"), filters=[tidy], validators=[SOME_WORDS, Length(max=REPLY_MOST), Substance(20)]
    )


class DeclineForm(FlaskForm):
    reason = RadioField(_l("Why not?"), validators=[InputRequired(_l("Choose a reason; it helps to ask better."))])
    words = TextAreaField(_l("A word of your own"), filters=[tidy], validators=[Optional(), Length(max=REPLY_MOST)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = choices(DECLINE_REASONS.choices(str(get_locale())))


class WithdrawForm(FlaskForm):
    words = TextAreaField(_l("A word to the mentor"), filters=[tidy], validators=[Optional(), Length(max=REPLY_MOST)])


class RefusalForm(FlaskForm):
    reason = TextAreaField(_l("Why not?"), filters=[tidy], validators=[SOME_WORDS, Length(max=600), Substance(20)])


class ConsentRefusalForm(FlaskForm):
    reason = TextAreaField(_l("Why not?"), filters=[tidy], validators=[Optional(), Length(max=600)])


class ConcernForm(FlaskForm):
    reason = RadioField(_l("What is it about?"), validators=[InputRequired(_l("Choose what comes closest."))])
    words = TextAreaField(_l("What happened?"), filters=[tidy], validators=[Optional(), Length(max=REPLY_MOST)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [SelectChoice(value=slug, label=label) for slug, label in CONCERNS.items()]


class PressForm(FlaskForm):
    """A button without a field."""

    nothing = HiddenField()
