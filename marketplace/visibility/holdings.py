"""What is held about who may see a candidate: consents, the card, who looked, what was asked; seats on nomination committees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.visibility.models import (
    BoardCard,
    DossierLink,
    DossierRequest,
    Introduction,
    NominationCommitteeMember,
    Showing,
    Viewing,
)
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register

OF_CANDIDATE = (Viewing, DossierRequest, DossierLink, Introduction, BoardCard, Showing)


def export_showings(subject: Subject) -> list[dict[str, Any]]:
    """The person's consents, who opened what of theirs, and what they were asked and answered."""
    me = subject.person_id
    records: list[dict[str, Any]] = [
        {
            "kind": "consent",
            "organisation": subject.slugs.get(one.org_id, ""),
            "shows": one.what.value,
            "to": subject.firms.get(one.to_org_id, one.to_kind.value) if one.to_org_id else one.to_kind.value,
            "from": one.from_on.isoformat(),
            "until": one.until_on.isoformat(),
            "hidden_from_employer": one.hide_from_employer,
            "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        }
        for one in db.session.scalars(sa.select(Showing).where(Showing.person_id == me).order_by(Showing.id))
    ]
    records += [
        {
            "kind": "viewing",
            "organisation": subject.slugs.get(one.org_id, ""),
            "what": one.what.value,
            "at": one.at.isoformat(),
        }
        for one in db.session.scalars(sa.select(Viewing).where(Viewing.person_id == me).order_by(Viewing.at))
    ]
    records += [
        {
            "kind": "introduction",
            "organisation": subject.slugs.get(one.org_id, ""),
            "seat": one.seat,
            "message": one.message,
            "state": one.state.value,
            "your_word": one.word,
            "at": one.asked_at.isoformat(),
        }
        for one in db.session.scalars(
            sa.select(Introduction).where(Introduction.person_id == me).order_by(Introduction.id)
        )
    ]
    records += [
        {
            "kind": "dossier_request",
            "organisation": subject.slugs.get(one.org_id, ""),
            "reason": one.reason,
            "state": one.state.value,
            "at": one.asked_at.isoformat(),
            "until": one.until_on.isoformat() if one.until_on else None,
        }
        for one in db.session.scalars(
            sa.select(DossierRequest).where(DossierRequest.person_id == me).order_by(DossierRequest.asked_at)
        )
    ]
    records += [
        {
            "kind": "dossier_link",
            "organisation": subject.slugs.get(one.org_id, ""),
            "recipient": one.recipient,
            "until": one.until_on.isoformat(),
            "opened": one.opened,
        }
        for one in db.session.scalars(
            sa.select(DossierLink).where(DossierLink.person_id == me).order_by(DossierLink.id)
        )
    ]
    return records


def erase_showings(subject: Subject, _now: datetime) -> None:
    for model in OF_CANDIDATE:
        gone = sa.delete(model).where(model.person_id == subject.person_id)
        db.session.execute(gone, execution_options={"synchronize_session": False})


def export_seats(subject: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(
        sa.select(NominationCommitteeMember)
        .where(NominationCommitteeMember.person_id == subject.person_id)
        .order_by(NominationCommitteeMember.named_at)
    )
    return [
        {
            "organisation": subject.slugs.get(one.org_id, ""),
            "from": one.named_at.isoformat(),
            "until": one.left_at.isoformat() if one.left_at else None,
        }
        for one in found
    ]


def erase_seats(subject: Subject, _now: datetime) -> None:
    gone = sa.delete(NominationCommitteeMember).where(NominationCommitteeMember.person_id == subject.person_id)
    db.session.execute(gone, execution_options={"synchronize_session": False})


register(
    Holding(
        "visibility",
        _l("Who sees you"),
        frozenset(f"{model.__tablename__}.person_id" for model in OF_CANDIDATE),
        export_showings,
        erase_showings,
        goes=_l("Your consents, your card, who opened it, and what you were asked."),
    ),
    Holding(
        "nomination_committees",
        _l("Your seats on nomination committees"),
        frozenset({"nomination_committee_member.person_id"}),
        export_seats,
        erase_seats,
        goes=_l("That you sit on nomination committees."),
    ),
    Holding(
        "visibility_for_candidates",
        _l("What you opened and asked for your organisation"),
        frozenset(
            "nomination_committee_member.named_by_id viewing.viewer_id dossier_request.asked_by_id "
            "introduction.asked_by_person_id introduction.facilitated_by".split()
        ),
        stays=_l("Which candidates’ cards you opened for your organisation: the candidates are told who looked."),
    ),
)
