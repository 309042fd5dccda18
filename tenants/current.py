"""From an address and a sign-in to the affiliation that acts, or to a 404.

The first part of a workspace's address is the organisation's slug. The session cookie carries the person's secret. The
gate in the database puts the two together; what it answers is ``g.acting``, and the transaction is inside the tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from tenants import walls
from tenants.accounts.sessions import SEEN_EVERY, note_use
from tenants.affiliations.models import COORDINATORS, Role
from tenants.shared import clock
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, for whom, and what they may see. The viewer that every query and policy takes first."""

    person_id: int
    person_name: str
    locale: str
    time_zone: str
    affiliation_id: int
    org_id: int
    slug: str
    org_name: str
    org_kind: str
    accent: str
    role: Role
    job_title: str
    affiliations: int
    audiences: tuple[int, ...]
    hidden: frozenset[int]
    blocked: frozenset[int]
    waiting: int
    unread: int
    logo_mark: str = ""
    second_factor_from: date | None = None
    """From this day on the workspace asks for a second factor that this person does not have yet."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Acting:
        values = {field.name: row[field.name] for field in fields(cls) if field.name in row}
        values |= {
            "role": Role(row["role"]),
            "audiences": tuple(row["audiences"]),
            "hidden": frozenset(row["hidden"]),
            "blocked": frozenset(row["blocked"]),
        }
        return cls(**values)

    @property
    def first_name(self) -> str:
        return self.person_name.split(" ")[0]

    @property
    def coordinates(self) -> bool:
        return self.role in COORDINATORS

    @property
    def in_network(self) -> bool:
        return self.org_kind == "network"

    @property
    def in_search_firm(self) -> bool:
        return self.org_kind == "search_firm"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def session_token() -> str | None:
    """The secret in this visitor's session cookie; None when nobody is signed in."""
    token: str | None = session.get("_user_id")
    return token


def _enter(slug: str) -> dict[str, Any] | None:
    row = walls.enter(db.session, walls.Entry(walls.ENTER_WORKSPACE, {"token": session_token(), "slug": slug}))
    return dict(row) if row else None


def enter_workspace(slug: str) -> Acting | None:
    """Open the tenant's context for the rest of this request. None when the sign-in has no tie to it, or is kept out."""
    row = _enter(slug)
    return Acting.from_row(row) if row and not row["shut"] else None


def enter_person() -> Mapping[str, Any] | None:
    """Open a context that shows a person what is theirs in every workspace, and nothing else. None: nobody is signed in."""
    token = session_token()
    if not token:
        return None
    row = walls.enter(db.session, walls.Entry(walls.ENTER_WORKSPACE, {"token": token, "slug": None}))
    return dict(row) if row else None


def take_slug(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.slug = values.pop("organisation", None) if values else None


def put_slug(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses inside a workspace stay inside it unless they name another."""
    if "organisation" in values or g.get("slug") is None:
        return
    if current_app.url_map.is_endpoint_expecting(endpoint, "organisation"):
        values["organisation"] = g.slug


def open_workspace() -> ResponseReturnValue | None:
    g.acting = None
    if g.slug is None:
        return None
    if session_token() is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.sign_in", next=wanted), 303)
    row = _enter(g.slug)
    if row and row["shut"]:
        db.session.rollback()
        return redirect(url_for("second_factor.required", organisation=g.slug), 303)
    g.acting = Acting.from_row(row) if row else None
    if row and row["session_seen_at"] < clock.now() - SEEN_EVERY:
        note_use(str(session_token()), clock.now())
    if g.acting is None:
        db.session.rollback()
        if enter_person() is None:
            # The session was ended (a new password, signed out elsewhere): this cookie is nobody's any more.
            session.clear()
            return redirect(url_for("accounts.sign_in"), 303)
        abort(404)
    return None


def install(app: Flask) -> None:
    walls.install(db.session)
    app.url_value_preprocessor(take_slug)
    app.url_defaults(put_slug)
    app.before_request(open_workspace)
