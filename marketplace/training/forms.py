"""The shape of a module, of a question, and of answers to a quiz."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.events.fields import secure_address
from marketplace.events.models import Event
from marketplace.programmes.modalities import Form as MentoringForm
from marketplace.programmes.modalities import Side, Words
from marketplace.programmes.words import side_words
from marketplace.readiness.competencies import competency_choices
from marketplace.training.commands import Sheet
from marketplace.training.models import ModuleKind, TrainingModule
from marketplace.training.quizzes import OPTIONS_MOST, Option, Question
from tenants.shared.typed import tidy


class ModuleForm(FlaskForm):
    """Every kind's fields; ``offer`` takes away those that the kind does not have."""

    version = HiddenField()
    title_en = StringField(_l("Title in English"), filters=[tidy], validators=[Optional(), Length(max=120)])
    title_fr = StringField(_l("Title in French"), filters=[tidy], validators=[Optional(), Length(max=120)])
    sides = SelectMultipleField(_l("For whom"), validators=[InputRequired(_l("Say for whom it is."))])
    required = BooleanField(_l("It has to be done before somebody counts as trained"))
    video_url = StringField(_l("Video link"), filters=[tidy], validators=[Optional(), Length(max=500), secure_address])
    file = FileField(_l("File"))
    event_id = SelectField(_l("Event"), validators=[Optional()])
    body_en = TextAreaField(_l("Text in English"), filters=[tidy], validators=[Optional(), Length(max=40_000)])
    body_fr = TextAreaField(_l("Text in French"), filters=[tidy], validators=[Optional(), Length(max=40_000)])
    minutes = IntegerField(_l("Minutes it takes"), validators=[Optional(), NumberRange(0, 600)])
    pass_percent = IntegerField(
        _l("Passed at, in per cent"),
        validators=[InputRequired(_l("Say from when on it is passed.")), NumberRange(1, 100)],
    )
    tries = IntegerField(_l("Attempts"), validators=[Optional(), NumberRange(0, 20)])
    competencies = SelectMultipleField(_l("It helps with"), validators=[Optional()])

    def offer(
        self, kind: ModuleKind, form: MentoringForm, sides: Sequence[Side], sessions: Sequence[Event], locale: str
    ) -> ModuleForm:
        """A module of a board cohort can name competencies of a board member."""
        self.kind = kind
        self.competencies.choices = [SelectChoice(slug, label) for slug, label in competency_choices(locale)]
        if form is not MentoringForm.board:
            del self.competencies
        self.sides.choices = [SelectChoice(side.value, side_words(side, form)) for side in sides]
        self.event_id.choices = [SelectChoice("", _("Choose an event"))] + [
            SelectChoice(str(event.id), event.title(locale)) for event in sessions
        ]
        for name, kinds in {
            "video_url": {ModuleKind.video},
            "file": {ModuleKind.file},
            "event_id": {ModuleKind.live},
            "pass_percent": {ModuleKind.quiz},
            "tries": {ModuleKind.quiz},
        }.items():
            if kind not in kinds:
                del self[name]
        return self

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        wrong = {}
        if not (self.title_en.data or self.title_fr.data):
            wrong["title_en"] = _("Give it a title, in one language at least.")
        if self.kind is ModuleKind.text and not (self.body_en.data or self.body_fr.data):
            wrong["body_en"] = _("Write the text, in one language at least.")
        if self.kind is ModuleKind.video and not self.video_url.data:
            wrong["video_url"] = _("Paste the link of the video.")
        if self.kind is ModuleKind.live and not self.event_id.data:
            wrong["event_id"] = _("Choose the event that has to be attended. If there is none yet, plan it first.")
        for name, sentence in wrong.items():
            self[name].errors = [*self[name].errors, sentence]
        return valid and not wrong

    def sheet(self) -> Sheet:
        def of(name: str, otherwise: Any) -> Any:
            return self[name].data or otherwise if name in self else otherwise

        return Sheet(
            sides=list(self.sides.data),
            required=self.required.data,
            title_en=self.title_en.data or "",
            title_fr=self.title_fr.data or "",
            body_en=self.body_en.data or "",
            body_fr=self.body_fr.data or "",
            minutes=self.minutes.data or 0,
            video_url=of("video_url", ""),
            event_id=int(of("event_id", 0)) or None,
            pass_percent=of("pass_percent", 70),
            tries=of("tries", 0),
            competencies=list(of("competencies", [])),
        )

    def seen_version(self) -> int:
        return int(self.version.data) if (self.version.data or "").isdigit() else 0


def data_of(module: TrainingModule) -> dict[str, Any]:
    same = "title_en title_fr body_en body_fr sides required minutes video_url pass_percent tries competencies".split()
    return {name: getattr(module, name) for name in same} | {
        "version": str(module.version),
        "event_id": str(module.event_id or ""),
        # Left empty where the form says that they may be.
        "minutes": module.minutes or None,
        "tries": module.tries or None,
    }


class OptionForm(Form):
    en = StringField(_l("In English"), filters=[tidy], validators=[Optional(), Length(max=300)])
    fr = StringField(_l("In French"), filters=[tidy], validators=[Optional(), Length(max=300)])
    right = BooleanField(_l("Right"))


class QuestionForm(FlaskForm):
    words_en = TextAreaField(_l("Question in English"), filters=[tidy], validators=[Optional(), Length(max=600)])
    words_fr = TextAreaField(_l("Question in French"), filters=[tidy], validators=[Optional(), Length(max=600)])
    options = FieldList(FormField(OptionForm), min_entries=OPTIONS_MOST, max_entries=OPTIONS_MOST)
    many = BooleanField(_l("Several may be right: all of them have to be chosen"))
    explanation_en = TextAreaField(
        _l("Explanation in English"), filters=[tidy], validators=[Optional(), Length(max=1000)]
    )
    explanation_fr = TextAreaField(
        _l("Explanation in French"), filters=[tidy], validators=[Optional(), Length(max=1000)]
    )

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        written = self._written()
        right = sum(option.right for option in written)
        sentence = ""
        if len(written) < 2:
            sentence = _("Write at least two options.")
        elif not right:
            sentence = _("Tick what is right.")
        elif right > 1 and not self.many.data:
            sentence = _("Several options are right. Tick one, or say that several may be.")
        if not (self.words_en.data or self.words_fr.data):
            self.words_en.errors = [_("Write the question, in one language at least.")]
            valid = False
        if sentence:
            self.form_errors.append(sentence)
        return valid and not sentence

    def _written(self) -> list[Option]:
        return [
            Option(words=Words(en=row.form.en.data or "", fr=row.form.fr.data or ""), right=row.form.right.data)
            for row in self.options
            if row.form.en.data or row.form.fr.data
        ]

    def question(self) -> Question:
        return Question(
            words=Words(en=self.words_en.data or "", fr=self.words_fr.data or ""),
            many=self.many.data,
            options=tuple(self._written()),
            explanation=Words(en=self.explanation_en.data or "", fr=self.explanation_fr.data or ""),
        )


def data_of_question(question: Question) -> dict[str, Any]:
    return {
        "words_en": question.words.en,
        "words_fr": question.words.fr,
        "many": question.many,
        "explanation_en": question.explanation.en,
        "explanation_fr": question.explanation.fr,
        "options": [{"en": one.words.en, "fr": one.words.fr, "right": one.right} for one in question.options],
    }


def answers_in(form: MultiDict[str, str], questions: Sequence[Question]) -> dict[int, list[int]]:
    """Chosen options by question, out of fields ``q0``, ``q1`` …; what is no option of the question is left out."""
    return {
        number: [place for place in range(len(one.options)) if str(place) in form.getlist(f"q{number}")]
        for number, one in enumerate(questions)
    }
