"""What is held about a person in matching: wishes, pairs that were proposed with them, and their seats in circles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.pairing.models import CircleMember, CohortProposal, OptOut, Wish
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
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


def export_wishes(subject: Subject) -> list[dict[str, Any]]:
    """Their own. Whom somebody else wished, or did not wish, is that person's."""
    wishes = db.session.scalars(
        sa.select(Wish).where(Wish.person_id == subject.person_id).order_by(Wish.cohort_id, Wish.rank)
    )
    apart = db.session.scalars(sa.select(OptOut).where(OptOut.person_id == subject.person_id).order_by(OptOut.said_at))
    return [
        *({"wish": one.rank, "person": one.other_person_id, "at": one.wished_at.isoformat()} for one in wishes),
        *({"not_with": one.other_person_id, "at": one.said_at.isoformat()} for one in apart),
    ]


def erase_wishes(subject: Subject, _now: datetime) -> None:
    for table in (Wish, OptOut):
        either = sa.or_(table.person_id == subject.person_id, table.other_person_id == subject.person_id)
        db.session.execute(sa.delete(table).where(either), execution_options={"synchronize_session": False})


register(
    Holding(
        "wishes",
        _l("Wishes for a pair"),
        frozenset(
            "cohort_wish.person_id cohort_wish.other_person_id cohort_opt_out.person_id "
            "cohort_opt_out.other_person_id".split()
        ),
        export_wishes,
        erase_wishes,
        goes=_l("Whom you wished to be paired with, and with whom not."),
    ),
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
            "cohort_proposal.proposed_by_id circle.created_by_id circle_meeting.set_by_id circle_note.saved_by_id "
            "proposal_statement.person_id".split()
        ),
    ),
)

# That a pair was proposed, and who said yes, stays for the cohort's figures; so does who sat in which circle.
fade(
    Fading("cohort_proposal", ("reason",), of="cohort"),
    Fading("circle", ("purpose",), of="cohort"),
    Fading("circle_meeting", ("place",), of="cohort"),
    Fading("circle_note", of="cohort"),
    Fading("cohort_wish", of="cohort"),
    Fading("cohort_opt_out", of="cohort"),
)
