"""The measurements measure: every figure comes out, of a population too small for any of them to mean something."""

from __future__ import annotations

import importlib.util
import os

import pytest
import sqlalchemy as sa

from benchmarks.__main__ import NAMES, keep, run
from benchmarks.figures import Figure, table
from benchmarks.stage import Effort

COUNTS = {
    "directory_statements": 6,
    "send_request_statements": 12,
    "cohort_board_statements": 8,
    "dashboard_statements": 12,
}


@pytest.fixture
def server(database: str, copy_database):
    """A superuser's address, and the name of a database that is there already, empty, and is dropped after."""
    name = f"bench_{os.environ.get('TEST_NAME', 'all')}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    copy_database(name)
    yield database, name
    engine = sa.create_engine(
        sa.make_url(database).set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.mark.slow
def test_every_figure_is_measured(server, tmp_path):
    address, name = server
    figures = run(300, (), Effort(rounds=1, seconds=0.2, posts=6), address, name)
    absent = {"worst_page_growth"} if importlib.util.find_spec("matching") else {"worst_page_growth", "match_vs_stable"}
    assert [figure.name for figure in figures] == [name for name in NAMES if name not in absent]
    assert all(figure.value > 0 for figure in figures)
    for figure in figures:
        if most := COUNTS.get(figure.name):
            assert figure.value <= most, "A page sends more statements than it may."
    keep(figures, tmp_path / "bench.jsonl")
    assert len((tmp_path / "bench.jsonl").read_text().splitlines()) == len(figures)


@pytest.mark.parametrize(
    ("bar", "value", "ok"), [(">=0.06", 0.06, True), (">=0.06", 0.05, False), ("<=6", 7, False), ("", 7, True)]
)
def test_a_figure_says_whether_its_bar_is_met(bar, value, ok):
    figure = Figure("some_figure", 10_000, value, bar)
    assert figure.ok is ok
    assert ("MISSED" in table([figure])) is not ok
    assert f'"ok": {"true" if ok else "false"}' in figure.line()
