"""Answers to letters, as a mail server pipes them in."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from marketplace.conversations.inbound import ANSWER_MARK, own_words, read_mail
from marketplace.conversations.models import Message
from marketplace.conversations.receiving import Returned, receive
from tenants.shared.models import ActionLink
from tests.conftest import SECRET as KEY

DOMAIN = "in.passerelle.example"


@pytest.fixture
def letter(sign_in, mentors, pair, work, mailbox, worker_app, monkeypatch):
    """The letter that Max got about a message of Mia's."""
    monkeypatch.setitem(worker_app.config, "INBOUND_MAIL_DOMAIN", DOMAIN)
    sign_in(mentors.mia).post(f"/acme/mentorships/{pair.id}/messages", data={"body": "May I call you on Friday?"})
    work()
    return next(one for one in mailbox.to(mentors.max.email) if "has written" in one["Subject"])


def quoted(letter):
    return "".join(f"> {line}\n" for line in letter.get_body(("plain",)).get_content().splitlines())


def answer_to(letter, text, **headers):
    mail = EmailMessage()
    mail["From"] = "Max <max@globex.example>"
    mail["To"] = letter["Reply-To"]
    mail["Subject"] = f"Re: {letter['Subject']}"
    mail["Message-ID"] = "<1@globex.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


@pytest.fixture
def pipe(database):
    """``passerelle receive`` as a process of its own, with a mail on its standard input."""

    def piped(mail, *arguments):
        content = mail if isinstance(mail, bytes) else mail.as_bytes()
        environment = {"DATABASE_URL": database, "SECRET_KEY": KEY, "INBOUND_MAIL_DOMAIN": DOMAIN, "PYTHONPATH": "."}
        return subprocess.run(
            [sys.executable, "-c", "from marketplace.cli import main; main()", "receive", *arguments],
            input=content,
            env=environment,
            capture_output=True,
            check=False,
        )

    return piped


@pytest.fixture
def take(app):
    """The same without a process of its own: the status a mail server would be told, and the sentence."""

    def taken(mail, recipient=""):
        with app.test_request_context("/"):
            try:
                receive(mail if isinstance(mail, bytes) else mail.as_bytes(), recipient)
            except Returned as returned:
                return int(returned.status), returned.sentence
            return 0, ""

    return taken


def bodies(operator):
    operator.rollback()
    return list(operator.scalars(sa.select(Message.body).order_by(Message.id)))[1:]


def test_an_answer_to_the_letter_is_a_message(letter, pipe, take, operator, sign_in, mentors, pair):
    assert letter["Reply-To"].endswith(f"@{DOMAIN}")
    assert ANSWER_MARK in letter.get_body(("plain",)).get_content()
    mail = answer_to(
        letter,
        f"Friday at ten is fine.\n\n- bring the plan\n\nOn Fri, 4 Dec 2026 at 10:00, Acme wrote:\n{quoted(letter)}",
    )
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan.pdf")
    assert pipe(mail).returncode == 0
    assert bodies(operator) == ["Friday at ten is fine.\n\n- bring the plan"]
    page = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/messages").text
    assert "1 attachment of this mail was left out" in page
    # The mail server did not hear that it was taken, and hands it over again.
    assert take(mail) == (0, "")
    assert len(bodies(operator)) == 1


def test_an_address_in_capitals_and_in_the_envelope_only(letter, take, operator):
    mail = answer_to(letter, "Yes.")
    address = mail["To"].upper()
    del mail["To"]
    assert take(mail, address) == (0, "")
    assert bodies(operator) == ["Yes."]


def test_robots_are_not_answered_and_leave_nothing(letter, take, operator):
    for headers in (
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<list.example>"},
        {"Return_Path": "<>"},
    ):
        assert take(answer_to(letter, "I am away until Monday.", **headers)) == (0, ""), headers
    assert bodies(operator) == []


def test_our_own_letter_coming_back_is_no_message(letter):
    assert read_mail(letter.as_bytes(), str(letter["Reply-To"])) is None


def test_a_wrong_or_old_address_goes_back_with_a_sentence(letter, pipe, take, operator):
    wrong = answer_to(letter, "Hello?")
    wrong.replace_header("To", f"reply+{'a' * 32}@{DOMAIN}")
    done = pipe(wrong)
    assert (done.returncode, b"Nobody has this address" in done.stderr) == (67, True)
    operator.execute(
        sa.update(ActionLink)
        .where(ActionLink.purpose == "reply_by_mail")
        .values(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    )
    operator.commit()
    status, sentence = take(answer_to(letter, "Hello?"))
    assert (status, "has run out" in sentence) == (67, True)
    assert bodies(operator) == []


def test_what_cannot_be_kept_goes_back_with_a_sentence(letter, take, operator):
    for mail, status in (
        (answer_to(letter, quoted(letter)), 65),
        (answer_to(letter, "x" * 10_001), 65),
        (b"not a mail at all", 0),
        (b"", 0),
    ):
        assert take(mail)[0] == status
    operator.execute(sa.text("UPDATE mentorship SET state = 'ended', ended_at = now()"))
    operator.commit()
    assert take(answer_to(letter, "Thank you."))[0] == 77
    assert bodies(operator) == []


def test_the_token_of_a_reply_opens_no_page(letter, anonymous):
    token = str(letter["Reply-To"]).split("+")[1].split("@")[0]
    assert anonymous.get(f"/links/{token}").status_code == 404
    assert anonymous.post(f"/links/{token}/message", data={"body": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (
            f"Merci.\n\nLe ven. 4 déc. 2026 à 10:00, Acme <a@b.example> a écrit :\n> {ANSWER_MARK} x {ANSWER_MARK}\n> Bonjour",
            "Merci.",
        ),
        (
            f"Hi\n\nOn Fri, 4 Dec 2026 at 10:00, Acme through Passerelle\n<a@b.example> wrote:\n\n> {ANSWER_MARK} x",
            "Hi",
        ),
        (f"Hi\n\nFrom: Acme <a@b.example>\nSent: Friday\nTo: Max\nSubject: x\n\nPreview\nAcme\n{ANSWER_MARK} x", "Hi"),
        ("Hi\n\n-----Original Message-----\nFrom: Acme\nSent: Friday", "Hi"),
        ("Hi\n\n> what\n> you wrote", "Hi"),
        ("On Friday:\nwe talk", "On Friday:\nwe talk"),
        ("- one\n- two\n\n-- \nMax", "- one\n- two\n\n--\nMax"),
    ],
)
def test_what_was_quoted_is_cut_and_what_was_typed_is_not(mail, words):
    assert own_words(mail) == words


def test_a_mail_of_html_alone_is_read_as_text():
    mail = EmailMessage()
    mail["From"], mail["To"] = "max@globex.example", f"reply+{'a' * 32}@{DOMAIN}"
    html = f"<style>p{{}}</style><p>First&nbsp;line</p><p>Second</p><blockquote>{ANSWER_MARK}<p>Hello</p></blockquote>"
    mail.set_content(html, subtype="html")
    answer = read_mail(mail.as_bytes())
    assert answer is not None
    assert answer.words.replace("\xa0", " ") == "First line\n\nSecond"


def test_a_hostile_mail_is_read_in_no_time():
    text = "On 1 " + "On 1: " * 20_000 + "\n" + "From: x\n" * 20_000 + ">" * 100_000
    assert own_words(text) is not None
