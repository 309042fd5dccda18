"""A school that is not here yet comes in by the invitation of whoever runs an external programme."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.programmes import design_queries as queries
from marketplace.programmes.commands.logging import allow, note
from marketplace.programmes.design_queries import SchoolAsked
from marketplace.programmes.modalities import Form
from marketplace.programmes.models import Programme, ProgrammeState
from tenants.affiliations.models import Role
from tenants.current import Acting
from tenants.onboarding.models import Invitation, InvitationState
from tenants.onboarding.writing import write_invitation
from tenants.organisations.models import Organisation
from tenants.shared.database import db
from tenants.shared.errors import Refused


def invite_school(*, acting: Acting, programme: Programme, email: str, locale: str, now: datetime) -> None:
    """Found a school without a name, invite whoever will look after it, and ask it to take part.

    Until it names itself it bears the domain of the address. Raises ``Refused`` outside the external form, for an archived
    programme, and when twenty such schools have not registered yet.
    """
    allow(acting)
    if programme.state is ProgrammeState.archived:
        raise Refused(_("This programme is archived. Take it out of the archive to change it."))
    if programme.form is not Form.external:
        raise Refused(_("Schools take part in the external form. Ask other organisations by their address here."))
    slug, name = f"school-{secrets.token_hex(6)}", email.rpartition("@")[2][:120]
    school_id = db.session.scalar(sa.select(sa.func.found_school(programme.id, slug, name, locale, now)))
    if school_id is None:
        raise Refused(_("Twenty schools that you invited have not registered yet. Withdraw one first, or wait for it."))
    school = db.session.get_one(Organisation, school_id)
    _write(acting, school, email, locale, now)
    db.session.execute(sa.select(sa.func.ask_to_take_part(programme.id, slug, True, now)))
    note("programme.school_invited", acting, programme, now, school=name)
    db.session.commit()


def reinvite_school(*, acting: Acting, programme: Programme, slug: str, now: datetime) -> None:
    """A new link for a school that has not registered; the earlier one stops working.

    Raises ``Refused`` when it has, was not invited by this organisation, or was written to within a day.
    """
    allow(acting)
    found = _found(acting, programme, slug, now)
    if found is None or found.standing not in ("open", "expired"):
        raise Refused(_("There is no invitation of a school to send again. Look at the list."))
    if not found.may_be_invited_again:
        raise Refused(_("This school was written to less than a day ago. Give it time."))
    _write(acting, db.session.get_one(Organisation, found.org_id), found.email, found.locale, now)
    db.session.commit()


def withdraw_invitations(acting: Acting, programme: Programme, slug: str, now: datetime) -> None:
    """The links of a school that is not asked any more stop working; the caller commits."""
    found = _found(acting, programme, slug, now)
    if found is not None:
        db.session.execute(
            sa.update(Invitation)
            .where(
                Invitation.org_id == found.org_id,
                Invitation.inviter_org_id == acting.org_id,
                Invitation.state == InvitationState.open,
            )
            .values(state=InvitationState.withdrawn),
            execution_options={"synchronize_session": False},
        )


def _found(acting: Acting, programme: Programme, slug: str, now: datetime) -> SchoolAsked | None:
    return queries.schools_asked(acting, queries.askings_of(acting, programme), now).get(slug)


def _write(acting: Acting, school: Organisation, email: str, locale: str, now: datetime) -> None:
    write_invitation(
        db.session,
        organisation=school,
        inviter=(acting.person_id, acting.person_name),
        inviter_org_id=acting.org_id,
        email=email,
        name="",
        role=Role.company_admin,
        job_title="",
        locale=locale,
        now=now,
    )
