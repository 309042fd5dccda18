"""Write modules and put them in order; do them; answer a quiz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.programmes.queries import CohortSeen
from marketplace.training.completion import settle_training
from marketplace.training.defaults import ready_modules
from marketplace.training.models import (
    ModuleKind,
    QuizAnswer,
    TrainingCertificate,
    TrainingModule,
    TrainingProgress,
)
from marketplace.training.queries import ModuleSeen
from marketplace.training.quizzes import QUESTIONS_MOST, Question, percent_right
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form of a module says."""

    sides: list[str]
    required: bool
    title_en: str
    title_fr: str
    body_en: str
    body_fr: str
    minutes: int
    video_url: str
    event_id: int | None
    pass_percent: int
    tries: int
    competencies: list[str] = field(default_factory=list)


# --- for those who run the cohort ---------------------------------------------------------------------------------------


def add_module(*, acting: Acting, seen: CohortSeen, kind: ModuleKind, sheet: Sheet, now: datetime) -> TrainingModule:
    """At the end of the others. People see it from now on; whoever is trained already stays so."""
    del acting
    module = _new(seen, kind, _last_place(seen) + 1, now, **asdict(sheet))
    db.session.add(module)
    db.session.commit()
    return module


def add_ready_modules(*, acting: Acting, seen: CohortSeen, now: datetime) -> int:
    """Those that come with the product, worded for the form, after what is there; a title that is there is left out. How many."""
    del acting
    _hold_cohort(seen)
    there = set(
        db.session.scalars(
            sa.select(TrainingModule.title_en).where(
                TrainingModule.org_id == seen.cohort.org_id,
                TrainingModule.cohort_id == seen.cohort.id,
                TrainingModule.removed_at.is_(None),
            )
        )
    )
    place, added = _last_place(seen), 0
    for values in ready_modules(seen.cohort.form):
        if values["title_en"] in there:
            continue
        place, added = place + 1, added + 1
        of_kind = {name: value for name, value in values.items() if name != "kind"}
        db.session.add(_new(seen, ModuleKind(values["kind"]), place, now, **of_kind))
    db.session.commit()
    return added


def change_module(*, acting: Acting, module: TrainingModule, sheet: Sheet) -> None:
    """What people did in it stays done."""
    del acting
    for name, value in asdict(sheet).items():
        setattr(module, name, value)
    module.version += 1
    _asks_less(module)
    db.session.commit()


def move_module(*, acting: Acting, seen: CohortSeen, module: TrainingModule, up: bool) -> None:
    """One place up or down; at the end nothing happens."""
    del acting
    _hold_cohort(seen)
    order = list(
        db.session.scalars(
            sa.select(TrainingModule)
            .where(
                TrainingModule.org_id == module.org_id,
                TrainingModule.cohort_id == module.cohort_id,
                TrainingModule.removed_at.is_(None),
            )
            .order_by(TrainingModule.place, TrainingModule.id)
        )
    )
    at = order.index(module)
    to = at - 1 if up else at + 1
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    for place, one in enumerate(order, 1):
        one.place = place
    db.session.commit()


def remove_module(*, acting: Acting, module: TrainingModule, now: datetime) -> None:
    """Nobody has to do it any more; those who have done everything else are trained."""
    del acting
    module.removed_at = now
    module.version += 1
    _asks_less(module)
    db.session.commit()


def set_question(*, acting: Acting, module: TrainingModule, question: Question, number: int | None) -> None:
    """Write a question, or (``number`` empty) add one at the end."""
    del acting
    db.session.refresh(module, with_for_update=True)
    questions = list(module.questions)
    if number is None:
        if len(questions) >= QUESTIONS_MOST:
            raise Refused(_("A quiz has at most %(num)d questions. Make a second one of it.", num=QUESTIONS_MOST))
        questions.append(question)
    elif number < len(questions):
        questions[number] = question
    else:
        raise Refused(_("This question was taken away meanwhile. Open the quiz again."))
    _set_questions(module, questions)


def remove_question(*, acting: Acting, module: TrainingModule, number: int) -> None:
    del acting
    db.session.refresh(module, with_for_update=True)
    _set_questions(module, [one for place, one in enumerate(module.questions) if place != number])


def _set_questions(module: TrainingModule, questions: Sequence[Question]) -> None:
    module.quiz = {"questions": [one.model_dump(mode="json") for one in questions]}
    module.version += 1
    db.session.commit()


# --- for those who take part --------------------------------------------------------------------------------------------


def say_done(*, acting: Acting, there: ModuleSeen, now: datetime) -> None:
    """They have read, watched or worked through it. Raises ``Refused`` for what is done in another way."""
    module = there.module
    if module.kind is ModuleKind.quiz:
        raise Refused(_("A quiz is done when it is passed."))
    if module.kind is ModuleKind.live:
        raise Refused(_("A live session is done by coming to it."))
    progress = _own_progress(acting, module, now)
    progress.done_at = progress.done_at or now
    _settle(acting, module, now)
    db.session.commit()


def answer_quiz(
    *, acting: Acting, there: ModuleSeen, answers: Mapping[int, Sequence[int]], now: datetime
) -> QuizAnswer:
    """One attempt. Raises ``Refused`` when it is passed already, has no question yet, or no attempt is left."""
    module, questions = there.module, there.module.questions
    if not questions:
        raise Refused(_("This quiz has no question yet. Come back later."))
    progress = _own_progress(acting, module, now)
    if progress.done_at is not None:
        raise Refused(_("You have passed this quiz. Your answers are on its page."))
    if module.tries and progress.tries >= module.tries:
        raise Refused(_("You have used every attempt. Whoever runs the programme can give you more."))
    percent = percent_right(questions, answers)
    progress.tries += 1
    progress.best = max(progress.best, percent)
    progress.updated_at = now
    if percent >= module.pass_percent:
        progress.done_at = now
    attempt = QuizAnswer(
        org_id=module.org_id,
        id=new_id(),
        module_id=module.id,
        person_id=acting.person_id,
        attempt=progress.tries,
        answers={str(number): sorted(set(chosen)) for number, chosen in answers.items()},
        percent=percent,
        at=now,
    )
    db.session.add(attempt)
    _settle(acting, module, now)
    db.session.commit()
    return attempt


def withdraw_certificate(*, acting: Acting, certificate: TrainingCertificate, withdrawn: bool, now: datetime) -> None:
    """Nobody can verify it any more, or (``withdrawn`` false) they can again. It is its person's alone to decide."""
    del acting
    certificate.withdrawn_at = now if withdrawn else None
    db.session.commit()


def _own_progress(acting: Acting, module: TrainingModule, now: datetime) -> TrainingProgress:
    """The viewer's row, held until the commit: two windows that answer at once take turns."""
    db.session.execute(
        sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"training {module.id}", acting.person_id)))
    )
    found = db.session.scalar(
        sa.select(TrainingProgress)
        .where(
            TrainingProgress.org_id == module.org_id,
            TrainingProgress.module_id == module.id,
            TrainingProgress.person_id == acting.person_id,
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        found = TrainingProgress(
            org_id=module.org_id,
            id=new_id(),
            cohort_id=module.cohort_id,
            module_id=module.id,
            person_id=acting.person_id,
            tries=0,
            best=0,
            updated_at=now,
        )
        db.session.add(found)
    return found


def _settle(acting: Acting, module: TrainingModule, now: datetime) -> None:
    settle_training(org_id=module.org_id, cohort_id=module.cohort_id, person_id=acting.person_id, now=now)


# --- pieces ---------------------------------------------------------------------------------------------------------------


def _asks_less(module: TrainingModule) -> None:
    """Somebody may have done all that is still asked."""
    db.session.flush()
    jobs.announce("training.changed", org_id=module.org_id, cohort_id=module.cohort_id)


def _new(seen: CohortSeen, kind: ModuleKind, place: int, now: datetime, **values: Any) -> TrainingModule:
    return TrainingModule(
        **(
            {"pass_percent": 70, "tries": 0, "minutes": 0, "video_url": "", "event_id": None, "quiz": {}, "version": 1}
            | values
            | {
                "org_id": seen.cohort.org_id,
                "id": new_id(),
                "cohort_id": seen.cohort.id,
                "kind": kind,
                "place": place,
                "created_at": now,
            }
        )
    )


def _last_place(seen: CohortSeen) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.max(TrainingModule.place)).where(
                TrainingModule.org_id == seen.cohort.org_id, TrainingModule.cohort_id == seen.cohort.id
            )
        )
        or 0
    )


def _hold_cohort(seen: CohortSeen) -> None:
    """Two who put the modules in order at once take turns."""
    db.session.execute(
        sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("training order", seen.cohort.id)))
    )
