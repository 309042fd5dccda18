"""The worker looks for a firm's record in the DNS."""

from __future__ import annotations

from datetime import datetime, timedelta

import dns.exception
import dns.resolver
import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from tenants.domains.models import Domain, DomainMethod
from tenants.domains.names import record_name, record_value
from tenants.organisations.models import Organisation
from tenants.shared import clock, jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.letters import queue_letter

SECONDS = 5.0
LOOK_AGAIN_AFTER = timedelta(days=7)
LOST_AFTER_LOOKS = 2
ORGANISATIONS = sa.text("SELECT organisations_with_domains_to_look_at(:before)")


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


@jobs.tenant_job("look_again_at_domain")
def look_again_at_domain(*, org_id: int, domain_id: int) -> None:
    """Whether the record of a proved domain is still there. The second time in a row that it is not, the domain is marked
    and the firm told; nothing is cut off. A DNS that does not answer says nothing about the record.
    """
    domain = db.session.get(Domain, (org_id, domain_id))
    if domain is None or domain.verified_at is None or domain.method is not DomainMethod.dns:
        return
    answer = look_up(domain.name, domain.dns_token)
    if answer != "silent":
        _keep_look(org_id, domain_id, answer, clock.now())
    db.session.commit()


def _keep_look(org_id: int, domain_id: int, answer: str, now: datetime) -> None:
    domain = db.session.get(Domain, (org_id, domain_id), with_for_update=True, populate_existing=True)
    if domain is None:
        return
    failed = domain.failed_looks + 1 if answer else 0
    was_lost, lost = domain.lost_at is not None, failed >= LOST_AFTER_LOOKS
    values = {"checked_at": now, "answer": answer, "failed_looks": failed}
    _write(org_id, domain_id, values | {"lost_at": (domain.lost_at or now) if lost else None})
    if lost is was_lost:
        return
    verb = "domain.lost" if lost else "domain.found"
    record(verb, org_ids=[org_id], now=now, subject=("organisation", org_id), data={"domain": domain.name})
    if lost:
        _tell_of_loss(domain, now)


def _tell_of_loss(domain: Domain, now: datetime) -> None:
    firm = db.session.get_one(Organisation, domain.org_id)
    path = f"/{firm.slug}/domains/{domain.id}"
    data = {
        "domain": domain.name,
        "record_name": record_name(domain.name),
        "record_value": record_value(domain.dns_token),
        "url": path,
    }
    for person_id in db.session.scalars(sa.select(sa.func.coordinators_of(firm.id))):
        queue_letter("domain_lost", org_id=firm.id, person_id=person_id, now=now, data=data, path=path)


@jobs.tenant_job("look_again_at_domains_of_organisation")
def look_again_at_domains_of_organisation(*, org_id: int) -> None:
    due = sa.select(Domain.id).where(
        Domain.org_id == org_id,
        Domain.method == DomainMethod.dns,
        Domain.verified_at.is_not(None),
        Domain.checked_at <= clock.now() - LOOK_AGAIN_AFTER,
    )
    for domain_id in db.session.scalars(due).all():
        jobs.enqueue(look_again_at_domain, org_id=org_id, domain_id=domain_id, once=f"domain {org_id} {domain_id}")
    db.session.commit()


@jobs.clock_job("look_again_at_domains", "41 4 * * *")
def look_again_at_domains() -> None:
    """Every night, one job for each organisation with a domain whose record was last looked at a week ago."""
    for org_id in db.session.scalars(ORGANISATIONS, {"before": clock.now() - LOOK_AGAIN_AFTER}):
        jobs.enqueue(
            look_again_at_domains_of_organisation, org_id=org_id, once=f"look_again_at_domains_of_organisation {org_id}"
        )


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
