"""How a file of a pair is given back."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from marketplace.conversations.file_kinds import MEDIA_TYPES
from marketplace.conversations.models import PairFile


def as_download(file: PairFile) -> Response:
    """To keep, never to open inside the site: whatever it holds, it runs nowhere near a session."""
    response = send_file(
        BytesIO(file.content), mimetype=MEDIA_TYPES[file.kind], as_attachment=True, download_name=file.name
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
