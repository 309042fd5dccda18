"""The files in letters about events, in a calendar server of somebody else's making: put, read back, moved, called off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.marketplace.events.conftest import plan
from tests.marketplace.meetings.test_radicale import ask, pytestmark, server

__all__ = ["pytestmark", "server"]

PARIS, TORONTO = ZoneInfo("Europe/Paris"), ZoneInfo("America/Toronto")


@pytest.fixture
def kept(mailbox, cast, work, server):
    """Put the file of the latest letter to somebody into their calendar, as a mail program does; what the server gives back."""

    def put(actor, letters):
        work()
        got = mailbox.to(actor.email)
        assert len(got) == letters
        (part,) = [part for part in got[-1].iter_attachments() if part.get_content_type() == "text/calendar"]
        file = part.get_payload(decode=True)
        method = str(Calendar.from_ical(file)["METHOD"])
        # METHOD is for the mail (RFC 5546); no server keeps it (RFC 4791, 4.1).
        address = f"{server}/{Calendar.from_ical(file).events[0]['UID']}.ics"
        ask("PUT", address, file.replace(f"METHOD:{method}\r\n".encode(), b""))
        (event,) = Calendar.from_ical(ask("GET", address)).events
        return method, int(event["SEQUENCE"]), event

    return put


def test_invited_moved_over_a_clock_change_and_called_off(make_event, as_host, kept, cast, at):
    # The clocks of Paris go ahead on 28 March 2027 at two; those of Toronto did so a fortnight before.
    at(datetime(2027, 3, 1, 9, tzinfo=UTC))
    before = datetime(2027, 3, 27, 16, 30, tzinfo=UTC)
    event = make_event(starts_at=before, minutes=90, place="Salle « Rhône », 2; côté cour")
    method, sequence, entry = kept(cast.mia, 1)
    assert (method, sequence, entry["STATUS"]) == ("REQUEST", 0, "CONFIRMED")
    assert (entry.start, entry.end - entry.start) == (before, timedelta(minutes=90))
    assert f"{entry.start.astimezone(PARIS):%d %H:%M} {entry.start.astimezone(TORONTO):%H:%M}" == "27 17:30 12:30"
    assert str(entry["LOCATION"]) == "Salle « Rhône », 2; côté cour · https://meet.example/launch"
    # On the day itself, across the hour that does not exist: it begins at 01:30 and ends an hour and a half later, at 04:00.
    across = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    as_host("change_event", event, plan=plan(cast, starts_at=across, minutes=90))
    method, sequence, entry = kept(cast.mia, 2)
    assert (method, sequence) == ("REQUEST", 1)
    assert (entry.start, entry.end) == (across, across + timedelta(minutes=90))
    assert f"{entry.start.astimezone(PARIS):%H:%M} {entry.end.astimezone(PARIS):%H:%M}" == "01:30 04:00"
    # Elsewhere: the same day by another clock, told by the zone of the event.
    there = datetime(2027, 3, 29, 15, tzinfo=UTC)
    as_host("change_event", event, plan=plan(cast, starts_at=there, zone="America/Toronto"))
    method, sequence, entry = kept(cast.mia, 3)
    assert (method, sequence, entry.start) == ("REQUEST", 2, there)
    assert f"{entry.start:%H:%M}" == "11:00" and str(entry["DTSTART"].params["TZID"]) == "America/Toronto"
    as_host("cancel_event", event)
    method, sequence, entry = kept(cast.mia, 4)
    assert (method, sequence, entry["STATUS"]) == ("CANCEL", 3, "CANCELLED")


def test_whoever_leaves_holds_a_newer_file_than_the_invitation(make_event, kept, cast, operator, work, cohort):
    import sqlalchemy as sa

    from marketplace.programmes.models import Enrolment, EnrolmentState
    from tests.marketplace.events.conftest import announce

    make_event(starts_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert kept(cast.mia, 1)[1] == 0
    one = operator.scalars(sa.select(Enrolment).where(Enrolment.person_id == cast.mia.person_id)).one()
    one.state = EnrolmentState.dropped_out
    announce(operator, "enrolment.ended", org_id=cohort.org_id, enrolment_id=one.id)
    method, sequence, entry = kept(cast.mia, 2)
    assert (method, sequence, entry["STATUS"]) == ("CANCEL", 1, "CANCELLED")
