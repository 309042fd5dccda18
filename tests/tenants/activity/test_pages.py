"""The log as its readers filter it and take it along."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tenants.activity.queries import PAGE
from tenants.shared.activity import record

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def log(cast, operator):
    for day, name in enumerate(("Zoe Quick", "=HYPERLINK(1)", "Yan Slow")):
        record(
            "invitation.sent",
            org_ids=[cast.mia.org_id],
            now=NOW + timedelta(days=day),
            subject=("invitation", day + 1),
            actor=(cast.ann.person_id, "Ann Acme"),
            data={"name": name},
            session=operator,
        )
        operator.commit()
    record(
        "conflict.declared",
        org_ids=[cast.max.org_id],
        now=NOW,
        subject=("conflict", 1),
        actor=(cast.gil.person_id, "Gil Globex"),
        session=operator,
    )
    operator.commit()
    return cast


def test_it_is_filtered_by_person_and_day_and_kind(log, sign_in):
    ann = sign_in(log.ann)
    everything = ann.get("/acme/activity/").text
    assert everything.index("Yan Slow") < everything.index("Zoe Quick") and "Gil Globex" not in everything
    assert "Yan Slow" not in ann.get("/acme/activity/?person=quick").text
    one_day = ann.get("/acme/activity/?since=2026-03-04&until=2026-03-04").text
    assert "Yan Slow" in one_day and "Zoe Quick" not in one_day
    assert "No line like this" in ann.get("/acme/activity/?kind=conflict").text
    assert ann.get("/acme/activity/?since=yesterday").status_code == 400


def test_pages_follow_each_other_without_a_gap(log, sign_in, operator):
    for _ in range(PAGE):
        record("letter.sent_again", org_ids=[log.mia.org_id], now=NOW, subject=("letter", 1), session=operator)
    operator.commit()
    ann = sign_in(log.ann)
    assert "before=4" in ann.get("/acme/activity/").text
    assert "Zoe Quick" in ann.get("/acme/activity/?before=4").text


def test_the_sheet_holds_no_formula(log, sign_in):
    answer = sign_in(log.ann).get("/acme/activity/activity.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert [row[0] for row in rows] == ["Number", "1", "2", "3"]
    assert rows[1][2:4] == ["Ann Acme", "invited Zoe Quick"]
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


def test_the_chain_is_checked_by_the_rule_on_the_page(log, sign_in):
    lines = [json.loads(line) for line in sign_in(log.ann).get("/acme/activity/activity.jsonl").text.splitlines()]
    before = b""
    for line in lines:
        assert hashlib.sha256(before + line["words"].encode()).hexdigest() == line["hash"]
        before = bytes.fromhex(line["hash"])
        for slot, one in line["names"].items():
            salted = bytes.fromhex(one["salt"]) + one["name"].encode()
            assert json.loads(line["words"])["names"][slot] == hashlib.sha256(salted).hexdigest()
    assert len(lines) == 3
    assert lines[-1]["hash"] in sign_in(log.ann).get("/acme/activity/checking").text
    assert "Zoe" not in "".join(line["words"] for line in lines)


def test_the_operators_check_names_the_first_line_that_is_broken(log, operator_app, _admin):
    with _admin.connect() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(
            sa.text("UPDATE activity SET verb = 'x.y' WHERE org_id = :org AND number = 2"), {"org": log.mia.org_id}
        )
    answer = operator_app.test_cli_runner().invoke(args=["check"])
    assert answer.exit_code == 1
    assert "The activity log of acme is broken at line 2" in answer.output
