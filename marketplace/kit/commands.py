"""Writing the kit. Every save of words is a version, two who save at once lose nothing, and what was shipped comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.conversations.file_kinds import ReadFile
from marketplace.conversations.merging import merge
from marketplace.kit.defaults import DefaultWords
from marketplace.kit.models import (
    TEXT_MOST,
    TITLE_MOST,
    WORDS,
    Readers,
    Resource,
    ResourceFile,
    ResourceKind,
    ResourceVersion,
)
from marketplace.kit.policy import may_write
from marketplace.kit.queries import STEP, Item, free_place, item_or_404, kit, row_locked, words_before
from marketplace.programmes.models import Programme
from marketplace.showcase.queries import ProgrammeSeen
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused

OWN_MOST = 60
"""How many papers of its own a programme may add."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a form brings: the words in both languages, for whom, and the file or the address, where there is one."""

    title_en: str
    title_fr: str
    body_en: str
    body_fr: str
    side: Readers
    url: str = ""
    file: ReadFile | None = None


class ItemChanged(Exception):
    """Somebody saved the same words meanwhile. Nothing was saved; ``item`` is as it stands now."""

    def __init__(self, item: Item) -> None:
        super().__init__(item.key)
        self.item = item


def _hold(seen: ProgrammeSeen) -> None:
    """Those who write one kit take turns. Raises ``Forbidden`` for whoever does not run the programme."""
    if not may_write(seen):
        raise Forbidden(_("Only those who run the programme change its kit."))
    programme = seen.programme
    db.session.execute(
        sa.select(Programme.id)
        .where(Programme.org_id == programme.org_id, Programme.id == programme.id)
        .with_for_update()
    )


def _now(seen: ProgrammeSeen, key: str) -> Item:
    """The paper as it stands under the lock."""
    db.session.expire_all()
    return item_or_404(seen, key)


def _row_of(seen: ProgrammeSeen, item: Item, now: datetime) -> Resource:
    """The row of a paper; one of the house's gets its first here."""
    if item.row is not None:
        return item.row
    if (there := row_locked(seen, item.key)) is not None:
        return there
    row = Resource(
        org_id=seen.programme.org_id,
        id=new_id(),
        programme_id=seen.programme.id,
        slug=item.key,
        kind=ResourceKind.text,
        side=item.side,
        place=item.place,
        hidden=False,
        edited=False,
        version=0,
        created_at=now,
        updated_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _record(acting: Acting, verb: str, row: Resource, title: str, now: datetime) -> None:
    record(
        verb,
        org_ids=[row.org_id],
        now=now,
        subject=("kit", row.id),
        actor=(acting.person_id, acting.person_name),
        data={"title": title},
    )


def _write(acting: Acting, row: Resource, written: Written, now: datetime) -> ResourceVersion:
    if written.file is not None:
        file = ResourceFile(
            org_id=row.org_id,
            id=new_id(),
            resource_id=row.id,
            name=written.file.name,
            kind=written.file.kind,
            size=len(written.file.content),
            content=written.file.content,
        )
        db.session.add(file)
        db.session.flush()
        row.file_id = file.id
    row.version, row.edited, row.side, row.updated_at = row.version + 1, True, written.side, now
    version = ResourceVersion(
        org_id=row.org_id,
        resource_id=row.id,
        number=row.version,
        **{name: getattr(written, name) for name in WORDS},
        url=written.url,
        file_id=row.file_id,
        is_default=False,
        saved_by_id=acting.person_id,
        saved_at=now,
    )
    db.session.add(version)
    db.session.flush()
    return version


def add_resource(
    *, acting: Acting, seen: ProgrammeSeen, kind: ResourceKind, written: Written, now: datetime
) -> Resource:
    """A paper of the programme's own, at the end of its kit. Raises ``Refused`` when there are ``OWN_MOST`` already."""
    _hold(seen)
    if sum(item.own for item in kit(seen)) >= OWN_MOST:
        raise Refused(_("A kit holds at most %(num)d papers of its own. Take one away first.", num=OWN_MOST))
    row = Resource(
        org_id=seen.programme.org_id,
        id=new_id(),
        programme_id=seen.programme.id,
        slug="",
        kind=kind,
        side=written.side,
        place=free_place(seen),
        hidden=False,
        edited=True,
        version=0,
        created_at=now,
        updated_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _write(acting, row, written, now)
    _record(acting, "kit.added", row, written.title_en or written.title_fr, now)
    db.session.commit()
    return row


def save_resource(
    *, acting: Acting, seen: ProgrammeSeen, key: str, written: Written, began_with: int, now: datetime
) -> bool:
    """Save what was written from the version ``began_with`` on. True where somebody had saved meanwhile and both are kept.

    Raises ``ItemChanged`` where both changed the same lines of one text, or both changed the address or the file.
    """
    _hold(seen)
    item = _now(seen, key)
    meanwhile = item.version != began_with
    if meanwhile:
        written = _merged(seen, item, written, began_with)
    if written.file is not None or written.url != item.url or _says(written) != _says(item.words):
        row = _row_of(seen, item, now)
        _write(acting, row, written, now)
        _record(acting, "kit.saved", row, written.title_en or written.title_fr, now)
    elif written.side is not item.side:
        _row_of(seen, item, now).side = written.side
    db.session.commit()
    return meanwhile


def _says(words: Written | ResourceVersion | DefaultWords) -> tuple[str, ...]:
    return tuple(getattr(words, name) for name in WORDS)


def _merged(seen: ProgrammeSeen, item: Item, written: Written, began_with: int) -> Written:
    before = words_before(seen, item, began_with + 1)
    found = {
        name: merge(getattr(before, name), getattr(written, name), getattr(item.words, name)) if before else None
        for name in WORDS
    }
    before_url = before.url if isinstance(before, ResourceVersion) else ""
    url = merge(before_url, written.url, item.url)
    longest = {name: TITLE_MOST if name.startswith("title") else TEXT_MOST for name in WORDS}
    fits = all(text is not None and len(text) <= longest[name] for name, text in found.items())
    if not fits or url is None or written.file is not None:
        db.session.rollback()
        raise ItemChanged(item_or_404(seen, item.key))
    kept: dict[str, Any] = {name: text or "" for name, text in found.items()}
    return replace(written, **kept, url=url)


def restore_version(*, acting: Acting, seen: ProgrammeSeen, key: str, number: int, now: datetime) -> None:
    """An earlier version becomes the newest; those between stay."""
    _hold(seen)
    item = _now(seen, key)
    row = _row_of(seen, item, now)
    version = db.session.get(ResourceVersion, (row.org_id, row.id, number))
    if version is None or version.is_default:
        raise Refused(_("This version has no words of its own. Use “Back to the default” instead."))
    row.file_id = version.file_id
    words: dict[str, Any] = {name: getattr(version, name) for name in WORDS}
    _write(acting, row, Written(**words, side=row.side, url=version.url), now)
    _record(acting, "kit.saved", row, version.title_en or version.title_fr, now)
    db.session.commit()


def follow_default(*, acting: Acting, seen: ProgrammeSeen, key: str, now: datetime) -> None:
    """Go back to the house's own words, which follow its releases; what was written here stays as versions.

    Raises ``Refused`` for a paper of the programme's own.
    """
    _hold(seen)
    item = _now(seen, key)
    if item.paper is None:
        raise Refused(_("This paper is your programme’s own, so there is no default to go back to."))
    row = _row_of(seen, item, now)
    if row.edited:
        row.version, row.edited, row.updated_at = row.version + 1, False, now
        db.session.add(
            ResourceVersion(
                org_id=row.org_id,
                resource_id=row.id,
                number=row.version,
                is_default=True,
                saved_by_id=acting.person_id,
                saved_at=now,
            )
        )
        _record(acting, "kit.followed", row, item.title("en"), now)
    row.side = item.paper.side
    db.session.commit()


def hide_resource(*, seen: ProgrammeSeen, key: str, hidden: bool, now: datetime) -> Item:
    """Keep a paper from its readers, or show it to them again."""
    _hold(seen)
    item = _now(seen, key)
    row = _row_of(seen, item, now)
    row.hidden, row.updated_at = hidden, now
    db.session.commit()
    return item


def move_resource(*, seen: ProgrammeSeen, key: str, up: bool, now: datetime) -> None:
    """One place up or down; at either end, nothing happens. Only papers whose place changes get a row."""
    _hold(seen)
    db.session.expire_all()
    items = list(kit(seen))
    at = next((number for number, item in enumerate(items) if item.key == key), None)
    if at is None:
        item_or_404(seen, key)
        return
    to = at - 1 if up else at + 1
    if 0 <= to < len(items):
        items[at], items[to] = items[to], items[at]
        for number, item in enumerate(items, start=1):
            if item.place != number * STEP:
                _row_of(seen, item, now).place = number * STEP
    db.session.commit()


def remove_resource(*, acting: Acting, seen: ProgrammeSeen, key: str, now: datetime) -> Item:
    """Take a paper of the programme's own away; it can be brought back. One of the house's can only be hidden."""
    _hold(seen)
    item = _now(seen, key)
    if item.row is None or item.paper is not None:
        raise Refused(_("A paper of ours can be hidden, not taken away."))
    item.row.removed_at = now
    _record(acting, "kit.removed", item.row, item.title("en"), now)
    db.session.commit()
    return item


def bring_back(*, seen: ProgrammeSeen, row: Resource) -> None:
    _hold(seen)
    row.removed_at = None
    db.session.commit()
