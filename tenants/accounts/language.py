"""The language of pages outside a workspace, where no affiliation says who reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from flask_babel import force_locale

from tenants.accounts.models import Person

LANGUAGES = ("en", "fr")


@contextmanager
def in_language(locale: str) -> Iterator[None]:
    """Render in ``locale``, unless the visitor chose a language on this browser."""
    if locale not in LANGUAGES or request.cookies.get("language") in LANGUAGES:
        yield
        return
    with force_locale(locale):
        yield


@contextmanager
def in_language_of(person: Person) -> Iterator[None]:
    with in_language(person.locale):
        yield
