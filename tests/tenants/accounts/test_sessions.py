"""Each sign-in is a row: listed, ended alone, ended together."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tenants.accounts import devices
from tenants.accounts.models import AccountSession, AddressChange, EmailedCode, Throttle
from tenants.shared import clock
from tests.cast import PASSWORD

FIREFOX = {"User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:131.0) Gecko/20100101 Firefox/131.0"}


def rows(operator, actor):
    operator.rollback()
    query = sa.select(AccountSession).where(AccountSession.person_id == actor.person_id).order_by(AccountSession.id)
    return list(operator.scalars(query.execution_options(populate_existing=True)))


def test_the_cookie_s_secret_is_kept_as_a_digest_and_no_network_address_is(open_browser, cast, with_password, operator):
    here = open_browser()
    token = here.token("/sign-in")
    fields = {"csrf_token": token, "email": with_password(cast.mia).email, "password": PASSWORD}
    here.client.post("/sign-in", data=fields, headers=FIREFOX, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    with here.client.session_transaction() as cookie:
        secret = cookie["_user_id"]
    made = rows(operator, cast.mia)[-1]
    assert (made.browser, made.system) == ("Firefox", "macOS")
    stored = str({column.name: getattr(made, column.name) for column in AccountSession.__table__.columns})
    assert secret not in stored
    assert "203.0.113" not in stored


def test_signing_out_ends_the_row_so_that_a_copied_cookie_is_worthless(open_browser, cast, with_password):
    here, thief = open_browser(), open_browser()
    here.sign_in(with_password(cast.mia))
    with here.client.session_transaction() as cookie:
        copied = dict(cookie)
    with thief.client.session_transaction() as cookie:
        cookie.update(copied)
    assert thief.get("/acme/mentors/").status_code == 200
    here.send("/account", "/sign-out")
    assert thief.get("/acme/mentors/").location.startswith("/sign-in")
    assert thief.get("/account").location.startswith("/sign-in")


def test_a_device_is_signed_out_from_the_list(open_browser, cast, with_password, operator):
    here, elsewhere = open_browser(), open_browser()
    here.sign_in(with_password(cast.mia))
    elsewhere.sign_in(cast.mia)
    page = here.get("/account").text
    assert page.count("This device") == 1
    theirs = rows(operator, cast.mia)[-1]
    assert here.send("/account", f"/account/sessions/{theirs.id}/ending").location == "/account"
    assert elsewhere.get("/acme/mentors/").location == "/sign-in"
    assert here.get("/acme/mentors/").status_code == 200


def test_nobody_ends_somebody_else_s_session(open_browser, cast, with_password, operator):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    theirs = rows(operator, cast.max)[0]
    assert here.send("/account", f"/account/sessions/{theirs.id}/ending").status_code == 404
    assert rows(operator, cast.max)


def test_signing_out_everywhere_spares_the_browser_that_asks(open_browser, cast, with_password, sign_in):
    here, elsewhere = open_browser(), open_browser()
    here.sign_in(with_password(cast.mia))
    elsewhere.sign_in(cast.mia)
    old = sign_in(cast.mia)
    here.send("/account", "/account/sessions/ending")
    assert here.get("/acme/mentors/").status_code == 200
    assert elsewhere.get("/acme/mentors/").status_code == 303
    assert old.get("/acme/mentors/").status_code == 303


def test_signing_out_everywhere_needs_a_fresh_sign_in(sign_in, cast, operator):
    answer = sign_in(cast.mia).post("/account/sessions/ending")
    assert (answer.status_code, answer.location) == (303, "/account/confirmation?next=/account")
    assert rows(operator, cast.mia)


def test_the_last_use_is_written_to_the_hour(sign_in, cast, operator):
    client = sign_in(cast.mia)
    seen = rows(operator, cast.mia)[0].seen_at
    client.get("/acme/mentors/")
    assert rows(operator, cast.mia)[0].seen_at == seen, "a page costs no write"
    operator.execute(sa.update(AccountSession).values(seen_at=clock.now() - timedelta(hours=3)))
    operator.commit()
    client.get("/acme/mentors/")
    assert rows(operator, cast.mia)[0].seen_at > clock.now() - timedelta(minutes=5)


def test_a_new_device_is_told_by_letter_and_a_known_one_is_not(open_browser, cast, with_password, mailbox, work):
    here, elsewhere = open_browser(), open_browser()
    here.sign_in(with_password(cast.max))
    work()
    assert mailbox.to(cast.max.email) == [], "the first sign-in of all is no news"
    here.send("/account", "/sign-out")
    here.sign_in(cast.max)
    work()
    assert mailbox.to(cast.max.email) == [], "nor is the same browser"
    elsewhere.sign_in(cast.max)
    work()
    [letter] = mailbox.to(cast.max.email)
    assert letter["Subject"] == "Un nouvel appareil s’est connecté à votre compte"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX["User-Agent"], ("Firefox", "macOS")),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0.0.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", ("Safari", "iPhone")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130 Safari/537.36 Edg/130.0", ("Edge", "Windows")),
        ("curl/8.5", ("", "")),
    ],
)
def test_devices_have_coarse_words(agent, words):
    assert devices.words_for(agent) == words


def test_the_clock_clears_what_is_over(operator, cast, worker_app):
    from tenants.accounts.jobs import clear_old_sign_ins
    from tenants.shared.database import db

    now = clock.now()
    old, young = rows(operator, cast.mia)[0], rows(operator, cast.max)[0]
    old.seen_at, young.seen_at = now - timedelta(days=16), now - timedelta(days=14)
    person = cast.mia.person_id
    operator.add(
        EmailedCode(person_id=person, purpose="sign_in", code_hash=b"x", attempts=0, expires_at=now - timedelta(1))
    )
    operator.add(Throttle(key=b"k", hits=3, expires_at=now - timedelta(hours=1)))
    asked = {"old_email": "a@b.example", "new_email": "c@d.example", "asked_at": now - timedelta(days=9)}
    operator.add(AddressChange(person_id=person, confirm_hash=b"1", **asked))
    operator.add(AddressChange(person_id=person, confirm_hash=b"2", confirmed_at=now - timedelta(days=6), **asked))
    operator.commit()
    with worker_app.app_context():
        db.session.execute(sa.text("SELECT clear_old_sign_ins(:now)"), {"now": now})
        db.session.commit()
    assert clear_old_sign_ins.name == "clear_old_sign_ins"
    assert rows(operator, cast.mia) == []
    assert len(rows(operator, cast.max)) == 1
    assert list(operator.scalars(sa.select(EmailedCode.person_id))) == []
    assert list(operator.scalars(sa.select(Throttle.key))) == []
    assert list(operator.scalars(sa.select(AddressChange.confirm_hash))) == [b"2"]
