"""The shape of a dossier's sheet, of a mandate, and of what a mentor says of a draft.

Fields of the sheet are called as in ``content.FIELDS``, so that a save needs no table between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.dossiers.content import EVIDENCE_MOST, FIELDS, LINE_MOST, LOCALES, MOST_ROWS, WORDS_MOST, Dossier, flat
from marketplace.dossiers.face import COMMITTEES, EXPERIENCE, FUNCTIONS, REGIONS, SECTORS, SPOKEN, choices_in
from marketplace.dossiers.models import COMMENT_MOST, NAME_MOST, BoardMandate
from marketplace.dossiers.words import PARTS, TEXTS
from marketplace.mentors.fields import AtMost, AtMostChosen, RemembersWindow, locale, one_line
from marketplace.readiness.competencies import COMPETENCIES, role_choices
from marketplace.readiness.words import LEVELS
from marketplace.vocabulary import LANGUAGES
from tenants.shared.typed import tidy

SPARE = 2
"""Empty rows offered below those that are filled."""

ROW_WORDS = {"positions": ("title", "words"), "education": ("title",)}
ROW_KEYS = {
    "positions": ("organisation", "from_year", "until_year"),
    "education": ("school", "year"),
    "spoken": ("language", "level"),
    "references": ("name", "office", "agreed", "contact", "shows_contact"),
}


def chosen_from(pairs: Any, first: str | None = None) -> list[SelectChoice]:
    begun = [] if first is None else [SelectChoice("", first)]
    return begun + [SelectChoice(value, str(label)) for value, label in pairs]


def _year(label: Any) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(1940, 2100, _l("Write the year with four figures."))])


def _line(label: Any, most: int = LINE_MOST) -> StringField:
    return StringField(label, [AtMost(most)], filters=[one_line])


class PositionForm(Form):
    organisation = _line(_l("Organisation"))
    from_year = _year(_l("From (year)"))
    until_year = _year(_l("Until (year)"))
    title_en = _line(_l("Office, in English"))
    title_fr = _line(_l("Office, in French"))
    words_en = TextAreaField(_l("What you answered for, in English"), [AtMost(800)], filters=[tidy])
    words_fr = TextAreaField(_l("What you answered for, in French"), [AtMost(800)], filters=[tidy])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if valid and self.from_year.data and self.until_year.data and self.until_year.data < self.from_year.data:
            self.until_year.errors = [_("It ends before it begins.")]
            return False
        return valid


class StudyForm(Form):
    school = _line(_l("School or university"))
    year = _year(_l("Year"))
    title_en = _line(_l("Degree, in English"))
    title_fr = _line(_l("Degree, in French"))


class TongueForm(Form):
    language = SelectField(
        _l("Language"), choices=lambda: chosen_from(LANGUAGES.choices(locale()), _("Choose")), default=""
    )
    level = SelectField(
        _l("How well"), choices=lambda: chosen_from(choices_in(SPOKEN, locale()), _("Choose")), default=""
    )


class ReferenceForm(Form):
    name = _line(_l("Name"))
    office = _line(_l("Office and organisation"))
    agreed = _line(_l("Said yes on"), 60)
    contact = _line(_l("E-mail or telephone"))
    shows_contact = BooleanField(_l("Print the contact in the full dossier"))


class Confirmed(Field):
    """Words of the card that its author says tell nobody who they are."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = sorted({value[:200] for value in valuelist if value})[:60]


class DossierForm(RemembersWindow, FlaskForm):
    """The sheet. Words in both languages and competencies are added below."""

    positions = FieldList(FormField(PositionForm), _l("Positions"), max_entries=MOST_ROWS["positions"])
    education = FieldList(FormField(StudyForm), _l("Education"), max_entries=MOST_ROWS["education"])
    spoken = FieldList(FormField(TongueForm), _l("Languages"), max_entries=MOST_ROWS["spoken"])
    references = FieldList(FormField(ReferenceForm), _l("References"), max_entries=MOST_ROWS["references"])
    days_a_year = IntegerField(
        _l("Days a year you can give"), [Optional(), NumberRange(0, 366, _l("A year has 366 days at most."))]
    )
    functions = SelectMultipleField(
        _l("What you have led"), [AtMostChosen(4)], choices=lambda: chosen_from(choices_in(FUNCTIONS, locale()))
    )
    sectors = SelectMultipleField(
        _l("Sectors you know"), [AtMostChosen(4)], choices=lambda: chosen_from(choices_in(SECTORS, locale()))
    )
    committees = SelectMultipleField(
        _l("Committees you could sit on"), choices=lambda: chosen_from(choices_in(COMMITTEES, locale()))
    )
    region = SelectField(
        _l("Where you are"), choices=lambda: chosen_from(choices_in(REGIONS, locale()), _("Not said")), default=""
    )
    experience = SelectField(
        _l("Experience"), choices=lambda: chosen_from(choices_in(EXPERIENCE, locale()), _("Not said")), default=""
    )
    confirmed = Confirmed(_l("Words that you kept"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        for name in MOST_ROWS:
            told = (sentences for entry in self[name] for sentences in entry.form.errors.values())
            self[name].errors = [sentence for sentences in told for sentence in sentences]
        return bool(valid)

    def draft(self) -> dict[str, Any]:
        """The values for ``save_draft``. Rows in which nothing stands are left out."""
        values: dict[str, Any] = {}
        for name in FIELDS:
            data = self[name].data
            if name in MOST_ROWS:
                rows = [_row(name, entry.data) for entry in self[name]]
                values[name] = [row for row in rows if _says_something(row)]
            elif name.startswith("level."):
                values[name] = int(data) if data else None
            elif name in {"functions", "sectors", "committees", "confirmed"}:
                values[name] = list(data or [])
            elif name == "days_a_year":
                values[name] = data
            else:
                values[name] = data or ""
        return values

    def point_out(self, sentences: dict[str, str]) -> None:
        """Put a sentence at each field named."""
        for name, sentence in sentences.items():
            self[name].errors = [*self[name].errors, sentence]

    def has_problem(self, *prefixes: str) -> bool:
        return any(field.errors for field in self if field.name.startswith(prefixes))


def _row(name: str, data: dict[str, Any]) -> dict[str, Any]:
    row = {key: data.get(key) if key.endswith("year") else data.get(key) or "" for key in ROW_KEYS[name]}
    if name == "references":
        row["shows_contact"] = bool(data.get("shows_contact"))
    return row | {key: {one: data.get(f"{key}_{one}") or "" for one in LOCALES} for key in ROW_WORDS.get(name, ())}


def _says_something(row: dict[str, Any]) -> bool:
    return any(any(value.values()) if isinstance(value, dict) else value for value in row.values())


def data_of(dossier: Dossier) -> dict[str, Any]:
    """What the form shows of a dossier: its rows, and a few spare ones."""
    values = flat(dossier)
    for name, most in MOST_ROWS.items():
        rows: list[dict[str, Any]] = []
        for row in values[name]:
            told = dict(row)
            for key in ROW_WORDS.get(name, ()):
                said = told.pop(key)
                told |= {f"{key}_{one}": said[one] for one in LOCALES}
            rows.append(told)
        values[name] = (rows + [{} for _spare in range(SPARE)])[:most]
    return values | {
        name: "" if values[name] is None else str(values[name]) for name in values if name.startswith("level.")
    }


def _add_words() -> None:
    """Text by text and competency by competency, once in each language."""
    for name, most in WORDS_MOST.items():
        for one, label in zip(LOCALES, TEXTS[name], strict=True):
            kind = StringField if name.endswith("headline") else TextAreaField
            filters = [one_line if kind is StringField else tidy]
            setattr(DossierForm, f"{name}.{one}", kind(label, [AtMost(most)], filters=filters))
    for slug in COMPETENCIES:
        choices = [SelectChoice("", _l("Not said"))]
        choices += [SelectChoice(str(number), words) for number, words in enumerate(LEVELS)]
        setattr(DossierForm, f"level.{slug}", SelectField(_l("Level"), choices=choices, default=""))
        for one, label in zip(LOCALES, (_l("What shows it, in English"), _l("What shows it, in French")), strict=True):
            area = TextAreaField(label, [AtMost(EVIDENCE_MOST)], filters=[tidy])
            setattr(DossierForm, f"evidence.{slug}.{one}", area)


_add_words()


class MandateForm(FlaskForm):
    organisation_name = StringField(
        _l("Company or organisation"),
        [InputRequired(_l("Name the company or organisation.")), Length(max=NAME_MOST)],
        filters=[one_line],
    )
    role = SelectField(_l("Role on the board"), [InputRequired(_l("Choose a role."))])
    committees = SelectMultipleField(_l("Committees"))
    from_on = DateField(_l("Since"), [InputRequired(_l("Give the day on which it began."))])
    until_on = DateField(_l("Until"), [Optional()])
    listed = BooleanField(_l("Its shares are listed"))
    executive = BooleanField(_l("With an office in its management"))

    def offer(self) -> MandateForm:
        self.role.choices = chosen_from(role_choices(locale()), _("Choose"))
        self.committees.choices = chosen_from(choices_in(COMMITTEES, locale()))
        return self

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if self.from_on.data and self.until_on.data and self.until_on.data < self.from_on.data:
            self.until_on.errors = [_("It ends before it begins.")]
            return False
        return valid

    def values(self) -> dict[str, Any]:
        names = ("organisation_name", "role", "committees", "from_on", "until_on", "listed", "executive")
        return {name: self[name].data for name in names}


def data_of_mandate(mandate: BoardMandate) -> dict[str, Any]:
    names = ("organisation_name", "role", "committees", "from_on", "until_on", "listed", "executive")
    return {name: getattr(mandate, name) for name in names}


class CommentForm(FlaskForm):
    part = SelectField(_l("About"), choices=lambda: chosen_from(PARTS.items()))
    words = TextAreaField(
        _l("What you would say"), [InputRequired(_l("Write what you would say.")), AtMost(COMMENT_MOST)], filters=[tidy]
    )
