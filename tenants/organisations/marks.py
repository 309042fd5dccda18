"""A logo somebody sent becomes a picture of ours, in its own proportions, on white."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from tenants.shared.pictures import UnusablePicture, fingerprint, open_picture, upright, webp

LEAST_SIDE = 32
WIDEST, TALLEST = 480, 160

__all__ = ["EncodedLogo", "UnusablePicture", "encode_logo"]


@dataclass(frozen=True, slots=True)
class EncodedLogo:
    """A WebP of at most 480 by 160 pixels, its size, and the fingerprint that names it."""

    content: bytes
    width: int
    height: int
    fingerprint: str


def encode_logo(data: bytes) -> EncodedLogo:
    """Raises ``UnusablePicture`` for anything but one still picture of a sensible size."""
    picture = upright(open_picture(data, least_side=LEAST_SIDE), about=(WIDEST, TALLEST))
    picture.thumbnail((WIDEST, TALLEST), Image.Resampling.LANCZOS)
    content = webp(picture)
    return EncodedLogo(content, *picture.size, fingerprint(content))
