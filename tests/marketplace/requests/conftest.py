"""The pair of most stories here: Mia (Acme) asks Max (Globex), whose page is published in the network Bridge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.requests import commands, queries
from marketplace.requests.models import MentoringRequest, MessageKind, RequestMessage
from tenants import walls
from tenants.shared.database import db
from tenants.shared.models import Letter
from tests.cast import Actor, Cast, make_mentor
from tests.factories import NOW, acting, publish

GOAL = (
    "In March I take over a team of forty people in two plants, and I would like to learn how to lead people "
    "who know more than I do."
)
WHY = "You went from running one plant to running a region, which is the very step in front of me this year."
BRING = "I come prepared, and I can tell you how your sector looks from an energy company."
SECRET_WORDS = ("forty people", "running a region", "energy company")

FORM = {"goal": GOAL, "why_you": WHY, "what_i_bring": BRING, "cadence": "monthly", "mentoring_form": "cross_company"}
WORDS = {MessageKind.goal: GOAL, MessageKind.why_you: WHY, MessageKind.what_i_bring: BRING}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after the stories begin, unless a test moves the clock."""
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def mentors(app: Flask, cast: Cast, operator: Session) -> Cast:
    """The cast, with the mentor pages of Max (two places), and of Gus and Abe (one place each) published in Bridge."""
    make_mentor(operator, cast.gus, capacity=1, network_ids=[cast.ned.org_id])
    operator.commit()
    for mentor in (cast.max, cast.abe, cast.gus):
        publish(app, mentor)
    return cast


@pytest.fixture
def ask(app: Flask, mentors: Cast) -> Callable[..., int]:
    """Send a request with the product's own command; its id."""

    def asked(mentee: Actor, mentor: Actor, now: Any = NOW) -> int:
        assert mentor.mentor_id
        with acting(app, mentee) as viewer:
            found = queries.askable_mentor_or_404(viewer, mentor.mentor_id)
            return commands.send_request(
                acting=viewer, mentor=found, words=WORDS, form="cross_company", cadence="monthly", now=now
            ).id

    return asked


@pytest.fixture
def step(app: Flask) -> Callable[..., Any]:
    """Take one step of a request as an actor: ``step(cast.max, "decline_request", asked, …)``."""

    def taken(actor: Actor, name: str, request_id: int, now: Any = NOW, **values: Any) -> Any:
        with acting(app, actor) as viewer:
            finder = queries.approval_or_404 if name in EMPLOYER_STEPS else queries.request_or_404
            seen = finder(viewer, request_id)
            if name == "resend_request":
                values["mentor"] = queries.askable_mentor_or_404(viewer, seen.asked.mentor_id)
            return getattr(commands, name)(acting=viewer, seen=seen, now=now, **values)

    return taken


EMPLOYER_STEPS = {"approve_request", "refuse_request"}


@contextmanager
def working(worker_app: Flask, org_id: int) -> Iterator[None]:
    """Inside, the worker's rights in one organisation."""
    with worker_app.app_context():
        walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": org_id}))
        yield


def row(operator: Session, request_id: int) -> MentoringRequest:
    operator.rollback()
    return operator.scalars(
        sa.select(MentoringRequest).where(MentoringRequest.id == request_id).execution_options(populate_existing=True)
    ).one()


def letters(operator: Session, kind: str | None = None) -> list[Letter]:
    operator.rollback()
    query = sa.select(Letter).order_by(Letter.id)
    if kind:
        query = query.where(Letter.kind == kind)
    return list(operator.scalars(query))


def messages(operator: Session, request_id: int) -> list[RequestMessage]:
    operator.rollback()
    return list(
        operator.scalars(
            sa.select(RequestMessage)
            .where(RequestMessage.request_id == request_id)
            .order_by(RequestMessage.created_at, RequestMessage.id)
        )
    )


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The secrets of the links that are made, in order, as only their readers see them."""
    made: list[str] = []

    def token(_size: int) -> str:
        made.append(hashlib.sha256(str(len(made)).encode()).hexdigest())
        return made[-1]

    monkeypatch.setattr("tenants.shared.links.secrets.token_urlsafe", token)
    return made
