"""What an organisation's administrators read. The viewer comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from tenants.agreements import queries as agreements
from tenants.agreements.models import Agreement
from tenants.current import Acting
from tenants.onboarding.models import Invitation, InvitationState
from tenants.organisations.models import (
    MARKETPLACE,
    FirmMembership,
    IntakeQuota,
    Logo,
    MembershipState,
    Nudge,
    Organisation,
    OrganisationKind,
)
from tenants.shared.database import db
from tenants.shared.models import Activity

STEPS = ("agreement", "people", "conflicts", "mentors", "request")
"""The way in of a firm, in order."""

STUCK_AFTER_DAYS = 10
"""A firm that has stood at one step for longer is stuck."""


@dataclass(frozen=True, slots=True)
class MemberFirm:
    """A firm on the network's desk: counts and days of what it has done, never who did it.

    ``done_on`` has the day of each step that is done, by name (see ``STEPS``). ``max_mentors`` and ``max_mentees`` are
    what holds for this firm, ``own_quota`` whether that was set for it alone. ``asked_anew``: a version of the agreement
    waits for a firm that accepted an earlier one, which holds until ``earlier_until`` (None: no longer).
    """

    id: int
    name: str
    slug: str
    state: MembershipState
    joined_on: date
    left_on: date | None
    provisional: bool
    people: int
    mentors: int
    mentees: int
    requests: int
    accepted: int | None
    done_on: Mapping[str, date]
    max_mentors: int | None
    max_mentees: int | None
    own_quota: bool
    nudged_at: datetime | None
    asked_anew: bool = False
    earlier_until: date | None = None

    @property
    def lapsed(self) -> bool:
        """The firm accepted an earlier version of the agreement, and its time to accept the present one is over."""
        return self.asked_anew and self.earlier_until is None

    @property
    def steps(self) -> tuple[tuple[str, date | None], ...]:
        """The way in, in order, with the day on which each step was done."""
        return tuple((name, self.done_on.get(name)) for name in STEPS)

    @property
    def done(self) -> int:
        return len(self.done_on)

    @property
    def next_step(self) -> str | None:
        """The first step that has not been done; None when the firm is running."""
        return next((name for name in STEPS if name not in self.done_on), None)

    def days_in(self, today: date) -> int:
        """How long the firm has stood where it stands."""
        return (today - max([self.joined_on, *self.done_on.values()])).days

    def stuck(self, today: date) -> bool:
        return self.kind == "on_the_way" and (self.lapsed or self.days_in(today) > STUCK_AFTER_DAYS)

    @property
    def kind(self) -> str:
        """What the desk files it under: ``asked``, ``on_the_way``, ``running``, ``suspended`` or ``left``."""
        if self.state is MembershipState.active:
            return "on_the_way" if self.next_step else "running"
        return "asked" if self.state is MembershipState.invited else self.state.value


KINDS_IN_ORDER = ("on_the_way", "asked", "running", "suspended", "left")


def by_need(firms: Iterable[MemberFirm], today: date) -> list[MemberFirm]:
    """Those on their way first, the longest at one step on top; then the asked, the running, the suspended, those that left."""
    return sorted(firms, key=lambda firm: (KINDS_IN_ORDER.index(firm.kind), -firm.days_in(today), firm.name, firm.id))


_progress = sa.func.firm_progress().table_valued(
    *(sa.column(name, sa.Integer) for name in ("firm_id", "people", "mentors", "mentees", "requests", "accepted")),
    *(sa.column(name, sa.Date) for name in ("accepted_on", "people_on", "conflicts_on", "mentors_on", "request_on")),
)


def member_firms(acting: Acting, *, today: date, with_left: bool = False) -> list[MemberFirm]:
    """The network's firms, those that are stuck first (see ``by_need``)."""
    columns = [_progress.c[name] for name in _progress.c.keys() if name != "firm_id"]  # noqa: SIM118
    query = (
        sa.select(
            Organisation.id,
            Organisation.name,
            Organisation.slug,
            Organisation.provisional,
            FirmMembership.state,
            FirmMembership.joined_on,
            FirmMembership.left_on,
            *columns,
        )
        .join(FirmMembership, FirmMembership.firm_id == Organisation.id)
        .join(_progress, _progress.c.firm_id == Organisation.id)
        .where(FirmMembership.network_id == acting.org_id)
    )
    if not with_left:
        query = query.where(FirmMembership.state != MembershipState.left)
    quotas, nudges, current = _quotas(acting), _last_nudges(acting), agreements.current_version(acting.org_id)
    firms = [_member_firm(dict(row._mapping), current, quotas, nudges, today) for row in db.session.execute(query)]
    return by_need(firms, today)


def _member_firm(
    row: dict[str, Any],
    current: Agreement | None,
    quotas: Mapping[int, IntakeQuota],
    nudges: Mapping[int, datetime],
    today: date,
) -> MemberFirm:
    days = {name: row.pop(f"{name}_on") for name in ("people", "conflicts", "mentors", "request")}
    accepted_on = row.pop("accepted_on")
    if current is None:
        # Nothing to accept: joining is all there is to it.
        days["agreement"] = row["joined_on"] if row["state"] is not MembershipState.invited else None
    elif current.held_by(row["accepted"], today):
        days["agreement"] = accepted_on
    quota = quotas.get(row["id"]) or quotas.get(0)
    asked_anew = current is not None and row["accepted"] is not None and row["accepted"] < current.number
    holds = current is not None and asked_anew and current.held_by(row["accepted"], today)
    return MemberFirm(
        **row,
        done_on={name: day for name, day in days.items() if day is not None},
        max_mentors=quota.max_mentors if quota else None,
        max_mentees=quota.max_mentees if quota else None,
        own_quota=row["id"] in quotas,
        nudged_at=nudges.get(row["id"]),
        asked_anew=asked_anew,
        earlier_until=current.old_holds_until if current is not None and holds else None,
    )


def _quotas(acting: Acting) -> dict[int, IntakeQuota]:
    """By firm; the network's default under 0."""
    rows = db.session.scalars(sa.select(IntakeQuota).where(IntakeQuota.org_id == acting.org_id))
    return {0 if quota.firm_id == acting.org_id else quota.firm_id: quota for quota in rows}


def default_quota(acting: Acting) -> IntakeQuota | None:
    """What the viewer's network allows a firm without figures of its own."""
    return db.session.get(IntakeQuota, (acting.org_id, acting.org_id))


def own_quota(acting: Acting, network_id: int) -> IntakeQuota | None:
    """What that network allows the viewer's firm; None: no limit."""
    rows = db.session.scalars(
        sa.select(IntakeQuota).where(
            IntakeQuota.org_id == network_id, IntakeQuota.firm_id.in_([acting.org_id, network_id])
        )
    )
    return min(rows, key=lambda quota: quota.firm_id != acting.org_id, default=None)


def _last_nudges(acting: Acting) -> dict[int, datetime]:
    query = (
        sa.select(Nudge.firm_id, sa.func.max(Nudge.sent_at))
        .where(Nudge.org_id == acting.org_id)
        .group_by(Nudge.firm_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def last_nudge(acting: Acting, firm_id: int) -> datetime | None:
    return _last_nudges(acting).get(firm_id)


def member_firm_or_404(acting: Acting, firm_id: int, *, today: date) -> MemberFirm:
    """A firm of the viewer's network, also one that left."""
    firms = member_firms(acting, today=today, with_left=True)
    return next((firm for firm in firms if firm.id == firm_id), None) or abort(404)


@dataclass(frozen=True, slots=True)
class Parting:
    """What ends, or is asked, when a firm and a network part: counts only."""

    cards: int
    mentorships: int
    requests: int


def parting(acting: Acting, network_id: int, firm_id: int) -> Parting:
    """Counts for the two sides of a membership; nothing for anybody else."""
    del acting  # the function in the database answers for the organisation of the context
    row = db.session.execute(
        sa.text("SELECT cards, mentorships, requests FROM parting_figures(:network, :firm)"),
        {"network": network_id, "firm": firm_id},
    ).first()
    return Parting(*row) if row else Parting(0, 0, 0)


def marketplace_figures(acting: Acting) -> tuple[int, int]:
    """(firms, mentors listed) that the viewer's firm meets in the marketplace, without itself."""
    del acting
    row = db.session.execute(sa.text("SELECT firms, mentors FROM marketplace_figures()")).first()
    return (row.firms, row.mentors) if row else (0, 0)


def firm_history(acting: Acting, firm_id: int) -> Sequence[Activity]:
    """What the viewer's own log says about a firm, the newest first, at most twenty lines."""
    query = (
        sa.select(Activity)
        .where(
            Activity.org_id == acting.org_id, Activity.subject_kind == "organisation", Activity.subject_id == firm_id
        )
        .order_by(Activity.id.desc())
        .limit(20)
    )
    return db.session.scalars(query).all()


def invited_contact(acting: Acting, firm_id: int) -> Invitation | None:
    """The viewer's latest open invitation to somebody of this firm."""
    query = (
        sa.select(Invitation)
        .where(
            Invitation.org_id == firm_id,
            Invitation.inviter_org_id == acting.org_id,
            Invitation.state == InvitationState.open,
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def membership_or_404(acting: Acting, network_id: int, firm_id: int) -> FirmMembership:
    """A membership that the viewer's organisation is one side of."""
    if acting.org_id not in (network_id, firm_id):
        abort(404)
    return db.session.get(FirmMembership, (network_id, firm_id)) or abort(404)


def networks_of(acting: Acting) -> list[tuple[Organisation, FirmMembership]]:
    """The networks that the viewer's firm belongs to, was invited to, or was suspended from."""
    query = (
        sa.select(Organisation, FirmMembership)
        .join(FirmMembership, FirmMembership.network_id == Organisation.id)
        .where(FirmMembership.firm_id == acting.org_id, FirmMembership.state != MembershipState.left)
        .order_by(Organisation.name)
    )
    return [(network, membership) for network, membership in db.session.execute(query)]


# A function of the database keeps its plan; the policies behind an organisation take longer to plan than to ask.
_ONE_ORGANISATION = sa.select(Organisation).from_statement(
    sa.text("SELECT * FROM organisation_of(CAST(:org_id AS integer))")
)


def own_organisation(acting: Acting) -> Organisation:
    return db.session.execute(_ONE_ORGANISATION, {"org_id": acting.org_id}).scalar_one()


def own_logo(acting: Acting) -> Logo | None:
    return db.session.get(Logo, acting.org_id)


def logo_content(acting: Acting, fingerprint: str) -> bytes | None:
    """The mark of the viewer's organisation; None when it is another by now."""
    query = sa.select(Logo.content).where(Logo.org_id == acting.org_id, Logo.fingerprint == fingerprint)
    return db.session.scalar(query)


def firms_in_sight(acting: Acting) -> Sequence[Organisation]:
    """Companies that the viewer's firm could meet here: of the same networks, or of the marketplace when both are in it.

    Conflicts do not shorten this list: a name missing from it would tell that the other side declared one.
    """
    fellow, own = aliased(FirmMembership), aliased(FirmMembership)
    fellows = (
        sa.select(fellow.firm_id)
        .join(own, own.network_id == fellow.network_id)
        .where(own.firm_id == acting.org_id, own.state == "active", fellow.state == "active")
    )
    seen = [Organisation.id.in_(fellows)]
    if MARKETPLACE in acting.audiences:
        seen.append(Organisation.in_marketplace.is_(True))
    query = (
        sa.select(Organisation)
        .where(Organisation.kind == OrganisationKind.company, Organisation.id != acting.org_id, sa.or_(*seen))
        .order_by(Organisation.name)
    )
    return db.session.scalars(query).all()
