"""What is held about a person in matching: pairs that were proposed with them, and their seats in circles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.pairing.models import CircleMember, CohortProposal
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def _of(subject: Subject) -> sa.ColumnElement[bool]:
    return sa.or_(
        CohortProposal.mentee_person_id == subject.person_id, CohortProposal.mentor_person_id == subject.person_id
    )


def export_proposals(subject: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(sa.select(CohortProposal).where(_of(subject)).order_by(CohortProposal.proposed_at))
    return [
        {
            "as": "mentee" if one.mentee_person_id == subject.person_id else "mentor",
            "reason": one.reason,
            "at": one.proposed_at.isoformat(),
        }
        for one in found
    ]


def erase_proposals(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.update(CohortProposal).where(_of(subject)).values(reason=""),
        execution_options={"synchronize_session": False},
    )


def export_seats(subject: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(
        sa.select(CircleMember).where(CircleMember.person_id == subject.person_id).order_by(CircleMember.joined_at)
    )
    return [
        {"joined": one.joined_at.isoformat(), "left": one.left_at.isoformat() if one.left_at else None} for one in found
    ]


def erase_seats(subject: Subject, now: datetime) -> None:
    db.session.execute(
        sa.update(CircleMember)
        .where(CircleMember.person_id == subject.person_id, CircleMember.left_at.is_(None))
        .values(left_at=now),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "proposed_pairs",
        _l("Pairs that were proposed with you"),
        frozenset({"cohort_proposal.mentee_person_id", "cohort_proposal.mentor_person_id"}),
        export_proposals,
        erase_proposals,
        goes=_l("Why a committee thought of you for somebody."),
    ),
    Holding(
        "circles",
        _l("Circles"),
        frozenset({"circle_member.person_id"}),
        export_seats,
        erase_seats,
        goes=_l("Your seats in circles."),
        stays=_l("What you wrote on the notes of a circle: they belong to all of its members."),
    ),
    Holding(
        "matching_for_organisations",
        _l("What you did in matching"),
        frozenset(
            "cohort_proposal.proposed_by_id circle.created_by_id circle_meeting.set_by_id circle_note.saved_by_id".split()
        ),
    ),
)
