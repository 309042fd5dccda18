"""Goals: the mentee sets and moves them, the mentor comments, nothing of their history is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from marketplace.goals.models import Goal, GoalEvent, GoalState, GoalStep
from tests.marketplace.requests.conftest import GOAL

FIRST = {"title": "Lead people who know more than I do", "success": "They decide without me.", "due_on": "2027-03-01"}


@pytest.fixture
def mia(sign_in, mentors):
    return sign_in(mentors.mia)


@pytest.fixture
def max_(sign_in, mentors):
    return sign_in(mentors.max)


@pytest.fixture
def at(pair):
    return f"/acme/mentorships/{pair.id}/goals"


@pytest.fixture
def goal(mia, at, operator):
    def make(**fields):
        assert mia.post(at, data=FIRST | fields).status_code == 303
        operator.rollback()
        return operator.scalars(sa.select(Goal).order_by(Goal.id.desc()).limit(1)).one()

    return make


def goals(operator):
    operator.rollback()
    return list(operator.scalars(sa.select(Goal).order_by(Goal.place).execution_options(populate_existing=True)))


def test_the_first_goal_begins_with_the_request(mia, at, goal):
    page = mia.get(f"{at}/new").text
    assert GOAL.split(". ")[0][:60] in page.split('name="title"')[1][:600]
    goal()
    assert 'value=""' in mia.get(f"{at}/new").text.split('name="title"')[1][:300]


def test_progress_follows_the_steps_that_are_ticked_off(mia, max_, at, goal, pair, operator):
    one = goal()
    assert mia.post(f"{at}/{one.id}/progress", data={"percent": "10"}).status_code == 303
    for words in ("Talk to my two deputies", "Hand over the budget"):
        mia.post(f"{at}/{one.id}/steps", data={"words": words})
    step = operator.scalars(sa.select(GoalStep).order_by(GoalStep.id)).first()
    mia.post(f"{at}/{one.id}/steps/{step.id}/tick", data={"done": "yes"})
    mia.post(f"{at}/{one.id}/steps/{step.id}/tick", data={"done": "yes"})
    assert goals(operator)[0].percent == 50
    assert [event.percent for event in operator.scalars(sa.select(GoalEvent).order_by(GoalEvent.id))] == [0, 10, 0, 50]
    assert mia.post(f"{at}/{one.id}/progress", data={"percent": "70"}).status_code == 409
    page = max_.get(f"/globex/mentorships/{pair.id}/goals/{one.id}").text
    assert "50 %" in page and "<svg" in page and "The figures" in page
    mia.post(f"{at}/{one.id}/steps/{step.id}/removal")
    assert goals(operator)[0].percent == 0
    mia.post(f"{at}/{one.id}/steps/{step.id}/return")
    assert goals(operator)[0].percent == 50


@pytest.mark.parametrize("percent", ["101", "-1", "half", ""])
def test_a_progress_that_is_none_keeps_what_was_typed(mia, at, goal, percent):
    answer = mia.post(f"{at}/{goal().id}/progress", data={"percent": percent})
    assert answer.status_code == 422
    assert f'value="{percent}"' in answer.text


def test_reached_and_let_go_can_be_undone(mia, at, goal, operator):
    one = goal()
    for turn, state in (("attainment", GoalState.reached), ("release", GoalState.let_go)):
        page = mia.post(f"{at}/{one.id}/{turn}", follow_redirects=True)
        assert f"{at}/{one.id}/return" in page.text
        assert goals(operator)[0].state is state
        assert mia.post(f"{at}/{one.id}/{turn}").status_code == 409
        mia.post(f"{at}/{one.id}/return")
        assert goals(operator)[0].state is GoalState.open
    assert [event.turn for event in operator.scalars(sa.select(GoalEvent).order_by(GoalEvent.id))] == [
        *("set", "reached", "taken_up", "let_go", "taken_up")
    ]


def test_goals_are_put_in_order(mia, at, goal, operator):
    names = ["one", "two", "three"]
    made = [goal(title=name) for name in names]
    mia.post(f"{at}/{made[2].id}/place", data={"to": "up"})
    mia.post(f"{at}/{made[0].id}/place", data={"to": "up"})
    assert [one.title for one in goals(operator)] == ["one", "three", "two"]


def test_five_are_open_at_most_whatever_two_windows_do(mentors, sign_in, at, goal, operator):
    for n in range(4):
        goal(title=f"goal {n}")
    windows = [sign_in(mentors.mia) for _ in range(3)]
    with ThreadPoolExecutor(3) as at_once:
        answers = list(at_once.map(lambda window: window.post(at, data=FIRST).status_code, windows))
    assert sorted(answers) == [303, 409, 409]
    assert len(goals(operator)) == 5


def test_the_mentor_comments_and_changes_nothing_else(mia, max_, at, goal, pair, operator):
    one = goal()
    theirs = f"/globex/mentorships/{pair.id}/goals"
    assert max_.post(f"{theirs}/{one.id}/comments", data={"body": "Begin with the budget."}).status_code == 303
    assert "Begin with the budget." in mia.get(f"{at}/{one.id}").text
    for path in (
        "",
        f"/{one.id}/wording",
        f"/{one.id}/progress",
        f"/{one.id}/attainment",
        f"/{one.id}/steps",
        f"/{one.id}/place",
    ):
        answer = max_.post(f"{theirs}{path}", data=FIRST | {"percent": "90", "words": "x"})
        assert answer.status_code == 403, path
    assert goals(operator)[0].title == FIRST["title"]


def test_a_wording_keeps_the_one_before_in_the_history(mia, at, goal):
    one = goal()
    mia.post(f"{at}/{one.id}/wording", data=FIRST | {"title": "Let my deputies decide"})
    page = mia.get(f"{at}/{one.id}").text
    assert "Let my deputies decide" in page
    assert FIRST["title"] in page.split("History")[1]


def test_nobody_else_sees_a_goal(sign_in, mentors, goal, pair):
    one = goal()
    for name in ("ann", "abe", "pam", "gil", "gus", "ned", "hal"):
        actor = mentors[name]
        for path in ("", f"/{one.id}", "/new"):
            assert sign_in(actor).get(f"/{actor.slug}/mentorships/{pair.id}/goals{path}").status_code == 404
