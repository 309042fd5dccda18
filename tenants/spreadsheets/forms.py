"""The file, and which of its columns holds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectChoice, SelectField
from wtforms.validators import InputRequired

from tenants.spreadsheets.columns import FIELDS
from tenants.spreadsheets.words import column_name

LABELS = {
    "email": _l("Work e-mail"),
    "full_name": _l("Full name"),
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "job_title": _l("What they do"),
    "role": _l("Role here"),
    "function": _l("Function"),
    "seniority": _l("Seniority"),
    "locale": _l("Language"),
    "time_zone": _l("Time zone"),
    "started_on": _l("Works here since"),
}


class SheetForm(FlaskForm):
    sheet = FileField(_l("Spreadsheet"), validators=[FileRequired(_l("Choose a file."))])


class MappingForm(FlaskForm):
    """One list of the file's columns for each of our fields, in the order of ``FIELDS``."""

    email = SelectField(
        LABELS["email"],
        [InputRequired(_l("Say which column holds the work e-mail: without it nobody can be invited."))],
    )
    full_name = SelectField(LABELS["full_name"])
    first_name = SelectField(LABELS["first_name"])
    last_name = SelectField(LABELS["last_name"])
    job_title = SelectField(LABELS["job_title"])
    role = SelectField(LABELS["role"])
    function = SelectField(LABELS["function"])
    seniority = SelectField(LABELS["seniority"])
    locale = SelectField(LABELS["locale"])
    time_zone = SelectField(LABELS["time_zone"])
    started_on = SelectField(LABELS["started_on"])

    def __init__(self, *, header: Sequence[str], guessed: Mapping[str, int], **values: Any) -> None:
        super().__init__(data={name: str(column) for name, column in guessed.items()}, **values)
        columns = [SelectChoice("", _l("Not in this file"))]
        columns += [SelectChoice(str(column), column_name(header, column)) for column in range(len(header))]
        for name in FIELDS:
            self[name].choices = columns

    def mapping(self) -> dict[str, int]:
        return {name: int(self[name].data) for name in FIELDS if self[name].data}

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        mapping = self.mapping()
        if not {"full_name", "first_name", "last_name"} & set(mapping):
            self.full_name.errors = [_l("Say which column holds the name, whole or in two parts.")]
        else:
            chosen = list(mapping.values())
            for name, column in mapping.items():
                if chosen.count(column) > 1:
                    self[name].errors = [_l("This column is chosen twice. Choose another for one of the two.")]
        return not self.errors
