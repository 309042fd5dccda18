"""What mentorships do when people change employer or firms leave a network, and when time to answer is over."""

from __future__ import annotations

from marketplace.mentorships import commands, queries
from marketplace.mentorships.models import QuestionReason
from tenants.affiliations.models import Affiliation
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("ask_pair", on="mentorship.resumption_asked")
def ask_pair(*, org_id: int, mentorship_id: int, why: str) -> None:
    commands.ask_pair(org_id=org_id, mentorship_id=mentorship_id, why=QuestionReason(why), now=clock.now())


@tenant_job("settle_question", on="question.answered")
def settle_question(*, org_id: int, question_id: int) -> None:
    commands.settle_question(org_id=org_id, question_id=question_id, now=clock.now())


@tenant_job("move_person")
def move_person(*, org_id: int, mentorship_id: int, person_id: int) -> None:
    commands.move_person(org_id=org_id, mentorship_id=mentorship_id, person_id=person_id, now=clock.now())


@tenant_job("take_up_pause", on="pause.asked")
def take_up_pause(*, org_id: int, pause_id: int) -> None:
    commands.turn_pause(org_id=org_id, pause_id=pause_id, now=clock.now(), told=False)


@tenant_job("turn_pause", on="pause.due")
def turn_pause(*, org_id: int, pause_id: int) -> None:
    commands.turn_pause(org_id=org_id, pause_id=pause_id, now=clock.now())


@tenant_job("end_pause", on="mentorship.continued")
def end_pause(*, org_id: int, mentorship_id: int) -> None:
    commands.end_pause(org_id=org_id, mentorship_id=mentorship_id, now=clock.now())


@tenant_job("settle_extension", on="extension.answered")
def settle_extension(*, org_id: int, extension_id: int) -> None:
    commands.settle_extension(org_id=org_id, extension_id=extension_id, now=clock.now())


def _move_in_each(org_id: int, affiliation_id: int) -> None:
    tie = db.session.get(Affiliation, (org_id, affiliation_id))
    if tie is None:
        return
    for keeper, mentorship_id in queries.open_mentorships_between_employers(tie.person_id):
        enqueue(move_person, org_id=keeper, mentorship_id=mentorship_id, person_id=tie.person_id)
    db.session.commit()


@tenant_job("mentorships_of_leaver", on="affiliation.ended")
def mentorships_of_leaver(*, org_id: int, affiliation_id: int) -> None:
    """Each mentorship of the person in a job of the organisation that keeps it."""
    _move_in_each(org_id, affiliation_id)


@tenant_job("mentorships_of_newcomer", on="affiliation.started")
def mentorships_of_newcomer(*, org_id: int, affiliation_id: int) -> None:
    _move_in_each(org_id, affiliation_id)


@tenant_job("set_term", on="mentorship.term_agreed")
def set_term(*, org_id: int, mentorship_id: int, agreement_id: int) -> None:
    commands.set_term(org_id=org_id, mentorship_id=mentorship_id, agreement_id=agreement_id, now=clock.now())


@tenant_job("end_mentorship", on="mentorship.ending_asked")
def end_mentorship(*, org_id: int, mentorship_id: int) -> None:
    commands.end_mentorship(org_id=org_id, mentorship_id=mentorship_id, now=clock.now())


@tenant_job("mentorships_after_firm_left", on="firm.left")
def mentorships_after_firm_left(*, org_id: int, firm_id: int) -> None:
    """``org_id`` is the network. Pairs that share another network or the marketplace go on unasked."""
    for keeper, mentorship_id in queries.mentorships_parted_by(firm_id):
        enqueue(ask_pair, org_id=keeper, mentorship_id=mentorship_id, why=QuestionReason.firm_left.value)
    db.session.commit()


@tenant_job("settle_due_questions_of_organisation")
def settle_due_questions_of_organisation(*, org_id: int) -> None:
    now = clock.now()
    for question_id in queries.due_questions(org_id, now):
        commands.settle_question(org_id=org_id, question_id=question_id, now=now)


@clock_job("settle_due_questions", "*/5 * * * *")
def settle_due_questions() -> None:
    for org_id in queries.organisations_with_due_questions(clock.now()):
        enqueue(
            settle_due_questions_of_organisation, org_id=org_id, once=f"settle_due_questions_of_organisation {org_id}"
        )
