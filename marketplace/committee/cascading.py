"""After a no the next best: a published version's question is asked again, of those who have nobody now.

In the organisation whose committee published. Whoever has a pair or a proposal that waits is left alone; two who said no to each
other, or were asked in vain, are not asked again. What comes out is a version of its own, which nobody asked for, and its pairs
are proposed as the committee's are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.committee.balancing import standing_firms, within_balance
from marketplace.committee.explaining import fit_for_the_two, shares_as_json
from marketplace.committee.jobs import Solved, answer_to, put_down
from marketplace.committee.models import MarkKind, MatchMark, MatchProposal, MatchRun
from marketplace.committee.questions import Pairs, Question, unpacked
from marketplace.pairing.models import CohortProposal
from marketplace.pairing.proposing import put_next_best
from marketplace.pairing.quotas import room_for_pair
from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import queue_letter

ROUNDS = 8
"""How often the question is asked again without what the database refuses. What is left then waits for the committee."""

Pair = tuple[int, int]

# The words under which the engine knows the database's rules. Whatever else it says, two are apart.
RULES = {"apart": "apart", "paired": "asked", "places": "no_place", "page": "page", "quota": "quota"}


def lock_bench(cohort_id: int) -> None:
    """One step at the bench of a cohort at a time, until the commit."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"match {cohort_id}", 0))))


@tenant_job("look_for_next_best", on="request.over")
def look_for_next_best(*, org_id: int, request_id: int) -> None:
    """In the organisation that keeps the request: it may have been a pair of somebody's bench."""
    proposal = db.session.scalar(
        sa.select(CohortProposal).where(
            CohortProposal.request_org_id == org_id, CohortProposal.request_id == request_id
        )
    )
    if proposal is not None and proposal.run_org_id is not None and proposal.undone_at is None:
        _enqueue(proposal.run_org_id, proposal.cohort_id)
        db.session.commit()


@clock_job("follow_nos", "*/10 * * * *")
def follow_nos() -> None:
    """Whatever ended a request without a word: an erasure, a former employer."""
    for row in db.session.execute(sa.text("SELECT * FROM benches_with_nos()")).all():
        _enqueue(row.org_id, row.cohort_id)


def _enqueue(org_id: int, cohort_id: int) -> None:
    enqueue(cascade, org_id=org_id, cohort_id=cohort_id, once=f"cascade {org_id} {cohort_id}")


@tenant_job("cascade")
def cascade(*, org_id: int, cohort_id: int) -> None:
    """Once for each no: those that came since are followed together, for each published version that wants it."""
    lock_bench(cohort_id)
    runs = db.session.scalars(
        sa.select(MatchRun).where(MatchRun.org_id == org_id, MatchRun.cohort_id == cohort_id).order_by(MatchRun.number)
    ).all()
    wanted = {run.id: run for run in runs if run.cascades and run.published_at is not None and run.question}
    root_of = {run.id: run.after_no_of or run.id for run in runs if (run.after_no_of or run.id) in wanted}
    if not root_of:
        return
    now = clock.now()
    taken = sa.func.take_nos(runs[0].cohort_org_id, sa.cast(cohort_id, sa.BigInteger), _numbers(root_of), now)
    fallen = {root_of[run_id] for run_id in db.session.scalars(sa.select(taken))}
    number = runs[-1].number
    for root_id in sorted(fallen):
        if _follow(wanted[root_id], number + 1, now):
            number += 1
    db.session.commit()


def _numbers(ids: Iterable[int]) -> sa.ColumnElement[Any]:
    return sa.cast(sorted(ids), sa.ARRAY(sa.BigInteger))


def _follow(root: MatchRun, number: int, now: datetime) -> bool:
    """A new version after ``root``, and its pairs asked; False where nobody is without a pair."""
    before, there = unpacked(root.question), _now(root)
    stands = standing_firms(before, there.room, there.between)
    question = question_now(before, there, _marks(root), _pairs(root))
    question = replace(question, stands=(*before.stands, *stands))
    if not question.mentees or not question.mentors:
        return False
    # What keeps the balance is left in the question, so that its answer is proven without it.
    priorities = root.priorities.model_copy(update={"balance": None})
    run = MatchRun(
        org_id=root.org_id,
        id=new_id(),
        cohort_org_id=root.cohort_org_id,
        cohort_id=root.cohort_id,
        number=number,
        after_number=root.number,
        after_no_of=root.id,
        choices=priorities.model_dump(mode="json"),
        question=question.packed(),
        answer={},
        asked_at=now,
    )
    db.session.add(run)
    db.session.flush()
    for last in range(ROUNDS):
        question = within_balance(question, stands, root.priorities)
        found = answer_to(question, priorities)
        refused = _propose(run, question, found, now, keep=last == ROUNDS - 1)
        if not refused:
            break
        question = _without(question, refused)
    run.question = question.packed()
    put_down(run, question, found, now)
    run.published_at, run.published_by_id = now, root.published_by_id
    record(
        "match.followed",
        org_ids=[run.org_id],
        now=now,
        subject=("cohort", run.cohort_id),
        data={"number": run.number},
    )
    db.session.flush()
    _tell(run, question, found, now)
    return True


# --- the question now -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Now:
    """``room`` by enrolment, of those who are still in the cohort; ``between`` by persons: ``asked`` or ``declined``.

    Of a peer ``room`` is 1 while they have nobody and no proposal, on whichever side.
    """

    room: Mapping[int, int]
    between: Mapping[Pair, str]


def _now(root: MatchRun) -> Now:
    key = {"org_id": root.cohort_org_id, "cohort_id": root.cohort_id}
    people = sa.text("SELECT * FROM people_left_at_bench(CAST(:org_id AS integer), CAST(:cohort_id AS bigint))")
    pairs = sa.text(
        "SELECT * FROM pairs_at_bench(CAST(:org_id AS integer), CAST(:cohort_id AS bigint)) ORDER BY stands DESC"
    )
    return Now(
        {row.enrolment_id: row.room for row in db.session.execute(people, key)},
        # What is under way weighs more than what was in vain.
        {(row.mentee, row.mentor): row.stands for row in db.session.execute(pairs, key)},
    )


def _marks(root: MatchRun) -> dict[Pair, MarkKind]:
    query = sa.select(MatchMark).where(MatchMark.org_id == root.org_id, MatchMark.cohort_id == root.cohort_id)
    return {(one.mentee_enrolment_id, one.mentor_enrolment_id): one.kind for one in db.session.scalars(query)}


def _pairs(root: MatchRun) -> Pairs:
    query = sa.select(MatchProposal.mentee_enrolment_id, MatchProposal.mentor_enrolment_id).where(
        MatchProposal.org_id == root.org_id, MatchProposal.run_id == root.id
    )
    return frozenset((row[0], row[1]) for row in db.session.execute(query))


def question_now(before: Question, now: Now, marks: Mapping[Pair, MarkKind], pairs: Pairs) -> Question:
    """``before`` without who is spoken for or has left; places and marks as they are now; ``pairs`` are those of the version.

    Where nobody has room all mentors stay, so that it can be said that this is what stands in the way.
    """
    mentees = tuple(one for one in before.mentees if now.room.get(one.id, 0))
    everybody = tuple(replace(one, capacity=now.room[one.id], least=0) for one in before.mentors if one.id in now.room)
    mentors = tuple(one for one in everybody if one.capacity) or everybody
    here, theirs = {one.id for one in mentees}, {one.id for one in mentors}

    def still(of: Iterable[Pair]) -> Pairs:
        return frozenset((a, b) for a, b in of if a in here and b in theirs)

    mentee_of, mentor_of = {one.person: one.id for one in mentees}, {one.person: one.id for one in mentors}
    by_word: dict[str, set[Pair]] = {"asked": set(), "declined": set()}
    for (asks, asked), stands in now.between.items():
        by_word[stands].update(
            (mentee_of[one], mentor_of[other])
            for one, other in ((asks, asked), (asked, asks))
            if one in mentee_of and other in mentor_of
        )
    listed = {name: still(of) for name, of in before.listed.items()}
    for word, found in by_word.items():
        listed[word] = listed.get(word, frozenset()) | found
    never = frozenset().union(*listed.values())
    gone = {one.id: one.firm for one in before.mentees if one.id in now.room and not now.room[one.id]}
    bound: dict[int, int] = {}
    for firm in gone.values():
        bound[firm] = bound.get(firm, 0) + 1
    firms = tuple(
        replace(one, receives=max(one.receives - bound.get(one.id, 0), 0)) if one.receives is not None else one
        for one in before.firms
    )
    return replace(
        before,
        mentees=mentees,
        mentors=mentors,
        firms=firms,
        listed=listed,
        # A pin on two who will not be a pair any more is no longer the committee's wish.
        pins=still(pair for pair, kind in marks.items() if kind is MarkKind.pin) - never,
        forbids=still(pair for pair, kind in marks.items() if kind is MarkKind.forbid),
        previous=still(pairs) - never,
    )


def _without(question: Question, refused: Mapping[Pair, str]) -> Question:
    listed = dict(question.listed)
    for pair, said in refused.items():
        name = RULES.get(said, "apart")
        listed[name] = listed.get(name, frozenset()) | {pair}
    return replace(
        question, listed=listed, pins=question.pins - set(refused), previous=question.previous - set(refused)
    )


# --- asking -----------------------------------------------------------------------------------------------------------------


def _propose(run: MatchRun, question: Question, found: Solved, now: datetime, *, keep: bool) -> dict[Pair, str]:
    """Propose every pair of the answer: all of them, or none and which of them the database refuses (unless ``keep``)."""
    refused: dict[Pair, str] = {}
    people = {one.id: one for one in (*question.mentees, *question.mentors)}
    with db.session.begin_nested() as all_of_them:
        for pair in sorted(found.pairs):
            mentee, mentor = people[pair[0]], people[pair[1]]
            said = (
                "quota"
                if room_for_pair(
                    cohort=(run.cohort_org_id, run.cohort_id),
                    mentee=(mentee.firm, mentee.person),
                    mentor=(mentor.firm, mentor.person),
                )
                else put_next_best(
                    run_id=run.id,
                    pair=pair,
                    mentee_firm=mentee.firm,
                    because=fit_for_the_two(shares_as_json(found.problem.cohort.shares(*pair))),
                    now=now,
                )
            )
            if said != "ok":
                refused[pair] = said
        if refused and not keep:
            all_of_them.rollback()
    return refused


def _tell(run: MatchRun, question: Question, found: Solved, now: datetime) -> None:
    """Those who coordinate there, once a version. That somebody said no, and who, is not said."""
    person_of = {one.id: one.person for one in (*question.mentees, *question.mentors)}
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(set(person_of.values()))))
    names = {row.id: row.name for row in rows}
    slug = db.session.get_one(Organisation, run.org_id).slug
    path = f"/{slug}/cohorts/{run.cohort_id}/matching/bench/versions/{run.number}"
    data = {
        "count": len(found.pairs),
        "pairs": [{"mentee": names[person_of[a]], "mentor": names[person_of[b]]} for a, b in sorted(found.pairs)],
        "left": sorted(names[person_of[one]] for one in found.unmatched),
        "url": path,
    }
    for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(run.org_id))).all():
        queue_letter("next_best_asked", org_id=run.org_id, person_id=person_id, now=now, data=data, path=path)
