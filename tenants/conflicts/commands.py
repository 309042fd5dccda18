"""Declare, change and end conflicts of interest; form groups of companies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from tenants.conflicts.policy import may_declare_conflicts, may_speak_for_group
from tenants.current import Acting
from tenants.organisations.models import ConflictDeclaration, ConflictKind, GroupOffer, GroupSight, Organisation
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared about one firm."""

    other_org_id: int
    kind: ConflictKind
    since: date
    until: date | None = None
    note: str = ""
    covers_group: bool = False


def _allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def _record(verb: str, acting: Acting, subject: tuple[str, int | None], now: datetime, **data: object) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=subject,
        actor=(acting.person_id, acting.person_name),
        data=dict(data),
    )


def _write(acting: Acting, said: Declaration, now: datetime) -> int:
    conflict_id = new_id()
    db.session.execute(
        sa.insert(ConflictDeclaration),
        {
            "org_id": acting.org_id,
            "id": conflict_id,
            "other_org_id": said.other_org_id,
            "kind": said.kind,
            "since": said.since,
            "until": said.until,
            "note": said.note,
            "covers_group": said.covers_group,
            "declared_by_id": acting.person_id,
            "created_at": now,
        },
    )
    return conflict_id


def declare_conflict(*, acting: Acting, said: Declaration, now: datetime) -> None:
    """From its first day the two firms' people do not see each other. Only the declaring firm ever reads this."""
    _allow(may_declare_conflicts(acting))
    conflict_id = _write(acting, said, now)
    _record("conflict.declared", acting, ("conflict", conflict_id), now, kind=said.kind.value)
    db.session.commit()


def declare_list(*, acting: Acting, said: Sequence[Declaration], now: datetime) -> int:
    """Declare several at once, all or none; what stands already in the same words is left out. Returns how many."""
    _allow(may_declare_conflicts(acting))
    standing = {
        (row.other_org_id, row.kind, row.since)
        for row in db.session.scalars(sa.select(ConflictDeclaration).where(ConflictDeclaration.org_id == acting.org_id))
    }
    fresh = [one for one in said if (one.other_org_id, one.kind, one.since) not in standing]
    for one in fresh:
        _write(acting, one, now)
    if fresh:
        _record("conflict.list_declared", acting, ("conflict", None), now, count=len(fresh))
    db.session.commit()
    return len(fresh)


def change_conflict(
    *,
    acting: Acting,
    conflict: ConflictDeclaration,
    kind: ConflictKind,
    since: date,
    until: date | None,
    note: str,
    covers_group: bool,
    now: datetime,
) -> None:
    """Correct or extend a declaration; an ended one takes effect again if its new last day is ahead."""
    _allow(may_declare_conflicts(acting))
    conflict.kind, conflict.since, conflict.until = kind, since, until
    conflict.note, conflict.covers_group = note, covers_group
    _record("conflict.changed", acting, ("conflict", conflict.id), now, kind=kind.value)
    db.session.commit()


def end_conflict(*, acting: Acting, conflict: ConflictDeclaration, now: datetime) -> None:
    """From today the conflict no longer stands; the declaration is kept. One declared today is taken back whole."""
    _allow(may_declare_conflicts(acting))
    if conflict.until is not None and conflict.until <= now.date():
        raise Refused(_("This conflict has already ended."))
    if conflict.since >= now.date():
        db.session.delete(conflict)
    else:
        conflict.until = now.date()
    _record("conflict.ended", acting, ("conflict", conflict.id), now, kind=conflict.kind.value)
    db.session.commit()


# --- groups ---------------------------------------------------------------------------------------------------------


def offer_group(*, acting: Acting, slug: str, other_is_parent: bool, now: datetime) -> None:
    """Ask a company to stand above or below the viewer's own. Does the same whether or not there is such a company."""
    _allow(may_speak_for_group(acting))
    offer_id = new_id()
    db.session.execute(sa.select(sa.func.offer_group(offer_id, slug, other_is_parent, now)))
    _record("group.offered", acting, ("group", offer_id), now)
    db.session.commit()


def answer_offer(*, acting: Acting, org_id: int, offer_id: int, accepts: bool, now: datetime) -> None:
    """Say yes or no to a company that asked. Raises ``Refused`` when it is no longer asked, or would close a circle."""
    _allow(may_speak_for_group(acting))
    answered = db.session.scalar(sa.select(sa.func.answer_group_offer(org_id, offer_id, accepts, now)))
    if answered == "impossible":
        raise Refused(_("This cannot be: the company below already has one above it, or it would stand above itself."))
    if answered != "answered":
        raise Refused(_("This offer was answered or withdrawn meanwhile."))
    _record("group.answered", acting, ("group", offer_id), now)
    db.session.commit()


def withdraw_offer(*, acting: Acting, offer_id: int) -> None:
    """Nobody is asked any more. Withdrawn twice is no error."""
    _allow(may_speak_for_group(acting))
    db.session.execute(
        sa.delete(GroupOffer).where(GroupOffer.org_id == acting.org_id, GroupOffer.id == offer_id),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def leave_group(*, acting: Acting, child_id: int, now: datetime) -> None:
    """Take a company out from under the one above it: either of the two may."""
    _allow(may_speak_for_group(acting))
    if not db.session.scalar(sa.select(sa.func.leave_group(child_id))):
        raise Refused(_("This company is not in your group."))
    _record("group.left", acting, ("group", None), now)
    db.session.commit()


def set_group_sight(*, acting: Acting, sight: GroupSight, now: datetime) -> None:
    """Whether the companies below, and this one, see each other's people."""
    _allow(may_speak_for_group(acting))
    own = db.session.get_one(Organisation, acting.org_id)
    if own.group_sight is not sight:
        own.group_sight = sight
        _record("group.sight_changed", acting, ("group", None), now, sight=sight.value)
    db.session.commit()
