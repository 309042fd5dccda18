"""The one way out: what is drawn, who sees it, and that the database keeps the rule of the auditor."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, ProgrammingError

from marketplace.evaluation import commands
from marketplace.evaluation.auditor import Auditor, Question
from marketplace.evaluation.models import EquityAnswer, Gender, ReleasedFigure
from marketplace.programmes.models import EnrolmentState
from marketplace.visibility.models import Introduction
from tenants.privacy import jobs as privacy
from tenants.shared.database import db
from tests.factories import acting
from tests.marketplace.evaluation.conftest import DECEMBER, NOVEMBER, OCTOBER, add_person
from tests.tenants.privacy.conftest import downloaded, fresh

__all__ = ["downloaded", "fresh"]


def shown(operator, **where):
    """(form, cohort, firm, stage): (people, women, men), as of the newest day."""
    operator.expire_all()
    rows = operator.scalars(sa.select(ReleasedFigure).filter_by(side="mentee", **where))
    return {(one.form, bool(one.cohort_id), one.firm_id, one.stage): (one.people, one.women, one.men) for one in rows}


def test_the_database_keeps_the_rule_of_the_auditor(_admin):
    """Random rows, one after the other: the function and the rule by itself say the same of each."""
    ask = sa.text(
        "SELECT audited(ARRAY[1], 'words', :units, CAST(:kinds AS smallint[]), CAST('{0,1,2}' AS smallint[]), :least)"
    )
    for seed in range(4):
        random, said = Random(seed), Counter()
        kinds = {one: random.randrange(3) for one in range(300)}
        mirror = Auditor(Question("words", (0, 1, 2)), 6)
        with _admin.execution_options(isolation_level="READ COMMITTED").connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql("SET ROLE passerelle_gate")
            for number in range(30):
                start = random.randrange(0, 300, random.choice([1, 50, 50, 50]))
                people = list(range(start, min(300, start + random.choice([1, 50, 100, 150, 300]))))
                if number % 11 == 10:
                    kinds[random.choice(people)] = random.randrange(3)
                answers = {one: kinds[one] for one in people}
                values = {"units": people, "kinds": [kinds[one] for one in people], "least": 6}
                let_out = connection.execute(ask, values).scalar_one()
                assert let_out == mirror.take(answers), f"seed {seed}, row {number}"
                said[let_out] += 1
            connection.rollback()
        assert min(said[True], said[False]) > 3


def test_what_is_drawn_from_a_cohort_of_two_firms(crowd, draw, operator, cast):
    acme, globex = cast.mia.org_id, cast.max.org_id
    assert draw(NOVEMBER) > 0
    # Silent people and "another" are 4, so men cannot stand beside women: they would be what is left over.
    everybody = {
        (form, cohort, 0): (50, 24, None)
        for form, cohort in (("", False), ("cross_company", False), ("cross_company", True))
    }
    firms = {(form, cohort, firm): figure for firm, figure in ((acme, (30, 16, None)), (globex, (20, 8, None)))
             for form, cohort in (("", False), ("cross_company", False), ("cross_company", True))}  # fmt: skip
    want = {(*key, stage): figure for key, figure in (everybody | firms).items() for stage in ("applied", "enrolled")}
    assert shown(operator) == want
    assert draw(NOVEMBER) == 0, "a month is drawn once"
    assert draw(OCTOBER) == 0, "and never one before it"


def test_introductions_and_mandates_are_counted_once_the_candidate_has_said_so(crowd, draw, operator, cast):
    """Acme's thirty said yes, and twelve of Globex no; twenty of the thirty confirmed a mandate, the others have yet to."""
    said = datetime(2026, 10, 9, tzinfo=UTC)
    asked = {
        "org_id": cast.ned.org_id,
        "card_id": 1,
        "seeker_org_id": cast.max.org_id,
        "seat": "A seat",
        "message": "A talk?",
    }
    asked |= {
        "asked_by_person_id": cast.max.person_id,
        "asked_at": said,
        "answer_due": said,
        "decided_at": said,
        "word": "",
    }
    for number, one in enumerate([*crowd.acme, *crowd.globex[8:]]):
        state = "appointed" if number < 30 else "declined"
        confirmed = said if number < 20 else None
        operator.add(Introduction(**asked, person_id=one.person_id, state=state, confirmed_at=confirmed))
    operator.commit()
    draw(NOVEMBER)
    found = {key: figure[0] for key, figure in shown(operator).items() if key[3] in {"introduced", "appointed"}}
    assert {figure for key, figure in found.items() if key[3] == "introduced"} == {30}
    assert {figure for key, figure in found.items() if key[3] == "appointed"} == {20}


def test_one_who_leaves_comes_or_says_otherwise_is_not_given_away(crowd, draw, operator, cast):
    draw(OCTOBER)
    first = shown(operator, drawn_on=OCTOBER)
    # In October one woman completes, one joins Acme, and one takes her answer back: nothing but what stays as it was is drawn.
    crowd.globex[0].state, crowd.globex[0].ended_at = EnrolmentState.completed, datetime(2026, 10, 9, tzinfo=UTC)
    joined = datetime(2026, 10, 10, tzinfo=UTC)
    add_person(operator, crowd.cohort, cast.mia, Gender.woman, enrolled_at=joined, created_at=joined)
    operator.commit()
    draw(NOVEMBER)
    second = shown(operator, drawn_on=NOVEMBER)
    assert {key: first[key] for key in second} == second
    assert {firm for _form, _cohort, firm, _stage in second} == {cast.max.org_id}
    # Ten more of each, and the newcomers can be told from nobody.
    joined = datetime(2026, 11, 10, tzinfo=UTC)
    for gender in [Gender.woman] * 10 + [Gender.man] * 10:
        add_person(operator, crowd.cohort, cast.mia, gender, enrolled_at=joined, created_at=joined)
    operator.commit()
    draw(DECEMBER)
    assert shown(operator, drawn_on=DECEMBER)["", False, 0, "enrolled"] == (71, 35, None)


def test_a_firm_of_few_and_a_firm_with_few_women_stay_hidden(crowd, draw, operator, cast):
    """The one firm's figures would be what is missing from the other's: neither is shown, and the whole is."""
    operator.execute(
        sa.update(type(crowd.globex[0]))
        .where(type(crowd.globex[0]).id.in_([one.id for one in crowd.globex[4:8]]))
        .values(firm_id=cast.mia.org_id)
    )
    operator.commit()
    draw(NOVEMBER)
    found = shown(operator)
    assert found["", False, 0, "enrolled"] == (50, 24, None)
    assert found["", False, cast.max.org_id, "enrolled"] == (16, None, None)
    assert found["", False, cast.mia.org_id, "enrolled"] == (34, None, None)


def test_the_smallest_group_is_the_networks_and_never_below_five(crowd, draw, operator, cast, app):
    with acting(app, cast.ned) as viewer:
        commands.set_minimum_group(acting=viewer, people=9, now=datetime(2026, 11, 1, tzinfo=UTC))
    with acting(app, cast.ned) as viewer, pytest.raises(DBAPIError, match="never_below_five"):
        commands.set_minimum_group(acting=viewer, people=4, now=datetime(2026, 11, 1, tzinfo=UTC))
    draw(NOVEMBER)
    assert shown(operator)["", False, cast.max.org_id, "enrolled"] == (20, None, None)


def test_a_page_can_count_nothing_by_itself(crowd, draw, app, cast):
    """Under the web's own role: no answer but one's own, no place in a ledger, no drawing, no audit."""
    draw(NOVEMBER)
    for actor in (cast.ned, cast.ann):
        with acting(app, actor):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(EquityAnswer)) == 0
        for statement in (
            *("SELECT * FROM audit_place", "SELECT draw_figures('2026-12-01', now())", "SELECT forget_audited()"),
            f"SELECT * FROM figure_people({cast.ned.org_id}, '2026-12-01')",
            "SELECT audited(ARRAY[1], 'x', '{1}', '{1}', '{1}', 1)",
            "INSERT INTO released_figure SELECT * FROM released_figure",
        ):
            with acting(app, actor), pytest.raises(DBAPIError, match="permission denied"):
                db.session.execute(sa.text(statement))
    with acting(app, cast.ann):
        firms = set(db.session.scalars(sa.select(ReleasedFigure.firm_id)))
    assert firms == {cast.ann.org_id}


def test_pages_and_files_show_what_was_drawn_and_the_word_for_what_was_not(crowd, draw, sign_in, cast, operator):
    draw(NOVEMBER)
    ned, ann, mia = sign_in(cast.ned), sign_in(cast.ann), sign_in(cast.mia)
    page = ned.get("/bridge/reports/equity").text
    assert "50" in page and "48 %" in page and "withheld" in page and "40 %" in page
    own = ann.get("/acme/reports/equity").text
    assert "Your own people" in own and ">30<" in own and ">50<" not in own and "Globex" not in own
    assert ann.get(
        "/acme/reports/equity", query_string={"firm": cast.max.org_id, "cohort": "x", "on": "2020-01-01", "by": "7"}
    ).text.count(">30<")
    file = ned.get("/bridge/reports/equity.csv").data.decode("utf-8-sig")
    assert "Firm,Acme,30,16,withheld,14,2026-11-01" in file.replace("\r", "")
    assert mia.get("/acme/reports/equity").status_code == 404
    assert "No board track yet" in ned.get("/bridge/reports/boards").text
    assert ned.post("/bridge/reports/minimum-group", data={"minimum_group": "4"}).status_code == 422


def test_an_answer_is_kept_changed_withdrawn_and_read_by_its_author_alone(sign_in, cast, operator, _admin):
    mia, ann = sign_in(cast.mia), sign_in(cast.ann)
    assert mia.post("/acme/equity/answer", data={}).status_code == 422
    for gender in ("woman", "another"):
        assert mia.post("/acme/equity/answer", data={"gender": gender}).status_code == 303
    assert "“In another way”" in mia.get("/acme/equity").text
    assert "Your answer</h2>" not in ann.get("/acme/equity").text
    assert mia.post("/acme/equity/withdrawal").status_code == 303
    assert mia.post("/acme/equity/withdrawal").status_code == 303
    with _admin.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM equity_answer").scalar() == 0


def test_what_somebody_says_leaves_with_them_and_what_was_shown_stays_safe(
    crowd, draw, cast, operator, _admin, downloaded, fresh, work, worker_app, monkeypatch, sign_in
):
    """Nobody but the person reads the answer, by any role; erased, they stay in the ledger as a number that is nobody's."""
    sign_in(cast.gus).post("/globex/equity/answer", data={"gender": "another"})
    assert '"another"' in str(downloaded(cast.gus)[0]).replace("'", '"')
    whole = _admin.execution_options(isolation_level="READ COMMITTED")
    for role, table in product(("web", "worker", "operator", "door"), ("equity_answer", "audit_place")):
        with whole.connect() as connection:
            opened = "SELECT wall_open(:pam, :acme, NULL, 'company_admin', '{}', '{}', '{}')"
            connection.execute(sa.text(opened), {"pam": cast.pam.person_id, "acme": cast.pam.org_id})
            connection.exec_driver_sql(f"SET LOCAL ROLE passerelle_{role}")
            with suppress(ProgrammingError):
                assert connection.exec_driver_sql(f"SELECT * FROM {table}").all() == [], (role, table)
    draw(NOVEMBER)
    with _admin.connect() as connection:
        connection.execute(sa.text("UPDATE audit_place SET unit = :gus WHERE unit = :one"),
                           {"gus": cast.gus.person_id, "one": crowd.globex[0].person_id})  # fmt: skip
        before = connection.exec_driver_sql("SELECT count(*) FROM audit_place").scalar()
    assert fresh(cast.gus).post("/account/privacy/erasure").status_code == 303
    monkeypatch.setattr("tenants.shared.clock.now", lambda: datetime.now(UTC) + timedelta(days=40))
    with worker_app.app_context():
        privacy.find_due_erasures.func.__wrapped__()
        privacy.db.session.commit()
    work()
    with _admin.connect() as connection:
        left = sa.text(
            "SELECT count(*) FROM equity_answer WHERE person_id = :gus UNION ALL "
            "SELECT count(*) FROM audit_place WHERE unit = :gus"
        )
        assert connection.execute(left, {"gus": cast.gus.person_id}).scalars().all() == [0, 0]
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_place").scalar() == before
