"""What follows when somebody, or their organisation, changes its name."""

from __future__ import annotations

from marketplace.mentors.cards import rename_cards
from tenants.organisations.models import Organisation
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job


@tenant_job("rename_organisation_on_cards", on="organisation.renamed")
def rename_organisation_on_cards(*, org_id: int) -> None:
    """The cards of its people bear the organisation's present name, and are found by it."""
    rename_cards(org_id, db.session.get_one(Organisation, org_id).name)
    db.session.commit()


@tenant_job("rename_person_on_card", on="person.renamed")
def rename_person_on_card(*, org_id: int, person_id: int) -> None:
    """The person's card in this organisation bears their present name, and is found by it."""
    rename_cards(org_id, db.session.get_one(Organisation, org_id).name, person_id=person_id)
    db.session.commit()
