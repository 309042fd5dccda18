"""A network lends a programme's design to its member firms, and takes it back."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.programmes import design_queries as queries
from marketplace.programmes.commands.logging import allow, note
from marketplace.programmes.models import Programme, ProgrammeLoan
from marketplace.programmes.templates_yaml import for_elsewhere
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Refused


def lend_template(*, acting: Acting, programme: Programme, now: datetime) -> None:
    """Lend the design as it is today; lent already, the firms get today's. Rules that name organisations stay here."""
    allow(acting)
    if not acting.in_network:
        raise Refused(_("Only a network lends templates. Export the design as a file instead."))
    values = {
        "name_en": programme.name_en,
        "name_fr": programme.name_fr,
        "choices": for_elsewhere(programme.modalities).model_dump(mode="json"),
        "lent_by_id": acting.person_id,
        "lent_at": now,
        "taken_back_at": None,
    }
    lent = insert(cast(sa.Table, ProgrammeLoan.__table__)).values(
        org_id=acting.org_id, programme_id=programme.id, **values
    )
    db.session.execute(lent.on_conflict_do_update(index_elements=["org_id", "programme_id"], set_=values))
    note("programme.lent", acting, programme, now)
    db.session.commit()


def take_template_back(*, acting: Acting, programme: Programme, now: datetime) -> None:
    """No firm sees it any more; what was made from it stays with whoever made it. Taken back already: nothing happens."""
    allow(acting)
    loan = queries.loan_of(acting, programme)
    if loan is not None:
        loan.taken_back_at = now
        note("programme.loan_ended", acting, programme, now)
    db.session.commit()
