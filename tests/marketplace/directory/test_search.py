"""What a mentee types and ticks, and whom they find."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace.directory import queries
from marketplace.directory.forms import Search
from marketplace.directory.words import meanings, shorter_by_one
from tenants.organisations.models import Organisation
from tests.cast import Cast, make_actor
from tests.factories import acting, publish
from tests.marketplace.directory.world import show

TODAY = 20_759
PAGES: dict[str, dict[str, Any]] = {
    "Hélène Brassac": {
        "headline": "I turned round three warehouses.",
        "story": "Négocier avec des fournisseurs est un métier.",
        "skills": ["negotiation", "leading_change"],
        "languages": ["fr"],
        "place": "Aix-en-Provence",
        "function": "supply_chain",
    },
    "Tomas Eklund": {
        "headline": "Audit committees taught me to ask the short question.",
        "story": "I negotiated my first contract at twenty.",
        "skills": ["corporate_governance"],
        "languages": ["en", "sv"],
        "place": "aix en provence",
        "function": "finance",
    },
    "Inès Aubry": {
        "headline": "From engineer to executive committee.",
        "story": "Building teams.",
        "skills": ["first_team"],
        "languages": ["en", "fr"],
        "place": "Lyon",
        "function": "data",
    },
}


@pytest.fixture
def mentors(operator: Session, cast: Cast) -> Cast:
    """Three mentors at Globex, seen in Bridge; Inès has no room."""
    globex = operator.get(Organisation, cast.max.org_id)
    assert globex is not None
    for name, page in PAGES.items():
        actor = make_actor(operator, name.split()[0].lower().replace("é", "e").replace("è", "e"), globex)
        actor.name = name
        show(
            operator,
            actor,
            firm="Globex",
            room=0 if name == "Inès Aubry" else 2,
            network_ids=[cast.ned.org_id],
            **page,
        )
        cast[name.split()[0]] = actor
    operator.commit()
    return cast


def found(app: Flask, cast: Cast, query: str = "", **chosen: Any) -> list[str]:
    """First names, best first."""
    return [mentor.name.split()[0] for mentor in results(app, cast, query, **chosen).mentors]


def results(app: Flask, cast: Cast, query: str = "", **chosen: Any) -> queries.Results:
    args = MultiDict([("q", query), *((k, v) for k, values in chosen.items() for v in values)])
    with acting(app, cast.mia) as viewer:
        return queries.search_mentors(viewer, Search.from_args(args), today=TODAY)


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("helene", ["Hélène"]),
        ("HÉLÈNE BRASSAC", ["Hélène"]),
        ("Brassak", ["Hélène"]),
        ("Brasac", ["Hélène"]),
        ("Brsasac", ["Hélène"]),
        ("brassaca", ["Hélène"]),
        ("eklnud", ["Tomas"]),
        ("ekl", ["Tomas"]),
        ("brxssxc", []),
        ("warehouse", ["Hélène"]),
        ("committ", ["Tomas"]),
        ("committee", ["Tomas"]),
        ("negotiate", ["Hélène", "Tomas"]),
        ("négociation", ["Hélène"]),
        ("fournisseur", ["Hélène"]),
        ("governance", ["Tomas"]),
        ("gouvernance", ["Tomas"]),
        ("change management", ["Hélène"]),
        ("globex", ["Hélène", "Tomas"]),
        ("warehouse governance", []),
        ("the of and", []),
        ("'; DROP TABLE card; --", []),
        ("\\ ' : & | ! ( ) <-> *", ["Hélène", "Tomas"]),
    ],
)
def test_words_find_people(app: Flask, mentors: Cast, typed: str, who: list[str]) -> None:
    assert sorted(found(app, mentors, typed)) == sorted(who)


def test_the_better_match_comes_first(app: Flask, mentors: Cast) -> None:
    assert found(app, mentors, "negotiation")[0] == "Hélène"


def test_goals_put_a_mentor_first(app: Flask, mentors: Cast, operator: Session) -> None:
    from marketplace.mentors.models import MenteeProfile

    before = found(app, mentors)
    mentee = operator.get(MenteeProfile, (mentors.mia.org_id, mentors.mia.affiliation_id))
    assert mentee is not None
    mentee.goals = ["corporate_governance"] if before[0] == "Hélène" else ["negotiation"]
    operator.commit()
    assert found(app, mentors) == before[::-1]


def test_full_mentors_are_listed_only_when_asked_for(app: Flask, mentors: Cast) -> None:
    assert "Inès" not in found(app, mentors)
    assert "Inès" in found(app, mentors, full=["1"])


def test_choices_widen_within_a_group_and_narrow_across(app: Flask, mentors: Cast) -> None:
    assert found(app, mentors, language=["sv"]) == ["Tomas"]
    assert sorted(found(app, mentors, language=["sv", "fr"])) == ["Hélène", "Tomas"]
    assert found(app, mentors, language=["sv", "fr"], function=["finance"]) == ["Tomas"]
    assert found(app, mentors, language=["nonsense"]) == found(app, mentors)


def test_a_group_in_use_counts_what_its_other_choices_would_add(app: Flask, mentors: Cast) -> None:
    page = results(app, mentors, language=["sv"])
    assert (page.counts["l:sv"], page.counts["l:fr"]) == (1, 1)
    assert "f:supply_chain" not in page.counts


def test_counts_speak_of_what_is_listed(app: Flask, mentors: Cast) -> None:
    page = results(app, mentors)
    assert page.total == 2
    assert page.counts["m:cross_company"] == 2
    assert "s:first_team" not in page.counts  # only Inès, who has no room
    assert page.counts["w:aix-en-provence"] == 2
    assert "w:lyon" not in page.counts


def test_a_search_that_finds_nobody_says_what_to_take_off(app: Flask, mentors: Cast) -> None:
    with acting(app, mentors.mia) as viewer:
        search = Search.from_args(MultiDict([("q", "warehouse"), ("language", "sv"), ("function", "data")]))
        assert queries.search_mentors(viewer, search, today=TODAY).total == 0
        assert queries.looser_searches(viewer, search) == []
        search = Search.from_args(MultiDict([("q", "warehouse"), ("language", "sv")]))
        assert queries.looser_searches(viewer, search) == [("language", "sv", 1), ("q", None, 1)]
        search = Search.from_args(MultiDict([("q", "engineer")]))
        assert queries.looser_searches(viewer, search) == [("q", None, 2), ("full", None, 1)]


def test_similar_mentors_are_alike_and_have_room(app: Flask, mentors: Cast) -> None:
    publish(app, mentors.max, skills=["negotiation", "leading_change"])
    with acting(app, mentors.mia) as viewer:
        helene = next(m for m in queries.search_mentors(viewer, Search(), today=TODAY).mentors if "Hé" in m.name)
        assert [m.name.split()[0] for m in queries.similar_mentors(viewer, helene)] == ["Max"]


def test_pages_follow_each_other_without_gap_or_repetition(app: Flask, mentors: Cast, operator: Session) -> None:
    globex = operator.get(Organisation, mentors.max.org_id)
    assert globex is not None
    for number in range(70):
        actor = make_actor(operator, f"extra{number}", globex)
        show(operator, actor, firm="Globex", network_ids=[mentors.ned.org_id])
    operator.commit()
    with acting(app, mentors.mia) as viewer:
        everyone, cursor, back = [], None, None
        for expected in (24, 24, 24):
            page = queries.search_mentors(viewer, Search(), today=TODAY, cursor=cursor)
            assert len(page.mentors) == expected
            everyone += [mentor.mentor_id for mentor in page.mentors]
            cursor, back = page.after, page.before
        assert cursor is None
        assert len(set(everyone)) == 72 == page.total
        previous = queries.search_mentors(viewer, Search(), today=TODAY + 3, cursor=back)
        assert [mentor.mentor_id for mentor in previous.mentors] == everyone[24:48]


@pytest.mark.parametrize("tampered", ["x", "a.b", "", "W10.x", "é" * 50, "WzEsMl0.AAAA"])
def test_a_tampered_cursor_is_refused(app: Flask, cast: Cast, tampered: str) -> None:
    if not tampered:
        return
    with acting(app, cast.mia) as viewer, pytest.raises(queries.StrangeCursor):
        queries.search_mentors(viewer, Search(), today=TODAY, cursor=tampered)


def test_a_cursor_of_another_search_is_refused(app: Flask, cast: Cast) -> None:
    with acting(app, cast.mia) as viewer:
        other = queries._signer(Search("energy")).dumps([TODAY, 1, 1, "after"])
        with pytest.raises(queries.StrangeCursor):
            queries.search_mentors(viewer, Search(), today=TODAY, cursor=str(other))


def test_an_address_reads_back_as_the_same_search() -> None:
    args = MultiDict([("q", "  first   board "), ("skill", "negotiation"), ("where", "remote"), ("full", "1")])
    search = Search.from_args(args)
    assert search.query_string() == "q=first+board&skill=negotiation&where=remote&full=1"
    assert search.without("skill", "negotiation").query_string() == "q=first+board&where=remote&full=1"


def test_one_typo_is_one_letter_more_less_or_other_or_two_swapped() -> None:
    name = "brassac"
    for typed in ("brasac", "brassacc", "brassat", "brsasac"):
        exact, further = meanings(typed)
        stored = {f"n:{name}", *(f"d:{key}" for key in shorter_by_one(name))}
        assert stored & {*exact, *further}, typed


def test_nobody_waits_for_parallel_workers_to_start(operator):
    """Starting them takes thirty times what a band takes, and the guess behind a plan for everybody asks for them."""
    kept = operator.scalar(sa.text("SELECT proconfig FROM pg_proc WHERE proname = 'directory_candidates'"))
    assert "max_parallel_workers_per_gather=0" in kept
