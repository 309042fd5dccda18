"""What is held about candidates and their mentors: assessments, and what the candidate plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.readiness.models import ReadinessAssessment, ReadinessPlan, ReadinessReading, TargetBoard
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register


def export_readiness(subject: Subject) -> list[dict[str, Any]]:
    """Each assessment that is the person's own or open to them, and their plan, readings and target boards."""
    me = subject.person_id
    records: list[dict[str, Any]] = [
        {
            "kind": "assessment",
            "as": "candidate" if one.mentee_person_id == me else "mentor",
            "by": "me" if one.author_person_id == me else "the other",
            "moment": one.moment.value,
            "levels": one.levels,
            "evidence": one.evidence,
            "given_at": one.given_at.isoformat() if one.given_at else None,
        }
        for one in db.session.scalars(sa.select(ReadinessAssessment).order_by(ReadinessAssessment.id))
    ]
    records += [
        {
            "kind": "plan",
            "target_role": plan.target_role,
            "days_available": plan.days_available,
            "commitments": plan.commitments.get("rows", []),
            "boards_shown_to_mentor": plan.shows_boards,
        }
        for plan in db.session.scalars(sa.select(ReadinessPlan).where(ReadinessPlan.person_id == me))
    ]
    records += [
        {
            "kind": "reading",
            "competency": reading.competency,
            "reading": reading.title or reading.key,
            "done": reading.done_at is not None,
        }
        for reading in db.session.scalars(
            sa.select(ReadinessReading).where(ReadinessReading.person_id == me).order_by(ReadinessReading.id)
        )
    ]
    records += [
        {
            "kind": "target board",
            "name": board.name,
            "sector": board.sector,
            "size": board.size,
            "country": board.country,
            "why": board.why,
            "state": board.state.value,
        }
        for board in db.session.scalars(
            sa.select(TargetBoard).where(TargetBoard.person_id == me).order_by(TargetBoard.id)
        )
    ]
    return records


def erase_readiness(subject: Subject, _now: datetime) -> None:
    """A candidate's goes with all that was said of them; what a mentor gave to somebody stays that person's."""
    me = subject.person_id
    mine = sa.or_(
        ReadinessAssessment.mentee_person_id == me,
        sa.and_(ReadinessAssessment.author_person_id == me, sa.func.cardinality(ReadinessAssessment.shown_to) == 0),
    )
    for statement in (
        sa.delete(ReadinessAssessment).where(mine),
        *(sa.delete(table).where(table.person_id == me) for table in (ReadinessReading, TargetBoard, ReadinessPlan)),
    ):
        db.session.execute(statement, execution_options={"synchronize_session": False})


register(
    Holding(
        "readiness",
        _l("Board readiness"),
        frozenset(
            {
                "readiness_assessment.mentee_person_id",
                "readiness_assessment.author_person_id",
                "readiness_plan.person_id",
                "readiness_reading.person_id",
                "target_board.person_id",
            }
        ),
        export_readiness,
        erase_readiness,
        goes=_l(
            "Your assessments and your mentor’s of you, your learning path, your target boards and your time check."
        ),
        stays=_l("Assessments you gave as a mentor: they were written to the candidate."),
    )
)

fade(Fading("readiness_assessment", ("evidence",)))
