"""What fields of several forms share: tidy text, and links that pages may offer to open."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, ValidationError


def secure_address(_form: Form, field: Field) -> None:
    """A link that calendars and pages will offer to open: https, and nothing else."""
    try:
        parts = urlsplit(field.data)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or any(sign.isspace() for sign in field.data):
        raise ValidationError(_l("Paste the whole link; it begins with https://."))
