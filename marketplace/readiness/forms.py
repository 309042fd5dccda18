"""The shape of an answer, of a plan, of a target board, and of what a year has room for."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.readiness.answers import MOST_COMMITMENTS, Commitment, Commitments
from marketplace.readiness.competencies import ROLES, Competency, competency_choices, role_choices
from marketplace.readiness.models import EVIDENCE_MOST, TITLE_MOST, WHY_MOST, BoardState, TargetBoard
from marketplace.readiness.words import BOARD_STATES, LEVELS, SIZES
from marketplace.vocabulary import INDUSTRIES
from tenants.shared.typed import tidy


def one_line(text: str | None) -> str:
    return " ".join(tidy(text).split())


def choices_of(pairs: Any) -> list[SelectChoice]:
    return [SelectChoice(value, str(label)) for value, label in pairs]


class AnswerForm(FlaskForm):
    level = RadioField(_l("Level"), [InputRequired(_l("Choose the level that comes nearest."))])
    evidence = TextAreaField(_l("What shows it"), [Length(max=EVIDENCE_MOST)], filters=[tidy])

    def offer(self) -> AnswerForm:
        self.level.choices = choices_of((str(number), words) for number, words in enumerate(LEVELS))
        return self

    def details(self, competency: Competency, locale: str) -> dict[str, str]:
        return {str(number): words.text(locale) for number, words in enumerate(competency.levels)}

    @property
    def chosen(self) -> int | None:
        return int(self.level.data) if self.level.data else None


class RoleForm(FlaskForm):
    role = SelectField(_l("The seat you prepare for"), [InputRequired(_l("Choose a seat."))])

    def offer(self, locale: str) -> RoleForm:
        self.role.choices = [SelectChoice("", _("Choose a seat")), *choices_of(role_choices(locale))]
        return self


class ReadingForm(FlaskForm):
    title = StringField(
        _l("What you want to read"),
        [InputRequired(_l("Say what it is.")), Length(max=TITLE_MOST)],
        filters=[one_line],
    )
    competency = SelectField(_l("It helps with"), [InputRequired()])

    def offer(self, slugs: list[str], locale: str) -> ReadingForm:
        self.competency.choices = choices_of(pair for pair in competency_choices(locale) if pair[0] in slugs)
        return self


class BoardForm(FlaskForm):
    name = StringField(_l("Company, if you have one in mind"), [Length(max=120)], filters=[one_line])
    sector = SelectField(_l("Sector"), [InputRequired(_l("Choose a sector."))])
    size = SelectField(_l("Size of the company"))
    country = StringField(_l("Country"), [Length(max=80)], filters=[one_line])
    why = TextAreaField(_l("Why there, and why you"), [Length(max=WHY_MOST)], filters=[tidy])
    state = SelectField(_l("How far it is"), [InputRequired()])

    def offer(self, locale: str) -> BoardForm:
        self.sector.choices = [SelectChoice("", _("Choose a sector")), *choices_of(INDUSTRIES.choices(locale))]
        self.size.choices = choices_of(SIZES.items())
        self.state.choices = choices_of((state.value, words) for state, words in BOARD_STATES.items())
        return self

    def values(self) -> dict[str, Any]:
        names = ("name", "sector", "size", "country", "why")
        return {name: self[name].data or "" for name in names} | {"state": BoardState(self.state.data)}


def data_of_board(board: TargetBoard) -> dict[str, Any]:
    names = ("name", "sector", "size", "country", "why")
    return {name: getattr(board, name) for name in names} | {"state": board.state.value}


class CommitmentForm(Form):
    title = StringField(_l("Company"), [Optional(), Length(max=120)], filters=[one_line])
    role = SelectField(_l("Role on the board"), [Optional()])
    days = IntegerField(_l("Days a year"), [Optional(), NumberRange(0, 366, _l("A year has 366 days at most."))])


class TimeForm(FlaskForm):
    available = IntegerField(
        _l("Days a year you can give to boards"),
        [Optional(), NumberRange(0, 366, _l("A year has 366 days at most."))],
    )
    rows = FieldList(FormField(CommitmentForm), min_entries=MOST_COMMITMENTS, max_entries=MOST_COMMITMENTS)

    def offer(self, locale: str) -> TimeForm:
        for row in self.rows:
            row.form.role.choices = [SelectChoice("", _("No role")), *choices_of(role_choices(locale))]
        return self

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        for row in self.rows:
            if (row.form.title.data or row.form.days.data is not None) and not row.form.role.data:
                row.form.role.errors = [_("Say which role it is.")]
                valid = False
        return valid

    @property
    def filled(self) -> int:
        """Up to and with the last row in which something stands."""
        taken = [number for number, row in enumerate(self.rows, 1) if row.form.title.data or row.form.role.data]
        return max(taken, default=0)

    def commitments(self) -> Commitments:
        """Rows with a seat; without a figure of their own, the rule of thumb for it."""
        return Commitments(
            rows=tuple(
                Commitment(
                    title=row.form.title.data or "",
                    role=row.form.role.data,
                    days=ROLES[row.form.role.data].days if row.form.days.data is None else row.form.days.data,
                )
                for row in self.rows
                if row.form.role.data
            )
        )
