"""The blueprint that all rooms of these pages share, and what they have in common."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.enrolments import queries
from marketplace.enrolments.eligibility import Profile, profile_of, statements
from marketplace.enrolments.queries import EnrolmentSeen
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from marketplace.programmes.words import side_word
from tenants.shared import clock

bp = Blueprint("enrolments", __name__)


def cohort_seen(cohort_id: int) -> CohortSeen:
    return cohort_or_404(g.acting, cohort_id)


def found_here(cohort_id: int, enrolment_id: int) -> tuple[CohortSeen, EnrolmentSeen]:
    seen = cohort_seen(cohort_id)
    return seen, queries.enrolment_or_404(g.acting, seen, enrolment_id, clock.now())


def said(seen: CohortSeen) -> dict[Side, list[str]]:
    return {side: statements(seen.cohort.modalities, side) for side in seen.cohort.modalities.sides}


def said_once(seen: CohortSeen) -> list[tuple[str, list[str]]]:
    """What is confirmed, each sentence once: that of everybody first, then under the name of its side."""
    by_side = said(seen)
    if len(by_side) == 1:
        return [("", sentences) for sentences in by_side.values() if sentences]
    shared = [one for one in next(iter(by_side.values())) if all(one in others for others in by_side.values())]
    found = [(_("Everybody"), shared)]
    for side, sentences in by_side.items():
        found.append((side_word(side, seen.cohort.form), [one for one in sentences if one not in shared]))
    return [(heading, sentences) for heading, sentences in found if sentences]


def confirms(form: Any, seen: CohortSeen) -> bool:
    """Statements in the programme's own words are confirmed by a tick."""
    side = Side(form.side.data)
    if statements(seen.cohort.modalities, side) and not form.states_true.data:
        form.states_true.errors = [_("Confirm that it is true, or choose somebody else.")]
        return False
    return True


def own_profile() -> Profile:
    return profile_of(g.acting.org_id, g.acting.person_id) or abort(404)


def back_to(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", cohort_id=cohort_id, enrolment_id=enrolment_id), 303)
