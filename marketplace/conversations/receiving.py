"""The answer to a letter, as a mail server pipes it in: kept as a message of its writer, or refused with a sentence.

A mail server sends the sentence back to whoever wrote, once, and never for mail without a sender (RFC 5321, 4.5.5); the exit
status says which (sysexits.h). The token of the address speaks for its writer as a link in a letter does.
"""

from __future__ import annotations

import enum

from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from marketplace.conversations import commands
from marketplace.conversations.inbound import read_mail
from marketplace.conversations.letters import REPLY_BY_MAIL
from marketplace.conversations.models import MESSAGE_MOST, Via
from marketplace.mentorships.queries import mentorship_or_404
from tenants import walls
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.secrets import hash_of


class Exit(enum.IntEnum):
    """As sysexits.h names them."""

    kept = 0
    bad_data = 65
    no_user = 67
    not_now = 75
    no_permission = 77


class Returned(Exception):
    """The mail goes back to its writer with this sentence."""

    def __init__(self, status: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def receive(content: bytes, recipient: str = "") -> bool:
    """Keep one mail as a message. False when no person wrote it, or when it came before. Raises ``Returned``."""
    answer = read_mail(content, recipient)
    if answer is None:
        return False
    now = clock.now()
    entry = walls.Entry(walls.ENTER_LINK, {"token_hash": hash_of(answer.token), "now": now})
    row = walls.enter(db.session, entry) if answer.token else None
    if row is None or row["purpose"] != REPLY_BY_MAIL:
        raise Returned(Exit.no_user, "Nobody has this address. Open your mentorship’s page to write.")
    with force_locale(row["locale"]):
        if row["state"] != "valid":
            raise Returned(
                Exit.no_user,
                _(
                    "This reply address has run out, and your message was not kept. Open your mentorship’s page to write."
                ),
            )
        if not answer.words:
            raise Returned(Exit.bad_data, _("Your answer has no words above the quoted letter, so nothing was kept."))
        if len(answer.words) > MESSAGE_MOST:
            raise Returned(
                Exit.bad_data,
                _(
                    "Your answer is longer than %(num)d characters and was not kept. Shorten it, or add it as a file.",
                    num=MESSAGE_MOST,
                ),
            )
        acting = Acting.from_row(dict(row))
        try:
            return commands.send_message(
                acting=acting,
                pair=mentorship_or_404(acting, row["subject_id"]),
                body=answer.words,
                now=now,
                sent_as=f"mail {answer.sent_as}",
                via=Via.mail,
                left_out=answer.left_out,
            )
        except NotFound:
            raise Returned(Exit.no_user, _("This conversation is not open to you any more.")) from None
        except Refused as refused:
            raise Returned(Exit.no_permission, refused.sentence) from None
