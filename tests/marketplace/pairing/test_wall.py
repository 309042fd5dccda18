"""What no page may pass: who meets in a cohort is asked again by the database, and once more when a pair begins."""

from datetime import date

import pytest
import sqlalchemy as sa

from marketplace.mentorships.models import Mentorship
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import (
    Cohort,
    CohortPhase,
    CohortState,
    Enrolment,
    EnrolmentState,
    ProgrammeParty,
)
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.affiliations.models import PersonalBlock
from tenants.organisations.models import ConflictDeclaration, ConflictKind
from tenants.shared.database import db, new_id
from tests.factories import NOW, acting, enrol, publish
from tests.marketplace.pairing.conftest import requests_of
from tests.marketplace.requests.conftest import FORM

NEVER_SAID = ("conflict", "block", "declar", "apart")


def conflict(cast, *_):
    kept = {"id": new_id(), "other_org_id": cast.max.org_id, "kind": ConflictKind.competitor, "since": date(2026, 1, 1)}
    return ConflictDeclaration(org_id=cast.mia.org_id, declared_by_id=cast.ann.person_id, **kept)


def block(cast, *_):
    return PersonalBlock(
        org_id=cast.max.org_id, person_id=cast.max.person_id, blocked_person_id=cast.mia.person_id, created_at=NOW
    )


def left(cast, operator, cohort):
    one = operator.scalars(sa.select(Enrolment).where(Enrolment.person_id == cast.max.person_id)).one()
    one.state, one.reason = EnrolmentState.dropped_out, "dropped_out"
    return one


def over(cast, operator, cohort):
    one = operator.get_one(Cohort, (cohort.org_id, cohort.id))
    one.state = CohortState.cancelled
    return one


def inserted(app, cohort, mentee, mentor, **changes):
    """With the application's wall removed: a plain INSERT of the mentee's."""
    values = {
        "org_id": mentee.org_id,
        "id": new_id(),
        "mentee_id": mentee.affiliation_id,
        "mentee_person_id": mentee.person_id,
        "mentor_org_id": mentor.org_id,
        "mentor_id": mentor.mentor_id,
        "mentor_person_id": mentor.person_id,
        "state": "draft",
        "form": "cross_company",
        "cohort_org_id": cohort.org_id,
        "cohort_id": cohort.id,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
        "holds_place": False,
    }
    with acting(app, mentee):
        db.session.execute(sa.insert(MentoringRequest.__table__).values(**(values | changes)))
        db.session.rollback()


def test_the_wall_lets_nobody_ask_whom_the_form_a_conflict_or_a_block_keeps_away(app, start, cast, operator):
    """Mia sees both mentors in the directory: what stops her are the rules of the cohort."""
    publish(app, cast.abe)
    cohort = start(sides={"mia": Side.mentee, "max": Side.mentor, "abe": Side.mentor})
    inserted(app, cohort, cast.mia, cast.max)
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        inserted(app, cohort, cast.mia, cast.abe)  # of her own firm
    for wall in (conflict, block):
        row = wall(cast)
        operator.add(row)
        operator.commit()
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            inserted(app, cohort, cast.mia, cast.max)
        operator.delete(row)
        operator.commit()


# What by itself keeps a request of Mia's to Max out of a cohort: (of what, which column, what it is then).
KEPT_OUT = (
    ("cohort", "state", CohortState.cancelled),
    ("cohort", "state", CohortState.draft),
    (Phase.matching, "opened_at", None),
    (Phase.closing, "opened_at", NOW),
    ("mentee", "state", EnrolmentState.waiting),
    ("mentee", "state", EnrolmentState.completed),
    ("mentee", "side", Side.mentor),
    ("mentee", "firm_id", "bridge"),
    ("mentor", "state", EnrolmentState.dropped_out),
    ("mentor", "side", Side.mentee),
    ("mentor", "firm_id", "bridge"),
    ("cohort", "form", Form.peer),
    ("cohort", "form", Form.external),
)


def test_each_rule_of_a_cohort_by_itself_keeps_a_request_out(app, start, cast, operator):
    cohort = start()
    rows = {"cohort": operator.get_one(Cohort, (cohort.org_id, cohort.id))}
    rows |= {one.phase: one for one in operator.scalars(sa.select(CohortPhase))}
    who = {cast.mia.person_id: "mentee", cast.max.person_id: "mentor"}
    rows |= {who[one.person_id]: one for one in operator.scalars(sa.select(Enrolment))}

    def asks(of="", column="", value=None, **values):
        """Whether the wall lets her, with this changed and put back."""
        before = getattr(rows[of], column) if of else None
        if of:
            setattr(rows[of], column, cast.ned.org_id if value == "bridge" else value)
        operator.commit()
        try:
            inserted(app, cohort, cast.mia, cast.max, **values)
        except sa.exc.ProgrammingError as error:
            if "row-level security" not in str(error):
                raise
            return False
        else:
            return True
        finally:
            if of:
                setattr(rows[of], column, before)
            operator.commit()

    assert asks()
    for kept in KEPT_OUT:
        assert not asks(*kept), kept
    assert asks(Phase.launch, "opened_at", NOW)
    assert not asks(holds_place=True) and not asks(mentee_person_id=cast.pam.person_id)
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        inserted(
            app, cohort, cast.pam, cast.max, mentee_person_id=cast.mia.person_id, mentee_id=cast.mia.affiliation_id
        )
    # Of peers both are; of a school the mentee alone.
    rows["cohort"].form = Form.peer
    rows["mentee"].side = Side.peer
    assert not asks()
    rows["mentor"].side = Side.peer
    assert asks()
    assert not asks("mentee", "side", Side.mentee)
    rows["cohort"].form, rows["mentee"].side, rows["mentor"].side = Form.external, Side.mentee, Side.mentor
    schools = {one.firm_id: one for one in operator.scalars(sa.select(ProgrammeParty))}
    assert not asks()
    schools[cast.mia.org_id].is_school = True
    assert asks()
    schools[cast.max.org_id].is_school = True
    assert not asks(), "nobody of a school accompanies a student"
    # Inside one firm nobody asks themselves, on whichever sides they are.
    publish(app, cast.abe)
    rows["cohort"].form = Form.organised
    for side in (Side.mentor, Side.mentee):
        enrol(operator, rows["cohort"], cast.abe, side)
    operator.commit()
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        inserted(app, cohort, cast.abe, cast.abe)
    inserted(app, cohort, cast.mia, cast.abe)


@pytest.mark.parametrize("between", [conflict, block, left, over])
def test_what_came_between_two_stops_the_pair_and_is_not_said(app, start, cast, sign_in, operator, between):
    cohort = start()
    mia, max_ = sign_in(cast.mia), sign_in(cast.max)
    place = operator.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == cast.max.person_id))
    mia.post(f"/acme/cohorts/{cohort.id}/matching/{place}/requests", data=FORM | {"cadence": "monthly"})
    (asked,) = requests_of(operator)
    row = between(cast, operator, cohort)
    operator.add(row)
    operator.commit()
    answer = f"/globex/requests/{asked.id}/acceptance"
    refused = max_.post(answer, data={"accept-contact": ""})
    assert refused.status_code == 409
    assert not any(word in refused.text.lower() for word in NEVER_SAID)
    # It comes between the yes of the one and the yes of the other.
    operator.execute(sa.update(MentoringRequest).values(state=RequestState.accepted, holds_place=True, accepted_at=NOW))
    operator.commit()
    confirmed = mia.post(f"/acme/requests/{asked.id}/confirmation", data={"contact": ""})
    assert confirmed.status_code == 409
    assert "You two cannot be paired in this cohort now" in confirmed.text
    assert not any(word in confirmed.text.lower() for word in NEVER_SAID)
    operator.rollback()
    assert not operator.scalars(sa.select(Mentorship)).all()
    pair = {"mentee_person_id": cast.mia.person_id, "mentor_person_id": cast.max.person_id, "started_at": NOW}
    pair |= {"mentor_org_id": cast.max.org_id, "mentor_id": cast.max.mentor_id, "state": "running"}
    pair |= {"org_id": cast.mia.org_id, "id": new_id(), "request_id": asked.id, "form": "cross_company"}
    with acting(app, cast.mia), pytest.raises(sa.exc.IntegrityError, match="cannot be paired"):
        db.session.execute(sa.insert(Mentorship.__table__).values(**pair, cadence="monthly"))
