"""A person's role changes; a person's tie to an organisation ends, today or on a later day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tenants.affiliations import letters, policy, queries
from tenants.affiliations.models import Affiliation, Role
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused

LATEST_END = timedelta(days=366)
"""How far ahead an end may be planned."""


def _allow(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(_("Your role does not include this. An administrator of your organisation can do it."))


@contextmanager
def _keeping_one_admin() -> Iterator[None]:
    """The database refuses to take an organisation's last administrator, also when two step down at once."""
    try:
        yield
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", "") != "affiliation_keeps_one_admin":
            raise
        db.session.rollback()
        raise Refused(
            _("An organisation keeps at least one administrator. Give the role to somebody else first.")
        ) from None


def _lock(acting: Acting, tie: Affiliation, now: datetime) -> Affiliation:
    """The row as it stands now, held until the commit. Raises ``Refused`` when the person has left meanwhile."""
    found = db.session.scalar(
        sa.select(Affiliation)
        .where(Affiliation.org_id == acting.org_id, Affiliation.id == tie.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or not found.stands_on(now.date()):
        raise Refused(_("This person no longer belongs to your organisation."))
    return found


def _log(verb: str, acting: Acting, tie: Affiliation, now: datetime, **data: str) -> None:
    record(
        verb,
        org_ids=[tie.org_id],
        now=now,
        subject=("affiliation", tie.id),
        actor=(acting.person_id, acting.person_name),
        data={"name": tie.person.name} | data,
    )


def change_role(*, acting: Acting, tie: Affiliation, role: Role, now: datetime) -> None:
    """Give somebody another role; what they had is taken. Giving the role they have changes nothing.

    Raises ``Forbidden`` for roles above the viewer's own, ``Refused`` when it would take the last administrator.
    """
    _allow(policy.may_change_role(acting, tie, role))
    tie = _lock(acting, tie, now)
    _allow(policy.may_change_role(acting, tie, role))
    if role is not tie.role:
        before, tie.role = tie.role, role
        with _keeping_one_admin():
            db.session.flush()
        _log("affiliation.role_changed", acting, tie, now, before=before.value, role=role.value)
        if tie.person_id != acting.person_id:
            letters.tell_role_changed(
                tie.org_id, tie.person_id, slug=acting.slug, role=role, by=acting.person_name, now=now
            )
    db.session.commit()


def change_details(*, acting: Acting, tie: Affiliation, job_title: str, now: datetime) -> None:
    """Correct what somebody does here."""
    _allow(policy.may_end(acting, tie))
    tie = _lock(acting, tie, now)
    if job_title != tie.job_title:
        tie.job_title = job_title
        _log("affiliation.changed", acting, tie, now)
    db.session.commit()


def end_affiliation(*, acting: Acting, tie: Affiliation, on: date, now: datetime) -> None:
    """From the day ``on`` the person does not act here any more. Their account, page and mentorships are theirs.

    Raises ``Forbidden`` for somebody of a role above the viewer's, ``Refused`` for a day that is past or more than a year
    ahead, and for the last administrator.
    """
    _allow(policy.may_end(acting, tie))
    tie = _lock(acting, tie, now)
    _check_day(on, now)
    tie.ended_on = on
    if on <= now.date():
        tie.closed_at = now
    with _keeping_one_admin():
        db.session.flush()
    _follow_end(acting, tie, now)
    db.session.commit()


def leave(*, acting: Acting, on: date, now: datetime) -> None:
    """A person ends their own tie to the organisation they act in. Raises as ``end_affiliation`` does."""
    _check_day(on, now)
    closed_at = now if on <= now.date() else None
    tie = queries.own_affiliation(acting)
    with _keeping_one_admin():
        left = db.session.scalar(sa.select(sa.func.leave_organisation(on, closed_at)))
    if not left:
        raise Refused(_("You have left already, or will have by that day."))
    db.session.refresh(tie)
    _follow_end(acting, tie, now)
    db.session.commit()


def _check_day(on: date, now: datetime) -> None:
    if not now.date() <= on <= now.date() + LATEST_END:
        raise Refused(_("Choose today or a day within the next year."))


def _follow_end(acting: Acting, tie: Affiliation, now: datetime) -> None:
    if tie.closed_at is None and tie.ended_on is not None:
        _log("affiliation.ending_planned", acting, tie, now, day=tie.ended_on.isoformat())
        letters.tell_ending_planned(tie.org_id, tie.person_id, ended_on=tie.ended_on, now=now)
        return
    _log("affiliation.ended", acting, tie, now)
    _tell_of_end(tie, now)


def _tell_of_end(tie: Affiliation, now: datetime) -> None:
    letters.tell_ended(tie.org_id, tie.person_id, now=now)
    jobs.announce("affiliation.ended", org_id=tie.org_id, affiliation_id=tie.id)


def keep_affiliation(*, acting: Acting, tie: Affiliation, now: datetime) -> None:
    """Take back an end that was planned for a later day."""
    _allow(policy.may_end(acting, tie))
    tie = _lock(acting, tie, now)
    if tie.ended_on is None:
        raise Refused(_("No end is planned."))
    tie.ended_on = None
    _log("affiliation.ending_withdrawn", acting, tie, now)
    db.session.commit()


def close_leavers(*, org_id: int, now: datetime) -> int:
    """The clock: do what follows for everybody of one organisation whose day has come, each once. Returns how many.

    The card goes in this same transaction (a trigger on ``closed_at``). A worker passes over rows that another holds.
    """
    leavers = db.session.scalars(
        sa.select(Affiliation)
        .where(
            Affiliation.org_id == org_id,
            Affiliation.ended_on <= now.date(),
            Affiliation.closed_at.is_(None),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for tie in leavers:
        tie.closed_at = now
        db.session.flush()
        record(
            "affiliation.ended",
            org_ids=[org_id],
            now=now,
            subject=("affiliation", tie.id),
            data={"name": tie.person.name},
        )
        _tell_of_end(tie, now)
    db.session.commit()
    return len(leavers)
