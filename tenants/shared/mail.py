"""Hand one finished letter to the mail server, and say plainly what became of it."""

from __future__ import annotations

import re
import smtplib
import ssl
import unicodedata
from contextlib import suppress
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import Connection

SECONDS = 20
"""Patience with a mail server that does not answer; Flask-Mail by itself waits for ever."""

DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Undeliverable(Exception):
    """The mail server will never take this letter; the message is its answer. ``of_address``: nobody has that address."""

    def __init__(self, answer: str, *, of_address: bool = False) -> None:
        super().__init__(answer)
        self.of_address = of_address


class NotYet(Exception):
    """The mail server cannot be reached or asks to come again later; the message says which."""


class LetterPolicy(EmailPolicy):
    """Lines as SMTP wants them, and addresses in headers left whole: the standard one encodes a long link to pieces."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() == "list-unsubscribe":
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


LETTER = LetterPolicy(linesep="\r\n")


class Line(Connection):
    """Flask-Mail's connection with a time limit, a checked certificate, and an end that cannot undo what was sent."""

    def configure_host(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self.mail.use_ssl else smtplib.SMTP
        ours = urlsplit(current_app.config["BASE_URL"]).hostname
        host = kind(self.mail.server, self.mail.port, local_hostname=ours, timeout=SECONDS)
        if self.mail.use_tls:
            host.starttls(context=ssl.create_default_context())
        if self.mail.username and self.mail.password:
            host.login(self.mail.username, self.mail.password)
        return host

    def __exit__(self, *_error: object) -> None:
        if self.host is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.host.quit()
            self.host.close()


def deliver(message: EmailMessage, *, envelope_sender: str | None = None) -> None:
    """Send ``message`` to its recipient. Raises ``Undeliverable`` or ``NotYet``; ``envelope_sender``: where returns go.

    Only a 5xx answer about the recipient or the letter itself is final (RFC 5321, section 4.2.1). A 5xx before that is
    about our own account or address there, which an operator can mend while the letter waits.
    """
    try:
        with Line(current_app.extensions["mail"]) as line:
            if line.host is not None:
                line.host.send_message(message, from_addr=envelope_sender)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        refused = _verdict(code, answer)
        if isinstance(refused, Undeliverable):
            refused.of_address = is_about_address(str(refused))
        raise refused from None
    except smtplib.SMTPDataError as error:
        raise _verdict(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPResponseException as error:
        raise NotYet(_answer(error.smtp_code, error.smtp_error)) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotYet(one_line(str(error)) or type(error).__name__) from None


def status_of(answer: str) -> tuple[int, int, int] | None:
    """The enhanced status code (RFC 3463) in a mail server's answer: 550 5.1.1 No such mailbox → (5, 1, 1)."""
    found = re.search(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])", answer)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def is_about_address(answer: str) -> bool:
    """Whether the answer says that nobody can be reached at the address, today or later: none such, moved, or disabled."""
    status = status_of(answer)
    return status is not None and (status[:2] == (5, 1) or status == (5, 2, 1))


def _verdict(code: int, answer: bytes | str) -> Exception:
    return (Undeliverable if code >= 500 else NotYet)(_answer(code, answer))


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return one_line(f"{code} {text}")


def one_line(text: str, most: int = 200) -> str:
    """``text`` fit for a header: no line break, no control or direction mark, at most ``most`` characters."""
    clean = "".join(
        " " if unicodedata.category(mark) in {"Cc", "Zl", "Zp"} else mark
        for mark in text
        if mark not in DIRECTION_MARKS
    )
    return " ".join(clean.split())[:most].rstrip()
