"""What the choices of a kit are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.kit.models import ResourceKind

READERS: dict[str, Any] = {
    "all": _l("Everybody"),
    "mentors": _l("Mentors"),
    "mentees": _l("Mentees"),
}

KINDS: dict[ResourceKind, Any] = {
    ResourceKind.text: _l("Text"),
    ResourceKind.file: _l("File"),
    ResourceKind.link: _l("Link"),
}
