"""A picture somebody sent becomes a picture of ours: decoded, turned upright, encoded anew, nothing else kept."""

from __future__ import annotations

import hashlib
import io
import warnings

from flask_babel import gettext as _
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 32_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MEDIA_TYPE = "image/webp"


class UnusablePicture(ValueError):
    """The file is refused; the message is a sentence for the person who sent it."""


def open_picture(data: bytes, *, least_side: int) -> Image.Image:
    """One still picture of a sensible size, its pixels not unpacked yet: what is too large is refused by its header.

    ``least_side`` in pixels. Raises ``UnusablePicture`` for anything else.
    """
    if not data:
        raise UnusablePicture(_("Choose a picture first."))
    if len(data) > MOST_BYTES:
        raise UnusablePicture(_("This file is larger than 10 MB. Send a smaller picture."))
    # WeasyPrint, once loaded, has the whole process read damaged files and text bombs; here they are refused.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise UnusablePicture(_too_many_pixels()) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise UnusablePicture(_("This is not a picture we can read. Send a JPEG, PNG or WebP file.")) from None
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise UnusablePicture(_too_many_pixels())
    if min(width, height) < least_side:
        raise UnusablePicture(
            _("This picture is too small. It needs at least %(side)s pixels on each side.", side=least_side)
        )
    # Some telephones put a preview behind the photo (format MPO): that is no animation.
    if picture.format in {"PNG", "WEBP", "GIF"} and getattr(picture, "is_animated", False):
        raise UnusablePicture(_("This picture moves. Send a still one."))
    return picture


def _too_many_pixels() -> str:
    return _("This picture has more than 32 million pixels. Send a smaller one.")


def upright(picture: Image.Image, *, about: tuple[int, int]) -> Image.Image:
    """Its pixels in sRGB on white, the right way up. ``about``: the size it will have in the end, in pixels.

    Raises ``UnusablePicture`` when the file is damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture.draft("RGB", (about[0] * 2, about[1] * 2))
            picture.load()
            return _true_colours(ImageOps.exif_transpose(picture))
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise UnusablePicture(_("This picture is damaged or incomplete. Send it again, or send another.")) from None


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


def webp(picture: Image.Image) -> bytes:
    """The pixels and nothing else, as WebP."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    buffer = io.BytesIO()
    bare.save(buffer, "WEBP", quality=82, method=4)
    return buffer.getvalue()


def fingerprint(content: bytes) -> str:
    """What names these bytes in an address."""
    return hashlib.sha256(content).hexdigest()[:32]
