"""Questions that help to begin."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

AFTER_MEETING: dict[str, Any] = {
    "stayed": _l("What from our last meeting has stayed with me?"),
    "next": _l("What will I do before we meet again?"),
    "unsaid": _l("What did I not say, and what kept me from it?"),
}
ANY_DAY: dict[str, Any] = {
    "proud": _l("What went better than I expected?"),
    "stuck": _l("Where am I stuck, and who could help?"),
    "changed": _l("What do I see differently from a month ago?"),
}
PROMPTS = AFTER_MEETING | ANY_DAY
