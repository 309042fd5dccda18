"""What is held about a person in questionnaires. An anonymous answer is nobody's any more: neither given out nor erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.questionnaires.models import RoundInvitation, RoundResponse
from tenants.shared.database import db
from tenants.shared.holdings import Holding, Subject, register


def export_answers(subject: Subject) -> list[dict[str, Any]]:
    given = {one.round_id: one for one in db.session.scalars(sa.select(RoundResponse))}
    invited = db.session.scalars(sa.select(RoundInvitation).order_by(RoundInvitation.round_id))
    return [
        {
            "organisation": subject.slugs.get(one.firm_id),
            "answered": one.answered,
            "answers": given[one.round_id].content if one.round_id in given else None,
        }
        for one in invited
    ]


def erase_answers(subject: Subject, _now: datetime) -> None:
    for table in (RoundResponse, RoundInvitation):
        db.session.execute(
            sa.delete(table).where(table.person_id == subject.person_id),
            execution_options={"synchronize_session": False},
        )


register(
    Holding(
        "questionnaires",
        _l("Questionnaires"),
        frozenset({"round_invitation.person_id", "round_response.person_id"}),
        export_answers,
        erase_answers,
        goes=_l("Answers to questionnaires that carry your name, and that you were asked."),
        stays=_l("Anonymous answers: nobody can tell which are yours."),
    ),
    Holding(
        "questionnaires_for_organisations",
        _l("What you did for a programme"),
        frozenset(
            {
                "questionnaire_version.published_by_id",
                "questionnaire_draft.saved_by_id",
                "questionnaire_round.created_by_id",
            }
        ),
    ),
)
