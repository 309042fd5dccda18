"""A pause stops every clock; taken up again, what was due is due later by its length. And a later end."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from marketplace.goals.models import Goal, GoalState
from marketplace.mentorships import commands as mentorship_commands
from marketplace.mentorships.models import Answer, Mentorship, MentorshipState
from marketplace.rhythm import commands, queries
from marketplace.rhythm.models import Extension, ExtensionState, Pause, PauseReason, PauseState
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import letters

DAY = timedelta(days=1)
WHY = "Our second child comes in January."


def pause(run, actor, now, begins, until, **values):
    run(
        actor,
        commands.ask_for_pause,
        now,
        reason=PauseReason.parental_leave,
        words=WHY,
        begins_on=begins.date(),
        until_on=until.date(),
        **values,
    )


def answers(run, mentors, now, given=(Answer.go_on, Answer.go_on)):
    for name, choice in zip(("mia", "max"), given, strict=True):
        run(mentors[name], mentorship_commands.answer_question, now, answer=choice)


def test_either_pauses_at_once_and_no_clock_strikes_until_it_goes_on(
    pair, run, at, again, mentors, operator, set_clock
):
    row = again()[0]
    row.ends_on = (NOW + 300 * DAY).date()
    operator.commit()
    begin, until = NOW + 10 * DAY, NOW + 100 * DAY
    review_at = again()[1].review_at
    set_clock(begin)
    pause(run, mentors.max, begin, begin, until)
    assert again()[0].state is MentorshipState.paused
    assert len(letters(operator, "mentorship_paused")) == 2
    before = len(letters(operator))
    at(until - DAY)
    assert len(letters(operator)) == before
    for _ in range(2):
        at(until)
    assert len(letters(operator, "mentorship_question")) == 2
    set_clock(until + DAY)
    answers(run, mentors, until + DAY)
    one, pulse = again()
    rested = until + DAY - begin
    assert one.state is MentorshipState.running and pulse.paused_at is None
    assert one.ends_on == (NOW + 300 * DAY + rested).date()
    assert pulse.check_in_at == NOW + 42 * DAY + rested
    assert pulse.review_at == review_at + rested
    assert pulse.last_sign_at == until + DAY
    assert operator.scalars(sa.select(Pause.state)).all() == [PauseState.over]
    at(until + 2 * DAY)
    assert not letters(operator, "check_in_asked") and not letters(operator, "pair_quiet")


def test_a_pause_planned_for_later_begins_on_its_day_once(pair, run, at, again, mentors, operator):
    pause(run, mentors.mia, NOW, NOW + 10 * DAY, NOW + 50 * DAY)
    assert again()[0].state is MentorshipState.running
    assert [letter.person_id for letter in letters(operator, "pause_planned")] == [mentors.max.person_id]
    for _ in range(2):
        at(NOW + 12 * DAY)
    assert again()[0].state is MentorshipState.paused
    assert len(letters(operator, "mentorship_paused")) == 2


def test_a_planned_pause_is_taken_back_by_whoever_planned_it(pair, run, at, again, mentors):
    pause(run, mentors.mia, NOW, NOW + 10 * DAY, NOW + 50 * DAY)

    def take_back(*, party, pair, now):
        commands.withdraw_pause(party=party, planned=queries.present_pause(party, pair))

    with pytest.raises(Refused):
        run(mentors.max, take_back, NOW)
    run(mentors.mia, take_back, NOW)
    at(NOW + 12 * DAY)
    assert again()[0].state is MentorshipState.running


def test_one_pause_at_a_time(pair, run, mentors):
    pause(run, mentors.mia, NOW, NOW + 10 * DAY, NOW + 50 * DAY)
    with pytest.raises(Refused):
        pause(run, mentors.max, NOW, NOW + 20 * DAY, NOW + 30 * DAY)


def test_why_is_read_by_the_two_and_nobody_else(pair, run, mentors, sign_in, operator):
    pause(run, mentors.max, NOW, NOW, NOW + 50 * DAY)
    page = f"mentorships/{pair.id}"
    assert WHY in sign_in(mentors.mia).get(f"/acme/{page}").get_data(as_text=True)
    for name, slug in (("ann", "acme"), ("gil", "globex"), ("ned", "bridge")):
        desk = sign_in(mentors[name]).get(f"/{slug}/pairs/").get_data(as_text=True)
        assert "Paused" in desk
        assert WHY not in desk and "Parental" not in desk
        assert "Parental" not in sign_in(mentors[name]).get(f"/{slug}/activity/").get_data(as_text=True)


def test_from_the_letters_alone_a_pause_is_over(
    pair, run, at, again, mentors, set_clock, mailbox, linked, anonymous, work
):
    pause(run, mentors.max, NOW, NOW, NOW + 50 * DAY)
    at(NOW + 50 * DAY)
    for name, subject in (("mia", "go on"), ("max", "continue-t-il")):
        link = linked(mentors[name], subject)
        assert anonymous.get(link).status_code == 200
        assert anonymous.post(f"{link}/mentorship-answer").status_code == 422
        assert anonymous.post(f"{link}/mentorship-answer", data={"answer": "continue"}).status_code == 200
        assert anonymous.post(f"{link}/mentorship-answer", data={"answer": "end"}).status_code == 410
        work()
    assert again()[0].state is MentorshipState.running
    assert again()[1].paused_at is None


# --- a later end ----------------------------------------------------------------------------------------------------

LATER = date(2027, 12, 31)


def propose(run, actor, now=NOW, ends_on=LATER, **values):
    run(actor, commands.propose_extension, now, ends_on=ends_on, **values)


def answer(run, actor, agreed, now=NOW):
    def command(*, party, pair, now):
        proposed = queries.open_extension(party, pair, now)
        commands.answer_extension(party=party, pair=pair, proposed=proposed, agreed=agreed, now=now)

    run(actor, command, now)


def test_a_later_end_needs_both_and_the_letter_is_enough(
    pair, run, again, mentors, operator, mailbox, linked, anonymous, work
):
    propose(run, mentors.mia)
    assert again()[0].ends_on is None
    link = linked(mentors.max, "prolonger")
    assert "2027" in anonymous.get(link).get_data(as_text=True)
    assert anonymous.post(f"{link}/extension-answer", data={"answer": "yes"}).status_code == 200
    work()
    assert again()[0].ends_on == LATER
    assert len(letters(operator, "extension_agreed")) == 2
    assert anonymous.post(f"{link}/extension-answer", data={"answer": "no"}).status_code == 410


def test_no_leaves_it_as_planned(pair, run, again, mentors, operator):
    propose(run, mentors.mia)
    with pytest.raises(Refused):
        answer(run, mentors.mia, True)
    answer(run, mentors.max, False)
    assert again()[0].ends_on is None
    assert [letter.person_id for letter in letters(operator, "extension_declined")] == [mentors.mia.person_id]


def test_one_proposal_at_a_time_and_one_that_nobody_answered_makes_room(pair, run, mentors, operator, app):
    propose(run, mentors.mia)
    with pytest.raises(Refused):
        propose(run, mentors.max)
    propose(run, mentors.max, now=NOW + 31 * DAY, ends_on=LATER + DAY)
    operator.rollback()
    states = operator.execute(sa.select(Extension.ends_on, Extension.state)).all()
    assert sorted(states) == [(LATER, ExtensionState.declined), (LATER + DAY, ExtensionState.open)]


def test_a_page_cannot_change_the_planned_end_by_itself(pair, app, mentors):
    with acting(app, mentors.mia), pytest.raises(ProgrammingError):
        db.session.execute(sa.update(Mentorship).values(ends_on=LATER))


def test_goals_are_due_as_much_later_as_the_pair_rested(pair, run, at, again, mentors, operator, set_clock):
    begin, until = NOW + 10 * DAY, NOW + 100 * DAY

    def goal(due, **values):
        one = Goal(**pair.pair_key, title="A", success="", due_on=due, place=0, percent=0, created_at=NOW, **values)
        operator.add(one)
        operator.commit()
        return one.id

    ahead, past = goal((NOW + 60 * DAY).date()), goal((NOW + 2 * DAY).date())
    reached = goal((NOW + 60 * DAY).date(), state=GoalState.reached, closed_at=NOW)
    undated = goal(None)
    set_clock(begin)
    pause(run, mentors.max, begin, begin, until)
    at(until)
    set_clock(until)
    answers(run, mentors, until)
    assert again()[0].state is MentorshipState.running
    due = {one.id: one.due_on for one in operator.execute(sa.select(Goal.id, Goal.due_on))}
    assert due[ahead] == (NOW + 150 * DAY).date()
    assert due[past] == (NOW + 2 * DAY).date(), "its day had passed before"
    assert due[reached] == (NOW + 60 * DAY).date()
    assert due[undated] is None
