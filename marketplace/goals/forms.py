"""The shape of goals, steps and comments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.goals.models import COMMENT_MOST, STEP_MOST, SUCCESS_MOST, TITLE_MOST
from tenants.shared.typed import tidy


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class GoalForm(FlaskForm):
    title = StringField(
        _l("What do you want to reach?"),
        [InputRequired(_l("Say in a sentence what you want to reach.")), Length(max=TITLE_MOST)],
        filters=[one_line],
    )
    success = TextAreaField(_l("How will you both see that you are there?"), [Length(max=SUCCESS_MOST)], filters=[tidy])
    due_on = DateField(_l("By when"), [Optional()])


class ProgressForm(FlaskForm):
    percent = IntegerField(
        _l("How far you are, from 0 to 100"),
        [InputRequired(_l("Give a figure from 0 to 100.")), NumberRange(0, 100, _l("Give a figure from 0 to 100."))],
    )


class StepForm(FlaskForm):
    words = StringField(
        _l("Next step"),
        [InputRequired(_l("Say what the step is.")), Length(max=STEP_MOST)],
        filters=[one_line],
    )


class CommentForm(FlaskForm):
    body = TextAreaField(
        _l("Your comment"), [InputRequired(_l("Write a sentence or two.")), Length(max=COMMENT_MOST)], filters=[tidy]
    )
