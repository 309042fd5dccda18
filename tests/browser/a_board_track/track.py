"""The track that is walked, who sits down where, and what every room shares.

The clock runs as it does outside: what the stand-in for Stripe signs is stale after minutes. Who sits down signs in by a cookie,
because signing in has its own tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from marketplace.boards.models import BoardTrack, TrackState
from marketplace.programmes.modalities import Form, Phase, SideRules
from marketplace.programmes.models import Enrolment
from marketplace.programmes.templates_ready import ready_templates
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation, Role
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tests.browser.a_year import Year
from tests.browser.people import Visitor, seat
from tests.cast import Actor, Cast, make_actor
from tests.factories import make_cohort, make_programme
from tests.marketplace.boards.conftest import Payments

NAME = {"en": "Ready for the board", "fr": "Prêtes pour le conseil"}


@dataclass(frozen=True)
class Track:
    """Bridge's, open to Acme and Globex. Its nominations are under way, and its matching is due on its date."""

    id: int
    cohort_id: int


def write_track(operator: Session, cast: Cast) -> Track:
    """As the ready template has it, but that nobody has to train first and no firm to agree to a pair: other journeys show that.

    Cleo chairs Acme's board and Guy administers Globex: both join the cast. Whoever is of Globex reads French.
    """
    acme, globex = (operator.get_one(Organisation, cast[name].org_id) for name in ("mia", "max"))
    cast["cleo"] = make_actor(operator, "cleo", acme, title="Chair of the board")
    cast["guy"] = make_actor(operator, "guy", globex, Role.company_admin)
    for name, seniority in (("mia", "executive"), ("max", "board")):
        tie = sa.update(Affiliation).where(Affiliation.id == cast[name].affiliation_id)
        operator.execute(tie.values(seniority=seniority))
    abroad = sa.select(Affiliation.person_id).where(Affiliation.org_id == globex.id)
    operator.execute(sa.update(Person).values(locale="en", time_zone="Europe/Paris"))
    operator.execute(sa.update(Person).where(Person.id.in_(abroad)).values(locale="fr"))

    ready = ready_templates()[Form.board].modalities
    changed = {"firms_say_yes": False, "mentees": SideRules(**dict(ready.mentees) | {"training": "offered"})}
    programme = make_programme(operator, cast.ned, cast.max, **dict(ready) | changed)
    launch_on = clock.today() + timedelta(days=40)
    cohort = make_cohort(operator, programme, launch_on=launch_on, opened=Phase.nomination)
    track = BoardTrack(
        org_id=cohort.org_id,
        cohort_id=cohort.id,
        slug="ready",
        name_en=NAME["en"],
        name_fr=NAME["fr"],
        contents_en="- Six workshops\n- A chair who accompanies you",
        contents_fr="- Six ateliers\n- Une présidence qui vous accompagne",
        price_cents=240_000,
        currency="eur",
        starts_on=launch_on,
        ends_on=launch_on + timedelta(days=545),
        seats_total=6,
        is_public=True,
        state=TrackState.open,
        created_by_id=cast.ned.person_id,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    operator.add(track)
    operator.commit()
    return Track(track.id, cohort.id)


class Room:
    """Where the journey stands: its people, its two seats, its payments."""

    def __init__(
        self,
        track: Track,
        year: Year,
        payments: Payments,
        seats: tuple[Visitor, Visitor],
        cast: Cast,
        app: Flask,
        operator: Session,
    ) -> None:
        self.track, self.year, self.payments = track, year, payments
        self.cast, self.app, self.operator = cast, app, operator
        self._desk, self._phone = seats
        for visitor in seats:
            visitor.sent_on_to(payments.home)

    def desk(self, somebody: Actor, path: str = "") -> Visitor:
        """Acme's people and the network's, in English."""
        return self._sits(self._desk, somebody, path)

    def phone(self, somebody: Actor, path: str = "") -> Visitor:
        """Globex's people, in French."""
        return self._sits(self._phone, somebody, path)

    def _sits(self, visitor: Visitor, somebody: Actor, path: str) -> Visitor:
        seat(visitor, self.app, somebody)
        if path:
            visitor.open(f"/{somebody.slug}/{path}")
        return visitor

    def told(self) -> None:
        """Whatever the payment service has to tell has come, and is understood."""
        self.payments.settle()
        self.year.work()

    @staticmethod
    def reads(visitor: Visitor, words: str) -> None:
        expect(visitor.page.get_by_role("main")).to_contain_text(words)

    @property
    def enrolment(self) -> int:
        """Mia's place in the cohort, by which her readiness is found."""
        query = sa.select(Enrolment.id).where(Enrolment.person_id == self.cast.mia.person_id)
        return self.operator.scalars(query).one()
