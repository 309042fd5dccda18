"""Rounds by the clock: they open and close by the days of their zone, remind whoever has not answered, and keep named answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from marketplace.questionnaires.jobs import turn_clock_of_rounds
from tests.factories import NOW
from tests.marketplace.events.conftest import at, cohort

__all__ = ["at", "cohort"]

NAMED = {
    "audience": "mentee",
    "opens_on": "2026-11-02",
    "closes_on": "2026-11-12",
    "zone": "Europe/Paris",
    "anonymous": "no",
}


@pytest.fixture
def tick(at, work, worker_app):
    """The clock goes round at a moment, and everything that waits is done."""

    def turned(moment):
        at(moment)
        turn_clock_of_rounds.func(SimpleNamespace(additional_context={"app": worker_app}), 0)
        work()

    return turned


def test_a_named_round_opens_reminds_and_closes_by_the_clock_of_its_zone(
    sign_in, cast, cohort, tick, at, mailbox, _admin, operator
):
    base, ned = f"/bridge/cohorts/{cohort.id}/questionnaires", sign_in(cast.ned)
    plan = ned.get(f"{base}/start").text
    assert "Mentees (2)" in plan and "Mentors (1)" in plan and "Fewer than five" in plan
    assert ned.post(f"{base}/start/rounds", data=NAMED).status_code == 303
    round_id = re.search(r"rounds/(\d+)/days", ned.get(base).text)[1]
    days, shown = f"{base}/rounds/{round_id}/days", f"/acme/questionnaires/{round_id}"
    assert 'value="2026-11-02"' in ned.get(days).text
    moved = {"opens_on": "2026-11-03", "closes_on": "2026-11-13", "zone": "America/Toronto"}
    assert ned.post(days, data=moved | {"closes_on": "2026-11-01"}).status_code == 422
    assert ned.post(days, data=moved).status_code == 303

    def state():
        with _admin.connect() as admin:
            return admin.scalar(sa.text("SELECT state FROM questionnaire_round"))

    tick(datetime(2026, 11, 3, 4, 59, tzinfo=UTC))  # In Toronto it is still the second.
    assert state() == "planned" and sign_in(cast.mia).get(shown).status_code == 404
    tick(datetime(2026, 11, 3, 5, 0, tzinfo=UTC))
    assert state() == "open" and len(mailbox.to(cast.mia.email)) == len(mailbox.to(cast.pam.email)) == 1
    assert ned.post(days, data=moved).status_code == 409, "it has opened"

    mia = sign_in(cast.mia)
    version = re.search(r'name="version" value="(\d+)"', mia.get(shown).text)[1]
    data = {"version": version, "so_far": "{}", "at": "0", "confidence": "2"}
    assert 'name="hopes"' in mia.post(f"{shown}/answers", data=data).text
    back = sign_in(cast.mia).get(shown).text
    assert "Go on where you were" in back and "confidence&#34;: 2" in back, "kept from page to page"
    assert "Mia" not in ned.get(base).text
    last = data | {"at": "1", "so_far": '{"confidence": 2}', "hopes": "A seat."}
    assert mia.post(f"{shown}/answers", data=last).status_code == 200
    assert mia.post(f"{shown}/answers", data=last).status_code == 409, "sent twice"

    tick(datetime(2026, 11, 11, 5, 0, tzinfo=UTC))
    tick(datetime(2026, 11, 11, 6, 0, tzinfo=UTC))
    assert len(mailbox.to(cast.mia.email)) == 1, "who has answered is left in peace"
    assert len(mailbox.to(cast.pam.email)) == 2, "reminded once"
    with _admin.connect() as admin:
        [(content, given_at)] = admin.execute(sa.text("SELECT content, given_at FROM round_response")).all()
        assert content == {"confidence": 2, "hopes": "A seat."} and given_at is not None

    at(datetime(2026, 11, 14, 5, 0, tzinfo=UTC))  # Over, though the clock has not come by yet.
    pam = sign_in(cast.pam)
    assert pam.post(f"{shown}/answers", data=data | {"at": "1"}).status_code == 409
    tick(datetime(2026, 11, 14, 5, 10, tzinfo=UTC))
    assert state() == "closed" and "has closed" in pam.get(shown).text


@pytest.mark.parametrize(("audience", "who"), [("hr_partner", ["ann", "gil"]), ("manager", ["abe"])])
def test_hr_partners_and_line_managers_are_asked(sign_in, cast, cohort, tick, mailbox, operator, audience, who, _admin):
    with _admin.begin() as admin:
        admin.exec_driver_sql("SET LOCAL session_replication_role = replica")
        admin.execute(
            sa.text(
                "INSERT INTO manager_view (org_id, enrolment_id, cohort_id, firm_id, person_id, manager_id, asked_by_id, "
                "asked_at) SELECT org_id, id, cohort_id, firm_id, person_id, :boss, :ann, :now FROM enrolment "
                "WHERE person_id = :mia"
            ),
            {"boss": cast.abe.person_id, "ann": cast.ann.person_id, "mia": cast.mia.person_id, "now": NOW},
        )
    base, ned = f"/bridge/cohorts/{cohort.id}/questionnaires", sign_in(cast.ned)
    assert ned.post(f"{base}/end/rounds", data=NAMED | {"audience": audience}).status_code == 303
    tick(datetime(2026, 11, 3, 5, 0, tzinfo=UTC))
    with _admin.connect() as admin:
        asked = set(admin.scalars(sa.text("SELECT person_id FROM round_invitation")))
    assert asked >= {cast[name].person_id for name in who} and cast.mia.person_id not in asked
    for name in who:
        assert len(mailbox.to(cast[name].email)) == 1
