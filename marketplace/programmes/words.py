"""What the enumerations of programmes are called on pages and in letters."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import Cohort, CohortState, EnrolmentState, ProgrammeState

PHASES: dict[Phase, Any] = {
    Phase.call: _l("Call"),
    Phase.nomination: _l("Nomination"),
    Phase.application: _l("Application"),
    Phase.approval: _l("Approval"),
    Phase.training: _l("Training"),
    Phase.matching: _l("Matching"),
    Phase.launch: _l("Launch"),
    Phase.mid_point: _l("Mid-point"),
    Phase.closing: _l("Closing"),
    Phase.alumni: _l("Alumni"),
}

PROGRAMME_STATES: dict[ProgrammeState, Any] = {
    ProgrammeState.draft: _l("Draft"),
    ProgrammeState.open: _l("Open"),
    ProgrammeState.archived: _l("Archived"),
}

COHORT_STATES: dict[CohortState, Any] = {
    CohortState.draft: _l("Draft"),
    CohortState.open: _l("Open"),
    CohortState.closed: _l("Closed"),
    CohortState.cancelled: _l("Cancelled"),
}

ENROLMENT_STATES: dict[EnrolmentState, Any] = {
    EnrolmentState.nominated: _l("Asked to take part"),
    EnrolmentState.awaiting_employer: _l("Awaits the employer"),
    EnrolmentState.awaiting_decision: _l("Awaits the decision"),
    EnrolmentState.waiting: _l("On the waiting list"),
    EnrolmentState.enrolled: _l("Takes part"),
    EnrolmentState.completed: _l("Has completed it"),
    EnrolmentState.declined: _l("Said no"),
    EnrolmentState.refused: _l("Not taken in"),
    EnrolmentState.withdrawn: _l("Withdrawn"),
    EnrolmentState.dropped_out: _l("Left early"),
    EnrolmentState.expired: _l("No answer in time"),
}


def side_word(side: Side, form: Form) -> str:
    """What somebody on ``side`` is called. In the reverse form the junior is the mentor, and both are told so."""
    if form is Form.reverse:
        return _("Junior mentor") if side is Side.mentor else _("Senior mentee")
    if form is Form.external and side is Side.mentee:
        return _("Student")
    return {Side.mentor: _("Mentor"), Side.mentee: _("Mentee"), Side.peer: _("Peer")}[side]


def cohort_name(cohort: Cohort) -> str:
    """How a cohort is told from the others of its programme."""
    return _("Pilot") if cohort.is_pilot else _("Cohort %(number)s", number=cohort.ordinal)
