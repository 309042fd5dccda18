"""Contrast, and the nearest colour that can be read.

Lightness is stepped in OKLCH (matrices as published by B. Ottosson, "A perceptual color space for image
processing", 2020), so that the hue stays; contrast is WCAG 2.2's ratio of relative luminance.
"""

import math
import re
from collections.abc import Iterable

# The grounds of static/css/tokens.css on which an accent may stand; a test keeps the two alike.
LIGHT_GROUNDS = ("#faf8f3", "#ffffff", "#f2eee5")
DARK_GROUNDS = ("#14171c", "#1b2027", "#232932", "#0f1216")
LIGHT_INK, DARK_INK = "#ffffff", "#0d1216"

ENOUGH = 4.5
STEP = 0.004

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def passing_shade(colour: str, against: Iterable[str]) -> str:
    """The shade of `colour` nearest in lightness that reaches 4.5:1 with every colour of `against`.

    All colours are `#rrggbb`. Raises ValueError for anything else, and when no shade passes.

    >>> passing_shade("#0e5a5c", ["#ffffff"])
    '#0e5a5c'
    >>> passing_shade("#ffd500", ["#ffffff"])
    '#8c7506'
    """
    colour, grounds = checked(colour), [checked(ground) for ground in against]
    if _passes(colour, grounds):
        return colour
    lightness, chroma, hue = to_oklch(colour)
    for count in range(1, math.ceil(1 / STEP) + 1):
        for stepped in (lightness - count * STEP, lightness + count * STEP):
            if 0 <= stepped <= 1 and _passes(shade := from_oklch(stepped, chroma, hue), grounds):
                return shade
    raise ValueError(f"no shade of {colour} is readable on all of {', '.join(grounds)}")


def checked(colour: str) -> str:
    """The colour as `#rrggbb` in small letters. Raises ValueError when it is none."""
    if not (match := _HEX.fullmatch(colour)):
        raise ValueError(f"not a colour written as #rrggbb: {colour!r}")
    return f"#{match[1].lower()}"


def _passes(colour: str, grounds: list[str]) -> bool:
    return all(contrast(colour, ground) >= ENOUGH for ground in grounds)


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _decode(red), _decode(green), _decode(blue)


def _decode(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else math.pow((channel + 0.055) / 1.055, 2.4)


def _encode(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * math.pow(channel, 1 / 2.4) - 0.055


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def to_oklch(colour: str) -> tuple[float, float, float]:
    """Lightness (0 to 1), chroma and hue (radians) of a `#rrggbb` colour."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """Chroma gives way until the colour exists in sRGB; lightness and hue are kept."""
    while True:
        channels = _oklch_to_linear(lightness, chroma, hue)
        if chroma < 0.001 or all(-0.0005 <= channel <= 1.0005 for channel in channels):
            break
        chroma *= 0.97
    return "#" + "".join(f"{round(_encode(min(max(channel, 0), 1)) * 255):02x}" for channel in channels)


def _oklch_to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
