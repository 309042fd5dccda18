"""Files that the two hand to each other."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.conversations import letters
from marketplace.conversations.file_kinds import ReadFile
from marketplace.conversations.models import FILES_MOST, MEGABYTE, PairFile
from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.policy import require_writing
from marketplace.mentorships.queries import Pair
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused

KEPT_AFTER_REMOVAL = timedelta(days=7)


def add_file(*, acting: Acting, pair: Pair, file: ReadFile, now: datetime) -> PairFile:
    """Raises ``Refused`` when the pair's 100 MB are used up; two at once take turns."""
    require_writing(pair)
    one = pair.mentorship
    _require_room(one, len(file.content))
    kept = PairFile(
        **one.pair_key,
        author_person_id=acting.person_id,
        name=file.name,
        kind=file.kind,
        size=len(file.content),
        content=file.content,
        created_at=now,
    )
    db.session.add(kept)
    db.session.flush()
    letters.tell_soon(one, pair.seen.other.id, first=kept.id)
    db.session.commit()
    return kept


def _require_room(one: Mentorship, size: int) -> None:
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("files", one.id))))
    used = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(PairFile.size), 0)).where(
            PairFile.org_id == one.org_id, PairFile.mentorship_id == one.id, PairFile.removed_at.is_(None)
        )
    )
    if (used or 0) + size > FILES_MOST:
        raise Refused(
            _("Your files together may take %(num)d MB. Take one away to make room.", num=FILES_MOST // MEGABYTE)
        )


def remove_file(*, acting: Acting, pair: Pair, file: PairFile, removed: bool, now: datetime) -> None:
    """Take one's own file away, or (``removed`` false) bring it back within a week. Raises ``Forbidden`` for the other one."""
    require_writing(pair)
    if file.author_person_id != acting.person_id:
        raise Forbidden(_("Only who added a file can take it away."))
    if not removed and file.removed_at is not None:
        _require_room(pair.mentorship, file.size)
    file.removed_at = now if removed else None
    db.session.commit()


def drop_removed_files(*, now: datetime) -> int:
    """The worker's: forget what was taken away a week ago. How many there were; the clock commits."""
    return int(db.session.scalar(sa.select(sa.func.drop_removed_files(now - KEPT_AFTER_REMOVAL))) or 0)
