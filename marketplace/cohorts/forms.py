"""The shape of what those who run a cohort fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from marketplace.programmes.modalities import Form, Phase
from marketplace.programmes.models import CohortPhase
from marketplace.programmes.words import PHASES, in_form


class NewCohortForm(FlaskForm):
    launch_on = DateField(_l("Launch"), [InputRequired(_l("The day on which the pairs begin."))])
    is_pilot = BooleanField(_l("This is the pilot"))


class PhaseForm(FlaskForm):
    then = RadioField(
        _l("Those who have not answered"),
        [InputRequired(_l("Say what becomes of them."))],
        choices=[
            SelectChoice("carry", _l("Leave them their time")),
            SelectChoice("remind", _l("Leave them their time, and remind them today")),
            SelectChoice("close", _l("End it for them, with an explanation")),
        ],
        default="carry",
    )


class TimelineForm(FlaskForm):
    """One day and one tick a phase. ``was_…`` is what stood there when the page was opened."""

    along = HiddenField()

    def typed(self, phase: Phase) -> date | None:
        value: date | None = self[f"day_{phase.value}"].data
        return value

    def by_hand(self, phase: Phase) -> bool:
        return bool(self[f"hand_{phase.value}"].data)


def timeline_form(phases: Sequence[CohortPhase], **options: Any) -> TimelineForm:
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in phases:
        key = one.phase.value
        fields[f"day_{key}"] = DateField(PHASES[one.phase], [InputRequired(_l("A day."))])
        fields[f"hand_{key}"] = BooleanField(_l("Opened by hand"))
        fields[f"was_{key}"] = HiddenField()
        data |= {
            f"day_{key}": one.starts_on,
            f"hand_{key}": one.by_hand,
            f"was_{key}": f"{one.starts_on.isoformat()} {int(one.by_hand)}",
        }
    form: TimelineForm = type("DatedTimelineForm", (TimelineForm,), fields)(data=data, **options)
    return form


NUMBERS = ("places_mentors", "places_mentees", "quota_mentors", "quota_mentees")


class SettingsForm(FlaskForm):
    is_pilot = BooleanField(_l("This is the pilot"))
    places_mentors = IntegerField("", [Optional(), NumberRange(1, 100_000, _l("From 1 to 100,000."))])
    places_mentees = IntegerField("", [Optional(), NumberRange(1, 100_000, _l("From 1 to 100,000."))])
    quota_mentors = IntegerField("", [Optional(), NumberRange(0, 10_000, _l("From 0 to 10,000."))])
    quota_mentees = IntegerField("", [Optional(), NumberRange(0, 10_000, _l("From 0 to 10,000."))])
    was = HiddenField()

    def said_in(self, form: Form) -> SettingsForm:
        """With what each side is called in this form of mentoring."""
        for name in NUMBERS:
            if label := in_form(name, form.value):
                self[name].label.text = label
        return self

    def numbers(self) -> dict[str, int | None]:
        return {name: self[name].data for name in NUMBERS}


def settings_values(numbers: Mapping[str, int | None], is_pilot: bool) -> str:
    """What stood in the form, as one line: compared when it comes back."""
    return " ".join(
        ["1" if is_pilot else "0", *("-" if numbers[name] is None else str(numbers[name]) for name in NUMBERS)]
    )
