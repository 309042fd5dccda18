"""Everything that changes a candidate's readiness: assessments by the two, and the candidate's own plan."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.dialects.postgresql import insert

from marketplace.readiness.answers import Commitments
from marketplace.readiness.competencies import COMPETENCIES
from marketplace.readiness.models import (
    MOST_BOARDS,
    MOST_READINGS,
    BoardState,
    Moment,
    ReadinessAssessment,
    ReadinessPlan,
    ReadinessReading,
    TargetBoard,
)
from marketplace.readiness.queries import File, boards_of, readings_of
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused


def _require_open(file: File) -> None:
    """Raises ``Refused`` for a candidate who has left, and for a mentor whose mentorship has ended."""
    if not file.taking_part:
        raise Refused(_("This programme is over for the candidate. You can still read everything."))
    if not file.open:
        raise Refused(_("This mentorship has ended. You can still read everything, but nothing can be added."))


# --- assessments ------------------------------------------------------------------------------------------------------


def save_answer(
    *,
    acting: Acting,
    file: File,
    moment: Moment,
    competency: str,
    level: int | None,
    evidence: str,
    today: date,
    now: datetime,
) -> None:
    """One competency of the viewer's draft; the others stay as they are, whatever another window saved.

    Raises ``Refused`` before the moment has come, and once the assessment was given.
    """
    _require_open(file)
    if moment not in file.due(today):
        raise Refused(_("This assessment has not begun yet."))
    draft = _draft(acting, file, moment, now)
    if level is not None:
        draft.levels = draft.levels | {competency: level}
    others = {slug: words for slug, words in draft.evidence.items() if slug != competency}
    draft.evidence = others | ({competency: evidence} if evidence else {})
    draft.saved_at = now
    db.session.commit()


def _draft(acting: Acting, file: File, moment: Moment, now: datetime) -> ReadinessAssessment:
    """The viewer's draft, made if there is none, and held until the commit."""
    # The mentor's lies with the pair from the beginning; the candidate's may be older than the pair.
    of_pair = {"org_id": acting.org_id} if file.mine else _pair_of(file)
    made: dict[str, Any] = {
        "id": new_id(),
        "cohort_org_id": file.cohort_org_id,
        "enrolment_id": file.enrolment_id,
        "mentee_person_id": file.candidate_id,
        "author_person_id": acting.person_id,
        "moment": moment,
        "levels": {},
        "evidence": {},
        "created_at": now,
        "saved_at": now,
    }
    table = cast(sa.Table, ReadinessAssessment.__table__)
    db.session.execute(insert(table).values(of_pair | made).on_conflict_do_nothing())
    draft = db.session.scalar(_own(acting, file, moment).with_for_update())
    if draft is None:
        raise Refused(_("You have given this assessment. It does not change any more."))
    return draft


def _pair_of(file: File) -> dict[str, Any]:
    return {"org_id": file.mentorship_org_id, "mentorship_id": file.mentorship_id, "mentor_person_id": file.mentor_id}


def _own(acting: Acting, file: File, moment: Moment) -> sa.Select[ReadinessAssessment]:
    return (
        sa.select(ReadinessAssessment)
        .where(
            ReadinessAssessment.cohort_org_id == file.cohort_org_id,
            ReadinessAssessment.enrolment_id == file.enrolment_id,
            ReadinessAssessment.moment == moment,
            ReadinessAssessment.author_person_id == acting.person_id,
        )
        .execution_options(populate_existing=True)
    )


def give(*, acting: Acting, file: File, moment: Moment, now: datetime) -> bool:
    """For good. Whether the other one had given theirs, so that both are open to both now.

    Raises ``Refused`` while a competency has no level, and when it was given before.
    """
    _require_open(file)
    mine = db.session.scalar(_own(acting, file, moment))
    missing = len(mine.said.missing) if mine else len(COMPETENCIES)
    if mine is None or missing:
        raise Refused(
            ngettext("%(num)d competency has no level yet.", "%(num)d competencies have no level yet.", missing)
        )
    shared = db.session.scalar(sa.select(sa.func.give_assessment(mine.org_id, mine.id, now)))
    if shared is None:
        raise Refused(_("You have given this assessment. It does not change any more."))
    if file.accompanied and file.mentorship_org_id is not None:
        jobs.announce(
            "assessment.given",
            org_id=file.mentorship_org_id,
            mentorship_id=file.mentorship_id,
            enrolment_id=file.enrolment_id,
            author_id=acting.person_id,
            moment=moment.value,
            shared=bool(shared),
        )
    db.session.commit()
    return bool(shared)


# --- the plan ---------------------------------------------------------------------------------------------------------


def _plan(acting: Acting, file: File, now: datetime) -> ReadinessPlan:
    """The candidate's, made if there is none, and held until the commit."""
    _require_open(file)
    made = _key(acting, file) | {"id": new_id(), "commitments": {}, "shows_boards": False, "target_role": ""}
    table = cast(sa.Table, ReadinessPlan.__table__)
    db.session.execute(insert(table).values(made | {"updated_at": now}).on_conflict_do_nothing())
    plan = db.session.scalars(
        sa.select(ReadinessPlan)
        .where(
            ReadinessPlan.cohort_org_id == file.cohort_org_id,
            ReadinessPlan.enrolment_id == file.enrolment_id,
            ReadinessPlan.person_id == acting.person_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    plan.updated_at = now
    return plan


def _key(acting: Acting, file: File) -> dict[str, Any]:
    return {
        "org_id": acting.org_id,
        "cohort_org_id": file.cohort_org_id,
        "enrolment_id": file.enrolment_id,
        "person_id": acting.person_id,
    }


def choose_role(*, acting: Acting, file: File, role: str, now: datetime) -> None:
    """What the candidate prepares for; their mentor reads it."""
    _plan(acting, file, now).target_role = role
    db.session.commit()


def show_boards(*, acting: Acting, file: File, shown: bool, now: datetime) -> None:
    """The list of target boards is open to the present mentor, or to nobody."""
    _plan(acting, file, now).shows_boards = shown
    db.session.commit()


def check_time(*, acting: Acting, file: File, commitments: Commitments, available: int | None, now: datetime) -> None:
    plan = _plan(acting, file, now)
    plan.commitments, plan.days_available = commitments.model_dump(mode="json"), available
    db.session.commit()


# --- readings ---------------------------------------------------------------------------------------------------------


def tick_reading(*, acting: Acting, file: File, key: str, done: bool, now: datetime) -> None:
    """One of ours is done, or not; ``key`` as ``competencies.readings_of`` gives it."""
    _require_open(file)
    values = _key(acting, file) | {
        "id": new_id(),
        "key": key,
        "competency": key.partition(".")[0],
        "title": "",
        "created_at": now,
        "done_at": now if done else None,
    }
    statement = insert(cast(sa.Table, ReadinessReading.__table__)).values(values)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["cohort_org_id", "enrolment_id", "key"],
            index_where=sa.text("key <> ''"),
            set_={"done_at": values["done_at"]},
        )
    )
    db.session.commit()


def add_reading(*, acting: Acting, file: File, competency: str, title: str, now: datetime) -> None:
    """One of the candidate's own. Raises ``Refused`` when there are sixty."""
    _require_open(file)
    if len(readings_of(acting, file)) >= MOST_READINGS:
        raise Refused(_("This is a long list already. Take something off it first."))
    db.session.add(
        ReadinessReading(**_key(acting, file), id=new_id(), competency=competency, title=title, created_at=now)
    )
    db.session.commit()


def tick_own_reading(*, file: File, reading: ReadinessReading, done: bool, now: datetime) -> None:
    _require_open(file)
    reading.done_at = now if done else None
    db.session.commit()


def remove_reading(*, file: File, reading: ReadinessReading, removed: bool, now: datetime) -> None:
    """Off the list, or (``removed`` false) back on it."""
    _require_open(file)
    reading.removed_at = now if removed else None
    db.session.commit()


# --- target boards ----------------------------------------------------------------------------------------------------


def add_board(*, acting: Acting, file: File, values: dict[str, Any], now: datetime) -> TargetBoard:
    """Raises ``Refused`` when there are thirty."""
    _require_open(file)
    if len(boards_of(acting, file)) >= MOST_BOARDS:
        raise Refused(_("Thirty boards are on your list. Take one off it first."))
    board = TargetBoard(**_key(acting, file), id=new_id(), **values, created_at=now, updated_at=now)
    db.session.add(board)
    db.session.commit()
    return board


def change_board(*, file: File, board: TargetBoard, values: dict[str, Any], now: datetime) -> None:
    _require_open(file)
    for name, value in values.items():
        setattr(board, name, BoardState(value) if name == "state" else value)
    board.updated_at = now
    db.session.commit()


def remove_board(*, file: File, board: TargetBoard, removed: bool, now: datetime) -> None:
    """Off the list, or (``removed`` false) back on it."""
    _require_open(file)
    board.removed_at = now if removed else None
    db.session.commit()
