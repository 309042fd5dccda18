"""The shape of what administrators type."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, Regexp

from tenants.organisations.models import ApprovalRule
from tenants.shared.addresses import AddressForm
from tenants.shared.colours import ENOUGH, LIGHT_GROUNDS, contrast, passing_shade
from tenants.shared.languages import LANGUAGES


class NewFirmForm(AddressForm):
    industry = SelectField(_l("Industry"), [Optional()])
    contact = StringField(
        _l("Name of its first administrator"),
        [DataRequired(_l("Say who will look after the firm.")), Length(max=120)],
    )
    email = EmailField(
        _l("Their work e-mail"),
        [
            DataRequired(_l("Give the address the invitation goes to.")),
            Email(_l("This does not look like an e-mail address.")),
            Length(max=254),
        ],
    )
    locale = SelectField(_l("Their language"), [InputRequired()], choices=LANGUAGES)


class KnownFirmForm(FlaskForm):
    known = StringField(
        _l("Address of the firm here"),
        [DataRequired(_l("Type the firm’s address, for example nordal-logistics.")), Length(max=60)],
    )


class InviteFirmForm(FlaskForm):
    # Named apart from the other forms of the page, so that every label finds its own control.
    partner = EmailField(
        _l("E-mail of its future HR partner"),
        [
            DataRequired(_l("Give the address the invitation goes to.")),
            Email(_l("This does not look like an e-mail address.")),
            Length(max=254),
        ],
    )
    language = SelectField(_l("Language of the invitation"), [InputRequired()], choices=LANGUAGES)


class QuotaForm(FlaskForm):
    max_mentors = IntegerField(
        _l("Mentors at most"), [Optional(), NumberRange(0, 10_000, message=_l("A figure from 0 to 10,000."))]
    )
    max_mentees = IntegerField(
        _l("Mentees at most"), [Optional(), NumberRange(0, 10_000, message=_l("A figure from 0 to 10,000."))]
    )


class Accent:
    """The accent colour of an organisation: refused where white words on it, or it on paper, could not be read."""

    accent = StringField(
        _l("Accent colour"),
        [
            DataRequired(_l("Choose a colour.")),
            Regexp(
                r"^#[0-9a-fA-F]{6}$",
                message=_l("Write the colour as # and six figures, for example #0e5a5c."),
            ),
        ],
    )
    offered: str | None = None
    """The nearest colour that passes, where the one that was typed does not."""

    def take_offer(self, taken: str | None) -> None:
        """The reader pressed the button with the colour that was offered."""
        if taken:
            self.accent.data = taken

    def validate_accent(self, field: StringField) -> None:
        if field.errors:
            return
        ratio = min(contrast(field.data, ground) for ground in LIGHT_GROUNDS[:2])
        if ratio < ENOUGH:
            self.offered = passing_shade(field.data, LIGHT_GROUNDS[:2])
            raise ValidationError(
                gettext(
                    "Words in this colour are hard to read: its contrast is %(ratio)s to 1, and 4.5 to 1 is needed. "
                    "The nearest that passes is %(colour)s.",
                    ratio=f"{ratio:.1f}",
                    colour=self.offered,
                )
            )


class SettingsForm(FlaskForm, Accent):
    name = StringField(_l("Name"), [DataRequired(_l("Say what the organisation is called.")), Length(max=120)])
    accent = Accent.accent
    locale = SelectField(
        _l("Language of letters to people without a choice of their own"), [InputRequired()], choices=LANGUAGES
    )
    second_factor_required = BooleanField(_l("Everybody here needs a second factor"))


APPROVAL_RULES = [
    SelectChoice(ApprovalRule.never.value, _l("Never")),
    SelectChoice(ApprovalRule.always.value, _l("Always")),
    SelectChoice(ApprovalRule.by_programme.value, _l("As each programme says")),
]
APPROVAL_DETAILS = {
    ApprovalRule.never.value: _l("Your people ask mentors themselves. You see that a request exists."),
    ApprovalRule.always.value: _l("Your HR partners see who asks whom and say yes or no before the mentor sees it."),
    ApprovalRule.by_programme.value: _l(
        "A programme may ask for your yes. Outside of programmes, your people ask mentors themselves."
    ),
}


def approval_field() -> RadioField:
    return RadioField(
        _l("Does a request need the employer’s yes?"), [InputRequired(_l("Choose one."))], choices=APPROVAL_RULES
    )


class CompanySettingsForm(SettingsForm):
    industry = SelectField(_l("Industry"), [Optional()])
    request_approval = approval_field()
    max_open_requests = IntegerField(
        _l("Open requests at a time, per person"),
        [
            InputRequired(_l("A figure from 1 to 10.")),
            NumberRange(1, 10, message=_l("A figure from 1 to 10.")),
        ],
    )
    in_marketplace = BooleanField(_l("Take part in the marketplace"))


# --- the welcome, a step each -----------------------------------------------------------------------------------------


class NameStepForm(FlaskForm, Accent):
    name = StringField(_l("Name of the firm"), [DataRequired(_l("Say what the firm is called.")), Length(max=120)])
    industry = SelectField(_l("Industry"), [Optional()])
    accent = Accent.accent
    logo = FileField(_l("Logo"))


class FirstNameStepForm(NameStepForm, AddressForm):
    """The same for a firm that has no address of its own yet."""


class LanguageStepForm(FlaskForm):
    locale = RadioField(
        _l("Language of letters to people without a choice of their own"), [InputRequired()], choices=LANGUAGES
    )


class ApprovalStepForm(FlaskForm):
    request_approval = approval_field()
    max_open_requests = IntegerField(
        _l("Open requests at a time, per person"),
        [
            InputRequired(_l("A figure from 1 to 10.")),
            NumberRange(1, 10, message=_l("A figure from 1 to 10.")),
        ],
    )


class MarketplaceStepForm(FlaskForm):
    in_marketplace = BooleanField(_l("Take part in the marketplace"))
