"""The worker looks for a firm's record in the DNS."""

from __future__ import annotations

import dns.exception
import dns.resolver
import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from tenants.domains.models import Domain, DomainMethod
from tenants.domains.names import record_name, record_value
from tenants.shared import clock, jobs
from tenants.shared.activity import record
from tenants.shared.database import db

SECONDS = 5.0


@jobs.tenant_job("look_up_domain")
def look_up_domain(*, org_id: int, domain_id: int) -> None:
    """Mark the domain as proved when its record is there; else say on the page what was found instead.

    ``answer`` becomes '' (proved), 'missing', 'other' (records, not ours), 'silent' (no answer) or 'taken'.
    """
    domain = db.session.get(Domain, (org_id, domain_id))
    if domain is None or domain.verified_at is not None:
        return
    name, answer, now = domain.name, look_up(domain.name, domain.dns_token), clock.now()
    values = {"checked_at": now, "answer": answer}
    if answer == "":
        values |= {"verified_at": now, "method": DomainMethod.dns}
    try:
        with db.session.begin_nested():
            _write(org_id, domain_id, values)
    except IntegrityError:
        _write(org_id, domain_id, {"checked_at": now, "answer": "taken"})
        answer = "taken"
    if answer == "":
        record(
            "domain.verified",
            org_ids=[org_id],
            now=now,
            subject=("organisation", org_id),
            data={"domain": name},
        )
    db.session.commit()


def _write(org_id: int, domain_id: int, values: dict[str, object]) -> None:
    db.session.execute(
        sa.update(Domain)
        .where(Domain.org_id == org_id, Domain.id == domain_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def look_up(name: str, token: str) -> str:
    """'' when the TXT record below ``name`` bears ``token``; 'missing', 'other' or 'silent' otherwise."""
    try:
        found = _resolver().resolve(record_name(name), "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return "missing"
    except dns.exception.DNSException:
        return "silent"
    texts = {b"".join(answer.strings).decode("utf-8", "replace").strip() for answer in found}
    return "" if record_value(token) in texts else "other"


def _resolver() -> dns.resolver.Resolver:
    """The machine's own resolver, or the one that the setting ``DNS_RESOLVER`` names (``address`` or ``address:port``)."""
    given: str = current_app.config["DNS_RESOLVER"]
    if not given:
        return dns.resolver.Resolver()
    host, _, port = given.partition(":")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [host], int(port or 53)
    return resolver
