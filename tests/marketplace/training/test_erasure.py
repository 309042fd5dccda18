"""What of events and training leaves with a person, and that a place they had is given on."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from marketplace.events import jobs as event_jobs
from marketplace.events.models import EventGuest
from marketplace.training.models import QuizAnswer, TrainingCertificate, TrainingModule, TrainingProgress
from tenants.privacy import jobs
from tenants.shared import clock
from tests.marketplace.events.conftest import LAUNCH, answer, at, cohort, guest, make_event
from tests.tenants.privacy.conftest import downloaded, fresh

__all__ = ["answer", "at", "cohort", "downloaded", "fresh", "make_event"]


@pytest.fixture
def trained(cohort, make_event, answer, sign_in, cast, operator, work):
    """Mia has the last place at an event, and has done every module; Max waits."""
    event = make_event(capacity=1, starts_at=LAUNCH + timedelta(days=30))
    work()
    answer(cast.mia, event, "yes")
    answer(cast.max, event, "yes")
    base = f"/cohorts/{cohort.id}/training"
    sign_in(cast.ned).post(f"/bridge{base}/ready-modules")
    for module in operator.scalars(sa.select(TrainingModule).where(TrainingModule.sides == ["mentee"])):
        path = f"/acme{base}/modules/{module.id}"
        right = {
            f"q{number}": [str(place) for place, option in enumerate(question.options) if option.right]
            for number, question in enumerate(module.questions)
        }
        reply = sign_in(cast.mia).post(f"{path}/answers" if right else f"{path}/completion", data=right)
        assert reply.status_code == 303
    work()
    return event


def test_an_export_has_answers_and_the_certificate(trained, cast, downloaded):
    everything = str(downloaded(cast.mia)[0])
    assert "'percent': 100" in everything and "training/certificate-" in everything
    assert "'answer': 'yes'" in everything
    assert "'percent'" not in str(downloaded(cast.max)[0])


def test_erased_everything_goes_and_the_place_is_given_on(
    trained, cast, fresh, operator, work, worker_app, at, mailbox
):
    operator.rollback()
    for table in (QuizAnswer, TrainingProgress, TrainingCertificate):
        assert operator.scalars(sa.select(table)).all()
    assert fresh(cast.mia).post("/account/privacy/erasure").status_code == 303
    at(clock.now() + timedelta(days=8))
    with worker_app.app_context():
        jobs.find_due_erasures.func.__wrapped__()
        jobs.db.session.commit()
    work()
    operator.rollback()
    for table in (QuizAnswer, TrainingProgress, TrainingCertificate):
        assert operator.scalars(sa.select(table)).all() == []
    assert operator.scalars(sa.select(EventGuest).where(EventGuest.person_id == cast.mia.person_id)).all() == []
    event_jobs.turn_clock_of_events.func(SimpleNamespace(additional_context={"app": worker_app}), 0)
    work()
    assert guest(operator, trained, cast.max).seat
