"""Who walks, who sits down where, and when: what every room of a programme's way shares.

Whoever runs it and those who look after people sit at one desk, mentor and mentee share one phone: who sits down signs in
by a cookie, because signing in has its own tests. The clock is the test's own (``a_year``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.cohorts.jobs import turn_clock_of_cohorts
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import Cohort
from marketplace.programmes.templates_ready import ready_templates
from tenants.accounts.models import AccountSession
from tenants.shared import clock
from tests.browser.a_year import Year
from tests.browser.people import Visitor, seat
from tests.cast import Actor, Cast
from tests.factories import enrol

AFTERNOON = time(15, 45, tzinfo=UTC)
NEWS = "News of your place in a programme"
PHASES = {
    Phase.call: "Call",
    Phase.mid_point: "Mid-point",
    Phase.closing: "Closing",
}


@dataclass(frozen=True)
class Fault:
    """Something on the sheet that must be mended before it opens: a control, what is wrong and right in it, what is said."""

    control: str
    wrong: str | bool
    right: str | bool
    said: Mapping[str, str]


@dataclass(frozen=True)
class Journey:
    """Who does what in a form. ``runner`` runs the programme; ``mentor`` and ``mentee`` meet (both are peers in that form).

    ``sides``: what the two are called. ``pair``: what the mentee's page of the pair begins with, where the form has a
    sentence of its own. Texts by language, as people read them.

    What one journey shows for all of them: ``colleague`` is nominated in one spreadsheet with the mentee, ``leaver`` has the
    only place until they leave, the two ``sign`` their agreement, everybody meets at the ``launch``.
    """

    form: Form
    runner: str
    mentor: str
    mentee: str
    sides: Mapping[str, tuple[str, str]]
    seniorities: tuple[str, str] = ("", "")
    fault: Fault | None = None
    pair: Mapping[str, str] = field(default_factory=dict)
    colleague: str = ""
    leaver: str = ""
    sign: bool = False
    launch: bool = False


class Room:
    """Where a journey stands in its language: its people, its two seats, its cohort, its day."""

    def __init__(
        self, journey: Journey, year: Year, seats: tuple[Visitor, Visitor], cast: Cast, app: Flask, operator: Session
    ) -> None:
        self.journey, self.year, self.cast, self.app, self.operator = journey, year, cast, app, operator
        self._desk, self._phone = seats
        self.language = language = self._desk.language
        self.template = ready_templates()[journey.form]
        self.choices = self.template.modalities
        self.name = self.template.name.text(language)
        self.runner, self.mentor, self.mentee = (
            cast[name] for name in (journey.runner, journey.mentor, journey.mentee)
        )
        self.both = self.mentor, self.mentee
        self.firms = {"acme": cast.ann, "globex": cast.gil, "lycee": cast.get("lea", cast.gil)}
        """Who looks after the people of each organisation."""
        first = self.choices.timeline[0].day
        self.launch_day: date = clock.today() - timedelta(days=first)
        self.programme = self.cohort = ""
        self.there: set[int] = set()
        """Who came in by a way that somebody else has gone, and has done what is asked of them."""

    # --- who sits down, and when ------------------------------------------------------------------------------------

    def desk(self, somebody: Actor, path: str = "") -> Visitor:
        return self._sits(self._desk, somebody, path)

    def phone(self, somebody: Actor, path: str = "") -> Visitor:
        visitor = self._sits(self._phone, somebody, path)
        if path:
            self.fits()
        return visitor

    def _sits(self, visitor: Visitor, somebody: Actor, path: str) -> Visitor:
        seat(visitor, self.app, somebody)
        if path:
            visitor.open(f"/{somebody.slug}/{path}")
        return visitor

    def fits(self) -> None:
        """The page on the phone is no wider than it."""
        self._phone.faults += [f"{self._phone.page.url}: {fault}" for fault in self._phone.fits()]

    def follow(self, reader: Actor, about: str, under: str = "") -> Visitor:
        """The link of the newest letter about it, on the phone, where nobody needs to be signed in."""
        self._phone.context.clear_cookies()
        self._phone.open(self.year.link(reader, about, under))
        self.fits()
        return self._phone

    def day_of(self, phase: Phase) -> date:
        return self.launch_day + timedelta(days=next(one.day for one in self.choices.timeline if one.phase is phase))

    def until(self, phase: Phase) -> None:
        """The day of ``phase``: by then the clock has opened what is opened by its date."""
        self.year.traveller.move_to(datetime.combine(self.day_of(phase), AFTERNOON))
        self.operator.execute(sa.update(AccountSession).values(seen_at=clock.now()))
        self.operator.commit()
        self.year.work(turn_clock_of_cohorts)

    # --- who they are in it -----------------------------------------------------------------------------------------

    def side(self, somebody: Actor) -> str:
        return self.journey.sides[self.language][0 if somebody is self.mentor else 1]

    def _side_of(self, somebody: Actor) -> Side:
        if self.journey.form is Form.peer:
            return Side.peer
        return Side.mentor if somebody is self.mentor else Side.mentee

    def _trains_first(self, somebody: Actor) -> bool:
        return self.choices.rules(self._side_of(somebody)).training == "before_matching"

    @property
    def cohort_id(self) -> int:
        return int(self.cohort.rpartition("/")[2])

    def enrol(self, *people: Actor) -> None:
        """They are in, by a way that somebody else has gone; where a training is asked, they have done it."""
        cohort = self.operator.scalars(sa.select(Cohort).where(Cohort.id == self.cohort_id)).one()
        for somebody in people:
            trained = {"trained_at": clock.now()} if self._trains_first(somebody) else {}
            enrol(self.operator, cohort, somebody, self._side_of(somebody), **trained)
            self.there.add(somebody.person_id)
        self.operator.commit()

    # --- what they read ---------------------------------------------------------------------------------------------

    def stands_at(self, visitor: Visitor, phase: Phase) -> None:
        """The timeline on the cohort's page."""
        expect(visitor.page.locator("li[aria-current=step]")).to_contain_text(visitor.word(PHASES[phase]))

    def is_written(self, reader: Actor, about: str, words: str) -> None:
        """The newest letter about it says so, wherever its lines break."""
        said = " ".join(self.year.text(reader, about).split())
        assert " ".join(words.split()) in said, said

    @staticmethod
    def reads(visitor: Visitor, words: str) -> None:
        expect(visitor.page.get_by_role("main")).to_contain_text(words)
