"""How the bench says its reasons: filters of its templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.committee.models import MatchLeftover
from marketplace.pairing.candidates import Candidate
from marketplace.vocabulary import LANGUAGES, SKILLS

Names = Mapping[int, Candidate]


def because(share: Mapping[str, Any]) -> str:
    """The words that counted, as the reader's language puts them."""
    locale = str(get_locale())
    known = LANGUAGES if share["criterion"] == "languages" else SKILLS
    return ", ".join(known.label(word, locale) if word in known else word for word in share["because"])


def leftover_sentence(one: MatchLeftover, names: Names) -> str:
    del names
    return _("No pair: %(why)s", why=one.why)


def install(app: Flask) -> None:
    app.jinja_env.filters |= {"because": because, "leftover_sentence": leftover_sentence}
