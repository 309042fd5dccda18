"""Consenting, withdrawing, and naming a nomination committee. The database keeps the card in the same transaction."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.visibility.dossier_commands import REVOKE
from marketplace.visibility.models import NominationCommitteeMember, Showing, ShownTo, ShownWhat
from marketplace.visibility.queries import Home, Member, who_may_be_named
from tenants.affiliations.models import Affiliation
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.letters import queue_letter


def show_card(
    *,
    acting: Acting,
    home: Home,
    to: ShownTo,
    org_id: int | None,
    from_on: date,
    until_on: date,
    hide: bool,
    now: datetime,
) -> None:
    """Both days included. The same consent once more is no error and adds nothing. Raises Refused without a published
    version, and where the organisation may not be named.
    """
    if not home.published:
        raise Refused(_("Publish your dossier first: the card is made from its published version."))
    if to is ShownTo.organisation and org_id not in dict(who_may_be_named(home.network_id)):
        raise Refused(_("This organisation cannot be chosen any more."))
    same = sa.select(Showing.id).where(
        Showing.org_id == home.network_id,
        Showing.person_id == acting.person_id,
        Showing.withdrawn_at.is_(None),
        Showing.to_kind == to,
        Showing.to_org_id.is_not_distinct_from(org_id),
        Showing.from_on == from_on,
        Showing.until_on == until_on,
        Showing.hide_from_employer == hide,
    )
    if db.session.scalar(same.limit(1)) is None:
        db.session.add(
            Showing(
                org_id=home.network_id,
                person_id=acting.person_id,
                what=ShownWhat.card,
                to_kind=to,
                to_org_id=org_id,
                from_on=from_on,
                until_on=until_on,
                hide_from_employer=hide,
                created_at=now,
            )
        )
    db.session.commit()


def withdraw(*, acting: Acting, consent_id: int | None = None, network_id: int, now: datetime) -> int:
    """One consent, or all that stand in the network and every link; how many consents. Nobody is shown anything by them now."""
    gone = sa.update(Showing).where(
        Showing.org_id == network_id, Showing.person_id == acting.person_id, Showing.withdrawn_at.is_(None)
    )
    if consent_id is not None:
        gone = gone.where(Showing.id == consent_id)
    count: int = db.session.execute(gone.values(withdrawn_at=now)).rowcount  # type: ignore[attr-defined]
    if consent_id is None:
        db.session.execute(REVOKE, {"network": network_id, "id": None, "now": now})
    db.session.commit()
    return count


def name_member(*, acting: Acting, tie: Affiliation, now: datetime) -> None:
    """Somebody of the viewer's company; they are written to. Once more is no error."""
    made = insert(cast(sa.Table, NominationCommitteeMember.__table__)).values(
        org_id=acting.org_id,
        id=new_id(),
        person_id=tie.person_id,
        affiliation_id=tie.id,
        named_by_id=acting.person_id,
        named_at=now,
    )
    new = made.on_conflict_do_nothing().returning(NominationCommitteeMember.id)
    if db.session.scalar(new) is not None:
        path = f"/{acting.slug}/candidates/"
        queue_letter(
            "nomination_named",
            org_id=acting.org_id,
            person_id=tie.person_id,
            now=now,
            data={"organisation": acting.org_name, "url": path},
            path=path,
        )
        _record("nomination.member_named", acting, tie.person_id, tie.person.name, now)
    db.session.commit()


def take_off(*, acting: Acting, member: Member, now: datetime) -> None:
    """From this moment on they see no card for the company."""
    gone = (
        sa.update(NominationCommitteeMember)
        .where(
            NominationCommitteeMember.org_id == acting.org_id,
            NominationCommitteeMember.id == member.id,
            NominationCommitteeMember.left_at.is_(None),
        )
        .values(left_at=now)
    )
    if db.session.execute(gone).rowcount:  # type: ignore[attr-defined]
        _record("nomination.member_removed", acting, member.person_id, member.name, now)
    db.session.commit()


def _record(verb: str, acting: Acting, person_id: int, name: str, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", acting.org_id),
        actor=(acting.person_id, acting.person_name),
        data={"person": name},
        people={"person": person_id},
    )
