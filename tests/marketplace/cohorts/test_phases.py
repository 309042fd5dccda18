"""A cohort from its making to its end: phases by date and by hand, and nobody skipped silently."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.cohorts import commands
from marketplace.programmes.modalities import Phase, Side, SideRules, Timing
from marketplace.programmes.models import Cohort, CohortPhase, CohortState, Enrolment, EnrolmentState
from marketplace.programmes.queries import cohort_or_404, programme_or_404
from tenants import walls
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.models import Letter
from tests.factories import NOW, TIMELINE, acting, enrol, make_programme

LAUNCH = date(2027, 6, 1)


def phases(operator, cohort_id):
    operator.rollback()
    operator.expire_all()
    found = operator.scalars(sa.select(CohortPhase).where(CohortPhase.cohort_id == cohort_id))
    return {one.phase: one for one in found}


def opened(operator, cohort_id):
    return [phase for phase in Phase if (one := phases(operator, cohort_id).get(phase)) and one.opened_at]


def letters(operator, kind):
    operator.rollback()
    return operator.scalars(sa.select(Letter).where(Letter.kind == kind)).all()


@pytest.fixture
def programme(operator, cast):
    made = make_programme(operator, cast.ned, cast.mia, cast.max)
    operator.commit()
    return made


@pytest.fixture
def strike(worker_app, set_clock, work):
    """Let the clock strike at a moment, as the worker's cron would, and run what it started."""

    def struck(moment):
        set_clock(moment)
        with worker_app.app_context():
            jobs.queue.tasks["turn_clock_of_cohorts"].func.__wrapped__()
            db.session.commit()
        work()

    return struck


def make_draft(app, cast, programme, launch_on=LAUNCH):
    with acting(app, cast.ned) as viewer:
        made = programme_or_404(viewer, programme.id)
        return commands.create_cohort(acting=viewer, programme=made, launch_on=launch_on, is_pilot=True, now=NOW).id


def open_it(app, cast, cohort_id):
    with acting(app, cast.ned) as viewer:
        seen = cohort_or_404(viewer, cohort_id)
        commands.open_cohort(acting=viewer, cohort=seen.cohort, programme=seen.programme, now=NOW)


def test_the_first_cohort_is_proposed_as_the_pilot_and_finds_its_days_from_the_launch(
    programme, cast, sign_in, operator
):
    ned = sign_in(cast.ned)
    page = ned.get(f"/bridge/cohorts/new/{programme.id}").text
    assert 'name="is_pilot" type="checkbox" value="y"' in page.replace("checked ", "")
    assert "checked" in page
    path = f"/bridge/cohorts/new/{programme.id}/cohort"
    assert ned.post(path, data={"launch_on": "2026-01-01"}).status_code == 422
    made = ned.post(path, data={"launch_on": LAUNCH.isoformat(), "is_pilot": "y"})
    assert made.status_code == 303
    cohort = operator.scalars(sa.select(Cohort)).one()
    assert (cohort.ordinal, cohort.is_pilot, cohort.state) == (1, True, CohortState.draft)
    assert phases(operator, cohort.id)[Phase.training].starts_on == LAUNCH - timedelta(days=30)
    assert "checked" not in ned.get(f"/bridge/cohorts/new/{programme.id}").text, "the second is no pilot"


def test_the_clock_opens_each_phase_on_its_day_and_those_concerned_are_told(app, cast, programme, strike, operator):
    cohort_id = make_draft(app, cast, programme)
    strike(NOW + timedelta(days=400))
    assert opened(operator, cohort_id) == [], "a draft does not move"
    open_it(app, cast, cohort_id)
    strike(NOW + timedelta(days=1))
    assert opened(operator, cohort_id) == []
    call = LAUNCH - timedelta(days=120)
    strike(NOW.replace(year=call.year, month=call.month, day=call.day))
    assert opened(operator, cohort_id) == [Phase.call]
    assert {letter.org_id for letter in letters(operator, "cohort_phase_opened")} == {
        cast.ned.org_id,
        cast.ann.org_id,
        cast.gil.org_id,
    }


def test_after_two_days_of_silence_the_clock_opens_each_once_in_order(app, cast, programme, strike, operator):
    cohort_id = make_draft(app, cast, programme)
    open_it(app, cast, cohort_id)
    day = LAUNCH - timedelta(days=18)
    for _ in range(2):
        strike(NOW.replace(year=day.year, month=day.month, day=day.day))
    kept = phases(operator, cohort_id)
    assert opened(operator, cohort_id) == [
        Phase.call,
        Phase.nomination,
        Phase.approval,
        Phase.training,
        Phase.matching,
    ]
    assert [phase for phase, one in kept.items() if one.opened_at and not one.closed_at] == [Phase.matching]
    assert len(letters(operator, "cohort_phase_opened")) == 5 * 4  # Ned, Ann, Abe, Gil


@pytest.mark.race
def test_three_workers_at_the_same_moment_open_each_phase_once(app, cast, programme, worker_app, operator):
    cohort_id = make_draft(app, cast, programme)
    open_it(app, cast, cohort_id)
    together, opens, failed = threading.Barrier(3), [], []

    def turn():
        try:
            with worker_app.app_context():
                walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cast.ned.org_id}))
                together.wait()
                opens.append(commands.open_due_phases(org_id=cast.ned.org_id, now=NOW + timedelta(days=160)))
        except Exception as error:
            failed.append(error)

    workers = [threading.Thread(target=turn) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed
    assert sum(opens) == len(opened(operator, cohort_id)) > 0


def test_a_phase_to_be_opened_by_hand_holds_up_what_follows(app, cast, operator, strike):
    by_hand = tuple(
        Timing(phase=one.phase, day=one.day, by="hand" if one.phase is Phase.approval else "date") for one in TIMELINE
    )
    programme = make_programme(operator, cast.ned, cast.mia, timeline=by_hand)
    operator.commit()
    cohort_id = make_draft(app, cast, programme)
    open_it(app, cast, cohort_id)
    strike(NOW + timedelta(days=400))
    assert opened(operator, cohort_id) == [Phase.call, Phase.nomination]


def test_opening_the_next_shows_who_is_not_done_and_ends_it_for_nobody_without_a_word(
    cohort, desk, cast, sign_in, operator, work
):
    asked, decided = desk.nominate(cast.ann, cohort, cast.mia), desk.apply(cast.gus, cohort)
    ned, path = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/phases/training/opening"
    page = ned.get(path).text
    assert page.count("1 still to do") == 2
    assert "Mia Acme" in page
    assert "Gus Globex" in page
    assert "Approval" in page, "what is left out by it is said"
    assert ned.post(path, data={}).status_code == 422
    assert ned.post(path, data={"then": "close"}).status_code == 303
    work()
    assert desk.read(asked).reason == "phase_over"
    assert desk.read(decided).state is EnrolmentState.awaiting_decision, (
        "whoever awaits a decision keeps waiting for it"
    )
    kept = phases(operator, cohort.id)
    assert kept[Phase.approval].skipped_at
    assert kept[Phase.nomination].closed_at
    assert kept[Phase.training].opened_at
    assert [one.person_id for one in letters(operator, "enrolment_answered")] == [cast.mia.person_id]


def test_a_phase_is_not_opened_again(cohort, cast, sign_in):
    answer = sign_in(cast.ned).post(f"/bridge/cohorts/{cohort.id}/phases/call/opening", data={"then": "carry"})
    assert answer.status_code == 409
    assert "is behind you" in answer.text


def test_a_phase_that_was_left_out_stays_so_when_days_change(cohort, cast, sign_in, operator):
    """Else it would be neither opened nor left out, behind the present one, for ever."""
    ned = sign_in(cast.ned)
    ned.post(f"/bridge/cohorts/{cohort.id}/phases/training/opening", data={"then": "carry"})
    assert phases(operator, cohort.id)[Phase.approval].skipped_at
    changed = days_form(operator, cohort, day_closing="2028-03-01")
    assert ned.post(f"/bridge/cohorts/{cohort.id}/timeline", data=changed).status_code == 303
    assert phases(operator, cohort.id)[Phase.approval].skipped_at


def days_form(operator, cohort, **changes):
    form = {}
    for one in phases(operator, cohort.id).values():
        key = one.phase.value
        form[f"was_{key}"] = f"{one.starts_on.isoformat()} {int(one.by_hand)}"
        form[f"day_{key}"] = one.starts_on.isoformat()
    return form | changes


def test_days_out_of_order_are_refused_with_what_to_do_or_move_what_follows(cohort, cast, sign_in, operator):
    ned, path = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/timeline"
    circular = ned.post(path, data=days_form(operator, cohort, day_launch="2026-11-20"))
    assert circular.status_code == 422
    assert "It would begin before Matching" in circular.text
    begun = ned.post(path, data=days_form(operator, cohort, day_call="2027-01-01"))
    assert "It has begun already" in begun.text
    later = days_form(operator, cohort, day_matching="2027-02-01")
    asked = ned.post(path, data=later)
    assert asked.status_code == 422
    assert "Move what follows as well?" in asked.text
    before = phases(operator, cohort.id)[Phase.closing].starts_on
    launch_on = cohort.launch_on
    assert ned.post(path, data=later | {"along": "1"}).status_code == 303
    moved = phases(operator, cohort.id)
    by = date(2027, 2, 1) - date(2026, 12, 22)
    assert moved[Phase.launch].starts_on == launch_on + by
    assert moved[Phase.closing].starts_on == before + by
    assert operator.get(Cohort, (cohort.org_id, cohort.id)).launch_on == launch_on + by


def test_two_who_change_the_days_at_once_lose_nothing(cohort, cast, sign_in, operator):
    ned, path = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/timeline"
    opened_before = days_form(operator, cohort)
    assert ned.post(path, data=opened_before | {"day_closing": "2028-03-01"}).status_code == 303
    assert ned.post(path, data=opened_before | {"day_mid_point": "2027-08-01"}).status_code == 303
    kept = phases(operator, cohort.id)
    assert (kept[Phase.closing].starts_on, kept[Phase.mid_point].starts_on) == (date(2028, 3, 1), date(2027, 8, 1))
    both = ned.post(path, data=opened_before | {"day_closing": "2028-04-01"})
    assert both.status_code == 422
    assert "Somebody else has changed" in both.text
    assert "2028-04-01" in both.text, "what was typed is still there"


def test_places_below_those_who_are_in_are_refused(make, desk, cast, sign_in):
    cohort = make(mentees=SideRules(places=5))
    desk.act(cast.ned, "take_in", cohort, desk.apply(cast.mia, cohort))
    desk.act(cast.ned, "take_in", cohort, desk.apply(cast.pam, cohort))
    ned, path = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/settings"
    few = ned.post(path, data={"places_mentees": "1", "was": "0 - 5 - -"})
    assert few.status_code == 422
    assert "2 are in already" in few.text
    sends = ned.post(path, data={"places_mentees": "5", "quota_mentees": "1", "was": "0 - 5 - -"})
    assert sends.status_code == 422
    assert "2 are in already" in sends.text, "both are Acme's"
    assert ned.post(path, data={"places_mentees": "2", "was": "0 - 5 - -"}).status_code == 303
    meanwhile = ned.post(path, data={"places_mentees": "9", "was": "0 - 5 - -"})
    assert meanwhile.status_code == 422
    assert "Somebody else has changed" in meanwhile.text


def test_closing_answers_everybody(cohort, desk, cast, sign_in, work, operator):
    inside, coming = desk.apply(cast.mia, cohort), desk.apply(cast.gus, cohort)
    desk.act(cast.ned, "take_in", cohort, inside)
    assert sign_in(cast.ned).post(f"/bridge/cohorts/{cohort.id}/closing").status_code == 303
    work()
    assert desk.read(inside).state is EnrolmentState.completed
    assert desk.read(coming).reason == "cohort_closed"
    told = {letter.person_id for letter in letters(operator, "enrolment_answered")}
    assert told == {cast.mia.person_id, cast.gus.person_id}
    with pytest.raises(Refused, match="takes nobody in"):
        desk.apply(cast.pam, cohort)


def test_cancelling_tells_everybody_why(cohort, desk, cast, sign_in, work):
    inside = desk.apply(cast.mia, cohort)
    desk.act(cast.ned, "take_in", cohort, inside)
    assert sign_in(cast.ned).post(f"/bridge/cohorts/{cohort.id}/cancellation").status_code == 303
    work()
    assert desk.read(inside).reason == "cohort_cancelled"
    page = sign_in(cast.mia).get(f"/acme/cohorts/{cohort.id}/enrolments/{inside}").text
    assert "The cohort does not take place" in page


def test_the_board_shows_a_firm_its_own_people_and_those_who_run_it_everybody(cohort, cast, sign_in, operator):
    for actor, side in ((cast.mia, Side.mentee), (cast.max, Side.mentor)):
        enrol(operator, cohort, actor, side)
    operator.commit()
    page = f"/cohorts/{cohort.id}/board"
    ned, ann = sign_in(cast.ned), sign_in(cast.ann)
    assert all(name in ned.get(f"/bridge{page}").text for name in ("Mia Acme", "Max Globex"))
    assert "Mia Acme" in ann.get(f"/acme{page}").text
    assert "Max Globex" not in ann.get(f"/acme{page}?firm={cast.max.org_id}").text
    assert "Max Globex" not in ned.get(f"/bridge{page}?side=mentee").text
    sheet = ann.get(f"/acme{page}/export.csv")
    assert "Mia Acme" in sheet.text
    assert "Max" not in sheet.text
    assert ned.get(f"/bridge{page}/export.xlsx?state=enrolled").status_code == 200


def test_the_board_goes_on_page_by_page(cohort, cast, sign_in, operator):
    for number in range(60):
        enrol(
            operator,
            cohort,
            cast.mia,
            Side.mentee,
            state=EnrolmentState.declined,
            reason=str(number),
        )
    operator.commit()
    ned, path = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/board?state=declined"
    first = ned.get(path).text
    assert first.count('<th scope="row">') == 50
    last = sorted(operator.scalars(sa.select(Enrolment.id)), reverse=True)[49]
    assert f"before={last}" in first
    second = ned.get(f"{path}&before={last}").text
    assert second.count('<th scope="row">') == 10


def test_several_cohorts_run_at_once(programme, app, cast, operator):
    first, second = make_draft(app, cast, programme), make_draft(app, cast, programme, date(2028, 1, 10))
    open_it(app, cast, first)
    open_it(app, cast, second)
    operator.rollback()
    assert [one.ordinal for one in operator.scalars(sa.select(Cohort).order_by(Cohort.ordinal))] == [1, 2]
