"""What a candidate, or the mentor who accompanies them, may read of the candidate's readiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.mentorships.queries import Pair
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Enrolment
from marketplace.programmes.queries import CohortSeen
from marketplace.readiness.competencies import ROLES, Role
from marketplace.readiness.models import (
    Moment,
    ReadinessAssessment,
    ReadinessPlan,
    ReadinessReading,
    TargetBoard,
)
from tenants.current import Acting
from tenants.shared.database import db

LAST_WEEKS = timedelta(days=45)
"""Without a closing phase: how long before the end of the cohort the last assessment is due."""


@dataclass(frozen=True, slots=True)
class File:
    """One candidate's readiness in one cohort, as the candidate or their mentor looks at it.

    ``taking_part``: the candidate has not left. ``accompanied``: there is a mentor now, and not only an earlier one.
    ``days``: from when on each assessment is due.
    """

    cohort_org_id: int
    enrolment_id: int
    cohort_id: int
    candidate_id: int
    candidate: str
    mentorship_org_id: int | None
    mentorship_id: int | None
    mentor_id: int | None
    mentor: str
    taking_part: bool
    accompanied: bool
    days: Mapping[Moment, date]
    viewer_id: int

    @property
    def mine(self) -> bool:
        """The viewer is the candidate."""
        return self.viewer_id == self.candidate_id

    @property
    def open(self) -> bool:
        """The viewer may still assess."""
        return self.taking_part and (self.mine or self.accompanied)

    @property
    def other(self) -> str:
        """The first name of the other one; empty while there is no mentor."""
        return (self.mentor if self.mine else self.candidate).split(" ")[0]

    @property
    def candidate_first(self) -> str:
        return self.candidate.split(" ")[0]

    def due(self, today: date) -> list[Moment]:
        return [moment for moment in Moment if self.days[moment] <= today]


def _days(launch_on: date, months: int | None, middle_on: date | None, end_on: date | None) -> dict[Moment, date]:
    """The start is due at once; the others with their phases, or else as the cohort's length says."""
    length = timedelta(days=round((months or 12) * 30.4))
    return {
        Moment.start: date.min,
        Moment.middle: middle_on or launch_on + length / 2,
        Moment.end: end_on or launch_on + length - LAST_WEEKS,
    }


def files(viewer: Acting, enrolment_id: int | None = None) -> list[File]:
    """The viewer's own, and those of the candidates whom they accompany, where they work now; the latest first."""
    query = sa.text("SELECT * FROM readiness_files(CAST(:enrolment AS bigint))")
    found = []
    for row in db.session.execute(query, {"enrolment": enrolment_id}).mappings():
        values: dict[str, Any] = dict(row)
        values["days"] = _days(*(values.pop(name) for name in ("launch_on", "months", "middle_on", "end_on")))
        values["mentor"] = values["mentor"] or ""
        found.append(File(**values, viewer_id=viewer.person_id))
    return found


def file_or_404(viewer: Acting, enrolment_id: int) -> File:
    return next(iter(files(viewer, enrolment_id)), None) or abort(404)


def own_file_or_404(viewer: Acting, enrolment_id: int) -> File:
    """For the pages that are the candidate's alone."""
    file = file_or_404(viewer, enrolment_id)
    return file if file.mine else abort(404)


def is_candidate(seen: CohortSeen) -> bool:
    return seen.cohort.form is Form.board and any(one.side is Side.mentee and one.enrolled_at for one in seen.own)


def file_in_cohort_or_404(viewer: Acting, seen: CohortSeen) -> File:
    own = [file for file in files(viewer) if file.mine and file.cohort_id == seen.cohort.id]
    return own[0] if own else abort(404)


def file_of_pair(viewer: Acting, pair: Pair) -> File | None:
    """What the home of a board cohort's pair shows; None for an earlier mentor."""
    return next((file for file in files(viewer) if file.mentorship_id == pair.mentorship.id), None)


# --- assessments ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """One moment's two assessments as the viewer may know them.

    ``own``: the viewer's, a draft too. ``others``: the other one's, once both are open to both. ``given`` and ``other_given``: on
    which day each gave theirs.
    """

    moment: Moment
    own: ReadinessAssessment | None
    others: ReadinessAssessment | None
    given: datetime | None
    other_given: datetime | None

    @property
    def shared(self) -> bool:
        return self.others is not None


@dataclass(frozen=True, slots=True)
class Done:
    """That an assessment was given, without what it says."""

    moment: Moment
    by_candidate: bool
    given_at: datetime


def done(cohort_org_id: int, enrolment_id: int) -> list[Done]:
    """For the two and for those who look after the candidate; to everybody else, nothing."""
    query = sa.text("SELECT moment, by_candidate, given_at FROM readiness_done(:org, :enrolment)")
    rows = db.session.execute(query, {"org": cohort_org_id, "enrolment": enrolment_id})
    found = [Done(Moment(row.moment), row.by_candidate, row.given_at) for row in rows]
    return sorted(found, key=lambda one: (list(Moment).index(one.moment), not one.by_candidate))


def done_of(seen: CohortSeen, one: Enrolment) -> list[Done]:
    """The same beside somebody's enrolment; nothing outside of a board cohort."""
    if seen.cohort.form is not Form.board or one.side is not Side.mentee:
        return []
    return done(one.org_id, one.id)


def assessments(viewer: Acting, file: File) -> Sequence[ReadinessAssessment]:
    """The viewer's own, and those of the other one that are open to them."""
    return db.session.scalars(
        sa.select(ReadinessAssessment)
        .where(
            ReadinessAssessment.cohort_org_id == file.cohort_org_id,
            ReadinessAssessment.enrolment_id == file.enrolment_id,
            sa.or_(
                ReadinessAssessment.author_person_id == viewer.person_id,
                sa.literal(viewer.person_id, sa.BigInteger) == sa.any_(ReadinessAssessment.shown_to),
            ),
        )
        .order_by(ReadinessAssessment.id)
        .execution_options(populate_existing=True)
    ).all()


def standings(viewer: Acting, file: File) -> dict[Moment, Standing]:
    """All three moments. Where a candidate had two mentors, the later one's assessment of a moment counts."""
    found = assessments(viewer, file)
    given = {(one.moment, one.by_candidate): one.given_at for one in done(file.cohort_org_id, file.enrolment_id)}
    told = {}
    for moment in Moment:
        here = [one for one in found if one.moment is moment]
        own = next((one for one in here if one.author_person_id == viewer.person_id), None)
        others = next((one for one in reversed(here) if one.author_person_id != viewer.person_id), None)
        told[moment] = Standing(
            moment,
            own,
            others,
            own.given_at if own else None,
            others.given_at if others else given.get((moment, not file.mine)),
        )
    return told


# --- the plan ---------------------------------------------------------------------------------------------------------


def plan_of(viewer: Acting, file: File) -> ReadinessPlan | None:
    return db.session.scalar(
        sa.select(ReadinessPlan)
        .where(
            ReadinessPlan.cohort_org_id == file.cohort_org_id,
            ReadinessPlan.enrolment_id == file.enrolment_id,
            ReadinessPlan.person_id == viewer.person_id,
        )
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True, slots=True)
class Aim:
    """What the candidate aims at, as far as the viewer may know."""

    role: Role | None
    shows_boards: bool


def aim_of(viewer: Acting, file: File) -> Aim:
    if file.mine:
        plan = plan_of(viewer, file)
        return Aim(ROLES.get(plan.target_role), plan.shows_boards) if plan else Aim(None, False)
    query = sa.text("SELECT target_role, shows_boards FROM readiness_aim(:org, :enrolment)")
    row = db.session.execute(query, {"org": file.cohort_org_id, "enrolment": file.enrolment_id}).first()
    return Aim(ROLES.get(row.target_role), row.shows_boards) if row else Aim(None, False)


def readings_of(viewer: Acting, file: File) -> Sequence[ReadinessReading]:
    """Ours that are done, and the candidate's own; without those taken away."""
    return db.session.scalars(
        sa.select(ReadinessReading)
        .where(
            ReadinessReading.cohort_org_id == file.cohort_org_id,
            ReadinessReading.enrolment_id == file.enrolment_id,
            ReadinessReading.person_id == viewer.person_id,
            ReadinessReading.removed_at.is_(None),
        )
        .order_by(ReadinessReading.id)
    ).all()


def reading_or_404(viewer: Acting, file: File, reading_id: int) -> ReadinessReading:
    """One of the candidate's own, also one they took away."""
    found = db.session.scalar(
        sa.select(ReadinessReading).where(
            ReadinessReading.cohort_org_id == file.cohort_org_id,
            ReadinessReading.enrolment_id == file.enrolment_id,
            ReadinessReading.person_id == viewer.person_id,
            ReadinessReading.id == reading_id,
            ReadinessReading.key == "",
        )
    )
    return found if found else abort(404)


def boards_of(viewer: Acting, file: File) -> Sequence[TargetBoard]:
    """The candidate's list; to their mentor what the candidate shows them, which may be nothing."""
    if not file.mine:
        shown = sa.text("SELECT * FROM boards_shown(:org, :enrolment)")
        query = sa.select(TargetBoard).from_statement(shown)
        return db.session.scalars(query, {"org": file.cohort_org_id, "enrolment": file.enrolment_id}).all()
    return db.session.scalars(
        sa.select(TargetBoard)
        .where(
            TargetBoard.cohort_org_id == file.cohort_org_id,
            TargetBoard.enrolment_id == file.enrolment_id,
            TargetBoard.person_id == viewer.person_id,
            TargetBoard.removed_at.is_(None),
        )
        .order_by(TargetBoard.id)
    ).all()


def board_or_404(viewer: Acting, file: File, board_id: int) -> TargetBoard:
    found = db.session.scalar(
        sa.select(TargetBoard).where(
            TargetBoard.cohort_org_id == file.cohort_org_id,
            TargetBoard.enrolment_id == file.enrolment_id,
            TargetBoard.person_id == viewer.person_id,
            TargetBoard.id == board_id,
        )
    )
    return found if found else abort(404)
