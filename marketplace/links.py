"""Pages behind the links of letters: a GET shows, a POST acts.

A link speaks for one person about one thing. It opens no sign-in: each visit enters the tenant anew, by the token, as
a plain member. Showing spends nothing, so a scanner that follows links changes nothing; acting spends it. The address
``/links/<token>`` is one for all; each feature shows what its purposes are about (``page``) and has its own blueprint
for the acts (``guard``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import refresh as refresh_locale

from marketplace.pages import chosen_language
from tenants import walls
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.secrets import hash_of


@dataclass(frozen=True, slots=True)
class Opened:
    """A valid link: who it speaks for (also ``g.acting``) and about what. ``token_hash`` spends it."""

    acting: Acting
    token: str
    token_hash: bytes
    purpose: str
    subject_org_id: int
    subject_id: int


@dataclass(frozen=True, slots=True)
class Page:
    show: Callable[[Opened], ResponseReturnValue]
    signed_in: Callable[[str, int], str]


_pages: dict[str, Page] = {}


def page(
    purpose: str, *, signed_in: Callable[[str, int], str]
) -> Callable[[Callable[[Opened], ResponseReturnValue]], Callable[[Opened], ResponseReturnValue]]:
    """Register what a GET of a link of this purpose shows; ``signed_in(slug, subject_id)`` is where the same is found
    by somebody who is signed in, for links that are used or too old."""

    def register(show: Callable[[Opened], ResponseReturnValue]) -> Callable[[Opened], ResponseReturnValue]:
        _pages[purpose] = Page(show, signed_in)
        return show

    return register


class ClosedLink(Exception):
    """The link opens nothing: ``why`` is unknown, used or expired."""

    def __init__(self, why: str, row: Any = None) -> None:
        super().__init__(why)
        self.why, self.row = why, row


def _keep_to_oneself(response: Response) -> Response:
    """The address itself is the key: no cache keeps the page, no other site learns where one came from."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _show_closed(error: ClosedLink) -> ResponseReturnValue:
    row = error.row
    address = _pages[row["purpose"]].signed_in(row["slug"], row["subject_id"]) if row else None
    # What the visitor chose comes first here as everywhere; the link's reader is not signed in, so theirs comes by hand.
    with force_locale(row["locale"]) if row and not chosen_language() else nullcontext():
        shown = render_template("links/closed.html", why=error.why, address=address)
    return shown, 404 if error.why == "unknown" else 410


def _show_refusal(error: Refused) -> ResponseReturnValue:
    shown = render_template("links/refused.html", sentence=error.sentence, here=request.view_args or {})
    return shown, error.status


def guard(blueprint: Blueprint) -> Blueprint:
    """Give the pages behind links the headers and the error pages that all of them have."""
    blueprint.after_request(_keep_to_oneself)
    blueprint.register_error_handler(ClosedLink, _show_closed)
    blueprint.register_error_handler(Refused, _show_refusal)
    return blueprint


def open_link(token: str, *purposes: str) -> Opened:
    """Enter the tenant by the token. A link of another purpose than those named leads nowhere (404).

    Raises ``ClosedLink`` for one that is unknown, used or too old.
    """
    token_hash = hash_of(token)
    row = walls.enter(db.session, walls.Entry(walls.ENTER_LINK, {"token_hash": token_hash, "now": clock.now()}))
    if row is None or row["purpose"] not in _pages:
        raise ClosedLink("unknown")
    if row["state"] != "valid":
        raise ClosedLink(row["state"], row)
    if purposes and row["purpose"] not in purposes:
        abort(404)
    g.acting = Acting.from_row(dict(row))
    g.slug = g.acting.slug
    refresh_locale()
    return Opened(g.acting, token, token_hash, row["purpose"], row["subject_org_id"], row["subject_id"])


bp = guard(Blueprint("links", __name__))


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    opened = open_link(token)
    return _pages[opened.purpose].show(opened)
