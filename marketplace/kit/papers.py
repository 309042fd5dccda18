"""A kit, or one paper of it, as a PDF to print."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flask_babel import force_locale

from marketplace.kit.defaults import CHECKLISTS
from marketplace.kit.models import ResourceKind
from marketplace.kit.queries import Item
from marketplace.kit.reading import paper_html
from marketplace.showcase.queries import ProgrammeSeen
from tenants.shared.papers import paper_pdf


def kit_pdf(seen: ProgrammeSeen, items: Sequence[Item], locale: str) -> bytes:
    """The papers in their order, each on a page of its own, as PDF/UA-1. Files appear by their title only."""
    pages = tuple(
        (item.title(locale), item.text(locale), item.url, item.language(locale), item.key in CHECKLISTS)
        for item in items
        if item.text(locale) or item.kind is not ResourceKind.text
    )
    return _drawn(seen.programme.name(locale), pages, locale)


@lru_cache(maxsize=32)
def _drawn(programme: str, pages: tuple[tuple[str, str, str, str, bool], ...], locale: str) -> bytes:
    """Kept for a while: many readers print the same kit, and a drawing takes a second."""
    with force_locale(locale):
        return paper_pdf(
            "kit/paper.html",
            title=pages[0][0] if len(pages) == 1 else programme,
            programme=programme,
            locale=locale,
            pages=[
                {
                    "title": title,
                    "html": paper_html(text, top=2 if len(pages) == 1 else 3),
                    "url": url,
                    "lang": lang,
                    "checks": checks,
                }
                for title, text, url, lang, checks in pages
            ],
        )
