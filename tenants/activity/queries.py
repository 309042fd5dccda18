"""The activity log as a tenant's coordinators read it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.models import Activity

PAGE = 50


def lines(acting: Acting, *, kind: str | None = None, before: int | None = None) -> Sequence[Activity]:
    """One page of the tenant's log, newest first, from the line behind ``before``; one more than a page when there is more."""
    query = sa.select(Activity).where(Activity.org_id == acting.org_id).order_by(Activity.id.desc()).limit(PAGE + 1)
    if kind:
        query = query.where(Activity.subject_kind == kind)
    if before:
        query = query.where(Activity.id < before)
    return db.session.scalars(query).all()


def kinds(acting: Acting) -> Sequence[str]:
    """What the tenant's log speaks of."""
    query = (
        sa.select(Activity.subject_kind)
        .where(Activity.org_id == acting.org_id)
        .distinct()
        .order_by(Activity.subject_kind)
    )
    return db.session.scalars(query).all()
