"""Where a firm's welcome stands: which steps there are, what was done with each, and what is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts.models import Person
from tenants.conflicts import queries as conflicts
from tenants.current import Acting
from tenants.organisations.models import StepState, WelcomeStep
from tenants.organisations.policy import may_welcome
from tenants.organisations.queries import own_organisation
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused

STEPS: dict[str, Any] = {
    "name": _l("Name and look"),
    "languages": _l("Languages"),
    "domains": _l("E-mail domains"),
    "approval": _l("Approval of requests"),
    "marketplace": _l("Marketplace"),
    "agreements": _l("Participation agreement"),
    "conflicts": _l("Conflicts of interest"),
    "people": _l("First people"),
}
"""In order, by the last part of each step's address."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody did with a step."""

    state: StepState
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    taken: dict[str, Taken]

    @property
    def done(self) -> int:
        return sum(self.state_of(step) in {StepState.done, StepState.nothing} for step in STEPS)

    def state_of(self, step: str) -> StepState | None:
        taken = self.taken.get(step)
        return taken.state if taken else None

    @property
    def next_step(self) -> str | None:
        """The first step that nobody has done or skipped."""
        return next((step for step in STEPS if step not in self.taken), None)

    def after(self, step: str) -> str | None:
        """The step that comes behind ``step``; None behind the last."""
        order = list(STEPS)
        place = order.index(step) + 1
        return order[place] if place < len(order) else None

    def before(self, step: str) -> str | None:
        order = list(STEPS)
        place = order.index(step)
        return order[place - 1] if place else None


def progress(acting: Acting) -> Progress:
    rows = db.session.execute(
        sa.select(WelcomeStep.step, WelcomeStep.state, Person.name, WelcomeStep.at)
        .outerjoin(Person, Person.id == WelcomeStep.by_id)
        .where(WelcomeStep.org_id == acting.org_id)
    )
    return Progress({row.step: Taken(row.state, row.name or "", row.at) for row in rows})


def take_step(*, acting: Acting, step: str, state: StepState, now: datetime) -> None:
    """Keep what the firm did with a step of its welcome. A step that was done is not undone by skipping it.

    Raises ``Refused`` when there is "nothing" to declare while conflicts are declared.
    """
    _check(acting)
    if state is StepState.nothing and conflicts.conflicts(acting):
        raise Refused(_("Your firm has declared conflicts. End them first if there are none."))
    statement = insert(cast(sa.Table, WelcomeStep.__table__)).values(
        org_id=acting.org_id, step=step, state=state, by_id=acting.person_id, at=now
    )
    values = {"state": state, "by_id": acting.person_id, "at": now}
    kept = WelcomeStep.state == StepState.skipped if state is StepState.skipped else sa.true()
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "step"], set_=values, where=kept))
    if state is StepState.nothing:
        _log("conflict.none_declared", acting, now)
    db.session.commit()


def close_welcome(*, acting: Acting, now: datetime) -> None:
    """Nobody lands on the welcome any more; it can still be opened from the settings. Raises ``Refused`` while the firm
    has no name of its own.
    """
    _check(acting)
    organisation = own_organisation(acting)
    if organisation.provisional:
        raise Refused(_("Give your firm its name first."), way_back=f"/{acting.slug}/welcome/name")
    if organisation.welcome_open:
        organisation.welcome_open = False
        _log("organisation.welcomed", acting, now)
    db.session.commit()


def _check(acting: Acting) -> None:
    if not may_welcome(acting):
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def _log(verb: str, acting: Acting, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", acting.org_id),
        actor=(acting.person_id, acting.person_name),
    )
