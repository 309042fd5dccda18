"""From a sign-in to a workspace."""

from datetime import date

import sqlalchemy as sa

from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation


def test_one_organisation_means_no_choice(sign_in, cast):
    assert sign_in(cast.mia).get("/workspaces/").location == "/acme/mentors/"
    assert sign_in(cast.ned).get("/workspaces/").location == "/bridge/firms/"


def test_several_organisations_are_offered_and_nobody_else_s(sign_in, cast):
    page = sign_in(cast.pam).get("/workspaces/")
    assert page.status_code == 200
    assert 'href="/acme/mentors/"' in page.text
    assert 'href="/bridge/mentors/"' in page.text, "a plain member of a network does not run its firms"
    assert "globex" not in page.text.lower()


def test_the_home_page_s_start_survives_the_choice(sign_in, cast):
    page = sign_in(cast.pam).get("/workspaces/?start=mentor")
    assert 'href="/acme/profile/"' in page.text
    assert sign_in(cast.mia).get("/workspaces/?start=network").location == "/acme/mentors/"
    assert sign_in(cast.mia).get("/workspaces/?start=nonsense").location == "/acme/mentors/"
    assert sign_in(cast.ned).get("/workspaces/?start=mentor").location == "/bridge/profile/"


def test_somebody_whose_ties_have_ended_reads_a_kind_page(sign_in, cast, operator):
    operator.execute(
        sa.update(Affiliation).where(Affiliation.person_id == cast.mia.person_id).values(ended_on=date(2026, 1, 31))
    )
    operator.commit()
    page = sign_in(cast.mia).get("/workspaces/")
    assert page.status_code == 200
    assert "No organisation yet" in page.text
    assert cast.mia.email in page.text


def test_a_stranger_is_asked_to_sign_in(anonymous):
    assert anonymous.get("/workspaces/?start=mentor").location == "/sign-in?next=/workspaces/?start%3Dmentor"


def test_the_choice_is_in_the_person_s_own_language(sign_in, cast, operator):
    operator.get_one(Person, cast.pam.person_id).locale = "fr"
    operator.commit()
    client = sign_in(cast.pam)
    assert '<html lang="fr"' in client.get("/workspaces/").text
    client.set_cookie("language", "en")
    assert '<html lang="en"' in client.get("/workspaces/").text


def test_choosing_a_language_reaches_letters_too(sign_in, cast, operator):
    client = sign_in(cast.mia)
    assert client.post("/preferences/language", data={"locale": "fr", "next": "/acme/mentors/"}).status_code == 303
    assert operator.scalar(sa.select(Person.locale).where(Person.id == cast.mia.person_id)) == "fr"


def test_the_home_page_leads_those_signed_in_to_their_work(sign_in, cast, anonymous):
    assert sign_in(cast.mia).get("/").location == "/workspaces/"
    assert anonymous.get("/").status_code == 200


def test_a_session_that_was_ended_sees_the_home_page_again(sign_in, cast, operator):
    client = sign_in(cast.mia)
    operator.execute(sa.text("DELETE FROM account_session WHERE person_id = :id"), {"id": cast.mia.person_id})
    operator.commit()
    assert client.get("/").status_code == 200
