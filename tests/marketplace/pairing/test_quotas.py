"""What a firm gives and receives in a cohort's pairs: asked of the database, whoever comes first."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.programmes.modalities import Side
from marketplace.programmes.models import ProgrammeParty
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.shared.database import db
from tests.factories import acting
from tests.marketplace.pairing.conftest import requests_of
from tests.marketplace.pairing.test_hand_match import propose
from tests.marketplace.pairing.test_self_match import ASK, enrolment_of

__all__ = ["enrolment_of", "propose"]

BALANCE = "This pair would break the balance"
TWO_MENTEES = {"mia": Side.mentee, "pam": Side.mentee, "max": Side.mentor}


def test_a_firm_receives_no_more_than_it_gives(start, cast, sign_in, propose, operator):
    """Acme sends two and gives nobody, which came about when its mentor left; the balance bears one."""
    cohort = start(sides=TWO_MENTEES, places=2, quota={"balance": 1})
    board = f"/cohorts/{cohort.id}/board"
    page = sign_in(cast.ned).get(f"/bridge{board}").text
    assert "may send one mentee more than it gives mentors" in page and "no pair is made for those above" in page
    own = sign_in(cast.ann).get(f"/acme{board}").text
    assert "What organisations give and receive" in own and "Globex" not in own
    assert propose(cast.ned, cohort, cast.mia, cast.max).status_code == 303
    refused = propose(cast.ned, cohort, cast.pam, cast.max)
    assert refused.status_code == 409 and BALANCE in refused.text
    assert len(requests_of(operator)) == 1


def test_two_yeses_at_once_do_not_pass_a_quota(app, start, cast, sign_in, operator, enrolment_of):
    cohort = start(sides=TWO_MENTEES, places=2, matching="self")
    place = f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}/requests"
    for name in ("mia", "pam"):
        assert sign_in(cast[name]).post(place, data=ASK).status_code == 303
    operator.rollback()
    party = operator.get(ProgrammeParty, (cohort.org_id, cohort.programme_id, cast.mia.org_id), populate_existing=True)
    party.max_mentees = 1
    operator.commit()
    gate, answers = threading.Barrier(2), []

    def accept(client, request_id):
        gate.wait()
        answers.append(client.post(f"/globex/requests/{request_id}/acceptance", data={"accept-contact": ""}))

    asked = [one.id for one in requests_of(operator)]
    threads = [threading.Thread(target=accept, args=(sign_in(cast.max), one)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in answers) == [303, 409]
    # Max reads French.
    assert any("quota" in one.text for one in answers if one.status_code == 409)
    states = {one.state: one.id for one in requests_of(operator)}
    assert set(states) == {RequestState.accepted, RequestState.sent}
    with acting(app, cast.max), pytest.raises(IntegrityError, match="no pair: quota"):
        db.session.execute(
            sa.update(MentoringRequest)
            .where(MentoringRequest.id == states[RequestState.sent])
            .values(state=RequestState.accepted)
        )
