"""The poster of a programme: one page to hang in a lobby, with a code that leads to the programme's page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import qrcode  # type: ignore[import-untyped]
from flask_babel import force_locale
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from marketplace.papers.drawing import Sheet
from tenants.shared.colours import passing_shade
from tenants.shared.papers import Picture, paper_html

SIZES = ("a4", "a3")
INK = "#1d2530"
LONGEST = {1: (200, 160), 2: (160, 110)}
"""Characters of the aims and of the audience, by the number of languages: what one reads while walking past, and what fits."""


@dataclass(frozen=True, slots=True)
class Column:
    """What the poster says in one language."""

    locale: str
    name: str
    aims: str
    audience: str
    rhythm: str
    dates: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Poster:
    size: str
    columns: tuple[Column, ...]
    host: str
    accent: str
    logo: bytes | None
    address: str


def size_of_name(name: str) -> str:
    """How large a name can stand on the poster: it is never cut."""
    return next((size for size, most in (("short", 14), ("middle", 40), ("long", 80)) if len(name) <= most), "longest")


def in_brief(text: str, most: int) -> str:
    """As many whole sentences as fit; where not even one does, whole words and an ellipsis."""
    text = " ".join(re.sub(r"[*_#>`]", "", text).split())
    if len(text) <= most:
        return text
    cut = text[:most]
    sentence = max(cut.rfind(mark) for mark in (". ", "? ", "! "))
    return cut[: sentence + 1] if sentence > 60 else cut[: cut.rfind(" ")].rstrip(",;: ") + "…"


def code_svg(address: str) -> bytes:
    """``address`` as a QR code (ISO/IEC 18004) that survives a scratch (level M), with the margin that readers need."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(address)
    with BytesIO() as file:
        code.make_image(image_factory=SvgPathFillImage).save(file)
        return file.getvalue()


def arc_svg(colour: str) -> bytes:
    """The footbridge, as wide as the page."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 64">'
        f'<path d="M18 52Q105 -42 192 52" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linecap="round"/>'
        f'<circle cx="18" cy="53" r="4.4" fill="{colour}"/><circle cx="192" cy="53" r="4.4" fill="{colour}"/></svg>'
    ).encode()


def wash_svg(colour: str) -> bytes:
    """A block of the colour, for the foot of the page."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" preserveAspectRatio="none">'
        f'<rect width="10" height="10" fill="{colour}"/></svg>'
    ).encode()


def poster_sheet(poster: Poster) -> Sheet:
    """What the poster is drawn from, as PDF/UA-1."""
    accent = passing_shade(poster.accent or "#0e5a5c", ("#ffffff",))
    pictures = {
        "code": Picture(code_svg(poster.address), "image/svg+xml"),
        "arc": Picture(arc_svg(accent), "image/svg+xml"),
        "wash": Picture(wash_svg(accent), "image/svg+xml"),
    }
    if poster.logo:
        pictures["logo"] = Picture(poster.logo, "image/webp")
    with force_locale(poster.columns[0].locale):
        html = paper_html(
            "showcase/poster.html",
            title=poster.columns[0].name,
            locale=poster.columns[0].locale,
            poster=poster,
            size_of_name=size_of_name(max((column.name for column in poster.columns), key=len)),
            shown_address=re.sub(r"^https?://", "", poster.address),
        )
    return Sheet(html, pictures)


def languages(asked: str) -> Sequence[str]:
    """The languages of a poster, from a word of the form: one, or both."""
    return {"en": ("en",), "fr": ("fr",), "both": ("fr", "en")}.get(asked, ("en",))
