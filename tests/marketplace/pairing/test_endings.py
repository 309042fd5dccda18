"""Somebody leaves a cohort, it is over, or two of a pair come to share a firm: what ends, what goes on, who hears of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.events.models import Event, EventState
from marketplace.mentors.models import MentorProfile
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Enrolment, EnrolmentState
from marketplace.requests.models import RequestState
from tenants.shared import jobs
from tests.factories import NOW, acting, enrol
from tests.marketplace.events.conftest import plan
from tests.marketplace.pairing.conftest import requests_of
from tests.marketplace.pairing.test_hand_match import propose
from tests.marketplace.requests.conftest import letters

__all__ = ["propose"]


def enrolment_of(operator, actor, state=EnrolmentState.enrolled):
    operator.rollback()
    return operator.scalar(
        sa.select(Enrolment)
        .where(Enrolment.person_id == actor.person_id, Enrolment.state == state)
        .execution_options(populate_existing=True)
    )


def open_slots(operator, actor):
    operator.rollback()
    return operator.scalar(sa.select(MentorProfile.open_slots).where(MentorProfile.person_id == actor.person_id))


def readers(operator, kind):
    return sorted(one.person_id for one in letters(operator, kind))


def latest(mailbox, actor):
    text = mailbox.to(actor.email)[-1].get_body(("plain",)).get_content()
    return " ".join(text.split())


def plan_event(app, cast, cohort):
    from marketplace.events import commands
    from marketplace.programmes.queries import run_cohort_or_404

    with acting(app, cast.ned) as viewer:
        seen = run_cohort_or_404(viewer, cohort.id)
        event = commands.add_event(acting=viewer, seen=seen, plan=plan(cast), now=NOW)
        commands.publish_event(acting=viewer, event=event, now=NOW)
        return event.id


@pytest.mark.parametrize("end", ["closing", "cancellation"])
def test_the_end_of_a_cohort_ends_what_is_under_way_and_says_so_beforehand(
    app, start, cast, sign_in, propose, operator, work, end
):
    cohort = start()
    event_id = plan_event(app, cast, cohort)
    propose(cast.ned, cohort, cast.mia, cast.max)
    work()
    (asked,) = requests_of(operator)
    room = open_slots(operator, cast.max)
    sign_in(cast.max).post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""})
    assert open_slots(operator, cast.max) == room - 1
    ned = sign_in(cast.ned)
    page = ned.get(f"/bridge/cohorts/{cohort.id}/{end}").text
    assert "1 request under way ends" in page and "1 event to come is called off" in page
    assert ned.post(f"/bridge/cohorts/{cohort.id}/{end}").status_code == 303
    work()
    (asked,) = requests_of(operator)
    assert (asked.state, asked.holds_place, open_slots(operator, cast.max)) == (RequestState.closed, False, room)
    both = sorted([cast.mia.person_id, cast.max.person_id])
    assert readers(operator, "request_over_in_cohort") == both
    assert readers(operator, "event_cancelled") == both, "each once"
    event = operator.get(Event, (cohort.org_id, event_id), populate_existing=True)
    assert (event.state, event.sequence) == (EventState.cancelled, 1)
    jobs.announce(
        "cohort.closed" if end == "closing" else "cohort.cancelled",
        session=operator,
        org_id=cohort.org_id,
        cohort_id=cohort.id,
    )
    operator.commit()
    work()
    assert readers(operator, "event_cancelled") == both and readers(operator, "request_over_in_cohort") == both


def test_whoever_leaves_leaves_nobody_waiting(start, cast, sign_in, propose, operator, work, mailbox):
    cohort = start(mentees={"places": 1})
    enrol(operator, cohort, cast.pam, Side.mentee, state=EnrolmentState.waiting, enrolled_at=None)
    operator.commit()
    propose(cast.ned, cohort, cast.mia, cast.max)
    work()
    one = enrolment_of(operator, cast.mia)
    leaving = f"/acme/cohorts/{cohort.id}/enrolments/{one.id}/departure"
    mia = sign_in(cast.mia)
    assert "Requests that are under way end" in mia.get(leaving).text
    assert mia.post(leaving, data={"words": ""}).status_code == 303
    work()
    (asked,) = requests_of(operator)
    assert asked.state is RequestState.closed
    assert readers(operator, "request_over_in_cohort") == [cast.max.person_id]
    assert "Mia Acme ne participe plus à Traversée" in latest(mailbox, cast.max)
    assert enrolment_of(operator, cast.pam), "who waited is in"
    assert "gone to the first of the waiting list" in latest(mailbox, cast.ned)
    page = sign_in(cast.max).get(f"/globex/requests/{asked.id}").text
    assert "Close, sans que personne ait dit non" in page
    pam = enrolment_of(operator, cast.pam)
    sign_in(cast.ned).post(f"/bridge/cohorts/{cohort.id}/enrolments/{pam.id}/departure", data={"words": "She moved."})
    work()
    assert "Nobody waits for the place" in latest(mailbox, cast.ned)
    page = sign_in(cast.ned).get(f"/bridge/cohorts/{cohort.id}/enrolments/{pam.id}").text
    assert "Choose from the waiting list" in page


def test_a_pair_that_comes_to_share_a_firm_goes_on_until_the_runner_decides(
    start, cast, sign_in, propose, operator, work, mailbox
):
    cohort = start()
    propose(cast.ned, cohort, cast.mia, cast.max)
    (asked,) = requests_of(operator)
    sign_in(cast.max).post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""})
    sign_in(cast.mia).post(f"/acme/requests/{asked.id}/confirmation", data={"contact": ""})
    one = enrolment_of(operator, cast.mia)
    key = {"org_id": cohort.org_id, "enrolment_id": one.id}
    jobs.announce("enrolment.changed_firm", session=operator, **key)
    operator.commit()
    work()
    assert not letters(operator, "pair_within_firm"), "they belong to two firms still"
    one = enrolment_of(operator, cast.mia)
    one.firm_id = cast.max.org_id
    jobs.announce("enrolment.changed_firm", session=operator, **key)
    operator.commit()
    work()
    (told,) = letters(operator, "pair_within_firm")
    assert told.person_id == cast.ned.person_id
    text = latest(mailbox, cast.ned)
    assert "Mia Acme and Max Globex are a pair in Crossing" in text and "Both now belong to Globex" in text
    assert operator.scalars(sa.select(Mentorship.state)).all() == [MentorshipState.running]
