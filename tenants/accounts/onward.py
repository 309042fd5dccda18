"""Where a reader goes next: after a form, and after signing in."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import url_for

from tenants.affiliations.models import COORDINATORS, Role
from tenants.organisations.models import OrganisationKind

STARTS = {"mentee": "directory.index", "mentor": "mentors.edit", "network": "firms.index"}
"""What a visitor of the home page came for, and the page of a workspace that serves it."""


WELCOMED = frozenset({Role.company_admin, Role.hr_partner})


def first_page(slug: str, kind: OrganisationKind, role: Role, start: str = "", *, welcome_open: bool = False) -> str:
    """Where somebody begins in a workspace: who runs a network with its firms, a search firm with the networks that
    accredit it, everybody else with the mentors.

    Those who look after a firm begin with its welcome until it is finished or dismissed.
    """
    if kind is OrganisationKind.search_firm:
        return url_for("admissions.index", organisation=slug)
    if welcome_open and role in WELCOMED:
        return url_for("welcome.index", organisation=slug)
    runs_network = kind is OrganisationKind.network and role in COORDINATORS
    usual = "firms.index" if runs_network else "directory.index"
    wanted = STARTS.get(start, usual)
    return url_for(usual if wanted == "firms.index" else wanted, organisation=slug)


def path_or_nothing(wanted: str | None) -> str:
    """``wanted`` when it is a plain path of this site, else nothing.

    Browsers read a backslash as a slash and skip control characters, so that neither is plain.
    """
    if not wanted or not re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", wanted):
        return ""
    return wanted


def safe_path(wanted: str) -> str:
    """The path of ``wanted`` on this site, never another site's."""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path
