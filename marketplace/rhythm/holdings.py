"""What is held about a person in the rhythm of their pairs: answers, proposals, pauses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.rhythm.models import CheckInAnswer, Extension, Pause
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register


def export_answers(subject: Subject) -> list[dict[str, Any]]:
    """One's own, and what the other shared."""
    answers = db.session.scalars(sa.select(CheckInAnswer).order_by(CheckInAnswer.answered_at, CheckInAnswer.id))
    return [
        {
            "by": "me" if one.author_person_id == subject.person_id else "the other",
            "how": one.how,
            "said": one.said,
            "shared": one.shared,
            "at": one.answered_at.isoformat(),
        }
        for one in answers
    ]


def erase_answers(subject: Subject, _now: datetime) -> None:
    """What one kept to oneself goes; what was shared was written to the other, who keeps it."""
    db.session.execute(
        sa.delete(CheckInAnswer).where(
            CheckInAnswer.author_person_id == subject.person_id, CheckInAnswer.shared.is_(False)
        ),
        execution_options={"synchronize_session": False},
    )


def export_pauses(subject: Subject) -> list[dict[str, Any]]:
    pauses = db.session.scalars(sa.select(Pause).order_by(Pause.asked_at, Pause.id))
    return [
        {
            "by": "me" if one.asked_by_id == subject.person_id else "the other",
            "reason": one.reason.value,
            "words": one.words,
            "from": one.begins_on.isoformat(),
            "until": one.until_on.isoformat(),
            "state": one.state.value,
        }
        for one in pauses
    ]


def erase_pauses(subject: Subject, _now: datetime) -> None:
    """Why somebody paused is theirs."""
    db.session.execute(
        sa.delete(Pause).where(Pause.asked_by_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


def export_extensions(subject: Subject) -> list[dict[str, Any]]:
    proposed = db.session.scalars(sa.select(Extension).order_by(Extension.proposed_at, Extension.id))
    return [
        {
            "by": "me" if one.proposed_by_id == subject.person_id else "the other",
            "until": one.ends_on.isoformat(),
            "state": one.state.value,
            "at": one.proposed_at.isoformat(),
        }
        for one in proposed
    ]


register(
    Holding(
        "check_ins",
        _l("Check-ins"),
        frozenset({"check_in_answer.author_person_id"}),
        export_answers,
        erase_answers,
        goes=_l("Answers to check-ins that you kept to yourself."),
        stays=_l("Answers that you shared with your partner: they were written to them."),
    ),
    Holding(
        "pauses",
        _l("Pauses"),
        frozenset({"mentorship_pause.asked_by_id"}),
        export_pauses,
        erase_pauses,
        goes=_l("Why you paused a mentorship, and when."),
    ),
    Holding(
        "extensions",
        _l("Later ends that were proposed"),
        frozenset({"mentorship_extension.proposed_by_id"}),
        export_extensions,
        stays=_l("That a later end was proposed, without your name."),
    ),
)

fade(Fading("check_in_answer", ("said",)), Fading("mentorship_pause"))
