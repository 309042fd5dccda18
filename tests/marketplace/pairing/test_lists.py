"""The committee's page in a large cohort: a page at a time, by words, with what fits first, and who said yes."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.pairing import hard_rules
from marketplace.pairing.candidates import candidates_of
from marketplace.pairing.lists import PAGE, Asked, lists_of
from marketplace.pairing.models import CircleNote, CohortProposal, OptOut, ProposalStatement, Wish
from marketplace.pairing.overview import overview_of
from marketplace.pairing.rules import Rule
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Cohort, CohortState, Enrolment
from tenants.organisations.models import Organisation
from tenants.privacy import jobs
from tenants.privacy.models import Kept
from tenants.privacy.retention import RULES
from tenants.shared import clock
from tenants.shared.database import Base
from tenants.shared.fading import FADING
from tests.cast import make_actor
from tests.factories import acting, enrol
from tests.marketplace.pairing.conftest import REASON, requests_of


@pytest.fixture
def ids(operator):
    def found():
        operator.rollback()
        return {row.person_id: row.id for row in operator.scalars(sa.select(Enrolment))}

    return found


def test_both_lists_come_a_page_at_a_time_and_by_words(app, start, cast, operator, sign_in, ids):
    cohort = start(sides={"mia": Side.mentee, "max": Side.mentor}, places=2)
    acme = operator.get(Organisation, cast.mia.org_id)
    crowd = [make_actor(operator, f"crowd{number:02}", acme, title="Crowd") for number in range(PAGE + 3)]
    for one in crowd:
        enrol(operator, cohort, one, Side.mentee)
    operator.commit()
    ned, place = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/matching/"
    statements = []
    counted = lambda *row: statements.append(row[2])  # noqa: E731
    sa.event.listen(sa.Engine, "before_cursor_execute", counted)
    first = ned.get(place)
    sa.event.remove(sa.Engine, "before_cursor_execute", counted)
    assert "Crowd00 Acme" in first.text and f"Crowd{PAGE - 1:02} Acme" in first.text
    assert f"Crowd{PAGE:02} Acme" not in first.text and f"({PAGE + 4})" in first.text
    assert len(statements) <= 10, statements
    after = first.text.split("mentees_after=")[1].split("#")[0].split("&")[0]
    second = ned.get(f"{place}?mentees_after={after}").text
    assert f"Crowd{PAGE:02} Acme" in second and "Mia Acme" in second and "Crowd00 Acme" not in second
    assert "Max Globex" in second
    found = ned.get(f"{place}?q=mia+acme").text
    assert "Mia Acme" in found and "Crowd00" not in found
    # Whether everybody is weighed or the page alone is read, it is the same page.
    known = ids()
    for one in (crowd[1], cast.mia):
        sign_in(one).post(f"/acme/cohorts/{cohort.id}/wishes/{known[cast.max.person_id]}/addition")
    data = {"mentee": known[crowd[0].person_id], "mentor": known[cast.max.person_id], "reason": REASON}
    assert ned.post(f"{place}proposals", data=data).status_code == 303
    with acting(app, cast.ned) as viewer:
        there = candidates_of(viewer, cohort)
        for asked in (Asked(), Asked(everybody=True), Asked(mentees_after=known[crowd[PAGE].person_id])):
            shown = overview_of(viewer, cohort, asked)
            assert shown.lists == lists_of(there, asked)
            assert (shown.waiting, shown.room) == (len(there.without_pair()), len(there.with_room())) == (PAGE + 3, 1)
            wishes = {one.enrolment_id: shown.wishes.get(one.enrolment_id) for one in shown.lists.mentees.rows}
            wished = {known[one.person_id] for one in (crowd[1], cast.mia)}
            assert wishes == {one: [(1, "Max Globex")] if one in wished else None for one in wishes}
    # What cannot be a number of ours is nobody.
    assert ned.get(f"{place}?mentees_after=x&mentee={'9' * 30}&pairs_after=-1").status_code == 200


def test_who_proposed_and_who_said_yes_is_kept_and_shown_to_the_runner(start, cast, operator, sign_in, ids):
    cohort = start()
    known, place = ids(), f"/bridge/cohorts/{cohort.id}/matching/"
    ned, mia, max_ = sign_in(cast.ned), sign_in(cast.mia), sign_in(cast.max)
    data = {"mentee": known[cast.mia.person_id], "mentor": known[cast.max.person_id], "reason": REASON}
    assert ned.post(f"{place}proposals", data=data).status_code == 303
    page = ned.get(place).text
    assert "Ned Bridge proposed, 2 Nov" in page and "Max Globex is asked" in page
    (asked,) = requests_of(operator)
    max_.post(f"/globex/requests/{asked.id}/acceptance", data={"accept-contact": ""})
    assert "Mia Acme has to confirm" in ned.get(place).text
    mia.post(f"/acme/requests/{asked.id}/confirmation", data={"contact": ""})
    page = ned.get(place).text
    assert "Max Globex said yes, 2 Nov" in page and "Mia Acme confirmed, 2 Nov" in page
    operator.rollback()
    said = [(one.says, one.person_id) for one in operator.scalars(sa.select(ProposalStatement))]
    people = (("proposed", cast.ned), ("mentor_yes", cast.max), ("mentee_yes", cast.mia))
    assert sorted(said) == sorted((word, one.person_id) for word, one in people)
    # A firm that does not pair here reads where it stands, and not who of the committee spoke.
    assert "Ned Bridge" not in sign_in(cast.ann).get(f"/acme/cohorts/{cohort.id}/matching/").text


def test_hard_rules_are_objects_of_their_own_and_only_those_that_were_chosen(app, start, cast, operator):
    limits = {"common_language": True, "seniority_gap": 1, "hours_apart": 3}
    cohort = start(Form.cross_company, limits=limits)
    with acting(app, cast.ned) as viewer:
        there = candidates_of(viewer, cohort)
    names = [one.rule for one in there.rules]
    assert names[:7] == [
        *(Rule.same_person, Rule.own_firm, Rule.apart, Rule.page, Rule.language, Rule.seniority, Rule.hours)
    ]
    assert Rule.school not in names and Rule.training not in names and Rule.earlier not in names
    (mia,), (max_,) = there.mentees, there.mentors
    assert max_.skills == ("leading_managers",) and max_.seniority == "executive" and max_.languages == ("en", "fr")
    assert there.forbids(mia, max_) is None
    common = hard_rules.LanguageInCommon()
    assert common.forbids(replace(mia, languages=("de",)), max_) and not common.forbids(mia, max_)
    board, lead = replace(mia, seniority="board"), replace(mia, seniority="team_lead")
    gap = hard_rules.SeniorityGap(1, Form.cross_company)
    assert gap.forbids(board, max_) and not gap.forbids(lead, max_)
    assert not hard_rules.SeniorityGap(1, Form.reverse).forbids(board, max_)
    assert hard_rules.HoursApart(3).forbids(replace(mia, utc_minutes=max_.utc_minutes - 181), max_)
    assert not hard_rules.HoursApart(3).forbids(replace(mia, utc_minutes=max_.utc_minutes - 180), max_)


FOR_GOOD = {
    "circle_member": "who sat in which circle, no words",
    "proposal_statement": "who said yes, and when: no words",
}


def test_words_of_a_cohort_go_when_its_time_is_over(start, cast, sign_in, operator, work, worker_app, ids):
    cohort = start()
    known = ids()
    data = {"mentee": known[cast.mia.person_id], "mentor": known[cast.max.person_id], "reason": REASON}
    sign_in(cast.mia).post(f"/acme/cohorts/{cohort.id}/wishes/{data['mentor']}/addition")
    sign_in(cast.max).post(f"/globex/cohorts/{cohort.id}/wishes/{data['mentee']}/opt-out")
    sign_in(cast.max).post(f"/globex/cohorts/{cohort.id}/wishes/{data['mentee']}/opt-out/removal")
    sign_in(cast.mia).post(f"/acme/cohorts/{cohort.id}/wishes/{data['mentor']}/addition")
    sign_in(cast.ned).post(f"/bridge/cohorts/{cohort.id}/matching/proposals", data=data)
    usual = RULES[Kept.mentorships].usual

    def sweep(days):
        over = {"state": CohortState.closed, "updated_at": clock.now() - timedelta(days=days)}
        operator.execute(sa.update(Cohort).where(Cohort.id == cohort.id).values(**over))
        operator.commit()
        with worker_app.app_context():
            jobs.find_what_is_old.func.__wrapped__()
            jobs.db.session.commit()
        work()
        operator.rollback()
        operator.expire_all()
        wishes = operator.scalars(sa.select(sa.func.count()).select_from(Wish)).one()
        return operator.scalars(sa.select(CohortProposal.reason)).one(), wishes

    assert sweep(usual - 1) == (REASON, 1)
    assert sweep(usual + 1) == ("", 0)
    assert operator.scalars(sa.select(ProposalStatement.says)).all() == ["proposed"]
    of_cohorts = {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__ == "marketplace.pairing.models"
    }
    fading = {name for name, one in FADING.items() if one.of == "cohort"}
    assert of_cohorts == set(FOR_GOOD) | (fading & of_cohorts)
    assert CircleNote.__tablename__ in FADING and OptOut.__tablename__ in FADING
