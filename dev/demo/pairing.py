"""Matching in the demo's cohorts: wishes on both sides, a pair that the committee proposes, and peers who sit in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, World
from marketplace.programmes.modalities import CircleSize, Form, Modalities, Phase, SideRules, Timing, Words

REASON = (
    "You have both taken over a team that somebody else had built, and you work an hour apart. We think that you will not run "
    "out of things to compare."
)
PEERS = Modalities(
    form=Form.peer,
    aims=Words(
        en="People who lead for the first time think along with each other, in small circles.",
        fr="Des personnes qui encadrent pour la première fois réfléchissent ensemble, en petits cercles.",
    ),
    mentees=SideRules(places=24),
    circle=CircleSize(least=3, most=6),
    months=9,
    timeline=(
        Timing(phase=Phase.call, day=-60),
        Timing(phase=Phase.application, day=-45),
        Timing(phase=Phase.matching, day=-10),
        Timing(phase=Phase.launch, day=0),
        Timing(phase=Phase.closing, day=270),
    ),
)
PURPOSE = "The first hundred days with a team: what to leave as it is, and what not."
NOTE = "Next time: each brings one decision that is still open.\nWe begin and end on time."

Person = Mapping[str, Any]


def play_pairing(world: World, rows: Rows, seed: int) -> None:
    """Add them to the cohort that is in its matching, and a cohort of peers beside it."""
    rng = Random(f"{seed} pairing")
    present = next(one for one in rows.of("cohort") if one["state"] == "open" and one["form"] == "cross_company")
    people = [one for one in rows.of("enrolment") if one["cohort_id"] == present["id"] and one["state"] == "enrolled"]
    mentees = [one for one in people if one["side"] == "mentee" and one["trained_at"]]
    mentors = [one for one in people if one["side"] == "mentor"]
    for one in mentees:
        _wish(world, rows, rng, one, [other for other in mentors if other["firm_id"] != one["firm_id"]])
    for one in mentors[:3]:
        _wish(world, rows, rng, one, [other for other in mentees if other["firm_id"] != one["firm_id"]])
    _propose(world, rows, present, mentees, mentors)
    _peers(world, rows, present)


def _wish(world: World, rows: Rows, rng: Random, one: Person, others: Sequence[Person]) -> None:
    for rank, other in enumerate(rng.sample(others, min(3, len(others))), 1):
        rows.add(
            "cohort_wish",
            org_id=one["org_id"],
            enrolment_id=one["id"],
            other_id=other["id"],
            cohort_id=one["cohort_id"],
            person_id=one["person_id"],
            other_person_id=other["person_id"],
            rank=rank,
            wished_at=world.now - 3 * DAY,
        )


def _propose(world: World, rows: Rows, cohort: Person, mentees: Sequence[Person], mentors: Sequence[Person]) -> None:
    """The known mentor is proposed to the first mentee of another firm with whom there is nothing yet."""
    mentor = mentors[0]
    page = next(one for one in world.mentors if one.member.person_id == mentor["person_id"])
    between = {(one["mentee_person_id"], one["mentor_person_id"]) for one in rows.of("mentoring_request")}
    members = {one.person_id: one for one in world.members}
    mentee = next(
        one
        for one in mentees
        if one["firm_id"] != mentor["firm_id"] and (one["person_id"], mentor["person_id"]) not in between
    )
    made = world.now - DAY
    request_id = world.ids.at(made)
    rows.add(
        "mentoring_request",
        org_id=mentee["firm_id"],
        id=request_id,
        mentee_id=members[mentee["person_id"]].affiliation_id,
        mentee_person_id=mentee["person_id"],
        mentor_org_id=mentor["firm_id"],
        mentor_id=page.profile_id,
        mentor_person_id=mentor["person_id"],
        state="sent",
        form=cohort["form"],
        cadence="monthly",
        holds_place=False,
        sent_at=made,
        due_at=made + 14 * DAY,
        reminded_at=None,
        accepted_at=None,
        closed_at=None,
        resent_from_id=None,
        version=1,
        created_at=made,
        updated_at=made,
        cohort_org_id=cohort["org_id"],
        cohort_id=cohort["id"],
    )
    rows.add(
        "cohort_proposal",
        org_id=cohort["org_id"],
        id=world.ids.at(made),
        cohort_id=cohort["id"],
        request_org_id=mentee["firm_id"],
        request_id=request_id,
        mentee_person_id=mentee["person_id"],
        mentor_person_id=mentor["person_id"],
        reason=REASON,
        proposed_by_id=cohort["created_by_id"],
        proposed_at=made,
        undone_at=None,
    )


def _peers(world: World, rows: Rows, beside: Person) -> None:
    """Nine peers of the firms that take part in the other programme; four sit in a circle, the known mentee among them."""
    made, runner, org_id = world.now - 90 * DAY, beside["created_by_id"], beside["org_id"]
    choices = PEERS.model_dump(mode="json")
    programme_id = world.ids.at(made)
    named = {"name_en": "Circles of first-time leaders", "name_fr": "Cercles de nouveaux responsables"}
    rows.add(
        "programme",
        org_id=org_id,
        id=programme_id,
        form="peer",
        state="open",
        **named,
        choices=choices,
        template="peer",
        version=1,
        created_by_id=runner,
        created_at=made,
        updated_at=made,
    )
    key = {"org_id": org_id, "programme_id": programme_id}
    rows.add("programme_version", **key, **named, choices=choices, version=1, saved_by_id=runner, saved_at=made)
    parties = [one for one in rows.of("programme_party") if one["programme_id"] == beside["programme_id"]]
    for party in parties:
        rows.add("programme_party", **{**party, **key, "is_school": False})
    launch_on = (world.now + 6 * DAY).date()
    cohort_id = world.ids.at(made)
    rows.add(
        "cohort",
        org_id=org_id,
        id=cohort_id,
        programme_id=programme_id,
        ordinal=1,
        is_pilot=True,
        form="peer",
        state="open",
        choices=choices,
        launch_on=launch_on,
        created_by_id=runner,
        created_at=made,
        updated_at=made,
        version=1,
    )
    _phases(world, rows, org_id, cohort_id, launch_on)
    firms = {party["firm_id"] for party in parties}
    known = world.known["mentee"]
    others = [one for one in world.mentees if one is not known and one.role == "member" and one.org.id in firms]
    peers = [known, *others[:8]]
    seats = [_enrol(world, rows, org_id, cohort_id, peer) for peer in peers]
    _circle(world, rows, org_id, cohort_id, runner, list(zip(peers, seats, strict=True))[:4])


def _phases(world: World, rows: Rows, org_id: int, cohort_id: int, launch_on: date) -> None:
    begins = [(timing.phase, launch_on + timedelta(days=timing.day)) for timing in PEERS.timeline]
    for number, (phase, day) in enumerate(begins):
        follows = begins[number + 1][1] if number + 1 < len(begins) else None
        ago, later = (world.now.date() - day).days, (world.now.date() - follows).days if follows else -1
        rows.add(
            "cohort_phase",
            org_id=org_id,
            cohort_id=cohort_id,
            phase=phase.value,
            starts_on=day,
            by_hand=False,
            opened_at=world.now - ago * DAY if ago >= 0 else None,
            closed_at=world.now - later * DAY if later >= 0 else None,
            skipped_at=None,
        )


def _enrol(world: World, rows: Rows, org_id: int, cohort_id: int, member: Member) -> int:
    since = world.now - 20 * DAY
    enrolment_id = world.ids.at(since)
    row = {
        **rows.of("enrolment")[0],
        "org_id": org_id,
        "id": enrolment_id,
        "cohort_id": cohort_id,
        "firm_id": member.org.id,
        "person_id": member.person_id,
        "side": "peer",
        "way_in": "application",
        "state": "enrolled",
        "nominated_by_id": None,
        "consented_at": since,
        "enrolled_at": since,
        "ended_at": None,
        "due_at": None,
        "reason": "",
        "answer": "",
        "trained_at": None,
        "state_at": since,
        "created_at": since,
        "updated_at": since,
    }
    rows.add("enrolment", **row)
    return enrolment_id


def _circle(
    world: World, rows: Rows, org_id: int, cohort_id: int, runner: int, seats: Sequence[tuple[Member, int]]
) -> None:
    made = world.now - 3 * DAY
    circle_id = world.ids.at(made)
    rows.add(
        "circle",
        org_id=org_id,
        id=circle_id,
        cohort_id=cohort_id,
        name="North",
        purpose=PURPOSE,
        is_open=True,
        created_by_id=runner,
        created_at=made,
        closed_at=None,
        version=1,
    )
    key = {"org_id": org_id, "circle_id": circle_id}
    for member, enrolment_id in seats:
        rows.add(
            "circle_member",
            **key,
            person_id=member.person_id,
            enrolment_id=enrolment_id,
            firm_id=member.org.id,
            joined_at=made,
            left_at=None,
        )
    first = seats[0][0].person_id
    starts_at = (world.now + 8 * DAY).replace(hour=16, minute=0, second=0, microsecond=0)
    rows.add(
        "circle_meeting",
        org_id=org_id,
        id=world.ids.at(made),
        circle_id=circle_id,
        starts_at=starts_at,
        minutes=90,
        place="https://meet.example/north",
        set_by_id=first,
        cancelled_at=None,
    )
    rows.add("circle_note", **key, body=NOTE, saved_by_id=first, saved_at=made, version=1)
