"""A mentee says what they look for; only they and the mentors they ask read it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.mentees.queries import own_mentee_profile
from marketplace.mentors.models import MenteeProfile
from tests.factories import acting
from tests.marketplace.mentors.conftest import read_form, sign_in, written  # noqa: F401

URL = "/acme/about-me/answers"


@pytest.fixture
def form(written, cast):  # noqa: F811
    return written(cast.mia, "about-me", "about-me")


def stored(operator, actor):
    operator.expire_all()
    return operator.scalars(sa.select(MenteeProfile).where(MenteeProfile.person_id == actor.person_id)).one_or_none()


def test_a_mentee_says_what_they_look_for(form, cast, operator):
    client, fields = form
    assert fields["seeking"] == ["Somebody who led a plant before leading people."]
    answer = client.post(URL, data=fields | {"goals": ["delegation", "feedback"], "place": ["Lille"]})
    assert answer.status_code == 303
    assert (stored(operator, cast.mia).goals, stored(operator, cast.mia).place) == (["delegation", "feedback"], "Lille")
    assert "Lille" in client.get("/acme/about-me/").text


def test_somebody_without_answers_yet_starts_with_the_first(written, cast, operator):  # noqa: F811
    client, fields = written(cast.pam, "about-me", "about-me")
    assert stored(operator, cast.pam) is None
    assert client.post(URL, data=fields | {"experience": ["Ten years of tunnels."]}).status_code == 303
    assert stored(operator, cast.pam).experience == "Ten years of tunnels."


def test_answers_too_long_are_refused_and_kept_on_the_page(form, cast, operator):
    client, fields = form
    answer = client.post(URL, data=fields | {"seeking": ["w" * 601], "place": ["Lille"]})
    assert answer.status_code == 422
    assert "w" * 601 in answer.text
    assert 'value="Lille"' in answer.text
    assert stored(operator, cast.mia).place == ""
    assert client.post(URL, data=fields | {"goals": ["nothing_known"]}).status_code == 422


def test_two_windows_lose_nothing(written, cast, operator):  # noqa: F811
    client, first = written(cast.mia, "about-me", "about-me")
    _, second = written(cast.mia, "about-me", "about-me")
    client.post(URL, data=first | {"place": ["Lille"], "seeking": ["A listener."]})
    answer = client.post(URL, data=second | {"experience": ["Tunnels."], "seeking": ["A teacher."]})
    assert answer.status_code == 409
    assert "A listener." in answer.text
    assert "A teacher." in answer.text
    kept = stored(operator, cast.mia)
    assert (kept.place, kept.experience, kept.seeking) == ("Lille", "Tunnels.", "A listener.")
    client.post(URL, data=second | {"seeking": ["A teacher."], "keeps": ["mine"]})
    assert stored(operator, cast.mia).seeking == "A teacher."


def test_an_autosave_answers_with_pieces(form):
    client, fields = form
    answer = client.post(URL, data=fields | {"place": ["Lille"]}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text


def test_nobody_else_reads_it(app, cast):
    for reader in (cast.pam, cast.ann, cast.abe, cast.max, cast.ned):
        with acting(app, reader) as viewer:
            assert own_mentee_profile(viewer) is None
