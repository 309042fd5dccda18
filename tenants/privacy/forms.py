"""The shape of what is typed about privacy; no database."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Form, IntegerField, SelectChoice, SelectField
from wtforms.validators import InputRequired, NumberRange

from tenants.privacy.models import Kept
from tenants.privacy.retention import RULES


class BringForm(FlaskForm):
    """An archive, and where what belonged to other organisations goes."""

    archive = FileField(_l("The archive you downloaded (ZIP)"), [FileRequired(_l("Choose a file first."))])
    into = SelectField(_l("Bring it to"))
    replaces = BooleanField(_l("Replace what I have written there already"))

    def __init__(self, *given: Any, places: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.into.choices = [SelectChoice(slug, name) for slug, name in places]


class _RetentionForm(FlaskForm):
    def days(self) -> dict[Kept, int]:
        return {subject: self[subject.value].data for subject in RULES}


def retention_form(days: dict[Kept, int] | None = None) -> Any:
    """A number of days for each thing that an organisation keeps, within its bounds."""
    fields = {
        subject.value: IntegerField(
            rule.label,
            [
                InputRequired(_l("Give a number of days.")),
                NumberRange(
                    rule.least,
                    rule.most,
                    message=_l("Between %(least)d and %(most)d days.", least=rule.least, most=rule.most),
                ),
            ],
        )
        for subject, rule in RULES.items()
    }
    form: type[Form] = type("RetentionForm", (_RetentionForm,), fields)
    return form(data={subject.value: value for subject, value in days.items()} if days else None)
