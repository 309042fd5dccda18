"""Six figures by letter: to sign in, and to show that it is still you."""

import re
from datetime import timedelta

import sqlalchemy as sa
import time_machine

from tenants.accounts.models import Account, EmailedCode
from tenants.shared import clock


def ask(browser, email):
    return browser.send("/sign-in/code", email=email)


def test_a_code_lets_somebody_in_without_a_password(open_browser, cast, code_in):
    here = open_browser()
    asked = ask(here, "  MAX@globex.example ")
    assert (asked.status_code, asked.location) == (303, "/sign-in/code/entry")
    code = code_in(cast.max.email)
    done = here.send("/sign-in/code/entry", code=f"{code[:3]} {code[3:]}")
    assert (done.status_code, done.location) == (303, "/workspaces/")
    assert here.get("/globex/mentors/").status_code == 200


def test_a_code_works_once(open_browser, cast, code_in):
    first, second = open_browser(), open_browser()
    ask(first, cast.max.email)
    code = code_in(cast.max.email)
    ask_page = second.get("/sign-in/code")
    assert ask_page.status_code == 200
    assert first.send("/sign-in/code/entry", code=code).status_code == 303
    with second.client.session_transaction() as cookie:
        cookie["code_for"] = [cast.max.email, clock.now().timestamp()]
    assert second.send("/sign-in/code/entry", code=code).status_code == 422


def test_a_code_lasts_ten_minutes(open_browser, cast, code_in):
    here = open_browser()
    ask(here, cast.max.email)
    code = code_in(cast.max.email)
    with time_machine.travel(clock.now() + timedelta(minutes=9, seconds=55)):
        token = here.token("/sign-in/code/entry")
    with here.client.session_transaction() as cookie:
        cookie["code_for"] = [cast.max.email, (clock.now() + timedelta(minutes=1)).timestamp()]
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=5)):
        answer = here.client.post("/sign-in/code/entry", data={"csrf_token": token, "code": code})
    assert answer.status_code == 422


def test_five_wrong_tries_are_the_end_of_a_code(open_browser, cast, code_in):
    here = open_browser()
    ask(here, cast.max.email)
    code = code_in(cast.max.email)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert here.send("/sign-in/code/entry", code=wrong).status_code == 422
    assert here.send("/sign-in/code/entry", code=code).status_code == 422


def test_a_new_code_replaces_the_earlier_one(open_browser, cast, code_in):
    here = open_browser()
    ask(here, cast.max.email)
    first = code_in(cast.max.email)
    ask(here, cast.max.email)
    second = code_in(cast.max.email)
    assert here.send("/sign-in/code/entry", code=first).status_code == (303 if first == second else 422)
    assert here.send("/sign-in/code/entry", code=second).status_code == 303


def test_an_unknown_address_gets_the_same_answers(open_browser, cast, code_in, mailbox):
    pages = []
    for email in (cast.max.email, "nobody@globex.example"):
        here = open_browser()
        asked = ask(here, email)
        entry = here.get(asked.location)
        wrong = here.send("/sign-in/code/entry", code="000000")
        texts = [
            re.sub(r'csrf_token" value="[^"]+|X-CSRFToken": "[^"]+', "", page.text).replace(email, "")
            for page in (entry, wrong)
        ]
        pages.append((asked.status_code, asked.location, wrong.status_code, texts))
    assert pages[0] == pages[1]
    code_in(cast.max.email)
    assert mailbox.to("nobody@globex.example") == []


def test_the_figures_are_nowhere_but_in_the_letter(open_browser, cast, code_in, operator):
    here = open_browser()
    ask(here, cast.max.email)
    code = code_in(cast.max.email)
    kept = operator.scalars(sa.select(EmailedCode)).one()
    assert code.encode() not in kept.code_hash
    assert (
        operator.scalar(sa.text("SELECT count(*) FROM letter WHERE data::text LIKE :code"), {"code": f"%{code}%"}) == 0
    )
    assert (
        operator.scalar(
            sa.text("SELECT count(*) FROM procrastinate_jobs WHERE args::text LIKE :code"), {"code": f'%"{code}"%'}
        )
        == 0
    )


def test_a_closed_account_gets_no_code(open_browser, cast, work, mailbox, operator):
    operator.get_one(Account, cast.max.person_id).active = False
    operator.commit()
    assert ask(open_browser(), cast.max.email).status_code == 303
    work()
    assert mailbox.to(cast.max.email) == []


def test_codes_are_not_asked_for_endlessly(open_browser, cast):
    here = open_browser()
    assert [ask(here, cast.max.email).status_code for _ in range(6)] == [303] * 5 + [429]


def test_the_second_factor_comes_after_the_code_as_well(open_browser, cast, with_password, with_app, code_in):
    there = open_browser()
    there.sign_in(with_password(cast.max))
    with_app(there)
    here = open_browser()
    ask(here, cast.max.email)
    assert here.send("/sign-in/code/entry", code=code_in(cast.max.email)).location == "/sign-in/second-step"
    assert here.get("/globex/mentors/").status_code == 303


def test_the_code_leads_back_to_the_page_that_asked_and_never_elsewhere(open_browser, cast, code_in):
    here = open_browser()
    asked = here.send("/sign-in/code", email=cast.max.email, next="/globex/requests/")
    assert asked.location == "/sign-in/code/entry?next=/globex/requests/"
    code = code_in(cast.max.email)
    strange = here.send("/sign-in/code/entry", code=code, next="//elsewhere.example/x")
    assert strange.location == "/workspaces/"


# --- still you --------------------------------------------------------------------------------------------------------


def test_without_a_password_a_code_confirms_that_it_is_you(open_browser, cast, code_in):
    here = open_browser()
    ask(here, cast.max.email)
    here.send("/sign-in/code/entry", code=code_in(cast.max.email))
    with here.client.session_transaction() as cookie:
        cookie["fs_paa"] = 1
        cookie.pop("fs_gexp", None)
    page = here.get("/account/address").location
    assert page == "/account/confirmation?next=/account/address"
    asked = here.send(page, "/account/confirmation/letter", next="/account/address")
    assert asked.location == "/account/confirmation/code?next=/account/address"
    done = here.send(
        asked.location, "/account/confirmation/code", code=code_in(cast.max.email), next="/account/address"
    )
    assert done.location == "/account/address"
    assert here.get("/account/address").status_code == 200


def test_a_code_to_sign_in_does_not_confirm(open_browser, cast, code_in, sign_in):
    here = open_browser()
    ask(here, cast.max.email)
    code = code_in(cast.max.email)
    inside = open_browser()
    with inside.client.session_transaction() as cookie:
        cookie["_user_id"] = cast.max.token
    assert inside.send("/account/confirmation/code", code=code).status_code == 422


def test_who_has_a_password_confirms_with_it(open_browser, cast, with_password, mailbox, work):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    assert here.send("/account", "/account/confirmation/letter").status_code == 409
    work()
    assert mailbox.to(cast.mia.email) == []


def test_freshness_ends_after_half_an_hour(open_browser, cast, with_password):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    assert here.get("/account/address").status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert here.get("/account/address").location.startswith("/account/confirmation")


def test_a_first_password_needs_a_fresh_sign_in_and_no_old_one(open_browser, cast, code_in):
    here = open_browser()
    ask(here, cast.max.email)
    here.send("/sign-in/code/entry", code=code_in(cast.max.email))
    page = here.get("/account/password")
    assert "Mot de passe actuel" not in page.text
    done = here.send("/account/password", new_password="un pont entre deux rives")
    assert done.location == "/account"
    assert open_browser().sign_in(cast.max, "un pont entre deux rives").status_code == 302
