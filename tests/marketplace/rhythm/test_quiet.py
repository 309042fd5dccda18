"""A pair that gives no sign of life is written to kindly, then its coordinators are told since when: each once."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.rhythm import jobs, sweep
from marketplace.rhythm.models import Pulse, RhythmSetting
from marketplace.rhythm.signs import mark_sign_of_life
from tenants.shared.database import db
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import letters, working

DAY = timedelta(days=1)
QUIET, HINT = 45 * DAY, 14 * DAY


def test_both_are_asked_after_the_days_of_their_organisation(pair, at, operator):
    operator.add(RhythmSetting(org_id=pair.org_id, quiet_days=30))
    operator.commit()
    at(NOW + 30 * DAY - timedelta(seconds=1))
    assert not letters(operator, "pair_quiet")
    for _ in range(2):
        at(NOW + 30 * DAY)
    assert sorted(letter.person_id for letter in letters(operator, "pair_quiet")) == sorted(
        (pair.mentee_person_id, pair.mentor_person_id)
    )


def test_a_sign_of_life_starts_the_days_anew(pair, at, app, mentors, operator):
    with acting(app, mentors.max):
        mark_sign_of_life(pair.org_id, pair.id, NOW + 40 * DAY)
        db.session.commit()
    at(NOW + 84 * DAY)
    assert not letters(operator, "pair_quiet")
    at(NOW + 85 * DAY)
    assert len(letters(operator, "pair_quiet")) == 2


def test_nobody_else_gives_a_sign_of_life(pair, app, mentors, again, worker_app):
    for name in ("ann", "gil", "gus", "ned"):
        with acting(app, mentors[name]):
            mark_sign_of_life(pair.org_id, pair.id, NOW + 40 * DAY)
            db.session.commit()
    with working(worker_app, mentors.max.org_id):
        mark_sign_of_life(pair.org_id, pair.id, NOW + 40 * DAY)
        db.session.commit()
    assert again()[1].last_sign_at == NOW
    with working(worker_app, pair.org_id):
        mark_sign_of_life(pair.org_id, pair.id, NOW + 40 * DAY)
        db.session.commit()
    assert again()[1].last_sign_at == NOW + 40 * DAY


def test_the_coordinators_of_both_are_hinted_at_two_weeks_later_and_learn_nothing_else(
    pair, at, mentors, operator, mailbox
):
    at(NOW + QUIET)
    at(NOW + QUIET + HINT - timedelta(seconds=1))
    assert not letters(operator, "quiet_hint")
    for _ in range(2):
        at(NOW + QUIET + HINT)
    told = {letter.person_id for letter in letters(operator, "quiet_hint")}
    assert told == {mentors.ann.person_id, mentors.abe.person_id, mentors.gil.person_id}
    assert len(letters(operator, "quiet_hint")) == 3
    text = mailbox.to(mentors.gil.email)[-1].get_body(("plain",)).get_content()
    assert "Max Globex" in text and "Acme" in text and "2 Nov" in text
    assert "Mia" not in text


def test_a_pair_that_speaks_again_is_hinted_at_nobody(pair, at, app, mentors, operator):
    at(NOW + QUIET)
    with acting(app, mentors.mia):
        mark_sign_of_life(pair.org_id, pair.id, NOW + QUIET + DAY)
        db.session.commit()
    at(NOW + QUIET + HINT)
    assert not letters(operator, "quiet_hint")


def test_a_worker_that_was_down_for_two_days_finds_everything_once(pair, at, operator):
    for _ in range(2):
        at(NOW + QUIET + 2 * DAY)
    for _ in range(2):
        at(NOW + QUIET + HINT + 4 * DAY)
    kinds = [letter.kind for letter in letters(operator) if letter.created_at > NOW + DAY]
    assert sorted(kinds) == ["check_in_asked"] * 2 + ["pair_quiet"] * 2 + ["quiet_hint"] * 3


@pytest.mark.race
def test_three_workers_at_the_same_moment_claim_each_once(pair, operator, worker_app):
    late, together = NOW + 200 * DAY, threading.Barrier(3)
    told, failed = [], []

    def turn():
        try:
            with working(worker_app, pair.org_id):
                together.wait()
                for claim in (sweep.ask_reviews, sweep.ask_check_ins, sweep.nudge_quiet):
                    claim(pair.org_id, late, lambda **values: told.append(sorted(values)))
        except Exception as error:
            failed.append(error)

    workers = [threading.Thread(target=turn) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed
    assert sorted(told) == [["check_in_ids", "org_id"], ["check_in_ids", "org_id"], ["mentorship_ids", "org_id"]]
    operator.rollback()
    assert operator.scalars(sa.select(Pulse.nudged_at)).all() == [late]


def test_who_gives_a_sign_between_the_clock_and_its_letter_gets_none(pair, again, worker_app, operator):
    assert again()[1].nudged_at is None, "as a sign of life leaves it"
    with working(worker_app, pair.org_id):
        jobs.tell_quiet.func.__wrapped__(org_id=pair.org_id, mentorship_ids=[pair.id])
    assert letters(operator, "pair_quiet") == []
