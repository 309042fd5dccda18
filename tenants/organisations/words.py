"""Lists that the product gives to these pages, so that tenants need not import the marketplace.

``marketplace`` fills them when the app is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from flask import current_app
from flask_babel import get_locale, gettext
from wtforms import SelectChoice


def industry_choices() -> list[SelectChoice]:
    """Every industry in the reader's language, after "not said"."""
    choices = cast(Callable[[str], Sequence[tuple[str, str]]], current_app.extensions["industries"])
    known = [SelectChoice(slug, label) for slug, label in choices(str(get_locale())[:2])]
    return [SelectChoice("", gettext("Not said")), *known]


def reserved_words() -> frozenset[str]:
    """Words that cannot be an organisation's address."""
    return cast("frozenset[str]", current_app.extensions["reserved_words"])
