"""Who may do what for somebody's way into a cohort."""

from __future__ import annotations

from marketplace.programmes.models import Enrolment
from marketplace.programmes.queries import CohortSeen
from tenants.current import Acting


def may_nominate(acting: Acting, seen: CohortSeen) -> bool:
    """Those who look after people of an organisation that takes part, for its own people."""
    return seen.coordinates and acting.coordinates


def may_answer_for_employer(acting: Acting, enrolment: Enrolment) -> bool:
    return acting.coordinates and enrolment.firm_id == acting.org_id and enrolment.person_id != acting.person_id


def may_decide(acting: Acting, seen: CohortSeen, enrolment: Enrolment) -> bool:
    """Whoever runs the cohort decides, though not about themselves."""
    return seen.runs and enrolment.person_id != acting.person_id
