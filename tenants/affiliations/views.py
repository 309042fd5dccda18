"""Pages about the people of an organisation, for those who look after them."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request, url_for

from tenants.affiliations import queries
from tenants.affiliations.policy import may_see_people
from tenants.affiliations.words import ROLES
from tenants.onboarding import invited
from tenants.shared import clock
from tenants.spreadsheets.policy import may_import

bp = Blueprint("people", __name__)


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not may_see_people(g.acting):
        abort(404)


@bp.get("/")
def index() -> str:
    after = _cursor()
    text = request.args.get("q", "").strip()[:100]
    found = queries.people(g.acting, text=text, after=after)
    shown = found[: queries.PAGE]
    more = None
    if len(found) > len(shown):
        more = url_for("people.index", q=text or None, after_name=shown[-1].person.name, after=shown[-1].id)
    return render_template(
        "people/index.html",
        people=shown,
        text=text,
        more=more,
        total=queries.count_people(g.acting),
        invited=invited.counts(g.acting, clock.now()) if not after and not text else {},
        may_import=may_import(g.acting),
        roles=ROLES,
    )


def _cursor() -> tuple[str, int] | None:
    name, number = request.args.get("after_name"), request.args.get("after")
    if number is None:
        return None
    if name is None or not number.isdecimal() or len(number) > 19:
        abort(400)
    return name, int(number)
