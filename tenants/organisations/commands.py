"""What administrators do to organisations: admit and release firms, change settings."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from tenants.affiliations.models import Role
from tenants.agreements import queries as agreements
from tenants.current import Acting
from tenants.onboarding.writing import write_invitation
from tenants.organisations.marks import EncodedLogo
from tenants.organisations.models import (
    ApprovalRule,
    FirmMembership,
    Logo,
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
    firm_id = _found_firm(acting, name=name, slug=slug, industry=industry, locale=locale, now=now)
    _invite_first(acting, firm_id, email=email, contact=contact, locale=locale, now=now)
    db.session.commit()
    return firm_id


def invite_firm(*, acting: Acting, email: str, locale: str, now: datetime) -> int:
    """Invite a firm by the address of whoever will look after it. They name the firm, its address here and themselves.

    Until then the firm bears the domain of the address as its name. Returns the firm's id.
    """
    _allow(may_admit_firms(acting))
    name, slug = email.rpartition("@")[2][:120], f"firm-{secrets.token_hex(6)}"
    firm_id = _found_firm(acting, name=name, slug=slug, industry=None, locale=locale, now=now, provisional=True)
    _invite_first(acting, firm_id, email=email, contact="", locale=locale, now=now)
    db.session.commit()
    return firm_id


def _found_firm(
    acting: Acting,
    *,
    name: str,
    slug: str,
    industry: str | None,
    locale: str,
    now: datetime,
    provisional: bool = False,
) -> int:
    firm_id = int(db.session.execute(sa.select(sa.func.nextval("organisation_id_seq"))).scalar_one())
    values = {
        "id": firm_id,
        "kind": OrganisationKind.company,
        "slug": slug,
        "name": name,
        "accent": "#0e5a5c",
        "locale": locale,
        "industry": industry,
        "in_marketplace": False,
        "request_approval": ApprovalRule.never,
        "max_open_requests": 3,
        "invited_by_id": acting.org_id,
        "provisional": provisional,
        "welcome_open": True,
        "created_at": now,
    }
    try:
        with db.session.begin_nested():
            db.session.execute(sa.insert(Organisation), values)
    except IntegrityError:
        raise Refused(_("The address “%(slug)s” is taken. Choose another.", slug=slug)) from None
    db.session.execute(
        sa.insert(FirmMembership),
        {"network_id": acting.org_id, "firm_id": firm_id, "state": MembershipState.active, "joined_on": now.date()},
    )
    record(
        "firm.admitted",
        org_ids=[acting.org_id, firm_id],
        now=now,
        subject=("organisation", firm_id),
        actor=(acting.person_id, acting.person_name),
        data={"firm": name},
    )
    return firm_id


def _invite_first(acting: Acting, firm_id: int, *, email: str, contact: str, locale: str, now: datetime) -> None:
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

    The network suspends, reinstates and ends; the firm accepts an invitation and may leave. When it ends, mentorships
    that run are asked about (``firm.left``). Raises ``Refused`` when the membership is not in a state that allows the
    turn, and when a firm joins before it accepted the network's agreement.
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
    if membership.state is MembershipState.invited and state is MembershipState.active:
        _check_agreement(acting, membership.network_id)
        membership.joined_on = now.date()
    membership.state = state
    membership.left_on = now.date() if state is MembershipState.left else None
    record(
        f"firm.{state.value}",
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", membership.firm_id),
        actor=(acting.person_id, acting.person_name),
    )
    if state is MembershipState.left:
        jobs.announce("firm.left", org_id=membership.network_id, firm_id=membership.firm_id)
    db.session.commit()


def _check_agreement(acting: Acting, network_id: int) -> None:
    asked = next((one for one in agreements.agreements_asked(acting) if one.network_id == network_id), None)
    if asked is not None and asked.acceptance is None:
        raise Refused(
            _("Read and accept the network’s participation agreement first; then your firm can join."),
            way_back=f"/{acting.slug}/agreements/{network_id}",
        )


def save_settings(*, acting: Acting, organisation: Organisation, values: dict[str, Any], now: datetime) -> None:
    """Change the organisation's settings; the log keeps which ones changed. The caller has checked their shape.

    A second factor is required 14 days after it is asked for; whoever has none is told so until then. Raises
    ``Refused`` for an address that is taken, or that is no longer the firm's to choose.
    """
    _allow(may_change_settings(acting))
    if values.get("slug", organisation.slug) != organisation.slug and not organisation.provisional:
        raise Refused(_("The address was chosen before and stays."))
    changed = sorted(name for name, value in values.items() if getattr(organisation, name) != value)
    for name in changed:
        setattr(organisation, name, values[name])
    if "second_factor_required" in changed:
        required = organisation.second_factor_required
        organisation.second_factor_from = now.date() + SECOND_FACTOR_GRACE if required else None
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Refused(_("The address “%(slug)s” is taken. Choose another.", slug=values["slug"])) from None
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


def set_logo(*, acting: Acting, logo: EncodedLogo, now: datetime) -> None:
    """Show this mark beside the organisation's name, to everybody who works in it."""
    _allow(may_change_settings(acting))
    values = {
        "fingerprint": logo.fingerprint,
        "content": logo.content,
        "width": logo.width,
        "height": logo.height,
        "updated_at": now,
    }
    statement = insert(Logo).values(org_id=acting.org_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id"], set_=values))
    _mark(acting, f"{logo.fingerprint}.{logo.width}x{logo.height}")
    db.session.commit()


def remove_logo(*, acting: Acting) -> None:
    """Go back to the name alone. Nothing of the picture is kept."""
    _allow(may_change_settings(acting))
    db.session.execute(sa.delete(Logo).where(Logo.org_id == acting.org_id))
    _mark(acting, "")
    db.session.commit()


def _mark(acting: Acting, mark: str) -> None:
    db.session.execute(sa.update(Organisation).where(Organisation.id == acting.org_id).values(logo_mark=mark))
