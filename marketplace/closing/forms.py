"""The shape of what is written at the end of a mentorship."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.closing.models import NamesShown
from tenants.shared.typed import tidy

MOST = 2000


def some_words(label: str) -> TextAreaField:
    return TextAreaField(label, filters=[tidy], validators=[Optional(), Length(max=MOST)])


class EndForm(FlaskForm):
    """Ending without fault. ``reason`` is for the author's own coordinators."""

    reason = some_words(_l("A reason, for your HR partners alone"))


class LookBackForm(FlaskForm):
    helped = some_words(_l("What helped you most?"))
    changed = some_words(_l("What has changed for you?"))
    next_step = some_words(_l("What do you do next?"))
    thanks = some_words(_l("A word of thanks"))
    names_shown = RadioField(
        _l("A certificate"),
        default="none",
        validators=[InputRequired(_l("Choose one of the answers."))],
    )
    firms_shown = BooleanField(_l("Show our organisations too"))
    feedback = some_words(_l("Feedback, for your HR partners alone"))

    def fill_choices(self) -> LookBackForm:
        self.names_shown.choices = [
            SelectChoice(NamesShown.names.value, _l("With our names")),
            SelectChoice(NamesShown.initials.value, _l("With initials only")),
            SelectChoice("none", _l("None for now")),
        ]
        return self

    def words(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("helped", "changed", "next_step", "thanks")}

    def names(self) -> NamesShown | None:
        return None if self.names_shown.data == "none" else NamesShown(self.names_shown.data)
