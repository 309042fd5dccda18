"""Every figure of the dashboard is a slow recount of the rows, and leaves by the auditor alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.measures import jobs
from marketplace.measures.catalogue import catalogue
from marketplace.measures.models import ReleasedMeasure
from marketplace.mentorships.models import Mentorship
from marketplace.questionnaires.models import QuestionnaireRound, QuestionnaireVersion, RoundFigure
from tenants.shared.database import db, new_id
from tests.factories import acting
from tests.marketplace.measures.recount import Recount
from tests.marketplace.requests.conftest import letters

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
    assert {measure for measure, side, _cohort in seen if side == ""} == {
        one.key for one in catalogue().values() if not one.question
    } - {"mandates"}
    assert {("places", "mentor", True), ("hours", "mentee", False), ("goals", "", False)} <= set(seen)
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
        places = {
            row.side: row.begun for row in db.session.execute(sa.text(f"SELECT * FROM own_places({cast.ned.org_id})"))
        }
    pairs = Recount(operator, cast.ned.org_id, NOVEMBER).rows["mentorship"]
    assert places == {
        side: sum(one[column] == globex for one in pairs)
        for side, column in (("mentor", "mentor_org_id"), ("mentee", "org_id"))
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


def test_answers_are_summed_from_what_was_let_out_and_laid_beside_themselves(cohorts, draw, operator, cast, sign_in):
    """A round whose high answers are not shown apart counts on neither side of the share."""
    draw(NOVEMBER)
    said = {
        ("start", "confidence", ""): [(["1", "2", "3"], 40), (["4", "5"], 20)],
        ("end", "confidence", ""): [(["1", "2", "3"], 20), (["4", "5"], 40)],
        ("end", "recommend", ""): [(["1", "2", "3", "4"], 20), (["5", "6", "7", "8", "9", "10", "11", ""], 40)],
        ("end", "quality", "trust"): [(["1", "2"], 9), (["3", ""], 13), (["4"], 21), (["5"], 17)],
    }
    rounds = {}
    for moment, question, part in said:
        if moment not in rounds:
            rounds[moment] = make_round(operator, cohorts[0], moment)
        for place, (answers, people) in enumerate(said[moment, question, part]):
            row = {"question": question, "part": part, "place": place, "answers": answers, "people": people, "least": 5}
            operator.add(RoundFigure(org_id=cohorts[0].org_id, round_id=rounds[moment], **row))
    operator.commit()
    page = sign_in(cast.ned).get("/bridge/dashboard/").text
    assert "63 %" in page and "between +16 and +48" in page and "Would recommend it" not in page
    assert "What people answered" not in sign_in(cast.ann).get("/acme/dashboard/").text
    assert ">38<" not in page and "33 %" in page and "67 %" in page


def test_a_cost_is_typed_by_those_who_run_it_and_divided_by_what_may_be_shown(cohorts, draw, operator, cast, sign_in):
    draw(NOVEMBER)
    ned, ann, path = sign_in(cast.ned), sign_in(cast.ann), f"dashboard/cohorts/{cohorts[0].id}/cost"
    form = {"amount": "12000", "currency": "EUR", "covers": "The yearly budget"}
    assert ann.post(f"/acme/{path}", data=form).status_code == 404
    wrong = ned.post(f"/bridge/{path}", data=form | {"amount": "-3"})
    assert wrong.status_code == 422 and "The yearly budget" in wrong.text and "An amount above zero." in wrong.text
    for _twice in range(2):
        assert ned.post(f"/bridge/{path}", data=form).status_code == 303
    pairs = released(operator, measure="places", side="", cohort_id=cohorts[0].id)[0].units
    page = ned.get(f"/bridge/dashboard/?cohort={cohorts[0].id}").text
    assert f"€{round(1200000 / pairs) / 100:,.2f}".removesuffix(".00") in page and "The yearly budget" in page
    assert "The yearly budget" not in ann.get(f"/acme/dashboard/?cohort={cohorts[0].id}").text


def test_the_dashboard_comes_by_letter_as_often_as_chosen_and_says_no_name(
    cohorts, operator, cast, sign_in, work, worker_app, mailbox, monkeypatch
):
    ned = sign_in(cast.ned)
    monkeypatch.setattr("tenants.shared.clock.now", lambda: datetime(2026, 11, 4, 9, 0, tzinfo=UTC))
    assert sign_in(cast.mia).post("/acme/dashboard/digest", data={"every": "week"}).status_code == 404
    assert ned.post("/bridge/dashboard/digest", data={"every": "daily"}).status_code == 422
    assert ned.post("/bridge/dashboard/digest", data={"every": "week"}).status_code == 303

    def struck(*when):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: datetime(*when, tzinfo=UTC))
        with worker_app.app_context():
            jobs.send_dashboards.func.__wrapped__()
            db.session.commit()
        work()
        return letters(operator, "dashboard")

    assert struck(2026, 11, 8, 9) == []
    (letter,) = struck(2026, 11, 9, 9)
    rows = Recount(operator, cast.ned.org_id, NOVEMBER).rows
    running = [one for one in rows["mentorship"] if one["cohort_id"] == cohorts[1].id and one["state"] != "ended"]
    (sent,) = mailbox.to(cast.ned.email)
    words = sent.get_body(("plain",)).get_content()
    assert sent["Subject"] == "Your programmes this week" and letter.state.value == "sent"
    assert str(len(running)) in words and "Somebody" not in words and "Acme" not in words
    assert len(struck(2026, 11, 9, 12)) == 1, "once"
    assert len(struck(2026, 11, 16, 9)) == 2
    assert ned.post("/bridge/dashboard/digest", data={"every": "never"}).status_code == 303
    assert len(struck(2026, 11, 23, 9)) == 2


def make_round(session, cohort, moment):
    number, now = new_id(), datetime(2026, 10, 1, tzinfo=UTC)
    whom = {"org_id": cohort.org_id, "id": number, "moment": moment, "audience": "mentee", "anonymous": True}
    session.add(
        QuestionnaireVersion(
            **whom,
            **{"programme_id": cohort.programme_id, "number": 1, "promise_en": "", "promise_fr": "", "content": {}},
            published_by_id=cohort.created_by_id,
            published_at=now,
        )
    )
    session.flush()
    session.add(
        QuestionnaireRound(
            **whom,
            **{"cohort_id": cohort.id, "version_id": number, "state": "closed", "closes_on": now.date(), "zone": "UTC"},
            **{
                "opens_at": now - timedelta(days=9),
                "closes_at": now,
                "created_by_id": cohort.created_by_id,
                "created_at": now,
            },
        )
    )
    session.flush()
    return number


def test_few_pairs_and_few_changes_give_nothing_away(cohorts, draw, operator, cast, _admin):
    """A firm with four pairs has no row, and what would be left of the others without it has none; few changes, an older day."""
    october = date(2026, 10, 1)
    some = operator.scalars(sa.select(Mentorship.id).where(Mentorship.cohort_id == cohorts[0].id).limit(4)).all()
    with _admin.connect() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(
            sa.text("UPDATE mentorship SET org_id = :firm WHERE id = ANY (:some)"),
            {"firm": cast.hal.org_id, "some": list(some)},
        )
    draw(october)
    rows = {
        one.firm_id: one.units
        for one in released(operator, measure="places", side="mentee", cohort_id=0, drawn_on=october)
    }
    assert cast.hal.org_id not in rows and len(rows) == 1
    whole = {"measure": "places", "side": "", "cohort_id": 0}
    (before,) = (one.units for one in released(operator, **whole, form="", drawn_on=october))
    with _admin.connect() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(
            sa.text("UPDATE mentorship SET started_at = '2026-10-09' WHERE id = ANY (:some)"),
            {"some": list(some[:1])},
        )
        connection.execute(
            sa.text("DELETE FROM mentorship WHERE started_at >= :october AND id <> ALL (:some)"),
            {"october": datetime(2026, 10, 1, tzinfo=UTC), "some": list(some)},
        )
    draw(NOVEMBER)
    assert [one.units for one in released(operator, **whole, form="", drawn_on=NOVEMBER)] in ([], [before])
