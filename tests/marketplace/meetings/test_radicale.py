"""Our calendar files in a server of somebody else's making: put, read back, moved, called off."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tenants.shared.calendars import Attendee, Entry, calendar_file

PYTHON = os.environ.get("RADICALE_PYTHON") or (sys.executable if importlib.util.find_spec("radicale") else "")
pytestmark = pytest.mark.skipif(not PYTHON, reason="Radicale is not installed here (RADICALE_PYTHON names one)")

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PARIS, TORONTO = ZoneInfo("Europe/Paris"), ZoneInfo("America/Toronto")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a calendar on a Radicale of this test's own, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("radicale")
    options = ["--server-hosts", f"127.0.0.1:{port}", "--storage-filesystem-folder", str(folder), "--auth-type", "none"]
    with subprocess.Popen([PYTHON, "-m", "radicale", "--config", "", *options], stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr
            # It says in its log when it serves.
            said = next((line for line in iter(process.stderr.readline, b"") if b"ready" in line.lower()), b"")
            assert said, "Radicale did not start"
            url = f"http://127.0.0.1:{port}/mia/calendar"
            ask("MKCALENDAR", f"{url}/")
            yield url
        finally:
            process.terminate()


def ask(method: str, url: str, body: bytes | None = None) -> bytes:
    headers = {"Authorization": "Basic bWlhOng=", "Content-Type": "text/calendar; charset=utf-8"}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status in (200, 201, 204)
        return bytes(reply.read())


def kept(server: str) -> Calendar:
    return Calendar.from_ical(ask("GET", f"{server}/meeting.ics"))


def file_of(starts_at: datetime, sequence: int, *, cancelled: bool = False) -> bytes:
    """As a letter carries it; what iTIP says beside the event (METHOD) is for the mail, and no server keeps it."""
    entry = Entry(
        uid="meeting-7@passerelle",
        sequence=sequence,
        summary="Mia Acme – Max Globex",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        zone="America/Toronto",
        location="Room 4; left, behind the stairs",
        url="http://localhost/acme/mentorships/7",
        cancelled=cancelled,
        organizer=("Acme through Passerelle", "letters@passerelle.example"),
        attendees=(
            Attendee("Mia Acme", "mia@acme.example", True),
            Attendee("Max Globex", "letters+meeting-7@passerelle.example", False),
        ),
    )
    file = calendar_file("CANCEL" if cancelled else "REQUEST", [entry], now=NOW)
    return file.replace(b"METHOD:CANCEL\r\n", b"").replace(b"METHOD:REQUEST\r\n", b"")


def test_put_read_back_moved_and_called_off(server):
    # Toronto's clocks go back on 1 November 2026, those of Paris went back a week before: six hours, then five, then six.
    first = datetime(2026, 10, 27, 21, tzinfo=UTC)
    ask("PUT", f"{server}/meeting.ics", file_of(first, 0))
    (event,) = kept(server).events
    assert f"{event.start.astimezone(TORONTO):%d %H:%M}" == "27 17:00"
    assert f"{event.start.astimezone(PARIS):%d %H:%M}" == "27 22:00"
    assert event.end - event.start == timedelta(minutes=45)
    assert str(event["LOCATION"]) == "Room 4; left, behind the stairs"
    assert next(str(one) for one in event["ATTENDEE"]) == "mailto:mia@acme.example"

    moved = datetime(2026, 11, 3, 22, tzinfo=UTC)
    ask("PUT", f"{server}/meeting.ics", file_of(moved, 1))
    (event,) = kept(server).events
    assert event["SEQUENCE"] == 1
    assert f"{event.start.astimezone(TORONTO):%d %H:%M}" == "03 17:00"
    assert f"{event.start.astimezone(PARIS):%d %H:%M}" == "03 23:00"

    ask("PUT", f"{server}/meeting.ics", file_of(moved, 2, cancelled=True))
    (event,) = kept(server).events
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)


def test_the_server_finds_the_meeting_at_its_moment_by_the_zone_in_the_file(server):
    """A time range asks the server itself: it must have understood our description of the zone."""
    at = datetime(2027, 3, 16, 21, tzinfo=UTC)  # Toronto's clocks are ahead already, those of Paris not yet
    ask("PUT", f"{server}/meeting.ics", file_of(at, 3))
    for begins, found in ((at - timedelta(minutes=5), True), (at + timedelta(minutes=50), False)):
        stamp = f'start="{begins:%Y%m%dT%H%M%SZ}" end="{begins + timedelta(minutes=10):%Y%m%dT%H%M%SZ}"'
        query = (
            '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop>'
            f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range {stamp}/>'
            "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
        )
        headers = {"Authorization": "Basic bWlhOng=", "Content-Type": "application/xml", "Depth": "1"}
        request = urllib.request.Request(f"{server}/", data=query.encode(), method="REPORT", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert (b"meeting.ics" in reply.read()) is found
