"""What the clock does to a request: each once, with several workers, and after the worker was down."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.mentors import commands as mentor_commands
from marketplace.mentors.models import MentorProfile, QueuePlace
from marketplace.requests import commands, jobs, queries
from marketplace.requests.models import RequestState
from marketplace.requests.states import ANSWER_WITHIN, CONFIRM_WITHIN, REMIND_AFTER
from tenants.organisations.models import ConflictDeclaration, ConflictKind, Organisation
from tenants.shared.database import db
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import letters, row, working

SECOND = timedelta(seconds=1)


@pytest.fixture
def at(worker_app, monkeypatch, work):
    """Let the clock strike at a moment, as the worker's cron would, and run what it started."""

    def strike(moment):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)
        with worker_app.app_context():
            jobs.turn_clock_of_requests.func.__wrapped__()
            db.session.commit()
        work()

    return strike


def test_the_mentor_is_reminded_once_on_the_seventh_day_with_a_link_of_its_own(
    ask, at, mentors, operator, work, tokens
):
    asked = ask(mentors.mia, mentors.max)
    work()
    at(NOW + REMIND_AFTER - SECOND)
    assert not letters(operator, "request_reminder")
    for _ in range(3):
        at(NOW + REMIND_AFTER)
    assert [letter.person_id for letter in letters(operator, "request_reminder")] == [mentors.max.person_id]
    assert row(operator, asked).state is RequestState.sent
    assert len(set(tokens)) == 2


def test_a_request_expires_after_a_fortnight_and_both_are_told(ask, at, mentors, operator, sign_in):
    asked = ask(mentors.mia, mentors.max)
    at(NOW + ANSWER_WITHIN - SECOND)
    assert row(operator, asked).state is RequestState.sent
    for _ in range(2):
        at(NOW + ANSWER_WITHIN)
    found = row(operator, asked)
    assert found.state is RequestState.expired
    assert found.due_at is None
    assert len(letters(operator, "request_expired")) == len(letters(operator, "request_expired_mentor")) == 1
    page = sign_in(mentors.mia).get(f"/acme/requests/{asked}").get_data(as_text=True)
    assert f"/acme/mentors/{mentors.gus.mentor_id}" in page
    assert "Send it once more" in page


def test_an_answer_to_a_question_gives_the_mentor_the_full_time_again(ask, at, step, mentors, operator):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "ask_for_more", asked, question="What have you tried so far?", now=NOW + timedelta(days=13))
    at(NOW + ANSWER_WITHIN)
    assert row(operator, asked).state is RequestState.more_information
    answered = NOW + timedelta(days=20)
    step(mentors.mia, "answer_question", asked, answer="I asked the shift leaders.", now=answered)
    at(answered + ANSWER_WITHIN - SECOND)
    assert row(operator, asked).state is RequestState.sent
    assert len(letters(operator, "request_reminder")) == 1


def test_a_place_that_is_not_confirmed_in_seven_days_is_free_again(ask, at, step, mentors, operator):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="", contact="")
    at(NOW + CONFIRM_WITHIN - SECOND)
    assert row(operator, asked).holds_place
    for _ in range(2):
        at(NOW + CONFIRM_WITHIN)
    found = row(operator, asked)
    assert found.state is RequestState.lapsed
    assert not found.holds_place
    assert len(letters(operator, "request_lapsed")) == 2
    assert operator.scalar(sa.select(MentorProfile.open_slots).where(MentorProfile.id == mentors.max.mentor_id)) == 2


def test_an_employer_that_stays_silent_costs_the_mentor_nothing(ask, at, mentors, operator, sign_in):
    operator.execute(sa.update(Organisation).where(Organisation.slug == "acme").values(request_approval="always"))
    operator.commit()
    asked = ask(mentors.mia, mentors.max)
    at(NOW + ANSWER_WITHIN)
    assert row(operator, asked).state is RequestState.expired
    assert len(letters(operator, "request_expired")) == 1
    assert not letters(operator, "request_expired_mentor")
    assert sign_in(mentors.max).get(f"/globex/requests/{asked}").status_code == 404
    assert sign_in(mentors.mia).post(f"/acme/requests/{asked}/resending").status_code == 409


def test_a_worker_that_was_down_for_a_month_finds_everything_once(ask, at, step, mentors, operator):
    one, two = ask(mentors.mia, mentors.max), ask(mentors.pam, mentors.max)
    step(mentors.max, "accept_request", two, words="", contact="")
    for _ in range(2):
        at(NOW + timedelta(days=30))
    assert row(operator, one).state is RequestState.expired
    assert row(operator, two).state is RequestState.lapsed
    counted = [letter.kind for letter in letters(operator) if letter.kind != "profile_published"]
    assert sorted(counted) == ["request_expired", "request_expired_mentor", "request_lapsed", "request_lapsed"]


def test_a_second_worker_that_comes_late_reminds_nobody(ask, at, mentors, operator, worker_app):
    """Its list of what is due was made before the first one's work; the request itself is looked at again."""
    asked = ask(mentors.mia, mentors.max)
    when = NOW + REMIND_AFTER
    with working(worker_app, mentors.mia.org_id):
        due = queries.due_requests(mentors.mia.org_id, when, when - REMIND_AFTER)
        assert list(due) == [asked]
        for _ in range(2):
            commands.turn_clock(org_id=mentors.mia.org_id, request_id=asked, now=when)
    assert len(letters(operator, "request_reminder")) == 1


def test_a_question_that_comes_between_list_and_work_leaves_the_mentor_in_peace(
    ask, step, mentors, operator, worker_app
):
    asked = ask(mentors.mia, mentors.max)
    when = NOW + REMIND_AFTER
    with working(worker_app, mentors.mia.org_id):
        assert list(queries.due_requests(mentors.mia.org_id, when, when - REMIND_AFTER)) == [asked]
    step(mentors.max, "ask_for_more", asked, question="What have you tried so far?", now=when)
    with working(worker_app, mentors.mia.org_id):
        commands.turn_clock(org_id=mentors.mia.org_id, request_id=asked, now=when)
    step(mentors.mia, "answer_question", asked, answer="I asked the shift leaders.", now=when)
    with working(worker_app, mentors.mia.org_id):
        commands.turn_clock(org_id=mentors.mia.org_id, request_id=asked, now=when + timedelta(days=6))
    assert not letters(operator, "request_reminder")


@pytest.mark.race
def test_four_workers_at_the_same_moment_do_it_once(ask, mentors, operator, worker_app):
    asked = ask(mentors.mia, mentors.max)
    late, together, failed = NOW + timedelta(days=30), threading.Barrier(4), []

    def turn():
        try:
            with working(worker_app, mentors.mia.org_id):
                due = queries.due_requests(mentors.mia.org_id, late, late - REMIND_AFTER)
                together.wait()
                for request_id in due:
                    commands.turn_clock(org_id=mentors.mia.org_id, request_id=request_id, now=late)
        except Exception as error:
            failed.append(error)

    workers = [threading.Thread(target=turn) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed
    assert row(operator, asked).state is RequestState.expired
    assert len(letters(operator, "request_expired")) == 1


def test_the_first_in_the_queue_is_told_once_and_only_if_they_still_see_the_mentor(
    ask, step, mentors, operator, work, monkeypatch
):
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW)
    held = ask(mentors.mia, mentors.gus)
    step(mentors.gus, "accept_request", held, words="", contact="")
    for number, waits in enumerate((mentors.ida, mentors.pam, mentors.ann)):
        operator.add(
            QueuePlace(
                org_id=waits.org_id,
                person_id=waits.person_id,
                mentor_org_id=mentors.gus.org_id,
                mentor_id=mentors.gus.mentor_id,
                mentor_person_id=mentors.gus.person_id,
                created_at=NOW + timedelta(minutes=number),
            )
        )
    operator.commit()
    step(mentors.mia, "withdraw_request", held, words="")
    work()
    assert [letter.person_id for letter in letters(operator, "place_free")] == [mentors.pam.person_id]
    work()
    assert len(letters(operator, "place_free")) == 1

    again = ask(mentors.mia, mentors.gus)
    step(mentors.gus, "accept_request", again, words="", contact="")
    operator.add(
        ConflictDeclaration(
            org_id=mentors.gus.org_id,
            other_org_id=mentors.ann.org_id,
            kind=ConflictKind.competitor,
            declared_by_id=mentors.gil.person_id,
        )
    )
    operator.commit()
    step(mentors.mia, "withdraw_request", again, words="")
    work()
    assert len(letters(operator, "place_free")) == 1


def queue(operator, mentor, *people):
    """``people`` wait for a place with ``mentor``, in this order."""
    operator.add_all(
        QueuePlace(
            org_id=waits.org_id,
            person_id=waits.person_id,
            mentor_org_id=mentor.org_id,
            mentor_id=mentor.mentor_id,
            mentor_person_id=mentor.person_id,
            created_at=NOW + timedelta(minutes=number),
        )
        for number, waits in enumerate(people)
    )
    operator.commit()


def told_of_a_place(operator):
    return [letter.person_id for letter in letters(operator, "place_free")]


def test_a_mentor_who_takes_more_people_has_as_many_of_the_queue_told(app, ask, step, mentors, operator, work):
    held = ask(mentors.mia, mentors.gus)
    step(mentors.gus, "accept_request", held, words="", contact="")
    queue(operator, mentors.gus, mentors.pam, mentors.ann, mentors.abe)
    with acting(app, mentors.gus) as gus:
        mentor_commands.save_draft(acting=gus, values={"headline": "Other words alone tell nobody."}, now=NOW)
        mentor_commands.save_draft(acting=gus, values={"capacity": 0}, now=NOW)
        mentor_commands.save_draft(acting=gus, values={"capacity": 1}, now=NOW)
    work()
    assert told_of_a_place(operator) == []
    with acting(app, mentors.gus) as gus:
        mentor_commands.save_draft(acting=gus, values={"capacity": 3}, now=NOW)
    work()
    assert told_of_a_place(operator) == [mentors.pam.person_id, mentors.ann.person_id]


def test_a_mentor_who_comes_back_with_room_has_the_queue_told(app, mentors, operator, work):
    queue(operator, mentors.gus, mentors.pam, mentors.ann)
    with acting(app, mentors.gus) as gus:
        mentor_commands.pause_profile(acting=gus, now=NOW)
    work()
    assert told_of_a_place(operator) == []
    with acting(app, mentors.gus) as gus:
        mentor_commands.resume_profile(acting=gus, now=NOW)
        mentor_commands.resume_profile(acting=gus, now=NOW)
    work()
    assert told_of_a_place(operator) == [mentors.pam.person_id]
