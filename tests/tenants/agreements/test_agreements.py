"""A network publishes its agreement, a named person of a firm accepts it, and both keep the same paper."""

import hashlib
import re
import zlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tenants.agreements.defaults import default_text
from tenants.agreements.models import Agreement, AgreementAcceptance, Document
from tenants.organisations.models import FirmMembership
from tenants.shared import clock
from tenants.shared.errors import Refused
from tests.cast import make_mentor
from tests.factories import acting, publish

WORDS = {"text_en": "# Purpose\n\nTo meet <script>alert(1)</script>.", "text_fr": "# Objet\n\nSe rencontrer."}
YES = {"number": "1", "name": "Ann Acme", "position": "HR partner", "agreed": "y"}


@pytest.fixture
def publish_version(sign_in, cast):
    def publish(**words):
        answer = sign_in(cast.ned).post("/bridge/agreements/draft", data=WORDS | words | {"publish": "1"})
        assert answer.status_code == 303, answer.text

    return publish


@pytest.fixture
def agreement_page(cast):
    return f"/acme/agreements/{cast.ned.org_id}"


def test_a_network_begins_from_our_text_and_no_firm_sees_a_draft(sign_in, cast, operator, agreement_page):
    ned = sign_in(cast.ned)
    assert default_text("en")[:60] in ned.get("/bridge/agreements/draft").text
    assert ned.post("/bridge/agreements/draft", data=WORDS).status_code == 303
    assert operator.scalars(sa.select(Agreement)).one().published_at is None
    assert sign_in(cast.ann).get(agreement_page).status_code == 404
    assert "<script>alert" not in ned.get("/bridge/agreements/draft").text


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_our_text_says_what_it_must(locale):
    text = default_text(locale)
    assert text.count("# ") == 10 and "!" not in text


def test_accepting_is_kept_and_both_sides_get_the_same_tagged_paper(
    sign_in, cast, operator, work, publish_version, agreement_page
):
    publish_version()
    ann = sign_in(cast.ann)
    assert "alert(1)&lt;/script&gt;" in ann.get(agreement_page).text
    assert ann.post(f"{agreement_page}/acceptance", data=YES).status_code == 303
    assert ann.post(f"{agreement_page}/acceptance", data=YES).status_code == 303
    kept = operator.scalars(sa.select(AgreementAcceptance)).one()
    assert (kept.name, kept.position, kept.number, kept.accepted_by_id) == (
        "Ann Acme",
        "HR partner",
        1,
        cast.ann.person_id,
    )
    work()
    firms, networks = operator.scalars(sa.select(Document).order_by(Document.org_id.desc()))
    assert {firms.org_id, networks.org_id} == {cast.mia.org_id, cast.ned.org_id}
    assert firms.content == networks.content and firms.sha256 == hashlib.sha256(firms.content).hexdigest()
    plain = unpacked(firms.content)
    assert b"/MarkInfo" in plain and b"/StructTreeRoot" in plain and b"/Lang" in plain and b"pdfuaid" in plain
    assert "Participation agreement: Acme and Bridge" in plain.decode("utf-16-be", "ignore") or (
        b"Participation agreement: Acme and Bridge" in plain
    )
    assert b"/JavaScript" not in plain
    assert firms.sha256 in ann.get(agreement_page).text
    assert ann.get(f"/acme/agreements/documents/{firms.id}").data == firms.content
    ned = sign_in(cast.ned)
    assert "Ann Acme, HR partner" in ned.get(f"/bridge/firms/{cast.mia.org_id}").text
    assert ned.get(f"/bridge/agreements/documents/{networks.id}").data == firms.content
    assert sign_in(cast.gil).get(f"/globex/agreements/documents/{firms.id}").status_code == 404


def unpacked(pdf: bytes) -> bytes:
    """The file with its compressed streams beside it, unpacked."""
    streams = []
    for found in re.finditer(rb"stream\n(.*?)\nendstream", pdf, re.S):
        try:
            streams.append(zlib.decompressobj().decompress(found[1]))
        except zlib.error:
            continue
    return pdf + b"\n".join(streams)


@pytest.mark.parametrize("missing", ["name", "position", "agreed"])
def test_a_name_a_position_and_the_tick_are_all_needed(
    sign_in, cast, operator, publish_version, agreement_page, missing
):
    publish_version()
    form = {name: value for name, value in YES.items() if name != missing}
    answer = sign_in(cast.ann).post(f"{agreement_page}/acceptance", data=form)
    assert answer.status_code == 422
    assert operator.scalars(sa.select(AgreementAcceptance)).all() == []


def test_a_version_published_meanwhile_is_not_accepted_unread(sign_in, cast, operator, publish_version, agreement_page):
    publish_version()
    publish_version(text_en="# Purpose\n\nOther words.")
    assert sign_in(cast.ann).post(f"{agreement_page}/acceptance", data=YES).status_code == 409
    assert operator.scalars(sa.select(AgreementAcceptance)).all() == []


def test_a_new_version_asks_again_and_the_old_one_holds_until_its_day(
    sign_in, cast, app, publish_version, agreement_page
):
    from tenants.organisations import queries

    publish_version()
    sign_in(cast.ann).post(f"{agreement_page}/acceptance", data=YES)
    until = clock.today() + timedelta(days=30)
    publish_version(text_en="# Purpose\n\nOther words.", old_holds_until=until.isoformat())
    assert "It holds until" in sign_in(cast.ann).get(agreement_page).text
    with acting(app, cast.ned) as viewer:
        for day, held in ((until, True), (until + timedelta(days=1), False)):
            firm = queries.member_firm_or_404(viewer, cast.mia.org_id, today=day)
            assert ("agreement" in firm.done_on) is held


def test_the_same_words_are_not_published_twice(sign_in, cast, publish_version):
    publish_version()
    answer = sign_in(cast.ned).post("/bridge/agreements/draft", data=WORDS | {"publish": "1"})
    assert answer.status_code == 409


def test_a_firm_that_is_asked_joins_after_accepting(sign_in, cast, operator):
    sign_in(cast.hal).post("/harbour/agreements/draft", data=WORDS | {"publish": "1"})
    sign_in(cast.hal).post("/harbour/firms/invitations", data={"known": "acme"})
    joining = f"/acme/settings/networks/{cast.hal.org_id}/acceptance"
    abe = sign_in(cast.abe)
    assert abe.post(joining).status_code == 409
    assert abe.post(f"/acme/agreements/{cast.hal.org_id}/acceptance", data=YES).status_code == 303
    assert abe.post(joining).status_code == 303
    assert operator.get(FirmMembership, (cast.hal.org_id, cast.mia.org_id)).state == "active"


def test_a_published_version_cannot_be_rewritten_by_any_page(app, cast, publish_version):
    from tenants.shared.database import db

    publish_version()
    with acting(app, cast.ned):
        changed = db.session.execute(
            sa.update(Agreement).values(text_en="Other").execution_options(synchronize_session=False)
        )
        assert changed.rowcount == 0
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            db.session.execute(sa.delete(Agreement))


def test_a_firm_is_told_of_a_new_version_and_after_the_grace_new_pages_wait(
    sign_in, cast, app, operator, publish_version, agreement_page, work, mailbox
):
    publish_version()
    sign_in(cast.ann).post(f"{agreement_page}/acceptance", data=YES)
    publish(app, cast.abe)
    until = clock.today() + timedelta(days=30)
    publish_version(text_en="# Purpose\n\nOther words.", old_holds_until=until.isoformat())
    work()
    [letter] = [one for one in mailbox.to(cast.ann.email) if "new participation agreement" in one["Subject"]]
    assert f"http://localhost{agreement_page}" in letter.get_body(("plain",)).get_content()
    assert not [one for one in mailbox.to(cast.gil.email) if "agreement" in one["Subject"]], "Globex accepted none"
    ned = sign_in(cast.ned)
    assert "Asked to accept the new agreement by" in ned.get("/bridge/firms/").text
    make_mentor(operator, cast.ann, network_ids=[cast.ned.org_id])
    operator.commit()
    operator.execute(
        sa.update(Agreement).where(Agreement.number == 2).values(old_holds_until=clock.today() - timedelta(days=1))
    )
    operator.commit()
    desk = ned.get("/bridge/firms/?state=stuck").text
    assert "Acme" in desk and "New agreement not accepted in time" in desk
    assert "It no longer holds" in sign_in(cast.ann).get(agreement_page).text
    with pytest.raises(Refused, match="has a new agreement"):
        publish(app, cast.ann, now=clock.now())
    publish(app, cast.abe, now=clock.now(), headline="I am Abe and I like long questions as well.")
    assert sign_in(cast.ann).post(f"{agreement_page}/acceptance", data=YES | {"number": "2"}).status_code == 303
    publish(app, cast.ann, now=clock.now())
