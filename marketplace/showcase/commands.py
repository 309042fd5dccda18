"""What those who run a programme choose for its page."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from marketplace.showcase.models import ProgrammePage
from marketplace.showcase.queries import ProgrammeSeen
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden


def name_firms(*, acting: Acting, seen: ProgrammeSeen, named: bool, now: datetime) -> None:
    """Have the page name the organisations that take part, or only count them. Twice is no error."""
    if not seen.runs:
        raise Forbidden(_("Only those who run the programme choose what its page names."))
    programme = seen.programme
    page = db.session.get(ProgrammePage, (programme.org_id, programme.id))
    if page is None:
        page = ProgrammePage(org_id=programme.org_id, programme_id=programme.id, names_firms=False)
        db.session.add(page)
    if page.names_firms is not named:
        page.names_firms = named
        db.session.flush()
        record(
            "kit.firms_named" if named else "kit.firms_counted",
            org_ids=[programme.org_id],
            now=now,
            subject=("kit", programme.id),
            actor=(acting.person_id, acting.person_name),
        )
    db.session.commit()
