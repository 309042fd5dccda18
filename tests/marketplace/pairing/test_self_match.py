"""People find each other in a cohort: who is listed, who may ask, and what stops them."""

import threading
from datetime import date

import pytest
import sqlalchemy as sa

from marketplace.mentors.models import MentorProfile
from marketplace.mentorships.models import Mentorship
from marketplace.programmes.modalities import Phase, Side
from marketplace.programmes.models import Enrolment
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.organisations.models import ApprovalRule, ConflictDeclaration, ConflictKind, Organisation
from tenants.shared.database import db, new_id
from tests.cast import make_actor, make_mentor
from tests.factories import NOW, acting, enrol, publish
from tests.marketplace.pairing.conftest import propose_in_database, requests_of
from tests.marketplace.requests.conftest import FORM

ASK = FORM | {"cadence": "monthly"}


@pytest.fixture
def enrolment_of(operator):
    def found(actor):
        operator.rollback()
        return operator.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == actor.person_id))

    return found


def test_a_mentee_asks_somebody_whose_page_only_the_cohort_sees(start, cast, sign_in, operator, enrolment_of):
    cohort = start()
    mia = sign_in(cast.mia)
    assert mia.get(f"/acme/mentors/{cast.max.mentor_id}").status_code == 404
    page = mia.get(f"/acme/cohorts/{cohort.id}/matching/")
    assert page.status_code == 200 and "Max Globex" in page.text
    place = f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}"
    assert "Max Globex" in mia.get(place).text
    assert "Ask Max" in mia.get(f"{place}/requests/new").text
    assert mia.post(f"{place}/requests", data={"goal": "short"}).status_code == 422
    sent = mia.post(f"{place}/requests", data=ASK)
    assert sent.status_code == 303
    (asked,) = requests_of(operator)
    assert (asked.cohort_id, asked.state, asked.form) == (cohort.id, RequestState.sent, "cross_company")
    assert mia.get(sent.location).status_code == 200
    page = sign_in(cast.max).get(f"/globex/requests/{asked.id}").text
    assert "Traversée" in page


def test_what_is_confirmed_takes_up_the_terms_of_the_programme(start, cast, sign_in, operator, enrolment_of):
    agreement = {"en": "# Our rules\n\nBe there.", "fr": ""}
    cohort = start(months=6, agreement=agreement, cadence="monthly")
    mia, max_ = sign_in(cast.mia), sign_in(cast.max)
    mia.post(f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}/requests", data=ASK)
    (asked,) = requests_of(operator)
    assert max_.post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""}).status_code == 303
    assert mia.post(f"/acme/requests/{asked.id}/confirmation", data={"contact": ""}).status_code == 303
    operator.rollback()
    pair = operator.scalars(sa.select(Mentorship)).one()
    assert (pair.cohort_org_id, pair.cohort_id, pair.ends_on) == (cohort.org_id, cohort.id, date(2027, 5, 2))
    page = mia.get(f"/acme/mentorships/{pair.id}")
    assert page.status_code == 200 and "Crossing" in page.text
    assert "Be there." in mia.get(f"/acme/mentorships/{pair.id}/agreement/draft").text
    assert "You have your pair in this cohort" in mia.get(f"/acme/cohorts/{cohort.id}/matching/").text
    assert "A pair" in sign_in(cast.ned).get(f"/bridge/cohorts/{cohort.id}/matching/").text


def test_outside_the_cohort_nobody_is_listed_and_nobody_asked(start, cast, sign_in, operator, enrolment_of):
    cohort = start()
    for name in ("pam", "abe"):
        client = sign_in(cast[name])
        place = f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}"
        assert client.get(place).status_code == 404
        assert client.get(f"{place}/requests/new").status_code == 404
        assert client.post(f"{place}/requests", data=ASK).status_code == 404
    assert sign_in(cast.pam).get(f"/acme/cohorts/{cohort.id}/matching/").status_code == 404
    assert not requests_of(operator)


@pytest.mark.parametrize("by", ["mia", "max"])
def test_a_conflict_hides_whichever_side_declared_it(start, cast, sign_in, operator, enrolment_of, by):
    cohort = start()
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
    operator.commit()
    mia = sign_in(cast.mia)
    assert "Max Globex" not in mia.get(f"/acme/cohorts/{cohort.id}/matching/").text
    assert mia.get(f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}").status_code == 404


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"opened": Phase.approval}, "Matching has not begun"),
        ({"opened": Phase.closing}, "Matching is over"),
        ({"mentees": {"training": "before_matching"}}, "the training comes before matching"),
        ({"matching": "hand"}, "the committee pairs"),
    ],
)
def test_what_comes_before_matching_says_so(start, cast, sign_in, operator, enrolment_of, choices, says):
    cohort = start(**choices)
    mia = sign_in(cast.mia)
    assert says in mia.get(f"/acme/cohorts/{cohort.id}/matching/").text
    posted = mia.post(f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}/requests", data=ASK)
    assert posted.status_code in {404, 409}
    assert not requests_of(operator)


def test_a_mentor_without_a_page_is_led_to_make_one(start, cast, sign_in):
    cohort = start(sides={"mia": Side.mentee, "gus": Side.mentor})
    assert "Your mentor page comes first" in sign_in(cast.gus).get(f"/globex/cohorts/{cohort.id}/matching/").text
    assert "Gus Globex" not in sign_in(cast.mia).get(f"/acme/cohorts/{cohort.id}/matching/").text


def test_a_cohort_counts_its_own_open_requests(app, start, cast, sign_in, operator, enrolment_of):
    make_mentor(operator, cast.gus, network_ids=[cast.ned.org_id])
    operator.commit()
    publish(app, cast.gus)
    cohort = start(open_requests=1, sides={"mia": Side.mentee, "max": Side.mentor, "gus": Side.mentor})
    mia = sign_in(cast.mia)
    place = f"/acme/cohorts/{cohort.id}/matching"
    assert mia.post(f"{place}/{enrolment_of(cast.max)}/requests", data=ASK).status_code == 303
    assert "as many as its programme allows" in mia.post(f"{place}/{enrolment_of(cast.gus)}/requests", data=ASK).text
    states = {one.state for one in requests_of(operator)}
    assert states == {RequestState.sent, RequestState.draft}
    assert "Your draft" in mia.get(f"{place}/").text


def test_of_two_mentors_who_say_yes_the_mentee_confirms_one(app, start, cast, sign_in, operator, enrolment_of):
    make_mentor(operator, cast.gus, network_ids=[cast.ned.org_id])
    operator.commit()
    publish(app, cast.gus)
    cohort = start(sides={"mia": Side.mentee, "max": Side.mentor, "gus": Side.mentor})
    mia = sign_in(cast.mia)
    for mentor in (cast.max, cast.gus):
        mia.post(f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(mentor)}/requests", data=ASK)
    first, second = requests_of(operator)
    for mentor, asked in ((cast.max, first), (cast.gus, second)):
        sign_in(mentor).post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""})
    assert mia.post(f"/acme/requests/{first.id}/confirmation", data={"contact": ""}).status_code == 303
    refused = mia.post(f"/acme/requests/{second.id}/confirmation", data={"contact": ""})
    assert refused.status_code == 409 and "You have your pair in this cohort" in refused.text
    operator.rollback()
    assert len(operator.scalars(sa.select(Mentorship)).all()) == 1


@pytest.mark.parametrize(("approval", "state"), [(True, RequestState.awaiting_employer), (False, RequestState.sent)])
def test_where_each_programme_says_the_employer_is_asked_as_it_says(
    start, cast, sign_in, operator, enrolment_of, approval, state
):
    cohort = start(employer_approval=approval)
    operator.get(Organisation, cast.mia.org_id).request_approval = ApprovalRule.by_programme
    operator.commit()
    sign_in(cast.mia).post(f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}/requests", data=ASK)
    assert [one.state for one in requests_of(operator)] == [state]


@pytest.mark.race
def test_of_those_who_say_yes_at_once_one_takes_the_last_place_in_a_cohort(
    start, cast, sign_in, operator, enrolment_of
):
    """Max has two places; he gives this cohort one."""
    cohort = start()
    acme = operator.get(Organisation, cast.mia.org_id)
    crowd = [make_actor(operator, f"crowd{number}", acme) for number in range(6)]
    for one in crowd:
        enrol(operator, cohort, one, Side.mentee)
    operator.commit()
    place = f"/acme/cohorts/{cohort.id}/matching/{enrolment_of(cast.max)}/requests"
    for one in crowd:
        assert sign_in(one).post(place, data=ASK).status_code == 303
    asked = [one.id for one in requests_of(operator)]
    together, replies = threading.Barrier(len(asked)), []

    def accept(client, request_id):
        together.wait()
        replies.append(
            client.post(f"/globex/requests/{request_id}/acceptance", data={"accept-contact": ""}).status_code
        )

    threads = [threading.Thread(target=accept, args=(sign_in(cast.max), one)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [303] + [409] * 5
    operator.rollback()
    held = operator.scalar(sa.select(sa.func.count()).where(MentoringRequest.holds_place))
    slots = operator.scalar(sa.select(MentorProfile.open_slots).where(MentorProfile.id == cast.max.mentor_id))
    assert (held, slots) == (1, 1)


@pytest.mark.parametrize("untrained", [None, "mia", "max"])
def test_the_wall_lets_nobody_ask_in_a_cohort_they_are_not_in_or_not_trained_for(app, start, cast, operator, untrained):
    """With the application's wall removed: a plain INSERT of somebody who is not enrolled, or where a training comes first."""
    before = {"training": "before_matching"}
    cohort = start(**({"mentors": before, "mentees": before} if untrained else {}))
    if untrained:
        operator.execute(
            sa.update(Enrolment).where(Enrolment.person_id != cast[untrained].person_id).values(trained_at=NOW)
        )
        ids = {row.person_id: row.id for row in operator.scalars(sa.select(Enrolment))}
        operator.commit()
        with acting(app, cast.ned):
            assert propose_in_database(cohort, ids[cast.mia.person_id], ids[cast.max.person_id]) == "apart"
    values = {
        "mentor_org_id": cast.max.org_id,
        "mentor_id": cast.max.mentor_id,
        "mentor_person_id": cast.max.person_id,
        "state": "draft",
        "form": "cross_company",
        "cohort_org_id": cohort.org_id,
        "cohort_id": cohort.id,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
        "holds_place": False,
    }
    for name, allowed in (("pam", False), ("mia", untrained is None)):
        one = cast[name]
        mine = {
            "org_id": one.org_id,
            "id": new_id(),
            "mentee_id": one.affiliation_id,
            "mentee_person_id": one.person_id,
        }
        with acting(app, one):
            statement = sa.insert(MentoringRequest.__table__).values(**values, **mine)
            if allowed:
                db.session.execute(statement)
                db.session.rollback()
            else:
                with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
                    db.session.execute(statement)
