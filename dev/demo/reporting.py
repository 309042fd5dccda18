"""What was learnt of the cohort that ended, and its report, which the worker draws when it starts."""

from __future__ import annotations

from typing import Any

import psycopg

from dev.demo.rows import Rows
from dev.demo.world import DAY, World
from marketplace.reports.jobs import begin_cohort_report

# (kind, theme, words, what it proposes)
LESSONS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "changed",
        "months",
        "Twelve months ended just as most pairs had found their pace. Those who went on did so by themselves.",
        {"value": 15},
    ),
    ("changed", "open_requests", "Three requests at once made mentors wait for answers that never came.", {"value": 2}),
    ("kept", "mentor_training", "Mentors who had done the modules met sooner, and said so.", {}),
    ("kept", "events", "The launch in one room: people still speak of it.", {}),
    ("stopped", "call", "Posters brought nobody. Colleagues who had taken part did.", {}),
)


def play_reporting(world: World, rows: Rows) -> None:
    """A closing review of the cohort that ended last among those large enough for figures."""
    cohort = ended(rows)
    for number, (kind, theme, words, next_time) in enumerate(LESSONS):
        written = world.days_ago(60) + number * DAY / 24
        rows.add(
            "cohort_lesson",
            org_id=cohort["org_id"],
            id=world.ids.at(written),
            cohort_id=cohort["id"],
            kind=kind,
            theme=theme,
            words=words,
            next_time=next_time,
            of_committee=False,
            author_person_id=cohort["created_by_id"],
            written_at=written,
            updated_at=written,
        )


def ended(rows: Rows) -> Any:
    """The first cohort that has closed, of several firms."""
    return next(one for one in rows.of("cohort") if one["state"] == "closed" and one["form"] == "cross_company")


def draw_first_report(connection: psycopg.Connection) -> None:
    """The worker draws it when it starts, as it does when a cohort closes."""
    found = connection.execute("SELECT l.org_id, l.cohort_id FROM cohort_lesson l ORDER BY l.id LIMIT 1").fetchone()
    if found:
        begin_cohort_report.configure(connection=connection).defer(org_id=found[0], cohort_id=found[1])
