"""Have a paper drawn by the worker, once for each version of what it says, and keep it for a while."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from marketplace.papers.models import DrawnPaper
from tenants.current import Acting
from tenants.shared import clock, jobs
from tenants.shared.database import db
from tenants.shared.papers import Picture, pdf_of

KEPT_FOR = timedelta(days=30)
MOST_KEPT = 200
"""How long, and how many of them, one organisation's papers are kept after somebody last had them drawn."""

ASKED_AGAIN = timedelta(minutes=10)
"""A drawing that is not there by then has come to nothing, and is asked for once more."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a paper is drawn from: its HTML, as the template gives it, and its pictures by name.

    ``about_person_id``: it holds this person's words; then it is kept for the one who asks, and for nobody else.
    """

    html: str
    pictures: dict[str, Picture] = field(default_factory=dict)
    about_person_id: int | None = None

    def packed(self) -> bytes:
        pictures = {
            name: [one.media_type, base64.b64encode(one.content).decode()] for name, one in self.pictures.items()
        }
        return json.dumps({"html": self.html, "pictures": pictures}, sort_keys=True).encode()

    @staticmethod
    def unpacked(source: bytes) -> Sheet:
        read = json.loads(source)
        pictures = {
            name: Picture(base64.b64decode(content), kind) for name, (kind, content) in read["pictures"].items()
        }
        return Sheet(read["html"], pictures)

    def digest(self, reader: int | None = None) -> bytes:
        """SHA-256 of everything that the drawing depends on, our style sheets included; of one reader's, who that is as well."""
        static = Path(str(current_app.static_folder))
        styles = [(static / path).read_bytes() for path in re.findall(r'href="(css/[\w.-]+)"', self.html)]
        whose = () if reader is None else (str(reader).encode(),)
        return sha256(b"\0".join((self.packed(), *styles, *whose))).digest()


def ask_for_paper(*, acting: Acting, sheet: Sheet, now: datetime) -> DrawnPaper:
    """The paper as it stands; the first to ask has it drawn. Filling what is kept is no change of state: a GET may ask."""
    reader = acting.person_id if sheet.about_person_id is not None else None
    digest = sheet.digest(reader)
    found = _paper(acting.org_id, digest)
    if found is not None and (found.content is not None or found.asked_at > now - ASKED_AGAIN):
        return found
    values: dict[str, Any] = {"org_id": acting.org_id, "digest": digest, "source": sheet.packed(), "asked_at": now}
    values |= {"about_person_id": sheet.about_person_id, "reader_person_id": reader}
    asked = db.session.scalar(
        insert(DrawnPaper)
        .values(values)
        .on_conflict_do_update(
            index_elements=["org_id", "digest"],
            set_={"asked_at": now},
            where=sa.and_(DrawnPaper.content.is_(None), DrawnPaper.asked_at <= now - ASKED_AGAIN),
        )
        .returning(DrawnPaper.asked_at)
    )
    if asked is not None:
        jobs.enqueue(draw_paper, org_id=acting.org_id, digest=digest.hex())
    db.session.commit()
    return _paper(acting.org_id, digest) or DrawnPaper(**values)


def _paper(org_id: int, digest: bytes) -> DrawnPaper | None:
    return db.session.get(DrawnPaper, (org_id, digest), populate_existing=True)


@jobs.tenant_job("draw_paper")
def draw_paper(*, org_id: int, digest: str) -> None:
    """Once, whoever of several workers comes first; then those that nobody asked for in a long time make room."""
    now = clock.now()
    paper = db.session.scalar(
        sa.select(DrawnPaper)
        .where(DrawnPaper.org_id == org_id, DrawnPaper.digest == bytes.fromhex(digest), DrawnPaper.content.is_(None))
        .with_for_update(skip_locked=True)
    )
    if paper is None or paper.source is None:
        db.session.rollback()
        return
    sheet = Sheet.unpacked(paper.source)
    paper.content, paper.source, paper.drawn_at = pdf_of(sheet.html, sheet.pictures), None, now
    db.session.flush()
    kept = (
        sa.select(DrawnPaper.digest)
        .where(DrawnPaper.org_id == org_id)
        .order_by(DrawnPaper.asked_at.desc(), DrawnPaper.digest)
        .limit(MOST_KEPT)
    )
    db.session.execute(
        sa.delete(DrawnPaper).where(
            DrawnPaper.org_id == org_id,
            sa.or_(DrawnPaper.asked_at < now - KEPT_FOR, DrawnPaper.digest.not_in(kept)),
        ),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


@jobs.tenant_job("forget_papers")
def forget_papers(*, org_id: int) -> None:
    """What is kept is drawn again whenever somebody asks, by what it says then."""
    gone = sa.delete(DrawnPaper).where(DrawnPaper.org_id == org_id)
    db.session.execute(gone, execution_options={"synchronize_session": False})
    db.session.commit()
