"""The pair's own page."""

import pytest
import sqlalchemy as sa

from marketplace.mentorships.models import Mentorship
from tests.marketplace.requests.conftest import SECRET_WORDS


@pytest.fixture
def pair(ask, step, mentors, operator):
    """The mentorship of Mia and Max."""
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="Gladly.", contact="max@globex.example")
    step(mentors.mia, "confirm_request", asked, contact="mia@acme.example")
    operator.rollback()
    return operator.scalars(sa.select(Mentorship)).one()


def test_each_of_the_two_learns_how_to_reach_the_other(pair, mentors, sign_in):
    mias = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}").get_data(as_text=True)
    maxs = sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}").get_data(as_text=True)
    assert "max@globex.example" in mias
    assert "mia@acme.example" in maxs
    assert "Max" in sign_in(mentors.mia).get("/acme/mentorships/").get_data(as_text=True)


def test_nobody_else_opens_it(pair, mentors, sign_in):
    for name in ("ann", "abe", "pam", "gil", "gus", "ned", "hal"):
        actor = mentors[name]
        client = sign_in(actor)
        for page in ("", "/meetings/", "/meetings/new"):
            assert client.get(f"/{actor.slug}/mentorships/{pair.id}{page}").status_code == 404
        text = client.get(f"/{actor.slug}/mentorships/").get_data(as_text=True)
        assert not any(words in text for words in (*SECRET_WORDS, "max@globex.example", "Max Globex"))


def test_without_a_way_to_be_reached_the_page_says_what_to_do(ask, step, mentors, operator, sign_in):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="", contact="")
    step(mentors.mia, "confirm_request", asked, contact="")
    operator.rollback()
    pair = operator.scalars(sa.select(Mentorship)).one()
    page = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}").get_data(as_text=True)
    assert "HR partners can put you in touch" in page


def test_going_back_and_confirming_again_leads_to_where_things_stand(pair, mentors, sign_in):
    reply = sign_in(mentors.mia).post(f"/acme/requests/{pair.request_id}/confirmation", data={"contact": ""})
    assert reply.status_code == 409
    assert f"/acme/requests/{pair.request_id}" in reply.get_data(as_text=True)
