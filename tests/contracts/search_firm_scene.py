"""Bridge admits the search firm Halden, whose Kate has yet to accept the rules. She is one of the cast from here on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from tenants.affiliations.models import Role
from tenants.organisations.models import OrganisationKind
from tenants.search_firms.models import SearchFirmAdmission
from tenants.shared import clock
from tests.cast import Cast, make_actor, make_organisation

ADMISSION = 7_100_000_000_000_000_005


def make_search_firm(session: Session, cast: Cast) -> Cast:
    firm = make_organisation(session, "halden", OrganisationKind.search_firm, invited_by_id=cast.ned.org_id)
    kate = make_actor(session, "kate", firm, Role.company_admin)
    session.add(
        SearchFirmAdmission(
            org_id=cast.ned.org_id,
            id=ADMISSION,
            search_firm_id=firm.id,
            statement="Known to our chair.",
            admitted_by_id=cast.ned.person_id,
            admitted_at=clock.now(),
            until_on=clock.today() + timedelta(days=300),
        )
    )
    session.flush()
    return Cast(**cast, kate=kate)
