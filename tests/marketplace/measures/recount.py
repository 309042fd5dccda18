"""Every measure once more, slowly: over plain rows, one pair after the other, by what its definition says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tenants.shared.database import Base

TABLES = (
    "mentorship meeting goal mentorship_closure mentoring_request enrolment affiliation cohort training_module".split()
)
Row = dict[str, Any]


class Unit(NamedTuple):
    cohort: Row
    mentee_firm: int | None
    mentor_firm: int | None
    value: float


class Recount:
    def __init__(self, session: Session, org_id: int, on: date) -> None:
        session.rollback()
        self.until = datetime.combine(on, datetime.min.time(), UTC)
        self.rows: dict[str, list[Row]] = {}
        for name in TABLES:
            table = Base.metadata.tables[name]
            self.rows[name] = [dict(row) for row in session.execute(sa.select(table)).mappings()]
        self.cohorts = {row["id"]: row for row in self.rows["cohort"] if row["org_id"] == org_id}

    def units(self, measure: str) -> list[Unit]:
        count: Callable[[], Iterator[Unit]] = getattr(self, measure)
        return list(count())

    def pairs(self) -> Iterator[Row]:
        for pair in self.rows["mentorship"]:
            if pair["cohort_id"] in self.cohorts and pair["started_at"] < self.until:
                yield pair

    def ended(self) -> Iterator[Row]:
        return (pair for pair in self.pairs() if pair["state"] == "ended" and pair["ended_at"] < self.until)

    def of(self, table: str, pair: Row) -> list[Row]:
        return [one for one in self.rows[table] if one["mentorship_id"] == pair["id"]]

    def held(self, pair: Row) -> list[Row]:
        return [one for one in self.of("meeting", pair) if one["state"] == "held" and one["ends_at"] < self.until]

    def unit(self, row: Row, value: float) -> Unit:
        return Unit(self.cohorts[row["cohort_id"]], row["org_id"], row["mentor_org_id"], float(value))

    def planned(self, pair: Row) -> bool:
        return any(one["outcome"] == "closed" for one in self.of("mentorship_closure", pair))

    def places(self) -> Iterator[Unit]:
        return (self.unit(pair, 1) for pair in self.pairs())

    def meetings(self) -> Iterator[Unit]:
        return (self.unit(pair, len(self.held(pair))) for pair in self.pairs())

    def hours(self) -> Iterator[Unit]:
        for pair in self.pairs():
            yield self.unit(pair, sum((one["ends_at"] - one["starts_at"]).seconds // 60 for one in self.held(pair)))

    def first_meeting(self) -> Iterator[Unit]:
        for pair in self.pairs():
            if starts := [one["starts_at"] for one in self.held(pair)]:
                yield self.unit(pair, max((min(starts) - pair["started_at"]) / timedelta(days=1), 0))

    def goals(self) -> Iterator[Unit]:
        for pair in self.ended():
            if set_ones := self.of("goal", pair):
                yield self.unit(pair, any(one["state"] == "reached" for one in set_ones))

    def planned_end(self) -> Iterator[Unit]:
        return (self.unit(pair, self.planned(pair)) for pair in self.ended())

    def rematch(self) -> Iterator[Unit]:
        for pair in self.ended():
            limit = pair["ended_at"] + timedelta(days=90)
            if limit < self.until and not self.planned(pair):
                again = [
                    other
                    for other in self.rows["mentorship"]
                    if other["mentee_person_id"] == pair["mentee_person_id"]
                    and pair["started_at"] < other["started_at"] <= limit
                ]
                yield self.unit(pair, bool(again))

    def requests(self) -> Iterator[Row]:
        for one in self.rows["mentoring_request"]:
            if one["cohort_id"] in self.cohorts and one["sent_at"]:
                yield one

    def answer_time(self) -> Iterator[Unit]:
        for one in self.requests():
            at = one["accepted_at"] or (one["closed_at"] if one["state"] == "declined" else None)
            if at and at < self.until:
                yield self.unit(one, (at - one["sent_at"]) / timedelta(days=1))

    def acceptance(self) -> Iterator[Unit]:
        for one in self.requests():
            over = one["closed_at"] if one["state"] in ("declined", "expired") else None
            if (at := one["accepted_at"] or over) and at < self.until:
                yield self.unit(one, one["accepted_at"] is not None)

    def people(self) -> Iterator[tuple[Row, Row]]:
        for one in self.rows["enrolment"]:
            if one["cohort_id"] in self.cohorts and one["created_at"] < self.until:
                yield one, self.cohorts[one["cohort_id"]]

    def trained(self) -> Iterator[Unit]:
        for one, cohort in self.people():
            taught = any(module["cohort_id"] == cohort["id"] for module in self.rows["training_module"])
            if (
                taught
                and one["enrolled_at"]
                and one["enrolled_at"] < self.until
                and cohort["launch_on"] < self.until.date()
            ):
                done = one["trained_at"] is not None and one["trained_at"] < self.until
                mentor = one["side"] == "mentor"
                yield Unit(cohort, None if mentor else one["firm_id"], one["firm_id"] if mentor else None, done)

    def _stayed(self, matched: bool) -> Iterator[Unit]:
        for one, cohort in self.people():
            end = cohort["launch_on"] + timedelta(days=365)
            had = any(
                one["person_id"] in (pair["mentee_person_id"], pair["mentor_person_id"])
                and pair["cohort_id"] == cohort["id"]
                for pair in self.rows["mentorship"]
            )
            if one["side"] == "mentee" and end <= self.until.date() and had is matched:
                left = [
                    tie
                    for tie in self.rows["affiliation"]
                    if tie["person_id"] == one["person_id"]
                    and tie["ended_on"]
                    and cohort["launch_on"] < tie["ended_on"] <= end
                ]
                yield Unit(cohort, None, None, not left)

    def stayed(self) -> Iterator[Unit]:
        return self._stayed(True)

    def stayed_unmatched(self) -> Iterator[Unit]:
        return self._stayed(False)
