"""Two cohorts of Bridge with pairs of Acme and Globex that met, reached goals, ended: rows, at random but always the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from marketplace.programmes.models import Cohort
from marketplace.requests.models import RequestState
from tenants.shared.database import Base, new_id

SINCE = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(slots=True)
class Played:
    """Rows by table, to be written at once."""

    rows: dict[str, list[dict[str, Any]]]

    def add(self, table: str, **values: Any) -> dict[str, Any]:
        self.rows.setdefault(table, []).append(values)
        return values

    def write(self, connection: sa.Connection) -> None:
        """As they are, without what the product would do beside: no trigger runs."""
        connection.exec_driver_sql("SET session_replication_role = replica")
        for table, rows in self.rows.items():
            connection.execute(sa.insert(Base.metadata.tables[table]), rows)
        connection.exec_driver_sql("SET session_replication_role = origin")


def play(cohorts: list[Cohort], firms: list[int], *, pairs: int = 100, seed: int = 7) -> Played:
    random, played = Random(seed), Played({})
    for cohort in cohorts:
        launch = datetime.combine(cohort.launch_on, datetime.min.time(), UTC)
        key = {"cohort_org_id": cohort.org_id, "cohort_id": cohort.id, "form": cohort.form.value}
        played.add(
            "training_module",
            **{"org_id": cohort.org_id, "id": new_id(), "cohort_id": cohort.id, "kind": "text", "place": 1},
            **{"sides": ["mentee"], "required": True, "created_at": launch, "quiz": {}, "version": 1},
        )
        for number in range(pairs):
            mentee_firm, mentor_firm = random.sample(firms, 2)
            mentee, mentor = _person(played, mentee_firm, cohort, random), _person(played, mentor_firm, cohort, random)
            between = {
                **{"org_id": mentee_firm, "mentee_person_id": mentee, "mentor_org_id": mentor_firm, **key},
                **{"mentor_person_id": mentor, "mentor_id": 1},
            }
            _enrolment(played, cohort, mentee_firm, mentee, "mentee", random)
            _enrolment(played, cohort, mentor_firm, mentor, "mentor", random)
            sent = launch - 30 * DAY + random.random() * 10 * DAY
            for _no in range(random.choice([0, 0, 1])):
                state = random.choice(["declined", "expired", "withdrawn", "sent"])
                closed = None if state == "sent" else sent + random.random() * 12 * DAY
                _request(played, between, RequestState(state), sent, None, closed)
            accepted = sent + random.random() * 9 * DAY
            asked = _request(played, between, RequestState.confirmed, sent, accepted, None)
            if number % 3 == 2:
                continue
            _pair(played, between | {"request_id": asked["id"]}, launch + random.random() * 20 * DAY, random)
    return played


def _person(played: Played, firm: int, cohort: Cohort, random: Random) -> int:
    person = new_id()
    played.add("person", id=person, name="Somebody", locale="en", time_zone="Europe/Paris")
    left = cohort.launch_on + timedelta(days=random.randrange(20, 500)) if random.random() < 0.4 else None
    played.add(
        "affiliation",
        **{"org_id": firm, "id": new_id(), "person_id": person, "role": "member", "job_title": ""},
        **{"work_email": f"{person}@somewhere.example", "ended_on": left},
    )
    return person


def _enrolment(played: Played, cohort: Cohort, firm: int, person: int, side: str, random: Random) -> None:
    made = datetime.combine(cohort.launch_on, datetime.min.time(), UTC) - 60 * DAY
    state = random.choice(
        ["enrolled", "enrolled", "completed", "dropped_out", "awaiting_decision", "waiting", "refused"]
    )
    inside = state in ("enrolled", "completed", "dropped_out")
    played.add(
        "enrolment",
        **{"org_id": cohort.org_id, "id": new_id(), "cohort_id": cohort.id, "firm_id": firm, "person_id": person},
        **{"side": side, "way_in": "nomination", "state": state, "places": 1, "created_at": made, "updated_at": made},
        **{"enrolled_at": made + 9 * DAY if inside else None, "version": 1, "confirmed": []},
        trained_at=made + 20 * DAY if inside and random.random() < 0.6 else None,
    )


def _request(
    played: Played, between: dict[str, Any], state: RequestState, sent: datetime, accepted: Any, closed: Any
) -> dict[str, Any]:
    return played.add(
        "mentoring_request",
        **between,
        **{"id": new_id(), "mentee_id": 1, "state": state.value, "holds_place": False, "sent_at": sent},
        **{"accepted_at": accepted, "closed_at": closed, "created_at": sent, "updated_at": sent, "version": 1},
    )


def _pair(played: Played, between: dict[str, Any], started: datetime, random: Random) -> None:
    state = random.choice(["running", "paused", "ended", "ended", "ended"])
    ended = started + random.randrange(60, 330) * DAY if state == "ended" else None
    pair = played.add(
        "mentorship",
        **between,
        **{"id": new_id(), "state": state, "started_at": started, "ended_at": ended, "ends_on": None},
        **{"paused_at": started + 40 * DAY if state == "paused" else None, "cadence": "monthly"},
        mentee_employer_id=between["org_id"],
        mentor_employer_id=between["mentor_org_id"],
    )
    people = {name: pair[name] for name in ("org_id", "mentee_person_id", "mentor_person_id")}
    of_pair = people | {"mentorship_id": pair["id"]}
    quiet = state == "running" and random.random() < 0.4
    played.add(
        "mentorship_pulse",
        **of_pair,
        **{"last_sign_at": started, "over": state == "ended", "paused_at": pair["paused_at"]},
        hinted_at=started + 60 * DAY if quiet else None,
    )
    for number in range(random.randrange(5)):
        at = started + (3 + 20 * number + random.randrange(9)) * DAY
        held = random.choice(["held", "held", "held", "missed", "planned"])
        played.add(
            "meeting",
            **of_pair,
            **{
                "id": new_id(),
                "uid": str(new_id()),
                "sequence": 0,
                "starts_at": at,
                "made_at": started,
                "changed_at": started,
            },
            **{"ends_at": at + random.choice([HOUR, HOUR / 2, 1.5 * HOUR]), "zone": "Europe/Paris", "state": held},
            **{"place": "", "video_url": "", "agenda": "", "set_by_person_id": pair["mentee_person_id"]},
        )
    for number in range(random.randrange(3)):
        played.add(
            "goal",
            **of_pair,
            **{
                "id": new_id(),
                "title": "Something",
                "success": "",
                "place": number,
                "percent": 50,
                "created_at": started,
            },
            state=random.choice(["open", "reached", "let_go"]),
        )
    if ended and random.random() < 0.5:
        played.add("mentorship_closure", **of_pair, id=new_id(), asked_at=started, settled_at=ended, outcome="closed")
    elif ended and random.random() < 0.5:
        asked = {**between, "id": new_id(), "mentor_person_id": new_id()}
        del asked["request_id"]
        later = {**of_pair, "id": new_id(), "mentor_person_id": asked["mentor_person_id"]}
        start = ended + random.randrange(10, 140) * DAY
        played.add(
            "mentorship",
            **asked,
            **{
                "request_id": later["id"],
                "state": "running",
                "started_at": start,
                "cadence": "monthly",
                "ended_at": None,
            },
            **{"ends_on": None, "paused_at": None, "mentee_employer_id": asked["org_id"]},
            mentor_employer_id=asked["mentor_org_id"],
        )
        played.add(
            "mentorship_pulse",
            **{name: asked[name] for name in ("org_id", "mentee_person_id", "mentor_person_id")},
            **{
                "mentorship_id": asked["id"],
                "last_sign_at": start,
                "over": False,
                "paused_at": None,
                "hinted_at": None,
            },
        )


def every(rows: dict[str, list[dict[str, Any]]], table: str, **where: Any) -> Iterator[dict[str, Any]]:
    return (row for row in rows.get(table, ()) if all(row[name] == value for name, value in where.items()))
