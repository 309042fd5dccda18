"""Who is listed, by either wall alone and by both, compared with a short oracle over random worlds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from marketplace.directory import queries
from marketplace.directory.forms import Search
from marketplace.mentors.models import Audience
from tenants.current import Acting
from tenants.organisations.models import MembershipState
from tests.factories import acting
from tests.marketplace.directory.world import World, build, may_see

EVERYBODY = Search(full=True)
COLLEAGUES = Search(full=True, own=True)
few = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # every world is written to the database: too slow to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
tags = (f"w{number}" for number in itertools.count())

states = st.sampled_from([*[MembershipState.active] * 4, MembershipState.left, MembershipState.suspended])
plans = st.fixed_dictionaries(
    {
        "networks": st.just(2),
        "in_marketplace": st.lists(st.sampled_from([True, True, False]), min_size=4, max_size=4),
        "memberships": st.fixed_dictionaries({(firm, network): states for firm in range(4) for network in range(2)}),
        "mentors": st.lists(
            st.tuples(
                st.integers(0, 3),
                st.sampled_from([Audience.networks, Audience.marketplace, Audience.company]),
                st.lists(st.integers(0, 1), min_size=1, max_size=2),
            ),
            min_size=7,
            max_size=10,
        ),
        "conflicts": st.lists(
            st.tuples(
                st.sampled_from([0, 0, 3]),
                st.integers(0, 3),
                st.sampled_from([-2, -1, 0, 1]),
                st.sampled_from([None, 1, 2, 3]),
            ),
            min_size=1,
            max_size=3,
        ),
        "blocks": st.lists(
            st.tuples(st.just(0), st.integers(1, 7)) | st.tuples(st.integers(1, 7), st.just(0)), min_size=2, max_size=4
        ),
    }
)


def seen(app: Flask, world: World) -> tuple[set[int], set[int], dict[int, bool]]:
    """Whom the viewer's searches list (others, colleagues), and whether each mentor's own page opens."""
    assert world.viewer is not None
    with acting(app, world.viewer) as viewer:
        others = queries.search_mentors(viewer, EVERYBODY, today=20_000)
        colleagues = queries.search_mentors(viewer, COLLEAGUES, today=20_000)
        assert (others.total, colleagues.total) == (len(others.mentors), len(colleagues.mentors))
        assert {m.mentor_id for m in queries.similar_mentors(viewer, None, 50)} <= ids(others)
        return ids(others), ids(colleagues), {m.mentor_id or 0: opens(viewer, m.mentor_id) for m, *_ in world.mentors}


def ids(results: queries.Results) -> set[int]:
    return {mentor.mentor_id for mentor in results.mentors}


def opens(viewer: Acting, mentor_id: int | None) -> bool:
    try:
        queries.mentor_or_404(viewer, mentor_id or 0)
    except NotFound:
        return False
    return True


def allowed(world: World) -> set[int]:
    assert world.viewer is not None
    return {
        mentor.mentor_id or 0
        for mentor, audience, networks in world.mentors
        if may_see(world, world.viewer, mentor, audience, networks)
    }


@pytest.fixture
def clear(operator: Session) -> Callable[[], None]:
    """Later worlds must not see the mentors of earlier ones."""

    def run() -> None:
        operator.rollback()
        operator.execute(text("DELETE FROM card"))
        operator.commit()

    return run


@few
@given(plan=plans)
def test_the_directory_is_what_the_oracle_says(
    plan: dict[str, Any], app: Flask, operator: Session, clear: Callable[[], None]
) -> None:
    world = build(operator, plan, tag=next(tags))
    expected = allowed(world)
    others, colleagues, pages = seen(app, world)
    clear()
    assert others | colleagues == expected
    assert not others & colleagues
    assert pages == {mentor_id: mentor_id in expected for mentor_id in pages}


@few
@given(plan=plans)
def test_without_the_database_wall_the_application_shows_no_more(
    plan: dict[str, Any], app: Flask, operator: Session, clear: Callable[[], None], no_database_wall: None
) -> None:
    world = build(operator, plan, tag=next(tags))
    expected = allowed(world)
    others, colleagues, pages = seen(app, world)
    clear()
    assert others | colleagues == expected
    assert {mentor_id for mentor_id, opened in pages.items() if opened} == expected


FILTERS: dict[str, Any] = {"audiences": None, "hidden": [], "blocked": [], "own": -1}


@pytest.mark.parametrize("removed", [*FILTERS, "all"])
@few
@given(plan=plans)
def test_without_a_filter_of_the_application_the_database_shows_no_more(
    plan: dict[str, Any], removed: str, app: Flask, operator: Session, clear: Callable[[], None]
) -> None:
    world = build(operator, plan, tag=next(tags))
    gone = FILTERS if removed == "all" else {removed: FILTERS[removed]}
    everywhere = [0, *world.firms, *world.networks]
    honest = queries.sight
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            queries,
            "sight",
            lambda viewer: honest(viewer) | {k: everywhere if v is None else v for k, v in gone.items()},
        )
        others, colleagues, pages = seen(app, world)
    clear()
    opened = {mentor_id for mentor_id, opened in pages.items() if opened}
    assert others | colleagues | opened <= allowed(world)
