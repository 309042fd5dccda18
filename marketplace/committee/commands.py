"""A committee asks for a match, marks pairs, votes and notes. What one of them does, the others see."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.committee import queries
from marketplace.committee.jobs import solve_run
from marketplace.committee.models import MarkKind, MatchMark, MatchNote, MatchRun, MatchVote
from marketplace.committee.priorities import Priorities
from marketplace.committee.questions import question_of
from marketplace.pairing.candidates import Candidates
from marketplace.pairing.queries import opening_of
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused

Pair = tuple[int, int]


def ask_for_match(
    *, acting: Acting, seen: CohortSeen, there: Candidates, priorities: Priorities, now: datetime
) -> MatchRun:
    """Have the engine match everybody who still looks for a pair; a new version. Solved by the worker.

    Raises ``Refused`` while matching is not open, and where there is nobody on one of the two sides.
    """
    cohort = seen.cohort
    back = url_for("committee.index", organisation=acting.slug, cohort_id=cohort.id)
    if not opening_of(cohort).is_open:
        raise Refused(_("Matching is not open in this cohort now. Open its phase first."), way_back=back)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"match {cohort.id}", 0))))
    before = next((run for run in queries.runs_of(acting, cohort)), None)
    marks = queries.marks_of(acting, cohort)
    question = question_of(
        there,
        pins=frozenset(pair for pair, kind in marks.items() if kind is MarkKind.pin),
        forbids=frozenset(pair for pair, kind in marks.items() if kind is MarkKind.forbid),
        previous=queries.pairs_of(before) if before else frozenset(),
    )
    if not question.mentees:
        raise Refused(_("Nobody waits for a pair in this cohort, so there is nothing to match."), way_back=back)
    if not question.mentors:
        raise Refused(
            _("No mentor of this cohort has room now. Ask mentors for another place, then match again."), way_back=back
        )
    run = MatchRun(
        org_id=acting.org_id,
        id=new_id(),
        cohort_org_id=cohort.org_id,
        cohort_id=cohort.id,
        number=(before.number if before else 0) + 1,
        after_number=before.number if before else None,
        choices=priorities.model_dump(mode="json"),
        question=question.packed(),
        answer={},
        asked_by_id=acting.person_id,
        asked_at=now,
    )
    db.session.add(run)
    db.session.flush()
    jobs.enqueue(solve_run, org_id=acting.org_id, run_id=run.id)
    record(
        "match.asked",
        org_ids=[acting.org_id],
        now=now,
        subject=("cohort", cohort.id),
        actor=(acting.person_id, acting.person_name),
        data={"number": run.number},
    )
    db.session.commit()
    return run


def mark_pair(*, acting: Acting, seen: CohortSeen, pair: Pair, kind: MarkKind | None, now: datetime) -> None:
    """Pin the two, keep them apart, or neither (None), from the next version on.

    A mentee has one mentor, so a pin takes the place of another pin of the same mentee.
    """
    cohort = seen.cohort
    of_mentee = sa.and_(
        MatchMark.org_id == acting.org_id,
        MatchMark.cohort_id == cohort.id,
        MatchMark.mentee_enrolment_id == pair[0],
    )
    if kind is MarkKind.pin:
        db.session.execute(sa.delete(MatchMark).where(of_mentee, MatchMark.kind == MarkKind.pin))
    if kind is None:
        db.session.execute(sa.delete(MatchMark).where(of_mentee, MatchMark.mentor_enrolment_id == pair[1]))
    else:
        made = insert(MatchMark).values(
            org_id=acting.org_id,
            cohort_org_id=cohort.org_id,
            cohort_id=cohort.id,
            mentee_enrolment_id=pair[0],
            mentor_enrolment_id=pair[1],
            kind=kind,
            marked_by_id=acting.person_id,
            marked_at=now,
        )
        changed = {name: made.excluded[name] for name in ("kind", "marked_by_id", "marked_at")}
        key = ["org_id", "cohort_id", "mentee_enrolment_id", "mentor_enrolment_id"]
        db.session.execute(made.on_conflict_do_update(index_elements=key, set_=changed))
    db.session.commit()


def vote(*, acting: Acting, run: MatchRun, pair: Pair, is_yes: bool | None, now: datetime) -> None:
    """The member's own yes or no to a pair; None takes it back."""
    key = {
        "org_id": run.org_id,
        "run_id": run.id,
        "mentee_enrolment_id": pair[0],
        "mentor_enrolment_id": pair[1],
        "person_id": acting.person_id,
    }
    if is_yes is None:
        db.session.execute(sa.delete(MatchVote).filter_by(**key))
    else:
        made = insert(MatchVote).values(**key, is_yes=is_yes, voted_at=now)
        changed = {"is_yes": made.excluded.is_yes, "voted_at": made.excluded.voted_at}
        db.session.execute(made.on_conflict_do_update(index_elements=list(key), set_=changed))
    db.session.commit()


def note(*, acting: Acting, seen: CohortSeen, pair: Pair, words: str, now: datetime) -> int:
    """For the committee alone; the note's id."""
    noted = MatchNote(
        org_id=acting.org_id,
        id=new_id(),
        cohort_org_id=seen.cohort.org_id,
        cohort_id=seen.cohort.id,
        mentee_enrolment_id=pair[0],
        mentor_enrolment_id=pair[1],
        words=words,
        author_id=acting.person_id,
        written_at=now,
    )
    db.session.add(noted)
    db.session.commit()
    return noted.id


def remove_note(*, acting: Acting, seen: CohortSeen, note_id: int) -> bool:
    """One's own; False where there is none of that id."""
    gone = db.session.execute(
        sa.delete(MatchNote).where(
            MatchNote.org_id == acting.org_id,
            MatchNote.cohort_id == seen.cohort.id,
            MatchNote.id == note_id,
            MatchNote.author_id == acting.person_id,
        )
    )
    db.session.commit()
    return bool(gone.rowcount)  # type: ignore[attr-defined]
