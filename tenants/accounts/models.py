"""A person, known by name to those they meet; and their account, known to nobody but the sign-in pages."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from flask_security.core import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenants.shared.database import Base, new_id


class Person(Base):
    """A human being with one sign-in, for life, whoever employs them."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(120))
    locale: Mapped[str] = mapped_column(sa.String(5), default="en")
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="Europe/Paris")
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


def new_uniquifier() -> str:
    return secrets.token_urlsafe(32)


class Account(Base, UserMixin):
    """What signs a person in. Read through the door only (``door.py``): the workspace's pages cannot see it.

    ``fs_uniquifier`` is the secret that the session cookie carries and that the database asks for before it
    opens a workspace; changing it signs the person out everywhere.
    """

    __tablename__ = "account"
    __table_args__ = (sa.Index("uq_account_email_folded", sa.text("lower(email)"), unique=True),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True, default=new_uniquifier)
    confirmed_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    person: Mapped[Person] = relationship(lazy="joined")
