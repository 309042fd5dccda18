"""Two states of a dossier, part by part, where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from marketplace.dossiers.content import Dossier, flat
from marketplace.dossiers.face import COMMITTEES, EXPERIENCE, FUNCTIONS, REGIONS, SECTORS, SPOKEN
from marketplace.dossiers.words import TEXTS
from marketplace.readiness.competencies import COMPETENCIES, ROLES
from marketplace.readiness.words import LEVELS
from marketplace.vocabulary import LANGUAGES


@dataclass(frozen=True, slots=True)
class Difference:
    part: str
    before: str
    after: str


def _named(value: Any, locale: str) -> str:
    known: dict[str, Any] = {**COMMITTEES, **EXPERIENCE, **FUNCTIONS, **REGIONS, **SECTORS, **SPOKEN, **ROLES}
    languages = dict(LANGUAGES.choices(locale))
    if isinstance(value, Mapping):
        return ", ".join(filter(None, (_named(one, locale) for one in value.values())))
    if isinstance(value, list | tuple):
        return "\n".join(_named(one, locale) for one in value)
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return _("yes")
    if isinstance(value, str) and value in languages:
        return languages[value]
    return str(known[value].name.text(locale)) if isinstance(value, str) and value in known else str(value)


def _part(name: str, locale: str) -> str:
    kind, _dot, rest = name.partition(".")
    if kind in TEXTS:
        return str(TEXTS[kind][0 if rest == "en" else 1])
    if kind == "level":
        return COMPETENCIES[rest].name.text(locale)
    if kind == "evidence":
        slug, _dot, language = rest.rpartition(".")
        label = _("What shows it, in English") if language == "en" else _("What shows it, in French")
        return f"{COMPETENCIES[slug].name.text(locale)}: {label}"
    return {
        "positions": _("Positions"),
        "education": _("Education"),
        "spoken": _("Languages"),
        "references": _("References"),
        "mandates": _("Board mandates"),
        "days_a_year": _("Days a year you can give"),
        "functions": _("What you have led"),
        "sectors": _("Sectors you know"),
        "committees": _("Committees you could sit on"),
        "region": _("Where you are"),
        "experience": _("Experience"),
    }.get(name, name)


def differences_of(older: Dossier, newer: Dossier, locale: str) -> list[Difference]:
    """In the order of the sheet; what was confirmed about words of the card is no part of what a dossier says."""
    before = flat(older) | {"mandates": older.kept()["mandates"]}
    after = flat(newer) | {"mandates": newer.kept()["mandates"]}
    told = []
    for name, value in before.items():
        if name == "confirmed" or value == after[name]:
            continue
        if name.startswith("level."):
            words = [str(LEVELS[one]) if one is not None else "" for one in (value, after[name])]
        else:
            words = [_named(one, locale) for one in (value, after[name])]
        told.append(Difference(_part(name, locale), *words))
    return told
