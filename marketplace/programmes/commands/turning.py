"""A programme opens, goes to the archive, and comes back."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from marketplace.programmes import design_queries as queries
from marketplace.programmes.checks import stops
from marketplace.programmes.commands.logging import allow, note
from marketplace.programmes.jobs import tell_added
from marketplace.programmes.models import PartyState, Programme, ProgrammeState
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Refused

TURNS = {
    ProgrammeState.draft: {ProgrammeState.open, ProgrammeState.archived},
    ProgrammeState.open: {ProgrammeState.draft, ProgrammeState.archived},
    ProgrammeState.archived: {ProgrammeState.draft, ProgrammeState.open},
}


def bring_back(*, acting: Acting, programme: Programme, now: datetime) -> None:
    """Out of the archive: open where it has a cohort, a draft otherwise. Raises ``Refused`` when it is not in it."""
    if programme.state is not ProgrammeState.archived:
        raise Refused(_("This was already changed. Look at the list again."), way_back=url_for("programmes.index"))
    state = ProgrammeState.open if queries.has_cohorts(acting, programme) else ProgrammeState.draft
    turn_programme(acting=acting, programme=programme, state=state, now=now)


def turn_programme(*, acting: Acting, programme: Programme, state: ProgrammeState, now: datetime) -> None:
    """Open, close again, archive or bring back. Opening tells those who take part.

    Raises ``Refused`` when the sheet's own checks say stop, when the programme has a cohort and should become a draft
    again, and when it is already in that state or archived.
    """
    allow(acting)
    way_back = url_for("programmes.design", organisation=acting.slug, programme_id=programme.id)
    if state not in TURNS[programme.state]:
        raise Refused(_("This was already changed. Look at the list again."), way_back=url_for("programmes.index"))
    begins = state is ProgrammeState.open and programme.state is ProgrammeState.draft
    if begins and stops(queries.facts_of(acting, programme)):
        raise Refused(_("The sheet has remarks that must be mended first; they stand beside it."), way_back=way_back)
    if state is ProgrammeState.draft and queries.has_cohorts(acting, programme):
        raise Refused(_("A programme that has a cohort stays open, or goes to the archive."), way_back=way_back)
    programme.state, programme.updated_at = state, now
    if begins:
        for party in queries.parties_of(acting, programme):
            if party.state is PartyState.active and party.firm_id != acting.org_id:
                jobs.enqueue(tell_added, org_id=acting.org_id, programme_id=programme.id, firm_id=party.firm_id)
    note(f"programme.turned_{state.value}", acting, programme, now)
    db.session.commit()
