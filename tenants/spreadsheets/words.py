"""What is wrong with a file or a cell, as sentences that say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

FILE = {
    "empty": _l("There is nothing in this file."),
    "only_header": _l("This file has headings and no rows under them."),
    "no_header": _l("The first row already holds a person. Put a row of headings above it: Name, E-mail, Job title …"),
    "too_many": _l("This file has %(first)s rows; at most %(second)s can come in at once. Cut it in two."),
    "too_big": _l("This file is larger than %(first)s MB. Leave out columns that are not needed, or cut it in two."),
    "too_wide": _l("This file has more than %(first)s columns. Keep the ones about people."),
    "malformed": _l("This file is damaged, or is not a spreadsheet. Save it as XLSX or CSV, and try that one."),
    "encoding": _l("The letters of this file cannot be read. Save it as XLSX, or as CSV in UTF-8."),
    "encrypted": _l("This file is protected with a password. Save it without one."),
    "old_format": _l("This is an old kind of spreadsheet (XLS). Save it as XLSX or CSV."),
    "macro": _l("This file holds macros. Save it as XLSX without macros, or as CSV."),
    "links": _l("This file draws on other files. Copy the values only into a new file, and send that one."),
    "bomb": _l("Unpacked, this file would be far too large. Copy the rows about people into a new file."),
}

CELL = {
    "missing": _l("Nothing is filled in. Fill it in."),
    "not_email": _l("This is not an e-mail address. It should look like name@company.com."),
    "twice": _l("Row %(detail)s has the same address. Keep one of the two."),
    "too_long": _l("Longer than %(detail)s characters. Shorten it."),
    "formula": _l("Begins with = + - or @, as a formula does. Write the text itself."),
    "broken": _l("The spreadsheet shows an error in this cell. Write the value itself."),
    "unknown_role": _l("No such role. Write “member” or “HR partner”."),
    "role_by_page": _l("A spreadsheet gives the roles member and HR partner only. Leave this cell empty."),
    "own_role": _l("You cannot change your own role. Leave this cell empty."),
    "unknown_language": _l("No such language here. Write “English” or “French”."),
    "unknown_zone": _l("No such time zone. Write it like Europe/Paris."),
    "unknown_function": _l("This is not one of the functions on our list. Take one from it, or leave the cell empty."),
    "unknown_seniority": _l("This is not one of the levels on our list. Take one from it, or leave the cell empty."),
    "not_date": _l("This is not a date. Write it like 2026-03-31 or 31/03/2026."),
    "more_cells": _l(
        "The row has more cells than the headings. A separator may stand inside a text: put it in quotes."
    ),
}


class Unreadable(Exception):
    """Nothing can be done with this file; ``str()`` of it is a sentence in the reader's language."""

    def __init__(self, code: str, first: int = 0, second: int = 0) -> None:
        super().__init__(code)
        self.code, self.first, self.second = code, first, second

    def __str__(self) -> str:
        words = str(FILE[self.code])
        return words % {"first": f"{self.first:,}", "second": f"{self.second:,}"} if "%(" in words else words


def problem_sentence(problem: Sequence[Any], header: Sequence[str]) -> str:
    """``E-mail: This is not an e-mail address. …`` for one ``[column, code, detail]``."""
    column, code, detail = problem
    words = str(CELL[code])
    sentence = words % {"detail": detail} if "%(" in words else words
    return (
        sentence
        if column is None
        else _("%(column)s: %(problem)s", column=column_name(header, column), problem=sentence)
    )


def column_name(header: Sequence[str], column: int) -> str:
    """The heading of a column, or its letter when it has none."""
    return header[column] if column < len(header) and header[column] else _("Column %(letter)s", letter=letter(column))


def letter(column: int) -> str:
    """``A``, ``B`` … ``Z``, ``AA``: how spreadsheets name the column with this number (from 0)."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
