"""What the candidate does about it: the path, target boards and time; and what goes with a person, or with the pair's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.events.models import Event, EventGuest, EventKind, EventState
from marketplace.readiness import faces
from marketplace.readiness.answers import Commitments
from marketplace.readiness.competencies import COMPETENCIES, ROLES
from marketplace.readiness.models import ReadinessPlan, TargetBoard
from marketplace.training.models import ModuleKind, TrainingModule
from tenants.privacy import jobs as privacy
from tests.factories import NOW
from tests.marketplace.readiness.test_assessments import MINE, THEIRS, answer, give, rows

BOARD = {"sector": "energy", "name": "", "size": "middle", "country": "France", "why": MINE, "state": "idea"}


@pytest.fixture
def assessed(mia, board):
    """Mia has given hers: two everywhere but in finance, where she has none."""
    hers = board.at("acme")
    answer(mia, hers, level=2)
    answer(mia, hers, level=0, slugs=("finance",))
    give(mia, hers)
    return hers


def test_gaps_lead_to_modules_readings_and_the_mock_meeting(mia, board, assessed, operator, cast, sign_in):
    form = {
        "title_en": "Reading accounts",
        "sides": "mentee",
        "body_en": "Words.",
        "competencies": ["finance", "dynamics"],
    }
    modules = f"/bridge/cohorts/{board.cohort.id}/training/modules"
    assert 'value="finance"' in sign_in(cast.ned).get(f"{modules}/new").text
    assert sign_in(cast.ned).post(modules, data=form).status_code == 303
    operator.rollback()
    module = operator.scalars(sa.select(TrainingModule)).one()
    assert module.kind is ModuleKind.text and module.competencies == ["finance", "dynamics"]
    assert "Choose this seat" in mia.get(f"{assessed}/path").text
    assert mia.post(f"{assessed}/target-role", data={"role": "emperor"}).status_code == 422
    mia.post(f"{assessed}/target-role", data={"role": "audit_member"})
    page = mia.get(f"{assessed}/path").text
    # Finance is the widest gap, so it comes first; the module stands there and not a second time.
    asked = [slug for slug in COMPETENCIES if f'id="{slug}"' in page]
    assert asked == ["finance", "audit_risk", "strategy"]
    assert page.index('id="finance"') < page.index('id="audit_risk"') and page.count("Reading accounts") == 1
    assert "0 of 7" in page
    mia.post(f"/acme/cohorts/{board.cohort.id}/training/modules/{module.id}/completion")
    mia.post(f"{assessed}/path/ticks", data={"key": "finance.0", "done": "yes"})
    assert mia.post(f"{assessed}/path/ticks", data={"key": "finance.9", "done": "yes"}).status_code == 404
    mia.post(f"{assessed}/readings", data={"title": "Our own annual report", "competency": "finance"})
    meeting = Event(
        org_id=board.cohort.org_id, cohort_id=board.cohort.id, kind=EventKind.mock_board, state=EventState.published,
        title_en="A board for an evening", starts_at=NOW + timedelta(days=9), minutes=120, zone="Europe/Paris",
        sides=["mentee"], host_id=cast.ned.person_id, uid="mock@passerelle", created_at=NOW, published_at=NOW,
    )  # fmt: skip
    operator.add(meeting)
    operator.flush()
    operator.add(EventGuest(org_id=meeting.org_id, event_id=meeting.id, person_id=cast.mia.person_id, invited_at=NOW))
    operator.commit()
    page = mia.get(f"{assessed}/path").text
    assert "A board for an evening" in page and "Mock board meeting" in page and "Our own annual report" in page
    assert "2 of 9" in page


def test_where_both_see_both_the_middle_of_them_counts(mia, max_, board, assessed):
    mia.post(f"{assessed}/target-role", data={"role": "audit_member"})
    answer(max_, board.at("globex"), level=3)
    give(max_, board.at("globex"))
    page = mia.get(f"{assessed}/path").text
    assert "the middle between you and your mentor" in page and "You are at 1.5" in page
    assert "Audit committee member" in max_.get(board.at("globex")).text
    assert max_.get(f"{board.at('globex')}/path").status_code == 404


def test_a_mentor_reads_the_target_boards_only_while_they_are_shown(mia, max_, board, operator):
    hers, his = board.at("acme"), board.at("globex")
    assert mia.post(f"{hers}/boards", data=BOARD | {"sector": ""}).status_code == 422
    mia.post(f"{hers}/boards", data=BOARD)
    assert MINE not in max_.get(his).text
    mia.post(f"{hers}/boards/visibility", data={"shown": "yes"})
    assert MINE in max_.get(his).text and max_.get(f"{his}/boards").status_code == 404
    one = operator.scalars(sa.select(TargetBoard)).one()
    mia.post(f"{hers}/boards/{one.id}/removal")
    assert MINE not in max_.get(his).text
    mia.post(f"{hers}/boards/{one.id}/return")
    mia.post(f"{hers}/boards/{one.id}/details", data=BOARD | {"name": "Elmtable", "state": "talking"})
    assert "Elmtable" in max_.get(his).text and "In talks" in mia.get(f"{hers}/boards").text
    operator.execute(sa.text("UPDATE mentorship SET state = 'ended', ended_at = now()"))
    operator.commit()
    assert "Elmtable" not in max_.get(his).text


def test_days_are_counted_against_what_there_is(mia, board, operator):
    hers = f"{board.at('acme')}/time"
    rows = {
        "rows-0-role": "board_chair",
        "rows-0-title": "Family firm",
        "rows-1-role": "audit_member",
        "rows-1-days": "10",
    }
    assert mia.post(hers, data=rows | {"available": "400"}).status_code == 422
    assert mia.post(hers, data={"rows-0-title": "Somewhere"}).status_code == 422
    assert mia.post(hers, data=rows | {"available": "85"}).status_code == 303
    page = mia.get(hers).text
    assert "For one more seat you would be 5 days short." in page and 'value="60"' in page and 'value="10"' in page
    check = faces.time_check(Commitments.model_validate({"rows": []}), ROLES["audit_chair"], 40)
    assert (check.held, check.left, check.left_after) == (0, 40, 0)
    assert operator.scalars(sa.select(ReadinessPlan)).one().days_available == 85


def test_whoever_has_left_reads_and_changes_nothing(mia, board, assessed, operator):
    operator.execute(sa.text("UPDATE enrolment SET state = 'dropped_out', ended_at = now()"))
    operator.commit()
    assert mia.get(assessed).status_code == 200
    for path, data in (("/boards", BOARD), ("/target-role", {"role": "audit_member"}), ("/time", {"available": "3"})):
        assert mia.post(assessed + path, data=data).status_code == 409, path


def test_words_go_with_the_pairs_and_levels_stay(mia, max_, board, assessed, operator, worker_app, work, at):
    answer(max_, board.at("globex"), level=1, evidence=THEIRS)
    give(max_, board.at("globex"))
    operator.execute(sa.text("UPDATE mentorship SET state = 'ended', ended_at = now() - interval '3000 days'"))
    operator.commit()
    with worker_app.app_context():
        privacy.find_what_is_old.func.__wrapped__()
        privacy.db.session.commit()
    work()
    assert [one.evidence for one in rows(operator)] == [{}, {}]
    assert all(len(one.levels) == 10 for one in rows(operator))
