"""A mentorship ends: together, by the clock, or by one alone; nobody learns more than they should."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.closing.models import ClosureOutcome, CoordinatorNote, MentorshipClosure
from marketplace.mentorships.models import MentorshipState
from marketplace.requests.models import MentoringRequest
from tenants.shared import clock
from tenants.shared.models import Activity
from tests.marketplace.closing.conftest import LOOK_BACK
from tests.marketplace.requests.conftest import letters

ENDED, RUNNING, PAUSED = MentorshipState.ended, MentorshipState.running, MentorshipState.paused
MIA, MAX = "mia@acme.example", "max@globex.example"


def closures(operator):
    operator.rollback()
    query = sa.select(MentorshipClosure).order_by(MentorshipClosure.id).execution_options(populate_existing=True)
    return operator.scalars(query).all()


def test_one_proposes_the_other_agrees_from_the_letter(
    pair, mentors, sign_in, anonymous, linked, work, again, operator
):
    page = f"/acme/mentorships/{pair.id}/closing"
    mia = sign_in(mentors.mia)
    for _ in range(2):
        assert mia.post(f"{page}/agreement").status_code == 303
    work()
    assert again(pair).state is RUNNING, "one wish is none"
    assert len(letters(operator, "closing_proposed")) == 1
    link = linked(MAX, "propose")
    assert anonymous.post(f"{link}/closing").status_code == 200
    work()
    assert again(pair).state is ENDED
    assert operator.scalars(sa.select(MentoringRequest)).one().holds_place is False, "the place is free"
    assert len(letters(operator, "look_back_invited")) == 2
    assert anonymous.get(link).status_code == 410
    assert mia.post(f"{page}/agreement").status_code == 409


def test_a_proposal_is_taken_back_by_its_author_alone(pair, mentors, sign_in, operator):
    sign_in(mentors.mia).post(f"/acme/mentorships/{pair.id}/closing/agreement")
    assert sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/closing/withdrawal").status_code == 409
    assert sign_in(mentors.mia).post(f"/acme/mentorships/{pair.id}/closing/withdrawal").status_code == 303
    [closure] = closures(operator)
    assert closure.outcome is ClosureOutcome.withdrawn


def test_ending_alone_tells_the_other_nothing_but_that_it_ended(
    pair, mentors, sign_in, anonymous, linked, work, again, operator, app
):
    reason = "He talks about nothing but golf."
    sign_in(mentors.mia).post(
        f"/acme/mentorships/{pair.id}/agreement/versions",
        data={
            "seen": "0",
            "purpose": "x",
            "cadence": "monthly",
            "ends_on": "2028-01-31",
            "contact": "x",
            "name": "Mia",
            "agreed": "y",
        },
    )
    data = {"sign-version": "1", "sign-name": "Max", "sign-agreed": "y"}
    sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/agreement/signature", data=data)
    link = linked(MIA, "is signed")
    assert "End the mentorship with Max?" in anonymous.get(link).text
    assert again(pair).state is RUNNING, "looking ends nothing"
    assert anonymous.post(f"{link}/ending", data={"end-reason": reason}).status_code == 200
    work()
    assert again(pair).state is ENDED
    both = letters(operator, "mentorship_ended")
    assert [one.kind for one in both] == ["mentorship_ended"] * 2
    assert letters(operator, "look_back_invited") == [], "nobody is pushed"
    assert closures(operator) == []
    seen = sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}/closing").text
    assert "golf" not in seen
    assert reason in sign_in(mentors.ann).get("/acme/endings/").text
    for name in ("gil", "ned"):
        assert "golf" not in sign_in(mentors[name]).get(f"/{mentors[name].slug}/endings/").text
    assert sign_in(mentors.max).get("/globex/endings/").status_code == 404
    assert "golf" not in str([vars(line) for line in operator.scalars(sa.select(Activity))])
    mine = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}").text
    assert "Three mentors with room" in mine


def test_a_new_request_keeps_the_goal(pair, mentors, sign_in, work):
    mia = sign_in(mentors.mia)
    assert mia.post(f"/acme/mentorships/{pair.id}/closing/ending", data={}).location.endswith("/closing/onward")
    work()
    page = mia.get(f"/acme/mentorships/{pair.id}/closing/onward").text
    assert f"after={pair.id}" in page
    form = mia.get(f"/acme/mentors/{mentors.gus.mentor_id}/requests/new?after={pair.id}").text
    assert "forty people in two plants" in form
    stranger = sign_in(mentors.pam).get(f"/acme/mentors/{mentors.gus.mentor_id}/requests/new?after={pair.id}")
    assert stranger.status_code == 404


def test_the_clock_asks_once_and_closes_once(pair, ends, tick, again, operator, work):
    start = clock.now()
    ends(pair, start.date() + timedelta(days=30))
    tick(start + timedelta(days=15))
    assert letters(operator, "closing_asked") == []
    tick(start + timedelta(days=17), times=3)
    assert len(letters(operator, "closing_asked")) == 2
    tick(start + timedelta(days=30))
    assert again(pair).state is RUNNING, "the last day is theirs, wherever they are"
    # The clock stood still for two days.
    tick(start + timedelta(days=33), times=3)
    assert again(pair).state is ENDED
    assert [closure.outcome for closure in closures(operator)] == [ClosureOutcome.closed]
    assert len(letters(operator, "mentorship_ended")) == 2
    assert len(letters(operator, "look_back_invited")) == 2


def test_a_last_day_that_moved_does_not_close(pair, ends, tick, again, operator):
    start = clock.now()
    ends(pair, start.date() + timedelta(days=10))
    tick(start)
    ends(pair, start.date() + timedelta(days=100))
    tick(start + timedelta(days=12))
    assert again(pair).state is RUNNING
    tick(start + timedelta(days=90))
    assert len(letters(operator, "closing_asked")) == 4, "asked about the new day"
    assert {closure.outcome for closure in closures(operator)} == {ClosureOutcome.extended, None}


def test_nothing_closes_in_a_pause(pair, ends, tick, again, operator):
    start = clock.now()
    ends(pair, start.date() + timedelta(days=10))
    tick(start)
    operator.execute(sa.text("UPDATE mentorship SET state = 'paused', paused_at = now()"))
    operator.commit()
    tick(start + timedelta(days=40))
    assert again(pair).state is PAUSED


def test_alumni_read_on_and_a_mentee_becomes_a_mentor(pair, mentors, sign_in, work, operator):
    mia = sign_in(mentors.mia)
    mia.post(f"/acme/mentorships/{pair.id}/closing/ending", data={})
    work()
    for actor in (mentors.mia, mentors.max):
        client = sign_in(actor)
        assert (
            "Alumni" in client.get(f"/{actor.slug}/mentorships/").text
            or "Anciens" in client.get(f"/{actor.slug}/mentorships/").text
        )
        for part in ("", "/agreement", "/closing"):
            assert client.get(f"/{actor.slug}/mentorships/{pair.id}{part}").status_code == 200
    assert "/acme/profile/beginning" in mia.get(f"/acme/mentorships/{pair.id}/closing").text
    assert mia.post("/acme/profile/beginning").location == "/acme/profile/"
    assert "/acme/profile/beginning" not in mia.get(f"/acme/mentorships/{pair.id}/closing").text


def test_feedback_is_apart_and_the_other_reads_the_rest(pair, mentors, sign_in, work, operator):
    mia, maxs = sign_in(mentors.mia), sign_in(mentors.max)
    page = f"/acme/mentorships/{pair.id}/closing/look-back"
    assert mia.post(page, data=LOOK_BACK).status_code == 409, "nothing ends yet"
    mia.post(f"/acme/mentorships/{pair.id}/closing/agreement")
    data = LOOK_BACK | {"feedback": "More time for this, by rule."}
    assert mia.post(page, data=data).status_code == 303
    work()
    assert len(letters(operator, "thanks_written")) == 1
    theirs = maxs.get(f"/globex/mentorships/{pair.id}/closing").text
    assert "Thank you for the evenings." in theirs
    assert "More time for this" not in theirs
    anns = sign_in(mentors.ann).get("/acme/endings/").text
    assert "More time for this" in anns
    assert "Thank you for the evenings." not in anns
    assert operator.scalars(sa.select(CoordinatorNote)).one().employer_id == mentors.mia.org_id
