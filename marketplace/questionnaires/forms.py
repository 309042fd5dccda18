"""The shape of a round that is planned, and of a question that is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from marketplace.programmes.modalities import Side, Words
from marketplace.questionnaires.designs import Design, Option, Question, When
from marketplace.questionnaires.editing import earlier_parts, new_key
from marketplace.questionnaires.models import Audience
from marketplace.questionnaires.words import AUDIENCES
from tenants.onboarding.zones import zones
from tenants.shared.typed import tidy


def audiences_of(sides: Sequence[Side]) -> list[Audience]:
    """Who can be asked in a cohort of these sides."""
    people = {side.value for side in sides} | {Audience.hr_partner, Audience.manager}
    return [audience for audience in AUDIENCES if audience in people]


class DaysForm(FlaskForm):
    opens_on = DateField(_l("First day"), validators=[InputRequired(_l("Say on which day."))])
    closes_on = DateField(_l("Last day"), validators=[InputRequired(_l("Say on which day."))])
    zone = SelectField(_l("By the clock of"), validators=[InputRequired()])

    def offer_zones(self, locale: str) -> Self:
        self.zone.choices = [SelectChoice(name, label) for name, label in zones(locale)]
        if (
            self.zone.data
            and self.zone.data not in {choice.value for choice in self.zone.choices}
            and not self.is_submitted()
        ):
            self.zone.choices.append(SelectChoice(self.zone.data, self.zone.data))
        return self

    def validate_closes_on(self, field: Any) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_("The last day is before the first."))


class PlanForm(DaysForm):
    audience = RadioField(_l("Who is asked"), validators=[InputRequired(_l("Say who is asked."))])
    anonymous = RadioField(_l("What is promised"), validators=[InputRequired()])

    def offer(self, sides: Sequence[Side], locale: str) -> PlanForm:
        self.audience.choices = [SelectChoice(one.value, str(AUDIENCES[one])) for one in audiences_of(sides)]
        self.offer_zones(locale)
        self.anonymous.choices = [
            SelectChoice("yes", _("Answers are anonymous")),
            SelectChoice("no", _("Answers carry the name")),
        ]
        return self


OPTIONS_MOST = 10
SPARE = 3
NEW_PART = "new"
LISTED = {"one", "many", "ranking", "matrix"}
SCALED = {"scale", "matrix"}


def _text(label: Any, most: int = 300) -> Any:
    return StringField(label, filters=[tidy], validators=[Optional(), Length(max=most)])


class OptionForm(Form):
    """One answer to choose from, or one row of a matrix. The key is kept, so that answers of earlier rounds stay beside it."""

    key = HiddenField()
    en = _text(_l("In English"), 120)
    fr = _text(_l("In French"), 120)


class PartForm(FlaskForm):
    title_en = _text(_l("Title in English"), 120)
    title_fr = _text(_l("Title in French"), 120)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if not (self.title_en.data or self.title_fr.data):
            self.title_en.errors = [_("Give it a title, in one language at least.")]
            valid = False
        return valid

    def title(self) -> Words:
        return Words(en=self.title_en.data or "", fr=self.title_fr.data or "")


class QuestionForm(FlaskForm):
    """Every kind's fields; ``offer`` takes away those that the kind does not have.

    ``when``: ``question:answer`` of earlier parts, all of one question.
    """

    version = HiddenField()
    words_en = TextAreaField(_l("The question in English"), filters=[tidy], validators=[Optional(), Length(max=300)])
    words_fr = TextAreaField(_l("The question in French"), filters=[tidy], validators=[Optional(), Length(max=300)])
    options = FieldList(FormField(OptionForm), max_entries=OPTIONS_MOST)
    steps = SelectField(
        _l("Steps"), coerce=int, choices=[SelectChoice(n, str(n)) for n in range(2, 12)], validators=[InputRequired()]
    )
    low_en = _text(_l("What the lowest step means, in English"), 60)
    low_fr = _text(_l("What the lowest step means, in French"), 60)
    high_en = _text(_l("What the highest step means, in English"), 60)
    high_fr = _text(_l("What the highest step means, in French"), 60)
    part = SelectField(_l("Part of the questionnaire"), validators=[InputRequired()])
    title_en = _text(_l("Title of the new part in English"), 120)
    title_fr = _text(_l("Title of the new part in French"), 120)
    required = BooleanField(_l("Nobody goes on without an answer"))
    when = SelectMultipleField(_l("Asked only of those who answered"), validators=[Optional()])

    def offer(self, design: Design, kind: str, part: int | None, locale: str) -> QuestionForm:
        """``part``: where the question stands; None: it is new, and may come anywhere."""
        self.kind = kind
        self.part.choices = [
            SelectChoice(str(n), section.title.text(locale)) for n, section in enumerate(design.sections)
        ] + [SelectChoice(NEW_PART, _("In a new part at the end"))]
        self.when.choices = [
            SelectChoice(f"{one.key}:{value}", label, optgroup=one.words.text(locale))
            for one in earlier_parts(design, len(design.sections) if part is None else part)
            for value, label in _values(one, locale)
        ]
        gone = [] if kind in SCALED else ["steps", "low_en", "low_fr", "high_en", "high_fr"]
        gone += [] if part is None else ["part", "title_en", "title_fr"]
        gone += [] if kind in LISTED else ["options"]
        gone += [] if self.when.choices else ["when"]
        for name in gone:
            del self[name]
        if kind in LISTED:
            while len(self.options.entries) < min(OPTIONS_MOST, self._filled() + SPARE):
                self.options.append_entry()
        return self

    def _filled(self) -> int:
        return sum(bool(row.form.en.data or row.form.fr.data) for row in self.options)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if not (self.words_en.data or self.words_fr.data):
            self.words_en.errors = [_("Write the question, in one language at least.")]
            valid = False
        least = 1 if self.kind == "matrix" else 2
        if self.kind in LISTED and self._filled() < least:
            self.form_errors.append(
                _("Give at least two answers to choose from.") if least == 2 else _("Give at least one row.")
            )
            valid = False
        if "when" in self and len({one.split(":")[0] for one in self.when.data or []}) > 1:
            self.when.errors = [_("Tick answers of one question only.")]
            valid = False
        if "part" in self and self.part.data == NEW_PART and not (self.title_en.data or self.title_fr.data):
            self.title_en.errors = [_("Give the new part a title, in one language at least.")]
            valid = False
        return valid

    def pair(self, name: str) -> Words:
        if f"{name}_en" not in self:
            return Words()
        return Words(en=self[f"{name}_en"].data or "", fr=self[f"{name}_fr"].data or "")

    def question(self, key: str) -> Question:
        """Rows that were emptied are gone; those that were added get a key."""
        listed = tuple(
            Option(
                key=row.form.key.data or new_key(), words=Words(en=row.form.en.data or "", fr=row.form.fr.data or "")
            )
            for row in (self.options if self.kind in LISTED else ())
            if row.form.en.data or row.form.fr.data
        )
        asked_if = [one.split(":") for one in (self.when.data or [] if "when" in self else [])]
        return Question.model_validate(
            {
                "key": key,
                "kind": self.kind,
                "words": self.pair("words"),
                "options": () if self.kind == "matrix" else listed,
                "rows": listed if self.kind == "matrix" else (),
                "steps": self.steps.data if self.kind in SCALED else 5,
                "low": self.pair("low"),
                "high": self.pair("high"),
                "required": self.required.data,
                "when": When(question=asked_if[0][0], any_of=tuple(one[1] for one in asked_if)) if asked_if else None,
            }
        )


def _values(one: Question, locale: str) -> list[tuple[str, str]]:
    if one.kind == "scale":
        return [(str(step), str(step)) for step in range(1, one.steps + 1)]
    return [(option.key, option.words.text(locale)) for option in one.options]


def data_of(one: Question) -> dict[str, Any]:
    """A question as its form shows it."""
    pairs = {name: getattr(one, name) for name in ("words", "low", "high")}
    texts = {f"{name}_{lang}": getattr(pair, lang) for name, pair in pairs.items() for lang in ("en", "fr")}
    return texts | {
        "steps": one.steps,
        "required": one.required,
        "options": [{"key": part.key, "en": part.words.en, "fr": part.words.fr} for part in (*one.options, *one.rows)],
        "when": [f"{one.when.question}:{value}" for value in one.when.any_of] if one.when else [],
    }
