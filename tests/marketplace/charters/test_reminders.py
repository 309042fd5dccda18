"""A version that waits for a signature for a week is remembered once, and a confirmed pair gets one letter that does both."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.charters import jobs
from marketplace.mentorships.models import Mentorship
from tenants.shared import clock
from tenants.shared.models import Letter
from tests.marketplace.charters.conftest import version
from tests.marketplace.requests.conftest import letters

MAX = "max@globex.example"


@pytest.fixture
def strike(monkeypatch, worker_app, work):
    """The clock of reminders, as many times as given, so many days from now."""
    began = clock.now()

    def run(days, times=1):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: began + timedelta(days=days))
        with worker_app.app_context():
            for _ in range(times):
                jobs.remind_of_charters.func.__wrapped__()
            jobs.db.session.commit()
        work()

    return run


@pytest.fixture
def proposed(pair, mentors, sign_in, work):
    """Mia has signed version 1."""
    page = f"/acme/mentorships/{pair.id}/agreement"
    assert sign_in(mentors.mia).post(f"{page}/versions", data=version(0, "Mia Acme")).status_code == 303
    work()
    return pair


def test_whoever_has_not_signed_is_reminded_once_and_signs_from_the_letter(
    proposed, mentors, strike, operator, linked, anonymous
):
    strike(6)
    assert letters(operator, "charter_reminder") == []
    strike(8, times=3)
    strike(9)
    strike(40)
    assert [one.person_id for one in letters(operator, "charter_reminder")] == [mentors.max.person_id]
    strike(8)
    page = linked(MAX, "signature")
    data = {"sign-version": "1", "sign-name": "Max Globex", "sign-agreed": "y"}
    assert anonymous.post(f"{page}/signature", data=data).status_code == 200


@pytest.mark.parametrize("change", [{"state": "paused", "paused_at": sa.func.now()}, {"state": "ended"}])
def test_a_pair_that_rests_or_has_ended_is_left_in_peace(proposed, strike, operator, change):
    values = {"ended_at": sa.func.now()} if change["state"] == "ended" else {}
    operator.execute(sa.update(Mentorship).values(**change, **values))
    operator.commit()
    strike(8)
    assert letters(operator, "charter_reminder") == []


def test_what_is_in_force_needs_no_reminder(proposed, mentors, sign_in, strike, operator):
    data = {"sign-version": "1", "sign-name": "Max Globex", "sign-agreed": "y"}
    page = f"/globex/mentorships/{proposed.id}/agreement/signature"
    assert sign_in(mentors.max).post(page, data=data).status_code == 303
    strike(8)
    assert letters(operator, "charter_reminder") == []


def test_a_confirmed_pair_gets_one_letter_each(pair, mentors, work, mailbox, operator):
    work()
    sent = operator.scalars(sa.select(Letter.kind).where(Letter.person_id == mentors.mia.person_id)).all()
    assert sent.count("mentorship_confirmed") == 1
    assert not [kind for kind in sent if kind.startswith("charter")]
    [to_mia] = [one for one in mailbox.to(mentors.mia.email) if "is confirmed" in str(one["Subject"])]
    [to_max] = [one for one in mailbox.to(mentors.max.email) if "confirm" in str(one["Subject"])]
    assert to_mia.get_body(("plain",)).get_content().count("/links/") == 2, "a first meeting, and the agreement"
    assert to_max.get_body(("plain",)).get_content().count("/links/") == 1
