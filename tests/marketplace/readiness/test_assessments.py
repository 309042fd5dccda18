"""The two assess the candidate; neither sees the other's before both have given theirs, and nobody else ever does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.readiness import queries
from marketplace.readiness.competencies import COMPETENCIES, ROLES
from marketplace.readiness.models import ReadinessAssessment
from tenants.shared.models import Letter
from tests.factories import NOW, acting, make_pair, publish

MINE, THEIRS = "I closed a plant and kept the people.", "She asked for the cash flow before anybody else did."


def answer(client, base, moment="start", level=2, evidence="", slugs=tuple(COMPETENCIES)):
    for slug in slugs:
        reply = client.post(
            f"{base}/assessments/{moment}/{slug}/answer", data={"level": str(level), "evidence": evidence}
        )
        assert reply.status_code == 303, reply.text
    return reply


def give(client, base, moment="start"):
    return client.post(f"{base}/assessments/{moment}/delivery")


def rows(operator):
    operator.rollback()
    query = sa.select(ReadinessAssessment).order_by(ReadinessAssessment.id)
    return list(operator.scalars(query.execution_options(populate_existing=True)))


def test_both_see_both_only_when_both_have_given(mia, max_, board, sign_in, cast, operator, app, work):
    hers, his = board.at("acme"), board.at("globex")
    assert "About twenty minutes" in mia.get(hers).text
    # A draft saves itself, without a level as well, and stays its author's.
    step = f"{hers}/assessments/start/finance/answer"
    assert mia.post(step, data={"evidence": MINE}, headers={"HX-Request": "true"}).status_code == 204
    assert MINE in mia.get(f"{hers}/assessments/start/finance").text
    assert mia.post(step, data={"evidence": MINE}).status_code == 422
    assert give(mia, hers).status_code == 409
    answer(mia, hers, level=3, evidence=MINE)
    assert give(mia, hers).status_code == 303
    # Given, it is for good, and Max learns that it was, not what.
    assert mia.post(step, data={"level": "0"}).status_code == 409
    assert mia.get(f"{hers}/assessments/start/finance").status_code == 303
    page = max_.get(his).text
    assert "has given theirs" in page and MINE not in page and '<svg viewBox="-185' not in page
    answer(max_, his, level=1, evidence=THEIRS)
    assert THEIRS not in mia.get(f"{hers}/assessments/start").text
    assert give(max_, his).status_code == 303
    for client, base in ((mia, hers), (max_, his)):
        page = client.get(f"{base}/assessments/start").text
        assert MINE in page and THEIRS in page and "2 levels apart" in page
        assert "The table has the same figures" in client.get(base).text
    # Those who look after her see that it was done, and not a word.
    for who, slug in (("ned", "bridge"), ("ann", "acme")):
        client = sign_in(cast[who])
        page = client.get(f"/{slug}/cohorts/{board.cohort.id}/enrolments/{board.mia.id}").text
        assert "by the candidate" in page and "by the mentor" in page and MINE not in page and THEIRS not in page
        assert client.get(board.at(slug)).status_code == 404
    for who in ("ned", "ann", "pam", "abe"):
        with acting(app, cast[who]):
            assert queries.db.session.scalars(sa.select(ReadinessAssessment)).all() == []
    for who in ("pam", "gil", "hal"):
        with acting(app, cast[who]):
            assert queries.done(board.cohort.org_id, board.mia.id) == []
    # Each heard that the other had given theirs.
    work()
    told = {(one.person_id, one.kind) for one in operator.scalars(sa.select(Letter).where(Letter.kind.like("assess%")))}
    assert told == {(cast.max.person_id, "assessment_given"), (cast.mia.person_id, "assessment_shared")}
    # Both rows belong to the pair now, so that their words go with the pair's.
    assert {one.mentorship_id for one in rows(operator)} == {board.pair_id}


def test_no_page_can_open_one_alone(mia, max_, board, cast, app, operator):
    answer(mia, board.at("acme"), evidence=MINE)
    give(mia, board.at("acme"))
    answer(max_, board.at("globex"), evidence=THEIRS)
    hers, his = rows(operator)
    with acting(app, cast.mia):
        session = queries.db.session
        assert session.scalars(sa.select(ReadinessAssessment.id)).all() == [hers.id]
        for change in ("shown_to = shown_to || 1::bigint", "given_at = now()", "levels = '{}'"):
            try:
                changed = session.execute(sa.text(f"UPDATE readiness_assessment SET {change}")).rowcount
            except sa.exc.ProgrammingError:
                changed = 0
            session.rollback()
            assert changed == 0, change
        # Another's draft is not hers to give.
        given = session.scalar(sa.select(sa.func.give_assessment(his.org_id, his.id, NOW)))
        assert given is None
    assert rows(operator)[1].given_at is None


def test_two_who_give_at_once_both_see_both(mia, max_, board, cast, app, operator, _admin):
    answer(mia, board.at("acme"))
    answer(max_, board.at("globex"))
    hers, _his = rows(operator)
    waits = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as pool, acting(app, cast.mia), _admin.connect() as watch:
        session = queries.db.session
        assert session.scalar(sa.select(sa.func.give_assessment(hers.org_id, hers.id, NOW))) is False
        second = pool.submit(give, max_, board.at("globex"))
        while not watch.scalar(waits) and not second.done():
            pass
        session.commit()
        assert second.result(20).status_code == 303
    assert all(one.shown_to for one in rows(operator))


def test_the_middle_comes_with_its_phase_and_shows_what_changed(mia, board, at):
    hers = board.at("acme")
    answer(mia, hers, level=1)
    give(mia, hers)
    assert mia.get(f"{hers}/assessments/middle").status_code == 404
    early = mia.post(f"{hers}/assessments/middle/finance/answer", data={"level": "3"})
    assert early.status_code == 409
    at(NOW + timedelta(days=200))
    answer(mia, hers, "middle", level=3)
    give(mia, hers, "middle")
    page = mia.get(hers).text
    assert "Over time, as you saw it" in page and "+2" in page


@pytest.mark.parametrize("level", ["5", "-1", "x", ""])
def test_a_level_that_is_none_keeps_what_was_typed(mia, board, level):
    reply = mia.post(f"{board.at('acme')}/assessments/start/finance/answer", data={"level": level, "evidence": MINE})
    assert reply.status_code == 422 and MINE in reply.text


def test_an_earlier_mentor_leaves_with_what_they_did_not_show(mia, max_, board, cast, app, operator, sign_in):
    answer(max_, board.at("globex"), evidence=THEIRS)
    give(max_, board.at("globex"))
    publish(app, cast.ida)
    operator.execute(sa.text("UPDATE mentorship SET state = 'ended', ended_at = now()"))
    make_pair(operator, board.cohort, cast.mia, cast.ida)
    operator.commit()
    assert max_.get(board.at("globex")).status_code == 404
    answer(mia, board.at("acme"), evidence=MINE)
    give(mia, board.at("acme"))
    assert THEIRS not in mia.get(f"{board.at('acme')}/assessments/start").text
    ida = sign_in(cast.ida)
    there = board.at(cast.ida.slug)
    answer(ida, there, level=4)
    give(ida, there)
    assert MINE in ida.get(f"{there}/assessments/start").text
    with acting(app, cast.max):
        assert [one.author_person_id for one in queries.db.session.scalars(sa.select(ReadinessAssessment))] == [
            cast.max.person_id
        ]


def test_the_files_are_whole():
    assert len(COMPETENCIES) == 10
    for one in COMPETENCIES.values():
        texts = [one.name, one.short, one.means, *one.levels, *one.readings]
        assert all(words.en and words.fr for words in texts) and len(one.readings) >= 2, one.slug
    for role in ROLES.values():
        assert set(role.profile) == set(COMPETENCIES) and role.name.en and role.name.fr
