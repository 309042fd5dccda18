"""Events and training of the demo's cohorts: events past and to come with their answers, and the ready modules half done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dev.demo.rows import Rows
from dev.demo.world import DAY, World
from marketplace.programmes.modalities import Form
from marketplace.training.defaults import ready_modules

IN = ("enrolled", "completed")
ZONE = "Europe/Paris"

# (kind, days from today, titles, words, places)
PRESENT = (
    ("training", -6, ("Meet the mentors’ trainer", "Rencontre avec la formatrice"), ("", ""), None),
    (
        "launch",
        14,
        ("We begin", "Nous commençons"),
        (
            "An hour to meet each other and to hear what the year will be like. Bring the question you most want answered.",
            "Une heure pour se rencontrer et savoir à quoi ressemblera l’année. Apportez la question qui vous tient à cœur.",
        ),
        None,
    ),
    (
        "workshop",
        33,
        ("Asking better questions", "Mieux questionner"),
        (
            "A workshop in a small group, so there are few places.",
            "Un atelier en petit groupe ; les places sont donc peu nombreuses.",
        ),
        8,
    ),
)
PAST = (("launch", -380, ("We begin", "Nous commençons"), ("", ""), None),)


def play_training(world: World, rows: Rows, seed: int) -> None:
    """Add them to every cohort there is; people without a training keep none."""
    rng = Random(f"{seed} training")
    for cohort in rows.of("cohort"):
        people = [one for one in rows.of("enrolment") if one["cohort_id"] == cohort["id"] and one["state"] in IN]
        present = cohort["launch_on"] >= world.now.date()
        for plan in PRESENT if present else PAST:
            _event(world, rows, rng, cohort, people, plan)
        if present:
            _modules(world, rows, rng, cohort, people)


def _event(
    world: World, rows: Rows, rng: Random, cohort: Mapping[str, Any], people: list[Mapping[str, Any]], plan: Any
) -> None:
    kind, days, titles, words, capacity = plan
    starts_at = (world.now + days * DAY).replace(hour=16, minute=0, second=0, microsecond=0)
    # On a Tuesday, on the same side of today.
    starts_at += timedelta(days=(1 - starts_at.weekday()) % 7 - (7 if days < 0 else 0))
    made = min(starts_at, world.now) - 12 * DAY
    event_id, over = world.ids.at(made), starts_at < world.now
    rows.add(
        "event",
        org_id=cohort["org_id"],
        id=event_id,
        cohort_id=cohort["id"],
        kind=kind,
        state="published",
        title_en=titles[0],
        title_fr=titles[1],
        words_en=words[0],
        words_fr=words[1],
        starts_at=starts_at,
        minutes=90 if kind == "workshop" else 60,
        zone=ZONE,
        place="",
        video_url="https://meet.example/crossings",
        capacity=capacity,
        sides=sorted({one["side"] for one in people}) or ["mentor", "mentee"],
        host_id=cohort["created_by_id"],
        uid=f"event-{event_id}@passerelle",
        sequence=0,
        created_at=made,
        published_at=made,
        reminded_at=starts_at - DAY if over else None,
        version=2,
    )
    seats = 0
    for number, one in enumerate(people):
        answer = None if number == 0 and not over else rng.choice(("yes",) * 6 + ("maybe", "no", None))
        seat = answer == "yes" and (capacity is None or seats < capacity)
        seats += seat
        answered = made + timedelta(days=1 + number % 5, hours=number)
        came = over and seat and rng.random() < 0.9
        rows.add(
            "event_guest",
            org_id=cohort["org_id"],
            id=world.ids.at(made),
            event_id=event_id,
            person_id=one["person_id"],
            invited_at=made,
            answer=answer,
            answered_at=answered if answer else None,
            seat=seat,
            waiting_at=answered if answer == "yes" and not seat else None,
            moved_at=None,
            told_at=None,
            told_sequence=0,
            withdrawn_at=None,
            attended_at=starts_at + timedelta(minutes=4) if came else None,
            attended_by="code" if came and number % 3 else "host" if came else None,
            tries=0,
            tried_at=None,
        )


def _modules(world: World, rows: Rows, rng: Random, cohort: Mapping[str, Any], people: list[Mapping[str, Any]]) -> None:
    """The ready ones. Somebody in every three is done, somebody in the middle; the first person has one left to do."""
    made: datetime = world.now - 25 * DAY
    kept: list[Mapping[str, Any]] = []
    for place, ready in enumerate(ready_modules(Form(cohort["choices"]["form"])), 1):
        row: dict[str, Any] = {
            "org_id": cohort["org_id"],
            "id": world.ids.at(made),
            "cohort_id": cohort["id"],
            "kind": ready["kind"],
            "place": place,
            "sides": ready["sides"],
            "required": ready["required"],
            "title_en": ready["title_en"],
            "title_fr": ready["title_fr"],
            "body_en": ready["body_en"],
            "body_fr": ready["body_fr"],
            "minutes": ready["minutes"],
            "video_url": "",
            "event_id": None,
            "quiz": ready["quiz"],
            "pass_percent": 70,
            "tries": 0,
            "created_at": made,
            "removed_at": None,
            "version": 1,
            "competencies": [],
        }
        rows.add("training_module", **row)
        kept.append(row)
    for number, one in enumerate(people):
        own = [row for row in kept if one["side"] in row["sides"]]
        done = own if number % 3 == 2 else own[: 2 if number == 0 else rng.randint(0, 2)]
        for module in done:
            at = made + timedelta(days=2 + number % 9, hours=module["place"])
            rows.add(
                "training_progress",
                org_id=cohort["org_id"],
                id=world.ids.at(at),
                cohort_id=cohort["id"],
                module_id=module["id"],
                person_id=one["person_id"],
                tries=1 if module["kind"] == "quiz" else 0,
                best=100 if module["kind"] == "quiz" else 0,
                done_at=at,
                updated_at=at,
            )
        trained = made + timedelta(days=3 + number % 9) if own and done == own else None
        if one["trained_at"] != trained:
            rows.change("enrolment", one["id"], trained_at=trained)
