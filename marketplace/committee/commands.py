"""A committee asks for a match, marks pairs, votes and notes. What one of them does, the others see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.committee import queries
from marketplace.committee.benches import Bench
from marketplace.committee.cascading import cascade, lock_bench
from marketplace.committee.curves import draw_curve
from marketplace.committee.explaining import fit_for_the_two
from marketplace.committee.jobs import solve_run
from marketplace.committee.models import MarkKind, MatchCurve, MatchMark, MatchNote, MatchRun, MatchVote, RunState
from marketplace.committee.priorities import Priorities
from marketplace.committee.questions import question_of
from marketplace.committee.words import sides_of
from marketplace.pairing.candidates import Candidate, Candidates
from marketplace.pairing.proposing import put_proposal
from marketplace.pairing.queries import opening_of
from marketplace.pairing.quotas import room_for_pair
from marketplace.pairing.rules import REFUSALS, Rule
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
    _lock(seen)
    runs = queries.runs_of(acting, cohort)
    before = next((run for run in runs if run.state is RunState.solved), None)
    marks = queries.marks_of(acting, cohort)
    question = question_of(
        there,
        pins=frozenset(pair for pair, kind in marks.items() if kind is MarkKind.pin),
        forbids=frozenset(pair for pair, kind in marks.items() if kind is MarkKind.forbid),
        previous=queries.pairs_of(before) if before else frozenset(),
    )
    if not question.mentees:
        raise Refused(_("Nobody waits for a pair in this cohort, so there is nothing to match."), way_back=back)
    if not question.mentors and not question.peers:
        raise Refused(
            _("No mentor of this cohort has room now. Ask mentors for another place, then match again."), way_back=back
        )
    run = MatchRun(
        org_id=acting.org_id,
        id=new_id(),
        cohort_org_id=cohort.org_id,
        cohort_id=cohort.id,
        number=(runs[0].number if runs else 0) + 1,
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


@dataclass(frozen=True, slots=True)
class Published:
    """How many proposals went out, and who could not be proposed any more: (mentee, mentor, the rule in the way)."""

    sent: int
    not_sent: tuple[tuple[Candidate, Candidate, Rule], ...]


def publish(
    *, acting: Acting, seen: CohortSeen, run: MatchRun, there: Candidates, cascades: bool = False, now: datetime
) -> Published:
    """Every pair of the latest version is asked, the way of every request of the cohort; once. ``cascades``: after a no the next
    best is asked by itself.

    What has happened since the version was made is respected: such pairs are left out, and named. Raises ``Refused`` when
    there is a newer version, or it was published before.
    """
    cohort = seen.cohort
    back = url_for("committee.index", organisation=acting.slug, cohort_id=cohort.id)
    if not opening_of(cohort).is_open:
        raise Refused(_("Matching is not open in this cohort now. Open its phase first."), way_back=back)
    _lock(seen)
    db.session.refresh(run, ["published_at"])
    if run.published_at is not None:
        raise Refused(
            _("This version is published already. Where its pairs stand is on the matching page."), way_back=back
        )
    if run.state is not RunState.solved or run.number != queries.runs_of(acting, cohort)[0].number:
        raise Refused(_("There is a newer version. Publish that one, or match again."), way_back=back)
    people = {one.enrolment_id: one for one in (*there.mentees, *there.mentors)}
    sent, not_sent = 0, []
    for one in queries.proposals_of(run):
        mentee, mentor = people.get(one.mentee_enrolment_id), people.get(one.mentor_enrolment_id)
        if mentee is None or mentor is None:
            continue
        rule = there.forbids(mentee, mentor)
        if rule is None and room_for_pair(
            cohort=(cohort.org_id, cohort.id),
            mentee=(mentee.firm_id, mentee.person_id),
            mentor=(mentor.firm_id, mentor.person_id),
        ):
            rule = Rule.quota
        if rule is None:
            said, _proposal_id, _request_id = put_proposal(
                acting=acting,
                org_id=cohort.org_id,
                mentee=mentee,
                mentor=mentor,
                reason="",
                because=fit_for_the_two(one.reasons.get("shares", ())),
                run_id=run.id,
                now=now,
            )
            rule = None if said == "ok" else Rule(said) if said in REFUSALS else Rule.asked
        if rule is None:
            sent += 1
        else:
            not_sent.append((mentee, mentor, rule))
    run.published_at, run.published_by_id, run.cascades = now, acting.person_id, cascades
    record(
        "match.published",
        org_ids=[acting.org_id],
        now=now,
        subject=("cohort", cohort.id),
        actor=(acting.person_id, acting.person_name),
        data={"number": run.number, "pairs": sent},
    )
    db.session.commit()
    return Published(sent, tuple(not_sent))


def set_cascade(*, acting: Acting, seen: CohortSeen, run: MatchRun, cascades: bool, now: datetime) -> None:
    """Whether the next best is asked by itself after a no; what came to nothing while it was not is then followed.

    Raises ``Refused`` for a version that people did not publish.
    """
    cohort = seen.cohort
    _lock(seen)
    db.session.refresh(run, ["published_at", "cascades"])
    if run.published_at is None or run.after_no_of is not None:
        back = url_for("committee.show", organisation=acting.slug, cohort_id=cohort.id, number=run.number)
        raise Refused(_("This version is not published. Publish it first."), way_back=back)
    if run.cascades is not cascades:
        run.cascades = cascades
        record(
            "match.cascade_resumed" if cascades else "match.cascade_stopped",
            org_ids=[acting.org_id],
            now=now,
            subject=("cohort", cohort.id),
            actor=(acting.person_id, acting.person_name),
            data={"number": run.number},
        )
        if cascades:
            jobs.enqueue(cascade, org_id=acting.org_id, cohort_id=cohort.id)
    db.session.commit()


def _lock(seen: CohortSeen) -> None:
    """One step at the bench of a cohort at a time, until the commit."""
    lock_bench(seen.cohort.id)


def mark_pair(*, acting: Acting, seen: CohortSeen, pair: Pair, kind: MarkKind | None, now: datetime) -> None:
    """Pin the two, keep them apart, or neither (None), from the next version on.

    A mentee has one mentor, and a peer one peer, so a pin takes the place of another pin of theirs.
    """
    _mark(acting=acting, seen=seen, pair=pair, kind=kind, now=now)
    db.session.commit()


def swap_pairs(
    *, acting: Acting, seen: CohortSeen, made: Iterable[Pair], parted: Iterable[Pair], now: datetime
) -> None:
    """From the next version on ``made`` are pairs; who of ``parted`` gets nobody by it does not get the same one back."""
    made, once = tuple(made), sides_of(seen.cohort.form).once
    moved = {one for pair in made for one in once(pair)}
    for pair in made:
        _mark(acting=acting, seen=seen, pair=pair, kind=MarkKind.pin, now=now)
    for pair in parted:
        if not moved.issuperset(once(pair)):
            _mark(acting=acting, seen=seen, pair=pair, kind=MarkKind.forbid, now=now)
    db.session.commit()


def _mark(*, acting: Acting, seen: CohortSeen, pair: Pair, kind: MarkKind | None, now: datetime) -> None:
    cohort, sides = seen.cohort, sides_of(seen.cohort.form)
    one, other = sides.pair(*pair)
    here = sa.and_(MatchMark.org_id == acting.org_id, MatchMark.cohort_id == cohort.id)
    ends = [MatchMark.mentee_enrolment_id, MatchMark.mentor_enrolment_id][: len(sides.once(pair))]
    if kind is MarkKind.pin:
        of_either = sa.or_(*(end.in_(sides.once((one, other))) for end in ends))
        db.session.execute(sa.delete(MatchMark).where(here, of_either, MatchMark.kind == MarkKind.pin))
    if kind is None:
        of_both = (MatchMark.mentee_enrolment_id == one, MatchMark.mentor_enrolment_id == other)
        db.session.execute(sa.delete(MatchMark).where(here, *of_both))
    else:
        made = insert(MatchMark).values(
            org_id=acting.org_id,
            cohort_org_id=cohort.org_id,
            cohort_id=cohort.id,
            mentee_enrolment_id=one,
            mentor_enrolment_id=other,
            kind=kind,
            marked_by_id=acting.person_id,
            marked_at=now,
        )
        changed = {name: made.excluded[name] for name in ("kind", "marked_by_id", "marked_at")}
        key = ["org_id", "cohort_id", "mentee_enrolment_id", "mentor_enrolment_id"]
        db.session.execute(made.on_conflict_do_update(index_elements=key, set_=changed))


def ask_for_curve(*, run: MatchRun, now: datetime) -> None:
    """Have the worker find what each balance costs; once for a version. Raises ``Refused`` where nothing is left to ask."""
    if run.state is not RunState.solved or not run.question:
        raise Refused(_("What the engine was asked is kept only while the cohort runs."))
    made = insert(MatchCurve).values(org_id=run.org_id, run_id=run.id, done=0, total=0, answer={}, asked_at=now)
    if db.session.execute(made.on_conflict_do_nothing()).rowcount:  # type: ignore[attr-defined]
        jobs.enqueue(draw_curve, org_id=run.org_id, run_id=run.id)
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


def note(*, acting: Acting, bench: Bench, pair: Pair, words: str, now: datetime) -> int:
    """For the committee alone; the note's id."""
    noted = MatchNote(
        org_id=bench.org_id,
        id=new_id(),
        cohort_org_id=bench.cohort.org_id,
        cohort_id=bench.cohort.id,
        mentee_enrolment_id=pair[0],
        mentor_enrolment_id=pair[1],
        words=words,
        author_id=acting.person_id,
        written_at=now,
    )
    note_id = noted.id
    db.session.add(noted)
    db.session.commit()
    return note_id


def remove_note(*, acting: Acting, bench: Bench, note_id: int) -> bool:
    """One's own; False where there is none of that id."""
    gone = db.session.execute(
        sa.delete(MatchNote).where(
            MatchNote.org_id == bench.org_id,
            MatchNote.cohort_id == bench.cohort.id,
            MatchNote.id == note_id,
            MatchNote.author_id == acting.person_id,
        )
    )
    db.session.commit()
    return bool(gone.rowcount)  # type: ignore[attr-defined]
