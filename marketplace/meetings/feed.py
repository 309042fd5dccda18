"""A person's own calendar: one address for all of their meetings and events, in all of their workspaces."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.events.ahead import feed_entries
from marketplace.meetings import commands, queries
from tenants.accounts.language import in_language
from tenants.current import enter_person
from tenants.shared import calendars, clock
from tenants.shared.secrets import hash_of

bp = Blueprint("calendar_feed", __name__)

BEHIND = timedelta(days=366)
"""So long a meeting that is over stays in the feed."""


def _sign_in() -> ResponseReturnValue:
    return redirect(url_for("accounts.sign_in", next=url_for("calendar_feed.index")), 303)


@bp.get("/")
def index() -> ResponseReturnValue:
    reader = enter_person()
    if reader is None:
        return _sign_in()
    with in_language(reader["locale"]):
        return render_template("meetings/feed.html", made_at=queries.own_feed(reader["person_id"]), address=None)


@bp.post("/address")
def renew() -> ResponseReturnValue:
    """A new address, shown now and never again; the earlier one leads nowhere from this moment."""
    reader = enter_person()
    if reader is None:
        return _sign_in()
    token = commands.new_feed(person_id=reader["person_id"], now=clock.now())
    address = current_app.config["BASE_URL"] + url_for("calendar_feed.read", token=token)
    with in_language(reader["locale"]):
        page = Response(render_template("meetings/feed.html", made_at=clock.now(), address=address))
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.post("/removal")
def remove() -> ResponseReturnValue:
    reader = enter_person()
    if reader is None:
        return _sign_in()
    commands.drop_feed(person_id=reader["person_id"])
    with in_language(reader["locale"]):
        flash(_("The address leads nowhere any more."), "ok")
    return redirect(url_for("calendar_feed.index"), 303)


@bp.get("/<token>.ics")
def read(token: str) -> Response:
    """With whom or to what, when and where; nothing of what they talk about. An unknown or withdrawn address is a 404."""
    now = clock.now()
    rows = queries.feed(hash_of(token), now - BEHIND)
    if not rows:
        abort(404)
    owner = rows[0].owner_name
    entries = [
        calendars.Entry(
            uid=row.uid,
            sequence=row.sequence,
            summary=f"{owner} – {row.other_name}",
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            zone=row.zone,
            location=" · ".join(part for part in (row.place, row.video_url) if part),
        )
        for row in rows
        if row.uid
    ]
    with force_locale(rows[0].locale or "en"):
        name = _("Mentoring")
        entries += feed_entries(hash_of(token), now - BEHIND, rows[0].locale or "en")
    response = Response(calendars.calendar_file("PUBLISH", entries, now=now, name=name), mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
