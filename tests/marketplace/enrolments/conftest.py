"""Bridge runs a cross-company programme in which Acme and Globex take part; its cohort takes people in."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from marketplace.enrolments import commands
from marketplace.enrolments.eligibility import profile_of
from marketplace.programmes.modalities import Phase, Side
from marketplace.programmes.models import Cohort, Enrolment
from marketplace.programmes.queries import cohort_or_404
from tenants.shared.database import db
from tests.factories import NOW, acting, make_cohort, make_programme


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW)


@pytest.fixture
def set_clock(monkeypatch):
    return lambda moment: monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)


@pytest.fixture
def make(operator, cast):
    """A cohort in its application phase, with the modalities named."""

    def made(**choices) -> Cohort:
        programme = make_programme(operator, cast.ned, cast.mia, cast.max, **choices)
        cohort = make_cohort(operator, programme, opened=Phase.nomination)
        operator.commit()
        return cohort

    return made


@pytest.fixture
def cohort(make):
    return make()


class Desk:
    """The commands, each as one of the cast with their own rights."""

    def __init__(self, app, operator):
        self.app, self.operator = app, operator

    def read(self, enrolment_id) -> Enrolment:
        self.operator.rollback()
        self.operator.expire_all()
        return self.operator.scalars(sa.select(Enrolment).where(Enrolment.id == enrolment_id)).one()

    def nominate(self, by, cohort, person, side=Side.mentee, *, now=NOW, **options) -> int:
        with acting(self.app, by) as viewer:
            seen = cohort_or_404(viewer, cohort.id)
            profile = profile_of(viewer.org_id, person.person_id)
            return commands.nominate(acting=viewer, seen=seen, profile=profile, side=side, now=now, **options).id

    def apply(self, person, cohort, side=Side.mentee, *, now=NOW, manager="", places=1) -> int:
        with acting(self.app, person) as viewer:
            return commands.apply(
                acting=viewer,
                seen=cohort_or_404(viewer, cohort.id),
                profile=profile_of(viewer.org_id, viewer.person_id),
                side=side,
                places=places,
                manager=manager,
                now=now,
            ).id

    def act(self, by, name, cohort, enrolment_id, *, now=NOW, **options):
        """``name`` of the commands, as ``by``, with what of (seen, cohort, enrolment) it takes."""
        command = getattr(commands, name)
        with acting(self.app, by) as viewer:
            seen = cohort_or_404(viewer, cohort.id)
            known = {
                "seen": seen,
                "cohort": seen.cohort,
                "enrolment": db.session.get(Enrolment, (cohort.org_id, enrolment_id)),
            }
            takes = command.__kwdefaults__ or {}
            named = command.__code__.co_varnames[: command.__code__.co_kwonlyargcount + command.__code__.co_argcount]
            values = {key: value for key, value in known.items() if key in named and key not in takes}
            return command(acting=viewer, now=now, **values, **options)

    def answer(self, person, cohort, enrolment_id, agreed=True, words="", **options):
        return self.act(person, "answer_nomination", cohort, enrolment_id, agreed=agreed, words=words, **options)


@pytest.fixture
def desk(app, operator):
    return Desk(app, operator)


@pytest.fixture
def linked(mailbox):
    """The address (without host) of the link in the latest letter to somebody whose subject holds ``subject``."""

    def found(actor, subject):
        letters = [letter for letter in mailbox.to(actor.email) if subject in str(letter["Subject"])]
        text = letters[-1].get_body(("plain",)).get_content()
        return re.search(r"http://localhost(/links/\S+)", text)[1]

    return found
