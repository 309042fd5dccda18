"""A pair's agreement: drawn up, signed by both from their letters, changed by both and by nobody else."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from marketplace.charters.models import AgreementSignature, CharterTemplate, MentoringAgreement, PairDocument
from tenants.shared import clock
from tenants.shared.models import Activity
from tests.marketplace.charters.conftest import version
from tests.tenants.agreements.test_agreements import unpacked

MIA, MAX = "mia@acme.example", "max@globex.example"


@pytest.fixture
def signed(pair, mentors, sign_in, work):
    """Version 1 in force."""
    page = f"/acme/mentorships/{pair.id}/agreement"
    assert sign_in(mentors.mia).post(f"{page}/versions", data=version(0, "Mia Acme")).status_code == 303
    page = f"/globex/mentorships/{pair.id}/agreement"
    data = {"sign-version": "1", "sign-name": "Max Globex", "sign-agreed": "y"}
    assert sign_in(mentors.max).post(f"{page}/signature", data=data).status_code == 303
    work()
    return pair


def rows(operator, model=MentoringAgreement):
    operator.rollback()
    return operator.scalars(sa.select(model).order_by(model.id).execution_options(populate_existing=True)).all()


def test_both_sign_from_their_letters_and_keep_the_paper(
    pair, mentors, anonymous, sign_in, linked, work, again, operator
):
    page = linked(MIA, "is confirmed", 1)
    shown = anonymous.get(page).text
    assert "forty people" in shown, "the goal of the request"
    assert "No recruiting, no selling" in shown
    assert anonymous.post(f"{page}/agreement", data=version(0, "", agreed="")).status_code == 422
    assert "You have signed" in anonymous.post(f"{page}/agreement", data=version(0, "Mia Acme")).text
    assert anonymous.get(page).status_code == 410, "spent"
    work()
    assert again(pair).ends_on is None, "one signature is none"
    page = linked(MAX, "mentorat")
    assert "two plants" in anonymous.get(page).text
    data = {"sign-version": "1", "sign-name": "Max Globex", "sign-agreed": "y"}
    assert anonymous.post(f"{page}/signature", data=data).status_code == 200
    work()
    one = again(pair)
    assert (str(one.ends_on), one.cadence) == ("2027-09-30", "fortnightly")
    papers = rows(operator, PairDocument)
    assert sorted(paper.locale for paper in papers) == ["en", "fr"]
    for actor in (mentors.mia, mentors.max):
        text = sign_in(actor).get(f"/{actor.slug}/mentorships/{pair.id}/agreement").text
        path = re.search(r"/\w+/mentorships/\d+/agreement/papers/\d+", text)[0]
        reply = sign_in(actor).get(path)
        assert reply.data.startswith(b"%PDF")
        plain = unpacked(reply.data)
        assert b"/StructTreeRoot" in plain
        assert b"pdfuaid" in plain
    verbs = [line.verb for line in operator.scalars(sa.select(Activity))]
    assert verbs.count("mentorship.agreement_signed") == 2, "both firms learn that it was signed"
    assert "two plants" not in str([vars(line) for line in operator.scalars(sa.select(Activity))])


def test_a_change_needs_both_and_the_old_version_holds_until_then(signed, mentors, sign_in, work, again, operator):
    mias, maxs = (f"/{slug}/mentorships/{signed.id}/agreement" for slug in ("acme", "globex"))
    assert (
        sign_in(mentors.max).post(f"{maxs}/versions", data=version(1, "Max", ends_on="2027-12-31")).status_code == 303
    )
    work()
    assert str(again(signed).ends_on) == "2027-09-30"
    text = sign_in(mentors.mia).get(mias).text
    assert "It stays in force until you have both signed" in text
    assert "<del>30 Sept 2027</del>" in text or "<del>30 Sep 2027</del>" in text
    sign_in(mentors.mia).post(f"{mias}/signature", data={"sign-version": "2", "sign-name": "Mia", "sign-agreed": "y"})
    work()
    assert str(again(signed).ends_on) == "2027-12-31"
    first, second = rows(operator)
    assert first.replaced_at is not None
    assert second.in_force_at is not None


def test_who_signs_what_was_replaced_signs_nothing_and_sees_what_changed(pair, mentors, sign_in, operator):
    mias, maxs = (f"/{slug}/mentorships/{pair.id}/agreement" for slug in ("acme", "globex"))
    mia = sign_in(mentors.mia)
    mia.post(f"{mias}/versions", data=version(0, "Mia Acme"))
    mia.post(f"{mias}/versions", data=version(1, "Mia Acme", purpose="To learn to delegate."))
    reply = sign_in(mentors.max).post(
        f"{maxs}/signature", data={"sign-version": "1", "sign-name": "Max", "sign-agreed": "y"}
    )
    assert reply.status_code == 409
    assert "To learn to delegate." in reply.text
    assert "<del>To take over two plants" in reply.text
    signatures = rows(operator, AgreementSignature)
    assert {one.person_id for one in signatures} == {mentors.mia.person_id}


def test_a_networks_rules_stand_below_what_its_pairs_write(pair, mentors, sign_in, operator):
    ned = sign_in(mentors.ned)
    words = {"text_en": "# Bridge\n\nNo dinners. <script>alert(1)</script>", "text_fr": "# Bridge\n\nPas de dîners."}
    assert ned.post("/bridge/agreement-rules/draft", data=words).status_code == 303
    assert "No dinners" not in sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/agreement/draft").text
    assert ned.post("/bridge/agreement-rules/draft", data={**words, "publish": "1"}).status_code == 303
    shown = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/agreement/draft").text
    assert "No dinners" in shown
    assert "<script>alert" not in shown
    assert ned.post("/bridge/agreement-rules/draft", data={**words, "publish": "1"}).status_code == 409, (
        "the same words"
    )
    assert sign_in(mentors.ann).get("/acme/agreement-rules/draft").status_code == 403, "an administrator writes"
    assert operator.scalars(sa.select(CharterTemplate)).one().number == 1
    assert clock.now()
