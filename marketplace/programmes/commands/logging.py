"""The lines that programmes leave in the log, and who may leave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from marketplace.programmes.models import Programme
from marketplace.programmes.policy import may_run_programmes
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.errors import Forbidden


def allow(acting: Acting) -> None:
    if not may_run_programmes(acting):
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def note(verb: str, acting: Acting, programme: Programme, now: datetime, **data: Any) -> None:
    """One line in the log of the organisation that runs the programme."""
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("programme", programme.id),
        actor=(acting.person_id, acting.person_name),
        data={"programme": programme.name(acting.locale), **data},
    )
