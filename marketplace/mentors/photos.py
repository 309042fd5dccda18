"""A photo somebody sent becomes a photo of ours: decoded, turned upright, cut square, encoded anew, nothing else kept."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageOps

from tenants.shared.pictures import MEDIA_TYPE, UnusablePicture, fingerprint, open_picture, upright, webp

LEAST_SIDE = 160
SIDE, SMALL_SIDE = 512, 160
UnusablePhoto = UnusablePicture

__all__ = ["MEDIA_TYPE", "SIDE", "EncodedPhoto", "UnusablePhoto", "encode_photo"]


@dataclass(frozen=True, slots=True)
class EncodedPhoto:
    """A square WebP of at most 512 pixels a side, a small one, and the fingerprint that names this picture."""

    content: bytes
    small: bytes
    fingerprint: str


def encode_photo(data: bytes) -> EncodedPhoto:
    """Raises ``UnusablePhoto`` for anything but one still picture of a sensible size."""
    square = _square(open_picture(data, least_side=LEAST_SIDE))
    content = webp(square)
    small = webp(square.resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS))
    return EncodedPhoto(content, small, fingerprint(content))


def _square(picture: Image.Image) -> Image.Image:
    whole = upright(picture, about=(SIDE, SIDE))
    side = min(SIDE, *whole.size)
    return ImageOps.fit(whole, (side, side), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
