"""The shape of what is asked for and answered: introductions, dossiers, links."""

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
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace.dossiers.models import NAME_MOST
from marketplace.mentors.fields import AtMost, locale, one_line
from marketplace.readiness.competencies import role_choices
from marketplace.visibility.models import MESSAGE_MOST, RECIPIENT_MOST, SEAT_MOST
from marketplace.visibility.words import OUTCOME_WORDS
from tenants.shared.database import GREATEST_ID
from tenants.shared.typed import tidy

WORD_MOST, REASON_MOST = 600, 600
LONGEST = timedelta(days=366)
LONGEST_LINK = timedelta(days=92)


class IntroductionForm(FlaskForm):
    seat = StringField(
        _l("Which seat"), [InputRequired(_l("Name the seat.")), Length(max=SEAT_MOST)], filters=[one_line]
    )
    message = TextAreaField(
        _l("Your message"),
        [InputRequired(_l("Write what the candidate should know.")), AtMost(MESSAGE_MOST)],
        filters=[tidy],
    )
    specification = HiddenField()

    @property
    def specification_id(self) -> int | None:
        given = self.specification.data or ""
        return min(int(given[:20]), GREATEST_ID) if given.isascii() and given.isdigit() else None


class AnswerForm(FlaskForm):
    word = TextAreaField(_l("A word with it"), [AtMost(WORD_MOST)], filters=[tidy])


class OutcomeForm(FlaskForm):
    outcome = RadioField(_l("What came of it"), [InputRequired(_l("Choose what came of it."))])

    def offer(self) -> OutcomeForm:
        self.outcome.choices = [SelectChoice(state.value, str(words)) for state, words in OUTCOME_WORDS.items()]
        return self


class AppointmentForm(FlaskForm):
    """The mandate that came of an introduction."""

    organisation_name = StringField(
        _l("Company or organisation"),
        [InputRequired(_l("Name the company or organisation.")), Length(max=NAME_MOST)],
        filters=[one_line],
    )
    role = SelectField(_l("Role on the board"), [InputRequired(_l("Choose a role."))])
    from_on = DateField(_l("Since"), [InputRequired(_l("Give the day on which it began."))])
    listed = BooleanField(_l("Its shares are listed"))

    def offer(self) -> AppointmentForm:
        self.role.choices = [SelectChoice("", _("Choose")), *(SelectChoice(*one) for one in role_choices(locale()))]
        return self

    def values(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("organisation_name", "role", "from_on", "listed")}


class DossierRequestForm(FlaskForm):
    reason = TextAreaField(
        _l("Why you ask"), [InputRequired(_l("Write why you ask.")), AtMost(REASON_MOST)], filters=[tidy]
    )


class _Until(FlaskForm):
    """A day from today on, ``longest`` ahead at most."""

    today: date
    longest = LONGEST

    def on(self, today: date) -> Any:
        self.today = today
        return self

    def validate_until_on(self, field: DateField) -> None:
        if field.data < self.today:
            raise ValidationError(_("Choose a day from today on."))
        if field.data - self.today > self.longest:
            raise ValidationError(_("Until %(days)d days ahead at most.", days=self.longest.days))


class GrantForm(_Until):
    until_on = DateField(_l("Until"), [InputRequired(_l("Choose a day."))])


class LinkForm(_Until):
    longest = LONGEST_LINK
    recipient = StringField(
        _l("For whom"),
        [InputRequired(_l("Name an organisation or an e-mail address.")), Length(max=RECIPIENT_MOST)],
        filters=[one_line],
    )
    until_on = DateField(_l("Until"), [InputRequired(_l("Choose a day."))])
