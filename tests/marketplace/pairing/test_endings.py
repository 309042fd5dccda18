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
from tenants.affiliations.models import Affiliation
from tenants.organisations.models import Organisation
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tests.cast import make_actor
from tests.factories import NOW, acting, enrol, publish
from tests.marketplace.events.conftest import plan
from tests.marketplace.pairing.conftest import requests_of
from tests.marketplace.pairing.test_hand_match import propose
from tests.marketplace.requests.conftest import FORM, letters

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


def move(operator, work, actor, there):
    """Their affiliation is over, one where ``there`` works has begun, and the jobs have run."""
    old = operator.get_one(Affiliation, (actor.org_id, actor.affiliation_id))
    old.ended_on, old.closed_at = NOW.date(), NOW
    tie = Affiliation(org_id=there.org_id, id=new_id(), person_id=actor.person_id, started_on=NOW.date())
    operator.add(tie)
    operator.flush()
    for event, at in (("affiliation.ended", old), ("affiliation.started", tie)):
        jobs.announce(event, session=operator, org_id=at.org_id, affiliation_id=at.id)
    operator.commit()
    work()


def test_who_moves_to_the_firm_of_their_mentor_counts_there_and_their_pair_goes_on(
    app, start, cast, sign_in, propose, operator, work, mailbox
):
    """Acme and Globex may each have one mentee. Mia, in a pair with Max of Globex, moves there; so does Pam, who asked him."""
    publish(app, cast.abe)
    mentors = {"max": Side.mentor, "abe": Side.mentor}
    cohort = start(sides={"mia": Side.mentee, "pam": Side.mentee} | mentors, places=2, quota={"mentees": 1})
    zoe = make_actor(operator, "zoe", operator.get_one(Organisation, cast.mia.org_id))
    enrol(operator, cohort, zoe, Side.mentee)
    operator.commit()
    places = {name: enrolment_of(operator, cast[name]).id for name in ("mia", "pam", "max")}
    pam = sign_in(cast.pam)
    asking = f"/cohorts/{cohort.id}/matching/{places['max']}/requests"
    assert pam.post(f"/acme{asking}", data=FORM | {"cadence": "monthly"}).status_code == 303
    assert propose(cast.ned, cohort, cast.mia, cast.max).status_code == 303
    _asked, proposed = requests_of(operator)
    sign_in(cast.max).post(f"/globex/requests/{proposed.id}/acceptance", data={"accept-contact": ""})
    sign_in(cast.mia).post(f"/acme/requests/{proposed.id}/confirmation", data={"contact": ""})
    quota = propose(cast.ned, cohort, zoe, cast.max)
    assert quota.status_code == 409 and "quota" in quota.text, "Acme has its one"
    for name in ("mia", "pam"):
        move(operator, work, cast[name], cast.max)
    assert operator.scalars(sa.select(Mentorship.state)).all() == [MentorshipState.running]
    assert [one.state for one in requests_of(operator)] == [RequestState.closed, RequestState.confirmed]
    assert not letters(operator, "pair_within_firm"), "between employers they share none"
    # Between employers a pair counts nowhere; from now on where she takes part.
    going_on = f"/globex/cohorts/{cohort.id}/enrolments/{{}}/continuation"
    assert sign_in(cast.mia).post(going_on.format(places["mia"])).status_code == 303
    work()
    assert "Mia Acme and Max Globex are a pair in Crossing" in latest(mailbox, cast.ned)
    assert operator.scalars(sa.select(Mentorship.state)).all() == [MentorshipState.running]
    full = pam.post(going_on.format(places["pam"]))
    assert full.status_code == 409 and "You stay in" in full.text, "Globex has its one"
    assert pam.post(f"/globex{asking}", data=FORM | {"cadence": "monthly"}).status_code == 404
    enrol(operator, cohort, cast.gus, Side.mentee)
    operator.commit()
    quota = propose(cast.ned, cohort, cast.gus, cast.abe)
    assert quota.status_code == 409 and "quota" in quota.text
    assert propose(cast.ned, cohort, zoe, cast.max).status_code == 303, "Acme may have another"
    with acting(app, cast.ned):
        firms = {"acme": cast.abe.org_id, "globex": cast.max.org_id}
        room = "SELECT cohort_pair_room(:org, :cohort, :firm, CAST(0 AS bigint), :other, CAST(0 AS bigint))"
        said = {
            name: db.session.scalar(
                sa.text(room), {"org": cohort.org_id, "cohort": cohort.id, "firm": firm, "other": cast.ned.org_id}
            )
            for name, firm in firms.items()
        }
        balances = sa.text("SELECT firm_id, paired_mentees FROM firm_balances(:org, :cohort)")
        counted = dict(db.session.execute(balances, {"org": cohort.org_id, "cohort": cohort.id}).tuples().all())
    assert said == {"acme": "quota", "globex": "quota"}, "Acme's new pair, and Globex's that came"
    assert counted == {firms["acme"]: 1, firms["globex"]: 1}
