"""The archive that a person takes along: ``data.json`` (``SCHEMA``), a PDF to read, the photo; and reading one again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

SCHEMA = "passerelle/person/1"
"""Named in every ``data.json``; a change that an earlier reader would misread gets the next number."""

MOST_BYTES = 8 * 1024 * 1024
MOST_FILE = 2 * 1024 * 1024
MOST_FILES = 50


class UnreadablePackage(ValueError):
    """The file is refused; the message is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Package:
    """What an archive holds: where its owner belonged (``organisations``: slug, name, kind), what is held, and files."""

    organisations: list[dict[str, str]]
    holdings: Mapping[str, list[dict[str, Any]]]
    files: Mapping[str, bytes]


def pack(data: Mapping[str, Any], pdf: bytes, pdf_name: str, files: Mapping[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, sort_keys=False))
        file.writestr(pdf_name, pdf)
        for path, content in sorted(files.items()):
            file.writestr(path, content)
    return archive.getvalue()


def unpack(content: bytes) -> Package:
    """Raises ``UnreadablePackage`` for anything but an archive of ours. No more is unpacked than may be there, whatever the
    archive says of itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise UnreadablePackage(_("This archive is larger than any of ours."))
            data = json.loads(_read(archive, "data.json", MOST_BYTES))
            files = {
                entry.filename: _read(archive, entry.filename, MOST_FILE)
                for entry in entries
                if entry.filename.startswith("photos/") and entry.filename.endswith(".webp")
            }
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        OSError,
        RecursionError,
    ) as fault:
        if isinstance(fault, UnreadablePackage):
            raise
        raise UnreadablePackage(_("This is not an archive that was downloaded here.")) from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UnreadablePackage(_("This archive is not of a kind that can be read here."))
    return Package(_organisations(data), _holdings(data), files)


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadablePackage(_("This archive is larger than any of ours."))
    return content


def _organisations(data: dict[str, Any]) -> list[dict[str, str]]:
    found = data.get("organisations")
    keys = ("slug", "name", "kind")
    return [
        {key: str(one.get(key, "")) for key in keys}
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    ]


def _holdings(data: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found = data.get("holdings")
    return {
        str(name): [one for one in records if isinstance(one, dict)]
        for name, records in (found.items() if isinstance(found, dict) else ())
        if isinstance(records, list)
    }
