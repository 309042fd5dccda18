"""What no page may pass: whose step is whose, and where a way into a cohort begins, asked of the database alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import COUNTED, Enrolment, EnrolmentState, WayIn
from tenants.affiliations.models import Affiliation
from tenants.shared.database import db, new_id
from tests.factories import NOW, acting, enrol, make_cohort, make_programme

ON_THE_WAY = "nominated awaiting_employer awaiting_decision waiting"
INFORMAL = "nominated>enrolled nominated>waiting awaiting_decision>enrolled awaiting_decision>waiting"

# From which state to which each may move Pam's place: herself, those who look after her at Acme, those who run the cohort.
STEPS = {
    "pam": "nominated>awaiting_decision nominated>declined enrolled>dropped_out "
    + " ".join(f"{one}>withdrawn" for one in ON_THE_WAY.split()),
    "ann": "awaiting_employer>awaiting_decision awaiting_employer>refused "
    + " ".join(f"{one}>withdrawn" for one in ON_THE_WAY.split()),
    "ned": "awaiting_decision>enrolled awaiting_decision>waiting awaiting_decision>refused waiting>enrolled waiting>refused "
    + "enrolled>dropped_out enrolled>completed enrolled>withdrawn "
    + " ".join(f"{one}>expired {one}>withdrawn" for one in ON_THE_WAY.split()),
    "gil": "",
}
NOT_A_PAGES = (
    *("org_id", "id", "cohort_id", "person_id", "side", "way_in", "places", "nominated_by_id", "confirmed"),
    *("replaces_id", "trained_at", "created_at"),
)
WITH_A_STEP = {
    **{"state_at": "now()", "reason": "'x'", "answer": "'x'", "due_at": "now()", "enrolled_at": "now()"},
    **{"ended_at": "now()", "nudged_at": "now()", "decided_by_id": "person_id", "consented_at": "now()"},
}
SET = """UPDATE enrolment SET state = :to, ended_at = CASE WHEN :over THEN now() END,
    consented_at = CASE WHEN :agrees THEN coalesce(consented_at, now()) ELSE consented_at END WHERE id = :id"""


@pytest.fixture
def place(operator, cast):
    """Pam, of Acme and of Bridge, nominated by Acme; ``form`` of the programme."""

    def made(form=Form.cross_company):
        programme = make_programme(operator, cast.ned, cast.mia, cast.max, form=form)
        cohort = make_cohort(operator, programme, opened=Phase.nomination)
        asked = {"state": EnrolmentState.nominated, "consented_at": None, "enrolled_at": None}
        by = {"way_in": WayIn.nomination, "nominated_by_id": cast.ann.person_id}
        one = enrol(operator, cohort, cast.pam, Side.mentee, **asked, **by)
        operator.commit()
        return one

    return made


def passes(statement, **values):
    """How many rows it would change; None where the wall refuses. Nothing of it stays."""
    inner = db.session.begin_nested()
    try:
        return db.session.execute(sa.text(statement), values).rowcount
    except DBAPIError as error:
        if error.orig.sqlstate != "42501":
            raise
        return None
    finally:
        inner.rollback()


def steps(app, operator, actor, one, further=""):
    """Every step that the database lets somebody take."""
    found = set()
    with acting(app, actor):
        for before in EnrolmentState:
            agreed = before is not EnrolmentState.nominated
            values = {"state": before, "consented_at": NOW if agreed else None, "ended_at": None}
            if before not in COUNTED:
                values["ended_at"] = NOW
            operator.execute(sa.update(Enrolment).where(Enrolment.id == one.id).values(**values))
            operator.commit()
            for after in EnrolmentState:
                over = after not in COUNTED or after is EnrolmentState.completed
                agrees = after in COUNTED and before is EnrolmentState.nominated
                given = {"to": after.value, "over": over, "agrees": agrees and actor.person_id == one.person_id}
                if before is not after and passes(SET, id=one.id, **given):
                    found.add(f"{before}>{after}")
    return found


def test_each_takes_their_own_steps_and_nobody_anothers(app, operator, cast, place):
    one = place()
    for name, may in STEPS.items():
        assert steps(app, operator, cast[name], one) == set(may.split()), name
    # Somebody who came by themselves is not Acme's to withdraw.
    operator.execute(sa.update(Enrolment).values(nominated_by_id=None))
    assert steps(app, operator, cast.ann, one) == {
        "awaiting_employer>awaiting_decision",
        "awaiting_employer>refused",
    }


def test_in_the_informal_form_people_come_straight_in(app, operator, cast, place):
    one = place(Form.informal)
    assert steps(app, operator, cast.pam, one) == set(f"{STEPS['pam']} {INFORMAL}".split())
    straight = {"awaiting_employer>enrolled", "awaiting_employer>waiting"}
    assert steps(app, operator, cast.ann, one) == set(STEPS["ann"].split()) | straight


def test_what_is_no_step_is_nobodys_to_write_from_a_page(app, operator, cast, place):
    place()
    for state in (EnrolmentState.nominated, EnrolmentState.enrolled):
        operator.execute(sa.update(Enrolment).values(state=state, consented_at=None))
        operator.commit()
        for name in ("pam", "ann", "ned"):
            with acting(app, cast[name]):
                assert passes("UPDATE enrolment SET version = version + 1, updated_at = now()") == 1
                for column in NOT_A_PAGES:
                    assert passes(f"UPDATE enrolment SET {column} = {column}") is None, column
                may = {"consented_at"} if name == "pam" and state is EnrolmentState.nominated else set()
                may |= {"nudged_at"} if name != "pam" else set()
                for column, value in WITH_A_STEP.items():
                    done = passes(f"UPDATE enrolment SET {column} = {value}")
                    assert (done == 1) == (column in may), f"{name}: {column}"
                # Who decided is who says so, and nobody about themselves.
                signed = passes("UPDATE enrolment SET decided_by_id = :me", me=cast[name].person_id)
                assert (signed == 1) == (name != "pam"), name
                assert passes("UPDATE enrolment SET firm_id = :firm", firm=cast.max.org_id) is None
                assert passes("UPDATE enrolment SET firm_id = NULL") is None
    with acting(app, cast.pam):
        withdraws = "UPDATE enrolment SET state = 'dropped_out', ended_at = now()"
        assert passes(withdraws) == 1
        assert passes(withdraws + ", enrolled_at = now() - interval '1 year'") is None
        assert passes("UPDATE enrolment SET state = 'dropped_out'") is None, "when it ended is written with it"


def test_between_employers_one_goes_on_for_where_one_acts_and_only_if_it_takes_part(app, operator, cast, place):
    one = place()
    operator.add(Affiliation(org_id=cast.max.org_id, id=new_id(), person_id=cast.pam.person_id))
    operator.commit()
    at_globex = replace(cast.pam, slug="globex", org_id=cast.max.org_id)
    at_bridge = replace(cast.pam, slug="bridge", org_id=cast.ned.org_id)

    def goes_on(actor, state, firm=None, before=None):
        operator.execute(sa.update(Enrolment).values(state=state, firm_id=before, consented_at=NOW))
        operator.commit()
        with acting(app, actor):
            return passes("UPDATE enrolment SET firm_id = :firm WHERE id = :id", firm=firm or actor.org_id, id=one.id)

    assert goes_on(at_globex, EnrolmentState.enrolled) == 1
    assert goes_on(at_globex, EnrolmentState.enrolled, firm=cast.mia.org_id) is None, "where they do not act now"
    assert goes_on(at_globex, EnrolmentState.enrolled, before=cast.mia.org_id) is None, "she takes part for Acme"
    assert goes_on(at_globex, EnrolmentState.dropped_out) is None
    assert goes_on(at_bridge, EnrolmentState.enrolled) is None, "Bridge runs it and does not take part"


@pytest.mark.parametrize("asked", [False, True])
def test_a_way_in_begins_at_its_beginning(app, operator, cast, asked):
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, employer_approval=asked)
    cohort = make_cohort(operator, programme, opened=Phase.nomination)
    operator.commit()
    first, other = ("awaiting_employer", "awaiting_decision") if asked else ("awaiting_decision", "awaiting_employer")
    applied = {"person_id": cast.pam.person_id, "way_in": "application", "state": first, "consented_at": NOW}
    nominated = {"person_id": cast.pam.person_id, "way_in": "nomination", "state": "nominated"}

    def begins(actor, given, **changes):
        row = {"org_id": cohort.org_id, "cohort_id": cohort.id, "firm_id": actor.org_id, "side": "mentee", "places": 1}
        values = row | {"created_at": NOW, "updated_at": NOW, "version": 1} | given | changes
        with acting(app, actor):
            names = ", ".join(f":{name}" for name in values)
            return passes(f"INSERT INTO enrolment (id, {', '.join(values)}) VALUES (1, {names})", **values) == 1

    assert begins(cast.pam, applied)
    for changes in (
        *({"state": state} for state in (other, "enrolled", "waiting", "completed", "nominated")),
        {"person_id": cast.mia.person_id},
        {"firm_id": cast.max.org_id},
        {"consented_at": None},
        {"nominated_by_id": cast.ann.person_id},
        {"way_in": "invitation"},
        *({column: NOW} for column in ("trained_at", "enrolled_at", "ended_at")),
        {"decided_by_id": cast.pam.person_id},
        {"answer": "x"},
    ):
        assert not begins(cast.pam, applied, **changes), changes
    by_ann = nominated | {"nominated_by_id": cast.ann.person_id}
    assert begins(cast.ann, by_ann)
    for changes in (
        {"consented_at": NOW},
        {"nominated_by_id": cast.abe.person_id},
        {"person_id": cast.max.person_id},
        {"state": "awaiting_decision"},
    ):
        assert not begins(cast.ann, by_ann, **changes), changes
    assert not begins(cast.mia, nominated | {"nominated_by_id": cast.mia.person_id}), "she looks after nobody"
    assert not begins(cast.ned, by_ann | {"nominated_by_id": cast.ned.person_id}, firm_id=cast.mia.org_id)
