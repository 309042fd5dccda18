"""From naming a committee to a card that is gone, through the pages."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.visibility.models import NominationCommitteeMember, Showing
from tenants.shared import clock
from tests.marketplace.visibility.conftest import FACE, publish_dossier

HEADLINE = FACE["headline"]["en"]


def test_a_card_from_consent_to_withdrawal(cast, operator, sign_in):
    bridge = cast.ned.org_id
    publish_dossier(operator, cast.mia, bridge)
    operator.execute(sa.text("UPDATE person SET locale = 'en'"))
    operator.commit()
    gil, max_, mia = sign_in(cast.gil), sign_in(cast.max), sign_in(cast.mia)

    # A committee is named, once, and told.
    assert "Nobody sits on it yet" in gil.get("/globex/nomination-committee/").text
    for _twice in range(2):
        named = gil.post("/globex/nomination-committee/members", data={"affiliation": cast.max.affiliation_id})
        assert named.status_code == 303
    assert operator.scalar(sa.select(sa.func.count(NominationCommitteeMember.id))) == 1
    assert max_.post("/globex/nomination-committee/members").status_code == 404
    assert (
        gil.post("/globex/nomination-committee/members", data={"affiliation": cast.mia.affiliation_id}).status_code
        == 404
    )
    told = "SELECT count(*) FROM letter WHERE kind = 'nomination_named'"
    assert operator.scalar(sa.text(told)) == 1

    # She agrees; what is wrong with it is said, and what she chose stays.
    today = clock.now().date()
    data = {"to": "committees", "from_on": today, "until_on": today - timedelta(days=1), "hide": "y"}
    wrong = mia.post(f"/acme/visibility/{bridge}/consents", data=data)
    assert wrong.status_code == 422 and "Choose a day from today on." in wrong.text
    assert "No candidate to show" in max_.get("/globex/candidates/").text
    data["until_on"] = today + timedelta(days=30)
    for _twice in range(2):
        assert mia.post(f"/acme/visibility/{bridge}/consents", data=data).status_code == 303
    consent = operator.scalars(sa.select(Showing)).one()
    assert "Today 1 nomination committee can see your anonymous card." in mia.get("/acme/visibility/").text

    # The committee's member finds it and opens it: nothing of it says whose it is, and she reads who looked.
    listed = max_.get(f"/globex/candidates/?sector=energy&strong=finance&lang=fr&network={bridge}").text
    assert HEADLINE in listed and HEADLINE not in max_.get("/globex/candidates/?sector=health").text
    place = listed.split(f"/globex/candidates/{bridge}/")[1].split('"')[0]
    address = f"/globex/candidates/{bridge}/{place}"
    card = max_.get(address)
    assert card.status_code == 200 and "no-store" in card.headers["Cache-Control"]
    assert HEADLINE in card.text and "Mia" not in card.text and "Acme" not in card.text
    assert max_.get(f"{address}/standing").headers.get("HX-Refresh") is None
    assert "Globex" in mia.get("/acme/visibility/").text
    assert gil.get(address).status_code == 404

    # Withdrawn: gone at once, the open page asks and is loaded again, and nobody is told by whom.
    assert max_.post(f"/globex/visibility/{bridge}/consents/{consent.id}/withdrawal").status_code == 404
    assert mia.post(f"/acme/visibility/{bridge}/withdrawal").status_code == 303
    assert max_.get(f"{address}/standing").headers["HX-Refresh"] == "true"
    gone = max_.get(address)
    assert gone.status_code == 410 and HEADLINE not in gone.text and "no longer shown" in gone.text
    assert HEADLINE not in max_.get("/globex/candidates/").text
    assert "Today nobody can see you." in mia.get("/acme/visibility/").text
