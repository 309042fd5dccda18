"""Signing in and out through the real form."""

import re
from statistics import median
from time import perf_counter

import pytest
import sqlalchemy as sa

from tenants.accounts.models import Account
from tests.cast import PASSWORD

ELSEWHERE = [
    "https://elsewhere.example/x",
    "//elsewhere.example/x",
    "///elsewhere.example/x",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "https:elsewhere.example",
    "https:///elsewhere.example",
    "http://localhost@elsewhere.example/",
    "http://localhost.elsewhere.example/",
    "/\t/elsewhere.example",
    "\t//elsewhere.example",
    " //elsewhere.example",
    "javascript:alert(1)",
    "http://[",
]


def test_a_mentee_signs_in_and_lands_among_the_mentors(open_browser, cast, with_password):
    mia = open_browser()
    answer = mia.sign_in(with_password(cast.mia))
    assert answer.status_code == 302
    onward = mia.get(answer.location)
    assert (onward.status_code, onward.location) == (303, "/acme/mentors/")
    assert mia.get("/acme/mentors/").status_code == 200


def test_a_network_admin_lands_among_the_firms(open_browser, cast, with_password):
    ned = open_browser()
    assert ned.get(ned.sign_in(with_password(cast.ned)).location).location == "/bridge/firms/"


def test_the_session_lasts_two_weeks(open_browser, cast, with_password):
    cookie = next(
        header
        for header in open_browser().sign_in(with_password(cast.mia)).headers.getlist("Set-Cookie")
        if header.startswith("passerelle=")
    )
    assert all(part in cookie for part in ("Expires=", "HttpOnly", "SameSite=Lax"))


def test_the_address_may_be_written_in_any_case(open_browser, cast, with_password):
    mia = with_password(cast.mia)
    mia.email = "  MIA@Acme.Example "
    assert open_browser().sign_in(mia).status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(open_browser, cast, with_password):
    with_password(cast.mia)
    wrong = open_browser().send("/sign-in", email=cast.mia.email, password="not this one at all")
    unknown = open_browser().send("/sign-in", email="no@acme.example", password="not this one at all")
    no_password_yet = open_browser().send("/sign-in", email=cast.gus.email, password="not this one at all")
    assert [page.status_code for page in (wrong, unknown, no_password_yet)] == [422, 422, 422]

    def plain(page, email):
        return page.text.replace(email, "").replace(token(page), "")

    def token(page):
        return page.text.split('name="csrf_token" value="')[1].split('"')[0]

    assert plain(wrong, cast.mia.email) == plain(unknown, "no@acme.example")
    assert plain(wrong, cast.mia.email) == plain(no_password_yet, cast.gus.email)
    assert "do not go together" in wrong.text
    assert f'value="{cast.mia.email}"' in wrong.text, "what was typed is kept"


def test_an_unknown_address_takes_as_long_as_a_wrong_password(open_browser, cast, with_password):
    with_password(cast.mia)

    def seconds(email):
        page = open_browser()
        token = page.token("/sign-in")
        start = perf_counter()
        page.client.post("/sign-in", data={"csrf_token": token, "email": email, "password": "wrong, and long"})
        return perf_counter() - start

    times = [(seconds(cast.mia.email), seconds(f"no{n}@acme.example")) for n in range(5)]
    known, unknown = median(pair[0] for pair in times), median(pair[1] for pair in times)
    assert 0.4 < known / unknown < 2.5, (known, unknown)


def test_a_closed_account_is_told_so_by_its_right_password_only(open_browser, cast, with_password, operator):
    with_password(cast.mia)
    operator.get_one(Account, cast.mia.person_id).active = False
    operator.commit()
    assert open_browser().sign_in(cast.mia).status_code == 422


def test_without_its_token_the_form_does_nothing(open_browser, cast, with_password):
    with_password(cast.mia)
    page = open_browser()
    answer = page.client.post("/sign-in", data={"email": cast.mia.email, "password": PASSWORD})
    assert answer.status_code == 422
    assert page.get("/acme/mentors/").status_code == 303


def test_signing_out_ends_it(open_browser, cast, with_password):
    mia = open_browser()
    mia.sign_in(with_password(cast.mia))
    assert mia.send("/account/password", "/sign-out").location == "/"
    back = mia.get("/acme/mentors/")
    assert (back.status_code, back.location) == (303, "/sign-in?next=/acme/mentors/")


def test_a_link_cannot_sign_anybody_out(open_browser, cast, with_password):
    mia = open_browser()
    mia.sign_in(with_password(cast.mia))
    assert mia.get("/sign-out").status_code == 405
    assert mia.get("/account/password").status_code == 200


def test_signing_in_leads_back_to_the_page_that_asked_for_it(open_browser, cast, with_password):
    mia = open_browser()
    page = mia.get("/acme/requests/?state=open").location
    assert 'value="/acme/requests/?state=open"' in mia.get(page).text
    answer = mia.sign_in(with_password(cast.mia), page=page, next="/acme/requests/?state=open")
    assert answer.location == "/acme/requests/?state=open"


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(open_browser, cast, with_password, wanted):
    mia = open_browser()
    shown = mia.get("/sign-in", query_string={"next": wanted})
    assert shown.status_code == 200
    kept = re.search('id="next" name="next"[^>]* value="([^"]*)"', shown.text)
    assert kept
    assert kept[1] == "", "a strange address is dropped, and not held against the reader"
    with_password(cast.mia)
    assert mia.sign_in(cast.mia, next=wanted).status_code == 400, "a form that was tampered with"
    assert mia.get("/account/password").status_code == 302, "signs nobody in"
    assert mia.sign_in(cast.mia, next=kept[1]).location == "/workspaces/"


@pytest.mark.parametrize(("start", "path"), [("mentee", "/acme/mentors/"), ("mentor", "/acme/profile/")])
def test_the_home_page_s_starts_lead_to_the_place_for_them(open_browser, cast, with_password, start, path):
    mia = open_browser()
    mia.get(f"/sign-in?start={start}")
    answer = mia.sign_in(with_password(cast.mia), next=f"/workspaces/?start={start}")
    assert mia.get(answer.location).location == path


def test_whoever_guesses_is_slowed_down_and_whoever_knows_is_not(open_browser, cast, with_password):
    with_password(cast.mia)
    with_password(cast.max)
    for _ in range(12):
        assert open_browser().sign_in(cast.max).status_code == 302, "successes do not count"
    page = open_browser()
    answers = [page.sign_in(cast.mia, "wrong, and long").status_code for _ in range(10)]
    assert answers == [422] * 8 + [429] * 2
    slow = page.sign_in(cast.mia)
    assert slow.status_code == 429
    assert "A little slower" in slow.text
    assert open_browser().sign_in(cast.max).status_code == 302, "somebody else is not held up"


def test_the_time_of_the_last_sign_in_is_kept(open_browser, cast, with_password, operator):
    open_browser().sign_in(with_password(cast.mia))
    assert operator.scalar(sa.select(Account.last_sign_in_at).where(Account.id == cast.mia.person_id))


def test_passwords_are_kept_as_argon2id_with_the_parameters_of_owasp(cast, with_password, operator):
    with_password(cast.mia)
    operator.expire_all()
    kept = operator.get_one(Account, cast.mia.person_id).password
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_workspace_s_page_does_not_look_at_accounts(sign_in, cast):
    asked = []

    def listen(connection, _cursor, statement, *_rest):
        if connection.engine.url.username == "passerelle_door":
            asked.append(statement)

    client = sign_in(cast.mia)
    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        assert client.get("/acme/mentors/").status_code == 200
        assert asked == []
        client.get("/workspaces/")
        assert asked, "the pages of the account do"
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)


def test_pages_of_the_account_speak_french(open_browser):
    page = open_browser().get("/sign-in", headers={"Accept-Language": "fr"})
    assert "Mot de passe" in page.text
    assert "Password" not in page.text
