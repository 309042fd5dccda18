"""Who sees a programme, a cohort and an enrolment, by the application's filters and by the wall."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from marketplace.programmes.modalities import Side
from marketplace.programmes.models import CohortState, Enrolment, PartyState, ProgrammeParty, ProgrammeState
from marketplace.programmes.queries import cohort_or_404, programmes_in_sight, run_cohort_or_404
from tenants.shared.database import db
from tests.factories import acting, enrol, make_cohort, make_programme


@pytest.fixture
def cohort(operator, cast):
    """Bridge runs it; Acme and Globex take part. Mia and Max are in."""
    programme = make_programme(operator, cast.ned, cast.mia, cast.max)
    made = make_cohort(operator, programme)
    enrol(operator, made, cast.mia, Side.mentee)
    enrol(operator, made, cast.max, Side.mentor)
    operator.commit()
    return made


@pytest.mark.parametrize(
    ("name", "sees"), [("ned", True), ("mia", True), ("gil", True), ("hal", False), ("olga", False)]
)
def test_a_programme_is_shown_to_those_who_take_part(app, cast, cohort, name, sees):
    with acting(app, cast[name]) as viewer:
        assert [one.id for one in programmes_in_sight(viewer)] == ([cohort.programme_id] if sees else [])
        if sees:
            assert cohort_or_404(viewer, cohort.id).runs is (name == "ned")
        else:
            with pytest.raises(NotFound):
                cohort_or_404(viewer, cohort.id)


def test_a_draft_is_for_those_who_run_it(app, cast, operator, cohort):
    cohort.state = CohortState.draft
    operator.merge(cohort)
    operator.commit()
    with acting(app, cast.ned) as viewer:
        assert run_cohort_or_404(viewer, cohort.id).runs
    with acting(app, cast.gil) as viewer, pytest.raises(NotFound):
        cohort_or_404(viewer, cohort.id)


@pytest.mark.parametrize(
    ("name", "known"),
    [("ned", {"mia", "max"}), ("ann", {"mia"}), ("gil", {"max"}), ("mia", {"mia"}), ("gus", set()), ("hal", set())],
)
def test_the_wall_shows_an_enrolment_to_its_person_and_to_coordinators_of_either_side(app, cast, cohort, name, known):
    del cohort
    with acting(app, cast[name]):
        seen = set(db.session.scalars(sa.select(Enrolment.person_id)))
    assert seen == {cast[one].person_id for one in known}


def test_a_firm_that_leaves_a_programme_sees_it_no_more(app, cast, operator, cohort):
    party = operator.get(ProgrammeParty, (cohort.org_id, cohort.programme_id, cast.gil.org_id))
    party.state = PartyState.left
    operator.commit()
    with acting(app, cast.gil) as viewer, pytest.raises(NotFound):
        cohort_or_404(viewer, cohort.id)
    with acting(app, cast.max) as viewer:
        assert cohort_or_404(viewer, cohort.id).takes_part


def test_a_party_answers_and_sets_no_quota(app, cast, operator):
    programme = make_programme(operator, cast.ned, cast.gil, state=ProgrammeState.open)
    operator.commit()
    where = sa.and_(ProgrammeParty.programme_id == programme.id, ProgrammeParty.firm_id == cast.gil.org_id)
    with acting(app, cast.gil):
        db.session.execute(sa.update(ProgrammeParty).where(where).values(state=PartyState.left))
        with pytest.raises(sa.exc.ProgrammingError, match="changes nothing else"):
            db.session.execute(sa.update(ProgrammeParty).where(where).values(max_mentees=100, state=PartyState.active))
