"""A mentor's story: Markdown in, harmless HTML out."""

from __future__ import annotations

from markupsafe import Markup

from tenants.shared.prose import prose_html


def story_html(text: str) -> Markup:
    """The story as HTML; headings start at the third level, below the page's own (see ``prose_html``)."""
    return prose_html(text)
