"""The papers of a programme's kit: what was changed of the house's own, what was added, and every version of the words."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id

TITLE_MOST = 120
TEXT_MOST = 40_000
URL_MOST = 2000


class ResourceKind(enum.StrEnum):
    text = "text"
    file = "file"
    link = "link"


class Readers(enum.StrEnum):
    """For whom a paper is: the whole audience, or those who take part on one side."""

    all = "all"
    mentors = "mentors"
    mentees = "mentees"


class Resource(Base):
    """One paper of a programme's kit, where it is not simply as it was shipped.

    ``slug`` names a paper of the house's; it is empty for the programme's own. ``edited``: the newest version holds the
    words; otherwise a paper of the house's follows its releases. ``version`` counts the saves of the words (0: none yet).
    ``place`` orders, smallest first.
    """

    __tablename__ = "resource"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "programme_id"], ["programme.org_id", "programme.id"]),
        sa.Index(
            "uq_resource_slug", "org_id", "programme_id", "slug", unique=True, postgresql_where=sa.text("slug <> ''")
        ),
        sa.Index("ix_resource_programme", "org_id", "programme_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    programme_id: Mapped[int] = mapped_column(sa.BigInteger)
    slug: Mapped[str] = mapped_column(sa.String(60), default="")
    kind: Mapped[ResourceKind] = mapped_column(default=ResourceKind.text)
    side: Mapped[Readers] = mapped_column(default=Readers.all)
    place: Mapped[int] = mapped_column(sa.SmallInteger)
    hidden: Mapped[bool] = mapped_column(default=False)
    edited: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)
    file_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ResourceFile(Base):
    """A file of the kit; ``kind`` is what the content is. Never changed: another file is another row."""

    __tablename__ = "resource_file"
    __table_args__ = (sa.ForeignKeyConstraint(["org_id", "resource_id"], ["resource.org_id", "resource.id"]),)

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    resource_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(8))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)


class ResourceVersion(Base):
    """The words as somebody left them; never changed. ``is_default``: on that day they went back to the house's own."""

    __tablename__ = "resource_version"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "resource_id"], ["resource.org_id", "resource.id"]),
        sa.ForeignKeyConstraint(["org_id", "file_id"], ["resource_file.org_id", "resource_file.id"]),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    title_en: Mapped[str] = mapped_column(sa.String(TITLE_MOST), default="")
    title_fr: Mapped[str] = mapped_column(sa.String(TITLE_MOST), default="")
    body_en: Mapped[str] = mapped_column(default="")
    body_fr: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(sa.String(URL_MOST), default="")
    file_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    is_default: Mapped[bool] = mapped_column(default=False)
    saved_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    saved_at: Mapped[datetime]


WORDS = ("title_en", "title_fr", "body_en", "body_fr")
"""What a save compares and merges, word field by word field."""
