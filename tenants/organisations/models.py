"""Organisations, the firms of a network, and conflicts of interest between firms."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id

MARKETPLACE = 0
"""The audience of every firm that opted in to the marketplace; no organisation has this id."""

organisation_ids = sa.Sequence("organisation_id_seq", data_type=sa.Integer, metadata=Base.metadata)


class OrganisationKind(enum.StrEnum):
    company = "company"
    network = "network"
    search_firm = "search_firm"


class GroupSight(enum.StrEnum):
    """Whether the companies of a group see each other's people here."""

    share = "share"
    hide = "hide"


class ApprovalRule(enum.StrEnum):
    """When a request needs the employer's yes. ``by_programme``: each programme says, and outside of one it does not."""

    never = "never"
    always = "always"
    by_programme = "by_programme"


class Organisation(Base):
    """A tenant: a company, a network that companies join, or a firm that looks for directors. ``slug`` begins its addresses.

    From ``second_factor_from`` on, the workspace opens only to accounts with a second factor.
    ``provisional``: a network invited the firm by an address alone; its own people have yet to name it.
    ``welcome_open``: its administrators land on the welcome until they finish or dismiss it.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_is_a_word"),
        sa.CheckConstraint("second_factor_required = (second_factor_from IS NOT NULL)", name="second_factor_has_a_day"),
        sa.CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        sa.CheckConstraint(
            "kind <> 'search_firm' OR (NOT in_marketplace AND parent_id IS NULL)", name="search_firm_stands_alone"
        ),
        sa.Index("ix_organisation_parent_id", "parent_id"),
    )

    id: Mapped[int] = mapped_column(sa.Integer, organisation_ids, primary_key=True)
    kind: Mapped[OrganisationKind]
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    accent: Mapped[str] = mapped_column(sa.String(7), default="#0e5a5c")
    locale: Mapped[str] = mapped_column(sa.String(5), default="en")
    industry: Mapped[str | None] = mapped_column(sa.String(60))
    logo_mark: Mapped[str] = mapped_column(sa.String(90), default="", server_default="")
    """``fingerprint.WIDTHxHEIGHT`` of the logo, empty without one: every page of the workspace is told it on entering."""
    in_marketplace: Mapped[bool] = mapped_column(default=False)
    request_approval: Mapped[ApprovalRule] = mapped_column(default=ApprovalRule.never, server_default="never")
    max_open_requests: Mapped[int] = mapped_column(sa.SmallInteger, default=3)
    second_factor_required: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    second_factor_from: Mapped[date | None]
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    group_sight: Mapped[GroupSight] = mapped_column(default=GroupSight.share, server_default="share")
    provisional: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    welcome_open: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    @property
    def is_network(self) -> bool:
        return self.kind is OrganisationKind.network

    @property
    def is_search_firm(self) -> bool:
        return self.kind is OrganisationKind.search_firm


class MembershipState(enum.StrEnum):
    invited = "invited"
    active = "active"
    suspended = "suspended"
    left = "left"


class FirmMembership(Base):
    """A company belongs to a network from one day, perhaps until another."""

    __tablename__ = "firm_membership"
    __table_args__ = (sa.Index("ix_firm_membership_firm_id", "firm_id"),)

    network_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    state: Mapped[MembershipState] = mapped_column(default=MembershipState.active)
    joined_on: Mapped[date] = mapped_column(server_default=sa.func.current_date())
    left_on: Mapped[date | None]


class IntakeQuota(Base):
    """How many mentors and mentees a firm may bring to a network; None: as many as it likes.

    The row whose ``firm_id`` is the network's own holds for every firm without a row of its own.
    """

    __tablename__ = "intake_quota"
    __table_args__ = (sa.CheckConstraint("max_mentors >= 0 AND max_mentees >= 0", name="not_negative"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    max_mentors: Mapped[int | None] = mapped_column(sa.SmallInteger)
    max_mentees: Mapped[int | None] = mapped_column(sa.SmallInteger)


class Nudge(Base):
    """A network reminded a firm's administrators of their next step."""

    __tablename__ = "nudge"
    __table_args__ = (sa.Index("ix_nudge_org_id_firm_id", "org_id", "firm_id"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    firm_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    step: Mapped[str] = mapped_column(sa.String(40))
    sent_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    sent_at: Mapped[datetime]


class Logo(Base):
    """An organisation's mark, encoded anew by us; named by its fingerprint."""

    __tablename__ = "logo"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes] = mapped_column(deferred=True)
    width: Mapped[int] = mapped_column(sa.SmallInteger)
    height: Mapped[int] = mapped_column(sa.SmallInteger)
    updated_at: Mapped[datetime]


class StepState(enum.StrEnum):
    done = "done"
    skipped = "skipped"
    nothing = "nothing"


class WelcomeStep(Base):
    """What a firm's administrators did with one step of the welcome; ``nothing``: they said that there is nothing to say."""

    __tablename__ = "welcome_step"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    step: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    state: Mapped[StepState]
    by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class ConflictKind(enum.StrEnum):
    competitor = "competitor"
    client_or_supplier = "client_or_supplier"
    auditor = "auditor"
    shared_board = "shared_board"
    group_company = "group_company"
    former_manager = "former_manager"
    personal = "personal"


class ConflictDeclaration(Base):
    """One firm says that its people and another firm's should not meet here. Hides both ways; known to the declarer only.

    ``covers_group``: said for the declarer and every company below it.
    """

    __tablename__ = "conflict_declaration"
    __table_args__ = (
        sa.CheckConstraint("org_id <> other_org_id", name="two_firms"),
        sa.CheckConstraint("until IS NULL OR until > since", name="dates_in_order"),
        sa.Index("ix_conflict_declaration_other_org_id", "other_org_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    other_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    kind: Mapped[ConflictKind]
    since: Mapped[date] = mapped_column(server_default=sa.func.current_date())
    until: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    covers_group: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    declared_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class GroupOffer(Base):
    """A company says that another is above or below it; the other's administrator accepts or not.

    ``other_org_id`` is empty where no firm has that address; pages cannot read the column, so that asking tells nothing.
    """

    __tablename__ = "group_offer"
    __table_args__ = (sa.Index("ix_group_offer_other_org_id", "other_org_id"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(sa.String(60))
    other_org_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), deferred=True)
    other_is_parent: Mapped[bool]
    offered_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(deferred=True)
    accepted: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
