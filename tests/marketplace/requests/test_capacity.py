"""Places are never given twice, and a page costs few statements."""

import threading
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from marketplace.mentors.models import MentorProfile
from marketplace.requests.models import MentoringRequest
from tenants import walls
from tenants.organisations.models import Organisation
from tenants.shared.database import db
from tests.cast import make_actor
from tests.factories import NOW
from tests.marketplace.requests.conftest import FORM, letters, row


@pytest.mark.race
def test_sixteen_yeses_at_once_fill_exactly_the_places_there_are(mentors, ask, sign_in, operator):
    acme = operator.get(Organisation, mentors.mia.org_id)
    crowd = [make_actor(operator, f"crowd{number}", acme) for number in range(16)]
    operator.commit()
    asked = [ask(mentee, mentors.max) for mentee in crowd]
    together, replies = threading.Barrier(16), []
    clients = [sign_in(mentors.max) for _ in asked]

    def accept(client, request_id):
        together.wait()
        reply = client.post(f"/globex/requests/{request_id}/acceptance", data={"accept-contact": ""})
        replies.append(reply.status_code)

    threads = [threading.Thread(target=accept, args=pair) for pair in zip(clients, asked, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [303] * 2 + [409] * 14
    operator.rollback()
    held = operator.scalar(sa.select(sa.func.count()).where(MentoringRequest.holds_place))
    slots = operator.scalar(sa.select(MentorProfile.open_slots).where(MentorProfile.id == mentors.max.mentor_id))
    assert (held, slots) == (2, 0)


@pytest.mark.race
def test_eight_claims_for_one_request_take_one_place(mentors, ask, app, operator):
    asked = ask(mentors.mia, mentors.max)
    slots = sa.select(MentorProfile.open_slots).where(MentorProfile.id == mentors.max.mentor_id)
    before = operator.scalar(slots)
    operator.rollback()
    together, claimed = threading.Barrier(8), []
    address = walls.plain_address(app.config["SQLALCHEMY_DATABASE_URI"])

    def claim():
        with psycopg.connect(address) as connection:
            connection.execute("SELECT FROM enter_workspace(%s, %s)", (mentors.max.token, "globex"))
            together.wait()
            claimed.extend(connection.execute("SELECT claim_place(%s, %s)", (mentors.mia.org_id, asked)).fetchone())

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [False] * 7 + [True]
    assert (operator.scalar(slots), row(operator, asked).holds_place) == (before - 1, True)


@pytest.mark.race
def test_eight_presses_of_send_at_once_send_once(mentors, sign_in, operator, work):
    together, replies = threading.Barrier(8), []
    clients = [sign_in(mentors.mia) for _ in range(8)]

    def send(client):
        together.wait()
        replies.append(client.post(f"/acme/mentors/{mentors.max.mentor_id}/requests", data=FORM).status_code)

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    assert replies == [303] * 8
    operator.rollback()
    assert operator.scalar(sa.select(sa.func.count()).select_from(MentoringRequest)) == 1
    assert len(letters(operator, "request_received")) == 1


@pytest.mark.race
def test_confirm_and_withdraw_at_the_same_moment_end_in_one_of_the_two(mentors, ask, step, sign_in, operator):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="", contact="")
    together, replies = threading.Barrier(2), []

    def post(client, what):
        together.wait()
        replies.append(client.post(f"/acme/requests/{asked}/{what}", data={}).status_code)

    threads = [
        threading.Thread(target=post, args=(sign_in(mentors.mia), what)) for what in ("confirmation", "withdrawal")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [303, 409]
    found = row(operator, asked)
    assert found.holds_place == (found.state.value == "confirmed")


def statements_of(app, act):
    counted = []

    def count(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return counted


def test_sending_a_request_takes_at_most_twelve_statements(app, mentors, sign_in):
    mia = sign_in(mentors.mia)
    where = f"/acme/mentors/{mentors.max.mentor_id}/requests"
    mia.post(f"{where}/draft", data={"goal": "Half a thought"})
    counted = statements_of(app, lambda: mia.post(where, data=FORM))
    # The job goes through the same connection without SQLAlchemy noticing: one more.
    assert len(counted) + 1 <= 12, "\n".join(counted)


def test_looking_at_a_request_takes_at_most_twelve_statements(app, mentors, sign_in, ask, step):
    asked = ask(mentors.mia, mentors.max)
    for reader in (mentors.mia, mentors.max):
        counted = statements_of(app, lambda reader=reader: sign_in(reader).get(f"/{reader.slug}/requests/{asked}"))
        assert len(counted) <= 12, "\n".join(counted)
    step(mentors.max, "decline_request", asked, reason="later", words="", now=NOW + timedelta(days=1))
    counted = statements_of(app, lambda: sign_in(mentors.mia).get(f"/acme/requests/{asked}"))
    assert len(counted) <= 12, "\n".join(counted)
