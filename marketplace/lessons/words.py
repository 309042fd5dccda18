"""What the kinds of lessons are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.lessons.models import LessonKind

KINDS: dict[LessonKind, Any] = {
    LessonKind.kept: _l("Kept"),
    LessonKind.stopped: _l("Stopped"),
    LessonKind.changed: _l("Changed"),
}

ASKED: dict[LessonKind, Any] = {
    LessonKind.kept: _l("Keep it: it worked"),
    LessonKind.stopped: _l("Stop it: it did not help"),
    LessonKind.changed: _l("Change it next time"),
}

LAST_TIME: dict[LessonKind, Any] = {
    LessonKind.kept: _l("Kept last time because"),
    LessonKind.stopped: _l("Stopped last time because"),
    LessonKind.changed: _l("Changed last time because"),
}
