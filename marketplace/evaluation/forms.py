"""The shape of what is answered and set."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange

from marketplace.evaluation.auditor import MINIMUM_GROUP
from marketplace.evaluation.words import GENDERS


class AnswerForm(FlaskForm):
    gender = RadioField(
        _l("How do you describe yourself?"),
        [InputRequired(_l("Choose one, or leave this page: nobody has to answer."))],
        choices=[SelectChoice(one.value, words) for one, words in GENDERS.items()],
    )


class MinimumGroupForm(FlaskForm):
    minimum_group = IntegerField(
        _l("People behind each figure, at least"),
        [
            InputRequired(_l("A number of people.")),
            NumberRange(MINIMUM_GROUP, 100, _l("From %(least)d to 100 people.", least=MINIMUM_GROUP)),
        ],
    )
