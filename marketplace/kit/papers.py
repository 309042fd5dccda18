"""A kit, or one paper of it, as it is printed (PDF/UA-1)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale

from marketplace.kit.defaults import CHECKLISTS
from marketplace.kit.models import ResourceKind
from marketplace.kit.queries import Item
from marketplace.kit.reading import paper_html as prose_of
from marketplace.papers.drawing import Sheet
from marketplace.showcase.queries import ProgrammeSeen
from tenants.shared.papers import paper_html


def kit_sheet(seen: ProgrammeSeen, items: Sequence[Item], locale: str) -> Sheet:
    """The papers in their order, each on a page of its own. Files appear by their title only."""
    shown = [item for item in items if item.text(locale) or item.kind is not ResourceKind.text]
    alone = len(shown) == 1
    programme = seen.programme.name(locale)
    with force_locale(locale):
        return Sheet(
            paper_html(
                "kit/paper.html",
                title=shown[0].title(locale) if alone else programme,
                programme=programme,
                locale=locale,
                pages=[
                    {
                        "title": item.title(locale),
                        "html": prose_of(item.text(locale), top=2 if alone else 3),
                        "url": item.url,
                        "lang": item.language(locale),
                        "checks": item.key in CHECKLISTS,
                    }
                    for item in shown
                ],
            )
        )
