"""A tenant's accent colour, made readable on the product's own grounds in both colour schemes."""

from functools import lru_cache

from tenants.shared.colours import (
    DARK_GROUNDS,
    DARK_INK,
    ENOUGH,
    LIGHT_GROUNDS,
    LIGHT_INK,
    checked,
    contrast,
    from_oklch,
    passing_shade,
    to_oklch,
)

# On a dark ground a shade that only just passes looks like a disabled button: start from a lighter one.
GLOW = 0.77

__all__ = ["DARK_GROUNDS", "ENOUGH", "LIGHT_GROUNDS", "accent_css", "contrast", "passing_shade"]


@lru_cache(maxsize=1024)
def accent_css(colour: str) -> str:
    """The stylesheet that gives a page its tenant's accent (`#rrggbb` or `rrggbb`), in both schemes.

    Raises ValueError when `colour` is not six hexadecimal digits, so that nothing else reaches a stylesheet.
    """
    colour = checked(colour)
    lightness, chroma, hue = to_oklch(colour)
    light_wash = from_oklch(0.948, min(chroma, 0.013), hue)
    dark_wash = from_oklch(0.285, min(chroma, 0.032), hue)
    light = passing_shade(colour, (*LIGHT_GROUNDS, light_wash))
    on_dark = from_oklch(max(lightness, GLOW), chroma, hue)
    dark = passing_shade(on_dark, (*DARK_GROUNDS, dark_wash))
    return (
        "@layer accent { :root {"
        f" --accent: light-dark({light}, {dark});"
        f" --accent-ink: light-dark({LIGHT_INK}, {DARK_INK});"
        f" --accent-wash: light-dark({light_wash}, {dark_wash});"
        " } }\n"
    )
