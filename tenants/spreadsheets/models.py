"""A spreadsheet of people on its way in: the file as it came, and its rows until they can no longer be undone."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id

UNDO_WITHIN = timedelta(hours=24)
LEFT_ALONE = timedelta(days=7)
"""A file that nobody imports is deleted after this."""


class ImportState(enum.StrEnum):
    """``reading``: the worker has the file; ``unreadable``: nothing could be done with it, ``fault`` says why."""

    reading = "reading"
    unreadable = "unreadable"
    uploaded = "uploaded"
    checked = "checked"
    running = "running"
    done = "done"
    undone = "undone"


class Verdict(enum.StrEnum):
    new = "new"
    changed = "changed"
    unchanged = "unchanged"
    wrong = "wrong"


class Outcome(enum.StrEnum):
    invited = "invited"
    changed = "changed"
    unchanged = "unchanged"


class PeopleImport(Base):
    """One spreadsheet. ``body`` is its rows as compressed CSV (``reading.pack``), emptied once they cannot be undone; while
    the worker reads, it is the file as it came. ``fault``: what ``words.Unreadable`` is made of.

    ``mapping`` says which of the file's columns (from 0) holds which of our fields. ``done`` counts rows imported so far.
    """

    __tablename__ = "people_import"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    header: Mapped[list[str]]
    body: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    rows: Mapped[int]
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ImportState] = mapped_column(default=ImportState.uploaded)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    fault: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default="[]")
    undo_counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_by_name: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    @property
    def right(self) -> int:
        """Rows that are imported, or will be."""
        return self.rows - self.wrong

    @property
    def undo_until(self) -> datetime | None:
        return self.finished_at + UNDO_WITHIN if self.finished_at else None

    def may_be_undone(self, now: datetime) -> bool:
        return self.state is ImportState.done and self.undo_until is not None and now < self.undo_until


class ImportRow(Base):
    """One row as the check left it. ``number`` is the spreadsheet's own (the header is row 1).

    ``problems``: a list of ``[column, code, detail]`` (see ``words.problem_sentence``). ``invitation_id`` is the id that a
    new invitation will get, or the open invitation that the row changes. ``before``: the values it replaced, for undo.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "import_id"], ["people_import.org_id", "people_import.id"], ondelete="CASCADE"
        ),
        sa.Index(
            "ix_import_row_waiting",
            "org_id",
            "import_id",
            "number",
            postgresql_where=sa.text("outcome IS NULL AND verdict <> 'wrong'"),
        ),
    )

    org_id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[Verdict]
    problems: Mapped[list[list[Any]]] = mapped_column(JSONB)
    email: Mapped[str]
    name: Mapped[str]
    job_title: Mapped[str]
    role: Mapped[str]
    locale: Mapped[str]
    time_zone: Mapped[str]
    function: Mapped[str]
    seniority: Mapped[str]
    started_on: Mapped[date | None]
    invitation_id: Mapped[int] = mapped_column(sa.BigInteger)
    affiliation_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    outcome: Mapped[Outcome | None]
    before: Mapped[dict[str, Any]]
