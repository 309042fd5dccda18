"""A version's lists, a page at a time: the versions themselves, pairs, and who is left over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import defer

from marketplace.committee.benches import HERE, Bench
from marketplace.committee.models import MatchCurve, MatchLeftover, MatchProposal, MatchRun, RunState
from marketplace.committee.queries import Pair, here
from tenants.shared.database import GREATEST_ID, db

PAGE = 60
VERSIONS = 20
MOST_VERSIONS = 2**31 - 1
LEFT = 10
"""How many of each side a version's own page shows of who is left."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version in a list. ``heads``, ``score`` and ``equal`` of one that is solved."""

    number: int
    state: RunState
    asked_at: datetime
    published_at: datetime | None
    heads: int | None
    score: int | None
    equal: bool | None
    by_itself: bool


_VERSION = (
    MatchRun.number,
    MatchRun.state,
    MatchRun.asked_at,
    MatchRun.published_at,
    MatchRun.answer["heads"].as_integer(),
    MatchRun.answer["score"].as_integer(),
    MatchRun.answer["equal"].as_boolean(),
    MatchRun.after_no_of.is_not(None),
)


def versions(bench: Bench, before: int | None = None) -> tuple[list[Version], bool]:
    """One page, the newest first, older than ``before``; and whether there are more."""
    query = sa.select(*_VERSION).where(*here(MatchRun, bench, bench.cohort))
    if before is not None:
        query = query.where(MatchRun.number < min(before, MOST_VERSIONS))
    rows = db.session.execute(query.order_by(MatchRun.number.desc()).limit(VERSIONS + 1)).all()
    return [Version(*row) for row in rows[:VERSIONS]], len(rows) > VERSIONS


def latest_and_before(bench: Bench, run: MatchRun) -> tuple[bool, Version | None]:
    """Whether nothing is newer than ``run``, and the version it was compared with, if that is solved. One statement."""
    in_cohort = here(MatchRun, bench, bench.cohort)
    latest = sa.select(sa.func.max(MatchRun.number)).where(*in_cohort).scalar_subquery()
    query = sa.select(*_VERSION).where(
        *in_cohort, sa.or_(MatchRun.number == latest, MatchRun.number == run.after_number)
    )
    found = {row[0]: Version(*row) for row in db.session.execute(query)}
    before = found.get(run.after_number) if run.after_number else None
    return run.number == max(found), before if before and before.state is RunState.solved else None


def latest_asked_for(bench: Bench) -> MatchRun | None:
    """The latest version that people asked for, without what the engine was given."""
    query = sa.select(MatchRun).options(defer(MatchRun.question, raiseload=True))
    query = (
        query.where(*here(MatchRun, bench, bench.cohort), MatchRun.after_no_of.is_(None))
        .order_by(MatchRun.number.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def root_of(run: MatchRun) -> Version | None:
    """The published version whose pairs came to nothing, where ``run`` was made after that by itself."""
    if run.after_no_of is None:
        return None
    query = sa.select(*_VERSION).where(MatchRun.org_id == run.org_id, MatchRun.id == run.after_no_of)
    return Version(*db.session.execute(query).one())


def followers_of(run: MatchRun) -> list[Version]:
    """What was made by itself after a no to a pair of ``run``, the oldest first."""
    if run.published_at is None or run.after_no_of is not None:
        return []
    query = sa.select(*_VERSION).where(MatchRun.org_id == run.org_id, MatchRun.after_no_of == run.id)
    return [Version(*row) for row in db.session.execute(query.order_by(MatchRun.number))]


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair in a list. ``mark``: of the committee, now; ``yes`` and ``no``: votes. Names are None once somebody has left."""

    mentee_enrolment_id: int
    mentor_enrolment_id: int
    points: int
    is_pinned: bool
    mark: str | None
    yes: int
    no: int
    mentee_name: str | None
    mentee_firm: str | None
    mentor_name: str | None
    mentor_firm: str | None

    @property
    def key(self) -> Pair:
        return (self.mentee_enrolment_id, self.mentor_enrolment_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pairs of a version. ``after``: (points, mentee's enrolment) of the last one seen."""

    words: str = ""
    only: str = ""
    weakest: bool = False
    after: tuple[int, int] | None = None

    @property
    def is_plain(self) -> bool:
        """Everybody, from the first on."""
        return not (self.words or self.only or self.after)


_PAIRS = sa.text(
    f"SELECT * FROM bench_pairs({HERE}, CAST(:run AS bigint), CAST(:words AS text), CAST(:only AS bigint[]), "  # noqa: S608
    "CAST(:pinned AS boolean), CAST(:weakest AS boolean), CAST(:points AS integer), CAST(:after AS bigint), "
    "CAST(:most AS integer))"
)


def pair_rows(bench: Bench, run: MatchRun, wanted: Wanted) -> tuple[list[PairRow], bool]:
    """One page of ``PAGE``, and whether there are more. One statement."""
    points, after = wanted.after or (None, None)
    changed = [one["mentee"] for one in run.answer.get("changes", ()) if one["mentor"]]
    values = {
        "run": run.id,
        "words": wanted.words or None,
        "only": changed if wanted.only == "changed" else None,
        "pinned": wanted.only == "pinned",
        "weakest": wanted.weakest,
        "points": points,
        "after": after,
        "most": PAGE + 1,
    }
    rows = [PairRow(**row) for row in db.session.execute(_PAIRS, bench.key | values).mappings()]
    return rows[:PAGE], len(rows) > PAGE


def left_of(run: MatchRun) -> dict[str, list[MatchLeftover]]:
    """By side that has any, the first few, and one more where there are more. One statement."""
    place = sa.func.row_number().over(
        partition_by=MatchLeftover.side, order_by=(MatchLeftover.why, MatchLeftover.enrolment_id)
    )
    of_run = sa.and_(MatchLeftover.org_id == run.org_id, MatchLeftover.run_id == run.id)
    first = sa.select(MatchLeftover.enrolment_id, place.label("place")).where(of_run).subquery()
    query = (
        sa.select(MatchLeftover)
        .join(first, first.c.enrolment_id == MatchLeftover.enrolment_id)
        .where(of_run, first.c.place <= LEFT + 1)
        .order_by(MatchLeftover.why, MatchLeftover.enrolment_id)
    )
    found: dict[str, list[MatchLeftover]] = {}
    for one in db.session.scalars(query):
        found.setdefault(one.side, []).append(one)
    return found


_NAMED_SO = sa.text(
    f"SELECT enrolment_id FROM bench_people({HERE}, ARRAY(SELECT l.enrolment_id FROM match_leftover l "  # noqa: S608
    "WHERE l.org_id = CAST(:bench AS integer) AND l.run_id = CAST(:run AS bigint) AND l.side = :side)) "
    "WHERE strpos(lower(name || ' ' || firm), lower(:words)) > 0"
)


def left_page(
    bench: Bench, run: MatchRun, side: str, words: str = "", after: int | None = None
) -> tuple[list[MatchLeftover], bool]:
    """One page of a side, by enrolment, behind ``after``, whose name or firm holds ``words``; and whether there are more."""
    query = sa.select(MatchLeftover).where(
        MatchLeftover.org_id == run.org_id, MatchLeftover.run_id == run.id, MatchLeftover.side == side
    )
    if words:
        key = bench.key | {"run": run.id, "side": side, "words": words}
        query = query.where(MatchLeftover.enrolment_id.in_(db.session.scalars(_NAMED_SO, key).all()))
    if after is not None:
        query = query.where(MatchLeftover.enrolment_id > min(after, GREATEST_ID))
    found = db.session.scalars(query.order_by(MatchLeftover.enrolment_id).limit(PAGE + 1)).all()
    return list(found[:PAGE]), len(found) > PAGE


def proposal_or_404(run: MatchRun, pair: Pair) -> MatchProposal:
    found = db.session.get(MatchProposal, (run.org_id, run.id, *pair)) if max(pair) <= GREATEST_ID else None
    return found or abort(404)


def curve_of(run: MatchRun) -> MatchCurve | None:
    return db.session.get(MatchCurve, (run.org_id, run.id), populate_existing=True)
