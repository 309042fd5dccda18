"""Each form of mentoring from its ready template to the closing event, between two organisations, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from marketplace.config import Settings
from marketplace.mentors.models import MentorProfile
from marketplace.programmes.modalities import Form
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation, Role
from tenants.organisations.models import OrganisationKind
from tests.browser.a_programme import Fault, Journey, Walk
from tests.browser.a_year import Year, year_from
from tests.browser.conftest import free_port, in_one
from tests.browser.people import Visitor
from tests.cast import Cast, make_actor, make_mentor, make_organisation
from tests.factories import publish

pytestmark = pytest.mark.browser

BEGIN = datetime(2030, 1, 14, 15, tzinfo=UTC)
PLAIN = {"en": ("Mentor", "Mentee"), "fr": ("Mentor", "Mentee")}

JOURNEYS = (
    Journey(
        Form.informal,
        runner="abe",
        mentor="max",
        mentee="mia",
        sides=PLAIN,
        leaver="gus",
        fault=Fault(
            "input[name=ways_in][value=application]",
            wrong=False,
            right=True,
            said={
                "en": "Nobody can come in: let firms nominate, or people apply.",
                "fr": "Personne ne peut entrer : laissez les entreprises proposer, ou les personnes candidater.",
            },
        ),
    ),
    Journey(
        Form.organised,
        runner="abe",
        mentor="max",
        mentee="mia",
        sides=PLAIN,
        seniorities=("executive", "team_lead"),
        colleague="pam",
        fault=Fault(
            "#name_en",
            wrong="",
            right="Mentoring for future leaders",
            said={
                "en": "The programme has no name in English.",
                "fr": "Le programme n’a pas de nom en anglais.",
            },
        ),
    ),
    Journey(
        Form.external,
        runner="abe",
        mentor="mia",
        mentee="sam",
        sides={"en": ("Mentor", "Student"), "fr": ("Mentor", "Étudiant(e)")},
        pair={
            "en": "Mia, of Acme, accompanies you while you study.",
            "fr": "Mia, de Acme, vous accompagne pendant vos études.",
        },
    ),
    Journey(
        Form.peer,
        runner="ned",
        mentor="gus",
        mentee="mia",
        sides={"en": ("Peer", "Peer"), "fr": ("Pair", "Pair")},
        seniorities=("team_lead", "team_lead"),
        launch=True,
        pair={
            "en": "Gus is your peer: each of you is there for the other.",
            "fr": "Gus est votre pair : chacun est là pour l’autre.",
        },
    ),
    Journey(
        Form.reverse,
        runner="ned",
        mentor="mia",
        mentee="max",
        sides={"en": ("Junior mentor", "Senior mentee"), "fr": ("Mentor junior", "Mentoré senior")},
        seniorities=("early_career", "executive"),
        pair={
            "en": "Mia is your junior mentor: here the junior accompanies the senior.",
            "fr": "Mia est votre mentor junior : ici, la personne junior accompagne la senior.",
        },
    ),
    Journey(
        Form.cross_company,
        runner="ned",
        mentor="max",
        mentee="mia",
        sides=PLAIN,
        seniorities=("executive", "experienced"),
    ),
    Journey(
        Form.board,
        runner="ned",
        mentor="max",
        mentee="mia",
        sides=PLAIN,
        seniorities=("board", "executive"),
        sign=True,
    ),
)


@pytest.fixture(scope="module")
def passing(settings: Settings) -> Iterator[Year]:
    with year_from(BEGIN, settings, free_port()) as year:
        yield year


@pytest.fixture
def year(passing: Year) -> Year:
    """One product for all journeys; each begins on the same day, with an empty mailbox."""
    passing.traveller.move_to(BEGIN)
    passing.box.letters.clear()
    return passing


Seats = Callable[[str], tuple[Visitor, Visitor]]


@pytest.fixture(scope="module")
def furnished(debians_chromium: Browser, passing: Year) -> Iterator[Seats]:
    """A desk and a phone in each language, kept for all journeys: what a browser knows of the site, it fetches once."""
    made: dict[str, tuple[Visitor, Visitor]] = {}

    def seats(language: str) -> tuple[Visitor, Visitor]:
        if language not in made:
            desk, phone = (Visitor(debians_chromium, passing.site, language, phone=phone) for phone in (False, True))
            made[language] = desk, phone
        return made[language]

    yield seats
    for pair in made.values():
        for visitor in pair:
            visitor.close()


@pytest.fixture
def seats(furnished: Seats, language: str) -> Iterator[tuple[Visitor, Visitor]]:
    """Nobody is signed in at first; at the end no page may have complained."""
    pair = furnished(language)
    for visitor in pair:
        visitor.context.clear_cookies()
        visitor.faults.clear()
    yield pair
    assert [fault for visitor in pair for fault in visitor.faults] == []


@pytest.fixture
def walk(
    year: Year, cast: Cast, operator: Session, app: Flask, seats: tuple[Visitor, Visitor], language: str
) -> Callable[[Journey], Walk]:
    """Everybody is there, reads the language, and is of the seniority the form asks for; whoever mentors has a page."""

    def begun(journey: Journey) -> Walk:
        if journey.form is Form.external:
            school = make_organisation(operator, "lycee", OrganisationKind.company)
            cast["lea"] = make_actor(operator, "lea", school, Role.hr_partner)
            cast["sam"] = make_actor(operator, "sam", school)
        operator.execute(sa.update(Person).values(locale=language, time_zone="Europe/Paris"))
        mentors, mentees = journey.seniorities
        steps = {journey.mentor: mentors, journey.mentee: mentees, journey.colleague or journey.mentee: mentees}
        for name, seniority in steps.items():
            tie = sa.update(Affiliation).where(Affiliation.person_id == cast[name].person_id)
            operator.execute(tie.values(seniority=seniority))
        mentor = cast[journey.mentor]
        there = sa.select(MentorProfile.id).where(MentorProfile.person_id == mentor.person_id)
        if operator.scalar(there) is None and journey.form is not Form.peer:
            make_mentor(operator, mentor, network_ids=[], audience="company")
        operator.commit()
        if journey.form is not Form.peer:
            publish(app, mentor, now=BEGIN)
        return Walk(journey, year, seats, cast, app, operator)

    return begun


RUNS = [
    pytest.param(language, journey, id=f"{language}-{journey.form.value}")
    for number, journey in enumerate(JOURNEYS)
    for language in in_one(("fr", "en")[number % 2])
]


@pytest.mark.parametrize(("language", "journey"), RUNS)
def test_a_form_goes_from_its_template_to_the_closing_event(journey: Journey, walk: Callable[[Journey], Walk]):
    way = walk(journey)
    way.design()
    way.start()
    way.come_in()
    way.train()
    way.match()
    if journey.form is Form.peer and way.language == "en":
        way.gather(way.cast.pam, way.cast.max)
    if journey.launch:
        way.meet_at_launch()
    way.meet()
    way.celebrate()
    way.close()
