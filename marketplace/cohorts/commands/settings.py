"""Pilot or not, places and quotas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.cohorts.commands.steps import locked, note
from marketplace.programmes.modalities import Modalities, Side
from marketplace.programmes.models import (
    COUNTED,
    ON_THE_WAY,
    Cohort,
    CohortState,
    Enrolment,
)
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Refused


def change_settings(
    *,
    acting: Acting,
    cohort: Cohort,
    is_pilot: bool,
    numbers: Mapping[str, int | None],
    now: datetime,
) -> dict[str, str]:
    """Pilot or not, and how many: ``numbers`` by "places_mentors", "places_mentees", "quota_mentors", "quota_mentees".

    What is below the number of those who are in is not written: the sentences by name say so, and nothing changes.
    """
    one = locked(cohort)
    if one.state not in (CohortState.draft, CohortState.open):
        raise Refused(_("This cohort is over; its settings stay."))
    if wrong := _too_few(one, numbers):
        db.session.rollback()
        return wrong
    old = one.modalities
    chosen = old.model_copy(
        update={
            "mentors": old.mentors.model_copy(update={"places": numbers["places_mentors"]}),
            "mentees": old.mentees.model_copy(update={"places": numbers["places_mentees"]}),
            "quota": old.quota.model_copy(
                update={"mentors": numbers["quota_mentors"], "mentees": numbers["quota_mentees"]}
            ),
        }
    )
    one.choices = Modalities.model_validate(chosen.model_dump()).model_dump(mode="json")
    one.is_pilot, one.updated_at = is_pilot, now
    db.session.flush()
    # There may be room for somebody who waits.
    jobs.announce("place.perhaps_free", org_id=one.org_id, cohort_id=one.id)
    note("cohort.settings_changed", acting, one, now)
    db.session.commit()
    return {}


def _too_few(cohort: Cohort, numbers: Mapping[str, int | None]) -> dict[str, str]:
    """By name, where a number is below those who are in: of the whole cohort, or of the firm with most."""
    rows = db.session.execute(
        sa.select(Enrolment.firm_id, Enrolment.side, sa.func.count())
        .where(
            Enrolment.org_id == cohort.org_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.state.in_(COUNTED - ON_THE_WAY),
        )
        .group_by(Enrolment.firm_id, Enrolment.side)
    ).all()
    wrong: dict[str, str] = {}
    for name, sides in (("mentors", (Side.mentor,)), ("mentees", (Side.mentee, Side.peer))):
        here = [number for _firm, side, number in rows if side in sides]
        for key, already in ((f"places_{name}", sum(here)), (f"quota_{name}", max(here, default=0))):
            wanted = numbers[key]
            if wanted is not None and wanted < already:
                wrong[key] = _("%(number)s are in already. Choose as many or more.", number=already)
    return wrong
