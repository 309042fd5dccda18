"""The papers that every programme starts with, ours, in English and French.

A paper is one Markdown file a language, with blocks for some forms only (``programmes/fences.py``). ``{months}`` and
``{cadence}`` are the programme's own. The first line is the title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from marketplace.kit.models import Readers
from marketplace.programmes.fences import kept_for
from marketplace.programmes.modalities import Form, Modalities
from marketplace.vocabulary import CADENCES

CONTENT = Path(__file__).parent / "content"
LOCALES = ("en", "fr")
EVERY = frozenset(Form)
NOT_PEER = EVERY - {Form.peer}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of ours: its name in addresses, whom it is for, and the forms of mentoring that it is made for."""

    slug: str
    side: Readers
    forms: frozenset[Form] = EVERY


PAPERS: tuple[Paper, ...] = (
    Paper("guide-for-mentors", Readers.mentors, NOT_PEER),
    Paper("guide-for-mentees", Readers.mentees, NOT_PEER),
    Paper("guide-for-peers", Readers.all, frozenset({Form.peer})),
    Paper("first-meeting", Readers.all),
    Paper("first-meeting-checklist", Readers.all),
    Paper("goal-sheet", Readers.all),
    Paper("meeting", Readers.all),
    Paper("mid-point", Readers.all),
    Paper("last-meeting", Readers.all),
    Paper("charter", Readers.all),
    Paper("questions", Readers.all),
)
"""In the order in which a participant needs them."""

CHECKLISTS = frozenset({"first-meeting-checklist"})
"""Papers whose lists one ticks off."""


def papers_for(form: Form) -> Sequence[Paper]:
    return [paper for paper in PAPERS if form in paper.forms]


@dataclass(frozen=True, slots=True)
class DefaultWords:
    title_en: str
    title_fr: str
    body_en: str
    body_fr: str


@lru_cache(maxsize=64)
def _source(slug: str, locale: str) -> str:
    return (CONTENT / f"{slug}.{locale}.md").read_text(encoding="utf-8")


def default_text(slug: str, modalities: Modalities, locale: str) -> tuple[str, str]:
    """(title, Markdown) of a paper of ours for a programme of these modalities, in ``locale`` (``en`` or ``fr``)."""
    text = kept_for(modalities.form, _source(slug, locale))
    cadence = CADENCES.label(modalities.cadence, locale)
    text = text.replace("{months}", str(modalities.months)).replace("{cadence}", cadence[:1].lower() + cadence[1:])
    title, _line, body = text.partition("\n")
    return title.removeprefix("#").strip(), body.strip()


def default_words(slug: str, modalities: Modalities) -> DefaultWords:
    english, french = (default_text(slug, modalities, locale) for locale in LOCALES)
    return DefaultWords(english[0], french[0], english[1], french[1])
