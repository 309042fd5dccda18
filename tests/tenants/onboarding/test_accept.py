"""What happens behind an invitation's link."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from tenants.accounts.models import Account, Person
from tenants.affiliations.models import Affiliation, Role
from tenants.onboarding.models import Invitation, InvitationState
from tenants.shared.models import Activity

ZOE = "zoe@acme.example"
ANSWERS = {
    "name": "Zoé  Newcomer",
    "password": "a sentence of my own",
    "locale": "fr",
    "time_zone": "Europe/London",
}


def ties(operator, email):
    operator.rollback()
    return operator.execute(
        sa.select(Affiliation.org_id, Affiliation.role, Affiliation.job_title)
        .join(Account, Account.id == Affiliation.person_id)
        .where(sa.func.lower(Account.email) == email.lower())
        .order_by(Affiliation.created_at)
    ).all()


def accept(client, path, **answers):
    return client.post(f"{path}/acceptance", data=ANSWERS | answers)


def test_a_newcomer_reads_who_invites_and_makes_an_account(invite, anonymous, cast, operator, invitations):
    path = invite(cast.ann, ZOE, Role.hr_partner, job_title="Buyer")
    page = anonymous.get(path)
    assert page.status_code == 200
    for words in ("Acme invites you", "Ann Acme", "HR partner", ZOE, "Zoe Newcomer", 'value="Europe/Paris" selected'):
        assert words in page.text or words.replace(" selected", "") in page.text, words
    assert page.headers["Referrer-Policy"] == "no-referrer"
    done = accept(anonymous, path)
    assert (done.status_code, done.location) == (303, "/acme/mentors/")
    assert ties(operator, ZOE) == [(cast.ann.org_id, Role.hr_partner, "Buyer")]
    person = operator.scalars(
        sa.select(Person).join(Account, Account.id == Person.id).where(Account.email == ZOE)
    ).one()
    assert (person.name, person.locale, person.time_zone) == ("Zoé Newcomer", "fr", "Europe/London")
    assert anonymous.get("/workspaces/").location == "/acme/mentors/", "and is signed in"
    assert invitations(ZOE)[0].state is InvitationState.accepted
    line = operator.scalars(sa.select(Activity).where(Activity.verb == "invitation.accepted")).one()
    assert (line.org_id, line.actor_person_id) == (cast.ann.org_id, person.id)


def test_opening_the_link_changes_nothing(invite, anonymous, cast, operator, invitations):
    path = invite(cast.ann, ZOE)
    for _ in range(3):
        assert anonymous.get(path).status_code == 200
        assert anonymous.head(path).status_code == 200
    assert anonymous.get(f"{path}/acceptance").status_code in (404, 405)
    assert invitations(ZOE)[0].state is InvitationState.open
    assert ties(operator, ZOE) == []


def test_a_form_with_faults_keeps_what_was_typed(invite, anonymous, cast, operator):
    path = invite(cast.ann, ZOE)
    page = accept(anonymous, path, password="short", name="Zoé Autrement")
    assert page.status_code == 422
    assert 'value="Zoé Autrement"' in page.text
    assert "between 12 and 128" in page.text
    assert 'value="short"' not in page.text
    assert 'value="fr" checked' in page.text or 'checked value="fr"' in page.text
    for fault in ({"name": " "}, {"name": "1234"}, {"locale": "de"}, {"time_zone": "Mars/Olympus"}, {"password": ZOE}):
        assert accept(anonymous, path, **fault).status_code == 422, fault
    assert ties(operator, ZOE) == []


@pytest.mark.parametrize("state", ["unknown", "expired", "accepted", "withdrawn"])
def test_a_link_that_is_no_longer_good_says_what_to_do(invite, anonymous, cast, operator, state):
    path = invite(cast.ann, ZOE)
    if state == "unknown":
        path = "/invitations/nothing-of-the-kind"
    elif state == "expired":
        operator.execute(sa.update(Invitation).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    else:
        operator.execute(sa.update(Invitation).values(state=state))
    operator.commit()
    expected = {
        "unknown": (404, "This link does not work"),
        "expired": (410, "This invitation has expired"),
        "accepted": (410, "This invitation was taken up already"),
        "withdrawn": (410, "This invitation was withdrawn"),
    }[state]
    for answer in (anonymous.get(path), accept(anonymous, path)):
        assert (answer.status_code, expected[1] in answer.text) == (expected[0], True)
    assert ties(operator, ZOE) == []


def test_a_second_invitation_makes_the_first_link_useless(invite, anonymous, cast):
    first, second = invite(cast.ann, ZOE), invite(cast.ann, ZOE)
    assert anonymous.get(first).status_code == 410
    assert accept(anonymous, second).status_code == 303


def test_whoever_has_an_account_signs_in_and_accepts(invite, anonymous, sign_in, cast, operator):
    path = invite(cast.ann, cast.ida.email)
    page = anonymous.get(path)
    assert "has an account here already" in page.text
    assert f"/sign-in?next={path}" in page.text
    assert 'name="password"' not in page.text
    assert accept(anonymous, path).location == path, "no second account"
    ida = sign_in(cast.ida)
    assert "Accept" in ida.get(path).text
    assert ida.post(f"{path}/acceptance").location == "/acme/arrival/"
    assert [tie.org_id for tie in ties(operator, cast.ida.email)] == [cast.ida.org_id, cast.ann.org_id]
    assert 'href="/acme/mentors/"' in ida.get("/workspaces/").text


def test_opened_as_somebody_else_it_says_so_and_offers_to_switch(invite, sign_in, cast, operator):
    path = invite(cast.ann, cast.ida.email)
    gus = sign_in(cast.gus)
    page = gus.get(path)
    assert "You are signed in as somebody else" in page.text
    assert cast.gus.email in page.text
    assert cast.ida.email in page.text
    assert gus.post(f"{path}/acceptance").status_code == 403
    assert len(ties(operator, cast.gus.email)) == 1
    out = gus.post("/sign-out", data={"next": path})
    assert out.location == path
    assert "has an account here already" in gus.get(path).text


def test_somebody_with_another_address_keeps_the_one_account_they_have(invite, sign_in, cast, operator):
    path = invite(cast.ann, "ida.at.home@post.example")
    ida = sign_in(cast.ida)
    assert "one person, one sign-in" in ida.get(path).text
    assert ida.post(f"{path}/acceptance").status_code == 303
    assert len(ties(operator, cast.ida.email)) == 2
    assert operator.scalar(sa.select(Account.id).where(Account.email == "ida.at.home@post.example")) is None


def test_a_colleague_who_is_here_already_gets_no_second_tie_and_no_new_role(
    invite, sign_in, cast, operator, invitations
):
    path = invite(cast.abe, cast.mia.email, Role.company_admin)
    mia = sign_in(cast.mia)
    assert mia.post(f"{path}/acceptance").location == "/acme/arrival/"
    assert [tie.role for tie in ties(operator, cast.mia.email)] == [Role.member]
    assert invitations(cast.mia.email)[0].state is InvitationState.accepted


def test_sending_it_twice_is_harmless(invite, anonymous, app, cast, operator):
    path = invite(cast.ann, ZOE)
    again = app.test_client()
    assert accept(anonymous, path).status_code == 303
    assert accept(anonymous, path).location == "/acme/mentors/"
    assert accept(again, path).status_code == 410
    assert len(ties(operator, ZOE)) == 1


@pytest.mark.race
def test_two_browsers_at_once_make_one_person(invite, app, cast, operator):
    path = invite(cast.ann, ZOE)
    start, statuses = Barrier(4), []

    def go():
        client = app.test_client()
        start.wait()
        statuses.append(accept(client, path).status_code)

    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(303) >= 1
    assert set(statuses) <= {303, 409, 410}
    assert len(ties(operator, ZOE)) == 1
    assert operator.scalar(sa.select(sa.func.count()).select_from(Person).where(Person.name == "Zoé Newcomer")) == 1


def test_two_organisations_at_once_make_one_account(invite, app, cast, operator):
    paths = [invite(cast.ann, ZOE), invite(cast.ned, ZOE)]
    first, second = app.test_client(), app.test_client()
    assert accept(first, paths[0]).status_code == 303
    assert accept(second, paths[1]).location == paths[1], "the address has an account now: sign in"
    assert first.post(f"{paths[1]}/acceptance").location == "/bridge/arrival/"
    assert len(ties(operator, ZOE)) == 2


def test_a_network_s_new_administrator_begins_with_the_firms(invite, anonymous, cast):
    path = invite(cast.ned, "new@bridge.example", Role.network_admin)
    assert accept(anonymous, path).location == "/bridge/firms/"


def test_the_page_speaks_the_language_of_the_invitation(invite, anonymous, cast):
    path = invite(cast.ann, ZOE, locale="fr")
    assert '<html lang="fr"' in anonymous.get(path).text
    assert '<html lang="fr"' in accept(anonymous, path, password="short").text
    anonymous.set_cookie("language", "en")
    assert '<html lang="en"' in anonymous.get(path).text


def test_a_formula_or_a_tag_in_a_name_is_only_text(invite, anonymous, cast):
    path = invite(cast.ann, ZOE, name='<script>alert(1)</script>=HYPERLINK("x")')
    page = anonymous.get(path).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
