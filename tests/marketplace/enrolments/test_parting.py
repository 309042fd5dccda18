"""A firm leaves a programme, or the network with it; somebody's account is erased: who stays, who goes, who comes in."""

from __future__ import annotations

from marketplace.programmes.modalities import Side, SideRules
from marketplace.programmes.models import EnrolmentState, PartyState, ProgrammeParty
from tenants.shared import jobs
from tests.factories import enrol
from tests.marketplace.requests.conftest import letters


def party(operator, cohort, actor):
    operator.rollback()
    key = (cohort.org_id, cohort.programme_id, actor.org_id)
    return operator.get(ProgrammeParty, key, populate_existing=True)


def announce(operator, event, **arguments):
    jobs.announce(event, session=operator, **arguments)
    operator.commit()


def test_a_firm_that_leaves_finishes_what_it_began(make, desk, cast, sign_in, work, operator, mailbox):
    cohort = make(employer_approval=True)
    inside = enrol(operator, cohort, cast.mia, Side.mentee).id
    operator.commit()
    coming = desk.nominate(cast.ann, cohort, cast.pam)
    elsewhere = desk.apply(cast.max, cohort, Side.mentor)
    answer = sign_in(cast.abe).post(f"/acme/programmes/askings/{cohort.org_id}/{cohort.programme_id}/departure")
    assert answer.status_code == 303
    work()
    assert party(operator, cohort, cast.mia).state is PartyState.left
    assert desk.read(inside).state is EnrolmentState.enrolled
    assert (desk.read(coming).state, desk.read(coming).reason) == (EnrolmentState.withdrawn, "firm_left")
    assert desk.read(elsewhere).state is EnrolmentState.awaiting_employer
    assert [one.person_id for one in letters(operator, "programme_party_answered")] == [cast.ned.person_id]
    assert any("Crossing" in str(letter) for letter in mailbox.to(cast.pam.email))
    # The network's own door leads the same way, and twice is once.
    for _again in range(2):
        announce(operator, "firm.left", org_id=cohort.org_id, firm_id=cast.max.org_id)
        work()
    assert party(operator, cohort, cast.max).state is PartyState.left
    assert desk.read(elsewhere).reason == "firm_left"
    assert len(letters(operator, "programme_party_answered")) == 2


def test_the_place_of_somebody_erased_goes_to_whoever_waits(make, desk, cast, work, operator):
    cohort = make(mentees=SideRules(places=1))
    gone = enrol(operator, cohort, cast.mia, Side.mentee, state=EnrolmentState.dropped_out)
    waits = enrol(operator, cohort, cast.pam, Side.mentee, state=EnrolmentState.waiting, enrolled_at=None).id
    operator.commit()
    announce(operator, "person.erased", org_id=cast.max.org_id, person_id=gone.person_id)
    work()
    assert desk.read(waits).state is EnrolmentState.waiting, "it was not their organisation's to tell"
    announce(operator, "person.erased", org_id=cast.mia.org_id, person_id=gone.person_id)
    work()
    assert desk.read(waits).state is EnrolmentState.enrolled
