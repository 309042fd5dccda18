"""What is held about a person in training: what they did, answered and got."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import undefer

from marketplace.training.models import QuizAnswer, TrainingCertificate, TrainingProgress
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_training(subject: Subject) -> list[dict[str, Any]]:
    """Modules, every attempt at a quiz, and the certificates as files."""
    me = subject.person_id
    done = db.session.scalars(sa.select(TrainingProgress).where(TrainingProgress.person_id == me))
    answers = db.session.scalars(sa.select(QuizAnswer).where(QuizAnswer.person_id == me).order_by(QuizAnswer.at))
    papers = db.session.scalars(
        sa.select(TrainingCertificate)
        .where(TrainingCertificate.person_id == me)
        .options(undefer(TrainingCertificate.content))
    )
    records: list[dict[str, Any]] = [
        {
            "kind": "module",
            "module": str(one.module_id),
            "done": one.done_at.isoformat() if one.done_at else None,
            "attempts": one.tries,
            "best_percent": one.best,
        }
        for one in done
    ]
    records += [
        {
            "kind": "quiz",
            "module": str(one.module_id),
            "attempt": one.attempt,
            "answers": one.answers,
            "percent": one.percent,
            "at": one.at.isoformat(),
        }
        for one in answers
    ]
    for paper in papers:
        path = f"training/certificate-{paper.enrolment_id}.pdf"
        subject.files[path] = paper.content
        records.append(
            {
                "kind": "certificate",
                "file": path,
                "at": paper.issued_at.isoformat(),
                "code": paper.code,
                "withdrawn_at": paper.withdrawn_at.isoformat() if paper.withdrawn_at else None,
            }
        )
    return records


def erase_training(subject: Subject, _now: datetime) -> None:
    for table in (QuizAnswer, TrainingProgress, TrainingCertificate):
        db.session.execute(
            sa.delete(table).where(table.person_id == subject.person_id),
            execution_options={"synchronize_session": False},
        )


register(
    Holding(
        "training",
        _l("Training"),
        frozenset({"training_progress.person_id", "quiz_answer.person_id", "training_certificate.person_id"}),
        export_training,
        erase_training,
        goes=_l("What you did in your training, your answers to quizzes, and your certificates."),
    ),
)
