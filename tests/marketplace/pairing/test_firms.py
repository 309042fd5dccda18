"""Both firms are asked about a pair that a committee proposes: who may answer, what each reads, races, silence, and the wall."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.pairing.models import ProposalStatement
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort
from marketplace.requests.jobs import remind_firms, turn_clock_of_requests
from marketplace.requests.models import ConsentState, FirmConsent, MentoringRequest, RequestMessage, RequestState
from tenants.affiliations.models import Affiliation, Role
from tenants.privacy.jobs import find_what_is_old
from tenants.shared.database import db
from tenants.shared.models import Notice
from tests.factories import NOW, acting
from tests.marketplace.pairing.conftest import requests_of
from tests.marketplace.pairing.test_hand_match import propose
from tests.marketplace.pairing.test_self_match import ASK, enrolment_of
from tests.marketplace.requests.conftest import letters

__all__ = ["enrolment_of", "propose"]


@pytest.fixture
def asked(start, cast, propose, operator, work):
    """Ned of Bridge has proposed Mia of Acme and Max of Globex; Ann and Abe answer for Acme, Gil for Globex."""
    cohort = start(firms_say_yes=True)
    assert propose(cast.ned, cohort, cast.mia, cast.max).status_code == 303
    work()
    (request,) = requests_of(operator)
    request.cohort = cohort
    return request


def say(client, actor, request_id, yes, **data):
    kind = "approval" if yes else "refusal"
    return client(actor).post(f"/{actor.slug}/requests/consents/{request_id}/{kind}", data=data)


def consents(operator):
    operator.rollback()
    query = sa.select(FirmConsent).execution_options(populate_existing=True)
    return {one.side.value: one for one in operator.scalars(query)}


def test_both_firms_say_yes_before_the_mentor_is_asked_and_each_reads_who_and_who(asked, cast, sign_in, operator, work):
    assert asked.state is RequestState.awaiting_employer and asked.sent_at is None
    told = {one.person_id: one.data for one in operator.scalars(sa.select(Notice).where(Notice.kind == "firm_asked"))}
    assert set(told) == {cast.ann.person_id, cast.abe.person_id, cast.gil.person_id}
    assert told[cast.gil.person_id]["other_firm"] == "Acme" and told[cast.ann.person_id]["other_firm"] == "Globex"
    assert not letters(operator, "employer_asked") and not letters(operator, "request_received")
    page = sign_in(cast.ann).get("/acme/requests/approvals").text
    assert (
        "Mia Acme, of your organisation, would be accompanied by Max Globex, of Globex" in page and "Crossing" in page
    )
    assert f"/requests/{asked.id}/approval" not in page, "it is no approval of the other kind"
    page = sign_in(cast.gil).get("/globex/requests/approvals").text
    assert "Max Globex" in page and "Mia Acme" in page and "You both came from" not in page
    assert sign_in(cast.mia).get(f"/acme/requests/{asked.id}").text.count("Both organisations") >= 2
    assert sign_in(cast.max).get(f"/globex/requests/{asked.id}").status_code == 404

    assert say(sign_in, cast.gil, asked.id, True).status_code == 303
    (now,) = requests_of(operator)
    assert now.state is RequestState.awaiting_employer
    assert "Waits for Acme" in sign_in(cast.ned).get(f"/bridge/cohorts/{asked.cohort.id}/matching/").text
    again = say(sign_in, cast.gil, asked.id, False, reason="")
    assert again.status_code == 409
    assert say(sign_in, cast.ann, asked.id, True).status_code == 303
    work()
    (now,) = requests_of(operator)
    assert now.state is RequestState.sent and now.sent_at is not None and now.due_at - now.sent_at == timedelta(days=14)
    assert [one.person_id for one in letters(operator, "request_received")] == [cast.max.person_id]
    states = sign_in(cast.ned).get(f"/bridge/cohorts/{asked.cohort.id}/matching/").text
    assert "Acme said yes" in states and "Globex said yes" in states and "for the employer" not in states
    says = set(operator.scalars(sa.select(ProposalStatement.says)))
    assert says == {"proposed", "mentee_firm_yes", "mentor_firm_yes"}
    operator.rollback()
    assert sign_in(cast.max).get(f"/globex/requests/{asked.id}").status_code == 200


def test_a_no_of_either_firm_ends_it_and_neither_of_the_two_learns_whose(asked, cast, sign_in, operator, work):
    assert say(sign_in, cast.gil, asked.id, False, reason="They lead our merger until May.").status_code == 303
    work()
    (now,) = requests_of(operator)
    assert now.state is RequestState.refused_by_employer and now.closed_at is not None
    assert [one.person_id for one in letters(operator, "proposal_over")] == [cast.mia.person_id]
    assert not letters(operator, "employer_refused")
    mia = sign_in(cast.mia)
    for page in (mia.get(f"/acme/requests/{asked.id}").text, mia.get("/acme/requests/").text):
        assert "Your employer" not in page and "your employer" not in page and "merger" not in page
    assert "This proposal came to nothing" in mia.get(f"/acme/requests/{asked.id}").text
    ned = sign_in(cast.ned).get(f"/bridge/cohorts/{asked.cohort.id}/matching/").text
    assert "Globex said no" in ned and "merger" not in ned
    assert "merger" in sign_in(cast.gil).get("/globex/requests/approvals").text
    late = say(sign_in, cast.ann, asked.id, True)
    assert late.status_code == 409 and "came to nothing" in late.text
    assert requests_of(operator)[0].state is RequestState.refused_by_employer


def test_why_a_firm_said_no_goes_with_the_cohort_and_what_it_answered_stays(
    asked, cast, sign_in, operator, work, worker_app
):
    say(sign_in, cast.gil, asked.id, False, reason="They lead our merger until May.")

    def sweep():
        with worker_app.app_context():
            find_what_is_old.func.__wrapped__()
            db.session.commit()
        work()

    sweep()
    assert consents(operator)["mentor"].reason != ""
    operator.execute(
        sa.update(Cohort)
        .where(Cohort.id == asked.cohort.id)
        .values(state="closed", updated_at=NOW - timedelta(days=4000))
    )
    operator.commit()
    sweep()
    theirs = consents(operator)["mentor"]
    assert (theirs.reason, theirs.state) == ("", ConsentState.no)


def test_two_firms_at_once_send_it_on_exactly_once(asked, cast, sign_in, operator, work):
    gate, answers = threading.Barrier(2), []

    def yes(client, actor):
        gate.wait()
        answers.append(client.post(f"/{actor.slug}/requests/consents/{asked.id}/approval"))

    threads = [threading.Thread(target=yes, args=(sign_in(one), one)) for one in (cast.ann, cast.gil)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.status_code for one in answers] == [303, 303]
    work()
    assert requests_of(operator)[0].state is RequestState.sent
    assert len(letters(operator, "request_received")) == 1


def test_who_may_not_answer(asked, cast, sign_in, operator):
    """Another firm's coordinator, somebody without the role, and a coordinator who is one of the two."""
    for actor, code in ((cast.hal, 404), (cast.mia, 404), (cast.ned, 404)):
        assert say(sign_in, actor, asked.id, True).status_code == code
    tie = operator.scalars(
        sa.select(Affiliation).where(Affiliation.person_id == cast.max.person_id, Affiliation.org_id == cast.max.org_id)
    ).one()
    tie.role = Role.hr_partner
    operator.commit()
    assert say(sign_in, cast.max, asked.id, True).status_code == 404
    assert "Mia Acme" not in sign_in(cast.max).get("/globex/requests/approvals").text
    assert sign_in(cast.ann).post(f"/acme/requests/{asked.id}/approval").status_code == 404
    assert {one.state for one in consents(operator).values()} == {ConsentState.waiting}


def test_the_wall_knows_one_firms_consent_and_no_way_past_it(app, asked, cast, operator):
    with acting(app, cast.gil):
        assert db.session.scalars(sa.select(FirmConsent.org_id)).all() == [cast.max.org_id]
        assert not db.session.scalars(sa.select(MentoringRequest.id)).all()
        assert not db.session.scalars(sa.select(RequestMessage.id)).all()
        db.session.rollback()
    with acting(app, cast.hal):
        assert not db.session.scalars(sa.select(FirmConsent.org_id)).all()
        said = db.session.execute(
            sa.text("SELECT said FROM answer_for_firm(CAST(:id AS bigint), true, '', :now, :now)"),
            {"id": asked.id, "now": NOW},
        ).scalar_one()
        assert said == "gone"
        db.session.rollback()
    # The mentee's firm has the right to move its people's requests; past the other firm it does not lead.
    for state in ("sent", "refused_by_employer"):
        with acting(app, cast.ann), pytest.raises(DBAPIError, match="both firms answer"):
            db.session.execute(
                sa.update(MentoringRequest).where(MentoringRequest.id == asked.id).values(state=state, sent_at=NOW)
            )
    with acting(app, cast.ann), pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(sa.update(FirmConsent).values(state="yes"))


def test_the_clock_reminds_firms_and_expires_what_one_of_them_leaves(
    asked, cast, sign_in, operator, work, worker_app, monkeypatch
):
    say(sign_in, cast.ann, asked.id, True)
    day = timedelta(days=1)

    def at(days, job):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + days * day)
        job.func(SimpleNamespace(additional_context={"app": worker_app}), 0)
        work()

    at(8, remind_firms)
    at(9, remind_firms)
    again = [
        one.person_id
        for one in operator.scalars(sa.select(Notice).where(Notice.kind == "firm_asked"))
        if one.data["again"]
    ]
    assert again == [cast.gil.person_id]
    at(16, turn_clock_of_requests)
    assert requests_of(operator)[0].state is RequestState.expired
    assert [one.person_id for one in letters(operator, "proposal_over")] == [cast.mia.person_id]
    assert not letters(operator, "request_expired")
    ned = sign_in(cast.ned).get(f"/bridge/cohorts/{asked.cohort.id}/matching/").text
    assert "No answer of Globex in time" in ned
    assert "Globex" not in sign_in(cast.mia).get(f"/acme/requests/{asked.id}").text.split("<h1")[1].split("</h1>")[0]


def test_a_firm_whose_committee_proposes_has_said_yes_and_nobody_is_asked_of_themselves(
    start, cast, propose, operator, work, sign_in
):
    """Each firm pairs its own: Acme's proposal is its yes. Globex's only coordinator is the mentor, so nobody is asked there."""
    cohort = start(firms_say_yes=True, centralised=False, sides={"mia": Side.mentee, "max": Side.mentor})
    for name, role in (("gil", Role.member), ("gus", Role.member), ("max", Role.hr_partner)):
        operator.execute(
            sa.update(Affiliation)
            .where(Affiliation.person_id == cast[name].person_id, Affiliation.org_id == cast.max.org_id)
            .values(role=role)
        )
    operator.commit()
    assert propose(cast.ann, cohort, cast.mia, cast.max).status_code == 303
    work()
    (now,) = requests_of(operator)
    assert now.state is RequestState.sent
    found = consents(operator)
    assert set(found) == {"mentee"} and found["mentee"].decided_by_id == cast.ann.person_id
    assert "Proposed pairs, answered" not in sign_in(cast.abe).get("/acme/requests/approvals").text


def test_what_somebody_asks_for_themselves_is_no_matter_of_the_other_firm(start, cast, sign_in, operator, enrolment_of):
    cohort = start(firms_say_yes=True)
    place = f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}/requests"
    assert sign_in(cast.mia).post(place, data=ASK).status_code == 303
    assert [one.state for one in requests_of(operator)] == [RequestState.sent] and not consents(operator)
