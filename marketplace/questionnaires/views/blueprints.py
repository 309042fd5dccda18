"""Under which addresses questionnaires are: of a cohort, of somebody who is asked, and behind a letter's link."""

from __future__ import annotations

from flask import Blueprint, abort
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from marketplace.links import guard
from marketplace.programmes.tabs import Tab, register
from marketplace.questionnaires.models import Audience, Moment

of_cohort = Blueprint("cohort_questionnaires", __name__)
bp = Blueprint("questionnaires", __name__)
by_link = guard(Blueprint("questionnaire_links", __name__))

register(Tab("questionnaires", _l("Questionnaires"), "cohort_questionnaires.index", 70, lambda seen: seen.runs))


def language() -> str:
    return str(get_locale())[:2]


def moment_or_404(name: str) -> Moment:
    return Moment(name) if name in set(Moment) else abort(404)


def audience_or_404(name: str) -> Audience:
    return Audience(name) if name in set(Audience) else abort(404)
