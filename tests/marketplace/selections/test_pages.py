"""From a seat to the record of who was chosen for it, through the pages."""

from __future__ import annotations

import io
import re

import openpyxl
import sqlalchemy as sa

from marketplace.selections.models import SeatSpecification, SelectionEntry, SelectionStep

SEAT = {
    "title": "Chair of the audit committee",
    "level_finance": "2",
    "must_finance": "y",
    "level_audit_risk": "4",
    "languages": ["en", "fr"],
    "committees": ["audit"],
    "sectors": ["energy", "finance"],
    "days_a_year": "20",
}


def in_order(page, *words):
    places = [page.index(one) for one in words]
    return places == sorted(places)


def test_a_seat_from_its_words_to_a_closed_record(scene, operator, sign_in, work):
    bridge = scene.ned.org_id
    max_, gil, kate = sign_in(scene.max), sign_in(scene.gil), sign_in(scene.kate)
    for stranger in (gil, sign_in(scene.mia)):
        assert stranger.get("/globex/selections/").status_code == 404
    assert "No seat yet" in max_.get("/globex/selections/").text
    assert (
        "Finance and accounts" in max_.get("/globex/selections/new").text
        or "Finance" in max_.get("/globex/selections/new").text
    )

    # What is wrong is said, and what was typed stays.
    data = SEAT | {"network": str(bridge)}
    wrong = max_.post(
        "/globex/selections/", data=data | {"days_a_year": "900", "listed": "y", "women": "3", "men": "6"}
    )
    assert wrong.status_code == 422 and "Between 1 and 120 days." in wrong.text and "Chair of the audit" in wrong.text
    nothing = max_.post("/globex/selections/", data={"network": str(bridge), "title": "A seat"})
    assert nothing.status_code == 422 and "Ask for at least one thing below" in nothing.text
    made = max_.post("/globex/selections/", data=data | {"listed": "y", "women": "3", "men": "6"})
    assert made.status_code == 303
    address = made.headers["Location"]
    page = max_.get(address)
    assert page.status_code == 200 and "no-store" in page.headers["Cache-Control"]

    # Abe knows risk, Mia finance: both meet the must, ranked by points with reasons; Pam misses it and nothing else.
    risk, finance, people = "Risk in several countries", "Finance, with an audit", "People and change"
    assert risk in page.text and finance in page.text and people not in page.text
    assert in_order(page.text, finance, risk), "Mia: 10+0+10+10+10+10+10 of 70; Abe: 10+10+10+0+0+10+10."
    assert re.search(r"Finance[^<]*: Practised – 1\b", page.text), "One, Pam, is left out by that must alone."
    assert "Women: 3, men: 6. The sex that is fewer: 33 %" in page.text and "40 %" in page.text
    for secret in ("Mia", "Abe", "Acme", "Pam"):
        assert secret not in page.text
    near = max_.get(f"{address}/near-misses").text
    assert people in near and risk not in near

    # Put down twice, one line; then step by step, each with a reason.
    cards = dict(zip((finance, risk), re.findall(r'name="card" value="(\d+)"', page.text), strict=True))
    for card in (cards[finance], cards[finance], cards[risk]):
        assert max_.post(f"{address}/entries", data={"card": card}).status_code == 303
    assert max_.post(f"{address}/entries", data={"card": "1"}).status_code == 404
    entries = operator.scalars(sa.select(SelectionEntry).order_by(SelectionEntry.number)).all()
    assert [one.card_id for one in entries] == [int(cards[finance]), int(cards[risk])]
    steps = f"{address}/entries/{entries[0].id}/steps"
    refused = max_.post(steps, data={"stage": "short", "reason": "", "words": "Typed already"})
    assert refused.status_code == 422 and "Choose a reason." in refused.text and "Typed already" in refused.text
    assert max_.post(steps, data={"stage": "chosen", "reason": "board"}).status_code == 409
    for _twice in range(2):
        said = {"stage": "short", "reason": "meets_most", "words": "=Closed books in two countries"}
        assert max_.post(steps, data=said).status_code == 303
    assert operator.scalar(sa.select(sa.func.count(SelectionStep.id))) == 3
    assert max_.post(steps, data={"stage": "introduced", "reason": "meets"}).status_code == 303
    other = f"{address}/entries/{entries[1].id}/steps"
    assert (
        max_.post(other, data={"stage": "set_aside", "reason": "others_closer", "words": "Languages"}).status_code
        == 303
    )
    record = max_.get(f"{address}/record").text
    assert in_order(record, ">Introduced</h2>", ">Set aside</h2>") and "Closed books in two countries" in record
    assert kate.get(f"/halden/selections/{address.split('/')[-1]}").status_code == 404

    # An introduction is asked for out of the record, for a seat of one's own.
    path, words = f"/globex/introductions/new/{bridge}/{cards[finance]}", {"seat": SEAT["title"], "message": "An hour?"}
    own = address.split("/")[-1]
    assert f"{path}?specification={own}" in record and f'value="{own}"' in max_.get(f"{path}?specification={own}").text
    assert max_.post(f"{path}/question", data=words | {"specification": "7"}).status_code == 404
    assert max_.post(f"{path}/question", data=words | {"specification": own}).status_code == 303
    assert operator.scalar(sa.text("SELECT specification_id FROM introduction")) == int(own)

    # Exports say the same; nothing in them can be taken for a formula.
    sheet = openpyxl.load_workbook(io.BytesIO(max_.get(f"{address}/record.xlsx").data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 3 and rows[1][1] == "Introduced" and rows[1][2] == "60" and "=Closed" in rows[1][-1]
    assert not any(str(cell).startswith("=") for row in rows for cell in row)
    assert "Set aside" in max_.get(f"{address}/record.csv").data.decode("utf-8-sig")
    assert max_.get(f"{address}/record.pdf").status_code == 202
    work()
    drawn = max_.get(f"{address}/record.pdf")
    assert drawn.status_code == 200 and drawn.data.startswith(b"%PDF")

    # Mia withdraws: gone from the list, the record and its drawings; the step stays, its words do not.
    assert sign_in(scene.mia).post(f"/acme/visibility/{bridge}/withdrawal").status_code == 303
    assert finance not in max_.get(address).text
    record = max_.get(f"{address}/record").text
    assert finance not in record and "Closed books" not in record and "Meets most of it" in record
    assert "No longer shown" in record
    assert max_.get(f"{address}/record.pdf").status_code == 202
    assert max_.post(steps, data={"stage": "chosen", "reason": "board"}).status_code == 303

    # Closed: whatever comes after is refused, also from a window that was open.
    assert "Close this record?" in max_.get(f"{address}/closure").text
    assert max_.post(f"{address}/closure").status_code == 303
    assert max_.post(f"{address}/closure").status_code == 409
    assert max_.post(other, data={"stage": "long", "reason": "correction"}).status_code == 409
    assert max_.post(f"{address}/entries", data={"card": cards[risk]}).status_code == 409
    assert max_.post(f"{address}/revision", data=data | {"version": "1"}).status_code == 409
    closed = max_.get(f"{address}/record").text
    assert "Closed on" in closed and "Take a step" not in closed
    log = operator.execute(
        sa.text("SELECT verb FROM activity WHERE org_id = :org ORDER BY id"), {"org": scene.max.org_id}
    )
    assert [verb for (verb,) in log if verb.startswith(("seat", "selection"))] == ["seat.described", "selection.closed"]


def test_a_search_firm_names_its_client_and_two_who_write_at_once_do_not_overwrite(scene, operator, sign_in):
    kate = sign_in(scene.kate)
    data = SEAT | {"network": str(scene.ned.org_id), "independent": "y"}
    assert "Say whose board it is." in kate.post("/halden/selections/", data=data).text
    made = kate.post("/halden/selections/", data=data | {"organisation_name": "Initech"})
    address = made.headers["Location"]
    assert "Finance, with an audit" in kate.get(address).text
    assert "Seats to fill" in kate.get("/halden/candidates/").text
    form = kate.get(f"{address}/edit").text
    assert 'value="Initech"' in form and re.search(r'name="version"[^>]*value="1"', form)
    for status in (303, 409):
        typed = data | {"organisation_name": " acme ", "version": "1"}
        assert kate.post(f"{address}/revision", data=typed).status_code == status

    # The client is whom Mia works for and hides from: she is not there, and neither is Abe.
    seat = operator.scalars(sa.select(SeatSpecification)).one()
    assert seat.organisation_id == scene.mia.org_id
    page = kate.get(address).text
    assert "Finance, with an audit" not in page and "Risk in several countries" not in page
    assert "Nobody meets every must" in page
