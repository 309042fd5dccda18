"""A paper of the kit as a page or a print shows it."""

from __future__ import annotations

import re

from markupsafe import Markup

from tenants.shared.prose import prose_html


def paper_html(text: str, *, top: int) -> Markup:
    """The Markdown as harmless HTML whose highest headings are ``h<top>``, with however many # their writer began."""
    levels = [len(marks) for marks in re.findall(r"^ {0,3}(#{1,6})[ \t]", text, re.MULTILINE)]
    return prose_html(text, below=top - min(levels, default=1))
