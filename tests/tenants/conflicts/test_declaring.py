"""Declaring by hand and by list, what it hides in numbers, and groups that form by the yes of both."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
import tablib
from sqlalchemy.exc import DBAPIError

from tenants.affiliations.models import Affiliation, Role
from tenants.organisations.models import ConflictDeclaration, Organisation
from tenants.shared import clock
from tenants.shared.database import db
from tests.factories import acting, publish

TODAY = clock.today().isoformat()


def declare(client, cast, **values):
    data = {"other_org_id": cast.max.org_id, "kind": "competitor", "since": TODAY, "note": ""} | values
    return client.post("/acme/conflicts/", data=data, follow_redirects=True)


def declared(operator):
    operator.rollback()
    return operator.scalars(sa.select(ConflictDeclaration).order_by(ConflictDeclaration.id)).all()


def test_the_declarer_reads_what_it_hides_in_numbers(cast, app, sign_in):
    publish(app, cast.max)
    publish(app, cast.abe)
    page = declare(sign_in(cast.ann), cast).text
    assert "This hides 1 mentor of theirs from your people, and 1 of yours from theirs." in page


def test_the_numbers_do_not_tell_that_the_other_side_declared_first(cast, app, sign_in):
    publish(app, cast.max)
    gil = sign_in(cast.gil)
    gil.post("/globex/conflicts/", data={"other_org_id": cast.mia.org_id, "kind": "auditor", "since": TODAY})
    assert "This hides 1 mentor of theirs" in declare(sign_in(cast.ann), cast).text


def test_a_declaration_is_changed_and_extended(cast, sign_in, operator):
    ann = sign_in(cast.ann)
    declare(ann, cast)
    [one] = declared(operator)
    assert ann.get(f"/acme/conflicts/{one.id}/edit").status_code == 200
    data = {"kind": "auditor", "since": TODAY, "until": "2099-01-01", "note": "Until the mandate ends"}
    assert ann.post(f"/acme/conflicts/{one.id}/change", data=data).status_code == 303
    [one] = declared(operator)
    assert (one.kind, one.until.year) == ("auditor", 2099)
    wrong = ann.post(f"/acme/conflicts/{one.id}/change", data=data | {"until": "2020-01-01"})
    assert wrong.status_code == 422
    assert "Until the mandate ends" in wrong.text


LIST = [
    ("Globex", "competitor", TODAY, "", "Same tender"),
    ("globex", "concurrent", TODAY, "", ""),
    ("Initech", "competitor", "", "", ""),
    ("Globex", "auditeur", "31/12/2030", "01/01/2030", ""),
    ("GLOBEX", "Client ou fournisseur", "2026-01-01", "2099-12-31", ""),
]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_list_is_looked_at_before_anything_is_declared(cast, sign_in, operator, format):
    sheet = tablib.Dataset(*LIST, headers=["Entreprise", "Type", "Du", "Au", "Note"])
    content = sheet.export(format)
    content = content if isinstance(content, bytes) else content.encode("cp1252")
    ann = sign_in(cast.ann)
    page = ann.post("/acme/conflicts/lists/trial", data={"file": (io.BytesIO(content), f"list.{format}")}).text
    assert "2 rows can be declared." in page
    assert "3 rows need another look" in page
    assert declared(operator) == []
    rows = page.split('name="rows" value="')[1].split('"')[0].replace("&#34;", '"')
    for _again in range(2):
        assert ann.post("/acme/conflicts/lists", data={"rows": rows}).status_code == 303
    assert [one.kind for one in declared(operator)] == ["competitor", "client_or_supplier"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\x00\xff", b"a,b\n1,2\n", b"firm\n" + b"x\n" * 501])
def test_a_list_that_cannot_be_used_says_why(cast, sign_in, content):
    answer = sign_in(cast.ann).post("/acme/conflicts/lists/trial", data={"file": (io.BytesIO(content), "list.csv")})
    assert answer.status_code == 422


def test_a_firm_out_of_sight_cannot_be_smuggled_into_a_list(cast, sign_in, operator):
    rows = f'[[{cast.ida.org_id}, "competitor", "{TODAY}", null, ""]]'
    assert sign_in(cast.ann).post("/acme/conflicts/lists", data={"rows": rows}).status_code == 422
    assert declared(operator) == []


@pytest.fixture
def gwen(cast, operator):
    """Gil becomes Globex's administrator."""
    operator.execute(
        sa.update(Affiliation).where(Affiliation.id == cast.gil.affiliation_id).values(role=Role.company_admin)
    )
    operator.commit()
    return cast.gil


def test_a_group_forms_by_the_yes_of_both_and_a_parent_declares_for_all(cast, gwen, app, sign_in, operator):
    publish(app, cast.ida)
    abe, gil = sign_in(cast.abe), sign_in(gwen)
    for slug in ("globex", "no-such-firm"):
        answer = abe.post("/acme/group/offers", data={"slug": slug, "relation": "child"}, follow_redirects=True)
        assert "If a company has this address" in answer.text
        assert slug in answer.text, "the same line whoever has the address"
    page = gil.get("/globex/group/").text
    assert "Acme says it is your parent." in page
    action = page.split('action="/globex/group/offers/')[1].split('"')[0]
    assert gil.post(f"/globex/group/offers/{action}").status_code == 303
    operator.rollback()
    assert operator.get(Organisation, cast.max.org_id).parent_id == cast.mia.org_id
    with acting(app, cast.max) as viewer:
        assert viewer.hidden == frozenset()
    abe.post("/acme/group/sight", data={"sight": "hide"})
    with acting(app, cast.max) as viewer:
        assert viewer.hidden == {cast.mia.org_id}
    assert gil.post(f"/globex/group/companies/{cast.max.org_id}/leaving").status_code == 303
    with acting(app, cast.max) as viewer:
        assert viewer.hidden == frozenset()


def test_nobody_writes_a_parent_by_hand_or_reads_whether_an_address_exists(cast, app, sign_in):
    sign_in(cast.abe).post("/acme/group/offers", data={"slug": "globex", "relation": "child"})
    with acting(app, cast.abe), pytest.raises(DBAPIError, match="set by both"):
        db.session.execute(
            sa.update(Organisation).where(Organisation.id == cast.abe.org_id).values(parent_id=cast.ned.org_id)
        )
    with acting(app, cast.abe), pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(sa.text("SELECT other_org_id FROM group_offer"))
