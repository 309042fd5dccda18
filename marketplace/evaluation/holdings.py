"""What is held of what people say of themselves for figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.evaluation.models import EquityAnswer
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_answer(subject: Subject) -> list[dict[str, Any]]:
    answers = db.session.scalars(sa.select(EquityAnswer).where(EquityAnswer.person_id == subject.person_id))
    return [
        {"gender": one.gender.value, "statement": one.statement, "given_at": one.given_at.isoformat()}
        for one in answers
    ]


def erase_answer(subject: Subject, _now: datetime) -> None:
    """The answer goes. In what was shown, the person stays as a number that is nobody's: their going gives nothing away."""
    db.session.execute(sa.delete(EquityAnswer).where(EquityAnswer.person_id == subject.person_id))
    db.session.execute(sa.select(sa.func.forget_audited()))


register(
    Holding(
        "equity",
        _l("What you say of your gender"),
        frozenset({"equity_answer.person_id"}),
        export_answer,
        erase_answer,
        goes=_l("Your answer about your gender."),
        stays=_l("Figures that were shown: they name nobody."),
    )
)
