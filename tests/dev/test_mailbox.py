"""The local mailbox: real SMTP on one side, a page on the other."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dev.mailbox import Mailbox
from dev.mailbox.pages import create_app


def letter(to: str = "mia@acme.example", subject: str = "Max has accepted") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Passerelle <letters@passerelle.example>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Bonjour Mia,\n\nrépondez ici : https://passerelle.example/requests/7?t=a&u=b.\n<b>no</b>\n")
    message.add_alternative('<p>Bonjour <a href="https://passerelle.example/7">ici</a><script>x</script>', "html")
    message.add_attachment(b"BEGIN:VCALENDAR\r\n", maintype="text", subtype="calendar", filename="meeting.ics")
    return message


def send(mailbox: Mailbox, message: EmailMessage) -> None:
    with smtplib.SMTP(mailbox.host, mailbox.port, timeout=5) as post:
        post.send_message(message)


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(tmp_path / "mail") as opened:
        yield opened


@pytest.fixture
def page(mailbox: Mailbox) -> FlaskClient:
    assert mailbox.folder
    return create_app(mailbox.folder, product_address="http://127.0.0.1:8000").test_client()


def test_a_letter_arrives_whole(mailbox: Mailbox) -> None:
    send(mailbox, letter())
    (received,) = mailbox.wait_for(1)
    assert received["Subject"] == "Max has accepted"
    assert "répondez" in received.get_body(("plain",)).get_content()
    assert mailbox.to("MIA@acme.example") == [received]
    assert mailbox.to("max@globex.example") == []


def test_an_address_may_be_refused_for_good_or_for_now(mailbox: Mailbox) -> None:
    for code in (550, 451):
        mailbox.answer("mia@acme.example", code)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(mailbox, letter())
        assert refused.value.recipients["mia@acme.example"][0] == code
    send(mailbox, letter(to="max@globex.example"))
    mailbox.answer("mia@acme.example", 250)
    send(mailbox, letter())
    assert [received["To"] for received in mailbox.wait_for(2)] == ["max@globex.example", "mia@acme.example"]


def test_a_mailbox_that_is_down_refuses_and_comes_back_on_the_same_port(mailbox: Mailbox) -> None:
    port = mailbox.port
    open_line = smtplib.SMTP(mailbox.host, port, timeout=5)
    with mailbox.down():
        with pytest.raises(ConnectionRefusedError):
            send(mailbox, letter())
        with pytest.raises(smtplib.SMTPServerDisconnected):
            open_line.send_message(letter())
    send(mailbox, letter())
    assert mailbox.port == port
    assert len(mailbox.wait_for(1)) == 1


def test_a_taken_port_is_an_error_at_once(mailbox: Mailbox) -> None:
    with pytest.raises(OSError, match="in use"), Mailbox(port=mailbox.port):
        pass


def test_the_page_lists_the_newest_first_and_survives_a_restart(mailbox: Mailbox, page: FlaskClient) -> None:
    assert "No letter yet" in page.get("/").text
    send(mailbox, letter(subject="First"))
    send(mailbox, letter(to="max@globex.example", subject="Second"))
    mailbox.wait_for(2)
    assert page.get("/").text.index("Second") < page.get("/").text.index("First")
    only_mia = page.get("/?to=mia").text
    assert "First" in only_mia
    assert "Second" not in only_mia


def only(page: FlaskClient) -> str:
    return f"/letters/{page.get('/newest').text}"


def test_both_views_make_links_clickable_and_run_nothing(mailbox: Mailbox, page: FlaskClient) -> None:
    send(mailbox, letter())
    mailbox.wait_for(1)
    assert "<iframe" in page.get(only(page)).text
    as_sent = page.get(f"{only(page)}/html")
    assert '<base target="_blank">' in as_sent.text
    assert "default-src 'none'" in as_sent.headers["Content-Security-Policy"]
    assert "sandbox" in as_sent.headers["Content-Security-Policy"]
    text = page.get(f"{only(page)}?view=text").text
    assert 'href="https://passerelle.example/requests/7?t=a&amp;u=b"' in text
    assert "&lt;b&gt;no&lt;/b&gt;" in text


def test_an_attachment_is_downloaded_never_shown(mailbox: Mailbox, page: FlaskClient) -> None:
    send(mailbox, letter())
    mailbox.wait_for(1)
    part = page.get(f"{only(page)}/parts/meeting.ics")
    assert part.data == b"BEGIN:VCALENDAR\r\n"
    assert part.headers["Content-Disposition"] == "attachment"
    assert page.get(f"{only(page)}/parts/other.ics").status_code == 404


@pytest.mark.parametrize("name", ["20260101T000000-000000000", "..%2f..%2fdemo.env", "x"])
def test_a_letter_that_is_not_there_is_not_found(page: FlaskClient, name: str) -> None:
    assert page.get(f"/letters/{name}").status_code == 404
