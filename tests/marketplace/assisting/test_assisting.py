"""An assistant sees that something waits and by when, and finds no word of it by any route."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tenants.affiliations.models import Assistance
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.models import Letter
from tests.factories import acting
from tests.marketplace.requests.conftest import SECRET_WORDS, ask, mentors, step

__all__ = ["ask", "mentors", "step"]

CLOSED_TABLES = (
    *("mentoring_request", "request_message", "mentorship", "mentorship_question", "mentorship_answer", "concern"),
    *("mentor_profile", "mentee_profile", "employer_approval", "personal_block", "saved_mentor"),
)


@pytest.fixture
def waiting(ask, mentors):
    """Mia's request waits for Max."""
    return ask(mentors.mia, mentors.max, now=clock.now())


@pytest.fixture
def assisted(waiting, mentors, sign_in, operator):
    """Gus assists Max: Max asked, Gus agreed."""
    asked = sign_in(mentors.max).post("/globex/assisting/", data={"email": "GUS@globex.example"})
    assert asked.status_code == 303
    operator.rollback()
    one = operator.scalars(sa.select(Assistance)).one()
    assert sign_in(mentors.gus).post(f"/globex/assisting/{one.id}/agreement").status_code == 303
    return one


def test_before_both_have_agreed_nothing_is_seen(waiting, mentors, sign_in):
    sign_in(mentors.max).post("/globex/assisting/", data={"email": mentors.gus.email})
    page = sign_in(mentors.gus).get("/globex/assisting/").text
    assert "You are asked to assist Max Globex." in page
    assert "Mia" not in page


def test_an_assistant_sees_whose_turn_it_is_and_reminds_once_a_day(assisted, mentors, sign_in, operator):
    gus = sign_in(mentors.gus)
    page = gus.get("/globex/assisting/").text
    assert "Mia Acme" in page
    assert "Waits for Max Globex" in page
    assert not any(words in page for words in SECRET_WORDS)
    assert gus.post(f"/globex/assisting/{assisted.id}/reminder").status_code == 303
    assert gus.post(f"/globex/assisting/{assisted.id}/reminder").status_code == 409
    letter = operator.scalars(sa.select(Letter).where(Letter.kind == "assistant_reminder")).one()
    assert letter.person_id == mentors.max.person_id


def test_an_assistant_gets_no_text_by_any_route(assisted, waiting, mentors, sign_in, app):
    gus = sign_in(mentors.gus)
    for path in ("requests/", f"requests/{waiting}", "mentorships/", "notices/", "assisting/", "activity/", "people/"):
        page = gus.get(f"/globex/{path}")
        assert not any(words in page.text for words in SECRET_WORDS), path
    assert gus.get(f"/globex/requests/{waiting}").status_code == 404
    with acting(app, mentors.gus):
        for table in CLOSED_TABLES:
            rows = db.session.execute(sa.text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars().all()
            assert not any("Max" in row or str(waiting) in row for row in rows), table
        for function in ("assisted_requests", "assisted_mentorships"):
            told = str(db.session.execute(sa.text(f"SELECT * FROM {function}()")).all())
            assert not any(words in told for words in SECRET_WORDS)
    with acting(app, mentors.gus), pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(sa.text("SELECT * FROM assisted_by_me()"))


@pytest.mark.parametrize("end", ["either", "leaves"])
def test_when_it_ends_nothing_is_seen_any_more(assisted, mentors, sign_in, end):
    gus = sign_in(mentors.gus)
    if end == "either":
        assert sign_in(mentors.max).post(f"/globex/assisting/{assisted.id}/end").status_code == 303
    else:
        sign_in(mentors.max).post("/globex/leaving/", data={"on": clock.today().isoformat()})
    assert "Mia" not in gus.get("/globex/assisting/").text
    assert gus.post(f"/globex/assisting/{assisted.id}/reminder").status_code in (404, 409)


def test_a_coordinator_agrees_for_nobody(waiting, mentors, sign_in, operator, app):
    gil = sign_in(mentors.gil)
    gil.post(
        f"/globex/people/{mentors.max.affiliation_id}/assistants", data={"assistant_id": mentors.gus.affiliation_id}
    )
    operator.rollback()
    one = operator.scalars(sa.select(Assistance)).one()
    assert gil.post(f"/globex/assisting/{one.id}/agreement").status_code == 403
    with acting(app, mentors.gil), pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(
            sa.update(Assistance).values(assistant_accepted_at=clock.now(), executive_accepted_at=clock.now())
        )
    assert "Mia" not in sign_in(mentors.gus).get("/globex/assisting/").text
