"""The pairs of a cohort that has ended: how often they met, what they reached, how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import cycle
from typing import Any

import psycopg

from dev.demo.evaluation import NETWORK
from dev.demo.rows import Rows
from dev.demo.world import DAY, Mentor, World
from marketplace.measures.jobs import draw_measures_of_organisation

PAIRS = 34
BEGAN = 490
"""Days ago."""


def play_measures(world: World, rows: Rows) -> None:
    """Add the pairs of the first cohort of ``evaluation``: those who stayed, and some who left early."""
    cohort = [row for row in rows.of("cohort") if row["state"] == "closed" and row["form"] == "cross_company"][-1]
    firms = {row["firm_id"] for row in rows.of("enrolment") if row["cohort_id"] == cohort["id"]}
    mentees = [row for row in rows.of("enrolment") if row["cohort_id"] == cohort["id"]]
    apart = {(row["org_id"], row["other_org_id"]) for row in rows.of("conflict_declaration") if "other_org_id" in row}
    known = {member.person_id for member in world.known.values()}
    tied = {member.person_id: member.affiliation_id for member in world.members}
    mentors = cycle(
        [
            one
            for one in world.mentors
            if one.member.org.id in firms and one.published_at and one.member.person_id not in known
        ]
    )
    for number, enrolment in enumerate(mentees[:: max(len(mentees) // PAIRS, 1)][:PAIRS]):
        for _try in range(60):
            mentor = next(mentors)
            two = (enrolment["firm_id"], mentor.member.org.id)
            if two[0] != two[1] and two not in apart and two[::-1] not in apart:
                _pair(world, rows, cohort, enrolment, tied[enrolment["person_id"]], mentor, number)
                break


def _pair(
    world: World,
    rows: Rows,
    cohort: Mapping[str, Any],
    enrolment: Mapping[str, Any],
    affiliation_id: int,
    mentor: Mentor,
    number: int,
) -> None:
    since = world.days_ago(BEGAN - number % 11)
    early = number % 3 == 2
    until = since + (150 + number % 40 if early else 365) * DAY
    two = {"mentee_person_id": enrolment["person_id"], "mentor_person_id": mentor.member.person_id}
    where = {
        "org_id": enrolment["firm_id"],
        **two,
        "mentor_org_id": mentor.member.org.id,
        "mentor_id": mentor.profile_id,
    }
    where |= {"form": cohort["form"], "cadence": "monthly"}
    asked = {
        **rows.of("mentoring_request")[0],
        **where,
        **{"id": world.ids.at(since), "mentee_id": affiliation_id, "state": "confirmed", "holds_place": False},
        **{
            "sent_at": since - (6 + number % 5) * DAY,
            "accepted_at": since - (2 + number % 3) * DAY,
            "closed_at": since,
        },
        **{
            "due_at": None,
            "reminded_at": None,
            "resent_from_id": None,
            "created_at": since - 12 * DAY,
            "updated_at": since,
        },
        **{"cohort_org_id": cohort["org_id"], "cohort_id": cohort["id"]},
    }
    rows.add("mentoring_request", **asked)
    if number % 4 == 0:
        said_no = {
            "id": world.ids.at(since - 20 * DAY),
            "state": "declined",
            "accepted_at": None,
            "closed_at": since - 14 * DAY,
        }
        rows.add("mentoring_request", **asked | said_no | {"sent_at": since - 19 * DAY, "created_at": since - 20 * DAY})
    pair = {
        **rows.of("mentorship")[0],
        **where,
        **{
            "id": world.ids.at(since),
            "request_id": asked["id"],
            "state": "ended",
            "started_at": since,
            "ended_at": until,
        },
        **{"mentee_employer_id": where["org_id"], "mentor_employer_id": where["mentor_org_id"]},
        "ends_on": (since + 365 * DAY).date(),
    }
    rows.add("mentorship", **pair)
    of_pair = {"org_id": pair["org_id"], "mentorship_id": pair["id"], **two}
    for held in range(2 + number % 4 if early else 5 + number % 5):
        at = since + (9 + number % 13 + 32 * held) * DAY
        meeting_id = world.ids.at(at - 7 * DAY)
        rows.add(
            "meeting",
            **dict(rows.of("meeting")[0])
            | {**of_pair, "id": meeting_id, "uid": f"meeting-{meeting_id}@passerelle", "starts_at": at, "state": "held"}
            | {
                "ends_at": at + timedelta(minutes=60),
                "set_by_person_id": two["mentee_person_id"],
                "mentee_said": "held",
            }
            | {"made_at": at - 7 * DAY, "changed_at": at - 7 * DAY, "reminded_at": at - DAY, "asked_at": at + DAY},
        )
    if number % 6:
        reached = not early and number % 5 > 0
        rows.add(
            "goal",
            **dict(rows.of("goal")[0])
            | {**of_pair, "id": world.ids.at(since + 9 * DAY), "place": 0, "created_at": since + 9 * DAY, "success": ""}
            | {"percent": 100 if reached else 40, "state": "reached" if reached else "let_go", "closed_at": until},
        )
    if not early:
        rows.add(
            "mentorship_closure",
            **of_pair,
            id=world.ids.at(until - 14 * DAY),
            proposed_by_person_id=None,
            ends_on=until.date(),
            due_on=until.date(),
            asked_at=until - 14 * DAY,
            agreed_at=None,
            settled_at=until,
            outcome="closed",
        )


def draw_first_measures(connection: psycopg.Connection, world: World) -> None:
    """The worker draws them when it starts, as it would within the hour."""
    draw_measures_of_organisation.configure(connection=connection).defer(org_id=world.orgs[NETWORK].id)
