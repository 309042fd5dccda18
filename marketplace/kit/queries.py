"""The kit of a programme as the viewer may read it: the house's papers, what was changed of them, what was added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import undefer

from marketplace.kit.defaults import PAPERS, DefaultWords, Paper, default_words, papers_for
from marketplace.kit.models import Readers, Resource, ResourceFile, ResourceKind, ResourceVersion
from marketplace.kit.policy import may_read
from marketplace.showcase.queries import ProgrammeSeen
from tenants.accounts.models import Person
from tenants.shared.database import db

SUMMARY_MOST = 150

STEP = 10
"""Between the places of two papers, so that one more of the house's finds room."""


@dataclass(frozen=True, slots=True)
class Item:
    """One paper of a kit as it stands: the row (if anything was changed), the newest words (if any were written)."""

    key: str
    row: Resource | None
    words: ResourceVersion | DefaultWords
    paper: Paper | None
    side: Readers
    place: int

    @property
    def kind(self) -> ResourceKind:
        return self.row.kind if self.row else ResourceKind.text

    @property
    def hidden(self) -> bool:
        return self.row is not None and self.row.hidden

    @property
    def edited(self) -> bool:
        """Whether a paper of the house's was rewritten here."""
        return self.paper is not None and self.row is not None and self.row.edited

    @property
    def own(self) -> bool:
        return self.paper is None

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def url(self) -> str:
        return self.words.url if isinstance(self.words, ResourceVersion) else ""

    def title(self, locale: str) -> str:
        return _in(locale, self.words.title_en, self.words.title_fr)

    def text(self, locale: str) -> str:
        return _in(locale, self.words.body_en, self.words.body_fr)

    def summary(self, locale: str) -> str:
        """Its first paragraph, for a list; cut at ``SUMMARY_MOST`` characters."""
        for part in self.text(locale).split("\n\n"):
            plain = " ".join(re.sub(r"[*_`>#]|^- |\[|\]\([^)]*\)", "", part, flags=re.MULTILINE).split())
            if plain and not part.startswith(("#", "---")):
                if len(plain) <= SUMMARY_MOST:
                    return plain
                cut = plain[:SUMMARY_MOST]
                sentence = max(cut.rfind(mark) for mark in (". ", "? ", ".\u00a0"))
                return cut[: sentence + 1] if sentence > 0 else cut.rpartition(" ")[0] + "…"
        return ""

    def language(self, locale: str) -> str:
        """The language that a reader of ``locale`` gets the text in."""
        french = bool(self.words.body_fr) if locale.startswith("fr") else not self.words.body_en and self.words.body_fr
        return "fr" if french else "en"


def _in(locale: str, english: str, french: str) -> str:
    return (french or english) if locale.startswith("fr") else (english or french)


def kit(seen: ProgrammeSeen) -> Sequence[Item]:
    """What the viewer may read of the kit, in order; hidden papers for those who run the programme only. Two statements."""
    programme = seen.programme
    rows = db.session.scalars(
        sa.select(Resource).where(
            Resource.org_id == programme.org_id,
            Resource.programme_id == programme.id,
            Resource.removed_at.is_(None),
        )
    ).all()
    written = {
        version.resource_id: version
        for version in db.session.scalars(
            sa.select(ResourceVersion)
            .join(
                Resource,
                sa.and_(Resource.org_id == ResourceVersion.org_id, Resource.id == ResourceVersion.resource_id),
            )
            .where(
                Resource.org_id == programme.org_id,
                Resource.programme_id == programme.id,
                Resource.version == ResourceVersion.number,
            )
        )
    }
    found = [*_house(seen, rows, written), *_own(rows, written)]
    shown = [item for item in found if may_read(seen, item.side) and (seen.runs or not item.hidden)]
    return sorted(shown, key=lambda item: (item.place, item.key))


def _house(seen: ProgrammeSeen, rows: Sequence[Resource], written: dict[int, ResourceVersion]) -> list[Item]:
    by_slug = {row.slug: row for row in rows if row.slug}
    modalities = seen.programme.modalities
    made = []
    for number, paper in enumerate(papers_for(modalities.form), start=1):
        row = by_slug.get(paper.slug)
        version = written.get(row.id) if row and row.edited else None
        words: ResourceVersion | DefaultWords = version or default_words(paper.slug, modalities)
        if row and row.edited and version is None:
            continue  # Rewritten for readers whom the wall does not take the viewer for.
        side, place = (row.side, row.place) if row else (paper.side, number * STEP)
        made.append(Item(paper.slug, row, words, paper, side, place))
    return made


def _own(rows: Sequence[Resource], written: dict[int, ResourceVersion]) -> list[Item]:
    return [
        Item(str(row.id), row, written[row.id], None, row.side, row.place)
        for row in rows
        if not row.slug and row.id in written
    ]


def item_or_404(seen: ProgrammeSeen, key: str) -> Item:
    """A paper that the viewer may read, by its name (the house's) or its number (the programme's own)."""
    return next((item for item in kit(seen) if item.key == key), None) or abort(404)


def removed_or_404(seen: ProgrammeSeen, key: str) -> Resource:
    """A paper of the programme's own that was taken away, for those who run it."""
    row = db.session.get(Resource, (seen.programme.org_id, int(key))) if key.isdigit() and len(key) < 20 else None
    if row is None or not seen.runs or row.programme_id != seen.programme.id or row.removed_at is None:
        abort(404)
    return row


def row_locked(seen: ProgrammeSeen, slug: str) -> Resource | None:
    """The row of a paper of the house's as it stands now, which may have been made since the page was opened."""
    return db.session.scalar(
        sa.select(Resource)
        .where(
            Resource.org_id == seen.programme.org_id,
            Resource.programme_id == seen.programme.id,
            Resource.slug == slug,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A version, and whose it is (no name: somebody who was erased)."""

    version: ResourceVersion
    by: str


def versions(seen: ProgrammeSeen, item: Item) -> Sequence[SavedVersion]:
    """Every save, the newest first; for those who run the programme."""
    if not seen.runs or item.row is None:
        return []
    found = db.session.execute(
        sa.select(ResourceVersion, Person.name)
        .outerjoin(Person, Person.id == ResourceVersion.saved_by_id)
        .where(ResourceVersion.org_id == item.row.org_id, ResourceVersion.resource_id == item.row.id)
        .order_by(ResourceVersion.number.desc())
    )
    return [SavedVersion(version, name or "") for version, name in found]


def version_or_404(seen: ProgrammeSeen, item: Item, number: int) -> SavedVersion:
    found = (saved for saved in versions(seen, item) if saved.version.number == number)
    return next(found, None) or abort(404)


def words_before(seen: ProgrammeSeen, item: Item, number: int) -> ResourceVersion | DefaultWords | None:
    """What stood there before version ``number``: the version before it, or the house's own words."""
    before = None
    if number > 1 and item.row is not None:
        before = db.session.get(ResourceVersion, (item.row.org_id, item.row.id, number - 1))
    if before is None or before.is_default:
        return default_words(item.paper.slug, seen.programme.modalities) if item.paper else None
    return before


def file_or_404(seen: ProgrammeSeen, item: Item, *, content: bool = False) -> ResourceFile:
    if item.kind is not ResourceKind.file or item.row is None or item.row.file_id is None:
        abort(404)
    asked = sa.select(ResourceFile).where(
        ResourceFile.org_id == seen.programme.org_id,
        ResourceFile.resource_id == item.row.id,
        ResourceFile.id == item.row.file_id,
    )
    return db.session.scalar(asked.options(undefer(ResourceFile.content)) if content else asked) or abort(404)


def free_place(seen: ProgrammeSeen) -> int:
    """After everything that is there."""
    return max([item.place for item in kit(seen)] + [len(PAPERS) * STEP]) + STEP
