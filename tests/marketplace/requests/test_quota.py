"""How many mentees a firm may bring into a network: counted when a request is sent, one after the other."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from marketplace.requests.models import MentoringRequest, RequestState
from tenants.organisations.models import FirmMembership, IntakeQuota
from tenants.shared.errors import Refused
from tests.factories import publish
from tests.marketplace.requests.conftest import FORM


@pytest.fixture
def places(operator, cast):
    """Let each firm of Bridge bring ``most`` mentees; ``firm`` (an actor) has figures of its own."""

    def allow(most, firm=None):
        firm_id = firm.org_id if firm else cast.ned.org_id
        operator.merge(IntakeQuota(org_id=cast.ned.org_id, firm_id=firm_id, max_mentors=None, max_mentees=most))
        operator.commit()

    return allow


def states(operator):
    operator.rollback()
    rows = operator.execute(sa.select(MentoringRequest.mentee_person_id, MentoringRequest.state))
    return sorted((person, state) for person, state in rows)


def test_a_full_network_is_refused_with_the_words_kept(places, mentors, sign_in, operator):
    places(0)
    mia = sign_in(mentors.mia)
    answer = mia.post(f"/acme/mentors/{mentors.max.mentor_id}/requests", data=FORM)
    assert answer.status_code == 409
    assert "Bridge has no more places for mentees of your company." in answer.text
    assert states(operator) == [(mentors.mia.person_id, RequestState.draft)]


def test_who_is_in_asks_again_and_who_ends_makes_room(places, mentors, ask, step, operator):
    places(1)
    first = ask(mentors.mia, mentors.max)
    ask(mentors.mia, mentors.gus)
    with pytest.raises(Refused, match="no more places"):
        ask(mentors.pam, mentors.max)
    step(mentors.max, "accept_request", first, words="", contact="max@globex.example")
    step(mentors.mia, "confirm_request", first, contact="mia@acme.example")
    with pytest.raises(Refused, match="no more places"):
        ask(mentors.pam, mentors.max)
    places(2, mentors.mia)
    ask(mentors.pam, mentors.max)


def test_a_request_given_back_frees_the_place(places, mentors, ask, step):
    places(1)
    asked = ask(mentors.mia, mentors.max)
    step(mentors.mia, "withdraw_request", asked, words="")
    ask(mentors.pam, mentors.max)


def test_another_way_to_the_mentor_needs_no_place_here(places, mentors, ask, app, operator):
    places(0)
    operator.add_all(
        FirmMembership(network_id=mentors.hal.org_id, firm_id=actor.org_id) for actor in (mentors.mia, mentors.max)
    )
    operator.commit()
    with pytest.raises(Refused, match="no more places"):
        ask(mentors.mia, mentors.max)
    publish(app, mentors.max, network_ids=[mentors.ned.org_id, mentors.hal.org_id])
    ask(mentors.mia, mentors.max)


def test_the_desk_counts_what_the_limit_counts(places, mentors, ask, sign_in):
    places(3)
    ask(mentors.mia, mentors.max)
    page = sign_in(mentors.ned).get(f"/bridge/firms/{mentors.mia.org_id}").text
    assert "1 of 3" in page


@pytest.mark.race
def test_the_last_place_goes_to_one_of_two_who_ask_at_once(places, mentors, ask, operator):
    places(1)
    start, refused = Barrier(2), []

    def go(actor):
        start.wait()
        try:
            ask(actor, mentors.max)
        except Refused:
            refused.append(actor.name)

    threads = [Thread(target=go, args=(actor,)) for actor in (mentors.mia, mentors.pam)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(state for _person, state in states(operator)) == [RequestState.draft, RequestState.sent]
