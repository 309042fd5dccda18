"""A cohort of Bridge: Mia (Acme, Paris) and Pam (Acme) are mentees, Max (Globex, Toronto) a mentor; Ned runs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.events import commands, queries
from marketplace.events.models import Answer, Event, EventGuest, EventKind
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort
from marketplace.programmes.queries import cohort_or_404, run_cohort_or_404
from tenants.accounts.models import Person
from tenants.shared import jobs
from tests.cast import Actor, Cast
from tests.factories import NOW, acting, enrol, make_cohort, make_programme

DAY = timedelta(days=1)
LAUNCH = NOW + 10 * DAY


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock; it stands an hour after the stories begin."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)

    set_clock(NOW + timedelta(hours=1))
    return set_clock


@pytest.fixture
def cohort(operator: Session, cast: Cast) -> Cohort:
    operator.execute(sa.update(Person).where(Person.id == cast.max.person_id).values(time_zone="America/Toronto"))
    made = make_cohort(operator, make_programme(operator, cast.ned, cast.mia, cast.max))
    enrol(operator, made, cast.mia, Side.mentee)
    enrol(operator, made, cast.pam, Side.mentee)
    enrol(operator, made, cast.max, Side.mentor)
    operator.commit()
    return made


def plan(cast: Cast, **changes: Any) -> commands.Plan:
    return commands.Plan(
        **(
            {
                "kind": EventKind.launch,
                "title_en": "We begin",
                "title_fr": "Nous commençons",
                "words_en": "An hour to meet.",
                "words_fr": "",
                "starts_at": LAUNCH,
                "minutes": 60,
                "zone": "Europe/Paris",
                "place": "Lyon",
                "video_url": "https://meet.example/launch",
                "capacity": None,
                "sides": ["mentor", "mentee"],
                "host_id": cast.ned.person_id,
            }
            | changes
        )
    )


@pytest.fixture
def make_event(app: Flask, cast: Cast, cohort: Cohort) -> Callable[..., Event]:
    """An event by the product's own commands; published unless told otherwise."""

    def made(*, published: bool = True, **changes: Any) -> Event:
        with acting(app, cast.ned) as viewer:
            seen = run_cohort_or_404(viewer, cohort.id)
            event = commands.add_event(acting=viewer, seen=seen, plan=plan(cast, **changes), now=NOW)
            if published:
                commands.publish_event(acting=viewer, event=event, now=NOW)
        return event

    return made


@pytest.fixture
def as_host(app: Flask, cast: Cast) -> Callable[..., Any]:
    """Run a command on an event as Ned."""

    def run(name: str, event: Event, *, now: datetime = NOW, **values: Any) -> Any:
        with acting(app, cast.ned) as viewer:
            there = queries.event_or_404(viewer, run_cohort_or_404(viewer, event.cohort_id), event.id)
            return getattr(commands, name)(acting=viewer, event=there.event, now=now, **values)

    return run


@pytest.fixture
def answer(app: Flask) -> Callable[..., str]:
    def said(actor: Actor, event: Event, what: str, now: datetime = NOW) -> str:
        with acting(app, actor) as viewer:
            there = queries.event_or_404(viewer, cohort_or_404(viewer, event.cohort_id), event.id)
            return commands.answer_event(acting=viewer, event=there.event, answer=Answer(what), now=now)

    return said


def guest(operator: Session, event: Event, actor: Actor) -> EventGuest | None:
    operator.rollback()
    return operator.scalar(
        sa.select(EventGuest)
        .where(EventGuest.event_id == event.id, EventGuest.person_id == actor.person_id)
        .execution_options(populate_existing=True)
    )


def announce(operator: Session, event: str, **arguments: Any) -> None:
    """What another feature would announce."""
    jobs.announce(event, session=operator, **arguments)
    operator.commit()
