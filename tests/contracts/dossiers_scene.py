"""What the access contract points at in a candidate's dossier: Gus's, whose draft he shows to Abe."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.dossiers.content import Dossier
from marketplace.dossiers.face import Face
from marketplace.dossiers.models import BoardDossier, BoardMandate, DossierComment, DossierVersion
from marketplace.mentorships.models import Mentorship
from tenants.shared import clock
from tests.cast import Cast
from tests.contracts.readiness_scene import COHORT

DOSSIER, VERSION, MANDATE, COMMENT = (4_400_000_000 + number for number in range(4))


def make_dossiers(session: Session, cast: Cast) -> None:
    """After the readiness of the same candidate: it makes the cohort and the pair."""
    now, network = clock.now(), cast.ned.org_id
    pair = session.scalars(sa.select(Mentorship).where(Mentorship.cohort_id == COHORT)).one()
    his = {"org_id": network, "person_id": cast.gus.person_id}
    content = Dossier().kept()
    session.add(
        BoardDossier(
            **his, id=DOSSIER, content=content, published_number=1, shares_draft=True, created_at=now, saved_at=now
        )
    )
    session.flush()
    face = Face().model_dump(mode="json")
    session.add(
        DossierVersion(**his, id=VERSION, dossier_id=DOSSIER, number=1, content=content, face=face, published_at=now)
    )
    seat = {"organisation_name": "Pontval", "role": "non_executive", "from_on": date(2024, 1, 1)}
    session.add(BoardMandate(**his, **seat, id=MANDATE, created_at=now, updated_at=now))
    session.add(
        DossierComment(**pair.pair_key, id=COMMENT, network_id=network, part="whole", words="Shorter.", created_at=now)
    )
    session.flush()
