"""A candidate writes a dossier, sees it as others would, publishes it in versions, and takes it back."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from marketplace.dossiers import following
from marketplace.dossiers.content import Dossier, flat, from_flat
from marketplace.dossiers.models import BoardDossier, BoardMandate, DossierComment, DossierVersion
from marketplace.dossiers.queries import latest_version
from marketplace.papers.models import DrawnPaper
from tests.factories import acting
from tests.marketplace.dossiers.conftest import BASE, sheet, streams


def stored(operator):
    operator.rollback()
    row = operator.scalar(sa.select(BoardDossier).execution_options(populate_existing=True))
    return row and Dossier.model_validate(row.content)


def fields(page):
    """The hidden memory of a window."""
    return {
        name: re.search(rf'name="{name}"\s+value="([^"]*)"', page)[1].replace("&#34;", '"')
        for name in ("window", "shown")
    }


def test_flat_and_back_is_the_same():
    told = {"headline.fr": "Moi", "level.finance": 2, "evidence.audit_risk.en": "x", "spoken": [{"language": "fr"}]}
    dossier = from_flat(told)
    assert from_flat(flat(dossier)) == dossier
    assert dossier.headline.fr == "Moi" and dossier.evidence["audit_risk"].en == "x"


def test_a_dossier_from_the_first_line_to_the_withdrawal(board, cast, sign_in, operator, app, monkeypatch, work):
    told = []
    monkeypatch.setattr(following, "_followers", [lambda network, person: told.append((network, person))])
    mia = sign_in(cast.mia)
    assert mia.get("/acme/dossier/").location.endswith(BASE)
    assert "Nobody is shown it." in mia.get(BASE).text and stored(operator) is None
    # Nothing but what was typed is kept, and a part that cannot be kept is shown again.
    wrong = mia.post(f"{BASE}/draft", data=sheet(**{"positions-0-from_year": "11"}))
    assert wrong.status_code == 422 and "Write the year with four figures." in wrong.text and "Corbeau" in wrong.text
    assert "from_year&#39;" not in wrong.text
    partly = mia.post(f"{BASE}/draft", data={"headline.fr": "Moi", "shows": "full.fr"}, headers={"HX-Request": "true"})
    assert partly.status_code == 200 and 'id="side"' in partly.text and "Full dossier, in French" in partly.text
    assert stored(operator).headline.fr == "Moi"
    lacking = mia.post(f"{BASE}/publication", data={"headline.fr": "Moi"})
    assert lacking.status_code == 422 and "Name at least one position." in lacking.text
    assert mia.post(f"{BASE}/draft", data=sheet()).status_code == 303
    assert operator.scalar(sa.select(sa.func.count()).select_from(DossierVersion)) == 0
    # As others would see it; in the other language what is missing is shown as missing.
    full = mia.get(f"{BASE}/preview?as=full&in=fr").text
    assert "J’ai fermé une usine" in full and '<span class="missing">' in full and "odile@ferrand" not in full
    card = mia.get(f"{BASE}/preview?as=card&in=en").text
    assert "Closes sites without losing people." in card and "about 35 days a year" in card
    assert "Corbeau" not in card and "Valcombe" not in card and "Ferrand" not in card
    assert mia.get(f"{BASE}/preview?as=secret&in=en").status_code == 404
    # Published twice, it is one version; changed, it is another.
    for _twice in range(2):
        assert mia.post(f"{BASE}/publication", data=sheet()).status_code == 303
    assert told == [(cast.ned.org_id, cast.mia.person_id)]
    assert mia.post(f"{BASE}/publication", data=sheet(headline__en="Another line")).status_code == 303
    versions = operator.scalars(sa.select(DossierVersion).order_by(DossierVersion.number)).all()
    assert [one.number for one in versions] == [1, 2]
    assert versions[0].face["languages"] == ["fr"] and versions[0].face["mandates"] == "none"
    assert versions[0].face["competencies"] == {"finance": 3}
    page = mia.get(f"{BASE}/versions").text
    assert "Version 1" in page and "Version 2" in page
    differ = mia.get(f"{BASE}/versions/1/comparison?other=2").text
    assert "Another line" in differ and "Plant director" not in differ
    assert "kept its people" in mia.get(f"{BASE}/versions/1?as=full&in=en").text
    assert mia.get(f"{BASE}/versions/1/restoration").status_code == 200
    assert mia.post(f"{BASE}/versions/1/restoration").status_code == 303
    assert stored(operator).headline.en.startswith("Operations")
    assert "You have changes that nobody sees yet." in mia.get(BASE).text
    with acting(app, cast.mia):
        assert latest_version(cast.mia.person_id, cast.ned.org_id).number == 2
    # Withdrawn, nobody is shown it; the versions stay hers.
    assert mia.get(f"{BASE}/withdrawal").status_code == 200
    for _twice in range(2):
        assert mia.post(f"{BASE}/withdrawal").status_code == 303
    assert len(told) == 3
    with acting(app, cast.mia):
        assert latest_version(cast.mia.person_id, cast.ned.org_id) is None
    # The network's log says that, not what; the employer's log says nothing.
    work()
    operator.rollback()
    said = operator.execute(sa.text("SELECT org_id, verb, data::text FROM activity WHERE verb LIKE 'dossier%'")).all()
    assert {row.org_id for row in said} == {cast.ned.org_id} and {row.verb for row in said} == {
        "dossier.published",
        "dossier.withdrawn",
    }
    assert "Mia Acme" in sign_in(cast.ned).get("/bridge/activity/").text
    # To everybody else there is no such page.
    for who, slug in (("ann", "acme"), ("ned", "bridge"), ("pam", "acme"), ("max", "globex")):
        assert sign_in(cast[who]).get(f"/{slug}/dossier/bridge").status_code == 404


def test_two_windows_are_merged_field_by_field(board, cast, sign_in, operator):
    mia = sign_in(cast.mia)
    mia.post(f"{BASE}/draft", data=sheet())
    one, two = (fields(mia.get(BASE).text) for _window in range(2))
    assert mia.post(f"{BASE}/draft", data=sheet(headline__en="From one") | one).status_code == 303
    # What only the first changed stays; what only the second changed is kept beside it.
    assert mia.post(f"{BASE}/draft", data=sheet(headline__fr="De deux") | two).status_code == 303
    assert (stored(operator).headline.en, stored(operator).headline.fr) == ("From one", "De deux")
    both = mia.post(f"{BASE}/draft", data=sheet(headline__en="From two", headline__fr="De deux") | two)
    assert both.status_code == 409 and "From one" in both.text and "From two" in both.text
    assert stored(operator).headline.en == "From one"
    insists = sheet(headline__en="From two", headline__fr="De deux") | two | {"keeps": "mine"}
    assert mia.post(f"{BASE}/draft", data=insists).status_code == 303
    assert stored(operator).headline.en == "From two"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Ran CORBEAU for years", "CORBEAU"),
        ("Studied at valcombe", "valcombe"),
        ("Ask odile@ferrand.example", "odile@ferrand.example"),
        ("Call +33 6 12 34 56 78 today", "+33 6 12 34 56 78"),
        ("Lives at 12 rue des Lilas", "12 rue des Lilas"),
        ("Mia closes sites", "Mia"),
        ("Closed Acme’s plant", "Acme"),
        ("Sits at Pontval", "Pontval"),
    ],
)
def test_words_that_tell_who_it_is_are_asked_about(board, cast, sign_in, operator, words, found):
    mia = sign_in(cast.mia)
    seat = {"organisation_name": "Pontval SA", "role": "non_executive", "from_on": "2020-01-01"}
    assert mia.post(f"{BASE}/mandates", data=seat).status_code == 303
    data = sheet(card_proposition__en=words)
    answer = mia.post(f"{BASE}/publication", data=data)
    assert answer.status_code == 422 and f"“{found}” tells nobody who I am" in answer.text, answer.text
    assert operator.scalar(sa.select(sa.func.count()).select_from(DossierVersion)) == 0
    keys = re.findall(r'name="confirmed"\s+value="([^"]+)"', answer.text)
    assert mia.post(f"{BASE}/publication", data=data | {"confirmed": keys}).status_code == 303
    # What was confirmed once is not asked again.
    assert mia.post(f"{BASE}/publication", data=data | {"confirmed": keys, "days_a_year": "10"}).status_code == 303


def test_a_paper_is_tagged_and_its_readers_alone(board, cast, sign_in, operator, work):
    mia = sign_in(cast.mia)
    mia.post(f"{BASE}/publication", data=sheet())
    for what, language in (("full", "fr"), ("card", "en")):
        path = f"{BASE}/papers/{what}/{language}?version=1"
        assert mia.get(path).status_code == 202
        work()
        answer = mia.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        plain = b"".join([answer.data, *streams(answer.data)])
        assert b"/StructTreeRoot" in plain and b"pdfuaid" in plain
        assert f"/Lang ({language})".encode() in plain or b"/Lang" in plain
        if what == "card":
            assert b"Mia" not in plain and b"Acme" not in plain
    papers = operator.scalars(sa.select(DrawnPaper)).all()
    assert {(one.about_person_id, one.reader_person_id) for one in papers} == {(cast.mia.person_id, cast.mia.person_id)}
    assert len(papers) == 2
    # Once she publishes anew or takes it back, none is left.
    mia.post(f"{BASE}/withdrawal")
    operator.rollback()
    assert operator.scalars(sa.select(DrawnPaper)).all() == []


def test_mandates_are_added_ended_and_taken_out(board, cast, sign_in, operator):
    mia = sign_in(cast.mia)
    seat = {"organisation_name": "Globex", "role": "non_executive", "from_on": "2020-01-01", "committees": ["audit"]}
    wrong = mia.post(f"{BASE}/mandates", data=seat | {"until_on": "2019-01-01"})
    assert wrong.status_code == 422 and "It ends before it begins." in wrong.text
    assert mia.post(f"{BASE}/mandates", data=seat).status_code == 303
    row = operator.scalar(sa.select(BoardMandate))
    assert row.organisation_id == cast.max.org_id
    at = f"{BASE}/mandates/{row.id}"
    assert "Globex" in mia.get(f"{at}/details").text and "Globex" in mia.get(BASE).text
    assert mia.post(f"{at}/details", data=seat | {"until_on": "2026-01-01"}).status_code == 303
    mia.post(f"{BASE}/publication", data=sheet())
    operator.rollback()
    face = operator.scalar(sa.select(DossierVersion)).face
    assert (face["mandates"], face["committees"]) == ("one_two", ["audit"])
    assert mia.get(f"{at}/removal").status_code == 200
    assert mia.post(f"{at}/removal").status_code == 303
    assert mia.post(f"{at}/removal").status_code == 404


def test_the_mentor_reads_the_draft_only_while_it_is_shared(board, cast, sign_in, operator):
    mia, max_ = sign_in(cast.mia), sign_in(cast.max)
    mia.post(f"{BASE}/draft", data=sheet())
    page = f"/globex/dossier/shared/{cast.ned.org_id}/{cast.mia.person_id}"
    assert max_.get(page).status_code == 404
    assert mia.post(f"{BASE}/sharing", data={"shared": "yes"}).status_code == 303
    assert "kept its people" in max_.get(page).text
    assert "shows you the draft" in max_.get(f"/globex/mentorships/{board.id}").text
    assert max_.post(f"{page}/comments", data={"part": "whole", "words": ""}).status_code == 422
    assert max_.post(f"{page}/comments", data={"part": "whole", "words": "Say what went wrong."}).status_code == 303
    assert "Say what went wrong." in mia.get(BASE).text
    said = operator.scalar(sa.select(DossierComment))
    assert mia.post(f"{BASE}/comments/{said.id}/settlement").status_code == 303
    assert "Say what went wrong." not in mia.get(BASE).text
    mia.post(f"{BASE}/sharing", data={"shared": "no"})
    assert max_.get(page).status_code == 404
    assert max_.post(f"{page}/comments", data={"part": "whole", "words": "Still?"}).status_code == 404
