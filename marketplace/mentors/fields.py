"""Fields, checks and lists of choices that the mentor's and the mentee's forms share."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location
from flask_babel import get_locale, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    Field,
    Form,
    HiddenField,
    ValidationError,
    widgets,
)
from wtforms.fields import SelectChoice

from marketplace.mentors.drafts import Window
from marketplace.vocabulary import (
    Vocabulary,
)
from tenants.shared.typed import tidy

CONTINENTS = frozenset({"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})


class AtMost:
    """At most so many characters. Unlike WTForms' Length it sets no ``maxlength``: browsers would cut a long
    paste unseen.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"max_length": most}

    def __call__(self, _form: Form, field: Field) -> None:
        over = len(field.data or "") - self.most
        if over > 0:
            raise ValidationError(
                ngettext(
                    "This is %(num)d character too long. Nothing is lost: shorten it and save again.",
                    "This is %(num)d characters too long. Nothing is lost: shorten it and save again.",
                    over,
                )
            )


class AtMostChosen:
    """At most so many of a list."""

    field_flags: dict[str, Any] = {}  # noqa: RUF012 - WTForms reads it

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, _form: Form, field: Field) -> None:
        if len(field.data or ()) > self.most:
            raise ValidationError(ngettext("Choose at most %(num)d.", "Choose at most %(num)d.", self.most))


class NeededToPublish:
    """Says so on the page; a draft is saved without it."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it

    def __call__(self, _form: Form, _field: Field) -> None:
        pass


def one_line(text: str | None) -> str:
    return " ".join(tidy(text).split())


class OwnWordsField(Field):
    """A few words of one's own, separated by commas."""

    widget = widgets.TextInput()
    most, longest = 8, 40

    def _value(self) -> str:
        return ", ".join(self.data or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        words = [one_line(word) for word in re.split(r"[,;\n]", valuelist[0] if valuelist else "")]
        self.data = [word for n, word in enumerate(words) if word and word not in words[:n]]

    def pre_validate(self, form: Form) -> None:
        del form
        if len(self.data) > self.most:
            raise ValidationError(ngettext("Write at most %(num)d.", "Write at most %(num)d.", self.most))
        if any(len(word) > self.longest for word in self.data):
            raise ValidationError(
                ngettext(
                    "Each may have at most %(num)d character.",
                    "Each may have at most %(num)d characters.",
                    self.longest,
                )
            )


def locale() -> str:
    return str(get_locale() or "en")[:2]


def plain_choices(vocabulary: Vocabulary) -> list[SelectChoice]:
    return [SelectChoice(slug, label) for slug, label in vocabulary.choices(locale())]


def searched_choices(vocabulary: Vocabulary) -> list[SelectChoice]:
    """Choices of a picker, under headings, that answer to the words other people use as well."""
    here = locale()
    other = "en" if here == "fr" else "fr"
    choices = []
    for heading, pairs in vocabulary.grouped_choices(here):
        for slug, label in pairs:
            term = vocabulary.get(slug)
            also = " ".join((*term.synonyms(here), term.label(other), *term.synonyms(other)))
            choices.append(
                SelectChoice(slug, label, {"data-also": also}, heading if len(vocabulary.groups) > 1 else None)
            )
    return choices


def optional_choices(vocabulary: Vocabulary) -> list[SelectChoice]:
    return [SelectChoice("", _l("Choose")), *plain_choices(vocabulary)]


@lru_cache(maxsize=8)
def _zones(language: str) -> tuple[tuple[str, str], ...]:
    """Time zones by the name of their city; two names of one city, the first zone stays."""
    zones = sorted(zone for zone in available_timezones() if zone.split("/")[0] in CONTINENTS)
    named = {zone: get_timezone_location(ZoneInfo(zone), locale=language, return_city=True) for zone in zones}
    return tuple(sorted(named.items(), key=lambda pair: pair[1]))


def zone_choices() -> list[SelectChoice]:
    return [SelectChoice(zone, city) for zone, city in _zones(locale())]


class RemembersWindow(Form):
    """A form that tells which window it comes from and what that window was shown (see ``drafts.merge``)."""

    window = HiddenField()
    shown = HiddenField()

    def sent_from(self, *, insists: bool = False) -> Window:
        """The window this came from; one that says nothing readable of itself was shown nothing."""
        try:
            shown = json.loads(self.shown.data or "{}")
        except ValueError:
            shown = {}
        shown = {str(name): str(mark) for name, mark in shown.items()} if isinstance(shown, dict) else {}
        return Window(str(self.window.data or "")[:32], shown, insists)

    def show(self, shown: dict[str, str], *, window: str | None = None) -> None:
        """Remember in the page what it shows."""
        self.shown.data = json.dumps(shown, separators=(",", ":"))
        self.window.data = window or secrets.token_hex(8)
