"""Invitations in numbers: sent in batches; those that came back or expired can be seen and sent again, one or all."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tenants.affiliations.models import Role
from tenants.onboarding.models import Invitation, InvitationState
from tenants.shared.models import Activity, Letter, LetterState

PATH = "/acme/people/invitations/"


@pytest.fixture
def ann(sign_in, cast):
    return sign_in(cast.ann)


def expire(operator, email):
    operator.execute(
        sa.update(Invitation)
        .where(Invitation.email == email)
        .values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    )
    operator.commit()


def bounce(operator, email):
    operator.execute(
        sa.update(Letter).where(Letter.address == email).values(state=LetterState.failed, error="550 no such mailbox")
    )
    operator.commit()


def test_a_letter_that_came_back_is_seen_with_the_reason(invite, cast, ann, mailbox, work):
    mailbox.answer("gone@acme.example", 550)
    invite(cast.ann, "gone@acme.example", name="Gone Away")
    invite(cast.ann, "here@acme.example", name="Here Still")
    work()
    page = ann.get(f"{PATH}?state=bounced").text
    assert "Gone Away" in page and "550" in page and "Here Still" not in page
    assert "One letter came back" in ann.get("/acme/people/").text


def test_each_stands_where_it_belongs(invite, cast, ann, operator):
    for name in ("sent", "late", "back", "taken", "gone"):
        invite(cast.ann, f"{name}@acme.example", name=f"{name}-person")
    expire(operator, "late@acme.example")
    bounce(operator, "back@acme.example")
    for name, state in (("taken", "accepted"), ("gone", "withdrawn")):
        operator.execute(
            sa.update(Invitation).where(Invitation.email == f"{name}@acme.example").values(state=InvitationState(state))
        )
    operator.commit()
    seen = {
        state: [
            name
            for name in ("sent", "late", "back", "taken", "gone")
            if f"{name}-person" in ann.get(f"{PATH}?state={state}").text
        ]
        for state in ("open", "expired", "bounced", "accepted", "withdrawn")
    }
    assert seen == {
        "open": ["sent"],
        "expired": ["late"],
        "bounced": ["back"],
        "accepted": ["taken"],
        "withdrawn": ["gone"],
    }


def test_all_that_expired_are_sent_again_and_the_others_are_left(
    invite, cast, ann, operator, work, mailbox, anonymous, invitations
):
    old = {name: invite(cast.ann, f"{name}@acme.example") for name in ("one", "two", "three")}
    work()
    for name in ("one", "two"):
        expire(operator, f"{name}@acme.example")
    assert ann.post(f"{PATH}resending", data={"state": "expired"}).status_code == 303
    work()
    assert [len(mailbox.to(f"{name}@acme.example")) for name in ("one", "two", "three")] == [2, 2, 1]
    text = mailbox.to("one@acme.example")[1].get_body(("plain",)).get_content()
    fresh = "/invitations/" + text.split("/invitations/")[1].split()[0]
    assert anonymous.get(fresh).status_code == 200
    assert anonymous.get(old["one"]).status_code == 404
    assert anonymous.get(old["three"]).status_code == 200
    line = operator.scalars(sa.select(Activity).where(Activity.verb == "invitation.sent_again")).one()
    assert line.data == {"number": 2}


def test_an_hr_partner_sends_no_admins_invitation_again(invite, cast, ann, operator, invitations):
    invite(cast.abe, "chief@acme.example", Role.company_admin)
    expire(operator, "chief@acme.example")
    ann.post(f"{PATH}resending", data={"state": "expired"})
    assert invitations("chief@acme.example")[0].sent_at is not None


@pytest.mark.parametrize("state", ["accepted", "withdrawn", "open", "", "x"])
def test_only_what_failed_is_sent_again_by_the_number(ann, state):
    assert ann.post(f"{PATH}resending", data={"state": state}).status_code == 422


def test_a_crowd_is_invited_so_many_a_minute(ann, cast, worker_app, work, mailbox, operator, _admin, monkeypatch):
    monkeypatch.setitem(worker_app.config, "INVITATIONS_PER_MINUTE", 2)
    rows = "\n".join(f"Person {n};p{n}@acme.example" for n in range(5))
    sent = ann.post(
        "/acme/people/imports/",
        data={"sheet": (io.BytesIO(f"Name;E-mail\n{rows}".encode()), "p.csv")},
        content_type="multipart/form-data",
    )
    path = sent.location.removesuffix("/columns")
    fields = (
        "email full_name first_name last_name job_title role function seniority locale time_zone started_on".split()
    )
    ann.post(f"{path}/dry-run", data=dict.fromkeys(fields, "") | {"full_name": "0", "email": "1"})
    ann.post(f"{path}/start")
    letters = []
    for _minute in range(4):
        work()
        letters.append(sum(len(mailbox.to(f"p{n}@acme.example")) for n in range(5)))
        if _minute == 0:
            assert "About to be sent (3)" in ann.get(PATH).text
        with _admin.connect() as server:
            later = server.exec_driver_sql(
                "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at > now() + interval '50 seconds'"
            )
            assert later.rowcount == (1 if _minute < 2 else 0)
    assert letters == [2, 4, 5, 5]


def test_a_firm_does_not_see_the_invitations_of_another(invite, cast, ann, sign_in):
    invite(cast.gil, "secret@globex.example", name="Secret Person")
    assert "Secret Person" not in ann.get(PATH).text
    assert "Secret Person" in sign_in(cast.gil).get("/globex/people/invitations/").text
