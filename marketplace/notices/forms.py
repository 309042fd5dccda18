"""Which letters a person wants by e-mail."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from tenants.shared.kinds import KINDS


class ChoicesForm(FlaskForm):
    """A tick for each kind of letter that one can do without."""

    wanted = SelectMultipleField(
        _l("By e-mail, I also want to know when"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.wanted.choices = [SelectChoice(name, kind.label) for name, kind in KINDS.items() if not kind.essential]
