"""A person's dated tie to an organisation, with a role; and whom a person does not wish to meet."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenants.accounts.models import Person
from tenants.organisations.models import Organisation
from tenants.shared.database import Base, new_id


class Role(enum.StrEnum):
    member = "member"
    hr_partner = "hr_partner"
    company_admin = "company_admin"
    network_admin = "network_admin"
    programme_manager = "programme_manager"


COORDINATORS = frozenset({Role.hr_partner, Role.company_admin, Role.network_admin, Role.programme_manager})
"""Roles that look after other people of their organisation."""


class Affiliation(Base):
    """Who acts: one person, in one organisation, in one role, between two dates."""

    __tablename__ = "affiliation"
    __table_args__ = (
        sa.Index("ix_affiliation_person_id", "person_id"),
        sa.Index(
            "uq_affiliation_current",
            "org_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("ended_on IS NULL"),
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(default=Role.member)
    job_title: Mapped[str] = mapped_column(sa.String(120), default="")
    work_email: Mapped[str] = mapped_column(sa.String(254), default="")
    function: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    seniority: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    started_on: Mapped[date] = mapped_column(server_default=sa.func.current_date())
    ended_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    person: Mapped[Person] = relationship(viewonly=True)
    organisation: Mapped[Organisation] = relationship(viewonly=True)


class PersonalBlock(Base):
    """One person does not wish to meet another. Hides both ways; known to nobody else."""

    __tablename__ = "personal_block"
    __table_args__ = (sa.Index("ix_personal_block_blocked_person_id", "blocked_person_id"),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    blocked_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
