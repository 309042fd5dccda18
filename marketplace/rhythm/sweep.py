"""The clock's walk over the pairs of one organisation: what is due is claimed in batches, each row once.

A batch is one statement that skips what another worker holds, and one transaction with the jobs that write its letters:
whoever claims a row writes about it, and a worker that was down finds everything once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.rhythm.models import QUIET_DAYS, Occasion, Pause, RhythmSetting
from tenants.shared import jobs
from tenants.shared.database import db, new_id

CHECK_IN_EVERY = timedelta(days=42)
CHECK_IN_OPEN_FOR = timedelta(days=21)
REVIEW_OPEN_FOR = timedelta(days=30)
HINT_AFTER = timedelta(days=14)
BATCH = 500
LETTERS = 50
"""Pairs that one job writes to, in one transaction."""

Tell = Callable[..., None]

# One statement claims and asks: a policy that looks at the seal is then asked once a batch, not once a row.
ASK = """
WITH claimed AS (
    UPDATE mentorship_pulse p SET {change}
    FROM (SELECT q.org_id, q.mentorship_id FROM mentorship_pulse q
          WHERE q.org_id = :org AND q.paused_at IS NULL AND q.{due} <= :now
          ORDER BY q.{due} LIMIT :batch FOR UPDATE SKIP LOCKED) due
    WHERE p.org_id = due.org_id AND p.mentorship_id = due.mentorship_id
    RETURNING p.mentorship_id, p.mentee_person_id, p.mentor_person_id
), numbered AS (SELECT claimed.*, row_number() OVER () AS n FROM claimed)
INSERT INTO check_in (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, occasion, asked_at, closes_at)
SELECT :org, (CAST(:ids AS bigint[]))[n], mentorship_id, mentee_person_id, mentor_person_id, :occasion, :now, :closes_at
FROM numbered RETURNING id
"""


def _asking(due: str, change: str) -> sa.TextClause:
    return sa.text(ASK.format(due=due, change=change)).bindparams(sa.bindparam("every", type_=sa.Interval))


CLAIM_CHECK_INS = _asking(
    "check_in_at",
    """check_in_at = p.check_in_at + :every * (1 + floor(
        extract(epoch FROM CAST(:now AS timestamptz) - p.check_in_at) / extract(epoch FROM CAST(:every AS interval))))""",
)

# A review takes the place of a check-in that would come within the same week.
CLAIM_REVIEWS = _asking(
    "review_at",
    """review_at = NULL, reviewed_at = :now, check_in_at = CASE
        WHEN p.check_in_at <= CAST(:now AS timestamptz) + 7 * interval '24 hours' THEN p.check_in_at + :every
        ELSE p.check_in_at END""",
)

CLAIM_QUIET = sa.text("""
UPDATE mentorship_pulse p SET nudged_at = :now
FROM (SELECT q.org_id, q.mentorship_id FROM mentorship_pulse q
      WHERE q.org_id = :org AND q.paused_at IS NULL AND NOT q.over AND q.nudged_at IS NULL AND q.last_sign_at <= :before
      ORDER BY q.last_sign_at LIMIT :batch FOR UPDATE SKIP LOCKED) due
WHERE p.org_id = due.org_id AND p.mentorship_id = due.mentorship_id
RETURNING p.mentorship_id
""")

CLAIM_HINTS = sa.text("""
UPDATE mentorship_pulse p SET hinted_at = :now
FROM (SELECT q.org_id, q.mentorship_id FROM mentorship_pulse q
      WHERE q.org_id = :org AND q.paused_at IS NULL AND NOT q.over AND q.hinted_at IS NULL AND q.nudged_at <= :before
      ORDER BY q.nudged_at LIMIT :batch FOR UPDATE SKIP LOCKED) due
WHERE p.org_id = due.org_id AND p.mentorship_id = due.mentorship_id
RETURNING p.mentorship_id
""")


def organisations_with_due_rhythm(now: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(sa.func.organisations_with_due_rhythm(now))).all()


def quiet_after(org_id: int) -> timedelta:
    """How long an organisation's pairs may be without a sign of life before they are asked."""
    setting = db.session.get(RhythmSetting, org_id)
    return timedelta(days=setting.quiet_days if setting else QUIET_DAYS)


def ask_reviews(org_id: int, now: datetime, tell: Tell) -> int:
    """Ask one batch of pairs for their mid-point review; how many there were. Commits."""
    return _ask(CLAIM_REVIEWS, Occasion.review, REVIEW_OPEN_FOR, org_id, now, tell)


def ask_check_ins(org_id: int, now: datetime, tell: Tell) -> int:
    """The same for the check-in of every six weeks; what was missed meanwhile is not made up for."""
    return _ask(CLAIM_CHECK_INS, Occasion.check_in, CHECK_IN_OPEN_FOR, org_id, now, tell)


def _ask(claim: Any, occasion: Occasion, open_for: timedelta, org_id: int, now: datetime, tell: Tell) -> int:
    values = {
        "org": org_id,
        "now": now,
        "every": CHECK_IN_EVERY,
        "batch": BATCH,
        "ids": [new_id() for _ in range(BATCH)],
        "occasion": occasion.value,
        "closes_at": now + open_for,
    }
    asked = list(db.session.scalars(claim, values))
    for start in range(0, len(asked), LETTERS):
        tell(org_id=org_id, check_in_ids=asked[start : start + LETTERS])
    db.session.commit()
    return len(asked)


def nudge_quiet(org_id: int, now: datetime, tell: Tell) -> int:
    """Pairs without a sign of life for as long as their organisation says: a kind word to each of the two."""
    return _claim(CLAIM_QUIET, org_id, now, now - quiet_after(org_id), tell)


def hint_quiet(org_id: int, now: datetime, tell: Tell) -> int:
    """Pairs that stayed quiet after it: a hint to those who look after the two."""
    return _claim(CLAIM_HINTS, org_id, now, now - HINT_AFTER, tell)


def _claim(claim: Any, org_id: int, now: datetime, before: datetime, tell: Tell) -> int:
    values = {"org": org_id, "now": now, "before": before, "batch": BATCH}
    found = db.session.scalars(claim, values).all()
    for start in range(0, len(found), LETTERS):
        tell(org_id=org_id, mentorship_ids=list(found[start : start + LETTERS]))
    db.session.commit()
    return len(found)


def announce_pauses(org_id: int, now: datetime) -> int:
    """Pauses whose day has come: to begin, or to ask both whether it goes on. Each is looked at again under its lock."""
    due = db.session.scalars(
        sa.select(Pause.id).where(Pause.org_id == org_id, Pause.act_on <= now.date()).order_by(Pause.act_on)
    ).all()
    for pause_id in due:
        jobs.announce("pause.due", org_id=org_id, pause_id=pause_id)
    db.session.commit()
    return len(due)
