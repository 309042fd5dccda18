"""How far a card meets a seat: pure, so that it can be asked in every corner."""

from __future__ import annotations

from marketplace.dossiers.face import Face
from marketplace.selections.criteria import POINTS, Criteria, musts, parts, place, wishes
from marketplace.selections.words import RULES
from tests.marketplace.visibility.conftest import FACE


def points(asked, **face):
    return [one.points(Face.model_validate(FACE | face)) for one in parts(Criteria.model_validate(asked))]


def test_each_criterion_gives_points_up_to_what_is_asked_and_no_more():
    asked = {"competencies": {"finance": {"level": 3}, "people": {"level": 4}}}
    assert points(asked, competencies={"finance": 4, "people": 1}) == [POINTS, 2]
    assert points(asked, competencies={}) == [0, 0]
    assert points({"sectors": ["health", "energy"]}) == [POINTS]
    assert points({"languages": ["fr", "de"], "committees": ["audit", "risk"]}) == [POINTS, 0, POINTS, 0]
    assert points({"region": "paris", "days_a_year": 40}, region="paris") == [POINTS, 5]
    assert points({"independent": True}) == []


def test_a_must_is_a_filter_and_a_wish_is_not():
    asked = Criteria.model_validate(
        {
            "competencies": {"finance": {"level": 2, "must": True}, "audit_risk": {"level": 3}},
            "sectors": ["energy", "food"],
            "sectors_must": True,
            "languages": ["fr"],
            "days_a_year": 10,
        }
    )
    assert musts(parts(asked)) == ["l:1:2", "sector:energy|sector:food"]
    assert wishes(parts(asked)) == ["l:2:3", "lang:fr"]
    assert not Criteria.model_validate({"independent": True}), "A seat that asks for nothing else cannot be ranked."


def test_the_order_of_equals_is_each_seats_own_and_stays():
    cards = list(range(1, 60))
    first, second = (sorted(cards, key=lambda card, seat=seat: place(seat, card)) for seat in (1, 2))
    assert first == sorted(cards, key=lambda card: place(1, card)) != second
    assert first != cards


def test_the_limits_on_the_page_are_those_that_are_counted():
    """``seat_checks`` counts: under five of all, up to four listed beside this one, one for whoever leads a listed company."""
    assert {one.key: one.most for one in RULES["limits"]} == {"fr_five": 5, "code_director": 5, "code_executive": 2}
