"""A picture somebody sent becomes a picture of ours: decoded, turned upright, cut square, encoded anew,
nothing else kept.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from flask_babel import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 32_000_000
LEAST_SIDE = 160
SIDE, SMALL_SIDE = 512, 160
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MEDIA_TYPE = "image/webp"


class UnusablePhoto(ValueError):
    """The file is refused; the message is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class EncodedPhoto:
    """A square WebP of at most 512 pixels a side, a small one, and the fingerprint that names this picture."""

    content: bytes
    small: bytes
    fingerprint: str


def encode_photo(data: bytes) -> EncodedPhoto:
    """Raises ``UnusablePhoto`` for anything but one still picture of a sensible size."""
    if not data:
        raise UnusablePhoto(_("Choose a picture first."))
    if len(data) > MOST_BYTES:
        raise UnusablePhoto(_("This file is larger than 10 MB. Send a smaller picture."))
    square = _square(_open(data))
    content = _webp(square)
    return EncodedPhoto(
        content,
        _webp(square.resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)),
        hashlib.sha256(content).hexdigest()[:32],
    )


def _open(data: bytes) -> Image.Image:
    """Look at the header alone: what is too large is refused before a pixel is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise UnusablePhoto(_too_many_pixels()) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise UnusablePhoto(_("This is not a picture we can read. Send a JPEG, PNG or WebP file.")) from None
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise UnusablePhoto(_too_many_pixels())
    if min(width, height) < LEAST_SIDE:
        raise UnusablePhoto(_("This picture is too small. It needs at least 160 pixels on each side."))
    # Some telephones put a preview behind the photo (format MPO): that is no animation.
    if picture.format in {"PNG", "WEBP", "GIF"} and getattr(picture, "is_animated", False):
        raise UnusablePhoto(_("This picture moves. Send a still one."))
    return picture


def _too_many_pixels() -> str:
    return _("This picture has more than 32 million pixels. Send a smaller one.")


def _square(picture: Image.Image) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture.draft("RGB", (SIDE * 2, SIDE * 2))
            picture.load()
            upright = _true_colours(ImageOps.exif_transpose(picture))
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise UnusablePhoto(_("This picture is damaged or incomplete. Send it again, or send another.")) from None
    side = min(SIDE, *upright.size)
    return ImageOps.fit(upright, (side, side), Image.Resampling.LANCZOS, centering=(0.5, 0.4))


def _true_colours(picture: Image.Image) -> Image.Image:
    """In sRGB on white; a profile of colours that makes no sense is left aside."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture).convert("RGB")
    return picture.convert("RGB")


def _webp(picture: Image.Image) -> bytes:
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    buffer = io.BytesIO()
    bare.save(buffer, "WEBP", quality=82, method=4)
    return buffer.getvalue()
