"""The only writes: a lesson is written, rewritten by its author, or taken off the review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from marketplace.lessons.models import CohortLesson, LessonKind
from marketplace.lessons.queries import Review
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden


def write_lesson(
    *,
    acting: Acting,
    review: Review,
    kind: LessonKind,
    theme: str,
    words: str,
    next_time: dict[str, Any],
    now: datetime,
) -> CohortLesson:
    """Add a lesson to the review of a cohort. The log tells that there is one, not what it says."""
    lesson = CohortLesson(
        org_id=review.cohort.org_id,
        id=new_id(),
        cohort_id=review.cohort.id,
        kind=kind,
        theme=theme,
        words=words,
        next_time=next_time,
        of_committee=not review.runs,
        author_person_id=acting.person_id,
        written_at=now,
        updated_at=now,
    )
    db.session.add(lesson)
    _note("lesson.written", acting, review, now)
    db.session.commit()
    return lesson


def rewrite_lesson(
    *, acting: Acting, lesson: CohortLesson, kind: LessonKind, words: str, next_time: dict[str, Any], now: datetime
) -> None:
    """Raises ``Forbidden`` to anybody but its author."""
    if lesson.author_person_id != acting.person_id:
        raise Forbidden(_("Only whoever wrote it rewrites it. You may take it off, and write your own."))
    lesson.kind, lesson.words, lesson.next_time, lesson.updated_at = kind, words, next_time, now
    db.session.commit()


def take_off(*, acting: Acting, review: Review, lesson: CohortLesson, now: datetime) -> None:
    db.session.delete(lesson)
    _note("lesson.taken_off", acting, review, now)
    db.session.commit()


def _note(verb: str, acting: Acting, review: Review, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("cohort", review.cohort.id),
        actor=(acting.person_id, acting.person_name),
    )
