"""A network admits search firms and ends it; a search firm accepts the rules."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tenants.affiliations.models import Role
from tenants.current import Acting
from tenants.onboarding.models import Invitation
from tenants.onboarding.writing import write_invitation
from tenants.organisations.models import ApprovalRule, Organisation, OrganisationKind
from tenants.search_firms.jobs import tell_network, tell_search_firm
from tenants.search_firms.policy import may_accept, may_admit
from tenants.search_firms.queries import Admission
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.jobs import enqueue


def _allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def found_search_firm(
    *,
    acting: Acting,
    name: str,
    slug: str,
    contact: str,
    email: str,
    locale: str,
    statement: str,
    until_on: date,
    now: datetime,
) -> int:
    """Take a new search firm in, admit it, and invite whoever will look after it. Returns the admission's id.

    Raises ``Refused`` when the address is taken: an address is public, so saying so tells nothing.
    """
    _allow(may_admit(acting))
    firm_id = int(db.session.execute(sa.select(sa.func.nextval("organisation_id_seq"))).scalar_one())
    values = {
        "id": firm_id,
        "kind": OrganisationKind.search_firm,
        "slug": slug,
        "name": name,
        "accent": "#0e5a5c",
        "locale": locale,
        "in_marketplace": False,
        "request_approval": ApprovalRule.never,
        "max_open_requests": 3,
        "invited_by_id": acting.org_id,
        "provisional": False,
        "welcome_open": False,
        "created_at": now,
    }
    try:
        with db.session.begin_nested():
            db.session.execute(sa.insert(Organisation), values)
    except IntegrityError:
        raise Refused(_("The address “%(slug)s” is taken. Choose another.", slug=slug)) from None
    admission_id = _admit(acting, slug, statement, until_on, now)
    _invite(acting, db.session.get_one(Organisation, firm_id), email=email, name=contact, locale=locale, now=now)
    db.session.commit()
    return admission_id


def admit_known(*, acting: Acting, slug: str, statement: str, until_on: date, now: datetime) -> int:
    """Admit a search firm that is here already, by its address. Returns the admission's id.

    Raises ``Refused`` where no search firm has this address, and where this network has admitted it.
    """
    _allow(may_admit(acting))
    admission_id = _admit(acting, slug, statement, until_on, now)
    db.session.commit()
    return admission_id


def _admit(acting: Acting, slug: str, statement: str, until_on: date, now: datetime) -> int:
    admission_id = new_id()
    firm = db.session.execute(
        sa.select(sa.func.admit_search_firm(admission_id, slug, statement.strip(), until_on, now))
    ).scalar()
    if firm is None:
        raise Refused(_("No search firm has this address here."))
    if firm == 0:
        raise Refused(_("Your network has admitted this search firm already."))
    enqueue(tell_search_firm, org_id=firm, network_id=acting.org_id, admission_id=admission_id, news="given")
    _record(acting, "admission.given", admission_id, slug, now)
    return admission_id


def _invite(acting: Acting, firm: Organisation, *, email: str, name: str, locale: str, now: datetime) -> None:
    write_invitation(
        db.session,
        organisation=firm,
        inviter=(acting.person_id, acting.person_name),
        inviter_org_id=acting.org_id,
        email=email,
        name=name,
        role=Role.company_admin,
        job_title="",
        locale=locale,
        now=now,
    )


def invite_again(*, acting: Acting, invitation: Invitation, now: datetime) -> None:
    """Send the first person of a search firm a new link; the earlier one stops working."""
    _allow(may_admit(acting))
    firm = db.session.get_one(Organisation, invitation.org_id)
    _invite(acting, firm, email=invitation.email, name=invitation.name, locale=invitation.locale, now=now)
    db.session.commit()


def end_admission(*, acting: Acting, admission: Admission, now: datetime) -> None:
    """From this moment the firm sees no card of the network. Raises ``Refused`` when it ended before."""
    _allow(may_admit(acting))
    if not db.session.execute(sa.select(sa.func.end_search_firm_admission(admission.id, now))).scalar():
        raise Refused(_("This admission has ended before."))
    enqueue(
        tell_search_firm,
        org_id=admission.search_firm_id,
        network_id=acting.org_id,
        admission_id=admission.id,
        news="ended",
    )
    _record(acting, "admission.ended", admission.id, admission.slug, now)
    db.session.commit()


def accept_admission(*, acting: Acting, admission: Admission, now: datetime) -> None:
    """The search firm accepts the rules of discretion; from now on its people see cards. Accepted before: nothing happens.

    Raises ``Refused`` when the admission has ended or its last day has passed.
    """
    _allow(may_accept(acting))
    if admission.accepted_at is not None:
        return
    accept = sa.select(sa.func.accept_search_firm_admission(admission.network_id, admission.id, now))
    if not db.session.execute(accept).scalar():
        raise Refused(_("This admission has ended. Ask the network about it."))
    enqueue(tell_network, org_id=admission.network_id, admission_id=admission.id)
    _record(acting, "admission.accepted", admission.id, admission.slug, now)
    db.session.commit()


def _record(acting: Acting, verb: str, admission_id: int, slug: str, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("search_firm_admission", admission_id),
        actor=(acting.person_id, acting.person_name),
        data={"slug": slug},
    )
