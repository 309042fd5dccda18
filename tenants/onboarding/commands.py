"""Invite a person, and take an invitation up."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts.door import door
from tenants.accounts.models import Account, Person, new_uniquifier
from tenants.affiliations.models import Affiliation, Role
from tenants.current import Acting
from tenants.onboarding import policy
from tenants.onboarding.invited import AGAIN, Standing, standing_in
from tenants.onboarding.models import Invitation, InvitationState
from tenants.onboarding.queries import belongs, token_hash
from tenants.onboarding.sending import send_invitations, send_once
from tenants.onboarding.writing import VALID_FOR, invitation_url, write_invitation, wrote_nothing
from tenants.organisations.models import Organisation, OrganisationKind
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.jobs import announce, enqueue


def invite(
    *,
    acting: Acting,
    email: str,
    name: str,
    role: Role,
    job_title: str = "",
    locale: str = "en",
    org_id: int | None = None,
    now: datetime,
) -> None:
    """Invite one person to ``acting``'s organisation, or to a firm that their network took in (``org_id``).

    The link lasts 14 days and stands in the letter only. The answer is the same whether the address has an
    account elsewhere, belongs here already or was invited before: an earlier open invitation is replaced.
    Raises ``Forbidden`` for a role above the inviter's own, ``Refused`` for an address that cannot be one.
    """
    organisation = db.session.get(Organisation, org_id or acting.org_id)
    own = org_id in (None, acting.org_id)
    if organisation is None or not (own or organisation.invited_by_id == acting.org_id):
        raise Forbidden(_("You may invite people to your own organisation only."))
    if role not in policy.roles_to_give(acting, organisation.kind, own=own):
        raise Forbidden(_("You may not give this role."))
    write_invitation(
        db.session,
        organisation=organisation,
        inviter=(acting.person_id, acting.person_name),
        inviter_org_id=acting.org_id,
        email=email,
        name=name,
        role=role,
        job_title=job_title,
        locale=locale,
        now=now,
    )
    db.session.commit()


def withdraw_invitation(*, acting: Acting, invitation: Invitation, now: datetime) -> None:
    """The link stops working. Raises ``Refused`` when it was taken up or withdrawn before."""
    if not policy.may_invite(acting):
        raise Forbidden(_("You may not withdraw this invitation."))
    withdrawn = db.session.execute(
        sa.update(Invitation)
        .where(
            Invitation.org_id == invitation.org_id,
            Invitation.id == invitation.id,
            Invitation.state == InvitationState.open,
            sa.or_(Invitation.org_id == acting.org_id, Invitation.inviter_org_id == acting.org_id),
        )
        .values(state=InvitationState.withdrawn)
    )
    if wrote_nothing(withdrawn):
        raise Refused(_("This invitation was already taken up or withdrawn."))
    record(
        "invitation.withdrawn",
        org_ids={invitation.org_id, invitation.inviter_org_id},
        now=now,
        subject=("invitation", invitation.id),
        actor=(acting.person_id, acting.person_name),
        data={"name": invitation.name, "role": invitation.role.value},
    )
    db.session.commit()


def resend_all(*, acting: Acting, standing: Standing, now: datetime) -> int:
    """Have every expired (or bounced) invitation of ``acting``'s organisation sent anew, in batches; their number.

    Earlier links stop working when the new letter is written. Invitations to roles above the viewer's own are left out.
    """
    if not policy.may_invite(acting):
        raise Forbidden(_("You may not invite people here."))
    if standing not in AGAIN:
        raise Refused(_("These invitations are not waiting to be sent again."))
    roles = policy.roles_to_give(acting, OrganisationKind(acting.org_kind), own=True)
    again = (
        sa.update(Invitation)
        .where(
            Invitation.org_id == acting.org_id,
            Invitation.inviter_org_id == acting.org_id,
            Invitation.state == InvitationState.open,
            Invitation.role.in_(roles),
            Invitation.id.in_(standing_in(acting, standing, now)),
        )
        .values(sent_at=None, letter_id=None, invited_by_id=acting.person_id, expires_at=now + VALID_FOR)
        .execution_options(synchronize_session=False)
    )
    number = cast(sa.CursorResult[Any], db.session.execute(again)).rowcount
    if number:
        record(
            "invitation.sent_again",
            org_ids={acting.org_id},
            now=now,
            subject=("invitation", None),
            actor=(acting.person_id, acting.person_name),
            data={"number": number},
        )
        enqueue(send_invitations, org_id=acting.org_id, once=send_once(acting.org_id))
    db.session.commit()
    return number


def accept_as_new_person(
    *, token: str, name: str, password_hash: str, locale: str, time_zone: str, now: datetime
) -> Account:
    """Take an invitation up: make the person, an account under the address invited, and the affiliation.

    Raises ``Refused`` when the link is no longer good, or when the address has got an account meanwhile.
    """
    invitation = _lock_open_invitation(token, now)
    person = Person(id=new_id(), name=name.strip(), locale=locale, time_zone=time_zone, created_at=now)
    door.add(person)
    door.flush()
    made = door.execute(
        insert(cast(sa.Table, Account.__table__))
        .values(
            id=person.id,
            email=invitation.email,
            password=password_hash,
            active=True,
            fs_uniquifier=new_uniquifier(),
            # The link came to this address: nobody needs to confirm it again.
            confirmed_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    if wrote_nothing(made):
        door.rollback()
        raise Refused(
            _("This address has an account already. Open the link once more, and sign in."),
            way_back=invitation_url(token),
        )
    _join(invitation, person, now)
    account = door.get_one(Account, person.id)
    door.commit()
    return account


def accept_with_account(*, account: Account, token: str, now: datetime) -> None:
    """Take an invitation up with an account that exists. Harmless when this person belongs there already.

    Raises ``Refused`` when the link is no longer good, or was sent to the address of somebody else's account.
    """
    invitation = _lock_open_invitation(token, now)
    owner = door.scalar(sa.select(Account.id).where(sa.func.lower(Account.email) == invitation.email.lower()))
    if owner not in (None, account.id):
        door.rollback()
        raise Forbidden(_("This invitation is for somebody else, who has an account of their own."))
    _join(invitation, account.person, now)
    door.commit()


def _lock_open_invitation(token: str, now: datetime) -> Invitation:
    invitation = door.scalar(sa.select(Invitation).where(Invitation.token_hash == token_hash(token)).with_for_update())
    if invitation is None or invitation.state is not InvitationState.open or invitation.expires_at <= now:
        door.rollback()
        raise Refused(_("This invitation was taken up, withdrawn or has expired."), way_back=invitation_url(token))
    return invitation


def _join(invitation: Invitation, person: Person, now: datetime) -> None:
    if not belongs(person.id, invitation.org_id, now=now):
        affiliation_id = new_id()
        door.add(
            Affiliation(
                org_id=invitation.org_id,
                id=affiliation_id,
                person_id=person.id,
                role=invitation.role,
                job_title=invitation.job_title,
                work_email=invitation.email,
                function=invitation.function,
                seniority=invitation.seniority,
                started_on=invitation.started_on or now.date(),
                created_at=now,
            )
        )
        announce("affiliation.started", org_id=invitation.org_id, affiliation_id=affiliation_id, session=door)
    invitation.state = InvitationState.accepted
    invitation.accepted_at = now
    door.flush()
    record(
        "invitation.accepted",
        org_ids={invitation.org_id, invitation.inviter_org_id},
        now=now,
        subject=("invitation", invitation.id),
        actor=(person.id, person.name),
        data={"name": person.name, "role": invitation.role.value},
        session=door,
    )
