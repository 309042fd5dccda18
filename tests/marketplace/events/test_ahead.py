"""What lies ahead of one person: in the calendar that they subscribed to, and on their own pages."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
from icalendar import Calendar

from marketplace.programmes.models import Enrolment, EnrolmentState
from tests.marketplace.events.conftest import DAY, LAUNCH, announce


def feed_of(client, anonymous):
    page = client.post("/calendar/address").text
    address = re.search(r"http://localhost(/calendar/[\w-]+\.ics)", page).group(1)
    return lambda: {str(one["UID"]): one for one in Calendar.from_ical(anonymous.get(address).data).events}


def test_a_calendar_shows_what_its_owner_is_asked_to_as_firmly_as_they_said_yes(
    make_event, answer, as_host, sign_in, anonymous, work, cast, operator, at
):
    launch, full, other = make_event(), make_event(capacity=1, title_fr=""), make_event(sides=["mentor"])
    draft = make_event(published=False)
    work()
    mia = sign_in(cast.mia)
    feed = feed_of(mia, anonymous)
    assert {one["STATUS"] for one in feed().values()} == {"TENTATIVE"}
    assert set(feed()) == {launch.uid, full.uid}, "nothing of the other side, and no draft"
    answer(cast.mia, launch, "yes")
    answer(cast.pam, full, "yes")
    answer(cast.mia, full, "yes")
    shown = feed()
    assert (shown[launch.uid]["STATUS"], shown[full.uid]["STATUS"]) == ("CONFIRMED", "TENTATIVE"), "who waits is not in"
    assert str(shown[launch.uid]["SUMMARY"]) == "We begin" and shown[launch.uid].start == LAUNCH
    assert str(shown[launch.uid]["LOCATION"]) == "Lyon · https://meet.example/launch"
    assert str(shown[launch.uid]["URL"]) == f"http://localhost/acme/events/{launch.id}"
    assert "Pam" not in str(shown), "nobody else is in it"
    answer(cast.mia, full, "no")
    as_host("cancel_event", launch)
    assert feed() == {}
    # The mentor's own: theirs alone, in their language; gone with the cohort, as soon as they leave it.
    theirs = feed_of(sign_in(cast.max), anonymous)
    assert set(theirs()) == {full.uid, other.uid} and str(theirs()[other.uid]["SUMMARY"]) == "Nous commençons"
    [one] = operator.scalars(sa.select(Enrolment).where(Enrolment.person_id == cast.max.person_id))
    one.state = EnrolmentState.dropped_out
    announce(operator, "enrolment.ended", org_id=one.org_id, enrolment_id=one.id)
    work()
    assert theirs() == {}
    assert draft.uid not in str(theirs())


def test_ones_own_pages_say_what_is_next_and_what_waits_for_an_answer(
    make_event, answer, sign_in, work, cast, at, operator
):
    launch, later = make_event(), make_event(title_en="Later on", starts_at=LAUNCH + DAY)
    work()
    mia = sign_in(cast.mia)
    for path in ("/acme/mentorships/", "/acme/programmes/"):
        text = mia.get(path).text
        assert "Coming up" in text and text.index("We begin") < text.index("Later on")
        assert text.count("Are you coming?") == 2
        assert f"/acme/cohorts/{launch.cohort_id}/events/{launch.id}" in text
    answer(cast.mia, launch, "yes")
    answer(cast.mia, later, "no")
    text = mia.get("/acme/mentorships/").text
    assert "You are coming" in text and "Later on" not in text
    assert "Coming up" not in sign_in(cast.ann).get("/acme/mentorships/").text, "nobody else's"
    at(LAUNCH + timedelta(hours=2))
    assert "Coming up" not in mia.get("/acme/mentorships/").text
