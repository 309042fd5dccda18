"""What is held about a person in programmes: how they came into cohorts, and what they decided there for others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.programmes.models import COUNTED, Enrolment, EnrolmentState
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def export_enrolments(subject: Subject) -> list[dict[str, Any]]:
    own = db.session.scalars(
        sa.select(Enrolment).where(Enrolment.person_id == subject.person_id).order_by(Enrolment.created_at)
    )
    return [
        {
            "side": one.side.value,
            "way_in": one.way_in.value,
            "state": one.state.value,
            "reason": one.reason,
            "answer": one.answer,
            "since": _iso(one.created_at),
            "enrolled": _iso(one.enrolled_at),
            "ended": _iso(one.ended_at),
        }
        for one in own
    ]


def erase_enrolments(subject: Subject, now: datetime) -> None:
    """The row stays, so that a cohort's counts stay true; the words go, and nobody waits for the person any more."""
    over = sa.case(
        (Enrolment.state == EnrolmentState.completed, EnrolmentState.completed), else_=EnrolmentState.dropped_out
    )
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.person_id == subject.person_id)
        .values(
            answer="",
            due_at=None,
            state=sa.case((Enrolment.state.in_(COUNTED), over), else_=Enrolment.state),
            ended_at=sa.func.coalesce(Enrolment.ended_at, now),
        ),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "enrolments",
        _l("Programmes"),
        frozenset({"enrolment.person_id"}),
        export_enrolments,
        erase_enrolments,
        goes=_l("The answers that you were given in programmes."),
        stays=_l("That somebody took part in a cohort, without a name: its counts stay true."),
    ),
    Holding(
        "programmes_for_organisations",
        _l("What you did for a programme"),
        frozenset(
            "cohort.created_by_id enrolment.decided_by_id enrolment.nominated_by_id programme.created_by_id "
            "programme_asking.asked_by_id programme_loan.lent_by_id programme_version.saved_by_id".split()
        ),
    ),
)
