"""What follows a no to a published pair: the next best by itself, once, around what stands; and what does not follow."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from marketplace.committee import cascading
from marketplace.committee.models import MatchLeftover, MatchRun, RunState
from marketplace.committee.questions import unpacked
from marketplace.matching.checker import check
from marketplace.matching.solver import solve
from marketplace.pairing.models import CohortProposal
from marketplace.programmes.modalities import Phase, Side
from marketplace.programmes.models import Cohort, CohortPhase
from marketplace.requests.models import RequestState
from tenants.affiliations.models import PersonalBlock
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.models import Notice
from tests.cast import make_mentor
from tests.factories import NOW, acting, enrol, publish
from tests.marketplace.committee.test_bench import PRIORITIES, bench
from tests.marketplace.pairing.conftest import requests_of

__all__ = ["bench"]


@pytest.fixture
def published(bench, cast, operator, work, app):
    """Mia with Max, Ann with Gus or Gil; all three of Globex have one place. The version is published, with what follows a no."""
    make_mentor(operator, cast.gil, network_ids=[cast.ned.org_id], skills=["negotiation"], languages=["en"])
    operator.commit()
    publish(app, cast.gil)
    enrol(operator, bench.cohort, cast.gil, Side.mentor, places=1)
    operator.commit()
    bench.ask()
    assert bench.ned.post(f"{bench.home}/versions/1/publication", data={"cascades": "y"}).status_code == 303
    work()
    return bench


def decline(sign_in, cast, asked):
    """Its mentor says no."""
    mentor = next(cast[name] for name in ("max", "gus", "gil") if cast[name].person_id == asked.mentor_person_id)
    path = f"/globex/requests/{asked.id}/decline"
    assert sign_in(mentor).post(path, data={"decline-reason": "no_room_now"}).status_code == 303
    return mentor


def runs(operator):
    operator.rollback()
    query = sa.select(MatchRun).order_by(MatchRun.number).execution_options(populate_existing=True)
    return list(operator.scalars(query))


def told_of(operator):
    operator.rollback()
    return operator.scalars(sa.select(Notice).where(Notice.kind == "next_best_asked").order_by(Notice.id)).all()


def of(operator, mentee):
    return [one for one in requests_of(operator) if one.mentee_person_id == mentee.person_id]


def test_the_next_best_is_asked_by_itself_around_what_stands(published, cast, operator, sign_in, work, app, worker_app):
    (first,) = of(operator, cast.mia)
    others = {one.id: one.version for one in of(operator, cast.ann)}
    mentor = decline(sign_in, cast, first)
    work()
    root, run = runs(operator)
    assert (run.asked_by_id, run.after_no_of, run.after_number, run.state) == (None, root.id, 1, RunState.solved)
    _before, again = of(operator, cast.mia)
    assert again.state is RequestState.sent and again.mentor_person_id != mentor.person_id
    assert {one.id: one.version for one in of(operator, cast.ann)} == others, "whoever is asked is left alone"
    assert set(published.pairs(2)) == {published.of(cast.mia)}
    problem = unpacked(run.question).problem(run.priorities)
    assert not check(problem, solve(problem)).complaints
    (told,) = told_of(operator)
    assert (told.person_id, told.data) == (cast.ned.person_id, {"count": 1})
    page = published.ned.get(f"{published.home}/versions/1").text
    assert "What followed a no" in page and "Where the pairs stand" in page and "Declined" in page
    assert "the next best was asked by itself" in published.ned.get(f"{published.home}/versions/2").text
    assert "A pair is proposed" in sign_in(cast.mia).get(f"/acme/requests/{again.id}").text

    # The job once more, and the clock behind it: nothing new.
    with acting(app, cast.ned):
        jobs.enqueue(cascading.cascade, org_id=root.org_id, cohort_id=root.cohort_id)
        db.session.commit()
    cascading.follow_nos.func(SimpleNamespace(additional_context={"app": worker_app}), 0)
    work()
    assert len(runs(operator)) == 2

    # A no to what was asked by itself is followed from the same question; nobody is asked twice, and it says why.
    decline(sign_in, cast, again)
    work()
    last = runs(operator)[-1]
    assert (last.number, last.after_no_of, last.answer["heads"]) == (3, root.id, 0)
    (left,) = operator.scalars(sa.select(MatchLeftover).filter_by(run_id=last.id, side="mentee")).all()
    assert left.enrolment_id == published.of(cast.mia) and len(of(operator, cast.mia)) == 2
    assert "No pair is possible" in published.ned.get(f"{published.home}/versions/3").text
    assert [one.data["count"] for one in told_of(operator)] == [1, 0]
    # The job once more, now that somebody is without a pair: each no is followed once.
    with acting(app, cast.ned):
        jobs.enqueue(cascading.cascade, org_id=root.org_id, cohort_id=root.cohort_id)
        db.session.commit()
    work()
    assert len(runs(operator)) == 3
    # What the committee asks for next starts from its own figures, not from these.
    assert published.ned.get(f"{published.home}/").status_code == 200


def test_two_nos_at_once_leave_nobody_with_two_proposals(published, cast, operator, sign_in, work):
    asked = [of(operator, cast[name])[0] for name in ("mia", "ann")]
    gate = threading.Barrier(2)

    def no(one):
        gate.wait()
        decline(sign_in, cast, one)

    threads = [threading.Thread(target=no, args=(one,)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    for name in ("mia", "ann"):
        states = [one.state for one in of(operator, cast[name])]
        assert states == [RequestState.declined, RequestState.sent], states
    mentors = {one.mentor_person_id for one in requests_of(operator) if one.state is RequestState.sent}
    assert len(mentors) == 2


def test_what_the_database_refuses_is_left_out_and_the_next_is_tried(published, cast, operator, sign_in, work):
    """Since the version was made, Mia and whoever would be next were kept apart by one of them: nobody is told which."""
    (first,) = of(operator, cast.mia)
    for name in ("gus", "gil"):
        if cast[name].person_id != of(operator, cast.ann)[0].mentor_person_id:
            free = cast[name]
    operator.add(
        PersonalBlock(
            org_id=free.org_id, person_id=free.person_id, blocked_person_id=cast.mia.person_id, created_at=NOW
        )
    )
    operator.commit()
    decline(sign_in, cast, first)
    work()
    run = runs(operator)[-1]
    assert (run.number, run.answer["heads"], len(of(operator, cast.mia))) == (2, 0, 1)
    page = published.ned.get(f"{published.home}/versions/2").text
    assert "Cannot be paired" in page and "locked" not in page


def test_a_stopped_cascade_waits_and_is_taken_up_again(published, cast, operator, sign_in, work):
    home = f"{published.home}/versions/1"
    page = published.ned.post(f"{home}/cascade/end", follow_redirects=True).text
    assert "After a no, nobody else is asked by itself" in page and "cascade/restoration" in page
    decline(sign_in, cast, of(operator, cast.mia)[0])
    work()
    assert len(runs(operator)) == 1
    assert published.ned.post(f"{home}/cascade/restoration").status_code == 303
    work()
    assert len(runs(operator)) == 2 and len(of(operator, cast.mia)) == 2
    refused = published.ned.post(f"{published.home}/versions/2/cascade/end")
    assert refused.status_code == 409


def test_what_the_committee_takes_back_is_followed_by_nobody(published, cast, operator, work):
    one = operator.scalars(sa.select(CohortProposal).order_by(CohortProposal.id)).first()
    operator.rollback()
    path = f"/bridge/cohorts/{published.cohort.id}/matching/proposals/{one.id}/removal"
    assert published.ned.post(path).status_code == 303
    work()
    assert len(runs(operator)) == 1


def test_a_mentees_no_and_then_a_firms_are_followed_too(published, cast, operator, sign_in, work):
    """Mia says no herself and is without a pair, so the next best is asked: of the firms first, since they are now to say yes."""
    cohort = operator.get(Cohort, (published.cohort.org_id, published.cohort.id))
    cohort.choices = cohort.choices | {"firms_say_yes": True}
    operator.commit()
    (first,) = of(operator, cast.mia)
    assert sign_in(cast.mia).post(f"/acme/requests/{first.id}/withdrawal").status_code == 303
    work()
    _before, again = of(operator, cast.mia)
    assert again.mentor_person_id != first.mentor_person_id and again.state is RequestState.awaiting_employer
    page = published.ned.get(f"{published.home}/versions/2").text
    assert page.count("Is asked") == 2
    assert sign_in(cast.ann).post(f"/acme/requests/consents/{again.id}/refusal").status_code == 303
    work()
    assert len(runs(operator)) == 3
    page = published.ned.get(f"{published.home}/versions/2").text
    assert "An organisation said no" in page and page.count("Is asked") == 0


def test_after_the_cohorts_matching_is_over_nothing_follows(published, cast, operator, sign_in, work):
    first = of(operator, cast.mia)[0]
    phase = operator.scalars(
        sa.select(CohortPhase).where(CohortPhase.cohort_id == published.cohort.id, CohortPhase.phase == Phase.closing)
    ).one()
    phase.opened_at = NOW
    operator.commit()
    decline(sign_in, cast, first)
    work()
    assert len(runs(operator)) == 1


def test_where_each_firm_matches_its_own_its_bench_follows_a_no(start, app, cast, operator, sign_in, work):
    cohort = start(sides={"mia": Side.mentee, "max": Side.mentor, "gus": Side.mentor}, centralised=False)
    make_mentor(operator, cast.gus, network_ids=[cast.ned.org_id], skills=["negotiation"], languages=["en"])
    operator.commit()
    publish(app, cast.gus)
    ann, home = sign_in(cast.ann), f"/acme/cohorts/{cohort.id}/matching/bench"
    assert ann.post(f"{home}/versions", data=PRIORITIES).status_code == 303
    work()
    assert ann.post(f"{home}/versions/1/publication", data={"cascades": "y"}).status_code == 303
    work()
    (first,) = of(operator, cast.mia)
    mentor = decline(sign_in, cast, first)
    work()
    root, run = runs(operator)
    assert (run.org_id, run.cohort_org_id, run.after_no_of) == (cast.ann.org_id, cast.ned.org_id, root.id)
    (then,) = (one for one in of(operator, cast.mia) if one.id != first.id)
    assert then.state is RequestState.sent
    assert {mentor.person_id, then.mentor_person_id} == {cast.max.person_id, cast.gus.person_id}
    assert {one.org_id for one in told_of(operator)} == {cast.ann.org_id}
    assert "by itself, after a no" in ann.get(f"{home}/").text
