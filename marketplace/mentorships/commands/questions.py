"""How a mentorship goes on after a change: asked of both, answered in private, settled by the worker.

The worker settles because it alone reads both answers, and because the two may belong to two organisations, or to none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.mentorships import queries
from marketplace.mentorships.commands.turns import go_on, lock, log
from marketplace.mentorships.letters import ANSWER_QUESTION, tell_both
from marketplace.mentorships.models import (
    Answer,
    Mentorship,
    MentorshipAnswer,
    MentorshipQuestion,
    MentorshipState,
    QuestionReason,
)
from marketplace.mentorships.queries import Pair, Party
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link

ANSWER_WITHIN = timedelta(days=14)


def answer_question(*, party: Party, pair: Pair, answer: Answer, now: datetime, link: bytes | None = None) -> None:
    """Keep what one of the two answers; until it is settled they may change it. Nobody else reads it.

    Raises ``Refused`` when nothing is asked any more, or when the choice is not offered (whatever the reason).
    """
    asked = queries.open_question(party, pair)
    if asked is None:
        raise Refused(_("This was settled meanwhile. Open the mentorship again to see how it goes on."))
    if answer not in asked.choices:
        raise Refused(_("The mentorship cannot continue here. You may pause or end it."))
    spend_link(link, now)
    values = {"answer": answer, "answered_at": now}
    statement = insert(cast(sa.Table, MentorshipAnswer.__table__)).values(
        org_id=asked.question.org_id, question_id=asked.question.id, person_id=party.person_id, **values
    )
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["org_id", "question_id", "person_id"], set_=values)
    )
    jobs.announce("question.answered", org_id=asked.question.org_id, question_id=asked.question.id)
    db.session.commit()


def ask_again(*, pair: Pair) -> None:
    """One of the two would like a paused mentorship to go on: both are asked. Asked twice is asked once.

    Raises ``Refused`` when it is not paused.
    """
    one = pair.mentorship
    if one.state is not MentorshipState.paused:
        raise Refused(_("Only a paused mentorship can be taken up again."))
    jobs.announce(
        "mentorship.resumption_asked", org_id=one.org_id, mentorship_id=one.id, why=QuestionReason.resumption.value
    )
    db.session.commit()


# --- the worker's steps ---------------------------------------------------------------------------------------------


def ask_pair(*, org_id: int, mentorship_id: int, why: QuestionReason, now: datetime) -> bool:
    """Ask both how it goes on, within 14 days. False when it has ended, or when they are being asked already."""
    one = lock(org_id, mentorship_id)
    expected = MentorshipState.paused if why is QuestionReason.resumption else MentorshipState.running
    if one is None or one.state is not expected:
        db.session.rollback()
        return False
    made = _ask(one, why, now)
    db.session.commit()
    return made


def _ask(one: Mentorship, why: QuestionReason, now: datetime) -> bool:
    due_at = now + ANSWER_WITHIN
    question = {"id": new_id(), "mentorship_id": one.id, "why": why, "asked_at": now, "due_at": due_at}
    statement = insert(cast(sa.Table, MentorshipQuestion.__table__)).values(org_id=one.org_id, **question)
    made = cast(
        sa.CursorResult[Any],
        db.session.execute(statement.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}),
    )
    if made.rowcount != 1:
        return False
    log("mentorship.question_asked", one, now)
    tell_both("mentorship_question", one, now=now, due_at=due_at, why=why.value, link=ANSWER_QUESTION)
    return True


def settle_question(*, org_id: int, question_id: int, now: datetime) -> Answer | None:
    """What comes of the answers there are by now: an end at once, the rest once both have answered or time is up.

    Time that runs out pauses. Two workers take turns at the row; the second finds it settled.
    """
    question = db.session.scalar(
        sa.select(MentorshipQuestion)
        .where(MentorshipQuestion.org_id == org_id, MentorshipQuestion.id == question_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if question is None or question.settled_at is not None:
        db.session.rollback()
        return None
    one = lock(org_id, question.mentorship_id)
    if one is None:
        raise LookupError(f"question {question_id} is about no mentorship")
    given = queries.answers(question)
    outcome = _outcome(list(given.values()), over=question.due_at <= now, possible=queries.may_continue(one))
    if outcome is None:
        db.session.rollback()
        return None
    question.outcome, question.settled_at = outcome, now
    go_on(one, outcome, now)
    db.session.commit()
    return outcome


def _outcome(given: list[Answer], *, over: bool, possible: bool) -> Answer | None:
    if Answer.end in given:
        return Answer.end
    if len(given) < 2:
        return Answer.pause if over else None
    return Answer.go_on if possible and set(given) == {Answer.go_on} else Answer.pause


def move_person(*, org_id: int, mentorship_id: int, person_id: int, now: datetime) -> None:
    """A person of the pair has left an employer or joined one: where they work now is written down, and what follows done.

    A pair that runs is asked how it goes on. One that both wished to continue goes on when both have an employer again,
    unless something stands between the two firms: then both are asked anew.
    """
    one = lock(org_id, mentorship_id)
    if one is None or one.state is MentorshipState.ended:
        db.session.rollback()
        return
    waited = queries.waits_for_arrival(one)
    employer = queries.present_employer(person_id, now.date())
    if one.mentee_person_id == person_id and one.mentee_employer_id is None:
        one.mentee_employer_id = employer
    if one.mentor_person_id == person_id and one.mentor_employer_id is None:
        one.mentor_employer_id = employer
    db.session.flush()
    if one.state is MentorshipState.running:
        _ask(one, QuestionReason.employer_changed, now)
    elif waited and one.mentee_employer_id and one.mentor_employer_id:
        if queries.may_continue(one):
            go_on(one, Answer.go_on, now)
        else:
            _ask(one, QuestionReason.employer_changed, now)
    db.session.commit()
