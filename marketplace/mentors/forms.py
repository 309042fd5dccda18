"""The shape of a mentor's page as its author sends it. Nothing is required of a draft; ``policy`` says what
publishing needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice

from marketplace.mentors.drafts import DRAFT_FIELDS
from marketplace.mentors.fields import (
    AtMost,
    AtMostChosen,
    NeededToPublish,
    OwnWordsField,
    RemembersWindow,
    one_line,
    optional_choices,
    plain_choices,
    searched_choices,
    zone_choices,
)
from marketplace.mentors.models import Audience
from marketplace.vocabulary import (
    CADENCES,
    FORMS,
    FUNCTIONS,
    INDUSTRIES,
    LANGUAGES,
    SENIORITIES,
    SKILLS,
)
from tenants.shared.typed import tidy

LONGEST_STORY = 4000
MOST_SKILLS = 12


class ProfileForm(RemembersWindow, FlaskForm):
    """A mentor's page. ``networks``: (id, name) of those the firm belongs to; ``marketplace``: whether it is
    in it.
    """

    headline = StringField(_l("Your sentence"), [NeededToPublish(), AtMost(160)], filters=[one_line])
    title = StringField(_l("Your position"), [NeededToPublish(), AtMost(120)], filters=[one_line])
    story = TextAreaField(_l("Your story"), [NeededToPublish(), AtMost(LONGEST_STORY)], filters=[tidy])
    skills = SelectMultipleField(
        _l("What I can help with"),
        [NeededToPublish(), AtMostChosen(MOST_SKILLS)],
        choices=lambda: searched_choices(SKILLS),
    )
    own_words = OwnWordsField(_l("In your own words"))
    function = SelectField(_l("Function"), choices=lambda: optional_choices(FUNCTIONS))
    industries = SelectMultipleField(
        _l("Industries you know"), [AtMostChosen(6)], choices=lambda: searched_choices(INDUSTRIES)
    )
    seniority = SelectField(_l("Seniority"), choices=lambda: optional_choices(SENIORITIES))
    languages = SelectMultipleField(
        _l("Languages you can mentor in"), [NeededToPublish()], choices=lambda: searched_choices(LANGUAGES)
    )
    place = StringField(_l("Where you are"), [AtMost(80)], filters=[one_line])
    time_zone = SelectField(_l("Your time zone"), [NeededToPublish()], choices=zone_choices)
    remote = BooleanField(_l("Remotely"))
    in_person = BooleanField(_l("In person"))
    forms = SelectMultipleField(
        _l("Forms of mentoring you offer"), [NeededToPublish()], choices=lambda: plain_choices(FORMS)
    )
    board_mandates = TextAreaField(_l("Board mandates you hold or held"), [AtMost(600)], filters=[tidy])
    capacity = RadioField(
        _l("How many mentees at once"),
        [NeededToPublish()],
        coerce=int,
        choices=[SelectChoice(n, str(n)) for n in range(6)],
    )
    cadence = SelectField(_l("How often you can meet"), choices=lambda: optional_choices(CADENCES))
    audience = RadioField(_l("Who may see your page"), [NeededToPublish()])
    network_ids = SelectMultipleField(_l("Networks"), coerce=int)

    def __init__(
        self,
        *args: Any,
        networks: Iterable[tuple[int, str]],
        marketplace: bool,
        in_network: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.network_ids.choices = [SelectChoice(id, name) for id, name in networks]
        audiences = [SelectChoice(Audience.company.value, _l("Our member firms") if in_network else _l("My company"))]
        if self.network_ids.choices and not in_network:
            audiences.append(SelectChoice(Audience.networks.value, _l("Networks I choose")))
        if marketplace:
            audiences.append(SelectChoice(Audience.marketplace.value, _l("The marketplace")))
        self.audience.choices = audiences
        self.audience.data = self.audience.data and str(getattr(self.audience.data, "value", self.audience.data))

    def draft(self) -> dict[str, Any]:
        """The values for ``save_draft``."""
        values = {name: self[name].data for name in DRAFT_FIELDS}
        for name in ("function", "seniority", "cadence"):
            values[name] = values[name] or None
        values["audience"] = Audience(values["audience"])
        if values["audience"] is Audience.networks and len(self.network_ids.choices) == 1:
            values["network_ids"] = [choice.value for choice in self.network_ids.choices]
        return values

    def point_out(self, sentences: dict[str, str]) -> None:
        """Put a sentence at each field named."""
        for name, sentence in sentences.items():
            self[name].errors = [*self[name].errors, sentence]
