"""Two people arrange their meetings on pages: pick, propose, move, call off, say whether it took place."""

from datetime import UTC, datetime, timedelta

from marketplace.meetings.models import MeetingState
from tests.marketplace.meetings.conftest import the_meeting
from tests.marketplace.requests.conftest import letters

FIRST = datetime(2026, 11, 3, 22, tzinfo=UTC)
"""Tuesday at five in Toronto; notice from Monday leaves a day and thirteen hours."""


def test_mia_picks_a_free_time_and_both_get_it(pair, hours, mentors, sign_in, operator, work):
    mia = sign_in(mentors.mia)
    page = mia.get(f"/acme/mentorships/{pair.id}/meetings/new").text
    assert "23:00 – 23:45" in page and "17:00 (Toronto)" in page
    assert "17:45 (Toronto)" in page
    reply = mia.post(
        f"/acme/mentorships/{pair.id}/meetings/",
        data={"slot": FIRST.isoformat(), "video_url": "https://meet.example/x", "agenda": "My first ninety days."},
    )
    assert reply.status_code == 303, reply.text
    meeting = the_meeting(operator)
    assert (meeting.starts_at, meeting.minutes, meeting.zone, meeting.sequence) == (FIRST, 45, "America/Toronto", 0)
    work()
    told = letters(operator, "meeting_planned")
    assert {letter.person_id for letter in told} == {mentors.mia.person_id, mentors.max.person_id}
    home = sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}").text
    assert "mardi 3 novembre à 17:00 (Toronto)" in home
    assert "23:00 (Paris)" in home
    assert 'href="https://meet.example/x"' in home
    assert "My first ninety days." in sign_in(mentors.max).get(f"/globex/meetings/{meeting.id}/").text
    assert "17:00 (Toronto)" not in mia.get(f"/acme/mentorships/{pair.id}/meetings/new").text.split("10")[0]


def test_a_time_that_was_taken_meanwhile_is_refused_with_the_next_ones(pair, hours, mentors, sign_in, operator):
    mia = sign_in(mentors.mia)
    choice = {"slot": FIRST.isoformat()}
    assert mia.post(f"/acme/mentorships/{pair.id}/meetings/", data=choice).status_code == 303
    again = mia.post(f"/acme/mentorships/{pair.id}/meetings/", data=choice)
    assert again.status_code == 409
    assert "has just been taken" in again.text
    assert "23:45 – 00:30" in again.text
    the_meeting(operator)


def test_either_proposes_a_time_by_their_own_clock(pair, mentors, sign_in, operator):
    proposal = {"slot": "other", "day": "2026-12-01", "at": "09:30", "minutes": "30", "place": "Room 4"}
    reply = sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/meetings/", data=proposal)
    assert reply.status_code == 303, reply.text
    meeting = the_meeting(operator)
    assert meeting.starts_at == datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=30)
    assert meeting.set_by_person_id == mentors.max.person_id


def test_a_time_in_the_past_and_a_link_that_is_not_secure_are_asked_again(pair, mentors, sign_in, operator):
    mia = sign_in(mentors.mia)
    wrong = {"slot": "other", "day": "2026-11-01", "at": "09:30", "minutes": "30", "agenda": "kept as typed"}
    page = mia.post(f"/acme/mentorships/{pair.id}/meetings/", data=wrong)
    assert page.status_code == 422
    assert "This time has passed" in page.text and "kept as typed" in page.text
    for link in ("http://meet.example/x", "javascript:alert(1)", "https://", "meet.example"):
        form = wrong | {"day": "2026-12-01", "video_url": link}
        assert mia.post(f"/acme/mentorships/{pair.id}/meetings/", data=form).status_code == 422, link
    for form in ({}, {"slot": "other"}, {"slot": "nonsense"}, {"slot": "2026-11-03T22:00:00"}):
        assert mia.post(f"/acme/mentorships/{pair.id}/meetings/", data=form).status_code == 422, form


def test_a_time_that_clocks_skip_is_as_much_later_as_they_jump(pair, mentors, sign_in, operator):
    """Sunday 28 March 2027, 02:30 in Paris does not exist."""
    proposal = {"slot": "other", "day": "2027-03-28", "at": "02:30", "minutes": "60"}
    reply = sign_in(mentors.mia).post(f"/acme/mentorships/{pair.id}/meetings/", data=proposal, follow_redirects=True)
    assert "Sunday 28 March 2027, 03:30 (Paris)" in reply.text
    assert the_meeting(operator).starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_a_meeting_is_moved_and_the_calendars_follow(pair, hours, plan, mentors, sign_in, operator, work):
    meeting_id = plan(datetime(2026, 12, 1, 9, tzinfo=UTC))
    work()
    max_ = sign_in(mentors.max)
    form = {"slot": FIRST.isoformat(), "sequence": "0"}
    reply = max_.post(f"/globex/meetings/{meeting_id}/time", data=form)
    assert reply.status_code == 303, reply.text
    assert (the_meeting(operator).starts_at, the_meeting(operator).sequence) == (FIRST, 1)
    work()
    assert len(letters(operator, "meeting_moved")) == 2
    # A page that was open meanwhile still shows the earlier time.
    assert max_.post(f"/globex/meetings/{meeting_id}/time", data=form).status_code == 409


def test_moved_while_it_is_called_off_one_wins_and_the_other_is_told(pair, plan, mentors, sign_in, operator, work):
    meeting_id = plan(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert sign_in(mentors.max).post(f"/globex/meetings/{meeting_id}/cancellation").status_code == 303
    form = {"slot": "other", "day": "2026-12-02", "at": "10:00", "minutes": "60", "sequence": "0"}
    late = sign_in(mentors.mia).post(f"/acme/meetings/{meeting_id}/time", data=form)
    assert late.status_code == 409
    assert "called off meanwhile" in late.text
    assert the_meeting(operator).state is MeetingState.cancelled
    work()
    # The letter of the plan has nothing to say any more.
    assert len(letters(operator, "meeting_cancelled")) == 2
    assert not letters(operator, "meeting_planned")
    assert sign_in(mentors.mia).post(f"/acme/meetings/{meeting_id}/cancellation").status_code == 409


def test_a_new_place_is_sent_and_an_agenda_is_not(pair, plan, mentors, sign_in, operator, work):
    meeting_id = plan(datetime(2026, 12, 1, 9, tzinfo=UTC))
    work()
    mia = sign_in(mentors.mia)
    url = f"/acme/meetings/{meeting_id}/details"
    assert mia.post(url, data={"agenda": "What the board said of me."}).status_code == 303
    work()
    assert not letters(operator, "meeting_moved")
    assert mia.post(url, data={"agenda": "What the board said of me.", "place": "Room 4"}).status_code == 303
    work()
    told = letters(operator, "meeting_moved")
    assert len(told) == 2 and the_meeting(operator).sequence == 1


def test_what_the_two_say_afterwards_and_what_it_counts_as(pair, plan, mentors, sign_in, operator, monkeypatch):
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    meeting_id = plan(start)
    mia, max_ = sign_in(mentors.mia), sign_in(mentors.max)
    assert mia.post(f"/acme/meetings/{meeting_id}/outcome", data={"said": "held"}).status_code == 409
    monkeypatch.setattr("tenants.shared.clock.now", lambda: start + timedelta(hours=2))
    assert "Did you meet on" in mia.get(f"/acme/mentorships/{pair.id}").text
    assert mia.post(f"/acme/meetings/{meeting_id}/outcome", data={}).status_code == 422
    assert mia.post(f"/acme/meetings/{meeting_id}/outcome", data={"said": "held"}).status_code == 303
    assert the_meeting(operator).state is MeetingState.held
    assert max_.post(f"/globex/meetings/{meeting_id}/outcome", data={"said": "missed"}).status_code == 303
    assert the_meeting(operator).state is MeetingState.missed
    page = mia.get(f"/acme/meetings/{meeting_id}/").text
    assert "You say that you met; Max says that it did not take place." in page
    assert max_.post(f"/globex/meetings/{meeting_id}/outcome", data={"said": "held"}).status_code == 303
    assert the_meeting(operator).state is MeetingState.held


def test_a_mentor_says_when_they_can_be_met(pair, mentors, sign_in):
    max_ = sign_in(mentors.max)
    form = {
        **{"minutes": "30", "notice": "48", "day1-starts": "17:00", "day1-ends": "18:00"},
        **{"single_day": "2026-11-12", "single_at": "08:00", "away_first": "2026-11-10", "away_last": "2026-11-10"},
    }
    assert max_.post("/globex/meeting-hours/", data=form).status_code == 303
    page = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/meetings/new").text
    assert "Thursday 12 November" in page and "14:00 – 14:30" in page
    assert "Tuesday 10 November" not in page and "Tuesday 17 November" in page
    half = {"minutes": "30", "notice": "48", "day1-starts": "17:00"}
    assert max_.post("/globex/meeting-hours/", data=half).status_code == 422
    short = half | {"day1-ends": "17:10"}
    assert max_.post("/globex/meeting-hours/", data=short).status_code == 422
    # What is not ticked any more goes.
    kept = {"minutes": "30", "notice": "48", "keep_away": "2026-11-10", "day1-starts": "17:00", "day1-ends": "18:00"}
    assert max_.post("/globex/meeting-hours/", data=kept).status_code == 303
    page = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/meetings/new").text
    assert "Thursday 12 November" not in page and "Tuesday 10 November" not in page


def test_nobody_else_reads_a_meeting_or_a_mentors_hours(pair, hours, plan, mentors, sign_in, app, operator):
    from marketplace.meetings.models import Meeting, MeetingHours
    from tenants.shared.database import db
    from tests.factories import acting

    meeting_id = plan(datetime(2026, 12, 1, 9, tzinfo=UTC), agenda="Only ours.")
    for name in ("ann", "abe", "pam", "gil", "gus", "ned", "hal"):
        actor = mentors[name]
        client = sign_in(actor)
        for page in ("", "time", "cancellation", "meeting.ics"):
            assert client.get(f"/{actor.slug}/meetings/{meeting_id}/{page}").status_code == 404, (name, page)
        with acting(app, actor):
            assert db.session.query(Meeting).count() == db.session.query(MeetingHours).count() == 0
            query = "SELECT count(*) FROM hours_of(:one), busy_times(:one, now(), 0)"
            import sqlalchemy as sa

            assert db.session.scalar(sa.text(query), {"one": mentors.max.person_id}) == 0
