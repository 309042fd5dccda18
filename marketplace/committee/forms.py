"""What a committee asks for, and what its members note."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.committee.priorities import CRITERIA, MOST_WEIGHT, ONE_POOL, Priorities
from marketplace.committee.words import CRITERIA as CRITERION_WORDS
from marketplace.committee.words import FIRST
from marketplace.programmes.modalities import Form
from tenants.shared.typed import tidy

NOTE_MOST = 1000


class PrioritiesForm(FlaskForm):
    """The weights of the criteria are fields by their names; they are added below."""

    first = RadioField(_l("What comes first"), choices=list(FIRST.items()), default="headcount_first")
    minimum = IntegerField(
        _l("Fewest points of a pair, of 100"),
        validators=[Optional(), NumberRange(0, 100, _l("From 0 to 100."))],
    )
    balance = IntegerField(
        _l("Most difference between what a firm gives and receives"),
        validators=[Optional(), NumberRange(0, 1000, _l("From 0 to 1000, or nothing at all."))],
    )
    between = IntegerField(
        _l("Most pairs in which one firm gives to one other"),
        validators=[Optional(), NumberRange(1, 1000, _l("From 1 to 1000, or nothing at all."))],
    )
    weakest_first = BooleanField(_l("Lift the weakest pair as far as it goes, then the sum"))
    stay_close = BooleanField(_l("Of equally good matches, the one closest to the version before"), default=True)

    @property
    def weights(self) -> list[IntegerField]:
        return [self[name] for name in CRITERIA if name in self]

    def of(self, form: Form) -> PrioritiesForm:
        """Without what the form of mentoring does not know, and in its words."""
        if form is Form.peer:
            for name in ("balance", "between", *(one for one in CRITERIA if one not in ONE_POOL)):
                del self[name]
            self.goals.label.text = _("What one works on, and the other offers or works on too")
            self.wish_of_mentee.label.text = _("Whom each wishes for")
        return self

    def fill(self, priorities: Priorities) -> PrioritiesForm:
        for name, value in priorities.model_dump().items():
            if name in self:
                self[name].data = value // 100 if name == "minimum" else value
        return self

    def priorities(self, before: Priorities) -> Priorities:
        """What was chosen; what this form does not ask stays as ``before``."""
        names = (*CRITERIA, "first", "balance", "between", "weakest_first", "stay_close")
        chosen = {name: self[name].data for name in names if name in self}
        return before.model_copy(update=chosen | {"minimum": (self.minimum.data or 0) * 100})

    def validate(self, extra_validators: object = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if valid and not any(field.data for field in self.weights):
            self.form_errors.append(_l("Let at least one thing count: give it more than 0."))
            return False
        return valid


for _name in CRITERIA:
    setattr(
        PrioritiesForm,
        _name,
        IntegerField(
            CRITERION_WORDS[_name],
            validators=[
                InputRequired(_l("From 0 (does not count) to 10.")),
                NumberRange(0, MOST_WEIGHT, _l("From 0 (does not count) to 10.")),
            ],
        ),
    )


class NoteForm(FlaskForm):
    words = TextAreaField(
        _l("A note for the committee"),
        filters=[tidy],
        validators=[InputRequired(_l("Write the note.")), Length(max=NOTE_MOST)],
    )
