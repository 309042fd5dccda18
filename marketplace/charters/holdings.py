"""What is held about a person of a pair by their agreement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.charters.models import AgreementSignature, MentoringAgreement, PairDocument
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register

KEEP = {"synchronize_session": False}


def export_agreements(subject: Subject) -> list[dict[str, Any]]:
    """Every version of the pair's words, with the person's own signatures."""
    signed = {
        one.agreement_id: one
        for one in db.session.scalars(
            sa.select(AgreementSignature).where(AgreementSignature.person_id == subject.person_id)
        )
    }
    me = subject.person_id
    of_mine = sa.or_(MentoringAgreement.mentee_person_id == me, MentoringAgreement.mentor_person_id == me)
    versions = db.session.scalars(sa.select(MentoringAgreement).where(of_mine).order_by(MentoringAgreement.id))
    return [
        {
            "as": "mentee" if one.mentee_person_id == me else "mentor",
            "version": one.number,
            "purpose": one.purpose,
            "contact": one.contact,
            "cadence": one.cadence,
            "ends_on": one.ends_on.isoformat(),
            "rules": one.rules(subject.locale),
            "written_by": "me" if one.written_by_person_id == me else "the other",
            "in_force_at": one.in_force_at.isoformat() if one.in_force_at else None,
            "signed_as": signed[one.id].name if one.id in signed else None,
            "signed_at": signed[one.id].signed_at.isoformat() if one.id in signed else None,
        }
        for one in versions
    ]


def erase_signatures(subject: Subject, _now: datetime) -> None:
    """The name goes, and the papers that bear it; that the other one agreed on these words stays theirs."""
    me = subject.person_id
    db.session.execute(
        sa.update(AgreementSignature).where(AgreementSignature.person_id == me).values(name=""),
        execution_options=KEEP,
    )
    db.session.execute(
        sa.delete(PairDocument).where(sa.or_(PairDocument.mentee_person_id == me, PairDocument.mentor_person_id == me)),
        execution_options=KEEP,
    )


register(
    Holding(
        "mentoring_agreements",
        _l("Mentoring agreements"),
        frozenset(
            {
                "mentoring_agreement.written_by_person_id",
                "agreement_signature.person_id",
                "charter_template.written_by_id",
            }
        ),
        export_agreements,
        erase_signatures,
        goes=_l("Your name under mentoring agreements, and their PDFs."),
        stays=_l("What you and the other agreed on, without your name: they signed it too."),
    )
)

fade(Fading("pair_document", only=("kind", "agreement")), Fading("mentoring_agreement", ("purpose", "contact")))
