"""A dossier, or its card, as a page shows it and as it is printed (PDF/UA-1): the same words from the same templates."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.dossiers.content import Dossier
from marketplace.dossiers.deriving import face_from
from marketplace.dossiers.face import LISTS, Face
from marketplace.papers.drawing import Sheet
from marketplace.readiness.competencies import COMPETENCIES, ROLES, TOP
from marketplace.readiness.words import LEVELS
from marketplace.vocabulary import LANGUAGES
from tenants.shared.papers import paper_html


def _scene(locale: str) -> dict[str, Any]:
    return {
        "locale": locale,
        "lists": LISTS,
        "competencies": COMPETENCIES,
        "roles": ROLES,
        "level_words": LEVELS,
        "top": TOP,
        "languages": dict(LANGUAGES.choices(locale)),
    }


def full_html(dossier: Dossier, locale: str) -> Markup:
    """The full dossier without its title, in ``locale``; where words are missing in it, those of the other, and that they are."""
    with force_locale(locale):
        return Markup(render_template("dossiers/_full.html", dossier=dossier, **_scene(locale)))  # noqa: S704


def card_html(face: Face, locale: str) -> Markup:
    with force_locale(locale):
        return Markup(render_template("dossiers/_card.html", face=face, **_scene(locale)))  # noqa: S704


def dossier_sheet(dossier: Dossier, *, name: str, person_id: int, locale: str, watermark: str = "") -> Sheet:
    """The full dossier of ``name``. ``watermark`` stands on top of every page: for whom it is, and until when."""
    body = full_html(dossier, locale)
    with force_locale(locale):
        title = _("Board dossier: %(name)s", name=name)
        html = paper_html(
            "dossiers/paper.html", title=title, body=body, locale=locale, watermark=watermark, author=name
        )
    return Sheet(html, about_person_id=person_id)


def card_sheet(face: Face, *, person_id: int, locale: str, watermark: str = "") -> Sheet:
    """The card. Nothing in it, its title and author included, says whose it is."""
    body = card_html(face, locale)
    with force_locale(locale):
        html = paper_html(
            "dossiers/paper.html", title=_("Board candidate"), body=body, locale=locale, watermark=watermark, author=""
        )
    return Sheet(html, about_person_id=person_id)


def shown(dossier: Dossier, what: str, locale: str) -> Markup:
    return card_html(face_from(dossier), locale) if what == "card" else full_html(dossier, locale)
