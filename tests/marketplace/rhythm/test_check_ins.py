"""Two questions every six weeks, three half-way: from the letter alone, read by whom the answerer says."""

from datetime import timedelta

import sqlalchemy as sa

from marketplace.rhythm import commands, queries
from marketplace.rhythm.models import CheckIn, CheckInAnswer, Occasion
from tenants.shared.database import db
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import letters

DAY = timedelta(days=1)
SIX_WEEKS = 42 * DAY
SECRET = "More courage in the Monday meetings."


def asked(operator, occasion=Occasion.check_in):
    operator.rollback()
    return operator.scalars(sa.select(CheckIn).where(CheckIn.occasion == occasion).order_by(CheckIn.asked_at)).all()


def test_both_are_asked_every_six_weeks_from_the_day_it_began(pair, at, operator):
    at(NOW + SIX_WEEKS - timedelta(seconds=1))
    assert not asked(operator)
    for _ in range(2):
        at(NOW + SIX_WEEKS)
    assert len(asked(operator)) == 1
    assert {letter.person_id for letter in letters(operator, "check_in_asked")} == {
        pair.mentee_person_id,
        pair.mentor_person_id,
    }
    at(NOW + 2 * SIX_WEEKS)
    assert len(asked(operator)) == 2 and len(letters(operator, "check_in_asked")) == 4


def test_what_was_missed_while_the_worker_was_down_is_asked_once_and_the_rhythm_stays(pair, at, operator, again):
    at(NOW + 3 * SIX_WEEKS + 2 * DAY)
    assert len(asked(operator)) == 1
    assert again()[1].check_in_at == NOW + 4 * SIX_WEEKS


def test_the_letter_is_enough_to_answer_and_its_link_acts_once(pair, at, mentors, operator, mailbox, linked, anonymous):
    at(NOW + SIX_WEEKS)
    link = linked(mentors.mia, "two questions")
    for _ in range(2):
        page = anonymous.get(link)
        assert page.status_code == 200 and "What would help?" in page.get_data(as_text=True)
    answer = {"how": "4", "help": SECRET, "shared": "yes"}
    assert anonymous.post(f"{link}/check-in-answer", data={"help": SECRET}).status_code == 422
    assert anonymous.post(f"{link}/check-in-answer", data=answer).status_code == 200
    assert anonymous.post(f"{link}/check-in-answer", data=answer).status_code == 410
    kept = operator.scalars(sa.select(CheckInAnswer)).one()
    assert (kept.author_person_id, kept.how, kept.shared) == (mentors.mia.person_id, 4, True)


def answer(run, actor, check_in_id, now, **values):
    def command(*, party, pair, now):
        found = queries.check_in_or_404(party, pair, check_in_id, now)
        commands.answer_check_in(party=party, pair=pair, asked=found, now=now, **values)

    return run(actor, command, now)


def test_words_kept_to_oneself_are_read_by_nobody_else_and_shared_ones_by_the_two(
    pair, at, run, mentors, operator, sign_in, app
):
    at(NOW + SIX_WEEKS)
    [one] = asked(operator)
    said = {"help": SECRET}
    answer(run, mentors.mia, one.id, NOW + SIX_WEEKS, how=2, said=said, shared=False)
    path = f"mentorships/{pair.id}/check-ins"
    pages = (path, f"{path}/{one.id}", f"mentorships/{pair.id}")
    assert SECRET in sign_in(mentors.mia).get(f"/acme/{path}").get_data(as_text=True)
    for page in pages:
        assert SECRET not in sign_in(mentors.max).get(f"/globex/{page}").get_data(as_text=True)
    with acting(app, mentors.max):
        assert db.session.scalars(sa.text("SELECT said FROM check_in_answer")).all() == []
    answer(run, mentors.mia, one.id, NOW + SIX_WEEKS, how=2, said=said, shared=True)
    for page in pages:
        assert SECRET in sign_in(mentors.max).get(f"/globex/{page}").get_data(as_text=True)
    # The database's wall by itself: no role and no desk comes near a row.
    for name in ("ann", "abe", "gil", "gus", "ned", "pam", "hal"):
        with acting(app, mentors[name]):
            for table in (
                "check_in",
                "check_in_answer",
                "mentorship_pulse",
                "mentorship_pause",
                "mentorship_extension",
            ):
                assert db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() == 0, (name, table)


def test_an_old_check_in_lapses_quietly(pair, at, run, mentors, operator, sign_in, set_clock):
    at(NOW + SIX_WEEKS)
    [one] = asked(operator)
    before = len(letters(operator))
    later = NOW + SIX_WEEKS + 22 * DAY
    set_clock(later)
    path = f"/acme/mentorships/{pair.id}/check-ins/{one.id}"
    assert sign_in(mentors.mia).post(f"{path}/answer", data={"how": "3", "shared": "no"}).status_code == 409
    assert "time for this check-in is over" in sign_in(mentors.mia).get(path).get_data(as_text=True)
    assert len(letters(operator)) == before


def test_a_review_is_read_by_the_other_only_when_both_have_written(pair, at, run, mentors, operator, sign_in):
    half = NOW + 182 * DAY
    at(half)
    [one] = asked(operator, Occasion.review)
    path = f"mentorships/{pair.id}/check-ins/{one.id}"
    words = {"helped": "Your stories of the first year.", "change": "Meet in person.", "reach": "To lead alone."}
    answer(run, mentors.mia, one.id, half, how=None, said=words, shared=False)
    assert "first year" not in sign_in(mentors.max).get(f"/globex/{path}").get_data(as_text=True)
    assert not letters(operator, "review_ready")
    answer(run, mentors.max, one.id, half, how=None, said=words | {"helped": "Your questions."}, shared=False)
    assert "first year" in sign_in(mentors.max).get(f"/globex/{path}").get_data(as_text=True)
    assert "Your questions." in sign_in(mentors.mia).get(f"/acme/{path}").get_data(as_text=True)
    assert len(letters(operator, "review_ready")) == 2
    assert sign_in(mentors.mia).post(f"/acme/{path}/answer", data=words).status_code == 409


def test_half_way_is_half_of_what_was_agreed(pair, at, operator, again):
    row = again()[0]
    row.ends_on = (NOW + 120 * DAY).date()
    operator.commit()
    assert abs(again()[1].review_at - (NOW + 60 * DAY)) < DAY
