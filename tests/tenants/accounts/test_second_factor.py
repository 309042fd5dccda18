"""An authenticator app, recovery codes, and an organisation that asks for a second factor."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tenants.accounts.models import Account, RecoveryCode
from tenants.organisations.models import Organisation
from tenants.shared import clock
from tests.tenants.accounts.conftest import figures


@pytest.fixture
def guarded(open_browser, cast, with_password, with_app):
    """Mia, who has an app: her key and her recovery codes."""
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    return with_app(here)


def step(browser, actor):
    answer = browser.sign_in(actor)
    assert answer.location == "/sign-in/second-step"
    return "/sign-in/second-step"


def test_after_the_password_the_app_is_asked_for(guarded, open_browser, cast):
    key, _codes = guarded
    here = open_browser()
    page = step(here, cast.mia)
    assert here.get("/acme/mentors/").status_code == 303, "the password alone opens nothing"
    assert here.get("/account").status_code == 303
    assert here.send(page, code="000000").status_code == 422
    done = here.send(page, code=figures(key, ahead=30))
    assert (done.status_code, done.location) == (303, "/workspaces/")
    assert here.get("/acme/mentors/").status_code == 200


def test_a_code_of_the_app_works_once(guarded, open_browser, cast):
    key, _codes = guarded
    first, second = open_browser(), open_browser()
    code = figures(key, ahead=30)
    assert first.send(step(first, cast.mia), code=code).status_code == 303
    assert second.send(step(second, cast.mia), code=code).status_code == 422, "somebody looked over the shoulder"


def test_the_code_that_turned_the_app_on_does_not_sign_in(guarded, open_browser, cast):
    key, _codes = guarded
    here = open_browser()
    assert here.send(step(here, cast.mia), code=figures(key)).status_code == 422


def test_a_recovery_code_works_once_however_it_is_typed(guarded, open_browser, cast, operator):
    _key, codes = guarded
    assert len(set(codes)) == 10
    first, second = open_browser(), open_browser()
    assert first.send(step(first, cast.mia), code=codes[0].upper().replace("-", " ")).status_code == 303
    assert second.send(step(second, cast.mia), code=codes[0]).status_code == 422
    kept = list(operator.scalars(sa.select(RecoveryCode.code_hash)))
    assert len(kept) == 9
    assert "9 recovery codes are left" in first.get("/account").text


def test_new_recovery_codes_replace_the_old_ones(guarded, open_browser, cast, operator):
    key, codes = guarded
    here = open_browser()
    here.send(step(here, cast.mia), code=figures(key, ahead=30))
    shown = here.send("/account", "/account/second-factor/recovery-codes")
    assert shown.status_code == 200
    assert codes[1] not in shown.text
    assert 'class="key"' not in here.get("/account").text, "they are shown once"
    other = open_browser()
    assert other.send(step(other, cast.mia), code=codes[1]).status_code == 422


def test_the_codes_come_as_a_file(guarded, open_browser, cast, with_password):
    here = open_browser()
    here.sign_in(with_password(cast.max))
    file = here.client.post(
        "/account/second-factor/recovery-codes/file",
        data={"csrf_token": here.token("/account"), "code": ["aaaa-bbbb", "cccc-dddd"]},
    )
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "aaaa-bbbb\r\ncccc-dddd" in file.text


def test_a_wrong_code_turns_nothing_on(open_browser, cast, with_password, operator):
    here = open_browser()
    here.sign_in(with_password(cast.mia))
    assert here.send("/account/second-factor", code="000000").status_code == 422
    assert operator.scalar(sa.select(Account.totp_secret).where(Account.id == cast.mia.person_id)) is None


def test_the_secret_is_encrypted_where_it_is_kept(guarded, operator, cast):
    key, _codes = guarded
    kept = operator.scalar(sa.select(Account.totp_secret).where(Account.id == cast.mia.person_id))
    assert key.replace("-", "") not in kept
    assert '"enckey"' in kept


def test_setting_it_up_needs_a_fresh_sign_in(sign_in, cast):
    answer = sign_in(cast.mia).get("/account/second-factor")
    assert answer.location == "/account/confirmation?next=/account/second-factor"


def test_turning_it_off_is_told_by_letter(guarded, open_browser, cast, mailbox, work, operator):
    key, _codes = guarded
    here = open_browser()
    here.send(step(here, cast.mia), code=figures(key, ahead=30))
    assert here.send("/account/second-factor/removal/new", "/account/second-factor/removal").status_code == 303
    work()
    assert "Your second factor was turned off" in [letter["Subject"] for letter in mailbox.to(cast.mia.email)]
    assert list(operator.scalars(sa.select(RecoveryCode.person_id))) == []
    assert open_browser().sign_in(cast.mia).location == "/workspaces/"


def test_whoever_guesses_codes_is_slowed_down_by_account(guarded, open_browser, cast):
    answers = []
    for _browser in range(3):
        here = open_browser()
        page = step(here, cast.mia)
        token = here.token(page)
        answers += [here.client.post(page, data={"csrf_token": token, "code": "000000"}).status_code for _ in range(4)]
    assert answers == [422] * 8 + [429] * 4


def test_the_second_step_ends_when_the_password_changes(guarded, open_browser, cast, operator):
    key, _codes = guarded
    here = open_browser()
    page = step(here, cast.mia)
    token = here.token(page)
    operator.execute(sa.update(Account).where(Account.id == cast.mia.person_id).values(fs_uniquifier="another"))
    operator.commit()
    answer = here.client.post(page, data={"csrf_token": token, "code": figures(key, ahead=30)})
    assert answer.location == "/sign-in"


def test_the_second_step_waits_ten_minutes(guarded, open_browser, cast):
    import time_machine

    key, _codes = guarded
    here = open_browser()
    page = step(here, cast.mia)
    token = here.token(page)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        answer = here.client.post(page, data={"csrf_token": token, "code": figures(key)})
    assert answer.location == "/sign-in"


# --- an organisation asks for it --------------------------------------------------------------------------------------


def ask_for_it(operator, org_id, days):
    operator.execute(
        sa.update(Organisation)
        .where(Organisation.id == org_id)
        .values(second_factor_required=True, second_factor_from=clock.today() + timedelta(days=days))
    )
    operator.commit()


def test_an_administrator_asks_for_it_with_two_weeks_notice(sign_in, cast, operator):
    client = sign_in(cast.abe)
    fields = {
        "name": "Acme",
        "accent": "#0e5a5c",
        "locale": "en",
        "max_open_requests": "3",
        "request_approval": "never",
    }
    assert client.post("/acme/settings/", data=fields | {"second_factor_required": "y"}).status_code == 303
    acme = operator.get_one(Organisation, cast.abe.org_id, populate_existing=True)
    assert acme.second_factor_from == clock.today() + timedelta(days=14)
    assert client.post("/acme/settings/", data=fields).status_code == 303
    operator.rollback()
    assert operator.get_one(Organisation, cast.abe.org_id, populate_existing=True).second_factor_from is None


def test_until_then_the_page_says_so_and_works(sign_in, cast, operator):
    ask_for_it(operator, cast.mia.org_id, days=1)
    page = sign_in(cast.mia).get("/acme/mentors/")
    assert page.status_code == 200
    assert "opens only to accounts with a second factor" in page.text
    assert "second factor" not in sign_in(cast.max).get("/globex/mentors/").text


def test_from_then_on_the_workspace_is_closed_and_others_are_not(open_browser, cast, with_password, with_app, operator):
    ask_for_it(operator, cast.pam.org_id, days=0)
    here = open_browser()
    here.sign_in(with_password(cast.pam))
    closed = here.get("/acme/mentors/")
    assert (closed.status_code, closed.location) == (303, "/account/second-factor/required?organisation=acme")
    assert "Acme opens only to people" in here.get(closed.location).text
    assert here.get("/bridge/mentors/").status_code == 200
    with_app(here)
    assert here.get("/acme/mentors/").status_code == 200


def test_the_database_itself_opens_nothing_to_those_without(app, cast, operator):
    from tenants import walls
    from tenants.shared.database import db

    ask_for_it(operator, cast.mia.org_id, days=0)
    with app.test_request_context():
        row = walls.enter(db.session, walls.Entry(walls.ENTER_WORKSPACE, {"token": cast.mia.token, "slug": "acme"}))
        assert row["shut"] is True
        with pytest.raises(sa.exc.DBAPIError):
            db.session.execute(sa.text("SELECT * FROM mentee_profile")).all()


def test_the_page_that_asks_for_it_knows_nothing_of_other_organisations(sign_in, cast):
    assert sign_in(cast.mia).get("/account/second-factor/required?organisation=globex").status_code == 404


def test_the_operator_takes_a_lost_one_away(guarded, open_browser, cast, operator, work, mailbox):
    from tenants.accounts.rescue import take_second_factor_away

    take_second_factor_away(operator, email=cast.mia.email.upper(), now=clock.now())
    assert open_browser().sign_in(cast.mia).location == "/workspaces/"
    work()
    assert "Your second factor was turned off" in [letter["Subject"] for letter in mailbox.to(cast.mia.email)]
