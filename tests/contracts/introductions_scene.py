"""What the access contract points at in introductions: Gus (Globex), whom Abe of Acme's committee asked, and Ned helps."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from marketplace.visibility.models import (
    DossierRequest,
    Introduction,
    IntroductionState,
    NominationCommitteeMember,
    RequestState,
)
from tenants.shared import clock
from tests.cast import Cast

INTRODUCTION, REQUEST, CARD = (5_100_000_000 + number for number in range(3))


def make_introductions(session: Session, cast: Cast) -> None:
    """After the dossier of the same candidate. His card is on show to nobody."""
    now = clock.now()
    sits = {"person_id": cast.abe.person_id, "affiliation_id": cast.abe.affiliation_id}
    session.add(NominationCommitteeMember(org_id=cast.abe.org_id, **sits, named_by_id=cast.ann.person_id, named_at=now))
    asked = {
        "org_id": cast.ned.org_id,
        "person_id": cast.gus.person_id,
        "seeker_org_id": cast.abe.org_id,
        "card_id": CARD,
    }
    session.add(
        Introduction(
            **asked,
            id=INTRODUCTION,
            asked_by_person_id=cast.abe.person_id,
            seat="Board of Acme",
            message="A talk?",
            state=IntroductionState.met,
            asked_at=now,
            answer_due=now + timedelta(days=14),
            decided_at=now,
            settled_at=now,
            help_asked_at=now,
        )
    )
    session.add(
        DossierRequest(
            **asked,
            id=REQUEST,
            asked_by_id=cast.abe.person_id,
            reason="For our audit chair.",
            state=RequestState.asked,
            asked_at=now,
        )
    )
    session.flush()
