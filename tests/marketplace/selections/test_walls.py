"""Seats and records, and the functions that find cards for them, asked of the database itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.dossiers.models import BoardMandate
from marketplace.selections.models import SeatSpecification
from tenants.organisations.models import ConflictDeclaration, ConflictKind
from tenants.shared.database import new_id
from tests.marketplace.visibility.conftest import LONG_AGO

FITTING = "SELECT face -> 'headline' ->> 'en' FROM seat_candidates(:seat, :musts, :wishes, :most)"
FINANCE, RISK, PEOPLE = "Finance, with an audit", "Risk in several countries", "People and change"


@pytest.fixture
def a_seat(operator, scene):
    def make(actor, *, client="", listed=False):
        made = SeatSpecification(
            id=new_id(),
            org_id=actor.org_id,
            network_id=scene.ned.org_id,
            title="A seat",
            organisation_name=client,
            listed=listed,
            criteria={},
            created_by_id=actor.person_id,
            created_at=LONG_AGO,
            updated_at=LONG_AGO,
        )
        operator.add(made)
        operator.commit()
        return made.id

    return make


def fitting(connection, seat, musts=(), wishes=(), most=300):
    values = {"seat": seat, "musts": list(musts), "wishes": list(wishes), "most": most}
    return list(connection.scalars(sa.text(FITTING), values))


def test_whoever_meets_the_wishes_comes_before_whoever_has_higher_levels(scene, inside, a_seat):
    seat = a_seat(scene.max)
    with inside(scene.max) as of_max:
        assert set(fitting(of_max, seat)) == {FINANCE, RISK, PEOPLE}
        assert fitting(of_max, seat, most=1) == [RISK]
        assert fitting(of_max, seat, wishes=["l:6:3", "sector:health"], most=1) == [PEOPLE]
        assert fitting(of_max, seat, wishes=["l:6:3", "com:nomination"], most=1) == [PEOPLE]
        assert set(fitting(of_max, seat, musts=["sector:energy|sector:food", "l:1:2"])) == {FINANCE, RISK}
        near = "SELECT missed, face -> 'headline' ->> 'en' FROM seat_near_misses(:seat, :musts, 24)"
        found = of_max.execute(sa.text(near), {"seat": seat, "musts": ["l:1:1", "lang:fr", "com:audit"]}).all()
        assert [tuple(one) for one in found] == [(1, PEOPLE)], "Abe misses two."


def test_nobody_else_finds_anything_by_a_seat_and_no_client_finds_what_it_may_not(scene, inside, a_seat, operator):
    seat, search = a_seat(scene.max), a_seat(scene.kate, client="Initech")
    for actor in (scene.gil, scene.kate, scene.mia, scene.ned):
        with inside(actor) as theirs:
            assert fitting(theirs, seat) == [], actor.name
    with inside(scene.kate) as of_kate:
        assert len(fitting(of_kate, search)) == 3
    declared = ConflictDeclaration(
        org_id=scene.ida.org_id,
        other_org_id=scene.mia.org_id,
        kind=ConflictKind.competitor,
        declared_by_id=scene.ida.person_id,
    )
    operator.add(declared)
    operator.commit()
    with inside(scene.kate) as of_kate:  # all three work for Acme, of which her client told nobody but us
        assert fitting(of_kate, search) == []
    operator.delete(declared)
    operator.execute(sa.text("UPDATE seat_specification SET organisation_name = 'Acme' WHERE id = :id"), {"id": search})
    operator.commit()
    with inside(scene.kate) as of_kate:
        assert fitting(of_kate, search) == []
        with pytest.raises(DBAPIError, match="permission denied"):
            of_kate.exec_driver_sql("SELECT organisation_id FROM seat_specification")


def test_a_criterion_cannot_ask_for_more_than_cards_say(scene, inside, a_seat):
    seat = a_seat(scene.max)
    for asked in ("to:3", "n:1", "s:5", "l:1:1' | 'to:3", "lang:fr|to:3", "", "lang:fr & n:1"):
        with inside(scene.max) as of_max, pytest.raises(DBAPIError, match="not a criterion"):
            fitting(of_max, seat, musts=[asked])


def test_checks_tell_a_verdict_and_nothing_of_what_it_rests_on(scene, inside, a_seat, operator):
    seat, listed = a_seat(scene.max), a_seat(scene.max, listed=True)
    away = a_seat(scene.kate, client="A firm of another town")
    numbers = dict(operator.execute(sa.text("SELECT person_id, id FROM board_card")).all())
    mine = [numbers[scene.mia.person_id]]
    today = operator.scalar(sa.text("SELECT current_date"))

    def verdict(actor, which):
        with inside(actor) as theirs:
            query = sa.text("SELECT independent, within FROM seat_checks(:seat, :cards)")
            return tuple(theirs.execute(query, {"seat": which, "cards": mine}).one())

    def sits(where, *, actor=scene.mia, until=None, executive=False, quoted=False):
        operator.add(
            BoardMandate(
                org_id=scene.ned.org_id,
                person_id=actor.person_id,
                organisation_name=where,
                listed=quoted,
                role="non_executive",
                from_on=date(2015, 1, 1),
                until_on=until,
                executive=executive,
                created_at=LONG_AGO,
                updated_at=LONG_AGO,
            )
        )
        operator.commit()

    def nothing_held():
        operator.execute(sa.delete(BoardMandate))
        operator.commit()

    assert verdict(scene.max, seat) == ("free", True)
    assert verdict(scene.kate, away) == ("ask", True)
    # She sat on Globex' board: not an executive, and it is over.
    sits("Globex", until=today - timedelta(days=30))
    assert verdict(scene.max, seat) == ("free", True)
    sits("globex ", until=today - timedelta(days=400), executive=True)
    assert verdict(scene.max, seat) == ("not", True)
    nothing_held()
    sits("Globex", until=today - timedelta(days=6 * 366), executive=True)
    assert verdict(scene.max, seat) == ("free", True)
    # Gus of Globex sits on the board of Acme, where she works.
    sits("Acme", actor=scene.gus)
    assert verdict(scene.max, seat) == ("not", True)
    nothing_held()
    # Four mandates and this one are five; with a fifth before it is one too many.
    for number in range(4):
        sits(f"Board {number}", quoted=number < 2)
    assert verdict(scene.max, seat) == ("free", True) and verdict(scene.max, listed) == ("free", True)
    sits("Her own", executive=True, quoted=True, until=today + timedelta(days=9))
    assert verdict(scene.max, seat) == ("free", False)
    operator.execute(sa.delete(BoardMandate).where(BoardMandate.organisation_name.in_(["Board 2", "Board 3"])))
    operator.commit()
    assert verdict(scene.max, seat) == ("free", True)
    assert verdict(scene.max, listed) == ("free", False), "Who leads a listed company sits on two others at most."
    # Once she worked for Globex.
    nothing_held()
    operator.execute(
        sa.text(
            "INSERT INTO affiliation (org_id, id, person_id, role, job_title, work_email, started_on, ended_on) "
            "VALUES (:org, 5, :person, 'member', '', '', current_date - 3000, current_date - 900)"
        ),
        {"org": scene.max.org_id, "person": scene.mia.person_id},
    )
    operator.commit()
    assert verdict(scene.max, seat) == ("not", True)


def test_a_closed_record_is_kept_by_the_database(scene, inside, a_seat, operator):
    seat = a_seat(scene.max)
    key = {"org": scene.max.org_id, "me": scene.max.person_id, "seat": seat}
    with inside(scene.max) as of_max:
        of_max.execute(
            sa.text(
                "INSERT INTO selection (org_id, id, specification_id, opened_by_id, opened_at, version) "
                "VALUES (:org, 1, :seat, :me, now(), 1)"
            ),
            key,
        )
        put = (
            "INSERT INTO selection_entry (org_id, id, selection_id, number, card_id, stage) "
            "VALUES (:org, {0}, 1, {0}, {0}, 'long')"
        )
        of_max.execute(sa.text(put.format(1)), key)
        of_max.execute(sa.text("UPDATE selection SET closed_at = now(), closed_by_id = :me"), key)
        of_max.commit()
    for late in (
        put.format(2),
        "UPDATE selection_entry SET stage = 'short' WHERE org_id = :org",
        "UPDATE seat_specification SET title = 'Another' WHERE id = :seat",
        "INSERT INTO selection_step (org_id, id, selection_id, entry_id, stage, reason, words, by_id, at) "
        "VALUES (:org, 1, 1, 1, 'short', 'meets', '', :me, now())",
    ):
        with inside(scene.max) as of_max, pytest.raises(DBAPIError, match="is closed"):
            of_max.execute(sa.text(late), key)
    with inside(scene.max) as of_max:
        opened = of_max.execute(sa.text("UPDATE selection SET version = 2"), key)
        assert opened.rowcount == 0
