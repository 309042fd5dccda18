"""No join in the database links an anonymous answer to whoever gave it: every column is searched, those of the system too."""

from __future__ import annotations

import re

import sqlalchemy as sa

from marketplace.questionnaires.commands import give_answers
from marketplace.questionnaires.queries import asked_or_404
from tests.factories import NOW, acting
from tests.marketplace.events.conftest import at, cohort

__all__ = ["at", "cohort"]

PLAN = {"audience": "mentee", "opens_on": NOW.date().isoformat(), "closes_on": "2026-11-20", "zone": "Europe/Paris"}
WHO = ("mia", "pam", "max", "ann", "gil", "abe")
BLIND = ("round_box", "round_answer", "round_words")
COLUMNS = """SELECT c.relname, a.attname, a.atttypid::regtype::text, a.atthasdef FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"""
KEYS = """SELECT DISTINCT c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
WHERE k.contype = 'f' AND k.conrelid = CAST(:table AS regclass)"""


def test_no_column_and_no_trace_of_the_database_says_who_gave_an_answer(app, sign_in, cast, cohort, work, _admin):
    base, ned = f"/bridge/cohorts/{cohort.id}/questionnaires", sign_in(cast.ned)
    assert ned.post(f"{base}/mid_point/rounds", data=PLAN | {"anonymous": "yes"}).status_code == 303
    work()
    with _admin.begin() as admin:
        org_id, round_id = admin.execute(sa.text("SELECT org_id, id FROM questionnaire_round")).one()
        invite = "INSERT INTO round_invitation VALUES (:org, :round, :person, :firm, false) ON CONFLICT DO NOTHING"
        for name in WHO:
            row = {"org": org_id, "round": round_id, "person": cast[name].person_id, "firm": cast[name].org_id}
            admin.execute(sa.text(invite), row)
    wrote = []
    for number, name in enumerate(WHO, 1):
        with acting(app, cast[name]) as viewer:
            asked = asked_or_404(viewer, round_id)
            give_answers(
                asked=asked, answers={"confidence": 4, "goes_on": "well", "improve": f"said {number}"}, now=NOW
            )
        with _admin.connect() as admin:
            last = admin.execute(
                sa.text("SELECT xmin::text, words->>'improve' FROM round_box ORDER BY ctid DESC")
            ).first()
            wrote.append(tuple(last))
    with _admin.connect() as admin:
        columns = admin.execute(sa.text(COLUMNS)).all()
        tables = sorted({row.relname for row in columns})

        def having(xmin):
            query = "SELECT count(*) FROM {} WHERE xmin::text = :xmin"
            return {t for t in tables if admin.scalar(sa.text(query.format(t)), {"xmin": xmin})}

        # While it is open: of all transactions that gave an answer only the last is in a row about people, in all of them.
        of_people = {row.xmin for row in admin.execute(sa.text("SELECT DISTINCT xmin::text FROM round_invitation"))}
        assert of_people == {wrote[-1][0]}
        assert [having(xmin) for xmin, _words in wrote[:-1]] == [{"round_box"}] * (len(WHO) - 1)
        assert having(wrote[-1][0]) == {"round_box", "round_invitation"}
        # None of the three has a person, a time, or a number that grows; nor a key to a table that has.
        for table in BLIND:
            mine = [row for row in columns if row.relname == table]
            assert not [row for row in mine if row.atttypid.startswith(("timestamp", "date", "time")) or row.atthasdef]
            assert not [
                row for row in mine if re.search("person|account|invitation|enrolment|firm|affiliation", row.attname)
            ]
            assert set(admin.scalars(sa.text(KEYS), {"table": table})) <= {"organisation", "questionnaire_round"}
        boxed = list(admin.scalars(sa.text("SELECT id FROM round_box ORDER BY ctid")))
        assert boxed != sorted(boxed) and boxed != sorted(boxed, reverse=True), "numbers are no order"

    assert ned.post(f"{base}/rounds/{round_id}/closing").status_code == 303
    work()
    with _admin.connect() as admin:
        answers = list(admin.scalars(sa.text("SELECT id FROM round_answer ORDER BY ctid")))
        words = admin.execute(sa.text("SELECT id, words FROM round_words ORDER BY ctid")).all()
        assert len(answers) == len(words) == len(WHO) and admin.scalar(sa.text("SELECT count(*) FROM round_box")) == 0
        assert not set(answers) & {row.id for row in words} and not set(boxed) & set(answers), "new numbers for each"
        shuffled = [[row.words for row in words], [row.words for row in sorted(words)]]
        assert [said for _xmin, said in wrote] not in shuffled, "neither the order on the disk nor that of numbers"
        for table in ("round_answer", "round_words"):
            assert admin.scalar(sa.text(f"SELECT count(DISTINCT xmin::text) FROM {table}")) == 1, (
                "one transaction for all"
            )
        # No number of an answer stands anywhere else but in the auditor's own ledger, which names nobody.
        numbers = [*answers, *(row.id for row in words), *boxed]
        found = {
            (row.relname, row.attname)
            for row in columns
            if row.atttypid in ("bigint", "bigint[]", "text", "character varying", "jsonb", "text[]")
            and admin.scalar(
                sa.text(f"SELECT count(*) FROM {row.relname} WHERE CAST({row.attname} AS text) ~ :numbers"),
                {"numbers": "|".join(map(str, numbers))},
            )
        }
        assert found == {("round_answer", "id"), ("round_words", "id"), ("audit_place", "unit")}
        # What somebody wrote stands in one place.
        said = {
            (row.relname, row.attname)
            for row in columns
            if row.atttypid in ("text", "character varying", "jsonb", "text[]", "bytea")
            and admin.scalar(
                sa.text(f"SELECT count(*) FROM {row.relname} WHERE CAST({row.attname} AS text) ~ 'said [0-9]'")
            )
        }
        assert said == {("round_words", "words")}
        # Letters and jobs were the same for all: to whoever was asked, before anybody answered.
        assert not admin.scalar(
            sa.text("SELECT count(*) FROM procrastinate_jobs WHERE args::text ~ 'confidence|goes_on'")
        )
