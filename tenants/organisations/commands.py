"""What administrators do to organisations: admit and release firms, change settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tenants.affiliations.models import Role
from tenants.current import Acting
from tenants.onboarding.writing import write_invitation
from tenants.organisations.models import (
    FirmMembership,
    MembershipState,
    Organisation,
    OrganisationKind,
)
from tenants.organisations.policy import (
    may_admit_firms,
    may_change_settings,
    may_leave_networks,
)
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused

SECOND_FACTOR_GRACE = timedelta(days=14)


def _allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def create_firm(
    *,
    acting: Acting,
    name: str,
    slug: str,
    industry: str | None,
    email: str,
    contact: str,
    locale: str,
    now: datetime,
) -> int:
    """Take a new firm into the viewer's network and invite its first administrator. Returns the firm's id.

    Raises ``Refused`` when the address is taken: an address is public, so saying so tells nothing.
    """
    _allow(may_admit_firms(acting))
    firm_id = db.session.execute(sa.select(sa.func.nextval("organisation_id_seq"))).scalar_one()
    values = {
        "id": firm_id,
        "kind": OrganisationKind.company,
        "slug": slug,
        "name": name,
        "accent": "#0e5a5c",
        "locale": locale,
        "industry": industry,
        "in_marketplace": False,
        "requests_need_approval": False,
        "max_open_requests": 3,
        "invited_by_id": acting.org_id,
        "created_at": now,
    }
    try:
        with db.session.begin_nested():
            db.session.execute(sa.insert(Organisation), values)
    except IntegrityError:
        raise Refused(_("The address “%(slug)s” is taken. Choose another.", slug=slug)) from None
    db.session.execute(
        sa.insert(FirmMembership),
        {
            "network_id": acting.org_id,
            "firm_id": firm_id,
            "state": MembershipState.active,
            "joined_on": now.date(),
        },
    )
    write_invitation(
        db.session,
        organisation=db.session.get_one(Organisation, firm_id),
        inviter=(acting.person_id, acting.person_name),
        inviter_org_id=acting.org_id,
        email=email,
        name=contact,
        role=Role.company_admin,
        job_title="",
        locale=locale,
        now=now,
    )
    record(
        "firm.admitted",
        org_ids=[acting.org_id, firm_id],
        now=now,
        subject=("organisation", firm_id),
        actor=(acting.person_id, acting.person_name),
        data={"firm": name},
    )
    db.session.commit()
    return int(firm_id)


def invite_existing_firm(*, acting: Acting, slug: str, now: datetime) -> None:
    """Ask a firm that is already here to join. Does the same, and takes as long, whether or not there is such a firm."""
    _allow(may_admit_firms(acting))
    db.session.execute(sa.select(sa.func.ask_firm_to_join(slug)))
    record(
        "firm.asked_to_join",
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", None),
        actor=(acting.person_id, acting.person_name),
        data={"slug": slug},
    )
    db.session.commit()


TURNS = {
    MembershipState.active: {MembershipState.suspended, MembershipState.left},
    MembershipState.suspended: {MembershipState.active, MembershipState.left},
    MembershipState.invited: {MembershipState.active, MembershipState.left},
}


def turn_membership(*, acting: Acting, membership: FirmMembership, state: MembershipState, now: datetime) -> None:
    """Suspend, reinstate, accept, or end a membership. The firm's cards leave or return in this same transaction.

    The network suspends, reinstates and ends; the firm accepts an invitation and may leave. Raises ``Refused`` when the
    membership is not in a state that allows the turn.
    """
    if state not in TURNS.get(membership.state, set()):
        raise Refused(_("This was already changed. Look at the list again."))
    if membership.state is MembershipState.invited or acting.org_id == membership.firm_id:
        _allow(
            may_leave_networks(acting)
            and acting.org_id == membership.firm_id
            and state is not MembershipState.suspended
        )
        if membership.state is MembershipState.suspended and state is MembershipState.active:
            raise Forbidden(_("The network suspended this membership; only its administrator can reinstate it."))
    else:
        _allow(may_admit_firms(acting))
    membership.state = state
    membership.left_on = now.date() if state is MembershipState.left else None
    record(
        f"firm.{state.value}",
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", membership.firm_id),
        actor=(acting.person_id, acting.person_name),
    )
    db.session.commit()


def save_settings(*, acting: Acting, organisation: Organisation, values: dict[str, Any], now: datetime) -> None:
    """Change the organisation's settings; the log keeps which ones changed.

    A second factor is required 14 days after it is asked for; whoever has none is told so until then.
    """
    _allow(may_change_settings(acting))
    changed = sorted(name for name, value in values.items() if getattr(organisation, name) != value)
    for name in changed:
        setattr(organisation, name, values[name])
    if "second_factor_required" in changed:
        required = organisation.second_factor_required
        organisation.second_factor_from = now.date() + SECOND_FACTOR_GRACE if required else None
    if changed:
        record(
            "organisation.settings_changed",
            org_ids=[acting.org_id],
            now=now,
            subject=("organisation", acting.org_id),
            actor=(acting.person_id, acting.person_name),
            data={"changed": changed},
        )
    if "name" in changed:
        jobs.announce("organisation.renamed", org_id=organisation.id)
    db.session.commit()
