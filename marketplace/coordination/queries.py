"""What a coordinator may know of the pairs they look after: that they exist, where they stand, since when they are quiet.

The rows come from functions of the gate that have no column of text: no policy lets a coordinator near what a pair writes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask import abort

from marketplace.coordination.policy import may_see_pairs
from marketplace.rhythm.models import QUIET_DAYS, RhythmSetting
from tenants.current import Acting
from tenants.shared.database import db

PAGE = 50


class Standing(enum.StrEnum):
    """In the order in which they want somebody's attention."""

    quiet = "quiet"
    alone = "alone"
    paused = "paused"
    running = "running"
    ended = "ended"


@dataclass(frozen=True, slots=True)
class CoordinatedPair:
    """Names are those of the viewer's own people; of the other side, the firm."""

    id: int
    standing: str
    rank: int
    mentee_name: str | None
    mentor_name: str | None
    mentee_firm: str | None
    mentor_firm: str | None
    started_at: datetime
    ends_on: date | None
    paused_at: datetime | None
    ended_at: datetime | None
    quiet_since: datetime | None
    nudged_at: datetime | None
    signed_at: datetime | None


PAIRS = sa.text(
    "SELECT * FROM coordinated_pairs(CAST(:standing AS text), CAST(:rank AS integer), CAST(:before AS bigint), "
    "CAST(:only AS bigint), CAST(:most AS integer))"
)


def _pairs(
    standing: Standing | None, after: tuple[int, int] | None, only: int | None, most: int
) -> list[CoordinatedPair]:
    rank, before = after or (None, None)
    values = {"standing": standing, "rank": rank, "before": before, "only": only, "most": most}
    return [CoordinatedPair(**row) for row in db.session.execute(PAIRS, values).mappings()]


def pairs(
    viewer: Acting, standing: Standing | None = None, after: tuple[int, int] | None = None
) -> tuple[list[CoordinatedPair], bool]:
    """One page, what is stuck first, behind ``after`` (rank, id); and whether there are more."""
    if not may_see_pairs(viewer):
        return [], False
    found = _pairs(standing, after, None, PAGE + 1)
    return found[:PAGE], len(found) > PAGE


def all_pairs(viewer: Acting, standing: Standing | None = None) -> Iterator[CoordinatedPair]:
    """Every one of them, page by page; for a file."""
    after: tuple[int, int] | None = None
    more = True
    while more:
        page, more = pairs(viewer, standing, after)
        yield from page
        if page:
            after = page[-1].rank, page[-1].id


def pair_or_404(viewer: Acting, mentorship_id: int) -> CoordinatedPair:
    found = _pairs(None, None, mentorship_id, 1) if may_see_pairs(viewer) else []
    return found[0] if found else abort(404)


def counts(viewer: Acting) -> dict[str, int]:
    """How many there are in each standing."""
    if not may_see_pairs(viewer):
        return {}
    rows = db.session.execute(sa.text("SELECT standing, number FROM count_pairs()"))
    return {row.standing: row.number for row in rows}


def quiet_days(viewer: Acting) -> int:
    """After how many days without a sign of life the organisation's pairs are asked."""
    found = db.session.scalar(sa.select(RhythmSetting.quiet_days).where(RhythmSetting.org_id == viewer.org_id))
    return found or QUIET_DAYS
