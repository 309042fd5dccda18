"""What the letters and pages of cohorts and enrolments share."""

from __future__ import annotations

from flask import Flask

from marketplace.cohorts.words import phase_sentence
from marketplace.enrolments.words import news
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.words import PHASES, side_word


def phase_word(phase: str) -> str:
    return str(PHASES[Phase(phase)])


def enrolment_side(side: str, form: str) -> str:
    """What somebody is called, from what a letter's data say."""
    return side_word(Side(side), Form(form))


def install(app: Flask) -> None:
    app.jinja_env.filters |= {
        "enrolment_news": news,
        "enrolment_side": enrolment_side,
        "phase_sentence": phase_sentence,
        "phase_word": phase_word,
    }
