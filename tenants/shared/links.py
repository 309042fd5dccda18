"""Links in letters that let their reader act without signing in: made by the worker, kept as a hash, spent by the act."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.models import ActionLink
from tenants.shared.secrets import hash_of


def make_link(
    link_id: int,
    *,
    org_id: int,
    person_id: int,
    purpose: str,
    subject: tuple[int, int],
    expires_at: datetime | None,
    token: str | None = None,
) -> str | None:
    """The token of a new link: in the workspace ``org_id``, ``person_id`` may act on ``subject`` until it expires.

    ``subject`` is (organisation that keeps it, id); only a job of that organisation may make the link. ``link_id`` is decided
    with the transition that the letter tells of, so that a job that runs twice makes one link: None the second time.
    ``token``: a secret of another shape, where it does not stand in an address of this site.
    """
    token = token or secrets.token_urlsafe(32)
    values = {
        "org_id": org_id,
        "id": link_id,
        "person_id": person_id,
        "purpose": purpose,
        "subject_org_id": subject[0],
        "subject_id": subject[1],
        "token_hash": hash_of(token),
        "expires_at": expires_at,
    }
    statement = insert(cast(sa.Table, ActionLink.__table__)).values(values).on_conflict_do_nothing()
    made = cast(sa.CursorResult[Any], db.session.execute(statement, execution_options={"preserve_rowcount": True}))
    return token if made.rowcount == 1 else None


def spend_link(link: bytes | None, now: datetime) -> None:
    """A link acts once: it is spent in the same transaction as what it did. ``link`` is its hash; None: no link was used.

    Raises ``Refused`` when it has been spent or has run out.
    """
    if link is not None and not db.session.scalar(sa.select(sa.func.spend_link(link, now))):
        raise Refused(_("This link has been used already, or its time has run out."))
