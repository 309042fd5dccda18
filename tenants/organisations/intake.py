"""What a network does from its desk with the firms it took in: remind them, and say how many people they may bring."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from tenants.current import Acting
from tenants.onboarding.writing import write_invitation
from tenants.organisations import queries
from tenants.organisations.jobs import tell_firm_of_next_step
from tenants.organisations.models import FirmMembership, IntakeQuota, MembershipState, Nudge, Organisation
from tenants.organisations.policy import may_admit_firms
from tenants.organisations.queries import MemberFirm
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused

BETWEEN_NUDGES = timedelta(days=3)


def _allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def may_nudge_now(firm: MemberFirm, now: datetime) -> bool:
    """The firm is on its way, and was not reminded within three days."""
    return firm.kind == "on_the_way" and (firm.nudged_at is None or now >= firm.nudged_at + BETWEEN_NUDGES)


def nudge_firm(*, acting: Acting, firm: MemberFirm, now: datetime) -> None:
    """Write to those who look after the firm about its next step; while nobody does, send the invitation anew.

    Raises ``Refused`` within three days of the last time, and when there is nothing to remind of or nobody to tell.
    """
    _allow(may_admit_firms(acting))
    # The lock makes two presses at once one reminder.
    membership = db.session.scalar(
        sa.select(FirmMembership)
        .where(FirmMembership.network_id == acting.org_id, FirmMembership.firm_id == firm.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if membership is None or membership.state is not MembershipState.active or firm.next_step is None:
        raise Refused(_("There is nothing to remind this firm of."))
    last = queries.last_nudge(acting, firm.id)
    if last is not None and now < last + BETWEEN_NUDGES:
        raise Refused(_("This firm was reminded less than three days ago. Give it time."))
    if firm.people:
        jobs.enqueue(tell_firm_of_next_step, org_id=firm.id, network_id=acting.org_id, step=firm.next_step)
    else:
        _invite_anew(acting, firm, now)
    db.session.execute(
        sa.insert(Nudge),
        {
            "org_id": acting.org_id,
            "id": new_id(),
            "firm_id": firm.id,
            "step": firm.next_step,
            "sent_by_id": acting.person_id,
            "sent_at": now,
        },
    )
    record(
        "firm.nudged",
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", firm.id),
        actor=(acting.person_id, acting.person_name),
        data={"firm": firm.name, "step": firm.next_step},
    )
    db.session.commit()


def _invite_anew(acting: Acting, firm: MemberFirm, now: datetime) -> None:
    contact = queries.invited_contact(acting, firm.id)
    if contact is None:
        raise Refused(_("Nobody of this firm is invited any more. Invite somebody first."))
    write_invitation(
        db.session,
        organisation=db.session.get_one(Organisation, firm.id),
        inviter=(acting.person_id, acting.person_name),
        inviter_org_id=acting.org_id,
        email=contact.email,
        name=contact.name,
        role=contact.role,
        job_title=contact.job_title,
        locale=contact.locale,
        now=now,
    )


def set_quota(
    *,
    acting: Acting,
    firm_id: int | None,
    max_mentors: int | None,
    max_mentees: int | None,
    now: datetime,
) -> None:
    """Say how many mentors and mentees a firm may bring (None: as many as it likes); ``firm_id`` None: every firm.

    Nobody who is in is sent away; from now on nobody comes in above the figure.
    """
    _allow(may_admit_firms(acting))
    values = {"max_mentors": max_mentors, "max_mentees": max_mentees}
    statement = insert(IntakeQuota).values(org_id=acting.org_id, firm_id=firm_id or acting.org_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "firm_id"], set_=values))
    _log_quota(acting, firm_id, now)
    db.session.commit()


def clear_quota(*, acting: Acting, firm_id: int, now: datetime) -> None:
    """The network's own figures hold for this firm again. No figures of its own: no error."""
    _allow(may_admit_firms(acting))
    db.session.execute(
        sa.delete(IntakeQuota).where(IntakeQuota.org_id == acting.org_id, IntakeQuota.firm_id == firm_id)
    )
    _log_quota(acting, firm_id, now)
    db.session.commit()


def _log_quota(acting: Acting, firm_id: int | None, now: datetime) -> None:
    record(
        "firm.quota_set",
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", firm_id or acting.org_id),
        actor=(acting.person_id, acting.person_name),
    )
