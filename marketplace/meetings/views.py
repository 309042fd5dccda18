"""Pages of a pair's meetings, and of one meeting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.meetings import commands, faces, jobs, letters, queries
from marketplace.meetings.agendas import suggestions
from marketplace.meetings.forms import DetailsForm, MoveForm, OutcomeForm, PlanForm, details_of
from marketplace.meetings.models import Meeting
from marketplace.meetings.queries import Between
from marketplace.mentorships.queries import mentorship_or_404
from marketplace.pages import moment
from tenants.shared import calendars, clock

bp = Blueprint("meetings", __name__)
one = Blueprint("meeting", __name__)

WORKERS = (jobs, letters)
"""Named here so that the worker, which knows the product by its pages, registers them."""

LENGTH = 60


def length_of(between: Between) -> int:
    """Minutes that are suggested where the mentor has said nothing."""
    hours = queries.hours_of(g.acting, between)
    if between.mentorship is None:
        return queries.TALK_MINUTES
    return hours.minutes if hours else LENGTH


def home_of(meeting: Meeting) -> str:
    """The page of the two that the meeting belongs to."""
    if meeting.mentorship_id:
        return url_for("mentorships.show", mentorship_id=meeting.mentorship_id)
    return url_for("requests.show", request_id=meeting.request_id)


# --- a pair's meetings ------------------------------------------------------------------------------------------------


def _between(mentorship_id: int) -> Between:
    return queries.between_pair(mentorship_or_404(g.acting, mentorship_id))


@bp.get("/")
def index(mentorship_id: int) -> str:
    between, now = _between(mentorship_id), clock.now()
    return render_template(
        "meetings/index.html",
        between=between,
        mentorship_id=mentorship_id,
        coming=[faces.meeting_face(each, between, now) for each in queries.upcoming(g.acting, between, now)],
        past=[faces.meeting_face(each, between, now) for each in queries.past(g.acting, between, now)],
    )


def plan_scene(between: Between, form: PlanForm | None = None) -> dict[str, Any]:
    """What choosing a time needs, signed in or by a link: the form and the mentor's free times by both clocks."""
    now = clock.now()
    slots = queries.free_times(g.acting, between, now)
    form = form or PlanForm(formdata=None)
    form.offer(slots, length_of(between))
    return {
        "between": between,
        "form": form,
        "days": faces.free_days(slots, between),
        "suggestions": suggestions(g.acting, between, now),
        "today": now.astimezone(between.me.zone).date(),
    }


def _new(between: Between, mentorship_id: int, form: PlanForm | None = None, **more: Any) -> str:
    return render_template("meetings/new.html", **plan_scene(between, form), mentorship_id=mentorship_id, **more)


@bp.get("/new")
def new(mentorship_id: int) -> str:
    return _new(_between(mentorship_id), mentorship_id)


@bp.post("/")
def plan(mentorship_id: int) -> ResponseReturnValue:
    between, form = _between(mentorship_id), PlanForm()
    planned, taken = take_plan(between, form)
    if planned is None:
        return _new(between, mentorship_id, form, taken=taken), 409 if taken else 422
    flash(_("Planned: %(when)s. You both get it by letter, for your calendars.", when=moment(planned.starts_at)), "ok")
    return redirect(url_for("mentorships.show", mentorship_id=mentorship_id), 303)


def take_plan(between: Between, form: PlanForm, link: bytes | None = None) -> tuple[Meeting | None, str]:
    """The meeting that the form asks for; None when the form needs another look, with why if the time is taken."""
    now = clock.now()
    form.offer(queries.free_times(g.acting, between, now), length_of(between))
    choice = form.choice(between.me.zone, now) if form.validate_on_submit() else None
    if choice is None:
        return None, ""
    try:
        return commands.plan_meeting(
            acting=g.acting, between=between, choice=choice, details=form.details(), now=now, link=link
        ), ""
    except commands.Taken as taken:
        return None, taken.sentence


# --- one meeting --------------------------------------------------------------------------------------------------------


def meeting_scene(meeting: Meeting, between: Between, **forms: Any) -> dict[str, Any]:
    """What the page of one meeting shows, signed in or by a link."""
    now = clock.now()
    said = meeting.mentee_said if between.seen.viewer_is_mentee else meeting.mentor_said
    return {
        "between": between,
        "meeting": meeting,
        "face": faces.meeting_face(meeting, between, now),
        "ahead": meeting.state.value == "planned" and meeting.starts_at > now,
        "over": not meeting.is_talk and meeting.state.value != "cancelled" and meeting.ends_at <= now,
        "details_form": DetailsForm(formdata=None, data=details_of(meeting)),
        "outcome_form": OutcomeForm(formdata=None, data={"said": said.value if said else None}),
        "suggestions": suggestions(g.acting, between, meeting.starts_at) if not meeting.is_talk else None,
    } | forms


@one.get("/")
def show(meeting_id: int) -> str:
    meeting, between = queries.meeting_or_404(g.acting, meeting_id)
    return render_template("meetings/show.html", **meeting_scene(meeting, between), home=home_of(meeting))


def move_scene(meeting: Meeting, between: Between, form: MoveForm | None = None) -> dict[str, Any]:
    now = clock.now()
    slots = queries.free_times(g.acting, between, now, but=meeting.id)
    form = form or MoveForm(formdata=None, data={"sequence": str(meeting.sequence)})
    form.offer(slots, meeting.minutes)
    return {
        "between": between,
        "meeting": meeting,
        "face": faces.meeting_face(meeting, between, now),
        "form": form,
        "days": faces.free_days(slots, between),
        "today": now.astimezone(between.me.zone).date(),
    }


def _move(meeting: Meeting, between: Between, form: MoveForm | None = None, **more: Any) -> str:
    return render_template("meetings/move.html", **move_scene(meeting, between, form), **more)


@one.get("/time")
def move(meeting_id: int) -> str:
    return _move(*queries.meeting_or_404(g.acting, meeting_id))


@one.post("/time")
def set_time(meeting_id: int) -> ResponseReturnValue:
    meeting, between = queries.meeting_or_404(g.acting, meeting_id)
    form = MoveForm()
    done, taken = take_move(meeting, between, form)
    if not done:
        return _move(meeting, between, form, taken=taken), 409 if taken else 422
    flash(_("Moved to %(when)s. You both get it by letter.", when=moment(meeting.starts_at)), "ok")
    return redirect(home_of(meeting), 303)


def take_move(meeting: Meeting, between: Between, form: MoveForm, link: bytes | None = None) -> tuple[bool, str]:
    """Whether the meeting was moved as the form asks; else why not, if the time is taken."""
    now = clock.now()
    form.offer(queries.free_times(g.acting, between, now, but=meeting.id), length_of(between))
    choice = form.choice(between.me.zone, now) if form.validate_on_submit() else None
    if choice is None:
        return False, ""
    try:
        commands.move_meeting(
            acting=g.acting,
            between=between,
            meeting=meeting,
            choice=choice,
            sequence=form.seen(),
            now=now,
            link=link,
        )
    except commands.Taken as taken:
        return False, taken.sentence
    return True, ""


@one.get("/cancellation")
def confirm_cancellation(meeting_id: int) -> str:
    meeting, between = queries.meeting_or_404(g.acting, meeting_id)
    return render_template(
        "meetings/cancellation.html",
        meeting=meeting,
        between=between,
        face=faces.meeting_face(meeting, between, clock.now()),
    )


@one.post("/cancellation")
def cancel(meeting_id: int) -> ResponseReturnValue:
    meeting, between = queries.meeting_or_404(g.acting, meeting_id)
    commands.cancel_meeting(acting=g.acting, between=between, meeting=meeting, now=clock.now())
    flash(_("Called off. %(name)s gets a letter, and both calendars drop it.", name=between.other.first_name), "ok")
    return redirect(home_of(meeting), 303)


@one.post("/details")
def details(meeting_id: int) -> ResponseReturnValue:
    meeting, between = queries.meeting_or_404(g.acting, meeting_id)
    form = DetailsForm()
    if not form.validate_on_submit():
        scene = meeting_scene(meeting, between, details_form=form)
        return render_template("meetings/show.html", **scene, home=home_of(meeting)), 422
    commands.change_details(acting=g.acting, meeting=meeting, details=form.details(), now=clock.now())
    flash(_("Saved."), "ok")
    return redirect(url_for("meeting.show", meeting_id=meeting_id), 303)


@one.post("/outcome")
def outcome(meeting_id: int) -> ResponseReturnValue:
    meeting, between = queries.meeting_or_404(g.acting, meeting_id)
    form = OutcomeForm()
    if not form.validate_on_submit():
        scene = meeting_scene(meeting, between, outcome_form=form)
        return render_template("meetings/show.html", **scene, home=home_of(meeting)), 422
    commands.say_outcome(acting=g.acting, between=between, meeting=meeting, said=form.answer(), now=clock.now())
    flash(_("Noted."), "ok")
    return redirect(home_of(meeting), 303)


@one.get("/meeting.ics")
def file(meeting_id: int) -> Response:
    """The same event as the letter's: opening both leaves one in the calendar."""
    meeting, between = queries.meeting_or_404(g.acting, meeting_id)
    entry = calendars.Entry(
        uid=meeting.uid,
        sequence=meeting.sequence,
        summary=f"{between.seen.mentee.name} – {between.seen.mentor.name}",
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        zone=meeting.zone,
        location=meeting.where,
        url=url_for("meeting.show", meeting_id=meeting_id, _external=True),
        cancelled=meeting.state.value == "cancelled",
    )
    response = Response(calendars.calendar_file("PUBLISH", [entry], now=clock.now()), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response
