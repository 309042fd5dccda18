"""A reminder a day before and a question afterwards: each once, with three workers, and after days of downtime."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.meetings import commands
from marketplace.meetings.letters import ARRANGE
from marketplace.meetings.models import MeetingState
from marketplace.mentorships.models import Answer, Mentorship, MentorshipState
from tenants.shared.models import ActionLink
from tests.marketplace.meetings.conftest import the_meeting
from tests.marketplace.requests.conftest import letters, working

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
END = START + timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ARRANGING = sa.select(sa.func.count()).select_from(ActionLink).where(ActionLink.purpose == ARRANGE)


def test_both_are_reminded_a_day_before_and_asked_afterwards_once(pair, plan, strike, operator):
    plan(START)
    strike(START - DAY - SECOND)
    assert not letters(operator, "meeting_reminder")
    for _ in range(3):
        strike(START - DAY)
    assert len(letters(operator, "meeting_reminder")) == 2
    strike(END - SECOND)
    assert not letters(operator, "meeting_asked")
    for _ in range(3):
        strike(END)
    assert len(letters(operator, "meeting_asked")) == 2


def test_the_question_arranges_the_next_meeting_unless_one_is_planned(pair, plan, strike, operator):
    plan(START)
    plan(START + 7 * DAY)
    strike(END)
    assert operator.scalar(ARRANGING) == 2, "only those that came with the confirmation"
    strike(END + 7 * DAY)
    assert operator.scalar(ARRANGING) == 4


def test_after_two_days_of_downtime_nothing_comes_twice_and_no_reminder_too_late(pair, plan, strike, operator):
    plan(START)
    strike(END + 2 * DAY)
    assert not letters(operator, "meeting_reminder")
    assert len(letters(operator, "meeting_asked")) == 2


def test_a_moved_meeting_is_reminded_of_anew(pair, plan, strike, mentors, sign_in, operator):
    meeting_id = plan(START)
    strike(START - DAY)
    form = {"slot": "other", "day": "2026-12-04", "at": "10:00", "minutes": "60", "sequence": "0"}
    assert sign_in(mentors.mia).post(f"/acme/meetings/{meeting_id}/time", data=form).status_code == 303
    strike(datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert len(letters(operator, "meeting_reminder")) == 4


@pytest.mark.parametrize("moment", [START - DAY, END])
def test_three_workers_at_the_same_moment_write_once(pair, plan, worker_app, operator, moment):
    meeting_id = plan(START)
    gate = threading.Barrier(3)

    def run():
        with working(worker_app, pair.org_id):
            gate.wait()
            commands.turn_clock(org_id=pair.org_id, meeting_id=meeting_id, now=moment)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(letters(operator, "meeting_asked" if moment == END else "meeting_reminder")) == 2


def test_a_pair_that_pauses_is_left_in_peace(pair, plan, strike, operator):
    plan(START)
    operator.execute(sa.update(Mentorship).values(state=MentorshipState.paused, paused_at=START - 2 * DAY))
    operator.commit()
    strike(START - DAY)
    strike(END)
    assert not letters(operator, "meeting_reminder") and not letters(operator, "meeting_asked")


def test_what_was_planned_falls_with_the_pair(pair, plan, worker_app, work, operator):
    from marketplace.mentorships.commands.turns import go_on, lock
    from tenants.shared.database import db
    from tests.factories import NOW

    plan(START)
    work()
    with working(worker_app, pair.org_id):
        go_on(lock(pair.org_id, pair.id), Answer.end, NOW)
        db.session.commit()
    work()
    meeting = the_meeting(operator)
    assert (meeting.state, meeting.sequence) == (MeetingState.cancelled, 1)
    assert len(letters(operator, "meeting_cancelled")) == 2
