"""Keeping and giving answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import JSONB, insert

from marketplace.questionnaires.designs import Answers, marks, words_of
from marketplace.questionnaires.models import RoundResponse
from marketplace.questionnaires.queries import Asked
from tenants.shared.database import db
from tenants.shared.errors import Refused


def keep_answers(*, asked: Asked, answers: Answers) -> None:
    """What somebody has answered so far of a questionnaire with names; whatever was sent already stays as it is."""
    one = asked.round
    values = {"version_id": asked.version.id, "content": answers}
    own = {"org_id": one.org_id, "round_id": one.id, "person_id": asked.person_id, "marks": []}
    db.session.execute(
        insert(RoundResponse)
        .values(own | values)
        .on_conflict_do_update(
            index_elements=("org_id", "round_id", "person_id"), set_=values, where=RoundResponse.given_at.is_(None)
        )
    )
    db.session.commit()


def give_answers(*, asked: Asked, answers: Answers, now: datetime) -> None:
    """For good. Nothing else is written in this transaction: whatever it wrote would carry its number.

    Raises ``Refused`` when they were given before, or when the round has closed.
    """
    one, design = asked.round, asked.design
    content: dict[str, Any] = words_of(design, answers) if one.anonymous else answers
    given = sa.func.answer_round(
        one.org_id,
        one.id,
        asked.version.id,
        sa.cast(marks(design, answers), sa.ARRAY(sa.Text())),
        sa.cast(content, JSONB()),
        now,
    )
    became = db.session.scalar(sa.select(given))
    if became == "answered":
        raise Refused(_("You have answered already, and each answers once. What you sent first counts."))
    if became != "given":
        raise Refused(_("This questionnaire has closed, so it takes no more answers. Thank you for wanting to."))
    db.session.commit()
