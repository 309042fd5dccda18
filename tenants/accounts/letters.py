"""Letters about an account: they go the way of every other letter, through the queue."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_security.mail_util import MailUtil
from flask_security.utils import hash_password

from tenants.accounts import queries
from tenants.accounts.door import door
from tenants.accounts.models import Account
from tenants.shared import clock
from tenants.shared.letters import queue_letter

KINDS = {"reset": "password_reset", "reset_notice": "password_changed", "change_notice": "password_changed"}
"""Flask-Security's name of a mail (``SECURITY_EMAIL_TEMPLATE_…``), and our letter."""


class AccountLetters(MailUtil):
    """Queues what Flask-Security would send, in the door's transaction."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        """``context`` holds the account (``user``) and, for a forgotten password, the ``reset_token``."""
        del subject, recipient, sender, body, html
        account: Account = context["user"]
        org_id = queries.organisation_for_letters(account.id)
        if org_id is None:
            return
        data: dict[str, Any] = {}
        if template == "reset":
            within = current_app.config["SECURITY_RESET_PASSWORD_WITHIN"]
            # Not Flask-Security's own link: that one trusts the Host header of whoever asked.
            path = f"{current_app.config['SECURITY_RESET_URL']}/{context['reset_token']}"
            data = {
                "url": current_app.config["BASE_URL"] + path,
                "minutes": int(within.total_seconds()) // 60,
            }
        queue_letter(KINDS[template], org_id=org_id, now=clock.now(), data=data, person_id=account.id, session=door)
        if template == "reset":
            # An unknown address costs one hash (Flask-Security sees to it), so a known one costs it too.
            hash_password("nobody's password")
            # The page of the forgotten password commits nothing by itself; the other two do.
            door.commit()
