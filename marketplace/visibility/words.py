"""What the states of an introduction are called, as each side reads them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.visibility.models import IntroductionState

OUTCOME_WORDS: dict[IntroductionState, Any] = {
    IntroductionState.met: _l("You met"),
    IntroductionState.interview: _l("There was an interview"),
    IntroductionState.appointed: _l("Appointed"),
    IntroductionState.not_chosen: _l("Not chosen"),
}
STATE_WORDS: dict[IntroductionState, tuple[Any, str]] = {
    IntroductionState.asked: (_l("Waits for an answer"), ""),
    IntroductionState.accepted: (_l("Agreed"), "ok"),
    IntroductionState.declined: (_l("Declined"), "ended"),
    IntroductionState.withdrawn: (_l("Taken back"), "ended"),
    IntroductionState.met: (_l("Met"), "ok"),
    IntroductionState.interview: (_l("Interview"), "ok"),
    IntroductionState.appointed: (_l("Appointed"), "ok"),
    IntroductionState.not_chosen: (_l("Not chosen"), "ended"),
    IntroductionState.lapsed: (_l("Not answered in time"), "ended"),
}
"""(what it is called, its mark in ``components/states.html``)."""

VIEWED_WORDS = {
    "card": _l("Anonymous card"),
    "dossier": _l("Dossier"),
    "file": _l("Dossier, as a PDF"),
    "link": _l("Dossier"),
}
