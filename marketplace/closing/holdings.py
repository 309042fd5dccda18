"""What is held about a person of a pair by the end of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.closing.models import Certificate, CoordinatorNote, LookBack, MentorshipClosure
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register

KEEP = {"synchronize_session": False}


def _of_pair(table: Any, subject: Subject) -> sa.ColumnElement[bool]:
    return sa.or_(table.mentee_person_id == subject.person_id, table.mentor_person_id == subject.person_id)


def export_endings(subject: Subject) -> list[dict[str, Any]]:
    """What the person wrote at the end, what was written to them, and their words for coordinators."""
    me = subject.person_id
    written = db.session.scalars(sa.select(LookBack).where(_of_pair(LookBack, subject)).order_by(LookBack.id))
    notes = db.session.scalars(
        sa.select(CoordinatorNote).where(CoordinatorNote.person_id == me).order_by(CoordinatorNote.id)
    )
    shown = db.session.scalars(sa.select(Certificate).where(_of_pair(Certificate, subject)).order_by(Certificate.id))
    proposals = db.session.scalars(
        sa.select(MentorshipClosure).where(MentorshipClosure.proposed_by_person_id == me).order_by(MentorshipClosure.id)
    )
    return [
        *(_look_back(one, me) for one in written),
        *({"kind": note.kind.value, "text": note.body, "at": note.created_at.isoformat()} for note in notes),
        *(
            {
                "kind": "certificate",
                "code": certificate.code,
                "at": certificate.issued_at.isoformat(),
                "withdrawn_at": certificate.withdrawn_at.isoformat() if certificate.withdrawn_at else None,
            }
            for certificate in shown
        ),
        *({"kind": "closing proposed", "at": proposal.asked_at.isoformat()} for proposal in proposals),
    ]


def _look_back(one: LookBack, me: int) -> dict[str, Any]:
    return {
        "kind": "look back",
        "by": "me" if one.person_id == me else "the other",
        "helped": one.helped,
        "changed": one.changed,
        "next_step": one.next_step,
        "thanks": one.thanks,
        "on_certificate": one.names_shown.value if one.names_shown else None,
        "organisations_on_certificate": one.firms_shown,
        "at": one.updated_at.isoformat(),
    }


def erase_endings(subject: Subject, now: datetime) -> None:
    """A certificate is a consent, and goes with it. Thanks were written to the other, and stay with them."""
    me = subject.person_id
    db.session.execute(
        sa.update(LookBack)
        .where(LookBack.person_id == me)
        .values(helped="", changed="", next_step="", names_shown=None),
        execution_options=KEEP,
    )
    db.session.execute(sa.delete(CoordinatorNote).where(CoordinatorNote.person_id == me), execution_options=KEEP)
    db.session.execute(
        sa.update(Certificate)
        .where(_of_pair(Certificate, subject))
        .values(
            withdrawn_at=sa.func.coalesce(Certificate.withdrawn_at, now),
            mentee="",
            mentor="",
            mentee_firm="",
            mentor_firm="",
        ),
        execution_options=KEEP,
    )


register(
    Holding(
        "endings",
        _l("How mentorships ended"),
        frozenset(
            {
                "mentorship_closure.proposed_by_person_id",
                "look_back.person_id",
                "coordinator_note.person_id",
            }
        ),
        export_endings,
        erase_endings,
        goes=_l("Certificates with your name, what you wrote when you looked back, and words for your HR partners."),
        stays=_l("Words of thanks that you wrote to the other: they are theirs."),
    )
)

fade(Fading("look_back", ("helped", "changed", "next_step", "thanks")), Fading("coordinator_note"))
