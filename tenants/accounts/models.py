"""A person, known by name to those they meet; and their account, known to nobody but the sign-in pages."""

from __future__ import annotations

import enum
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

    ``fs_uniquifier`` is what Flask-Security ties the link of a forgotten password to; a new password changes it. The
    session cookie carries a secret of its own (``AccountSession``). ``totp_secret`` is encrypted; ``totp_counter`` is
    the time step of the last code taken from the app, which is not taken again.
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
    totp_secret: Mapped[str | None]
    totp_counter: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    person: Mapped[Person] = relationship(lazy="joined")


class AccountSession(Base):
    """One browser that is signed in. Its cookie carries a secret of which the SHA-256 is kept here.

    ``seen_at`` is true to the hour. No network address is kept, and of the browser only its family and its system:
    enough for their owner to tell the devices apart, too little to follow anybody.
    """

    __tablename__ = "account_session"
    __table_args__ = (sa.Index("ix_account_session_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("account.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    browser: Mapped[str] = mapped_column(sa.String(40), default="")
    system: Mapped[str] = mapped_column(sa.String(40), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Passkey(Base):
    """A WebAuthn credential: signs in by itself, and is the second step after a password. No picture of a finger is here."""

    __tablename__ = "account_passkey"
    __table_args__ = (sa.Index("ix_account_passkey_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(60))
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    transports: Mapped[list[str]]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """The SHA-256 of one recovery code (80 random bits). A code that was used is a row that is gone."""

    __tablename__ = "account_recovery_code"

    person_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)


class CodePurpose(enum.StrEnum):
    sign_in = "sign_in"
    confirmation = "confirmation"


class EmailedCode(Base):
    """Six figures sent by letter, kept as an HMAC: one that works per person and purpose, once, for a few tries."""

    __tablename__ = "account_code"

    person_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    purpose: Mapped[CodePurpose] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary)
    attempts: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    expires_at: Mapped[datetime]


class AddressChange(Base):
    """Somebody asks to sign in with another address: asked, then confirmed from the new one, perhaps undone from the old one."""

    __tablename__ = "account_address_change"
    __table_args__ = (sa.Index("ix_account_address_change_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("account.id", ondelete="CASCADE"))
    old_email: Mapped[str] = mapped_column(sa.String(254))
    new_email: Mapped[str] = mapped_column(sa.String(254))
    confirm_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    undo_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary, unique=True)
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class Throttle(Base):
    """How often something was tried in the present window. ``key`` is a SHA-256: neither an address nor a name."""

    __tablename__ = "throttle"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime]
