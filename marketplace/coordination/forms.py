"""The shape of what a coordinator sets."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange


class QuietDaysForm(FlaskForm):
    quiet_days = IntegerField(
        _l("Days without a sign of life"),
        [InputRequired(_l("A number of days.")), NumberRange(14, 365, _l("From 14 to 365 days."))],
    )
