"""The full dossier, opened to one organisation or by a secret link, and gone at once when it is withdrawn."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.papers.models import DrawnPaper
from marketplace.visibility.models import DossierLink, DossierRequest, Viewing
from tenants.shared import clock
from tests.marketplace.visibility.conftest import consent

OPEN = sa.text("SELECT content, name FROM open_dossier(:network, :card, 'dossier', now())")
WITHDRAW = sa.text("UPDATE showing SET withdrawn_at = now() WHERE withdrawn_at IS NULL")


def card_of(operator):
    return operator.scalar(sa.text("SELECT id FROM board_card"))


def looked(operator):
    operator.rollback()
    return [(one.what.value, one.viewer_id) for one in operator.scalars(sa.select(Viewing).order_by(Viewing.at))]


@pytest.fixture
def shown(scene, operator):
    operator.execute(sa.text("UPDATE person SET locale = 'en'"))
    consent(operator, scene.mia, scene.ned.org_id)
    return scene


def test_a_dossier_is_opened_on_request_read_by_name_and_gone_with_its_pdf(shown, operator, sign_in, work):
    bridge, card = shown.ned.org_id, card_of(operator)
    max_, mia, gil, abe = (sign_in(one) for one in (shown.max, shown.mia, shown.gil, shown.abe))
    address = f"/globex/candidates/{bridge}/{card}"
    today = clock.now().date()

    # Asked once, with a reason.
    assert max_.get(f"{address}/dossier").status_code == 302
    assert max_.get(f"{address}/dossier.pdf").status_code == 404
    assert max_.post(f"{address}/dossier-request", data={"reason": ""}).status_code == 422
    for _twice in range(2):
        assert max_.post(f"{address}/dossier-request", data={"reason": "For our audit chair."}).status_code == 303
    request = operator.scalars(sa.select(DossierRequest)).one()
    assert gil.post(f"{address}/dossier-request", data={"reason": "Me too."}).status_code == 404

    # She reads who asks and why; only she answers, and until a day.
    assert "For our audit chair." in mia.get("/acme/visibility/").text
    answer = f"/acme/visibility/{bridge}/dossier-requests/{request.id}/answer"
    prefix = f"r{request.id}-until_on"
    assert max_.post(answer.replace("acme", "globex"), data={"answer": "no"}).status_code == 404
    assert mia.post(answer, data={"answer": "yes", prefix: today - timedelta(days=1)}).status_code == 422
    granted = {"answer": "yes", prefix: today + timedelta(days=20)}
    assert mia.post(answer, data=granted).status_code == 303
    assert mia.post(answer, data=granted).status_code == 409

    # Whoever was let in reads it and is in her list by name; nobody else is let in.
    page = max_.get(f"{address}/dossier")
    assert page.status_code == 200 and "Mia Acme" in page.text and page.headers["Cache-Control"] == "no-store, private"
    assert abe.get(f"/acme/candidates/{bridge}/{card}/dossier").status_code == 404
    assert max_.get(f"{address}/dossier.pdf").status_code == 202
    work()
    pdf = max_.get(f"{address}/dossier.pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.headers["Cache-Control"] == "no-store, private"
    assert looked(operator) == [("dossier", shown.max.person_id)] + [("file", shown.max.person_id)] * 2
    assert "Max Globex" in mia.get("/acme/visibility/").text
    assert max_.get(f"{address}/dossier/standing").headers.get("HX-Refresh") is None

    # Withdrawn: page, file, and what was drawn are gone; her card is still there by her other consent.
    consents = operator.execute(sa.text("SELECT id FROM showing WHERE what = 'dossier'")).scalar_one()
    operator.rollback()
    assert mia.post(f"/acme/visibility/{bridge}/consents/{consents}/withdrawal").status_code == 303
    assert max_.get(f"{address}/dossier/standing").headers["HX-Refresh"] == "true"
    for path in ("dossier", "dossier.pdf"):
        gone = max_.get(f"{address}/{path}")
        assert gone.status_code == 410 and "Mia" not in gone.text, path
    assert operator.scalar(sa.select(sa.func.count()).select_from(DrawnPaper)) == 0
    assert max_.get(address).status_code == 200
    assert len(looked(operator)) == 4  # the card's, and no more of the dossier


def test_a_dossier_link_after_withdrawal(shown, operator, sign_in, anonymous):
    bridge, mia = shown.ned.org_id, sign_in(shown.mia)
    today = clock.now().date()
    made = {"link-recipient": "Orval Partners", "link-until_on": today + timedelta(days=10)}
    too_long = made | {"link-until_on": today + timedelta(days=200)}
    assert mia.post(f"/acme/visibility/{bridge}/links", data=too_long).status_code == 422
    paths = []
    for _one in range(2):
        answer = mia.post(f"/acme/visibility/{bridge}/links", data=made)
        assert answer.status_code == 201
        paths += re.findall(r"<code>http://[^/]+(/links/dossiers/[\w-]+)</code>", answer.text)
    secret = paths[0].rsplit("/", 1)[1]
    assert (
        operator.scalar(sa.text("SELECT position(:secret IN l::text) FROM dossier_link l LIMIT 1"), {"secret": secret})
        == 0
    )

    # A GET says for whom it is and opens nothing; a POST opens it, and is counted.
    face = anonymous.get(paths[0])
    assert "Orval Partners" in face.text and "Mia" not in face.text and "no-store" in face.headers["Cache-Control"]
    assert looked(operator) == []
    opened = anonymous.post(f"{paths[0]}/opening")
    assert opened.status_code == 200 and "Mia Acme" in opened.text and "Orval Partners" in opened.text
    assert looked(operator) == [("link", None)]
    assert "Link, opened 1 time" in mia.get("/acme/visibility/").text

    # One is withdrawn, then everything: both are gone, on an open page too, and nothing is counted any more.
    first = operator.scalar(sa.select(DossierLink.id).where(DossierLink.opened == 1))
    operator.rollback()
    assert mia.post(f"/acme/visibility/{bridge}/links/{first}/withdrawal").status_code == 303
    assert anonymous.get(paths[0]).status_code == anonymous.post(f"{paths[0]}/opening").status_code == 410
    assert anonymous.get(f"{paths[0]}/standing").headers["HX-Redirect"] == paths[0]
    assert anonymous.get(paths[1]).status_code == 200
    assert mia.post(f"/acme/visibility/{bridge}/withdrawal").status_code == 303
    gone = anonymous.get(paths[1])
    assert gone.status_code == 410 and "Mia" not in gone.text and "Orval" not in gone.text
    assert anonymous.get("/links/dossiers/nothing").status_code == 404
    assert len(looked(operator)) == 1


def test_who_opens_while_it_is_withdrawn_is_either_in_the_list_or_not_let_in(shown, operator, inside):
    bridge, card = shown.ned.org_id, card_of(operator)
    consent(operator, shown.mia, bridge, to="organisation", org_id=shown.max.org_id)
    operator.execute(sa.text("UPDATE showing SET what = 'dossier' WHERE to_kind = 'organisation'"))
    operator.commit()
    place = {"network": bridge, "card": card}
    with inside(shown.max) as of_max, inside(shown.mia) as of_mia:
        assert of_max.execute(OPEN, place).one().name == "Mia Acme"
        of_mia.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
        with pytest.raises(DBAPIError, match="lock timeout"):
            of_mia.execute(WITHDRAW)
        of_mia.rollback()
        of_max.commit()
    assert looked(operator) == [("dossier", shown.max.person_id)]
    with inside(shown.max) as of_max, inside(shown.mia) as of_mia:
        assert of_mia.execute(WITHDRAW).rowcount == 2
        of_max.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
        with pytest.raises(DBAPIError, match="lock timeout"):
            of_max.execute(OPEN, place)
        of_mia.commit()
        of_max.rollback()
    with inside(shown.max) as of_max:
        assert of_max.execute(OPEN, place).all() == []
    assert len(looked(operator)) == 1


def test_no_seeker_learns_whose_card_it_is_and_a_hidden_employer_nothing(shown, operator, inside):
    bridge, card = shown.ned.org_id, card_of(operator)
    ask = sa.text("SELECT * FROM ask_introduction(:network, :card, 'A seat', 'A talk?', NULL, now())")
    place = {"network": bridge, "card": card}
    with inside(shown.max) as of_max:
        assert of_max.execute(ask, place).one().outcome == "asked"
        of_max.commit()
    with inside(shown.max) as of_max:
        mine = of_max.execute(sa.text("SELECT m::text FROM my_introductions() m")).scalar_one()
        for secret in (str(shown.mia.person_id), "Mia", shown.mia.email, "Acme"):
            assert secret not in mine
        assert of_max.execute(sa.text("SELECT FROM introduction")).rowcount == 0
    with inside(shown.abe) as of_abe:
        assert of_abe.execute(ask, place).all() == []
        for query in ("my_introductions()", f"open_dossier({bridge}, {card}, 'dossier', now())"):
            assert of_abe.exec_driver_sql(f"SELECT FROM {query}").rowcount == 0
        assert of_abe.exec_driver_sql(f"SELECT state FROM dossier_standing({bridge}, {card})").scalar() == ""
