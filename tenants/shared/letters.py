"""Queue a letter and its notice with the work they tell of; the worker sends it once the work is committed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, cast
from zoneinfo import ZoneInfo

import jinja2
import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy.orm import undefer

from tenants.accounts.models import Account, Person
from tenants.organisations.models import Organisation
from tenants.shared import bounces, calendars, clock, jobs, keeping, mail
from tenants.shared.choices import ALL, Subscription, subscription_token
from tenants.shared.database import db, new_id
from tenants.shared.kinds import KINDS
from tenants.shared.models import Letter, LetterState, Notice
from tenants.shared.waiting import put_off

log = logging.getLogger(__name__)

NO_ADDRESS = "no address"
NOT_WRITTEN = "not written"
DEAD = "returned too often"

DIGEST = "digest"
MOST_IN_DIGEST = 40

PARTS: dict[str, Any] = {"above": "", "facts": (), "button": None, "second": None, "links": (), "after": ()}
"""What a letter may leave out; ``templates/layouts/letter.html`` says what the parts are."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter speaks to: where it goes, in which language, and by which clock."""

    name: str
    address: str
    locale: str
    zone: ZoneInfo

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


@jobs.tenant_job("send_letter", queue="letters")
def send_letter(*, org_id: int, letter_id: int) -> None:
    """Compose one letter in its reader's language and hand it to the mail server, once; later where they wish it so.

    The row stays locked meanwhile, so that two workers never send the same letter. Raises ``mail.NotYet`` to be
    tried again.
    """
    letter = db.session.scalar(
        sa.select(Letter)
        .where(Letter.org_id == org_id, Letter.id == letter_id)
        .options(undefer(Letter.data))
        .with_for_update()
    )
    if letter is None or letter.state is not LetterState.queued:
        return
    if put_off(letter, clock.now()):
        if letter.state is LetterState.queued:
            jobs.enqueue(send_letter, org_id=org_id, letter_id=letter_id, not_before=letter.due_at)
        db.session.commit()
        return
    letter.attempts += 1
    try:
        letter.state = _send(letter)
        letter.error = ""
        _keep_shut(letter)
    except mail.Undeliverable as refusal:
        letter.state, letter.error = LetterState.failed, str(refusal)
    except mail.NotYet as delay:
        letter.error = str(delay)
        if letter.attempts < jobs.ATTEMPTS:
            db.session.commit()
            raise mail.NotYet(f"letter {letter_id} of organisation {org_id} waits") from None
        letter.state = LetterState.failed
    db.session.commit()


def _send(letter: Letter) -> LetterState:
    """Send ``letter``; the state it is in afterwards."""
    organisation = db.session.get_one(Organisation, letter.org_id)
    reader = reader_of(letter, organisation)
    if reader is None:
        raise mail.Undeliverable(NO_ADDRESS)
    # What is about the account is always tried: one of these letters proves that the address is read.
    if not letter.about_account and bounces.is_dead(reader.address):
        raise mail.Undeliverable(DEAD)
    now = clock.now()
    try:
        letter.data = keeping.opened(letter.data, org_id=letter.org_id, letter_id=letter.id)
        message = compose(letter, reader, organisation, now, taken_in(letter))
    except (jinja2.TemplateError, LookupError, TypeError, ValueError) as error:
        # Told to the administrator rather than tried for a day: only a mended template or address helps.
        log.exception("letter %s of the kind %s could not be written", letter.id, letter.kind)
        raise mail.Undeliverable(NOT_WRITTEN) from error
    try:
        mail.deliver(message, envelope_sender=bounces.envelope_sender(letter.org_id, letter.id))
    except mail.Undeliverable as refusal:
        if refusal.of_address:
            bounces.note_return(reader.address, now)
        raise
    letter.sent_at = now
    return LetterState.sent


def reader_of(letter: Letter, organisation: Organisation) -> Reader | None:
    """The person the letter is for, with the address they sign in with; or the bare address it was written to."""
    if letter.person_id is None:
        locale = letter.locale or organisation.locale
        name = (letter.data or {}).get("name", "")
        return Reader(name, letter.address, locale, ZoneInfo("Europe/Paris")) if letter.address else None
    person = db.session.get_one(Person, letter.person_id)
    address = db.session.scalar(sa.select(Account.email).where(Account.id == letter.person_id, Account.active))
    if address is None:
        return None
    return Reader(
        person.name,
        address,
        person.locale or letter.locale or organisation.locale,
        ZoneInfo(person.time_zone),
    )


def compose(
    letter: Letter, reader: Reader, organisation: Organisation, now: datetime, taken: Sequence[Letter] = ()
) -> EmailMessage:
    """The whole message, text and HTML, in the reader's language; ``taken``: what a digest tells of.

    Raises when a template lacks something it needs.
    """
    off_url, all_url = subscription_urls(letter)
    pages = templates()
    frame = {
        "reader": reader,
        "zone": reader.zone,
        "locale": reader.locale,
        "organisation": organisation.name,
        "accent": organisation.accent,
        "home_url": absolute("/"),
        "off_url": off_url,
        "all_url": all_url,
    }
    scene = letter_scene(letter.data) | frame
    message = EmailMessage(policy=mail.LETTER)
    with force_locale(reader.locale):
        if taken:
            scene["items"] = digest_items(taken, frame)
        words = PARTS | vars(pages.get_template(f"letters/{letter.kind}/letter.txt").make_module(scene))
        message["Subject"] = mail.one_line(words["subject"])
        sender = gettext("%(organisation)s through Passerelle", organisation=organisation.name)
        text = pages.get_template("layouts/letter.txt").render(scene, letter=words)
        html = pages.get_template("layouts/letter.html").render(scene, letter=words)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    from_address = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])[1]
    message["From"] = Address(mail.one_line(sender, 120), addr_spec=from_address)
    message["To"] = Address(mail.one_line(reader.name, 120), addr_spec=reader.address)
    if letter.data.get("reply_to"):
        message["Reply-To"] = Address(addr_spec=letter.data["reply_to"])
    message["Date"] = format_datetime(now)
    # The same for every attempt: a mail server that saw it before an unlucky break can tell.
    message["Message-ID"] = f"<{letter.org_id}.{letter.id}@{from_address.rpartition('@')[2]}>"
    message["Content-Language"] = reader.locale
    message["Auto-Submitted"] = "auto-generated"
    if off_url or all_url:
        message["List-Unsubscribe"] = f"<{off_url or all_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if "calendar" in letter.data:
        _attach_calendar(message, letter.data["calendar"], reader, (mail.one_line(sender, 120), from_address), now)
    return message


def subscription_urls(letter: Letter) -> tuple[str | None, str | None]:
    """Where the reader does without letters of this kind (there is no such page for a digest), and chooses about every kind."""
    if letter.person_id is None or (KINDS[letter.kind].essential and letter.kind != DIGEST):
        return None, None
    urls = [
        absolute(f"/letters/subscriptions/{subscription_token(Subscription(letter.org_id, letter.person_id, kind))}")
        for kind in (letter.kind, ALL)
    ]
    return (None if letter.kind == DIGEST else urls[0]), urls[1]


def taken_in(letter: Letter) -> Sequence[Letter]:
    """The letters that a digest took in, oldest first; none of any other letter."""
    if letter.kind != DIGEST:
        return ()
    query = sa.select(Letter).where(Letter.org_id == letter.org_id, Letter.digest_id == letter.id)
    found = db.session.scalars(query.options(undefer(Letter.data)).order_by(Letter.id)).all()
    for one in found:
        one.data = keeping.opened(one.data, org_id=one.org_id, letter_id=one.id)
    return found


def digest_items(taken: Sequence[Letter], frame: dict[str, Any]) -> list[dict[str, str]]:
    """(name, url) of each letter that a digest tells of: its subject, and where its button leads.

    One that cannot be written is left out, and the log says so. Raises ``LookupError`` when none is left.
    """
    items = []
    for letter in taken[:MOST_IN_DIGEST]:
        try:
            page = templates().get_template(f"letters/{letter.kind}/letter.txt")
            words = PARTS | vars(page.make_module(letter_scene(letter.data) | frame))
        except (jinja2.TemplateError, LookupError, TypeError, ValueError):
            log.exception("letter %s of the kind %s could not be taken into a digest", letter.id, letter.kind)
            continue
        url = words["button"][1] if words["button"] else frame["home_url"]
        items.append({"name": mail.one_line(words["subject"]), "url": url})
    if not items:
        raise LookupError("a digest of nothing")
    return items


def _keep_shut(letter: Letter) -> None:
    """What was said goes, and what a digest told of with it; kept shut for some days where letters may come back to us."""
    for one in (letter, *taken_in(letter)):
        one.data = keeping.keep_shut(one.data, org_id=one.org_id, letter_id=one.id)
        one.sent_at = letter.sent_at


def notice_sentence(kind: str, data: dict[str, Any], organisation: str, zone: ZoneInfo) -> str:
    """One notice in the present language and by that clock; the kind's own label where ``data`` lacks a word."""
    scene = letter_scene(data) | {"organisation": organisation, "zone": zone}
    try:
        return templates().get_template(f"letters/{kind}/notice.txt").render(scene).strip()
    except jinja2.TemplateError:
        log.exception("a notice of the kind %s could not be written", kind)
        return str(KINDS[kind].label) if kind in KINDS else kind


def templates() -> jinja2.Environment:
    """The product's templates, in which a missing word is an error: better no letter than one without a name."""
    strict: jinja2.Environment = current_app.extensions.setdefault(
        "letter_templates", current_app.jinja_env.overlay(undefined=jinja2.StrictUndefined)
    )
    return strict


def _attach_calendar(
    message: EmailMessage, facts: dict[str, Any], reader: Reader, organizer: tuple[str, str], now: datetime
) -> None:
    """The calendar file of ``facts`` (``calendar_facts`` of the feature that queued the letter), as its reader gets it.

    The organiser is the product's own address, so that no calendar writes to a person on its own. The reader stands in it
    with their address, which calendars know them by; the other with a part of ours: addresses are between them and us.
    """
    method: calendars.Method = facts.get("method", "PUBLISH")
    attendees = [
        calendars.Attendee(
            mail.one_line(one["name"], 120),
            reader.address if one["reads"] else organizer[1].replace("@", f"+{facts['uid'].partition('@')[0]}@", 1),
            one["accepted"],
        )
        for one in facts.get("attendees", ())
    ]
    url = absolute(facts["url"]) if facts.get("url") else ""
    with force_locale(reader.locale):
        replies = gettext(
            "Answers from a calendar reach nobody here. To move the meeting or call it off: %(url)s", url=url
        )
    entry = calendars.Entry(
        uid=facts["uid"],
        sequence=facts.get("sequence", 0),
        summary=mail.one_line(facts["summary"]),
        starts_at=datetime.fromisoformat(facts["start"]),
        ends_at=datetime.fromisoformat(facts["end"]),
        zone=facts.get("zone", "UTC"),
        location=mail.one_line(facts.get("location", ""), 800),
        description=replies if method == "REQUEST" and attendees and url else "",
        url=url,
        cancelled=method == "CANCEL",
        organizer=organizer if attendees else None,
        attendees=tuple(attendees),
    )
    message.add_attachment(
        calendars.calendar_file(method, [entry], now=now),
        maintype="text",
        subtype="calendar",
        filename="passerelle.ics",
        params={"method": method, "charset": "utf-8"},
    )


def letter_scene(data: dict[str, Any]) -> dict[str, Any]:
    """``data`` for the templates: each ``…_at`` a moment, each ``…_on`` a day, each ``…url`` a full address of this site, words
    one line.
    """
    return {key: _for_template(key, value) for key, value in data.items()}


def _for_template(key: str, value: Any) -> Any:
    if key.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    if key.endswith("_on") and isinstance(value, str):
        return date.fromisoformat(value)
    if key.endswith("url"):
        return absolute(value)
    if isinstance(value, list):
        return [letter_scene(item) if isinstance(item, dict) else item for item in value]
    return mail.one_line(value, 500) if isinstance(value, str) else value


def absolute(url: str) -> str:
    """``url`` (a path, or an address of this site) in full. Whatever else it was, it does not lead elsewhere."""
    ours: str = current_app.config["BASE_URL"]
    return url if url.startswith(f"{ours}/") else f"{ours}/{url.lstrip('/')}"


def queue_letter(
    kind: str,
    *,
    org_id: int,
    now: datetime,
    data: dict[str, Any],
    person_id: int | None = None,
    address: str | None = None,
    locale: str | None = None,
    path: str | None = None,
    letter_id: int | None = None,
    session: Any = None,
) -> None:
    """Queue one letter for ``person_id`` (or for an ``address`` without a person yet) in the present transaction.

    ``org_id`` is the workspace that the reader belongs to and whose name and accent the letter bears. ``data`` goes to
    the templates ``letters/<kind>/``: a key ending in ``url`` holds a path of this site, one ending in ``_at`` a moment and
    one in ``_on`` a day in ISO 8601; it never holds what two people write to each other. ``reply_to`` in it is where an
    answer to the letter goes. With ``path``, the same news is a notice in the reader's workspace that leads there; links
    that act stay out of it. ``letter_id``: the id to give the letter, for a row that must know it. Raises ``ValueError``
    when ``path`` is not one of this site.
    """
    if path is not None and (not path.startswith("/") or path.startswith("//")):
        raise ValueError(f"a notice leads to a path of this site, not to {path!r}")
    session = session or db.session
    letter_id = letter_id or new_id()
    session.execute(
        sa.insert(cast(sa.Table, Letter.__table__)).values(
            org_id=org_id,
            id=letter_id,
            kind=kind,
            person_id=person_id,
            address=address,
            locale=locale,
            data=data,
            state=LetterState.queued,
            attempts=0,
            error="",
            about_account=kind in KINDS and KINDS[kind].account,
            created_at=now,
        )
    )
    if path is not None and person_id is not None:
        session.execute(
            sa.insert(cast(sa.Table, Notice.__table__)).values(
                org_id=org_id,
                id=new_id(),
                person_id=person_id,
                kind=kind,
                data={
                    key: value
                    for key, value in data.items()
                    if isinstance(value, str | int) and not key.endswith(("url", "reply_to"))
                },
                path=path,
                created_at=now,
            )
        )
    jobs.enqueue(send_letter, org_id=org_id, letter_id=letter_id, session=session)
