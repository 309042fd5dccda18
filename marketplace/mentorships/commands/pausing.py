"""A pause: begun at once or on its day, asked about on the day it was expected to end, and what was due moved by its length.

Worker's steps: the pages write rows (see ``marketplace/rhythm``), because a page cannot change a mentorship.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.mentorships.commands.turns import go_on, lock
from marketplace.mentorships.models import Answer, Mentorship, MentorshipState, QuestionReason
from marketplace.rhythm.letters import day_at, the_other, write_to
from marketplace.rhythm.models import CheckIn, Extension, ExtensionState, Pause, PauseState, Pulse
from tenants.shared import jobs
from tenants.shared.database import db


def turn_pause(*, org_id: int, pause_id: int, now: datetime, told: bool = True) -> None:
    """Whatever a pause's day asks for: begin it, or ask both whether the mentorship goes on. Each once.

    ``told``: the other one knows already of a pause that begins later. What has ended meanwhile needs nothing any more.
    """
    pause = db.session.get(Pause, (org_id, pause_id))
    one = lock(org_id, pause.mentorship_id) if pause else None
    if pause is None or one is None:
        db.session.rollback()
        return
    db.session.refresh(pause, with_for_update=True)
    due = pause.act_on is not None and pause.act_on <= now.date()
    if pause.state is PauseState.planned and not due and not told:
        data = {"begins_at": day_at(pause.begins_on), "until_at": day_at(pause.until_on)}
        write_to(the_other(one, pause.asked_by_id), "pause_planned", one, now=now, page="/pause", data=data)
    elif pause.state is PauseState.planned and due:
        _begin(pause, one, now)
    elif pause.state is PauseState.under_way and due:
        _ask(pause, one)
    db.session.commit()


def _begin(pause: Pause, one: Mentorship, now: datetime) -> None:
    if one.state is not MentorshipState.running:
        pause.state, pause.act_on = PauseState.withdrawn, None
        return
    pause.state, pause.act_on = PauseState.under_way, pause.until_on
    go_on(one, Answer.pause, now)


def _ask(pause: Pause, one: Mentorship) -> None:
    pause.act_on = None
    if one.state is not MentorshipState.paused:
        pause.state = PauseState.over
        return
    why = QuestionReason.resumption.value
    jobs.announce("mentorship.resumption_asked", org_id=one.org_id, mentorship_id=one.id, why=why)


def end_pause(*, org_id: int, mentorship_id: int, now: datetime) -> int | None:
    """A paused mentorship goes on: everything that was due is due as much later as it rested. The days, None if it did not.

    Its planned last day, the next check-in, the review, what was open; the other features hear of it
    (``mentorship.resumed``, ``days``). The clocks stood still until now, so nothing was missed in between.
    """
    one = lock(org_id, mentorship_id)
    pulse = db.session.get(Pulse, (org_id, mentorship_id), with_for_update=True, populate_existing=True)
    if one is None or pulse is None or pulse.paused_at is None or one.state is not MentorshipState.running:
        db.session.rollback()
        return None
    since, review_at = pulse.paused_at, pulse.review_at
    rested = now - since
    days = round(rested / timedelta(days=1))
    if one.ends_on:
        # The trigger sets the review to the half of the new time; it is the rest that counts.
        one.ends_on += timedelta(days=days)
        db.session.flush()
        db.session.refresh(pulse)
    pulse.review_at = review_at + rested if review_at else None
    pulse.check_in_at = pulse.check_in_at + rested if pulse.check_in_at else None
    pulse.last_sign_at, pulse.nudged_at, pulse.hinted_at, pulse.paused_at = now, None, None, None
    for model, open_ones in ((CheckIn, sa.true()), (Extension, Extension.state == ExtensionState.open)):
        db.session.execute(
            sa.update(model)
            .where(model.org_id == org_id, model.mentorship_id == mentorship_id, model.closes_at > since, open_ones)
            .values(closes_at=model.closes_at + rested),
            execution_options={"synchronize_session": False},
        )
    db.session.execute(
        sa.update(Pause)
        .where(Pause.org_id == org_id, Pause.mentorship_id == mentorship_id, Pause.state == PauseState.under_way)
        .values(state=PauseState.over, act_on=None),
        execution_options={"synchronize_session": False},
    )
    jobs.announce("mentorship.resumed", org_id=org_id, mentorship_id=mentorship_id, days=days)
    db.session.commit()
    return days
