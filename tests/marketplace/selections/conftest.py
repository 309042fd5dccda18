"""Max sits on Globex' nomination committee, Kate works for Halden, a search firm that Bridge admits; three are shown."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.dossiers.models import BoardDossier, DossierVersion
from marketplace.visibility.models import ShownTo
from tenants.search_firms.models import SearchFirmAdmission
from tenants.shared import clock
from tests.cast import Cast
from tests.contracts.search_firm_scene import make_search_firm
from tests.marketplace.visibility.conftest import FACE, LONG_AGO, consent, inside, seat

__all__ = ["inside"]


def show(session, actor, network_id, *, to=(ShownTo.committees, ShownTo.search_firms), hidden=True, **face):
    """Publish a dossier with this face, and show its card."""
    dossier = BoardDossier(
        org_id=network_id,
        person_id=actor.person_id,
        content={},
        published_number=1,
        created_at=LONG_AGO,
        saved_at=LONG_AGO,
    )
    session.add(dossier)
    session.flush()
    session.add(
        DossierVersion(
            org_id=network_id,
            dossier_id=dossier.id,
            number=1,
            person_id=actor.person_id,
            content={},
            face=FACE | face,
            published_at=LONG_AGO,
        )
    )
    session.flush()
    for kind in to:
        consent(session, actor, network_id, to=kind, hidden=hidden)


@pytest.fixture
def scene(operator, cast):
    """Mia knows finance, Abe risk, Pam little; each card is shown to committees and search firms."""
    bridge = cast.ned.org_id
    everybody: Cast = make_search_firm(operator, cast)
    operator.execute(
        sa.update(SearchFirmAdmission).values(accepted_at=clock.now(), accepted_by_id=everybody.kate.person_id)
    )
    operator.execute(sa.text("UPDATE person SET locale = 'en'"))
    seat(operator, cast.max, cast.gil)
    show(operator, cast.mia, bridge, headline={"en": "Finance, with an audit", "fr": ""}, competencies={"finance": 4})
    show(
        operator,
        cast.abe,
        bridge,
        headline={"en": "Risk in several countries", "fr": ""},
        competencies={"finance": 2, "audit_risk": 4},
        languages=["en"],
        committees=[],
    )
    show(
        operator,
        cast.pam,
        bridge,
        headline={"en": "People and change", "fr": ""},
        competencies={"people": 3},
        sectors=["health"],
        days_a_year=10,
    )
    operator.commit()
    return everybody
