"""A forgotten password, a changed one, and what both do to browsers that are signed in."""

import re
from statistics import median
from time import perf_counter

import pytest
import sqlalchemy as sa

from tenants.accounts.models import Account
from tests.cast import PASSWORD

NEW = "quite another sentence"


def link_in(letter):
    return re.search(r"http://localhost(/forgotten-password/\S+)", letter.get_body(("plain",)).get_content())[1]


def test_a_forgotten_password_is_replaced_by_letter(open_browser, cast, with_password, mailbox, work):
    elsewhere, here = open_browser(), open_browser()
    elsewhere.sign_in(with_password(cast.mia))
    asked = here.send("/forgotten-password", email=cast.mia.email)
    assert asked.status_code == 200
    work()
    [letter] = mailbox.to(cast.mia.email)
    path = link_in(letter)
    assert here.get(path).status_code == 200, "opening the link changes nothing"
    assert open_browser().sign_in(cast.mia).status_code == 302

    done = here.send(path, password=NEW)
    assert (done.status_code, done.location) == (302, "/sign-in")
    assert open_browser().sign_in(cast.mia).status_code == 422
    assert elsewhere.get("/workspaces/").location.startswith("/sign-in"), "old sessions are dead"
    assert elsewhere.get("/acme/requests/").status_code != 200
    assert here.sign_in(cast.mia, NEW).status_code == 302
    work()
    told = [letter["Subject"] for letter in mailbox.to(cast.mia.email)]
    assert "Your password was changed" in told


def test_the_link_works_once(open_browser, cast, with_password, mailbox, work):
    here = open_browser()
    with_password(cast.mia)
    here.send("/forgotten-password", email=cast.mia.email)
    work()
    path = link_in(mailbox.to(cast.mia.email)[0])
    here.send(path, password=NEW)
    again = here.get(path)
    assert (again.status_code, again.location) == (302, "/forgotten-password")
    assert "does not work, or was used" in here.get("/forgotten-password").text


def test_the_link_ends_after_an_hour(open_browser, cast, with_password, mailbox, work):
    import time_machine

    here = open_browser()
    with_password(cast.mia)
    with time_machine.travel("2026-12-01T09:00:00Z"):
        here.send("/forgotten-password", email=cast.mia.email)
    with time_machine.travel("2026-12-01T10:00:05Z"):
        work()
        path = link_in(mailbox.to(cast.mia.email)[0])
        assert here.get(path).location == "/forgotten-password"


def test_nobody_learns_who_has_an_account(open_browser, cast, with_password, mailbox, work):
    with_password(cast.mia)
    answers = []
    for email in (cast.mia.email, "nobody@acme.example"):
        page = open_browser().send("/forgotten-password", email=email)
        token = re.search(r'csrf_token" value="([^"]+)', page.text)[1]
        answers.append((page.status_code, page.text.replace(email, "").replace(token, "")))
    assert answers[0] == answers[1]
    work()
    assert mailbox.to("nobody@acme.example") == []


def test_asking_takes_as_long_for_an_unknown_address(open_browser, cast, with_password):
    with_password(cast.mia)

    def seconds(email):
        page = open_browser()
        token = page.token("/forgotten-password")
        start = perf_counter()
        page.client.post("/forgotten-password", data={"csrf_token": token, "email": email})
        return perf_counter() - start

    times = [(seconds(cast.mia.email), seconds(f"no{n}@acme.example")) for n in range(5)]
    known, unknown = median(pair[0] for pair in times), median(pair[1] for pair in times)
    assert 0.4 < known / unknown < 2.5, (known, unknown)


@pytest.mark.parametrize("email", ["", "mia", "mia@"])
def test_a_slip_in_the_address_is_said(open_browser, email):
    page = open_browser().send("/forgotten-password", email=email)
    assert page.status_code == 422
    assert "e-mail address" in page.text.split('role="alert"')[1][:600]


def test_the_link_never_bears_a_host_that_the_asker_made_up(open_browser, cast, with_password, mailbox, work):
    with_password(cast.mia)
    page = open_browser()
    token = page.token("/forgotten-password")
    page.client.post(
        "/forgotten-password",
        data={"csrf_token": token, "email": cast.mia.email},
        headers={"Host": "localhost", "X-Forwarded-Host": "evil.example"},
    )
    work()
    assert "evil.example" not in mailbox.to(cast.mia.email)[0].as_string()


def test_letters_about_passwords_are_not_asked_for_endlessly(open_browser, cast):
    page = open_browser()
    answers = [page.send("/forgotten-password", email="nobody@acme.example").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_changing_the_password_signs_out_every_other_browser(open_browser, cast, with_password, mailbox, work):
    here, elsewhere = open_browser(), open_browser()
    here.sign_in(with_password(cast.mia))
    elsewhere.sign_in(cast.mia)
    done = here.send("/account/password", password=PASSWORD, new_password=NEW)
    assert done.location == "/account"
    assert here.get("/workspaces/").location == "/acme/mentors/"
    assert elsewhere.get("/workspaces/").location.startswith("/sign-in")
    work()
    letters = mailbox.to(cast.mia.email)
    assert "Your password was changed" in [letter["Subject"] for letter in letters]
    assert all(NEW not in letter.as_string() for letter in letters)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("too short", "between 12 and 128"),
        ("x" * 129, "between 12 and 128"),
        ("aaaaaaaaaaaaaaaa", "too easily guessed"),
        ("miamiamiamia", "too easily guessed"),
        ("mia@acme.example", "too easily guessed"),
        ("passwordpassword", "too easily guessed"),
        ("Azertyuiop-2026", "too easily guessed"),
        ("m0tdep4sse!2026", "too easily guessed"),
        (PASSWORD, "present password"),
        ("", "Enter a password"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(open_browser, cast, with_password, password, why):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    answer = here.send("/account/password", password=PASSWORD, new_password=password)
    assert answer.status_code == 422
    assert why in answer.text
    assert open_browser().sign_in(cast.mia).status_code == 302, "the old one stands"


def test_changing_needs_the_present_password(open_browser, cast, with_password, operator):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    before = operator.scalar(sa.select(Account.password).where(Account.id == cast.mia.person_id))
    answer = here.send("/account/password", password="wrong, and long", new_password=NEW)
    assert answer.status_code == 422
    operator.rollback()
    assert operator.scalar(sa.select(Account.password).where(Account.id == cast.mia.person_id)) == before


def test_a_password_may_be_typed_in_either_form_of_unicode(open_browser, cast, with_password):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    here.send("/account/password", password=PASSWORD, new_password="une idée élégante")
    assert open_browser().sign_in(cast.mia, "une ide\u0301e e\u0301le\u0301gante").status_code == 302


def test_the_password_s_pages_are_for_those_signed_in(open_browser):
    for path in ("/account/password", "/account/confirmation"):
        assert open_browser().get(path).location.startswith("/sign-in?next=")


def test_somebody_signed_in_confirms_that_it_is_them(open_browser, cast, with_password):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    assert here.send("/account/confirmation", password="wrong, and long").status_code == 422
    onward = here.send("/account/confirmation", password=PASSWORD, next="/account/password")
    assert onward.location == "/account/password"
