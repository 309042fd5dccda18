"""The activity log as a tenant's coordinators read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.models import Activity, ActivityCheckpoint, ActivityHead, ActivityName

PAGE = 50
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the log to show; the address bar holds the same. Days are those of the reader's calendar, both included."""

    kind: str | None = None
    person: str = ""
    since: date | None = None
    until: date | None = None

    def args(self) -> dict[str, Any]:
        """As arguments of an address; what is not asked for is left out."""
        given = {
            "kind": self.kind,
            "person": self.person,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }
        return {name: value for name, value in given.items() if value}


def wanted_from(args: Mapping[str, str]) -> Filter:
    """The filter that an address asks for. Raises ``ValueError`` for what is no day."""
    return Filter(
        kind=args.get("kind", "")[:40] or None,
        person=args.get("person", "").strip()[:100],
        since=date.fromisoformat(args["since"]) if args.get("since") else None,
        until=date.fromisoformat(args["until"]) if args.get("until") else None,
    )


def lines(acting: Acting, wanted: Filter, *, before: int | None = None) -> Sequence[Activity]:
    """One page of the tenant's log, newest first, from the line numbered below ``before``; one more than a page when there
    is more."""
    query = _wanted(acting, wanted).order_by(Activity.number.desc()).limit(PAGE + 1)
    if before:
        query = query.where(Activity.number < before)
    return db.session.scalars(query).all()


def all_lines(acting: Acting, wanted: Filter) -> Iterator[tuple[Activity, str]]:
    """Every line asked for, oldest first, with the words that its hash is made of; a batch at a time."""
    last = 0
    while True:
        query = (
            _wanted(acting, wanted)
            .add_columns(sa.literal_column("activity_words(activity)").label("words"))
            .where(Activity.number > last)
            .order_by(Activity.number)
            .limit(BATCH)
        )
        batch = [(row[0], row.words) for row in db.session.execute(query)]
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1][0].number or 0
        db.session.expunge_all()


def _wanted(acting: Acting, wanted: Filter) -> sa.Select[Any]:
    query = sa.select(Activity).where(Activity.org_id == acting.org_id)
    if wanted.kind:
        query = query.where(Activity.subject_kind == wanted.kind)
    if wanted.since:
        query = query.where(Activity.at >= _midnight(wanted.since, acting.zone))
    if wanted.until:
        query = query.where(Activity.at < _midnight(wanted.until + timedelta(days=1), acting.zone))
    if wanted.person:
        pattern = "%" + wanted.person.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        named = sa.select(sa.literal(1)).where(
            ActivityName.org_id == Activity.org_id,
            ActivityName.activity_id == Activity.id,
            ActivityName.name.ilike(pattern),
        )
        query = query.where(named.exists())
    return query


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def kinds(acting: Acting) -> Sequence[str]:
    """What the tenant's log speaks of."""
    query = (
        sa.select(Activity.subject_kind)
        .where(Activity.org_id == acting.org_id)
        .distinct()
        .order_by(Activity.subject_kind)
    )
    return db.session.scalars(query).all()


def head(acting: Acting) -> ActivityHead | None:
    """How many lines the tenant's log has had, and the hash of the last."""
    return db.session.scalar(sa.select(ActivityHead).where(ActivityHead.org_id == acting.org_id))


def checkpoints(acting: Acting) -> Sequence[ActivityCheckpoint]:
    """Where the tenant's log was cut, the latest first."""
    query = sa.select(ActivityCheckpoint).where(ActivityCheckpoint.org_id == acting.org_id)
    return db.session.scalars(query.order_by(ActivityCheckpoint.number.desc()).limit(PAGE)).all()
