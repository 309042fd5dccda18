"""The shape of an answer to how a mentorship goes on."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice
from wtforms.validators import InputRequired

from marketplace.mentorships.models import Answer
from marketplace.mentorships.words import ANSWERS


class AnswerForm(FlaskForm):
    answer = RadioField(_l("Your answer"), [InputRequired(_l("Choose one of the answers."))])

    def offer(self, choices: tuple[Answer, ...]) -> AnswerForm:
        self.answer.choices = [SelectChoice(choice.value, ANSWERS[choice][0]) for choice in choices]
        return self
