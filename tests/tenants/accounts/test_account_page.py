"""The account's own page."""

import pytest
import sqlalchemy as sa

from tenants.accounts.common_passwords import is_common
from tenants.accounts.models import Person
from tenants.shared.extensions import limiter


def test_it_is_one_press_from_every_workspace(sign_in, cast):
    assert 'href="/account"' in sign_in(cast.mia).get("/acme/mentors/").text


def test_it_speaks_the_person_s_language(sign_in, cast):
    page = sign_in(cast.max).get("/account").text
    assert "Mon compte" in page
    assert "Where you are signed in" not in page
    assert "Clés d’accès" in page


def test_name_language_and_zone_are_changed(sign_in, cast, operator):
    client = sign_in(cast.mia)
    fields = {"name": " Mia Nouvelle ", "locale": "fr", "time_zone": "Europe/London"}
    assert client.post("/account/profile", data=fields).status_code == 303
    person = operator.get_one(Person, cast.mia.person_id, populate_existing=True)
    assert (person.name, person.locale, person.time_zone) == ("Mia Nouvelle", "fr", "Europe/London")
    assert "Mon compte" in client.get("/account").text


@pytest.mark.parametrize("wrong", [{"name": " "}, {"locale": "xx"}, {"time_zone": "Mars/Olympus"}])
def test_what_cannot_be_is_refused(sign_in, cast, operator, wrong):
    fields = {"name": "Mia", "locale": "en", "time_zone": "Europe/Paris"} | wrong
    assert sign_in(cast.mia).post("/account/profile", data=fields).status_code == 422
    assert operator.get_one(Person, cast.mia.person_id).name == "Mia Acme"


def test_the_counts_are_shared_by_all_processes_and_name_nobody(guarded_app, open_browser, cast, operator, settings):
    from marketplace.app import create_app

    page = open_browser()
    for _ in range(8):
        page.send("/sign-in", email=cast.mia.email, password="wrong, and long")
    # Another process: an app of its own, which has counted nothing itself.
    other = create_app(settings, overrides={"TESTING": True, "WTF_CSRF_ENABLED": False}).test_client()
    answer = other.post("/sign-in", data={"email": cast.mia.email, "password": "wrong, and long"})
    assert answer.status_code == 429
    keys = [bytes(key) for key in operator.scalars(sa.text("SELECT key FROM throttle"))]
    assert keys
    assert all(len(key) == 32 and b"mia" not in key for key in keys)
    with guarded_app.app_context():
        limiter.reset()


@pytest.mark.parametrize(
    "password",
    ["Azertyuiop-2026", "m0tdep4sse!2026", "2026 Bienvenue 2026", "soleilsoleil", "WELCOME12345", "P4sserelle....."],
)
def test_common_words_with_trimmings_are_common(password):
    assert is_common(password)


@pytest.mark.parametrize("password", ["tightestgroove", "correct horse battery staple", "1qaz2wsx3edc4rfv"])
def test_what_was_found_in_a_breach_is_common_however_long(password):
    assert is_common(password)


@pytest.mark.parametrize("password", ["a long enough phrase", "quite another sentence", "un pont entre deux rives"])
def test_sentences_are_not(password):
    assert not is_common(password)


def test_the_long_list_is_used_where_it_is_installed():
    assert is_common("Sunshine2026!")
    assert is_common("trustno1trustno1")
