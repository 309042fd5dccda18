"""Words of requests for templates."""

from __future__ import annotations

from flask_babel import get_locale
from markupsafe import Markup

from marketplace.requests.views.blueprint import bp
from marketplace.vocabulary import CADENCES, DECLINE_REASONS, FORMS, SKILLS


@bp.app_template_filter("cadence")
def cadence(slug: str | None) -> str:
    """A cadence as the reader calls it."""
    return CADENCES.label(slug, str(get_locale())) if slug and slug in CADENCES else ""


@bp.app_template_filter("mentoring_form")
def form_words(slug: str | None) -> str:
    return FORMS.label(slug, str(get_locale())) if slug and slug in FORMS else ""


@bp.app_template_filter("lines")
def lines(text: str) -> Markup:
    """What somebody typed, with its line breaks and no markup of its own."""
    return Markup("<br>").join(text.split("\n"))


@bp.app_template_filter("decline_reason")
def decline_reason(slug: str) -> str:
    """A mentor's reason as the reader's language puts it."""
    return DECLINE_REASONS.label(slug, str(get_locale())) if slug in DECLINE_REASONS else ""


@bp.app_template_filter("skill_labels")
def skill_labels(slugs: list[str]) -> list[str]:
    return [SKILLS.label(slug, str(get_locale())) for slug in slugs if slug in SKILLS]
