"""The link in a letter: shows without acting, acts once, and opens nothing else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.requests.letters import write_with_link
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.shared.database import db
from tenants.shared.models import ActionLink
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import GOAL, letters, row, working

YES = {"accept-words": "Gladly.", "accept-contact": "max@globex.example"}


@pytest.fixture
def link(ask, mentors, work, tokens):
    """The request of Mia to Max, and the address in Max's letter."""
    asked = ask(mentors.mia, mentors.max)
    work()
    return asked, f"/links/{tokens[-1]}"


def whole(operator):
    operator.rollback()
    tables = ("mentoring_request", "request_message", "action_link", "activity", "notice", "mentor_profile", "letter")
    return {name: operator.execute(sa.text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in tables}


def test_a_scanner_that_follows_the_link_changes_nothing(link, anonymous, operator):
    _asked, url = link
    before = whole(operator)
    for _ in range(3):
        assert anonymous.get(url).status_code == 200
        assert anonymous.head(url).status_code == 200
    assert anonymous.get(f"{url}/acceptance").status_code in {404, 405}
    assert whole(operator) == before


def test_max_accepts_from_the_letter_in_one_press_without_signing_in(link, anonymous, operator, work):
    asked, url = link
    page = anonymous.get(url)
    text = page.get_data(as_text=True)
    assert GOAL in text
    assert f'action="{url}/acceptance"' in text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    done = anonymous.post(f"{url}/acceptance", data=YES)
    assert done.status_code == 200
    assert "Mia" in done.get_data(as_text=True)
    assert row(operator, asked).state is RequestState.accepted
    with anonymous.session_transaction() as cookie:
        assert "_user_id" not in cookie
    assert anonymous.get("/globex/requests/").status_code == 303
    work()
    assert len(letters(operator, "request_accepted")) == 1


def test_the_link_acts_once(link, anonymous, operator):
    asked, url = link
    assert anonymous.post(f"{url}/acceptance", data=YES).status_code == 200
    again = anonymous.post(f"{url}/acceptance", data=YES)
    assert again.status_code == 410
    assert GOAL not in again.get_data(as_text=True)
    assert anonymous.get(url).status_code == 410
    assert row(operator, asked).holds_place


def test_a_refused_answer_does_not_spend_the_link(link, anonymous, operator):
    _asked, url = link
    wrong = anonymous.post(f"{url}/decline", data={"decline-words": "Sorry about that."})
    assert wrong.status_code == 422
    assert "Sorry about that." in wrong.get_data(as_text=True)
    operator.execute(sa.text("UPDATE mentor_profile SET open_slots = 0"))
    operator.commit()
    full = anonymous.post(f"{url}/acceptance", data=YES)
    assert full.status_code == 409
    assert anonymous.post(f"{url}/decline", data={"decline-reason": "no_room_now"}).status_code == 200


def test_asking_for_more_from_the_letter(link, anonymous, operator):
    asked, url = link
    reply = anonymous.post(f"{url}/question", data={"question": "What have you tried so far, and with whom?"})
    assert reply.status_code == 200
    assert row(operator, asked).state is RequestState.more_information
    assert len(letters(operator, "information_asked")) == 1


def test_mia_confirms_from_her_letter(link, anonymous, operator, mentors, work, tokens, app):
    asked, url = link
    anonymous.post(f"{url}/acceptance", data=YES)
    work()
    page = anonymous.get(f"/links/{tokens[-1]}").get_data(as_text=True)
    assert "Your turn." in page
    assert anonymous.post(f"/links/{tokens[-1]}/acceptance", data=YES).status_code == 404
    done = anonymous.post(f"/links/{tokens[-1]}/confirmation", data={"contact": ""})
    assert done.status_code == 200
    assert row(operator, asked).state is RequestState.confirmed


def test_a_link_that_is_too_old_or_wrong_says_so_kindly(link, anonymous, operator, monkeypatch):
    asked, url = link
    assert anonymous.get(f"{url}x").status_code == 404
    assert anonymous.get("/links/nothing").status_code == 404
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + timedelta(days=14, seconds=1))
    late = anonymous.get(url)
    assert (late.status_code == 410 and "Sign in" in late.get_data(as_text=True)) or "connecter" in late.get_data(
        as_text=True
    )
    assert anonymous.post(f"{url}/acceptance", data=YES).status_code == 410
    assert row(operator, asked).state is RequestState.sent


def test_a_link_that_is_too_old_speaks_the_language_chosen_here_before_its_readers_own(link, app, mentors, operator):
    _asked, url = link
    operator.execute(sa.text("UPDATE person SET locale = 'fr' WHERE id = :id"), {"id": mentors.max.person_id})
    operator.execute(sa.text("UPDATE action_link SET used_at = now()"))
    operator.commit()
    browser = app.test_client()
    assert 'lang="fr"' in browser.get(url, headers={"Accept-Language": "en"}).text
    browser.set_cookie("language", "en")
    page = browser.get(url)
    assert page.status_code == 410
    assert "This link has been used" in page.text


def test_the_link_shows_where_a_request_stands_that_has_moved_on(link, anonymous, step, mentors):
    asked, url = link
    step(mentors.mia, "withdraw_request", asked, words="")
    page = anonymous.get(url)
    assert page.status_code == 200
    assert "/acceptance" not in page.get_data(as_text=True)
    assert anonymous.post(f"{url}/acceptance", data=YES).status_code == 409


def test_only_the_tokens_hash_is_kept_and_it_dies_with_the_request(link, operator, tokens):
    asked, _url = link
    kept = operator.scalars(sa.select(ActionLink)).one()
    assert kept.token_hash != tokens[-1].encode()
    assert len(kept.token_hash) == 32
    assert kept.expires_at == row(operator, asked).due_at
    assert tokens[-1] not in str(whole(operator))


def test_a_page_cannot_make_a_link(link, app, mentors):
    with acting(app, mentors.mia), pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        db.session.execute(sa.text("INSERT INTO action_link (org_id, id) VALUES (1, 1)"))


def test_a_letter_job_that_runs_twice_makes_one_link_and_one_letter(link, operator, worker_app, mentors):
    asked, _url = link
    kept = operator.scalars(sa.select(ActionLink)).one()
    with working(worker_app, mentors.mia.org_id):
        again = db.session.get(MentoringRequest, (mentors.mia.org_id, asked))
        write_with_link(again, kind="request_received", link_id=kept.id, now=NOW)
        db.session.commit()
    assert len(letters(operator, "request_received")) == 1


def test_forms_on_the_page_work_with_the_csrf_check_on(app, link):
    _asked, url = link
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        client = app.test_client()
        assert client.post(f"{url}/acceptance", data=YES).status_code == 422
        page = client.get(url).get_data(as_text=True)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        assert client.post(f"{url}/acceptance", data=YES | {"csrf_token": token}).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
