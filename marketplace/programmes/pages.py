"""What the templates of every programme page share."""

from __future__ import annotations

from flask import Flask
from flask_babel import get_locale

from marketplace.programmes.modalities import Words
from marketplace.programmes.models import Programme
from marketplace.programmes.tabs import cohort_tabs
from marketplace.programmes.words import (
    COHORT_STATES,
    ENROLMENT_STATES,
    PHASES,
    PROGRAMME_STATES,
    cohort_name,
    in_form,
    side_word,
    side_words,
)


def programme_name(programme: Programme) -> str:
    """In the reader's language where it has a name in it."""
    return programme.name(str(get_locale()))


def own_words(words: Words) -> str:
    """A text of the programme's own, in the reader's language where there is one."""
    return words.text(str(get_locale()))


def or_french(english: str, french: str) -> str:
    """A text that is kept in both languages, in the reader's."""
    return (french or english) if str(get_locale()).startswith("fr") else (english or french)


def install(app: Flask) -> None:
    app.jinja_env.globals |= {
        "cohort_tabs": cohort_tabs,
        "cohort_states": COHORT_STATES,
        "enrolment_states": ENROLMENT_STATES,
        "in_form": in_form,
        "phases": PHASES,
        "programme_states": PROGRAMME_STATES,
    }
    app.jinja_env.filters |= {
        "cohort_name": cohort_name,
        "or_french": or_french,
        "own_words": own_words,
        "programme_name": programme_name,
        "side_word": side_word,
        "side_words": side_words,
    }
