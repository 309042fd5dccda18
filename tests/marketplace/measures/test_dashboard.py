"""Every figure of the dashboard is a slow recount of the rows, and leaves by the auditor alone."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.measures.catalogue import catalogue
from marketplace.measures.models import ReleasedMeasure
from tenants.shared.database import db
from tests.factories import acting
from tests.marketplace.measures.recount import Recount

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def released(operator, **where):
    operator.rollback()
    operator.expire_all()
    return operator.scalars(sa.select(ReleasedMeasure).filter_by(**where)).all()


def test_every_measure_that_is_shown_is_a_slow_recount(cohorts, draw, operator, cast):
    drawn = draw(NOVEMBER)
    recount, seen = Recount(operator, cast.ned.org_id, NOVEMBER), Counter()
    for row in released(operator):
        units = [
            one
            for one in recount.units(row.measure)
            if row.cohort_id in (0, one.cohort["id"])
            and row.form in ("", one.cohort["form"])
            and row.firm_id in (0, one.mentee_firm if row.side == "mentee" else one.mentor_firm)
        ]
        values = [one.value for one in units]
        told = (row.units, float(row.total), float(row.squares))
        assert told == pytest.approx((len(values), sum(values), sum(one * one for one in values))), row.measure
        seen[row.measure, row.side, bool(row.cohort_id)] += 1
    assert sum(seen.values()) == drawn
    assert {measure for measure, side, _cohort in seen if side == ""} == set(catalogue()) - {"mandates"}
    assert {("places", "mentor", True), ("hours", "mentee", False), ("goals", "", True)} <= set(seen)
    assert draw(NOVEMBER) == 0, "a month is drawn once"


def test_pages_show_what_was_drawn_and_what_stands_where_now(cohorts, draw, operator, cast, sign_in):
    draw(NOVEMBER)
    ned, gil, mia = sign_in(cast.ned), sign_in(cast.gil), sign_in(cast.mia)
    page = ned.get("/bridge/dashboard/").text
    for figure in released(operator, measure="planned_end", side="", form=""):
        assert f"{round(100 * figure.total / figure.units)} %" in page and f">{figure.units}<" in page
    rows = Recount(operator, cast.ned.org_id, NOVEMBER).rows
    running = [one for one in rows["mentorship"] if one["cohort_id"] == cohorts[1].id and one["state"] != "ended"]
    inside = [one for one in rows["enrolment"] if one["cohort_id"] == cohorts[1].id and one["state"] == "enrolled"]
    assert f"<dd>{len(running)}</dd>" in page and f"<dd>{len(inside)}</dd>" in page
    own = gil.get(f"/globex/dashboard/?cohort={cohorts[1].id}").text
    theirs = [one for one in inside if one["firm_id"] == cast.max.org_id]
    assert f"<dd>{len(theirs)}</dd>" in own and "The firm’s mentors" in own
    assert "Acme" not in gil.get("/globex/dashboard/reciprocity").text
    assert mia.get("/acme/dashboard/").status_code == 404
    for name in catalogue():
        answer = ned.get(f"/bridge/dashboard/measures/{name}?cohort={cohorts[0].id}")
        assert answer.status_code == 200 and catalogue()[name].label.en in answer.text
    assert ned.get("/bridge/dashboard/measures/nothing").status_code == 404


def test_what_a_firm_gives_and_receives_adds_up(cohorts, draw, operator, cast, sign_in, app):
    """Places are the pairs, hours the meetings; what one firm gives the other receives, to the minute."""
    draw(NOVEMBER)
    found = {
        (one.firm_id, one.side, one.measure): one
        for one in released(operator, form="", cohort_id=0)
        if one.measure in ("places", "hours", "meetings") and one.side
    }
    acme, globex = cast.mia.org_id, cast.max.org_id
    for measure in ("places", "hours", "meetings"):
        whole = released(operator, form="", cohort_id=0, side="", measure=measure)[0]
        assert found[acme, "mentor", measure].total == found[globex, "mentee", measure].total
        assert sum(found[firm, "mentor", measure].total for firm in (acme, globex)) == whole.total
    page = sign_in(cast.ned).get("/bridge/dashboard/reciprocity").text
    assert f">{round(float(found[acme, 'mentor', 'hours'].total) / 60, 1):g}<" in page
    with acting(app, cast.gil):
        places = {row.side: row.begun for row in db.session.execute(sa.text(f"SELECT * FROM own_places({cast.ned.org_id})"))}
    pairs = Recount(operator, cast.ned.org_id, NOVEMBER).rows["mentorship"]
    assert places == {
        side: sum(one[column] == globex for one in pairs) for side, column in (("mentor", "mentor_org_id"), ("mentee", "org_id"))
    }


def test_a_page_can_count_nothing_by_itself(cohorts, draw, app, cast):
    draw(NOVEMBER)
    for actor in (cast.ned, cast.ann):
        for statement in (
            "SELECT draw_measures('2026-12-01', now())",
            f"SELECT * FROM measured_goals({cast.ned.org_id}, now())",
            f"SELECT * FROM live_tally({cast.ned.org_id}, 0, 0, 0, NULL)",
            "INSERT INTO released_measure SELECT * FROM released_measure",
        ):
            with acting(app, actor), pytest.raises(DBAPIError, match="permission denied"):
                db.session.execute(sa.text(statement))
    with acting(app, cast.ann):
        assert set(db.session.scalars(sa.select(ReleasedMeasure.firm_id))) == {cast.ann.org_id}
    with acting(app, cast.mia):
        assert not db.session.scalars(sa.select(ReleasedMeasure)).all()
        assert not db.session.execute(sa.text("SELECT * FROM live_counts(0, 0, 0)")).all()
