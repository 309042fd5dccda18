"""Two cohorts that have ended, large enough for figures, and what their people say of themselves; one firm has too few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import psycopg

from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, World
from marketplace.evaluation.jobs import draw_figures_of_organisation
from marketplace.programmes.modalities import Form
from marketplace.programmes.templates_ready import ready_templates

NETWORK = "chevetre"
# firm: (women, men, of whom so many of each stayed to the end)
ASCENTS = {
    "solvarde": (8, 7, (8, 7)),
    "aguaverra": (7, 7, (7, 7)),
    "rhenwald": (11, 9, (5, 4)),
    "cirrovia": (9, 6, (9, 6)),
    "polderhuis": (3, 8, (3, 8)),
}
# firm: (women, men, how far they came)
SEATS = {
    "lumen-energie": (7, 6, ("completed", "assessed", "introduced")),
    "nordal": (6, 6, ("assessed",)),
    "trevanne": (7, 7, ("completed",)),
    "orvenne": (6, 6, ()),
}
SILENT = 7
"""One in so many says nothing."""


def play_evaluation(world: World, rows: Rows) -> None:
    """Add the cohorts and the answers."""
    answered: set[int] = set()
    ascents = _cohort(world, rows, Form.cross_company, ("Ascents", "Ascensions"), list(ASCENTS), 520)
    for slug, (women, men, (stayed, remained)) in ASCENTS.items():
        for number, member in enumerate(_people(world, rows, slug, women + men)):
            place = number if number < women else number - women
            done = place < (stayed if number < women else remained)
            _enrol(world, rows, ascents, member, "completed" if done else "dropped_out", 500)
            said = "woman" if number < women else "man" if number < women + men - 2 else "unsaid"
            _answer(world, rows, answered, member.person_id, said)
    seats = _cohort(world, rows, Form.board, ("First seats", "Premiers mandats"), list(SEATS), 430)
    for slug, (women, men, stages) in SEATS.items():
        for number, member in enumerate(_people(world, rows, slug, women + men)):
            enrolment_id = _enrol(
                world,
                rows,
                seats,
                member,
                "completed" if "completed" in stages else "dropped_out",
                410,
                trained="assessed" in stages,
            )
            _answer(world, rows, answered, member.person_id, "woman" if number < women else "man")
            if "assessed" in stages:
                _assess(world, rows, seats, member, enrolment_id)
    others = {row["person_id"]: None for row in rows.of("enrolment") if row["enrolled_at"] and row["side"] == "mentee"}
    for number, person_id in enumerate(others):
        if person_id not in answered and number % SILENT:
            _answer(world, rows, answered, person_id, "woman" if number % 2 else "man")


def draw_first_figures(connection: psycopg.Connection, world: World) -> None:
    """The worker draws them when it starts, as it would within the hour."""
    draw_figures_of_organisation.configure(connection=connection).defer(org_id=world.orgs[NETWORK].id)


def _people(world: World, rows: Rows, slug: str, count: int) -> Iterator[Member]:
    """People of a firm who are in no cohort yet and are nobody that one can sign in as."""
    known = {member.person_id for member in world.known.values()}
    taken = known | {row["person_id"] for row in rows.of("enrolment")}
    found = [
        one for one in world.members if one.org.slug == slug and one.role == "member" and one.person_id not in taken
    ]
    yield from found[:count]


def _cohort(
    world: World, rows: Rows, form: Form, names: tuple[str, str], slugs: Sequence[str], days: int
) -> Mapping[str, Any]:
    """A cohort that was launched so many days ago and has closed, with a programme of its own."""
    made, beside = world.days_ago(days + 120), rows.of("cohort")[0]
    choices = ready_templates()[form].modalities.model_dump(mode="json")
    programme_id, cohort_id = world.ids.at(made), world.ids.at(made)
    key = {"org_id": world.orgs[NETWORK].id, "programme_id": programme_id}
    named = {"name_en": names[0], "name_fr": names[1], "choices": choices}
    times = {"created_at": made, "updated_at": made}
    rows.add(
        "programme",
        **dict(rows.of("programme")[0])
        | {"org_id": key["org_id"], "id": programme_id, "form": form.value, "template": form.value, "state": "open"}
        | named
        | times,
    )
    rows.add("programme_version", **key, **named, version=1, saved_by_id=beside["created_by_id"], saved_at=made)
    party = dict(rows.of("programme_party")[0])
    for slug in slugs:
        firm = {"firm_id": world.orgs[slug].id, "asked_at": made, "answered_at": made + DAY}
        rows.add("programme_party", **party | key | firm)
    launch_on = (world.now - days * DAY).date()
    cohort = {**beside, **key, "id": cohort_id, "ordinal": 1, "is_pilot": False, "form": form.value, "state": "closed"}
    cohort |= {"choices": choices, "launch_on": launch_on, **times}
    rows.add("cohort", **cohort)
    for timing in ready_templates()[form].modalities.timeline:
        day = launch_on + timedelta(days=timing.day)
        opened = world.now - (world.now.date() - day) if day <= world.now.date() else None
        phase = {"org_id": key["org_id"], "cohort_id": cohort_id, "phase": timing.phase.value, "starts_on": day}
        rows.add("cohort_phase", **phase, by_hand=False, opened_at=opened, closed_at=None, skipped_at=None)
    return cohort


def _enrol(
    world: World, rows: Rows, cohort: Mapping[str, Any], member: Member, state: str, days: int, *, trained: bool = True
) -> int:
    since, until = world.days_ago(days), world.days_ago(70 if state == "completed" else days - 90)
    enrolment_id = world.ids.at(since)
    rows.add(
        "enrolment",
        **dict(rows.of("enrolment")[0])
        | {"org_id": cohort["org_id"], "id": enrolment_id, "cohort_id": cohort["id"], "firm_id": member.org.id}
        | {"person_id": member.person_id, "side": "mentee", "way_in": "application", "state": state, "answer": ""}
        | {"nominated_by_id": None, "consented_at": since, "enrolled_at": since, "ended_at": until, "due_at": None}
        | {"reason": "" if state == "completed" else "dropped_out", "trained_at": since + 9 * DAY if trained else None}
        | {"state_at": until, "created_at": since, "updated_at": until},
    )
    return enrolment_id


def _answer(world: World, rows: Rows, answered: set[int], person_id: int, gender: str) -> None:
    answered.add(person_id)
    rows.add("equity_answer", person_id=person_id, gender=gender, statement=1, given_at=world.days_ago(60))


def _assess(world: World, rows: Rows, cohort: Mapping[str, Any], member: Member, enrolment_id: int) -> None:
    given = world.days_ago(380)
    found = (row for row in rows.of("readiness_assessment") if row["author_person_id"] == row["mentee_person_id"])
    beside = next(found, None)
    if beside is None:
        return
    rows.add(
        "readiness_assessment",
        **dict(beside)
        | {"org_id": member.org.id, "id": world.ids.at(given), "cohort_org_id": cohort["org_id"]}
        | {"enrolment_id": enrolment_id, "mentorship_id": None, "mentor_person_id": None, "evidence": {}}
        | {"mentee_person_id": member.person_id, "author_person_id": member.person_id, "shown_to": []}
        | {"created_at": given, "saved_at": given, "given_at": given},
    )
