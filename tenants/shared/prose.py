"""Words that people wrote: Markdown in, harmless HTML out."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "p",
    "br",
    "em",
    "strong",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "hr",
    "a",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
}
SCHEMES = {"http", "https", "mailto"}

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


def prose_html(text: str, *, below: int = 2) -> Markup:
    """``text`` as HTML that cannot act, load or imitate the page around it.

    Headings start one level ``below`` the page's own; links leave with ``nofollow noopener``; pictures and raw HTML
    stay what was typed.
    """
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + below, 6)}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
        attribute_filter=_away_only,
    )
    return Markup(clean)  # noqa: S704 - cleaned one line above


def _away_only(_tag: str, attribute: str, value: str) -> str | None:
    """A text links to other sites; an address inside this one could pass for a button of ours."""
    if attribute == "href":
        return value if value.partition(":")[0].lower() in SCHEMES else None
    return value if attribute == "rel" else None
