"""What counts as a domain, and how one is proved in the DNS."""

from __future__ import annotations

import re

LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
DOMAIN = re.compile(rf"(?=.{{4,253}}$){LABEL}(\.{LABEL})*\.(?=[a-z0-9-]*[a-z]){LABEL}")

RECORD = "_passerelle"
"""The name below the domain where the TXT record is looked for (an underscored name, as RFC 8552 has it)."""


def domain_name(typed: str) -> str | None:
    """What somebody typed (``Lindis.EXAMPLE``, ``@lindis.example``, an address) as a domain in ASCII; None when it is none."""
    plain = typed.strip().lower().rpartition("@")[2].strip(".")
    try:
        name = plain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return name if DOMAIN.fullmatch(name) else None


def record_name(domain: str) -> str:
    return f"{RECORD}.{domain}"


def record_value(token: str) -> str:
    return f"passerelle-verification={token}"


def addresses_for(domain: str, work_email: str) -> list[str]:
    """Where a code may go: only to whoever runs the domain's mail, or to the reader's own address there."""
    own = [work_email.lower()] if domain_name(work_email) == domain and "@" in work_email else []
    return [*own, f"postmaster@{domain}", f"admin@{domain}"]
