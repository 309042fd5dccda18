"""The shape of the designer's sheet, of an import, and of who takes part; no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from pydantic import ValidationError
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
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
from wtforms.fields.core import Field
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from marketplace.programmes import sheet_words as words
from marketplace.programmes.merging import Design
from marketplace.programmes.modalities import Form as ProgrammeForm
from marketplace.programmes.modalities import Limits, Modalities, Phase
from marketplace.programmes.words import PHASES
from marketplace.vocabulary import CADENCES, FORMS, FUNCTIONS, SENIORITIES
from tenants.shared.typed import tidy

STATEMENTS, INDICATORS = 2, 3
SIDES = ("mentors", "mentees")


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _name(label: Any) -> StringField:
    return StringField(label, [Length(max=120)], filters=[one_line])


def _text(label: Any, most: int = 4000) -> TextAreaField:
    return TextAreaField(label, [Length(max=most)], filters=[tidy])


def _figure(label: Any, least: int, most: int) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(min=least, max=most)])


def _listed(labels: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in labels.items()]


class IndicatorForm(Form):
    name_en = _name(_l("What is counted, in English"))
    name_fr = _name(_l("What is counted, in French"))
    target = _figure(_l("Target"), 0, 1_000_000)
    unit = SelectField(_l("Unit"), choices=_listed(words.UNITS), default="percent")


class StatementForm(Form):
    en = StringField(_l("In English"), [Length(max=400)], filters=[one_line])
    fr = StringField(_l("In French"), [Length(max=400)], filters=[one_line])


class SideForm(Form):
    organisations = SelectMultipleField(_l("From these organisations"), choices=[])
    roles = SelectMultipleField(_l("In these roles"), choices=_listed(words.ROLES))
    seniorities = SelectMultipleField(_l("Of this seniority"), choices=[])
    functions = SelectMultipleField(_l("In these functions"), choices=[])
    statements = FieldList(FormField(StatementForm), _l("In your own words"), min_entries=STATEMENTS, max_entries=20)
    places = _figure(_l("Places in a cohort"), 1, 100_000)
    training = SelectField(_l("Training"), choices=_listed(words.TRAINING))


class TimingForm(Form):
    phase = HiddenField(validators=[InputRequired()])
    used = BooleanField(_l("In the timeline"))
    day = IntegerField(_l("Day"), [Optional(), NumberRange(min=-730, max=1460)])
    by = SelectField(_l("Opens"), choices=_listed(words.OPENS))


class DesignForm(FlaskForm):
    """``seen``: the version of the programme that it was opened with."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    name_en = _name(_l("Name in English"))
    name_fr = _name(_l("Name in French"))
    aims_en = _text(_l("Aims in English"))
    aims_fr = _text(_l("Aims in French"))
    audience_en = _text(_l("For whom, in English"))
    audience_fr = _text(_l("For whom, in French"))
    indicators = FieldList(FormField(IndicatorForm), _l("Indicators"), min_entries=INDICATORS, max_entries=20)
    mentors = FormField(SideForm, _l("Mentors"))
    mentees = FormField(SideForm, _l("Mentees"))
    form = SelectField(_l("Form"), choices=[])
    circle_least = _figure(_l("Smallest circle"), 2, 6)
    circle_most = _figure(_l("Largest circle"), 2, 6)
    central = SelectField(_l("Who matches"), choices=_listed(words.CENTRAL))
    matching = SelectField(_l("How pairs come about"), choices=_listed(words.MATCHING))
    open_requests = _figure(_l("Requests a mentee may have open at once"), 1, 20)
    limits_seniority_gap = _figure(_l("Steps of seniority between the two"), 0, 5)
    limits_hours_apart = _figure(_l("Hours between their clocks, at most"), 0, 12)
    firms_say_yes = BooleanField(_l("The firms of both say yes to a pair before the two are asked"))
    limits_common_language = BooleanField(_l("The two have a language in common"))
    limits_functions = SelectField(_l("What the two work in"), choices=_listed(words.SAMENESS), default="any")
    limits_new_pairs = BooleanField(_l("Nobody is paired again with somebody of an earlier cohort"))
    ways_in = SelectMultipleField(_l("How people come in"), choices=_listed(words.WAYS))
    employer_approval = BooleanField(_l("The employer says yes before somebody is in"))
    manager_view = BooleanField(_l("The line manager is asked for their view"))
    decide_within = _figure(_l("Days in which you decide about somebody"), 1, 60)
    quota_mentors = _figure(_l("Mentors a firm may give"), 0, 10_000)
    quota_mentees = _figure(_l("Mentees a firm may send"), 0, 10_000)
    quota_balance = _figure(_l("How far the two may differ"), 0, 10_000)
    months = IntegerField(_l("Months a mentorship lasts"), [InputRequired(_l("Say how long.")), NumberRange(1, 36)])
    cadence = SelectField(_l("How often a pair meets"), choices=[])
    agreement_en = _text(_l("Rules that every pair signs, in English"), 20_000)
    agreement_fr = _text(_l("Rules that every pair signs, in French"), 20_000)
    safeguarding_en = _text(_l("Safeguarding, in English"), 20_000)
    safeguarding_fr = _text(_l("Safeguarding, in French"), 20_000)
    evaluation = SelectMultipleField(_l("When people are asked"), choices=_listed(words.MOMENTS))
    timeline = FieldList(FormField(TimingForm), _l("Timeline"), min_entries=len(Phase), max_entries=len(Phase))

    def fill_choices(self, organisations: Iterable[tuple[int, str]]) -> DesignForm:
        """``organisations``: those that take part. What was chosen and is no longer among them stays in the list."""
        locale = str(get_locale())
        self.form.choices = _listed(dict(FORMS.choices(locale)))
        self.cadence.choices = _listed(dict(CADENCES.choices(locale)))
        if self.form.data == ProgrammeForm.peer:
            self.quota_mentees.label.text = _l("People a firm may send")
        named = {str(number): name for number, name in organisations}
        for side in SIDES:
            inner = self[side].form
            gone = [one for one in inner.organisations.data or [] if one not in named and one.isdigit()]
            inner.organisations.choices = _listed(named | dict.fromkeys(gone, _l("No longer takes part")))
            inner.seniorities.choices = _listed(dict(SENIORITIES.choices(locale)))
            inner.functions.choices = _listed(dict(FUNCTIONS.choices(locale)))
        return self

    def design(self) -> dict[str, Any] | None:
        """What was typed as a design, or nothing where it does not hold; the form then says why."""
        choices = _choices(self.data)
        try:
            chosen = Modalities.model_validate(choices)
        except ValidationError as error:
            self.take_errors(error)
            return None
        return {
            "name_en": self.name_en.data,
            "name_fr": self.name_fr.data,
            "choices": chosen.model_dump(mode="json"),
        }

    def take_errors(self, error: ValidationError) -> None:
        for one in error.errors():
            where = ".".join(str(part) for part in one["loc"] if isinstance(part, str))
            sentence = words.problem_sentence(one)
            self.form_errors.append(f"{words.field_label(where)}: {sentence}" if where else sentence)

    def problems(self) -> list[tuple[str, str, str]]:
        """(id, label, sentence) of every field that needs another look, within lists too."""
        return list(_problems(self))


def _problems(form: Iterable[Field]) -> Iterator[tuple[str, str, str]]:
    for field in form:
        if isinstance(field, FormField):
            yield from _problems(field.form)
        elif isinstance(field, FieldList):
            yield from _problems(field)
        elif field.errors:
            yield field.id, str(field.label.text), str(field.errors[0])


def _choices(data: Mapping[str, Any]) -> dict[str, Any]:
    """The modalities that the fields say, as a template would."""
    return {
        "form": data["form"],
        **{name: {"en": data[f"{name}_en"], "fr": data[f"{name}_fr"]} for name in TEXTS},
        "indicators": [
            {"name": {"en": one["name_en"], "fr": one["name_fr"]}, "target": one["target"], "unit": one["unit"]}
            for one in data["indicators"]
            if one["name_en"] or one["name_fr"]
        ],
        **{side: _side(data[side]) for side in SIDES},
        "centralised": data["central"] == "central",
        "matching": data["matching"],
        "ways_in": data["ways_in"],
        "employer_approval": data["employer_approval"],
        "firms_say_yes": data["firms_say_yes"],
        "manager_view": data["manager_view"],
        "decide_within": 7 if data["decide_within"] is None else data["decide_within"],
        "quota": {name: data[f"quota_{name}"] for name in ("mentors", "mentees", "balance")},
        "months": data["months"],
        "cadence": data["cadence"],
        "open_requests": 3 if data["open_requests"] is None else data["open_requests"],
        "circle": {name: 2 if data[f"circle_{name}"] is None else data[f"circle_{name}"] for name in ("least", "most")},
        "limits": {name: data[f"limits_{name}"] for name in LIMITS},
        "evaluation": data["evaluation"],
        "timeline": [
            {"phase": one["phase"], "day": 0 if one["phase"] == "launch" else one["day"] or 0, "by": one["by"]}
            for one in data["timeline"]
            if one["used"] or one["phase"] == "launch"
        ],
    }


LIMITS = tuple(Limits.model_fields)
TEXTS = ("aims", "audience", "agreement", "safeguarding")
ON = {"organisations": "organisation", "roles": "role", "seniorities": "seniority", "functions": "function"}


def _side(data: Mapping[str, Any]) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [{"on": on, "any_of": data[field]} for field, on in ON.items() if data[field]]
    rules += [{"on": "statement", "statement": dict(one)} for one in data["statements"] if one["en"] or one["fr"]]
    return {"eligibility": rules, "places": data["places"], "training": data["training"]}


def sheet_data(design: Design) -> dict[str, Any]:
    """A design as the fields of the form hold it."""
    choices = design["choices"]
    timings = {one["phase"]: one for one in choices["timeline"]}
    return {
        "name_en": design["name_en"],
        "name_fr": design["name_fr"],
        **{f"{name}_{language}": choices[name][language] for name in TEXTS for language in ("en", "fr")},
        "indicators": _padded(
            [
                {
                    "name_en": one["name"]["en"],
                    "name_fr": one["name"]["fr"],
                    "target": one["target"],
                    "unit": one["unit"],
                }
                for one in choices["indicators"]
            ],
            INDICATORS,
        ),
        **{side: _side_data(choices[side]) for side in SIDES},
        "form": choices["form"],
        # A design of before there was a limit does not have it.
        **{f"limits_{name}": one for name, one in (Limits().model_dump() | choices.get("limits", {})).items()},
        "circle_least": choices["circle"]["least"],
        "circle_most": choices["circle"]["most"],
        "central": "central" if choices["centralised"] else "firms",
        **{f"quota_{name}": choices["quota"][name] for name in ("mentors", "mentees", "balance")},
        **{name: choices[name] for name in PLAIN},
        "timeline": [
            {
                "phase": phase.value,
                "used": phase.value in timings,
                "day": timings[phase.value]["day"] if phase.value in timings else None,
                "by": timings[phase.value]["by"] if phase.value in timings else "date",
            }
            for phase in PHASES
        ],
    }


PLAIN = (
    "matching open_requests ways_in employer_approval firms_say_yes manager_view decide_within months cadence "
    "evaluation".split()
)


def _side_data(rules: Mapping[str, Any]) -> dict[str, Any]:
    left: dict[str, list[str]] = {}
    for condition in rules["eligibility"]:
        if condition["on"] != "statement":
            before = left.get(condition["on"])
            left[condition["on"]] = [one for one in condition["any_of"] if before is None or one in before]
    said = [one["statement"] for one in rules["eligibility"] if one["on"] == "statement"]
    return {
        **{field: left.get(on, []) for field, on in ON.items()},
        "statements": _padded(said, STATEMENTS),
        "places": rules["places"],
        "training": rules["training"],
    }


def _padded(rows: Sequence[Mapping[str, Any]], least: int) -> list[Mapping[str, Any]]:
    """With one empty row at least to write in."""
    return [*rows, *[{}] * max(least - len(rows), 1)]


class NewForm(FlaskForm):
    template = SelectField(choices=[SelectChoice(value=form.value, label=form.value) for form in ProgrammeForm])


class ImportForm(FlaskForm):
    file = FileField(_l("Template file (YAML)"))
    text = TextAreaField(_l("Or paste it here"), [Optional(), Length(max=100_000)])

    def content(self) -> str | None:
        """The text of the file, else what was pasted; nothing where there is neither. Raises ``UnicodeDecodeError``."""
        if self.file.data:
            return str(self.file.data.read(400_001).decode("utf-8-sig"))
        return self.text.data or None


class AskForm(FlaskForm):
    slug = StringField(
        _l("Its address here"),
        [
            InputRequired(_l("Type the first part of its addresses here.")),
            Length(max=60),
            Regexp(
                r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Small letters, figures and hyphens, as in its addresses here.")
            ),
        ],
        filters=[lambda text: one_line(text).lower().rstrip("/").rpartition("/")[2]],
    )
    is_school = BooleanField(_l("It is a school"))


class SchoolForm(FlaskForm):
    """Its fields are named apart from those of the page's other forms, so that every label finds its own control."""

    partner = EmailField(
        _l("E-mail of whoever will look after it there"),
        [
            InputRequired(_l("Give the address the invitation goes to.")),
            Length(max=254),
            Email(_l("An address like name@school.com.")),
        ],
        filters=[one_line],
    )
    language = SelectField(
        _l("Language of the invitation"), choices=[SelectChoice("en", "English"), SelectChoice("fr", "Français")]
    )


class PartyForm(Form):
    firm_id = HiddenField(validators=[InputRequired()])
    chosen = BooleanField()
    max_mentors = _figure(_l("Mentors"), 0, 10_000)
    max_mentees = _figure(_l("Mentees"), 0, 10_000)


class PartiesForm(FlaskForm):
    shown = HiddenField(validators=[InputRequired()])
    rows = FieldList(FormField(PartyForm))
