"""What the access contract points at in a cohort's events and training: Bridge runs it, Mia and Max take part.

Everything has a number of its own that is known beforehand, so that the rows of the contract need no scene to find it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from marketplace.events.models import CohortMaterial, Event, EventGuest, EventKind, EventState
from marketplace.lessons.models import CohortLesson, LessonKind
from marketplace.programmes.modalities import Side
from marketplace.training.models import ModuleKind, TrainingCertificate, TrainingModule
from tenants.shared import clock
from tests.cast import Cast
from tests.factories import enrol, make_cohort, make_programme

COHORT, EVENT, GUEST, READING, QUIZ, FILE, SLIDES, GONE, PAPER, LESSON = (
    2_700_000_000 + number for number in range(10)
)

QUESTION = {
    "words": {"en": "Which?"},
    "options": [{"words": {"en": "This"}, "right": True}, {"words": {"en": "That"}}],
}


def make_training(session: Session, cast: Cast) -> None:
    now = clock.now()
    programme = make_programme(session, cast.ned, cast.mia, cast.max)
    cohort = make_cohort(session, programme, id=COHORT)
    mia = enrol(session, cohort, cast.mia, Side.mentee)
    enrol(session, cohort, cast.max, Side.mentor)
    key: dict[str, Any] = {"org_id": cohort.org_id, "cohort_id": cohort.id}
    written = {"author_person_id": cast.ned.person_id, "written_at": now, "updated_at": now}
    lesson = {"kind": LessonKind.kept, "theme": "events", "words": "The launch.", "of_committee": False}
    session.add(CohortLesson(**key, **written, **lesson, id=LESSON))
    session.add(
        Event(
            **key,
            id=EVENT,
            kind=EventKind.launch,
            state=EventState.published,
            title_en="Launch",
            starts_at=now + timedelta(days=20),
            minutes=60,
            zone="Europe/Paris",
            sides=["mentor", "mentee"],
            host_id=cast.ned.person_id,
            uid=f"event-{EVENT}@passerelle",
            created_at=now,
            published_at=now,
        )
    )
    for number, kind in ((READING, ModuleKind.text), (QUIZ, ModuleKind.quiz), (FILE, ModuleKind.file)):
        session.add(
            TrainingModule(
                **key,
                id=number,
                kind=kind,
                place=1,
                sides=["mentee"],
                title_en=kind.value,
                quiz={"questions": [QUESTION]} if kind is ModuleKind.quiz else {},
                created_at=now,
            )
        )
    session.flush()
    session.add(
        EventGuest(org_id=cohort.org_id, id=GUEST, event_id=EVENT, person_id=cast.mia.person_id, invited_at=now)
    )
    for number, of, removed_at in (
        (SLIDES, {"event_id": EVENT}, None),
        (GONE, {"event_id": EVENT}, now),
        (PAPER, {"module_id": FILE}, None),
    ):
        session.add(
            CohortMaterial(
                **key,
                **of,
                id=number,
                name="a.txt",
                kind="txt",
                size=2,
                content=b"ab",
                added_by_id=cast.ned.person_id,
                created_at=now,
                removed_at=removed_at,
            )
        )
    session.add(
        TrainingCertificate(
            **key,
            enrolment_id=mia.id,
            person_id=cast.mia.person_id,
            title="Training",
            content=b"%PDF",
            issued_at=now,
            code="abcde",
        )
    )
    session.flush()
