"""The only writes: somebody's own answer, the smallest group, and the drawing of a month's figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.evaluation.models import EquityAnswer, EvaluationSetting, Gender
from marketplace.evaluation.policy import may_set_minimum_group
from marketplace.evaluation.words import PURPOSE
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden


def answer(*, acting: Acting, gender: Gender, now: datetime) -> None:
    """Keep what the person says of themselves, under the statement that is shown now. No log tells of it."""
    values = {"gender": gender, "statement": PURPOSE.number, "given_at": now}
    statement = insert(cast(sa.Table, EquityAnswer.__table__)).values(person_id=acting.person_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    db.session.commit()


def withdraw_answer(*, acting: Acting) -> None:
    """Nothing is kept of it; withdrawn twice is no error."""
    db.session.execute(sa.delete(EquityAnswer).where(EquityAnswer.person_id == acting.person_id))
    db.session.commit()


def set_minimum_group(*, acting: Acting, people: int, now: datetime) -> None:
    """From the next drawing on, no figure of the organisation's cohorts comes from fewer people; the database refuses under 5."""
    if not may_set_minimum_group(acting):
        raise Forbidden(_("An administrator of your organisation sets this."))
    statement = insert(cast(sa.Table, EvaluationSetting.__table__)).values(org_id=acting.org_id, minimum_group=people)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id"], set_={"minimum_group": people}))
    record(
        "evaluation.minimum_group_set",
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", acting.org_id),
        actor=(acting.person_id, acting.person_name),
        data={"number": people},
    )
    db.session.commit()


def draw_figures(*, on: date, now: datetime) -> int:
    """Draw the figures of the organisation whose job this is, as of the beginning of ``on`` (the first day of a month).

    Returns how many rows may be shown; 0 where that month, or a later one, was drawn already.
    """
    drawn: int = db.session.execute(sa.select(sa.func.draw_figures(on, now))).scalar_one()
    db.session.commit()
    return drawn
