"""Letters that come back: read from a mail server's report, written down once, sent again; dead addresses are spared."""

import re
import time

import pytest
import sqlalchemy as sa

from tenants.shared import bounces, clock, keeping
from tenants.shared.database import db
from tenants.shared.digests import KEPT_FOR
from tenants.shared.models import Letter, LetterState, ReturnedAddress
from tests.tenants.test_letters import enter, letter_of, write

__all__ = ["enter", "write"]

DOMAIN = "in.passerelle.example"
REPORT = """From: MAILER-DAEMON@mx.acme.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example
Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; mia@acme.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnosis}

--part
Content-Type: text/rfc822-headers

From: Acme through Passerelle <letters@passerelle.example>
Subject: Your page is published

--part--
"""


@pytest.fixture
def inbound(worker_app):
    worker_app.config["INBOUND_MAIL_DOMAIN"] = DOMAIN
    yield
    worker_app.config["INBOUND_MAIL_DOMAIN"] = ""


@pytest.fixture
def bounce(operator_app, monkeypatch):
    """``passerelle bounce``, fed with one report."""
    monkeypatch.setitem(operator_app.config, "INBOUND_MAIL_DOMAIN", DOMAIN)

    def run(to, *, action="failed", status="5.1.1", diagnosis="550 5.1.1 User unknown", options=(), content=None):
        report = REPORT.format(to=to, action=action, status=status, diagnosis=diagnosis).encode()
        report = report if content is None else content
        answer = operator_app.test_cli_runner().invoke(args=["bounce", *options], input=report)
        assert answer.exit_code == 0, answer.output
        return answer.output.strip()

    return run


@pytest.fixture
def sent(cast, write, work, mailbox, inbound):
    """A letter that the mail server took; the address it was sent from."""

    def send(actor, kind="profile_published"):
        write(actor, kind)
        work()
        return mailbox.letters[-1]["X-Envelope-From"]

    return send


def test_without_inbound_mail_letters_are_sent_from_the_sender_and_forgotten(cast, write, work, mailbox, operator):
    write(cast.mia)
    work()
    assert mailbox.letters[0]["X-Envelope-From"] == "letters@passerelle.example"
    assert letter_of(operator).data == {}


def test_a_letter_that_comes_back_is_failed_seen_and_sent_again(cast, sent, bounce, operator, sign_in, work, mailbox):
    address = sent(cast.mia)
    assert re.fullmatch(rf"bounce\+[a-z2-7]+@{re.escape(DOMAIN)}", address)
    assert len(address.partition("@")[0]) <= 64, "RFC 5321"
    assert "page" not in str(letter_of(operator).data), "what it said is kept shut"
    assert bounce(address.upper()) == "The letter is marked as failed."
    letter = letter_of(operator)
    assert (letter.state, letter.error) == (LetterState.failed, "550 5.1.1 User unknown")
    ann = sign_in(cast.ann)
    page = ann.get("/acme/notices/letters").text
    assert "This address does not exist, or no longer" in page and "550 5.1.1 User unknown" in page
    ann.post(re.search(r'action="(/acme/notices/letters/\d+/dispatch)"', page)[1])
    work()
    assert [one["Subject"] for one in mailbox.to(cast.mia.email)] == [mailbox.letters[0]["Subject"]] * 2


def test_a_report_counts_once_however_often_it_comes(cast, sent, bounce, operator):
    address = sent(cast.mia)
    bounce(address)
    assert bounce(address) == "This was known: nothing is changed."
    assert operator.scalar(sa.select(ReturnedAddress.times)) == 1


def test_the_address_may_be_told_by_the_mail_server(cast, sent, bounce):
    address = sent(cast.mia)
    assert bounce("postmaster@elsewhere.example", options=("--to", address)) == "The letter is marked as failed."


def test_a_delay_is_no_failure(cast, sent, bounce, operator):
    address = sent(cast.mia)
    assert "still tries" in bounce(address, action="delayed", status="4.4.1", diagnosis="connection timed out")
    assert letter_of(operator).state is LetterState.sent


SPOILT = {
    "another letter": lambda to: to.replace("+", "+a"),
    "no mark of ours": lambda _: f"bounce+{'a' * 36}@{DOMAIN}",
    "a plain address": lambda _: "x@y.example",
}
NO_REPORTS = {
    "nothing": b"",
    "an answer": b"Subject: Out of office\n\nBack on Monday.",
    "noise": b"\xff\xfe\x00",
    "half a report": b"Content-Type: message/delivery-status\n\nAction",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_made_up_address_marks_nothing(cast, sent, bounce, operator, spoil):
    assert "no letter of ours" in bounce(spoil(sent(cast.mia)))
    assert letter_of(operator).state is LetterState.sent


@pytest.mark.parametrize("content", NO_REPORTS.values(), ids=NO_REPORTS)
def test_what_is_no_report_changes_nothing(cast, sent, bounce, operator, content):
    address = sent(cast.mia)
    assert "no report" in bounce(address, content=content, options=("--to", address))
    assert letter_of(operator).state is LetterState.sent


def test_three_hard_returns_and_the_address_is_left_alone_until_it_is_confirmed(
    cast, sent, bounce, write, work, operator, sign_in, mailbox
):
    for _ in range(2):
        bounce(sent(cast.mia))
    full = sent(cast.mia)
    bounce(full, status="5.2.2", diagnosis="552 5.2.2 Mailbox full")
    assert operator.scalar(sa.select(ReturnedAddress.times)) == 2, "a full mailbox may be read again"
    bounce(sent(cast.mia))
    count = len(mailbox.letters)
    write(cast.mia)
    write(cast.ann)
    write(cast.mia, "password_changed")
    work()
    assert [letter["To"].addresses[0].addr_spec for letter in mailbox.letters[count:]] == [
        cast.ann.email,
        cast.mia.email,
    ], "letters about the account are always tried"
    operator.rollback()
    errors = set(operator.scalars(sa.select(Letter.error).where(Letter.state == LetterState.failed)))
    assert "returned too often" in errors
    assert "came back three times" in sign_in(cast.ann).get("/acme/notices/letters").text


def test_whoever_confirms_the_address_anew_gets_letters_again(app, cast, operator, sign_in, work, mailbox, write):
    for _ in range(bounces.TIMES):
        bounces.note_return(cast.mia.email.upper(), clock.now(), operator)
    operator.commit()
    mia = sign_in(cast.mia)
    with mia.session_transaction() as cookie:
        cookie["fs_paa"] = time.time()
    assert "Letters to this address come back." in mia.get("/account").text
    assert f'value="{cast.mia.email}"' in mia.get("/account/address").text
    mia.post("/account/address", data={"email": cast.mia.email})
    work()
    [letter] = mailbox.to(cast.mia.email)
    path = re.search(r"http://localhost(/account/address/\S+)", letter.get_body(("plain",)).get_content())[1]
    assert mia.post(path).status_code == 303
    assert operator.scalars(sa.select(ReturnedAddress)).all() == []
    write(cast.mia)
    work()
    assert len(mailbox.to(cast.mia.email)) == 2, "and none that says the address has changed"
    assert "come back" not in mia.get("/account").text


def test_an_address_that_nobody_lost_asks_for_no_confirmation(cast, sign_in, work, mailbox):
    mia = sign_in(cast.mia)
    with mia.session_transaction() as cookie:
        cookie["fs_paa"] = time.time()
    mia.post("/account/address", data={"email": cast.mia.email})
    work()
    assert mailbox.letters == []


def test_a_refusal_at_the_door_counts_as_a_return(cast, write, work, mailbox, operator):
    mailbox.answer(cast.mia.email, 550)
    write(cast.mia)
    work()
    assert operator.scalar(sa.select(ReturnedAddress.times)) == 1


def test_what_was_kept_shut_goes_after_five_days(cast, sent, worker_app, operator):
    sent(cast.mia)
    for ago in (KEPT_FOR / 2, KEPT_FOR * 2):
        with worker_app.app_context():
            db.session.execute(sa.select(sa.func.forget_sent_letters(clock.now() + ago - KEPT_FOR)))
            db.session.commit()
        kept = letter_of(operator).data
        assert (kept == {}) is (ago > KEPT_FOR)


def test_what_is_kept_shut_opens_for_its_letter_alone(worker_app, inbound):
    with worker_app.app_context():
        shut = keeping.keep_shut({"a": 1}, org_id=1, letter_id=2)
        assert keeping.opened(shut, org_id=1, letter_id=2) == {"a": 1}
        with pytest.raises(ValueError, match="no longer be opened"):
            keeping.opened(shut, org_id=1, letter_id=3)
