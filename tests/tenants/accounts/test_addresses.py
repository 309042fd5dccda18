"""Signing in with another e-mail address."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tenants.accounts.models import Account
from tenants.shared import clock
from tests.cast import PASSWORD

NEW = "mia@elsewhere.example"


def link(letter):
    return re.search(r"http://localhost(/account/address/\S+)", letter.get_body(("plain",)).get_content())[1]


def about(mailbox, address, subject):
    return [letter for letter in mailbox.to(address) if letter["Subject"] == subject]


def address_of(operator, actor):
    operator.rollback()
    return operator.scalar(sa.select(Account.email).where(Account.id == actor.person_id))


@pytest.fixture
def asked(open_browser, cast, with_password, mailbox, work):
    """Mia has asked to sign in with another address."""
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    answer = here.send("/account/address", email=NEW)
    assert answer.location == "/account"
    work()
    return here


def test_nothing_changes_until_the_new_address_confirms(asked, cast, operator, mailbox, open_browser):
    [letter] = mailbox.to(NEW)
    path = link(letter)
    page = open_browser()
    assert page.get(path).status_code == 200
    assert address_of(operator, cast.mia) == cast.mia.email, "opening the link changes nothing"
    assert page.send(path).location == "/account"
    assert address_of(operator, cast.mia) == NEW
    cast.mia.email = NEW
    assert open_browser().sign_in(cast.mia).status_code == 302


def test_the_old_address_takes_it_back_for_seven_days(asked, cast, operator, mailbox, work, open_browser):
    old = cast.mia.email
    open_browser().send(link(mailbox.to(NEW)[0]))
    work()
    [letter] = about(mailbox, old, "Your address was changed")
    path = link(letter)
    here = open_browser()
    assert here.get(path).status_code == 200
    assert here.send(path).location == "/forgotten-password"
    assert address_of(operator, cast.mia) == old
    assert asked.get("/account").location.startswith("/sign-in"), "whoever changed it is signed out"
    assert here.get(path).status_code == 410


def test_after_seven_days_it_is_final(asked, cast, operator, mailbox, work, open_browser):
    open_browser().send(link(mailbox.to(NEW)[0]))
    work()
    path = link(about(mailbox, cast.mia.email, "Your address was changed")[0])
    here = open_browser()
    token = here.token(path)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        assert here.get(path).status_code == 410
        assert here.client.post(path, data={"csrf_token": token}).status_code == 409
    assert address_of(operator, cast.mia) == NEW


def test_a_taken_address_gets_the_same_answer(open_browser, cast, with_password, operator, mailbox, work):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    pages = []
    for email in (NEW, cast.max.email):
        answer = here.send("/account/address", email=email)
        page = here.get("/account")
        token = re.search(r'csrf_token" value="([^"]+)', page.text)[1]
        pages.append((answer.status_code, answer.location, page.text.replace(email, "").replace(token, "")))
    assert pages[0] == pages[1]
    work()
    assert [letter["Subject"] for letter in mailbox.to(cast.max.email)] == ["Vous avez déjà un compte"]
    assert address_of(operator, cast.max) == cast.max.email


def test_an_address_taken_meanwhile_is_refused(asked, cast, operator, mailbox, open_browser):
    operator.execute(sa.update(Account).where(Account.id == cast.gus.person_id).values(email=NEW.upper()))
    operator.commit()
    assert open_browser().send(link(mailbox.to(NEW)[0])).status_code == 409
    assert address_of(operator, cast.mia) == cast.mia.email


def test_the_link_works_once_and_for_a_day(asked, cast, operator, mailbox, open_browser):
    path = link(mailbox.to(NEW)[0])
    here = open_browser()
    token = here.token(path)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert here.client.post(path, data={"csrf_token": token}).status_code == 409
    assert here.client.post(path, data={"csrf_token": token}).status_code == 303
    assert here.client.post(path, data={"csrf_token": token}).status_code == 409


def test_it_is_called_off_on_the_account_s_page(asked, cast, operator, mailbox, open_browser):
    asked.send("/account", "/account/address/withdrawal")
    assert open_browser().get(link(mailbox.to(NEW)[0])).status_code == 410


def test_a_later_request_replaces_the_earlier_link(asked, mailbox, work, open_browser):
    asked.send("/account/address", email="mia@third.example")
    work()
    assert open_browser().get(link(mailbox.to(NEW)[0])).status_code == 410


def test_it_needs_a_fresh_sign_in(sign_in, cast, operator):
    client = sign_in(cast.mia)
    assert client.get("/account/address").location.startswith("/account/confirmation")
    assert client.post("/account/address", data={"email": NEW}).location.startswith("/account/confirmation")


@pytest.mark.parametrize("email", ["", "mia", "mia@"])
def test_a_slip_is_said_and_kept(open_browser, cast, with_password, email):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    page = here.send("/account/address", email=email)
    assert page.status_code == 422
    assert f'value="{email}"' in page.text


def test_the_password_still_opens_the_account(asked, cast, mailbox, open_browser):
    open_browser().send(link(mailbox.to(NEW)[0]))
    gone = open_browser().send("/sign-in", email=cast.mia.email, password=PASSWORD)
    assert gone.status_code == 422
