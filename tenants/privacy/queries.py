"""What a person sees of their own data, in the context that shows what is theirs; and an organisation's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import undefer

from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.privacy.models import Consent, Erasure, ErasureState, ExportState, Kept, PersonalExport, Retention
from tenants.privacy.retention import RULES
from tenants.shared.database import db
from tenants.shared.secrets import hash_of

VIEWS_SINCE = timedelta(weeks=12)


@dataclass(frozen=True, slots=True)
class View:
    """How many people of one firm opened one's page in one week; None: fewer than three."""

    firm: str
    week: date
    views: int | None


def latest_export(person_id: int, *, now: datetime) -> PersonalExport | None:
    """The person's last download that is under way or still kept."""
    return db.session.scalar(
        sa.select(PersonalExport)
        .where(PersonalExport.person_id == person_id, PersonalExport.expires_at > now)
        .order_by(PersonalExport.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def ready_export_or_404(person_id: int, export_id: int, *, now: datetime) -> PersonalExport:
    """A file that the person may download, with its content."""
    found = db.session.scalar(
        sa.select(PersonalExport)
        .where(
            PersonalExport.person_id == person_id,
            PersonalExport.id == export_id,
            PersonalExport.state == ExportState.ready,
            PersonalExport.expires_at > now,
        )
        .options(undefer(PersonalExport.content))
    )
    return found or abort(404)


def pending_erasure(person_id: int) -> Erasure | None:
    """The person's wish to be erased, while they may still change their mind."""
    return db.session.scalar(
        sa.select(Erasure).where(Erasure.person_id == person_id, Erasure.state == ErasureState.asked)
    )


def sole_administrations() -> list[tuple[str, str]]:
    """(slug, name) of the organisations that nobody else administers. Holds others who ask at this moment back."""
    return [(row.slug, row.name) for row in db.session.execute(sa.text("SELECT * FROM sole_administrations()"))]


@dataclass(frozen=True, slots=True)
class LinkedErasure:
    state: str
    due_at: datetime
    locale: str


def linked_erasure_or_404(token: str) -> LinkedErasure:
    """What a link in a letter speaks of."""
    row = db.session.execute(
        sa.text("SELECT state, due_at, locale FROM erasure_of_link(:token_hash)"), {"token_hash": hash_of(token)}
    ).first()
    return LinkedErasure(*row) if row else abort(404)


def consents(person_id: int) -> Sequence[tuple[Consent, str]]:
    """What the person said yes to and the organisation's name, what stands first, then the latest."""
    rows = db.session.execute(
        sa.select(Consent, Organisation.name)
        .join(Organisation, Organisation.id == Consent.org_id)
        .where(Consent.person_id == person_id)
        .order_by(Consent.withdrawn_at.is_not(None), Consent.given_at.desc())
        .limit(50)
    )
    return [(row[0], row[1]) for row in rows]


def views_of_me(*, today: date) -> list[View]:
    """Who has looked at the viewer's mentor page: by firm and week, the latest first."""
    rows = db.session.execute(sa.text("SELECT * FROM views_of_me(:since)"), {"since": today - VIEWS_SINCE})
    return [View(*row) for row in rows]


def days_kept(acting: Acting) -> dict[Kept, int]:
    """For how many days the viewer's organisation keeps each thing."""
    return chosen_days(acting.org_id)


def chosen_days(org_id: int) -> dict[Kept, int]:
    rows = db.session.execute(sa.select(Retention.subject, Retention.days).where(Retention.org_id == org_id))
    chosen = {row.subject: row.days for row in rows}
    return {subject: chosen.get(subject, rule.usual) for subject, rule in RULES.items()}
