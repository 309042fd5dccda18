"""A round from its plan to its closing: answered once, by letter, and what lies in the database joins no answer to a person."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.factories import NOW
from tests.marketplace.events.conftest import at, cohort

__all__ = ["at", "cohort"]

PLAN = {
    "audience": "mentee",
    "opens_on": NOW.date().isoformat(),
    "closes_on": "2026-11-20",
    "zone": "Europe/Paris",
    "anonymous": "yes",
}


def columns(admin, table):
    return set(
        admin.scalars(sa.text("SELECT column_name FROM information_schema.columns WHERE table_name = :t"), {"t": table})
    )


def test_an_anonymous_round_from_its_plan_to_its_closing(sign_in, cast, cohort, work, mailbox, anonymous, _admin):
    base, ned = f"/bridge/cohorts/{cohort.id}/questionnaires", sign_in(cast.ned)
    assert "Nobody has been asked yet" in ned.get(base).text
    assert ned.post(f"{base}/mid_point/rounds", data=PLAN | {"closes_on": "2026-10-01"}).status_code == 422
    assert ned.post(f"{base}/mid_point/rounds", data=PLAN).status_code == 303
    assert ned.post(f"{base}/mid_point/rounds", data=PLAN).status_code == 409, "sent twice"
    assert "À mi-parcours" in ned.get(f"{base}/mid_point/mentee/preview?in=fr").text
    work()
    [letter] = mailbox.to(cast.mia.email)
    link = re.search(r"/links/[\w-]+", letter.get_body(("plain",)).get_content())[0]
    first = anonymous.get(link)
    assert first.status_code == 200 and ("anonymous" in first.text or "anonymes" in first.text)
    version = re.search(r'name="version" value="(\d+)"', first.text)[1]
    data = {"version": version, "so_far": "{}"}
    send = f"{link}/questionnaire-answers"
    assert 'name="confidence"' in anonymous.post(send, data=data | {"at": "-1"}).text
    assert anonymous.post(send, data=data | {"at": "1"}).status_code == 422, "one is required"
    whole = '{"confidence": 4, "goes_on": "badly", "quality": {"trust": 9}, "intruder": 1}'
    asked = anonymous.post(send, data={"version": version, "so_far": whole, "at": "1", "goes_on": "badly"}).text
    assert 'name="hindered"' in asked, "asked only of those whom it concerns"
    last = {"version": version, "so_far": whole, "at": "2", "hindered": ["time"], "improve": "Less mail."}
    assert anonymous.post(send, data=last).status_code == 200
    again = anonymous.post(send, data=last)
    assert again.status_code == 409 and again.text.count("<h1") == 1
    path = re.search(r"\d+", re.search(r"rounds/\d+/closing", ned.get(base).text)[0])[0]
    assert sign_in(cast.ned).get(f"/bridge/questionnaires/{path}").status_code == 404, "not asked"
    with _admin.connect() as admin:
        [(marks, words, of_box)] = admin.execute(sa.text("SELECT marks, words, xmin::text FROM round_box")).all()
        assert sorted(marks) == ["confidence:4", "goes_on:badly", "hindered:time"] and words == {
            "improve": "Less mail."
        }
        invited = admin.execute(sa.text("SELECT answered, xmin::text FROM round_invitation ORDER BY answered")).all()
        assert [row[0] for row in invited] == [False, True]
        assert {row[1] for row in invited} == {of_box}, "every invitation carries the transaction, not one"
        # Whatever else the same transaction wrote would say who came.
        tables = admin.scalars(
            sa.text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        wrote = {t for t in tables if admin.scalar(sa.text(f"SELECT count(*) FROM {t} WHERE xmin::text = '{of_box}'"))}
        assert wrote == {"round_box", "round_invitation"}
        for table in ("round_box", "round_answer", "round_words"):
            assert not {
                name for name in columns(admin, table) if re.search("person|_at$|_on$|invitation|enrolment|firm", name)
            }
        admin.exec_driver_sql("SET session_replication_role = origin")
        with pytest.raises(DBAPIError, match="never changed"):
            admin.execute(sa.text("UPDATE questionnaire_round SET anonymous = false"))
        with pytest.raises(DBAPIError, match="never changed"):
            admin.execute(sa.text("UPDATE questionnaire_version SET promise_en = ''"))
    assert ned.post(f"{base}/rounds/{path}/closing").status_code == 303
    with _admin.connect() as admin:
        assert admin.scalar(sa.text("SELECT count(*) FROM round_box")) == 0
        assert admin.scalar(sa.text("SELECT marks FROM round_answer")) and admin.scalar(
            sa.text("SELECT words FROM round_words")
        )
    pam = sign_in(cast.pam).get(f"/acme/questionnaires/{path}")
    assert pam.status_code == 200 and 'name="so_far"' not in pam.text, "closed"


def test_no_role_of_the_product_reads_an_anonymous_answer(_admin):
    with _admin.connect() as admin:
        for role in ("web", "door", "worker", "operator", "reader"):
            for table in ("round_box", "round_answer", "round_words"):
                may = sa.text(f"SELECT has_table_privilege('passerelle_{role}', '{table}', 'SELECT')")
                assert not admin.scalar(may), (role, table)
