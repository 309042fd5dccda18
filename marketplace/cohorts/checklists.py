"""What each phase asks to be done, counted from rows. Other features add what they know (``register``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.programmes.modalities import Phase, Side
from marketplace.programmes.models import Cohort, Enrolment, EnrolmentState
from marketplace.programmes.words import side_word
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a checklist. ``left``: how many are not done; ``of``: of how many. ``board``: the board's filter that shows
    them, where it can.
    """

    label: Any
    left: int
    of: int
    board: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.left == 0


_more: dict[str, tuple[Phase, Callable[[Cohort], Check | None]]] = {}


def register(name: str, phase: Phase, check: Callable[[Cohort], Check | None]) -> None:
    """Add a line to a phase's checklist, for those who run the cohort; once more is no error."""
    _more[name] = (phase, check)


Counts = Mapping[tuple[Side, EnrolmentState], int]


def _number(counts: Counts, *states: EnrolmentState) -> int:
    return sum(number for (_side, state), number in counts.items() if state in states)


def untrained(cohort: Cohort) -> tuple[int, int]:
    """How many have still to complete their training before they are matched, and how many there are of whom it is asked."""
    modalities = cohort.modalities
    sides = [side for side in modalities.sides if modalities.rules(side).training == "before_matching"]
    if not sides:
        return 0, 0
    left, of = db.session.execute(
        sa.select(sa.func.count().filter(Enrolment.trained_at.is_(None)), sa.func.count()).where(
            Enrolment.org_id == cohort.org_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.side.in_(sides),
            Enrolment.state == EnrolmentState.enrolled,
        )
    ).one()
    return left, of


def checklists(cohort: Cohort, counts: Counts) -> dict[Phase, list[Check]]:
    """Every phase's checklist for those who run the cohort. The counts are ``enrolments.queries.counts``."""
    asked = EnrolmentState.nominated
    employer, decision, waiting = (
        EnrolmentState.awaiting_employer,
        EnrolmentState.awaiting_decision,
        EnrolmentState.waiting,
    )
    everybody = sum(counts.values())
    enrolled = _number(counts, EnrolmentState.enrolled, EnrolmentState.completed)
    lists: dict[Phase, list[Check]] = {
        Phase.call: [Check(_("Organisations take part"), 0 if cohort.parties else 1, max(len(cohort.parties), 1))],
        Phase.nomination: [
            Check(
                _("Those who were nominated have answered"), _number(counts, asked), everybody, {"state": asked.value}
            )
        ],
        Phase.application: [
            Check(_("Employers have answered"), _number(counts, employer), everybody, {"state": employer.value})
        ],
        Phase.approval: [
            Check(_("Everybody has a decision"), _number(counts, decision), everybody, {"state": decision.value}),
        ],
        Phase.launch: [
            *(
                Check(
                    _("Somebody takes part: %(side)s", side=side_word(side, cohort.form)),
                    0 if counts.get((side, EnrolmentState.enrolled), 0) else 1,
                    1,
                    {"side": side.value},
                )
                for side in cohort.modalities.sides
            ),
            Check(
                _("Nobody is left on the waiting list"), _number(counts, waiting), enrolled, {"state": waiting.value}
            ),
        ],
    }
    left, of = untrained(cohort)
    if of:
        lists[Phase.training] = [Check(_("Training is completed"), left, of, {"untrained": 1})]
    for phase, make in _more.values():
        if line := make(cohort):
            lists.setdefault(phase, []).append(line)
    return lists


def not_done_before(phase: Phase, lists: Mapping[Phase, list[Check]]) -> list[Check]:
    """What is open in the phases before ``phase``: whom its opening would find unprepared."""
    order = list(Phase)
    return [line for one in order[: order.index(phase)] for line in lists.get(one, ()) if not line.done and line.board]
