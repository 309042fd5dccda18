"""What is held about a person of a pair beside the requests it came from: what they answered on how it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.mentorships.models import MentorshipAnswer
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_answers(subject: Subject) -> list[dict[str, Any]]:
    answers = db.session.scalars(
        sa.select(MentorshipAnswer)
        .where(MentorshipAnswer.person_id == subject.person_id)
        .order_by(MentorshipAnswer.answered_at)
    )
    return [{"answer": one.answer.value, "at": one.answered_at.isoformat()} for one in answers]


def erase_answers(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.delete(MentorshipAnswer).where(MentorshipAnswer.person_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "mentorship_answers",
        _l("How a mentorship goes on"),
        frozenset({"mentorship_answer.person_id"}),
        export_answers,
        erase_answers,
    )
)
