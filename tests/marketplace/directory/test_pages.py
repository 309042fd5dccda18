"""The directory over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.mentors.models import QueuePlace, SavedMentor
from tenants.shared.database import new_id
from tests.cast import Actor, Cast
from tests.factories import publish

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def published(app: Flask, cast: Cast) -> Cast:
    publish(app, cast.max, skills=["negotiation"])
    publish(app, cast.abe)
    return cast


def count(operator: Session, model: type) -> int:
    operator.rollback()
    return operator.scalar(select(func.count()).select_from(model)) or 0


def test_a_mentee_finds_mentors_of_other_companies_only(published: Cast, sign_in: SignIn) -> None:
    page = sign_in(published.mia).get("/acme/mentors/").text
    assert published.max.name in page
    assert published.abe.name not in page


def test_nobody_finds_themselves(published: Cast, sign_in: SignIn) -> None:
    client = sign_in(published.max)
    assert published.max.name not in re.sub("<header.*?</header>", "", client.get("/globex/mentors/").text, flags=re.S)
    assert client.get(f"/globex/mentors/{published.max.mentor_id}").status_code == 404


def test_the_directory_takes_at_most_six_statements(published: Cast, sign_in: SignIn, statements: list[str]) -> None:
    client = sign_in(published.mia)
    client.get("/acme/mentors/")
    for address in ("", "?q=negotiation", "?q=plants&language=en&skill=negotiation&where=remote"):
        statements.clear()
        assert client.get(f"/acme/mentors/{address}").status_code == 200
        assert len(statements) <= 6, statements


def test_search_as_you_type_answers_with_the_results_alone(published: Cast, sign_in: SignIn) -> None:
    page = sign_in(published.mia).get("/acme/mentors/?q=max", headers={"HX-Request": "true"})
    assert published.max.name in page.text
    assert "<html" not in page.text
    assert "HX-Request" in page.headers["Vary"]


def test_hidden_and_missing_are_the_same_page(published: Cast, sign_in: SignIn) -> None:
    client = sign_in(published.mia)
    pages = []
    for mentor_id in (published.ida.mentor_id, published.abe.mentor_id, new_id()):
        for path in (f"/acme/mentors/{mentor_id}", f"/acme/mentors/{mentor_id}/saving"):
            answer = client.get(path) if path.endswith(str(mentor_id)) else client.post(path)
            assert answer.status_code == 404
            pages.append(answer.text.replace(str(mentor_id), "ID"))
    assert len({re.sub(r'content="[^"]*"|csrf[^>]*', "", page) for page in pages[::2]}) == 1


def test_a_mentee_keeps_a_mentor_and_lets_go(published: Cast, sign_in: SignIn, operator: Session) -> None:
    client = sign_in(published.mia)
    path = f"/acme/mentors/{published.max.mentor_id}/saving"
    search = {"Referer": "http://localhost/acme/mentors/?q=max"}
    for _ in range(2):
        answer = client.post(path, headers=search)
        assert (answer.status_code, answer.location) == (303, "/acme/mentors/?q=max")
    assert count(operator, SavedMentor) == 1
    assert published.max.name in client.get("/acme/mentors/saved").text
    assert published.max.name not in sign_in(published.ann).get("/acme/mentors/saved").text
    assert client.post(f"{path}/removal", headers={"Referer": "http://elsewhere.example/acme/mentors"}).location == (
        "/acme/mentors/saved"
    )
    assert count(operator, SavedMentor) == 0


def test_a_script_gets_the_button_back(published: Cast, sign_in: SignIn) -> None:
    path = f"/acme/mentors/{published.max.mentor_id}/saving"
    answer = sign_in(published.mia).post(path, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f'action="{path}/removal"' in answer.text
    assert 'aria-pressed="true"' in answer.text


def test_a_full_mentor_offers_the_queue_and_one_with_room_does_not(
    published: Cast, sign_in: SignIn, operator: Session
) -> None:
    client = sign_in(published.mia)
    page = f"/acme/mentors/{published.max.mentor_id}"
    assert client.post(f"{page}/queue-place").status_code == 409
    operator.execute(text("UPDATE card SET room = 0"))
    operator.commit()
    assert f"{page}/queue-place" in client.get(page).text
    for _ in range(2):
        assert client.post(f"{page}/queue-place").status_code == 303
    assert count(operator, QueuePlace) == 1
    assert f"{page}/queue-place/removal" in client.get(page).text
    client.post(f"{page}/queue-place/removal")
    assert count(operator, QueuePlace) == 0


def test_three_stand_side_by_side_and_hidden_ones_do_not(published: Cast, sign_in: SignIn) -> None:
    client = sign_in(published.mia)
    ids = f"id={published.max.mentor_id}&id={published.ida.mentor_id}&id=nonsense&id={published.abe.mentor_id}"
    page = client.get(f"/acme/mentors/comparison?{ids}").text
    assert published.max.name in page
    assert published.ida.name not in page
    assert published.abe.name not in page
    assert client.get("/acme/mentors/comparison").status_code == 200


def test_a_tampered_cursor_is_a_page_that_says_so(published: Cast, sign_in: SignIn) -> None:
    answer = sign_in(published.mia).get("/acme/mentors/?q=max&page=abc.def")
    assert answer.status_code == 400
    assert "?q=max" in answer.text


def test_a_strange_search_is_no_error(published: Cast, sign_in: SignIn) -> None:
    client = sign_in(published.mia)
    for query in ("q=%00%27", "q=" + "a" * 5000, "skill=" + "x" * 300, "where=%27", "full=maybe", "q=%F0%9F%8C%89"):
        assert client.get(f"/acme/mentors/?{query}").status_code == 200, query


def test_nobody_to_be_seen_says_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.mia).get("/acme/mentors/").text
    assert "/acme/about-me" in page
