"""Pages of the confirmed pair."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, g, render_template, url_for
from flask_babel import gettext as _

from marketplace.mentorships import calendar, queries
from marketplace.mentorships.models import MentorshipState
from marketplace.requests import faces
from marketplace.requests.models import RequestState
from marketplace.requests.queries import contacts, conversation, requests_in_hand
from tenants.shared import clock

bp = Blueprint("mentorships", __name__)

JUST_NOW = timedelta(minutes=1)


@bp.get("/")
def index() -> str:
    return render_template("mentorships/index.html", pairs=queries.own_mentorships(g.acting), face=faces.face)


@bp.get("/<int:mentorship_id>")
def show(mentorship_id: int) -> str:
    pair = queries.mentorship_or_404(g.acting, mentorship_id)
    mentorship, seen = pair.mentorship, pair.seen
    me = seen.mentee if seen.viewer_is_mentee else seen.mentor
    reach = contacts(g.acting, seen.asked)
    just_now = clock.now() - mentorship.started_at < JUST_NOW
    running = mentorship.state is not MentorshipState.ended
    start, _end = calendar.first_meeting(mentorship.started_at, seen.mentee.zone)
    return render_template(
        "mentorships/show.html",
        mentorship=mentorship,
        seen=seen,
        left=faces.face(me, g.acting.slug),
        right=faces.face(seen.other, g.acting.slug),
        arc="ended" if not running else "just_confirmed" if just_now else "confirmed",
        running=running,
        my_contact=reach.get(me.id),
        their_contact=reach.get(seen.other.id),
        first_meeting=start,
        opening=faces.opening_words(conversation(g.acting, seen.asked)),
        still_open=[
            one for one in requests_in_hand(g.acting) if seen.viewer_is_mentee and one.state is not RequestState.draft
        ],
    )


@bp.get("/<int:mentorship_id>/first-meeting.ics")
def first_meeting(mentorship_id: int) -> Response:
    """The same entry as the letter's: opening both leaves one in the calendar."""
    pair = queries.mentorship_or_404(g.acting, mentorship_id)
    seen = pair.seen
    summary = f"{seen.mentee.name} – {seen.mentor.name}"
    facts = calendar.meeting_facts(mentorship_id, summary, pair.mentorship.started_at, seen.mentee.zone)
    url = url_for("mentorships.show", mentorship_id=mentorship_id, _external=True)
    note = _("A first hour to get to know each other. Move it to where it suits you both.")
    content = calendar.meeting_file(facts, now=clock.now(), description=note, url=url)
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="first-meeting.ics"'
    return response
