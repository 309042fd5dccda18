"""The committee pairs by hand: who may, which rule forbids it, what the two are told, and how it is undone."""

from datetime import date

import pytest
import sqlalchemy as sa

from marketplace.mentorships.models import Mentorship
from marketplace.pairing.candidates import candidates_of
from marketplace.pairing.rules import REFUSALS, Rule
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Enrolment, ProgrammeParty
from marketplace.requests.models import RequestState
from tenants.affiliations.models import PersonalBlock
from tenants.organisations.models import ApprovalRule, ConflictDeclaration, ConflictKind, Organisation
from tenants.shared.database import new_id
from tests.factories import acting
from tests.marketplace.pairing.conftest import REASON, requests_of
from tests.marketplace.requests.conftest import letters


@pytest.fixture
def propose(sign_in, operator):
    """Post two people of a cohort and a reason, as somebody of the committee."""

    def posted(by, cohort, mentee, mentor, reason=REASON):
        operator.rollback()
        ids = {
            side: operator.scalar(
                sa.select(Enrolment.id).where(
                    Enrolment.person_id == one.person_id, Enrolment.cohort_id == cohort.id, Enrolment.side != other
                )
            )
            for side, one, other in (("mentee", mentee, Side.mentor), ("mentor", mentor, Side.mentee))
        }
        path = f"/{by.slug}/cohorts/{cohort.id}/matching/proposals"
        return sign_in(by).post(path, data=ids | {"reason": reason})

    return posted


def test_a_proposal_goes_the_way_of_every_request(start, cast, sign_in, propose, operator, work):
    cohort = start()
    page = sign_in(cast.ned).get(f"/bridge/cohorts/{cohort.id}/matching/").text
    assert "Mia Acme" in page and "Max Globex" in page and "Propose this pair" in page
    assert propose(cast.ned, cohort, cast.mia, cast.max).status_code == 303
    work()
    (asked,) = requests_of(operator)
    assert (asked.org_id, asked.state, asked.cohort_id) == (cast.mia.org_id, RequestState.sent, cohort.id)
    assert [one.person_id for one in letters(operator, "request_received")] == [cast.max.person_id]
    assert [one.person_id for one in letters(operator, "pair_proposed")] == [cast.mia.person_id]
    mia, max_ = sign_in(cast.mia), sign_in(cast.max)
    for client, slug in ((mia, "acme"), (max_, "globex")):
        assert REASON in client.get(f"/{slug}/requests/{asked.id}").text
    page = mia.get(f"/acme/requests/{asked.id}").text
    assert "A pair is proposed: you and Max" in page and "Say no to this proposal" in page
    assert max_.post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""}).status_code == 303
    assert mia.post(f"/acme/requests/{asked.id}/confirmation", data={"contact": ""}).status_code == 303
    operator.rollback()
    assert operator.scalars(sa.select(Mentorship.cohort_id)).all() == [cohort.id]
    assert "Nobody waits for a pair" in sign_in(cast.ned).get(f"/bridge/cohorts/{cohort.id}/matching/").text


def test_a_mentee_says_no_without_a_reason_and_is_in_the_list_again(start, cast, sign_in, propose, operator):
    cohort = start()
    propose(cast.ned, cohort, cast.mia, cast.max)
    (asked,) = requests_of(operator)
    mia = sign_in(cast.mia)
    assert "You need not say why" in mia.get(f"/acme/requests/{asked.id}/withdrawal").text
    assert mia.post(f"/acme/requests/{asked.id}/withdrawal").status_code == 303
    with_lists = sign_in(cast.ned).get(f"/bridge/cohorts/{cohort.id}/matching/").text
    assert "Propose this pair" in with_lists and "Withdrawn" in with_lists


def test_a_proposal_is_undone_while_nobody_has_answered(start, cast, sign_in, propose, operator, work):
    cohort = start()
    ned = sign_in(cast.ned)
    undo = []
    for _again in range(2):
        propose(cast.ned, cohort, cast.mia, cast.max)
        page = ned.get(f"/bridge/cohorts/{cohort.id}/matching/").text
        undo.append(page.split('/removal"')[0].rsplit('"', 1)[1] + "/removal")
        if not _again:
            assert ned.post(undo[0]).status_code == 303
            work()
    first, second = requests_of(operator)
    assert (first.state, second.state) == (RequestState.withdrawn, RequestState.sent)
    told = {one.person_id for one in letters(operator, "proposal_undone")}
    assert told == {cast.mia.person_id, cast.max.person_id}
    assert not letters(operator, "request_received") or first.state is RequestState.withdrawn
    sign_in(cast.max).post(f"/globex/requests/{second.id}/acceptance", data={"accept-contact": ""})
    refused = ned.post(undo[1])
    assert refused.status_code == 409 and "Somebody has answered" in refused.text


def apart(operator, cast, *, by):
    other = {"mia": "max", "max": "mia"}[by]
    operator.add(
        ConflictDeclaration(
            org_id=cast[by].org_id,
            id=new_id(),
            other_org_id=cast[other].org_id,
            kind=ConflictKind.competitor,
            since=date(2026, 1, 1),
            declared_by_id=cast.ann.person_id,
        )
    )


def blocked(operator, cast, *, by):
    other = {"mia": "max", "max": "mia"}[by]
    operator.add(
        PersonalBlock(org_id=cast[by].org_id, person_id=cast[by].person_id, blocked_person_id=cast[other].person_id)
    )


@pytest.mark.parametrize("by", ["mia", "max"])
@pytest.mark.parametrize("wall", [apart, blocked])
def test_a_conflict_and_a_block_read_the_same_whoever_made_them(start, cast, propose, operator, by, wall):
    cohort = start()
    wall(operator, cast, by=by)
    operator.commit()
    refused = propose(cast.ned, cohort, cast.mia, cast.max)
    assert refused.status_code == 409
    assert str(REFUSALS[Rule.apart]) in refused.text
    assert not any(word in refused.text.lower() for word in ("conflict", "block", "declared"))
    assert not requests_of(operator)


def test_a_draft_that_nobody_knows_of_is_refused_in_the_same_words(start, cast, sign_in, propose, operator):
    cohort = start(matching="both")
    enrolled = operator.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == cast.max.person_id))
    operator.rollback()
    sign_in(cast.mia).post(f"/acme/cohorts/{cohort.id}/matching/{enrolled}/requests/draft", data={"goal": "So far"})
    refused = propose(cast.ned, cohort, cast.mia, cast.max)
    assert refused.status_code == 409 and str(REFUSALS[Rule.apart]) in refused.text


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"firms": ("mia", "max"), "sides": {"gus": Side.mentee, "max": Side.mentor}}, Rule.own_firm),
        ({"mentees": {"training": "before_matching"}}, Rule.training),
        ({"sides": {"mia": Side.mentee, "max": Side.mentor}, "quota": {"mentees": 0}}, Rule.quota),
        ({"places": 0}, Rule.places),
    ],
)
def test_each_hard_rule_is_named(start, cast, propose, operator, changes, rule):
    cohort = start(**changes)
    mentee = cast.gus if rule is Rule.own_firm else cast.mia
    refused = propose(cast.ned, cohort, mentee, cast.max)
    assert refused.status_code == 409
    sentence = str(REFUSALS[rule]) % {"mentee": mentee.name, "mentor": cast.max.name}
    assert sentence in refused.text
    assert not requests_of(operator)


def test_central_or_not_is_enforced(start, cast, propose, operator):
    central = start()
    for name in ("ann", "gil"):
        assert propose(cast[name], central, cast.mia, cast.max).status_code == 403
    operator.get(type(central), (central.org_id, central.id)).choices = central.choices | {"centralised": False}
    operator.commit()
    assert propose(cast.ned, central, cast.mia, cast.max).status_code == 403
    # Gil looks after the mentor, and not after the mentee: he does not even have her in a list.
    assert propose(cast.gil, central, cast.mia, cast.max).status_code == 422
    assert propose(cast.ann, central, cast.mia, cast.max).status_code == 303
    assert len(requests_of(operator)) == 1


def test_where_people_find_each_other_nobody_pairs(start, cast, propose):
    assert propose(cast.ned, start(matching="self"), cast.mia, cast.max).status_code == 403


def test_a_reason_is_needed_and_what_was_chosen_is_kept(start, cast, propose):
    page = propose(cast.ned, start(), cast.mia, cast.max, reason="short")
    assert page.status_code == 422 and page.text.count("checked") == 2 and "short" in page.text


def test_the_employer_is_asked_first_where_it_wants_to_be(start, cast, propose, operator, work):
    cohort = start()
    operator.get(Organisation, cast.mia.org_id).request_approval = ApprovalRule.always
    operator.commit()
    propose(cast.ned, cohort, cast.mia, cast.max)
    work()
    assert [one.state for one in requests_of(operator)] == [RequestState.awaiting_employer]
    assert cast.ann.person_id in {one.person_id for one in letters(operator, "employer_asked")}
    assert not letters(operator, "request_received")


def test_in_the_external_form_students_meet_people_of_companies(start, cast, propose, operator):
    sides = {"mia": Side.mentee, "max": Side.mentor}
    cohort = start(Form.external, sides=sides, safeguarding={"en": "Meet in public places.", "fr": ""})
    refused = propose(cast.ned, cohort, cast.mia, cast.max)
    assert refused.status_code == 409 and str(REFUSALS[Rule.school]) in refused.text
    key = (cohort.org_id, cohort.programme_id, cast.mia.org_id)
    operator.get(ProgrammeParty, key).is_school = True
    operator.commit()
    assert propose(cast.ned, cohort, cast.mia, cast.max).status_code == 303


def test_the_safeguarding_note_stands_on_the_request_and_on_the_pairs_page(start, cast, sign_in, propose, operator):
    cohort = start(Form.external, safeguarding={"en": "Meet in public places.", "fr": ""})
    operator.get(ProgrammeParty, (cohort.org_id, cohort.programme_id, cast.mia.org_id)).is_school = True
    operator.commit()
    propose(cast.ned, cohort, cast.mia, cast.max)
    (asked,) = requests_of(operator)
    max_, mia = sign_in(cast.max), sign_in(cast.mia)
    assert "Meet in public places." in max_.get(f"/globex/requests/{asked.id}").text
    max_.post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""})
    mia.post(f"/acme/requests/{asked.id}/confirmation", data={"contact": ""})
    operator.rollback()
    pair = operator.scalars(sa.select(Mentorship.id)).one()
    assert "Meet in public places." in mia.get(f"/acme/mentorships/{pair}").text


def test_what_a_solver_gets_is_plain_and_says_which_rule_forbids(app, start, cast):
    cohort = start(sides={"mia": Side.mentee, "gus": Side.mentee, "max": Side.mentor})
    with acting(app, cast.ned) as viewer:
        there = candidates_of(viewer, cohort)
    found = {(one.name, two.name): there.forbids(one, two) for one in there.mentees for two in there.mentors}
    assert found == {("Mia Acme", "Max Globex"): None, ("Gus Globex", "Max Globex"): Rule.own_firm}
    assert [(one.name, two.name) for one, two in there.allowed()] == [("Mia Acme", "Max Globex")]
    assert [there.places_left(one) for one in there.mentors] == [1]
    with acting(app, cast.hal) as viewer:
        assert not candidates_of(viewer, cohort).mentees
