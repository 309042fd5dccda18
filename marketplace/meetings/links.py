"""What the links in letters about meetings show, and what they do: plan, move, call off, say whether it took place."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.links import Opened, guard, open_link, page
from marketplace.meetings import commands, faces, queries
from marketplace.meetings.forms import HoursForm, MoveForm, OutcomeForm, PlanForm
from marketplace.meetings.hour_views import hours_form, hours_scene, take_hours
from marketplace.meetings.letters import ARRANGE, ARRANGE_TALK, MEETING, OUTCOME
from marketplace.meetings.models import Meeting
from marketplace.meetings.queries import Between
from marketplace.meetings.views import meeting_scene, move_scene, plan_scene, take_move, take_plan
from marketplace.mentorships.queries import mentorship_or_404
from marketplace.pages import moment
from marketplace.requests.letters import request_path
from tenants.shared import clock

bp = guard(Blueprint("meeting_links", __name__))


def _pair_path(slug: str, mentorship_id: int) -> str:
    return f"/{slug}/mentorships/{mentorship_id}"


def _meeting_path(slug: str, meeting_id: int) -> str:
    return f"/{slug}/meetings/{meeting_id}/"


def _done(between: Between, headline: str, detail: str) -> str:
    """Straight from what the act left in memory: the link is spent, and opens nothing any more."""
    address = _pair_path(g.acting.slug, between.mentorship.id) if between.mentorship else None
    address = address or request_path(g.acting.slug, between.seen.asked.id)
    return render_template("meetings/done.html", headline=headline, detail=detail, address=address)


# --- arranging ------------------------------------------------------------------------------------------------------


def _arranging(
    opened: Opened, between: Between, form: PlanForm | None = None, hours: HoursForm | None = None, taken: str = ""
) -> str:
    scene = plan_scene(between, form)
    if not between.seen.viewer_is_mentee:
        scene |= hours_scene(hours or hours_form(formdata=None))
    return render_template("meetings/link_arrange.html", **scene, token=opened.token, taken=taken)


def _pair(opened: Opened) -> Between:
    if opened.purpose == ARRANGE_TALK:
        return queries.asked_between(opened.acting, opened.subject_id)
    return queries.between_pair(mentorship_or_404(opened.acting, opened.subject_id))


@page(ARRANGE, signed_in=_pair_path)
@page(ARRANGE_TALK, signed_in=request_path)
def show_arranging(opened: Opened) -> ResponseReturnValue:
    return _arranging(opened, _pair(opened))


@bp.post("/<token>/meeting")
def plan(token: str) -> ResponseReturnValue:
    opened = open_link(token, ARRANGE, ARRANGE_TALK)
    between, form = _pair(opened), PlanForm()
    planned, taken = take_plan(between, form, opened.token_hash)
    if planned is None:
        return _arranging(opened, between, form, taken=taken), 409 if taken else 422
    return _done(between, _("Your meeting is planned"), moment(planned.starts_at, g.acting.zone))


@bp.post("/<token>/meeting-hours")
def save_hours(token: str) -> ResponseReturnValue:
    """The mentor's hours. It does not spend the link: saying when one can be met and proposing a time go together."""
    opened = open_link(token, ARRANGE, ARRANGE_TALK)
    between = _pair(opened)
    form = hours_form()
    if not take_hours(form):
        return _arranging(opened, between, hours=form), 422
    name = between.other.first_name
    return _done(between, _("Your hours are kept"), _("%(name)s can pick one of these times.", name=name))


# --- one meeting ----------------------------------------------------------------------------------------------------


def _shown(opened: Opened, meeting: Meeting, between: Between, form: MoveForm | None = None, taken: str = "") -> str:
    scene = meeting_scene(meeting, between)
    if scene["ahead"]:
        scene |= move_scene(meeting, between, form)
    return render_template("meetings/link_meeting.html", **scene, token=opened.token, taken=taken, moving=bool(form))


@page(MEETING, signed_in=_meeting_path)
@page(OUTCOME, signed_in=_meeting_path)
def show_meeting(opened: Opened) -> ResponseReturnValue:
    return _shown(opened, *queries.meeting_or_404(opened.acting, opened.subject_id))


@bp.post("/<token>/meeting-time")
def move(token: str) -> ResponseReturnValue:
    opened = open_link(token, MEETING)
    meeting, between = queries.meeting_or_404(opened.acting, opened.subject_id)
    form = MoveForm()
    done, taken = take_move(meeting, between, form, opened.token_hash)
    if not done:
        return _shown(opened, meeting, between, form, taken), 409 if taken else 422
    return _done(between, _("Your meeting has moved"), moment(meeting.starts_at, g.acting.zone))


@bp.post("/<token>/meeting-cancellation")
def cancel(token: str) -> ResponseReturnValue:
    opened = open_link(token, MEETING)
    meeting, between = queries.meeting_or_404(opened.acting, opened.subject_id)
    commands.cancel_meeting(acting=g.acting, between=between, meeting=meeting, now=clock.now(), link=opened.token_hash)
    name = between.other.first_name
    return _done(
        between, _("Your meeting is called off"), _("%(name)s gets a letter, and both calendars drop it.", name=name)
    )


@bp.post("/<token>/meeting-outcome")
def say_outcome(token: str) -> ResponseReturnValue:
    opened = open_link(token, OUTCOME)
    meeting, between = queries.meeting_or_404(opened.acting, opened.subject_id)
    form = OutcomeForm()
    if not form.validate_on_submit():
        scene: dict[str, Any] = meeting_scene(meeting, between, outcome_form=form)
        return render_template("meetings/link_meeting.html", **scene, token=token, taken="", moving=False), 422
    commands.say_outcome(
        acting=g.acting,
        between=between,
        meeting=meeting,
        said=form.answer(),
        now=clock.now(),
        link=opened.token_hash,
    )
    face = faces.meeting_face(meeting, between, clock.now())
    return _done(between, _("Noted"), face.said or face.state)
