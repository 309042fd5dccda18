"""The log of a tenant shows every change that was made to it behind the product's back."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tenants.activity.chain import broken_logs
from tenants.shared.activity import record
from tenants.shared.models import Activity, ActivityHead, ActivityName

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def write(session: Session, org_ids, n: int = 1, **more) -> None:
    for i in range(n):
        record(
            "invitation.sent",
            org_ids=org_ids,
            now=NOW + timedelta(minutes=i),
            subject=("invitation", i + 1),
            session=session,
            **({"actor": (None, "Passerelle"), "data": {"name": f"Zoe {i}", "role": "member"}} | more),
        )


@pytest.fixture
def log(operator, cast):
    """Five lines in Acme's log and three in Globex', committed."""
    write(operator, [cast.mia.org_id], 5)
    write(operator, [cast.max.org_id], 3)
    operator.commit()
    return cast


@pytest.fixture
def tamper(_admin):
    """Change the log as somebody with every power over the database would: without its triggers."""

    def act(statement: str, **values) -> None:
        with _admin.connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            for one in statement.split(";"):
                connection.execute(sa.text(one), values)
            connection.exec_driver_sql("SET session_replication_role = origin")

    return act


def breaks(operator: Session) -> list[tuple[str, int]]:
    operator.rollback()
    return [(found.slug, found.number) for found in broken_logs(operator.connection())]


def test_lines_are_numbered_without_gaps_and_chained(log, operator):
    lines = operator.scalars(sa.select(Activity).where(Activity.org_id == log.mia.org_id).order_by(Activity.number))
    lines = list(lines)
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert [line.subject_id for line in lines] == [1, 2, 3, 4, 5]
    head = operator.get_one(ActivityHead, log.mia.org_id)
    assert (head.number, head.hash) == (5, lines[-1].hash)
    assert breaks(operator) == []


def test_a_line_that_is_rolled_back_leaves_no_gap(log, operator):
    write(operator, [log.mia.org_id])
    operator.rollback()
    with operator.begin_nested() as savepoint:
        write(operator, [log.mia.org_id])
        savepoint.rollback()
    write(operator, [log.mia.org_id])
    operator.commit()
    assert operator.scalar(sa.select(sa.func.max(Activity.number)).where(Activity.org_id == log.mia.org_id)) == 6
    assert breaks(operator) == []


@pytest.mark.parametrize(
    ("deed", "number"),
    [
        ("UPDATE activity SET verb = 'invitation.withdrawn' WHERE org_id = :org AND number = 3", 3),
        ("UPDATE activity SET at = at + interval '1 microsecond' WHERE org_id = :org AND number = 2", 2),
        ('UPDATE activity SET data = data || \'{"role": "hr_partner"}\' WHERE org_id = :org AND number = 5', 5),
        ("UPDATE activity SET marks = '{}' WHERE org_id = :org AND number = 4", 4),
        ("DELETE FROM activity WHERE org_id = :org AND number = 2", 2),
        ("DELETE FROM activity WHERE org_id = :org AND number = 1", 1),
        ("DELETE FROM activity WHERE org_id = :org AND number = 5", 5),
        ("DELETE FROM activity WHERE org_id = :org", 1),
        ("UPDATE activity SET number = -number WHERE org_id = :org AND number = 3", 1),
        ("UPDATE activity_head SET number = 4 WHERE org_id = :org", 6),
        ("UPDATE activity_head SET hash = 'x' WHERE org_id = :org", 5),
        ("UPDATE activity_name SET name = 'Eve' WHERE org_id = :org AND slot = 'name' AND name = 'Zoe 3'", 4),
    ],
)
def test_what_was_done_to_it_is_found_and_where(log, operator, tamper, deed, number):
    tamper(deed, org=log.mia.org_id)
    assert breaks(operator) == [("acme", number)]


def test_two_lines_that_changed_places_are_found(log, operator, tamper):
    tamper(
        "UPDATE activity SET number = 100 WHERE org_id = :org AND number = 2;"
        "UPDATE activity SET number = 2 WHERE org_id = :org AND number = 3;"
        "UPDATE activity SET number = 3 WHERE org_id = :org AND number = 100",
        org=log.mia.org_id,
    )
    assert breaks(operator) == [("acme", 2)]


def test_a_line_moved_to_another_tenants_log_is_found_in_both(log, operator, tamper):
    tamper(
        "DELETE FROM activity_name; UPDATE activity SET org_id = :other, number = 4 WHERE org_id = :org AND number = 5",
        org=log.mia.org_id,
        other=log.max.org_id,
    )
    assert breaks(operator) == [("acme", 5), ("globex", 4)]


@pytest.mark.parametrize("role", [None, "passerelle_owner", "passerelle_gate", "passerelle_operator"])
@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE activity SET verb = 'x'",
        "UPDATE activity SET number = NULL, hash = NULL",
        "DELETE FROM activity",
        "TRUNCATE activity",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_line_whoever_asks(log, operator, _admin, role, deed):
    with _admin.connect() as connection:
        connection.exec_driver_sql("SET session_replication_role = origin")
        connection.exec_driver_sql("ALTER TABLE activity NO FORCE ROW LEVEL SECURITY")
        if role:
            connection.exec_driver_sql(f"SET ROLE {role}")
        try:
            with pytest.raises(sa.exc.DBAPIError, match=r"append-only|permission denied"):
                connection.exec_driver_sql(deed)
        finally:
            connection.exec_driver_sql("RESET ROLE")
            connection.exec_driver_sql("ALTER TABLE activity FORCE ROW LEVEL SECURITY")
    assert operator.scalar(sa.select(sa.func.count()).select_from(Activity)) == 8


def test_a_name_that_is_deleted_leaves_the_chain_whole(log, operator):
    operator.execute(sa.delete(ActivityName).where(ActivityName.org_id == log.mia.org_id))
    operator.commit()
    assert breaks(operator) == []


@pytest.mark.race
def test_sixteen_writers_to_two_logs_neither_block_for_ever_nor_leave_a_gap(cast, operator, operator_engine):
    """Each writes to both logs, in either order, in transactions of several lines."""
    orgs = (cast.mia.org_id, cast.max.org_id)
    errors: list[BaseException] = []
    together = threading.Barrier(16)

    def writer(number: int) -> None:
        try:
            with Session(operator_engine) as session:
                together.wait()
                for _ in range(10):
                    for org_id in orgs if number % 2 else reversed(orgs):
                        write(session, [org_id])
                    write(session, orgs)
                    session.commit()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    for org_id in orgs:
        numbers = operator.scalars(
            sa.select(Activity.number).where(Activity.org_id == org_id).order_by(Activity.number)
        )
        assert list(numbers) == list(range(1, 321))
    assert breaks(operator) == []
