"""What a committee reads of its own bench."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import defer

from marketplace.committee.benches import Bench
from marketplace.committee.models import (
    MarkKind,
    MatchLeftover,
    MatchMark,
    MatchNote,
    MatchProposal,
    MatchRun,
    MatchVote,
)
from marketplace.pairing.models import CohortProposal
from marketplace.programmes.models import Cohort
from tenants.current import Acting
from tenants.shared.database import db

Pair = tuple[int, int]


def runs_of(viewer: Acting, cohort: Cohort) -> Sequence[MatchRun]:
    """The newest first; without what the engine was given."""
    query = sa.select(MatchRun).options(defer(MatchRun.question, raiseload=True)).where(*here(MatchRun, viewer, cohort))
    return db.session.scalars(query.order_by(MatchRun.number.desc())).all()


def run_or_404(viewer: Acting | Bench, cohort: Cohort, number: int) -> MatchRun:
    query = sa.select(MatchRun).where(*here(MatchRun, viewer, cohort), MatchRun.number == number)
    found = db.session.scalar(query.options(defer(MatchRun.question))) if number < 2**31 else None
    return found or abort(404)


def proposals_of(run: MatchRun) -> Sequence[MatchProposal]:
    """The pair with the fewest points last."""
    query = sa.select(MatchProposal).where(MatchProposal.org_id == run.org_id, MatchProposal.run_id == run.id)
    return db.session.scalars(
        query.order_by(
            MatchProposal.points.desc(), MatchProposal.mentee_enrolment_id, MatchProposal.mentor_enrolment_id
        )
    ).all()


def leftovers_of(run: MatchRun) -> Sequence[MatchLeftover]:
    query = sa.select(MatchLeftover).where(MatchLeftover.org_id == run.org_id, MatchLeftover.run_id == run.id)
    return db.session.scalars(query.order_by(MatchLeftover.why, MatchLeftover.enrolment_id)).all()


def marks_of(viewer: Acting | Bench, cohort: Cohort) -> dict[Pair, MarkKind]:
    query = sa.select(MatchMark).where(*here(MatchMark, viewer, cohort))
    return {(one.mentee_enrolment_id, one.mentor_enrolment_id): one.kind for one in db.session.scalars(query)}


def notes_on(viewer: Acting | Bench, cohort: Cohort, pair: Pair) -> Sequence[MatchNote]:
    """The oldest first."""
    query = sa.select(MatchNote).where(
        *here(MatchNote, viewer, cohort),
        MatchNote.mentee_enrolment_id == pair[0],
        MatchNote.mentor_enrolment_id == pair[1],
    )
    return db.session.scalars(query.order_by(MatchNote.id)).all()


def votes_on(run: MatchRun, pair: Pair) -> dict[int, bool]:
    """Who said yes (True) or no."""
    query = sa.select(MatchVote.person_id, MatchVote.is_yes).where(
        MatchVote.org_id == run.org_id,
        MatchVote.run_id == run.id,
        MatchVote.mentee_enrolment_id == pair[0],
        MatchVote.mentor_enrolment_id == pair[1],
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def pairs_of(run: MatchRun) -> frozenset[Pair]:
    query = sa.select(MatchProposal.mentee_enrolment_id, MatchProposal.mentor_enrolment_id).where(
        MatchProposal.org_id == run.org_id, MatchProposal.run_id == run.id
    )
    return frozenset((row[0], row[1]) for row in db.session.execute(query))


def requests_of(run: MatchRun) -> frozenset[int]:
    """The requests that its publishing made."""
    query = sa.select(CohortProposal.request_id).where(
        CohortProposal.run_org_id == run.org_id, CohortProposal.run_id == run.id
    )
    return frozenset(db.session.scalars(query))


def here(
    table: type[MatchRun] | type[MatchMark] | type[MatchNote], viewer: Acting | Bench, cohort: Cohort
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.org_id == viewer.org_id,
        table.cohort_org_id == cohort.org_id,
        table.cohort_id == cohort.id,
    )
