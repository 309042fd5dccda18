"""What the texts and parts of a dossier are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

TEXTS: dict[str, tuple[Any, Any]] = {
    "headline": (_l("Your line, in English"), _l("Your line, in French")),
    "proposition": (_l("What a board gains with you, in English"), _l("What a board gains with you, in French")),
    "availability": (_l("About your time, in English"), _l("About your time, in French")),
    "card_headline": (_l("The card’s line, in English"), _l("The card’s line, in French")),
    "card_proposition": (_l("The card’s sentences, in English"), _l("The card’s sentences, in French")),
}
"""By name: (English, French)."""

PARTS: dict[str, Any] = {
    "whole": _l("The whole"),
    "proposition": _l("What a board gains with you"),
    "positions": _l("Positions"),
    "competencies": _l("Competencies"),
    "card": _l("The anonymous card"),
    "other": _l("Something else"),
}
