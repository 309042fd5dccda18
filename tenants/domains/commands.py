"""A firm names its e-mail domains and proves them, by a code in a letter or by a record in the DNS."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tenants.current import Acting
from tenants.domains import policy, queries
from tenants.domains.jobs import look_again_at_domain, look_up_domain
from tenants.domains.models import Domain
from tenants.domains.names import addresses_for
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.letters import queue_letter

MOST = 20
CODE_LASTS = timedelta(hours=24)
BETWEEN_LETTERS = timedelta(minutes=2)
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without the signs that look alike."""


def _allow(acting: Acting) -> None:
    if not policy.may_keep_domains(acting):
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )


def add_domain(*, acting: Acting, name: str, now: datetime) -> None:
    """Name a domain; it counts for nothing until it is proved. Raises ``Refused`` when it is named already."""
    _allow(acting)
    if len(queries.domains(acting)) >= MOST:
        raise Refused(_("Twenty domains are as many as a firm can name here."))
    try:
        with db.session.begin_nested():
            db.session.execute(
                sa.insert(Domain),
                {
                    "org_id": acting.org_id,
                    "id": new_id(),
                    "name": name,
                    "dns_token": secrets.token_hex(16),
                    "created_at": now,
                },
            )
    except IntegrityError:
        raise Refused(_("This domain is on your list already.")) from None
    _log("domain.named", acting, name, now)
    db.session.commit()


def remove_domain(*, acting: Acting, domain: Domain, now: datetime) -> None:
    """The domain is no longer the firm's here; another firm may prove it."""
    _allow(acting)
    name = domain.name
    db.session.delete(domain)
    _log("domain.removed", acting, name, now)
    db.session.commit()


def send_code(*, acting: Acting, domain: Domain, address: str, now: datetime) -> None:
    """Send a code to an address at the domain; an earlier code no longer works.

    Raises ``Refused`` for an address that is not one of ``addresses_for``, and within two minutes of the last letter.
    """
    _allow(acting)
    if address not in addresses_for(domain.name, queries.work_email(acting)):
        raise Refused(_("The code can only go to one of the addresses on the page."))
    domain = _unproved(acting, domain)
    if domain.code_sent_at is not None and now < domain.code_sent_at + BETWEEN_LETTERS:
        raise Refused(_("A code was sent less than two minutes ago. Give it time to arrive."))
    code = "".join(secrets.choice(ALPHABET) for _position in range(8))
    db.session.execute(
        sa.update(Domain)
        .where(Domain.org_id == acting.org_id, Domain.id == domain.id)
        .values(
            code_hash=_hash(domain.name, code),
            code_sent_to=address,
            code_sent_at=now,
            code_expires_at=now + CODE_LASTS,
            code_tries=0,
        )
        .execution_options(synchronize_session=False)
    )
    queue_letter(
        "domain_code",
        org_id=acting.org_id,
        address=address,
        locale=acting.locale,
        now=now,
        data={
            "name": "",
            "domain": domain.name,
            "code": f"{code[:4]} {code[4:]}",
            "person_name": acting.person_name,
            "expires_at": (now + CODE_LASTS).isoformat(),
        },
    )
    db.session.commit()


def enter_code(*, acting: Acting, domain: Domain, code: str, now: datetime) -> None:
    """Prove the domain with the code from the letter.

    Raises ``Refused`` when the code is wrong (five tries), old, or another firm proved the domain before.
    """
    _allow(acting)
    typed = "".join(sign for sign in code.lower() if sign.isalnum())
    answer = db.session.scalar(sa.select(sa.func.verify_domain(domain.id, _hash(domain.name, typed), now)))
    if answer == "verified":
        _log("domain.verified", acting, domain.name, now)
    db.session.commit()
    if answer == "wrong":
        raise Refused(_("This is not the code. Look at the letter again; after five wrong codes you need a new one."))
    if answer == "taken":
        raise Refused(_("Another organisation here has proved this domain. Write to us if it should be yours."))
    if answer != "verified":
        raise Refused(_("This code is no longer good. Have a new one sent."))


def ask_dns(*, acting: Acting, domain: Domain, now: datetime) -> None:
    """Have the worker look for the record, also for one that was there and is gone; the page shows what it found."""
    _allow(acting)
    if domain.lost_at is not None:
        jobs.enqueue(
            look_again_at_domain, org_id=acting.org_id, domain_id=domain.id, once=f"domain {acting.org_id} {domain.id}"
        )
        db.session.commit()
        return
    domain = _unproved(acting, domain)
    db.session.execute(
        sa.update(Domain)
        .where(Domain.org_id == acting.org_id, Domain.id == domain.id)
        .values(answer="looking", checked_at=now)
        .execution_options(synchronize_session=False)
    )
    jobs.enqueue(look_up_domain, org_id=acting.org_id, domain_id=domain.id, once=f"domain {acting.org_id} {domain.id}")
    db.session.commit()


def _unproved(acting: Acting, domain: Domain) -> Domain:
    locked: Any = db.session.scalar(
        sa.select(Domain)
        .where(Domain.org_id == acting.org_id, Domain.id == domain.id, Domain.verified_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if locked is None:
        raise Refused(_("This domain is proved already."))
    return cast(Domain, locked)


def _hash(domain: str, code: str) -> bytes:
    return hashlib.sha256(f"{domain} {code}".encode()).digest()


def _log(verb: str, acting: Acting, name: str, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("organisation", acting.org_id),
        actor=(acting.person_id, acting.person_name),
        data={"domain": name},
    )
