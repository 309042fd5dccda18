"""The product in one process whose clock is the test's own, and what comes by post from it.

A pair's year passes in a minute: the server, the worker and the clock's jobs read one clock, which ``Year.until`` moves on.
The mail server is a real one, and so are the database, the browser and every letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from threading import Thread

import sqlalchemy as sa
import time_machine
from flask import Flask
from icalendar import Calendar, Event
from werkzeug.serving import make_server

from dev.mailbox import Mailbox
from marketplace.app import create_app
from marketplace.closing.jobs import look_at_last_days
from marketplace.config import Settings
from marketplace.meetings.jobs import turn_clock_of_meetings
from marketplace.mentorships.jobs import settle_due_questions
from marketplace.requests.jobs import turn_clock_of_requests
from marketplace.rhythm.jobs import turn_clock_of_rhythm
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.digests import find_due_digests
from tenants.shared.jobs import run_worker
from tests.browser.people import Visitor
from tests.cast import Actor

CLOCK = (
    turn_clock_of_requests,
    turn_clock_of_meetings,
    turn_clock_of_rhythm,
    look_at_last_days,
    settle_due_questions,
    find_due_digests,
)


@dataclass
class Year:
    """One product, one clock, one mailbox."""

    site: str
    box: Mailbox
    worker: Flask
    traveller: time_machine.Coordinates
    aside: ThreadPoolExecutor
    """The browser's driver keeps an event loop in the test's own thread, where the worker's could not run."""

    def until(self, moment: datetime) -> None:
        """The clock moves on, and whatever comes due by then is done."""
        self.traveller.move_to(moment)
        self.work(*CLOCK)

    def work(self, *due: object) -> None:
        """The worker empties the queue, after these jobs of the clock."""
        self.aside.submit(self._work, due).result()

    def _work(self, due: tuple[object, ...]) -> None:
        for job in due:
            with self.worker.app_context():
                job.func.__wrapped__()  # type: ignore[attr-defined]
                db.session.commit()
        if self._waiting():
            run_worker(self.worker, wait=False, concurrency=1)
            left = self._waiting()
            assert not left, f"The worker could not do all of its work: {left}"

    def _waiting(self) -> list[str]:
        """What is due by now; some jobs are for later, in case nobody else has done it by then."""
        due = "SELECT task_name, status, attempts FROM procrastinate_jobs WHERE coalesce(scheduled_at, :now) <= :now"
        with self.worker.app_context():
            left = db.session.execute(sa.text(due), {"now": clock.now()}).all()
            db.session.rollback()
        return [str(job) for job in left]

    def letters(self, reader: Actor, about: str) -> list[EmailMessage]:
        """Everything that ``reader`` was written with ``about`` as its subject (spaces there are plain ones), oldest first."""
        self.work()
        subject = " ".join(about.split())
        return [letter for letter in self.box.to(reader.email) if str(letter["Subject"]) == subject]

    def letter(self, reader: Actor, about: str) -> EmailMessage:
        found = self.letters(reader, about)
        came = "\n".join(f"{letter['To']}: {letter['Subject']}" for letter in self.box.letters)
        assert found, f"No letter to {reader.name} about “{about}”. These came:\n{came}"
        return found[-1]

    def text(self, reader: Actor, about: str) -> str:
        body = self.letter(reader, about).get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def link(self, reader: Actor, about: str, under: str = "", to: str = "links/") -> str:
        """The address in the newest letter about it that acts, or the one ``under`` these words."""
        text = self.text(reader, about)
        found = re.search(rf"{re.escape(under)}\s+({re.escape(self.site)}/{to}\S+)", text)
        assert found, f"Nothing in this letter acts:\n{text}"
        return found[1]

    def follow(self, visitor: Visitor, reader: Actor, about: str, under: str = "") -> None:
        """Open it where nobody is signed in; on a phone it has to fit."""
        visitor.open(self.link(reader, about, under))
        assert "/links/" in visitor.page.url, f"{about}: {visitor.page.url}"
        if visitor.phone:
            visitor.check(layout_only=True)

    def event(self, reader: Actor, about: str) -> tuple[Event, datetime]:
        """The meeting as the newest letter's calendar file has it, and when it begins by the zone that the file describes."""
        file = next(part for part in self.letter(reader, about).walk() if part.get_content_type() == "text/calendar")
        calendar = Calendar.from_ical(file.get_payload(decode=True))
        assert calendar["METHOD"] == "REQUEST"
        (event,), (zone,) = calendar.events, calendar.timezones
        start = event["DTSTART"]
        assert start.params["TZID"] == zone["TZID"]
        return event, start.dt.replace(tzinfo=zone.to_tz(lookup_tzid=False))


@contextmanager
def year_from(moment: datetime, settings: Settings, port: int) -> Iterator[Year]:
    """The product from ``moment`` on, at a loopback ``port``."""
    site = f"http://127.0.0.1:{port}"
    with time_machine.travel(moment) as traveller, Mailbox() as box, ThreadPoolExecutor(1) as aside:
        mine = replace(settings, base_url=site, mail_server=box.host, mail_port=box.port)
        web, worker = create_app(mine), create_app(mine, role="worker")
        server = make_server("127.0.0.1", port, web, threaded=True)
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            yield Year(site, box, worker, traveller, aside)
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
            for app in (web, worker):
                with app.app_context():
                    db.engine.dispose()


Visit = Callable[..., Visitor]
