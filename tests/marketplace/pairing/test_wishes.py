"""Wishes and opt-outs: kept at once, read by the committee as ranks, and an opt-out by nobody."""

import pytest
import sqlalchemy as sa

from marketplace.mentors.models import Audience
from marketplace.pairing.candidates import candidates_of
from marketplace.pairing.models import OptOut, Wish
from marketplace.pairing.rules import REFUSALS, Rule
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Enrolment
from tenants.organisations.models import Organisation
from tests.cast import make_actor, make_mentor
from tests.factories import acting, enrol, publish
from tests.marketplace.pairing.conftest import REASON, propose_in_database, requests_of


@pytest.fixture
def scene(app, start, cast, operator, sign_in):
    """Mia looks for a mentor; Max, Gus and five more of Globex are mentors; Ned pairs by hand."""
    globex = operator.get(Organisation, cast.max.org_id)
    more = [make_actor(operator, f"more{number}", globex) for number in range(5)]
    for one in (cast.gus, *more):
        make_mentor(operator, one, audience=Audience.company)
    operator.commit()
    for one in (cast.gus, *more):
        publish(app, one)
    cohort = start(matching="hand", sides={"mia": Side.mentee, "max": Side.mentor, "gus": Side.mentor})
    for one in more:
        enrol(operator, cohort, one, Side.mentor)
    operator.commit()
    ids = {row.person_id: row.id for row in operator.scalars(sa.select(Enrolment))}
    operator.rollback()

    def turn(actor, about, what):
        return sign_in(actor).post(f"/{actor.slug}/cohorts/{cohort.id}/wishes/{ids[about.person_id]}/{what}")

    def ranked(actor):
        operator.rollback()
        query = sa.select(Wish.other_person_id).where(Wish.person_id == actor.person_id).order_by(Wish.rank)
        return list(operator.scalars(query))

    return cohort, more, ids, turn, ranked


def test_a_mentee_ranks_five_and_changes_them_until_the_committee_proposes(scene, cast, sign_in, operator):
    cohort, more, ids, turn, ranked = scene
    page = f"/acme/cohorts/{cohort.id}/matching/"
    mia = sign_in(cast.mia)
    assert "the committee pairs" in mia.get(page).text and "Max Globex" in mia.get(page).text
    for one in (cast.max, cast.gus, *more[:3]):
        assert turn(cast.mia, one, "addition").status_code == 303
    refused = turn(cast.mia, more[3], "addition")
    assert refused.status_code == 409 and "five wishes" in refused.text
    assert turn(cast.mia, cast.gus, "promotion").status_code == 303
    assert turn(cast.mia, more[0], "removal").status_code == 303
    assert ranked(cast.mia) == [one.person_id for one in (cast.gus, cast.max, more[1], more[2])]
    assert "Wish 2" in mia.get(page).text
    path = f"/bridge/cohorts/{cohort.id}/matching/proposals"
    data = {"mentee": ids[cast.mia.person_id], "mentor": ids[cast.max.person_id], "reason": REASON}
    assert sign_in(cast.ned).post(path, data=data).status_code == 303
    frozen = turn(cast.mia, more[3], "addition")
    assert frozen.status_code == 409 and "has proposed a pair to you" in frozen.text
    assert "your wishes stay as they are" in mia.get(page).text
    (asked,) = requests_of(operator)
    mia.post(f"/acme/requests/{asked.id}/withdrawal")
    assert turn(cast.mia, more[3], "addition").status_code == 303


def test_a_mentor_ranks_those_who_look_for_somebody_from_a_short_card(scene, cast, sign_in):
    cohort, _more, _ids, turn, ranked = scene
    page = sign_in(cast.gus).get(f"/globex/cohorts/{cohort.id}/matching/").text
    assert "Mia Acme" in page
    assert turn(cast.gus, cast.mia, "addition").status_code == 303
    assert ranked(cast.gus) == [cast.mia.person_id]
    # Those of one's own side, and of one's own firm in this form, are nobody to wish for.
    assert turn(cast.gus, cast.max, "addition").status_code == 409
    assert turn(cast.pam, cast.max, "addition").status_code == 404


def test_wishes_are_the_committees_alone_and_ranks(app, scene, cast, sign_in):
    cohort, _more, ids, turn, _ranked = scene
    turn(cast.mia, cast.gus, "addition")
    turn(cast.mia, cast.max, "addition")
    turn(cast.max, cast.mia, "addition")
    with acting(app, cast.ned) as viewer:
        there = candidates_of(viewer, cohort)
    mia, max_, gus = (ids[cast[name].person_id] for name in ("mia", "max", "gus"))
    assert there.wishes == {(mia, gus): 1, (mia, max_): 2, (max_, mia): 1}
    chosen = sign_in(cast.ned).get(f"/bridge/cohorts/{cohort.id}/matching/?mentee={mia}").text
    assert chosen.index("Gus Globex") < chosen.index("More0 Globex")
    for name in ("ann", "gil"):
        with acting(app, cast[name]) as viewer:
            assert candidates_of(viewer, cohort).wishes == {}
    assert "wish" not in sign_in(cast.max).get("/globex/requests/").text.lower()


@pytest.mark.parametrize("by", ["mia", "max"])
def test_an_opt_out_is_one_of_the_reasons_that_are_never_said(app, scene, cast, sign_in, operator, by):
    cohort, _more, ids, turn, ranked = scene
    other = cast[{"mia": "max", "max": "mia"}[by]]
    turn(cast[by], other, "addition")
    assert turn(cast[by], other, "opt-out").status_code == 303
    assert ranked(cast[by]) == []
    page = sign_in(cast[by]).get(f"/{cast[by].slug}/cohorts/{cohort.id}/matching/").text
    assert page.count("opt-out/removal") == 1
    # The other one still sees them, and nothing of it.
    theirs = sign_in(other).get(f"/{other.slug}/cohorts/{cohort.id}/matching/").text
    assert cast[by].name in theirs and "opt-out/removal" not in theirs
    data = {"mentee": ids[cast.mia.person_id], "mentor": ids[cast.max.person_id], "reason": REASON}
    path = f"/bridge/cohorts/{cohort.id}/matching/proposals"
    refused = sign_in(cast.ned).post(path, data=data)
    assert refused.status_code == 409 and str(REFUSALS[Rule.apart]) in refused.text
    with acting(app, cast.ned) as viewer:
        there = candidates_of(viewer, cohort)
        # With the application's wall removed.
        assert propose_in_database(cohort, ids[cast.mia.person_id], ids[cast.max.person_id]) == "apart"
    assert operator.scalars(sa.select(OptOut)).one().person_id == cast[by].person_id
    assert (ids[cast.mia.person_id], ids[cast.max.person_id]) in there.apart
    assert turn(cast[by], other, "opt-out/removal").status_code == 303
    assert sign_in(cast.ned).post(path, data=data).status_code == 303
