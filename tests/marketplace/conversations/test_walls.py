"""The database's wall by itself around what a pair writes: no filter of the application is asked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tenants.shared.database import db, new_id
from tests.contracts.scene import make_conversation
from tests.factories import acting
from tests.marketplace.requests.conftest import working

TABLES = ("goal", "goal_step", "pair_message", "shared_note", "note_version", "pair_file")


@pytest.fixture
def written(pair, operator):
    make_conversation(operator, pair)
    operator.commit()
    return pair


def rows(table):
    return db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()


def test_the_two_read_it_and_nobody_else_does(written, app, mentors):
    seen = {}
    for name in ("mia", "max", "ann", "abe", "pam", "gil", "gus", "ned", "hal"):
        with acting(app, mentors[name]):
            seen[name] = sum(rows(table) for table in TABLES)
    assert seen == dict.fromkeys(seen, 0) | {"mia": len(TABLES), "max": len(TABLES)}


def test_a_job_reads_none_of_it(written, worker_app):
    with working(worker_app, written.org_id):
        assert [rows(table) for table in TABLES] == [0] * len(TABLES)


INSERT = """
    INSERT INTO pair_message (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, author_person_id, body, via,
        left_out, created_at)
    VALUES (:org_id, :id, :mentorship_id, :mentee_person_id, :mentor_person_id, :author, 'x', 'page', 0, now())
"""


@pytest.mark.parametrize(("who", "changes"), [("ann", {}), ("max", {"author": "mia"}), ("abe", {"mentor": "abe"})])
def test_nobody_writes_as_another_or_into_another_pair(written, app, mentors, who, changes):
    values = written.pair_key | {"id": new_id(), "author": mentors[changes.get("author", who)].person_id}
    if "mentor" in changes:
        values["mentor_person_id"] = mentors[who].person_id
    with acting(app, mentors[who]), pytest.raises(DBAPIError, match=r"row-level security|foreign key"):
        db.session.execute(sa.text(INSERT), values)


def test_only_the_mentee_moves_a_goal(written, app, mentors):
    with acting(app, mentors.max):
        moved = db.session.execute(sa.text("UPDATE goal SET percent = 90"))
        assert moved.rowcount == 0
