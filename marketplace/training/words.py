"""What modules are called, and what one does with them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.training.models import ModuleKind

KINDS: dict[ModuleKind, Any] = {
    ModuleKind.text: _l("Reading"),
    ModuleKind.video: _l("Video"),
    ModuleKind.file: _l("File"),
    ModuleKind.quiz: _l("Quiz"),
    ModuleKind.live: _l("Live session"),
}

ASKED: dict[ModuleKind, Any] = {
    ModuleKind.text: _l("Read it, and say so"),
    ModuleKind.video: _l("Watch it, and say so"),
    ModuleKind.file: _l("Work through it, and say so"),
    ModuleKind.quiz: _l("Answer the questions"),
    ModuleKind.live: _l("Come to the session"),
}

SAID: dict[ModuleKind, Any] = {
    ModuleKind.text: _l("I have read it"),
    ModuleKind.video: _l("I have watched it"),
    ModuleKind.file: _l("I have worked through it"),
}
