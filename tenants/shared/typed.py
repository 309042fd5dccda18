"""What somebody typed, as it is kept."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def tidy(text: str | None) -> str:
    """Without control characters (the database takes no NUL), with plain line ends and no blank edges."""
    return _CONTROL.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
