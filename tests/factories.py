"""Scenes made through the product's own commands, so that a test never starts from what the product could not
produce.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.mentors import commands
from marketplace.mentors.models import MentorProfile
from marketplace.mentorships.models import Mentorship
from marketplace.programmes.modalities import Form, Modalities, Phase, Side, Timing
from marketplace.programmes.models import (
    Cohort,
    CohortPhase,
    CohortState,
    Enrolment,
    EnrolmentState,
    Programme,
    ProgrammeParty,
    ProgrammeState,
    WayIn,
)
from marketplace.requests.models import MentoringRequest, RequestState
from tenants import walls
from tenants.current import Acting
from tenants.shared.database import db
from tests.cast import Actor

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@contextmanager
def acting(app: Flask, actor: Actor) -> Iterator[Acting]:
    """Inside, commands and queries run as ``actor`` in their own workspace, with the web's rights and no
    more.
    """
    with app.test_request_context(f"/{actor.slug}/"):
        entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": actor.token, "slug": actor.slug})
        row = walls.enter(db.session, entry)
        assert row is not None, f"{actor.name} has no tie to {actor.slug}"
        yield Acting.from_row(row)


def publish(app: Flask, actor: Actor, *, now: datetime = NOW, **changes: Any) -> MentorProfile:
    """Publish a cast member's mentor page, after ``changes`` to the draft (see ``drafts.DRAFT_FIELDS``)."""
    with acting(app, actor) as viewer:
        if changes:
            commands.save_draft(acting=viewer, values=changes, now=now)
        profile = commands.publish_profile(acting=viewer, now=now)
        actor.mentor_id = profile.id
        return profile


TIMELINE = tuple(
    Timing(phase=phase, day=day)
    for phase, day in (
        (Phase.call, -120),
        (Phase.nomination, -90),
        (Phase.approval, -60),
        (Phase.training, -30),
        (Phase.matching, -20),
        (Phase.launch, 0),
        (Phase.mid_point, 180),
        (Phase.closing, 360),
    )
)


def make_programme(
    session: Session,
    runner: Actor,
    *firms: Actor,
    form: Form = Form.cross_company,
    state: ProgrammeState = ProgrammeState.open,
    **choices: Any,
) -> Programme:
    """A programme that ``runner``'s organisation runs and the ``firms`` take part in, as rows; the session is flushed."""
    chosen = Modalities(form=form, **({"timeline": TIMELINE} | choices))
    programme = Programme(
        org_id=runner.org_id,
        form=form,
        name_en="Crossing",
        name_fr="Traversée",
        state=state,
        choices=chosen.model_dump(mode="json"),
        created_by_id=runner.person_id,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(programme)
    session.flush()
    for org_id in dict.fromkeys(firm.org_id for firm in firms):
        session.add(ProgrammeParty(org_id=runner.org_id, programme_id=programme.id, firm_id=org_id, asked_at=NOW))
    session.flush()
    session.refresh(programme)
    return programme


def make_cohort(
    session: Session,
    programme: Programme,
    *,
    launch_on: date = date(2027, 1, 11),
    state: CohortState = CohortState.open,
    opened: Phase = Phase.launch,
    **values: Any,
) -> Cohort:
    """A cohort of the programme with its phases, those before ``opened`` and itself opened; the session is flushed."""
    cohort = Cohort(
        **(
            {
                "org_id": programme.org_id,
                "programme_id": programme.id,
                "ordinal": 1,
                "form": programme.form,
                "state": state,
                "choices": programme.choices,
                "launch_on": launch_on,
                "created_by_id": programme.created_by_id,
                "created_at": NOW,
                "updated_at": NOW,
            }
            | values
        )
    )
    session.add(cohort)
    session.flush()
    session.refresh(cohort)
    order = list(Phase)
    for timing in cohort.modalities.timeline:
        session.add(
            CohortPhase(
                org_id=cohort.org_id,
                cohort_id=cohort.id,
                phase=timing.phase,
                starts_on=launch_on + timedelta(days=timing.day),
                by_hand=timing.by == "hand",
                opened_at=NOW if order.index(timing.phase) <= order.index(opened) else None,
            )
        )
    session.flush()
    return cohort


def enrol(session: Session, cohort: Cohort, actor: Actor, side: Side, **values: Any) -> Enrolment:
    """Somebody takes part in the cohort for their firm; the session is flushed."""
    one = Enrolment(
        **(
            {
                "org_id": cohort.org_id,
                "cohort_id": cohort.id,
                "firm_id": actor.org_id,
                "person_id": actor.person_id,
                "side": side,
                "way_in": WayIn.application,
                "state": EnrolmentState.enrolled,
                "consented_at": NOW,
                "enrolled_at": NOW,
                "created_at": NOW,
                "updated_at": NOW,
            }
            | values
        )
    )
    session.add(one)
    session.flush()
    return one


def make_pair(session: Session, cohort: Cohort, mentee: Actor, mentor: Actor, **values: Any) -> Mentorship:
    """The two are a pair of the cohort, as rows; the mentor's page exists already. The session is flushed."""
    between = {
        "org_id": mentee.org_id,
        "mentee_person_id": mentee.person_id,
        "mentor_org_id": mentor.org_id,
        "mentor_id": mentor.mentor_id,
        "mentor_person_id": mentor.person_id,
        "form": cohort.form.value,
    }
    asked = MentoringRequest(
        **between,
        mentee_id=mentee.affiliation_id,
        state=RequestState.confirmed,
        cadence="quarterly",
        holds_place=False,
        sent_at=NOW,
        created_at=NOW,
        updated_at=NOW,
        cohort_org_id=cohort.org_id,
        cohort_id=cohort.id,
    )
    session.add(asked)
    session.flush()
    pair = Mentorship(**between, request_id=asked.id, cadence="quarterly", **({"started_at": NOW} | values))
    session.add(pair)
    session.flush()
    session.refresh(pair)
    return pair
