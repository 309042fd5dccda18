"""Lists that the product gives to these pages, so that tenants need not import the marketplace.

``marketplace`` fills them when the app is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from flask import current_app
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice


def industry_choices() -> list[SelectChoice]:
    """Every industry in the reader's language, after "not said"."""
    choices = cast(Callable[[str], Sequence[tuple[str, str]]], current_app.extensions["industries"])
    known = [SelectChoice(slug, label) for slug, label in choices(str(get_locale())[:2])]
    return [SelectChoice("", gettext("Not said")), *known]


def reserved_words() -> frozenset[str]:
    """Words that cannot be an organisation's address."""
    return cast("frozenset[str]", current_app.extensions["reserved_words"])


STEP_WORDS: dict[str, tuple[Any, Any]] = {
    "agreement": (_l("Agreement accepted"), _l("Agreement not accepted")),
    "people": (_l("People invited"), _l("No people invited yet")),
    "conflicts": (_l("Conflicts of interest declared"), _l("Conflicts not declared")),
    "mentors": (_l("A mentor is listed"), _l("No mentor listed yet")),
    "request": (_l("A first request was made"), _l("No request yet")),
}
"""Each step of a firm's way in: done, and not done."""
