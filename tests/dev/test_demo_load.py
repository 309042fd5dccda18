"""``passerelle demo`` against the real database: what it leaves is what the product itself could have made."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from dev.demo import command
from dev.demo.boards import FIRM
from dev.demo.known import KNOWN, PASSWORD
from dev.demo.loading import DemoProblem, card_values, story_html
from dev.demo.people import Population, firms
from marketplace.config import Settings
from marketplace.mentors import cards, stories
from marketplace.mentors.models import Card, MentorProfile
from marketplace.mentors.policy import missing_for_publication
from marketplace.mentorships.models import Mentorship, MentorshipQuestion
from marketplace.requests.models import OPEN_STATES, MentoringRequest, RequestState
from tenants.accounts.models import Account
from tenants.affiliations.models import Affiliation, Assistance
from tenants.organisations.models import Organisation
from tenants.spreadsheets.models import ImportRow, ImportState, PeopleImport, Verdict
from tenants.walls import wall_faults

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
PLACES = (RequestState.accepted, RequestState.confirmed)


@pytest.fixture
def load(operator_app: Flask, settings: Settings) -> Callable[..., None]:
    def run(*, mentors: int = 120, reset: bool = False) -> None:
        with operator_app.app_context():
            command.load(settings.database, mentors=mentors, reset=reset, now=NOON)

    return run


@pytest.fixture(scope="module")
def loaded(operator_app: Flask, settings: Settings, _admin: sa.Engine, _tables: str, keep_rows) -> Callable[[int], str]:
    """The statement that makes a demo of so many mentors anew: each is loaded once, and copied for every test."""

    @cache
    def again(mentors: int) -> str:
        with operator_app.app_context(), _admin.connect() as connection:
            command.load(settings.database, mentors=mentors, reset=False, now=NOON)
            kept = keep_rows(f"kept_demo_{mentors}")
            connection.exec_driver_sql(_tables)
        return str(kept)

    return again


@pytest.fixture
def demo(loaded: Callable[[int], str], _admin: sa.Engine) -> Callable[..., None]:
    """What ``load`` leaves of one that nobody looked at before."""

    def copy(*, mentors: int = 120) -> None:
        statement = loaded(mentors)
        with _admin.connect() as connection:
            connection.exec_driver_sql(statement)

    return copy


def count(session: Session, what: type, *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(what).where(*where)) or 0


def counted(session: Session, by: Any, *where: Any) -> dict[Any, int]:
    query = sa.select(by, sa.func.count()).where(*where).group_by(by)
    return dict(session.execute(query).all())


def test_the_demo_is_whole(demo: Callable[..., None], operator: Session, database: str) -> None:
    demo(mentors=500)
    assert count(operator, Organisation) == 44
    assert count(operator, Account) == 801
    assert count(operator, MentorProfile) == 500
    states = counted(operator, MentoringRequest.state)
    assert set(states) == set(RequestState)
    assert sum(states.values()) > 280
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        assert wall_faults(connection) == []
    engine.dispose()


def test_places_and_dates_add_up(demo: Callable[..., None], operator: Session) -> None:
    demo()
    held = counted(operator, MentoringRequest.mentor_id, MentoringRequest.holds_place)
    for profile in operator.scalars(sa.select(MentorProfile)):
        assert profile.open_slots == profile.capacity - held.get(profile.id, 0) >= 0
        if profile.published is not None:
            assert missing_for_publication(profile) == []
    for asked in operator.scalars(sa.select(MentoringRequest)):
        assert asked.holds_place <= (asked.state in PLACES)
        assert (asked.due_at is not None) == (asked.state in OPEN_STATES)
        assert asked.due_at is None or asked.due_at > NOON
        assert asked.created_at <= asked.updated_at <= NOON
        if asked.state is RequestState.sent and asked.sent_at <= NOON - timedelta(days=7):
            assert asked.reminded_at is not None


def test_nobody_asks_somebody_they_cannot_see(demo: Callable[..., None], operator: Session) -> None:
    demo()
    unseen = sa.text(
        """
        SELECT count(*) FROM mentoring_request r
        LEFT JOIN card c ON c.org_id = r.mentor_org_id AND c.mentor_id = r.mentor_id
        WHERE r.state IN ('draft', 'awaiting_employer', 'sent', 'more_information', 'accepted')
          AND (c.mentor_id IS NULL
               OR EXISTS (SELECT FROM conflict_declaration d WHERE (d.org_id, d.other_org_id)
                          IN ((r.org_id, r.mentor_org_id), (r.mentor_org_id, r.org_id)))
               OR NOT c.aud && (
                   ARRAY(SELECT m.network_id FROM firm_membership m WHERE m.firm_id = r.org_id AND m.state = 'active')
                   || ARRAY(SELECT 0 FROM organisation o WHERE o.id = r.org_id AND o.in_marketplace)))
        """
    )
    assert operator.scalar(unseen) == 0


def test_those_who_are_named_can_sign_in_and_have_something_to_do(
    demo: Callable[..., None], app: Flask, tmp_path: Path, operator: Session
) -> None:
    demo(mentors=500)
    administers = sa.select(Account).join(Affiliation, Affiliation.person_id == Account.id)
    payer = operator.scalars(
        administers.join(Organisation, Organisation.id == Affiliation.org_id).where(
            Organisation.slug == FIRM, Affiliation.role == "company_admin"
        )
    ).first()
    assert payer is not None
    command.write_accounts(tmp_path / "accounts.json", payer.person.name, payer.email)
    people = json.loads((tmp_path / "accounts.json").read_text())
    assert [set(person) for person in people] == [{"who", "email", "password", "where"}] * 6
    for person in people:
        client = app.test_client()
        signed_in = client.post("/sign-in", data={"email": person["email"], "password": person["password"]})
        assert signed_in.status_code in (302, 303), person
        assert client.get(person["where"]).status_code == 200, person
    waiting = {known.email: waiting_for(operator, known.email, known.slug, known.role) for known in KNOWN}
    assert waiting[KNOWN[0].email] == 2
    assert waiting[KNOWN[1].email] == 3
    assert waiting[KNOWN[2].email] >= 3


def waiting_for(operator: Session, email: str, slug: str, role: str) -> int:
    person_id = operator.scalar(sa.select(Account.id).where(Account.email == email))
    org_id = operator.scalar(sa.select(Organisation.id).where(Organisation.slug == slug))
    asked = MentoringRequest
    theirs = {
        "hr_partner": sa.and_(asked.org_id == org_id, asked.state == RequestState.awaiting_employer),
    }.get(
        role,
        sa.or_(
            sa.and_(asked.mentor_person_id == person_id, asked.state == RequestState.sent),
            sa.and_(
                asked.mentee_person_id == person_id,
                asked.state.in_([RequestState.more_information, RequestState.accepted]),
            ),
        ),
    )
    return count(operator, asked, theirs)


def test_the_same_day_gives_the_same_demo(load: Callable[..., None], operator: Session) -> None:
    def fingerprint() -> str:
        tables = ("person", "affiliation", "mentor_profile", "card", "mentoring_request", "request_message", "notice")
        digest = hashlib.sha256()
        for name in tables:
            rows = operator.execute(sa.text(f"SELECT md5(t::text) FROM {name} t ORDER BY 1"))
            digest.update("".join(row[0] for row in rows).encode())
        operator.rollback()
        return digest.hexdigest()

    load()
    first = fingerprint()
    load(reset=True)
    assert fingerprint() == first


def test_a_database_in_use_is_left_alone(
    demo: Callable[..., None], load: Callable[..., None], operator: Session
) -> None:
    demo()
    with pytest.raises(DemoProblem, match="--reset"):
        load()
    operator.execute(sa.update(Account).where(Account.email == KNOWN[0].email).values(email="ann@a-real-firm.com"))
    operator.commit()
    with pytest.raises(DemoProblem, match="Nothing was erased"):
        load(reset=True)
    assert count(operator, MentorProfile) == 120


@pytest.mark.parametrize("many", [100, 100_000])
def test_a_crowd_comes_after_the_demo_itself(
    load: Callable[..., None], operator: Session, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(command, "MANY", many)
    indexes = sa.text("SELECT count(*) FROM pg_indexes WHERE tablename = 'card'")
    before = operator.scalar(indexes)
    operator.rollback()
    load(mentors=1300)
    assert count(operator, MentorProfile) == 1300
    assert operator.scalar(sa.text("SELECT nextval('organisation_id_seq')")) == count(operator, Organisation) + 1
    assert operator.scalar(indexes) == before
    assert operator.scalar(sa.text("SELECT bool_and(tgenabled = 'O') FROM pg_trigger WHERE NOT tgisinternal"))
    misjudged = sa.text(
        """
        SELECT count(*) FROM card c JOIN organisation o ON o.id = c.org_id
        WHERE c.aud <> ARRAY(SELECT unnest(c.chosen) INTERSECT SELECT unnest(
            ARRAY[c.org_id] || CASE WHEN o.in_marketplace THEN ARRAY[0] ELSE '{}'::integer[] END
            || ARRAY(SELECT m.network_id FROM firm_membership m WHERE m.firm_id = c.org_id AND m.state = 'active'))
            ORDER BY 1)
        """
    )
    assert operator.scalar(misjudged) == 0


def test_quick_cards_are_the_product_s_cards(operator: Session) -> None:
    population = Population(5)
    for number, firm in enumerate(firms()):
        human = population.human(firm, mentor=True)
        page = population.page(human, firm)
        page.id = number
        quick = card_values(page, human.name, firm.name)
        plain = cards.card_values(page, name=human.name, firm=firm.name, photo=None)
        same = sa.select(
            sa.cast(quick.pop("search"), Card.search.type) == sa.cast(plain.pop("search"), Card.search.type)
        )
        assert operator.scalar(same)
        assert quick == plain
        assert story_html(page.story) == stories.story_html(page.story)


def test_the_shared_password_is_one_that_the_product_would_take(app: Flask) -> None:
    with app.test_request_context():
        faults, _normal = app.extensions["security"]._password_util.validate(PASSWORD, True, email=KNOWN[0].email)
    assert not faults


def test_a_mentor_who_left_leaves_no_card_no_open_request_and_a_pair_that_is_asked(
    demo: Callable[..., None], operator: Session
) -> None:
    demo(mentors=500)
    gone = operator.scalars(sa.select(Affiliation).where(Affiliation.ended_on.is_not(None))).one()
    assert gone.closed_at is not None and gone.closed_at < NOON
    assert count(operator, Card, Card.person_id == gone.person_id) == 0
    theirs = MentoringRequest.mentor_person_id == gone.person_id
    assert count(operator, MentoringRequest, theirs, MentoringRequest.state.in_(OPEN_STATES)) == 0
    assert count(operator, MentoringRequest, theirs, MentoringRequest.state == RequestState.closed) >= 1
    pairs = operator.scalars(
        sa.select(Mentorship).where(Mentorship.mentor_person_id == gone.person_id, Mentorship.state == "running")
    ).all()
    asked = operator.scalars(sa.select(MentorshipQuestion.mentorship_id)).all()
    assert {pair.id for pair in pairs} == set(asked) != set()
    assert {pair.mentor_employer_id for pair in pairs} == {None}


def test_the_hr_partner_has_a_list_with_three_rows_to_mend_and_the_executive_an_assistant(
    demo: Callable[..., None], app: Flask, operator: Session
) -> None:
    demo(mentors=500)
    looked_at = operator.scalars(sa.select(PeopleImport).where(PeopleImport.state == ImportState.checked)).one()
    partner, executive = KNOWN[2], KNOWN[1]
    for known, path, words in (
        (partner, f"people/imports/{looked_at.id}", "to-mend"),
        (executive, "assisting/", "assisting"),
    ):
        client = app.test_client()
        client.post("/sign-in", data={"email": known.email, "password": PASSWORD})
        page = client.get(f"/{known.slug}/{path}")
        assert page.status_code == 200 and words in page.text, known
    assert count(operator, ImportRow, ImportRow.verdict == Verdict.wrong) == 3
    assert operator.scalars(sa.select(Assistance)).one().agreed
