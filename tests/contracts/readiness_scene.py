"""What the access contract points at in a candidate's readiness: Gus's, whom Abe accompanies in a cohort of Bridge."""

from __future__ import annotations

from sqlalchemy.orm import Session

from marketplace.programmes.modalities import Form, Side
from marketplace.readiness.models import ReadinessReading, TargetBoard
from tenants.shared import clock
from tests.cast import Cast
from tests.factories import enrol, make_cohort, make_pair, make_programme

COHORT, ENROLMENT, READING, BOARD = (4_300_000_000 + number for number in range(4))


def make_readiness(session: Session, cast: Cast) -> None:
    now = clock.now()
    programme = make_programme(session, cast.ned, cast.gus, cast.abe, form=Form.board)
    cohort = make_cohort(session, programme, id=COHORT)
    enrol(session, cohort, cast.gus, Side.mentee, id=ENROLMENT)
    enrol(session, cohort, cast.abe, Side.mentor)
    make_pair(session, cohort, cast.gus, cast.abe, started_at=now)
    key = {
        "org_id": cast.gus.org_id,
        "cohort_org_id": cohort.org_id,
        "enrolment_id": ENROLMENT,
        "person_id": cast.gus.person_id,
        "created_at": now,
    }
    session.add(ReadinessReading(**key, id=READING, competency="finance", title="Accounts"))
    session.add(TargetBoard(**key, id=BOARD, sector="energy", updated_at=now))
    session.flush()
