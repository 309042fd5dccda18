"""What a file is, by its content. Its name and what the browser says of it count for nothing but agreement.

Few kinds are taken, each with a sign of its own (magic bytes as in the formats' specifications; Office Open XML, ECMA-376,
by the parts its package declares). Anything that runs, macros in documents included, is refused.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace.conversations.models import FILE_MOST, MEGABYTE, NAME_MOST
from tenants.shared.errors import Refused

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
ALSO = {"jpeg": "jpg", "markdown": "md", "text": "txt"}
TEXTS = {"txt", "md", "csv"}
MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
DECLARATIONS_MOST = 1024 * 1024


class UnusableFile(Refused):
    """The sentence says what is wrong with the file."""

    status = 422


@dataclass(frozen=True, slots=True)
class ReadFile:
    name: str
    kind: str
    content: bytes


def read_file(name: str, content: bytes) -> ReadFile:
    """The file under a name that is safe to keep. Raises ``UnusableFile`` when it is empty, of no kind that is taken, or
    of another kind than its name says.
    """
    if not content:
        raise UnusableFile(_("This file is empty."))
    if len(content) > FILE_MOST:
        raise UnusableFile(_("This file is larger than %(num)d MB.", num=FILE_MOST // MEGABYTE))
    safe = safe_name(name)
    ending = safe.rpartition(".")[2].lower()
    said = ALSO.get(ending, ending)
    found = kind_of(content)
    kind = said if found == "text" and said in TEXTS else found
    if kind not in MEDIA_TYPES:
        raise UnusableFile(
            _("Files of this type are not taken. PDF, Word, Excel, PowerPoint, pictures and plain text are.")
        )
    if said != kind:
        raise UnusableFile(_("The name says one type of file, and the content is another. Nothing was kept."))
    return ReadFile(safe, kind, content)


def kind_of(content: bytes) -> str | None:
    """A key of ``MEDIA_TYPES``, ``text`` for any text, or None."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return "text" if _is_text(content) else None


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open("[Content_Types].xml") as part:
            declared = part.read(DECLARATIONS_MOST)
            names = package.namelist()
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, ValueError, OSError):
        return None
    if b"macroEnabled" in declared or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for sign, kind in MAIN_PARTS.items() if sign in declared), None)


def _is_text(content: bytes) -> bool:
    """UTF-8 without control characters, and no page in disguise."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(unicodedata.category(character) == "Cc" and character not in "\t\n\r\f" for character in text[:100_000]):
        return False
    return b"\0" not in content and not re.match(r"\s*<(!doctype|html|script|svg|\?xml)|#!", text, re.IGNORECASE)


def safe_name(name: str) -> str:
    """The last part of a name, without control, bidirectional and reserved characters, at most 120 characters with its ending."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join("_" if one in '<>:"|?*;%' else one for one in last if unicodedata.category(one)[0] != "C")
    stem, dot, ending = " ".join(kept.split()).rstrip(". ").rpartition(".")
    stem, ending = (stem, ending) if dot else (ending, "")
    stem = stem.strip(". ") or "file"
    return f"{stem[: NAME_MOST - len(ending[:10]) - 1]}.{ending[:10]}" if ending else stem[:NAME_MOST]
