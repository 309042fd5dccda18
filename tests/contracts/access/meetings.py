"""Meetings: the two people of each, and nobody else; an assistant (Pam assists Abe) sees none of these pages."""

from __future__ import annotations

from typing import Any

from tests.contracts.access.requests import NOWHERE, no_link
from tests.contracts.table import Row


def pair(scene: Any) -> dict[str, Any]:
    return {"mentorship_id": scene.mentorship_id}


def meeting(scene: Any) -> dict[str, Any]:
    return {"meeting_id": scene.meeting_id}


def no_feed(_scene: Any) -> dict[str, Any]:
    return {"token": "nothing-of-the-kind"}


ACME = {"mia": 200, "ann": 200, "abe": 200, "pam": 200}
OUTCOME = {"said": "held"}
LINKED = ("plan", "save_hours", "move", "cancel", "say_outcome")


def of_both(method: str, endpoint: str, status: int, url: Any, **form: str) -> list[Row]:
    """Abe in Acme and Gus in Globex."""
    return [
        Row(method, endpoint, "acme", {"abe": status}, url=url, form=form),
        Row(method, endpoint, "globex", {"gus": status}, url=url, form=form),
    ]


ROWS = [
    *of_both("GET", "meetings.index", 200, pair),
    *of_both("GET", "meetings.new", 200, pair),
    *of_both("POST", "meetings.plan", 422, pair),
    *of_both("GET", "meeting.show", 200, meeting),
    *of_both("GET", "meeting.move", 200, meeting),
    *of_both("POST", "meeting.set_time", 422, meeting),
    *of_both("GET", "meeting.confirm_cancellation", 200, meeting),
    *of_both("POST", "meeting.cancel", 303, meeting),
    *of_both("POST", "meeting.details", 303, meeting),
    # It is not over yet.
    *of_both("POST", "meeting.outcome", 409, meeting, **OUTCOME),
    *of_both("GET", "meeting.file", 200, meeting),
    Row("GET", "meeting_hours.edit", "acme", ACME),
    Row("POST", "meeting_hours.save", "acme", dict.fromkeys(ACME, 422)),
    Row("GET", "calendar_feed.index", None, others=200),
    Row("POST", "calendar_feed.renew", None, others=200),
    Row("POST", "calendar_feed.remove", None, others=303),
    Row("GET", "calendar_feed.read", None, NOWHERE, anonymous=404, url=no_feed),
    *(Row("POST", f"meeting_links.{name}", None, NOWHERE, anonymous=404, url=no_link) for name in LINKED),
]
