"""The shape of a seat, and of a step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.dossiers.face import COMMITTEES, REGIONS, SECTORS, choices_in
from marketplace.readiness.competencies import COMPETENCIES, TOP
from marketplace.readiness.words import LEVELS
from marketplace.selections.criteria import DAYS_MOST, Criteria
from marketplace.selections.models import TITLE_MOST, WORDS_MOST, SeatSpecification, Stage
from marketplace.selections.words import FOUND, REASONS
from marketplace.vocabulary import LANGUAGES

FARTHEST = timedelta(days=3 * 366)


def _stripped(value: str | None) -> str:
    return (value or "").replace("\0", "").strip()


class SeatForm(FlaskForm):
    network = SelectField(_l("Network"), coerce=int)
    title = StringField(
        _l("The seat"),
        [InputRequired(_l("Give the seat a name.")), Length(max=TITLE_MOST, message=_l("Shorten this a little."))],
        filters=[_stripped],
    )
    organisation_name = StringField(
        _l("Whose board it is"), [Length(max=TITLE_MOST, message=_l("Shorten this a little."))], filters=[_stripped]
    )
    listed = BooleanField(_l("Its shares are listed"))
    sectors = SelectMultipleField(_l("Sectors, one of which is enough"))
    sectors_must = BooleanField(_l("Must: whoever knows none of these is left out"))
    languages = SelectMultipleField(_l("Languages of the board"))
    languages_must = BooleanField(_l("Must: whoever does not speak all of these is left out"))
    committees = SelectMultipleField(_l("Committees to sit on"))
    committees_must = BooleanField(_l("Must: whoever offers not all of these is left out"))
    region = SelectField(_l("Region"), default="")
    days_a_year = IntegerField(
        _l("Days a year it takes"),
        [Optional(), NumberRange(1, DAYS_MOST, message=_l("Between 1 and 120 days."))],
    )
    independent = BooleanField(_l("Independence is a must"))
    women = IntegerField(_l("Women on the board today"), [Optional(), NumberRange(0, 60, message=_l("Up to 60."))])
    men = IntegerField(_l("Men on the board today"), [Optional(), NumberRange(0, 60, message=_l("Up to 60."))])
    deadline = DateField(_l("To be filled by"), [Optional()])
    version = HiddenField()

    def offer(self, networks: list[tuple[int, str]], *, names_client: bool, locale: str, today: date) -> SeatForm:
        self.names_client, self.today = names_client, today
        self.organisation_name.flags.required = names_client
        self.network.choices = [SelectChoice(*one) for one in networks]
        for field, known in ((self.sectors, SECTORS), (self.committees, COMMITTEES)):
            field.choices = [SelectChoice(*one) for one in choices_in(known, locale)]
        self.languages.choices = [SelectChoice(*one) for one in LANGUAGES.choices(locale)]
        self.region.choices = [
            SelectChoice("", _("Anywhere")),
            *(SelectChoice(*one) for one in choices_in(REGIONS, locale)),
        ]
        for slug, one in COMPETENCIES.items():
            level = self[f"level_{slug}"]
            level.label.text = one.name.text(locale)
            level.choices = [
                SelectChoice(0, _("Not asked")),
                *(SelectChoice(number, str(LEVELS[number])) for number in range(1, TOP + 1)),
            ]
        return self

    def validate_organisation_name(self, field: StringField) -> None:
        if self.names_client and not field.data:
            raise ValidationError(_("Say whose board it is. Only your firm reads it."))

    def validate_deadline(self, field: DateField) -> None:
        if field.data and not self.today <= field.data <= self.today + FARTHEST:
            raise ValidationError(_("Choose a day within the next three years."))

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if good and not self.criteria():
            self.title.errors = [_("Ask for at least one thing below: cards are ranked by it.")]
            good = False
        return good

    @property
    def competencies(self) -> list[tuple[Any, Any]]:
        """(level, must) for each."""
        return [(self[f"level_{slug}"], self[f"must_{slug}"]) for slug in COMPETENCIES]

    def criteria(self) -> Criteria:
        wanted = {
            slug: {"level": self[f"level_{slug}"].data, "must": self[f"must_{slug}"].data}
            for slug in COMPETENCIES
            if self[f"level_{slug}"].data
        }
        plain = ("sectors", "languages", "committees", "independent")
        return Criteria.model_validate(
            {name: self[name].data for name in plain}
            | {
                "competencies": wanted,
                "region": self.region.data or "",
                "days_a_year": self.days_a_year.data or 0,
                **{f"{name}_must": self[f"{name}_must"].data for name in ("sectors", "languages", "committees")},
            }
        )


for _slug in COMPETENCIES:
    setattr(SeatForm, f"level_{_slug}", SelectField("", coerce=int, default=0))
    setattr(SeatForm, f"must_{_slug}", BooleanField(_l("Must")))


def filled_in(seat: SeatSpecification, asked: Criteria) -> dict[str, Any]:
    """What a form of this seat begins with."""
    said = asked.model_dump()
    levels = {f"level_{slug}": one["level"] for slug, one in said["competencies"].items()}
    musts = {f"must_{slug}": one["must"] for slug, one in said["competencies"].items()}
    names = ("title", "organisation_name", "listed", "women", "men", "deadline", "version")
    kept = {name: getattr(seat, name) for name in names}
    return said | {"network": seat.network_id, "days_a_year": asked.days_a_year or None} | kept | levels | musts


class StepForm(FlaskForm):
    stage = SelectField(_l("Move to"), [InputRequired(_l("Choose a step."))])
    reason = SelectField(_l("Reason"), [InputRequired(_l("Choose a reason."))])
    words = TextAreaField(
        _l("In your words"),
        [Length(max=WORDS_MOST, message=_l("Shorten this a little."))],
        filters=[_stripped],
    )

    def offer(self, stages: list[tuple[Stage, str]], entry_id: int) -> StepForm:
        """``entry_id``: a page has one such form for each of its entries."""
        for field in (self.stage, self.reason, self.words):
            field.id = f"{field.name}-{entry_id}"
        self.stage.choices = [SelectChoice(stage.value, words) for stage, words in stages]
        self.reason.choices = [
            SelectChoice("", _("Choose a reason")),
            *(SelectChoice(slug, str(words)) for slug, words in REASONS.items() if slug != FOUND),
        ]
        return self
