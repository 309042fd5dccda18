"""The shape of what a mentee says of themselves. Nothing is required: every answer helps."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField

from marketplace.mentees.commands import FIELDS
from marketplace.mentors.fields import (
    AtMost,
    AtMostChosen,
    RemembersWindow,
    one_line,
    optional_choices,
    searched_choices,
)
from marketplace.vocabulary import FUNCTIONS, LANGUAGES, SKILLS
from tenants.shared.typed import tidy


class MenteeForm(RemembersWindow, FlaskForm):
    """Goals and the rest of ``/about-me``."""

    goals = SelectMultipleField(_l("What I want to learn"), [AtMostChosen(6)], choices=lambda: searched_choices(SKILLS))
    seeking = TextAreaField(_l("Whom I look for"), [AtMost(600)], filters=[tidy])
    experience = TextAreaField(_l("Where I come from"), [AtMost(1200)], filters=[tidy])
    function = SelectField(_l("Function"), choices=lambda: optional_choices(FUNCTIONS))
    languages = SelectMultipleField(_l("Languages I can talk in"), choices=lambda: searched_choices(LANGUAGES))
    place = StringField(_l("Where I am"), [AtMost(80)], filters=[one_line])

    def draft(self) -> dict[str, Any]:
        """The values for ``save_mentee_profile``."""
        return {name: self[name].data for name in FIELDS} | {
            "goals": self.goals.data or [],
            "languages": self.languages.data or [],
            "function": self.function.data or None,
        }
