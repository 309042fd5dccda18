"""What a mail server reports of a letter that it could not deliver after all (RFC 3464), read and written down."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tenants.accounts.models import Account
from tenants.shared import bounces, mail
from tenants.shared.models import Letter, LetterState

ADDRESSED = ("X-Original-To", "Delivered-To", "X-Envelope-To", "To")


class Outcome(enum.StrEnum):
    failed = "The letter is marked as failed."
    known = "This was known: nothing is changed."
    waits = "The mail server still tries: nothing is changed."
    not_ours = "This report speaks of no letter of ours."
    no_report = "This is no report of a mail server (RFC 3464)."


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says of one recipient."""

    action: str
    answer: str
    """Enhanced status code and diagnosis, in one line: ``5.1.1 550 User unknown``."""


def read_report(message: EmailMessage) -> Report | None:
    """The report in ``message``: of the recipients, the one that fared worst. None when it holds none."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        reports = [_of_recipient(block) for block in part.iter_parts() if block["Action"]]
        return max(reports, key=lambda report: report.action == "failed", default=None)
    return None


def _of_recipient(block: Any) -> Report:
    status = mail.one_line(str(block["Status"] or "")).split(" ")[0]
    diagnosis = mail.one_line(str(block["Diagnostic-Code"] or "")).partition(";")[2].strip()
    told = mail.status_of(diagnosis)
    return Report(
        str(block["Action"]).strip().lower(),
        mail.one_line(diagnosis if told and status in diagnosis else f"{status} {diagnosis}"),
    )


def take_return(content: bytes, *, to: str | None, now: datetime, session: Session | Any) -> Outcome:
    """Write down what the message on hand reports. ``to``: the address that it came to, where its headers do not say.

    A letter fails once: the same report read twice changes nothing, and counts once against the address.
    """
    message = message_from_bytes(content, policy=policy.default)
    report = read_report(message)
    if report is None:
        return Outcome.no_report
    addresses = [to] if to else [str(value) for name in ADDRESSED for value in message.get_all(name, [])]
    behind = next((found for address in addresses if (found := bounces.letter_behind(address))), None)
    letter = _locked(behind, session) if behind else None
    if letter is None:
        return Outcome.not_ours
    if report.action != "failed":
        return Outcome.waits
    if letter.state is not LetterState.sent:
        return Outcome.known
    letter.state, letter.error = LetterState.failed, report.answer
    address = letter.address or session.scalar(sa.select(Account.email).where(Account.id == letter.person_id))
    if address and mail.is_about_address(report.answer):
        bounces.note_return(address, now, session)
    session.commit()
    return Outcome.failed


def _locked(behind: tuple[int, int], session: Session | Any) -> Letter | None:
    query = sa.select(Letter).where(Letter.org_id == behind[0], Letter.id == behind[1])
    found: Letter | None = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    return found
