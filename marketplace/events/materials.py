"""Files and links that are handed out with an event or a training module: taken in, taken away, given back as downloads."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import Response, send_file

from marketplace.conversations.file_kinds import MEDIA_TYPES, ReadFile, read_file
from marketplace.conversations.models import FILE_MOST
from marketplace.events.models import CohortMaterial
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared.database import db


def read_upload(sent: Any) -> ReadFile:
    """What an upload holds. Raises ``UnusableFile``."""
    return read_file(sent.filename or "", sent.read(FILE_MOST + 1))


def add_material(
    *,
    acting: Acting,
    seen: CohortSeen,
    file: ReadFile | None = None,
    name: str = "",
    url: str = "",
    event_id: int | None = None,
    module_id: int | None = None,
    now: datetime,
) -> CohortMaterial:
    """A file, or a link with its name, handed out with an event or a module."""
    kept = CohortMaterial(
        org_id=seen.cohort.org_id,
        cohort_id=seen.cohort.id,
        event_id=event_id,
        module_id=module_id,
        name=file.name if file else name,
        url="" if file else url,
        kind=file.kind if file else "",
        size=len(file.content) if file else 0,
        content=file.content if file else None,
        added_by_id=acting.person_id,
        created_at=now,
    )
    db.session.add(kept)
    db.session.commit()
    return kept


def remove_material(*, acting: Acting, material: CohortMaterial, removed: bool, now: datetime) -> None:
    """Take it away, or (``removed`` false) bring it back."""
    del acting
    material.removed_at = now if removed else None
    db.session.commit()


def download(kept: CohortMaterial) -> Response:
    """To keep, never to open inside the site: whatever it holds, it runs nowhere near a session."""
    response = send_file(
        io.BytesIO(kept.content or b""), mimetype=MEDIA_TYPES[kept.kind], as_attachment=True, download_name=kept.name
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
