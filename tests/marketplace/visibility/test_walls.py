"""Who sees a candidate's card, asked of the database itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tenants.organisations.models import ConflictDeclaration, ConflictKind
from tests.marketplace.visibility.conftest import FACE, consent

CARDS = "SELECT id, face, levels, tokens, score FROM showcase_cards(:network, :tokens, :least, 20)"


def cards(connection, network, tokens=(), least=()):
    return connection.execute(sa.text(CARDS), {"network": network, "tokens": list(tokens), "least": list(least)}).all()


def test_a_card_is_shown_while_a_consent_lasts_and_its_person_reads_who_looked(scene, inside, operator):
    bridge = scene.ned.org_id
    with inside(scene.max) as of_max:
        assert cards(of_max, bridge) == []
    one = consent(operator, scene.mia, bridge)
    with inside(scene.max) as of_max:
        found = cards(of_max, bridge)
        assert [row.face for row in found] == [FACE] and found[0].levels[:2] == [3, 2] and found[0].score == 5
        number = found[0].id
        assert len(cards(of_max, bridge, ["lang:fr", "fn:finance", "fn:legal"], [3])) == 1
        assert cards(of_max, bridge, ["lang:de"]) == cards(of_max, bridge, [], [4]) == []
        place = {"network": bridge, "card": number}
        assert of_max.execute(sa.text("SELECT FROM open_card(:network, :card, now())"), place).rowcount == 1
        of_max.commit()
    with inside(scene.mia) as of_mia:
        network = {"network": bridge}
        audience = of_mia.execute(sa.text("SELECT * FROM my_audience(:network)"), network).one()
        assert (audience.committees, audience.search_firms, audience.on_show) == (1, 0, True)
        seen = of_mia.execute(sa.text("SELECT * FROM my_viewings(:network)"), network).one()
        assert (seen.what, seen.organisation, seen.name) == ("card", "Globex", "")
        assert cards(of_mia, bridge) == []
        withdrawn = "UPDATE showing SET withdrawn_at = now() WHERE id = :id"
        assert of_mia.execute(sa.text(withdrawn), {"id": one.id}).rowcount == 1
        of_mia.commit()
    with inside(scene.max) as of_max:
        assert cards(of_max, bridge) == []
        assert of_max.execute(sa.text("SELECT FROM open_card(:network, :card, now())"), place).rowcount == 0
        assert of_max.scalar(sa.text("SELECT card_standing(:network, :card)"), place) == "gone"
    with inside(scene.abe) as of_abe:  # who never saw it is not told that there was one
        assert of_abe.scalar(sa.text("SELECT card_standing(:network, :card)"), place) == ""


def test_her_own_employer_one_with_a_conflict_and_those_not_on_a_committee_see_nothing(scene, inside, operator):
    bridge = scene.ned.org_id
    consent(operator, scene.mia, bridge)
    for actor in (scene.abe, scene.gus, scene.gil, scene.ned, scene.hal, scene.olga):
        with inside(actor) as theirs:
            assert cards(theirs, bridge) == [], actor.name
    consent(operator, scene.mia, bridge, hidden=False)
    with inside(scene.abe) as of_abe:
        assert len(cards(of_abe, bridge)) == 1
    operator.execute(
        sa.text("UPDATE nomination_committee_member SET left_at = now() WHERE person_id = :person"),
        {"person": scene.abe.person_id},
    )
    operator.commit()
    with inside(scene.abe) as of_abe:
        assert cards(of_abe, bridge) == []


def test_a_consent_for_one_organisation_shows_nothing_to_another(scene, inside, operator):
    bridge = scene.ned.org_id
    consent(operator, scene.mia, bridge, to="organisation", org_id=scene.max.org_id)
    with inside(scene.max) as of_max, inside(scene.abe) as of_abe:
        assert len(cards(of_max, bridge)) == 1
        assert cards(of_abe, bridge) == []


def test_a_card_goes_when_its_person_leaves_their_employer_and_a_conflict_hides_it(scene, inside, operator):
    bridge = scene.ned.org_id
    consent(operator, scene.mia, bridge)
    declared = ConflictDeclaration(
        org_id=scene.max.org_id,
        other_org_id=scene.mia.org_id,
        kind=ConflictKind.competitor,
        declared_by_id=scene.gil.person_id,
    )
    operator.add(declared)
    operator.commit()
    with inside(scene.max) as of_max:
        assert cards(of_max, bridge) == []
    with inside(scene.mia) as of_mia:
        assert of_mia.scalar(sa.text("SELECT committees FROM my_audience(:network)"), {"network": bridge}) == 0
    operator.delete(declared)
    operator.commit()
    with inside(scene.max) as of_max:
        assert len(cards(of_max, bridge)) == 1
    operator.execute(
        sa.text("UPDATE affiliation SET ended_on = current_date WHERE id = :id"), {"id": scene.mia.affiliation_id}
    )
    operator.commit()
    with inside(scene.max) as of_max:
        assert cards(of_max, bridge) == []
    assert operator.scalar(sa.text("SELECT count(*) FROM board_card")) == 0


@pytest.mark.parametrize("table", ["board_card", "viewing", "dossier_request"])
def test_no_page_reads_these_tables(scene, inside, operator, table):
    consent(operator, scene.mia, scene.ned.org_id)
    for actor in (scene.mia, scene.max, scene.ned):
        with inside(actor) as theirs, pytest.raises(DBAPIError, match="permission denied"):
            theirs.exec_driver_sql(f"SELECT FROM {table}")
