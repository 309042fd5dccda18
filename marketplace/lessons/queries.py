"""The only reads: lessons of one cohort, for those who write them, and those of earlier cohorts, for whoever designs the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.committee.benches import Bench, bench_or_404
from marketplace.lessons.models import CohortLesson, LessonKind
from marketplace.lessons.themes import THEMES, put_in, value_in
from marketplace.programmes.models import Cohort, CohortState, Programme
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Review:
    """A cohort's closing review as the viewer stands to it. ``runs``: coordinates it; else they sit on its committee."""

    seen: CohortSeen
    runs: bool
    bench: Bench | None = None

    @property
    def cohort(self) -> Cohort:
        return self.seen.cohort


def review_or_404(viewer: Acting, cohort_id: int) -> Review:
    """For those who run it, and while it is open for its committee. A draft has nothing to look back on."""
    if viewer.coordinates:
        seen = cohort_or_404(viewer, cohort_id)
        if seen.runs and seen.cohort.state is not CohortState.draft:
            return Review(seen, True)
    bench = bench_or_404(viewer, cohort_id)
    return Review(bench.seen, False, bench) if not bench.leads else abort(404)


@dataclass(frozen=True, slots=True)
class LessonSeen:
    lesson: CohortLesson
    author: str
    own: bool


def lessons_of(viewer: Acting, review: Review) -> list[LessonSeen]:
    """In the order of their kinds and themes. ``author`` is empty where the viewer does not see whose name it is."""
    query = (
        sa.select(CohortLesson, Person.name)
        .outerjoin(Person, Person.id == CohortLesson.author_person_id)
        .where(CohortLesson.org_id == review.cohort.org_id, CohortLesson.cohort_id == review.cohort.id)
    )
    found = [
        LessonSeen(lesson, name or "", lesson.author_person_id == viewer.person_id)
        for lesson, name in db.session.execute(query)
    ]
    return sorted(found, key=lambda one: _order(one.lesson))


def _order(lesson: CohortLesson) -> tuple[int, int, int]:
    themes = list(THEMES)
    place = themes.index(lesson.theme) if lesson.theme in THEMES else len(themes)
    return list(LessonKind).index(lesson.kind), place, lesson.id


def lesson_or_404(viewer: Acting, review: Review, lesson_id: int) -> CohortLesson:
    """One of the review that the viewer may take off it: their own, or any for those who run the cohort."""
    found = db.session.get(CohortLesson, (review.cohort.org_id, lesson_id))
    if found is None or found.cohort_id != review.cohort.id:
        abort(404)
    return found if review.runs or found.author_person_id == viewer.person_id else abort(404)


def how_many(seen: CohortSeen) -> int:
    """Lessons of a cohort, for those who run it."""
    query = sa.select(sa.func.count()).where(
        CohortLesson.org_id == seen.cohort.org_id, CohortLesson.cohort_id == seen.cohort.id
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Learnt:
    """A lesson of an earlier cohort beside the sheet of its programme. ``fits``: it proposes what the sheet does not say yet."""

    lesson: CohortLesson
    cohort: Cohort
    fits: bool

    @property
    def theme(self) -> str:
        return self.lesson.theme


def learnt(viewer: Acting, programme: Programme, choices: Mapping[str, Any]) -> list[Learnt]:
    """Lessons of the programme's latest cohort that has any, for those who design the next one."""
    latest = db.session.scalar(
        sa.select(Cohort)
        .join(CohortLesson, sa.and_(CohortLesson.org_id == Cohort.org_id, CohortLesson.cohort_id == Cohort.id))
        .where(Cohort.org_id == viewer.org_id, Cohort.programme_id == programme.id)
        .order_by(Cohort.ordinal.desc())
        .limit(1)
    )
    if latest is None:
        return []
    query = sa.select(CohortLesson).where(CohortLesson.org_id == latest.org_id, CohortLesson.cohort_id == latest.id)
    found = [one for one in db.session.scalars(query) if one.theme in THEMES]
    return [Learnt(one, latest, _fits(one, choices)) for one in sorted(found, key=_order)]


def _fits(lesson: CohortLesson, choices: Mapping[str, Any]) -> bool:
    return lesson.proposes and THEMES[lesson.theme].of_sheet and value_in(choices, lesson.theme) != lesson.value


def applied(lessons: Sequence[Learnt], lesson_id: int, choices: Mapping[str, Any]) -> dict[str, Any] | None:
    """The choices as the lesson would have them; None where there is no such lesson, or where they would not hold together."""
    one = next((one.lesson for one in lessons if one.lesson.id == lesson_id and one.lesson.proposes), None)
    return put_in(choices, one.theme, one.value) if one and THEMES[one.theme].of_sheet else None
