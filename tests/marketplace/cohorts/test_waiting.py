"""What waits for those who run a cohort reaches them, once a day at most, and again after a week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import sqlalchemy as sa

from marketplace.cohorts import waiting
from marketplace.programmes.modalities import Phase, Side, Timing
from marketplace.programmes.models import Cohort, EnrolmentState
from tests.factories import NOW, TIMELINE, enrol
from tests.marketplace.requests.conftest import letters

BY_HAND = tuple(
    Timing(phase=one.phase, day=one.day, by="hand" if one.phase is Phase.training else "date") for one in TIMELINE
)
DAY = timedelta(days=1)


def test_whoever_runs_a_cohort_hears_of_what_waits(make, cast, operator, work, worker_app, set_clock, mailbox, sign_in):
    cohort = make(timeline=BY_HAND, decide_within=10)
    enrol(operator, cohort, cast.mia, Side.mentee, state=EnrolmentState.awaiting_decision, enrolled_at=None)
    enrol(operator, cohort, cast.pam, Side.mentee, state=EnrolmentState.nominated, enrolled_at=None)
    operator.commit()

    def told_on(moment):
        set_clock(moment)
        waiting.tell_runners.func(SimpleNamespace(additional_context={"app": worker_app}), 0)
        work()
        return len(letters(operator, "cohorts_wait"))

    def latest():
        return " ".join(mailbox.to(cast.ned.email)[-1].get_body(("plain",)).get_content().split())

    assert told_on(NOW) == 0, "the approval begins by its day, and its day is not near"
    # The approval begins on 12 November, and Pam has not answered.
    assert told_on(datetime(2026, 11, 10, 9, tzinfo=UTC)) == 1
    assert "Approval” begins on" in latest() and "not everything before it is done. 1 thing is still open" in latest()
    operator.execute(sa.text("UPDATE cohort_phase SET opened_at = now() WHERE phase = 'approval'"))
    operator.commit()
    assert told_on(datetime(2026, 11, 12, 9, tzinfo=UTC)) == 2
    assert "1 person has awaited your decision for more than 10 days." in latest()
    assert told_on(datetime(2026, 11, 12, 18, tzinfo=UTC)) == 2, "once a day"
    assert told_on(datetime(2026, 11, 13, 9, tzinfo=UTC)) == 2, "nothing new"
    assert told_on(datetime(2026, 11, 19, 9, tzinfo=UTC)) == 3, "after a week it still waits"
    by_hand = datetime(2026, 12, 12, 9, tzinfo=UTC)
    assert told_on(by_hand) == 4
    assert "the day of “Training” has come, and you open it by hand" in latest()
    assert "2 things are still open on the checklists" in latest()
    version = operator.scalar(sa.select(Cohort.version).where(Cohort.id == cohort.id))
    assert version == cohort.version, "an open form of the cohort is not in the way"
    ned = sign_in(cast.ned)
    assert ned.post(f"/bridge/cohorts/{cohort.id}/phases/training/opening", data={"then": "carry"}).status_code == 303
    assert told_on(by_hand + DAY) == 4
