"""Circles of peers: composed by whoever runs the cohort or joined by its people; each with a page of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.pairing import circle_commands as commands
from marketplace.pairing import circle_jobs, policy
from marketplace.pairing import circle_queries as queries
from marketplace.pairing.candidates import people_of
from marketplace.pairing.circle_queries import CircleSeen
from marketplace.pairing.forms import CircleForm, MeetingForm, MoveForm, NoteForm, PurposeForm, SeatForm
from marketplace.pairing.queries import opening_of, own_enrolment
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from tenants.shared import calendars, clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("circles", __name__)

JOBS = circle_jobs
"""Named here so that the worker, which knows the product by its pages, registers them."""


def _seen_or_404(cohort_id: int) -> CohortSeen:
    """For participants and whoever runs it; a cohort whose form has no circles has no such page."""
    seen = cohort_or_404(g.acting, cohort_id)
    return seen if policy.has_circles(seen) and (seen.takes_part or seen.runs) else abort(404)


def _circle_or_404(cohort_id: int, circle_id: int) -> tuple[CohortSeen, CircleSeen]:
    seen = _seen_or_404(cohort_id)
    return seen, queries.circle_or_404(g.acting, seen.cohort, circle_id)


def _free_peers(seen: CohortSeen, circles: list[CircleSeen]) -> list[tuple[int, str]]:
    """(enrolment, label) of those who sit in no circle yet; for whoever runs the cohort."""
    seated = {member.person_id for one in circles for member in one.members}
    people = people_of(g.acting, seen.cohort)
    return [
        (one.enrolment_id, " · ".join(part for part in (one.name, one.title, one.firm) if part))
        for one in people
        if one.person_id not in seated
    ]


@bp.get("/")
def index(cohort_id: int) -> ResponseReturnValue:
    return _index(_seen_or_404(cohort_id))


def _index(seen: CohortSeen, form: CircleForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    circles = queries.circles_of(g.acting, seen.cohort)
    size = seen.cohort.modalities.circle
    if policy.may_run_circles(seen):
        form = form or CircleForm(formdata=None)
        form.offer(_free_peers(seen, circles), size.least, size.most)
    page = render_template(
        "pairing/circles.html",
        seen=seen,
        circles=circles,
        mine=queries.own_circle(circles),
        may_join=own_enrolment(g.acting, seen, Side.peer) is not None and opening_of(seen.cohort).is_open,
        size=size,
        form=form,
    )
    return page, status


@bp.post("/")
def compose(cohort_id: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    if not policy.may_run_circles(seen):
        abort(404)
    size = seen.cohort.modalities.circle
    form = CircleForm().offer(_free_peers(seen, queries.circles_of(g.acting, seen.cohort)), size.least, size.most)
    if not form.validate_on_submit():
        return _index(seen, form, status=422)
    circle = commands.compose_circle(
        acting=g.acting,
        seen=seen,
        name=form.name.data,
        purpose=form.purpose.data,
        enrolments=form.people.data or [],
        is_open=form.is_open.data,
        now=clock.now(),
    )
    flash(_("The circle is there. Its members find it on the matching page."), "ok")
    return redirect(url_for("circles.show", cohort_id=cohort_id, circle_id=circle.id), 303)


@bp.get("/<int:circle_id>")
def show(cohort_id: int, circle_id: int) -> ResponseReturnValue:
    return _page(*_circle_or_404(cohort_id, circle_id))


def _page(seen: CohortSeen, circle: CircleSeen, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    now = clock.now()
    note = queries.note_of(circle)
    shown: dict[str, Any] = {
        "meeting_form": _meeting_form(formdata=None),
        "purpose_form": PurposeForm(formdata=None, data={"purpose": circle.circle.purpose}, prefix="purpose"),
        "note_form": NoteForm(
            formdata=None,
            prefix="note",
            data={"body": note.body if note else "", "version": note.version if note else 0},
        ),
        "seat_form": None,
        "theirs": None,
    }
    if policy.may_run_circles(seen) and circle.free and "seat_form" not in forms:
        free = _free_peers(seen, queries.circles_of(g.acting, seen.cohort))
        if free:
            shown["seat_form"] = SeatForm(formdata=None, prefix="seat")
            shown["seat_form"].enrolment.choices = free
    page = render_template(
        "pairing/circle.html",
        seen=seen,
        circle=circle,
        runs=policy.may_run_circles(seen),
        meetings=queries.meetings_of(g.acting, circle, now),
        note=note,
        **(shown | forms),
    )
    return page, status


def _meeting_form(**options: Any) -> MeetingForm:
    today = clock.now().astimezone(g.acting.zone).date()
    return MeetingForm(prefix="meeting", today=today, zone=g.acting.zone, **options)


@bp.post("/<int:circle_id>/members")
def join(cohort_id: int, circle_id: int) -> ResponseReturnValue:
    """A peer takes a seat; whoever runs the cohort gives one."""
    seen, circle = _circle_or_404(cohort_id, circle_id)
    own = own_enrolment(g.acting, seen, Side.peer)
    form = SeatForm(prefix="seat")
    form.enrolment.choices = (
        _free_peers(seen, queries.circles_of(g.acting, seen.cohort)) if policy.may_run_circles(seen) else []
    )
    if own is not None and not form.enrolment.raw_data:
        enrolment_id = own.id
    elif form.enrolment.choices and form.validate_on_submit():
        enrolment_id = form.enrolment.data
    else:
        return _page(seen, circle, status=422, seat_form=form if policy.may_run_circles(seen) else None)
    commands.take_seat(acting=g.acting, circle=circle, enrolment_id=enrolment_id, now=clock.now())
    flash(_("There is a seat in this circle now."), "ok")
    return _back(circle)


@bp.get("/<int:circle_id>/members/<int:person_id>/removal")
def ask_leave(cohort_id: int, circle_id: int, person_id: int) -> ResponseReturnValue:
    seen, circle = _circle_or_404(cohort_id, circle_id)
    member = _member_or_404(seen, circle, person_id)
    return _leaving(seen, circle, member, _move_form(seen, circle, formdata=None))


def _leaving(
    seen: CohortSeen, circle: CircleSeen, member: Any, form: MoveForm | None, *, status: int = 200
) -> ResponseReturnValue:
    mine = _mine(member.person_id)
    page = render_template("pairing/leaving.html", seen=seen, circle=circle, member=member, mine=mine, form=form)
    return page, status


def _move_form(seen: CohortSeen, circle: CircleSeen, **options: Any) -> MoveForm | None:
    """The other circles with a free seat, for whoever runs the cohort."""
    if not policy.may_run_circles(seen):
        return None
    others = [
        one for one in queries.circles_of(g.acting, seen.cohort) if one.free and one.circle.id != circle.circle.id
    ]
    form = MoveForm(prefix="move", **options)
    form.circle.choices = [(one.circle.id, one.circle.name) for one in others]
    return form if others else None


@bp.post("/<int:circle_id>/members/<int:person_id>/transfer")
def move(cohort_id: int, circle_id: int, person_id: int) -> ResponseReturnValue:
    """Whoever runs the cohort gives a member a seat in another circle, and theirs is free."""
    seen, circle = _circle_or_404(cohort_id, circle_id)
    if not policy.may_run_circles(seen):
        abort(404)
    member = _member_or_404(seen, circle, person_id)
    form = _move_form(seen, circle)
    if form is None or not form.validate_on_submit():
        return _leaving(seen, circle, member, form, status=422)
    to = queries.circle_or_404(g.acting, seen.cohort, form.circle.data)
    commands.move_seat(acting=g.acting, seen=seen, circle=circle, to=to, person_id=person_id, now=clock.now())
    flash(_("%(name)s sits in %(circle)s now. Both circles are told.", name=member.name, circle=to.circle.name), "ok")
    return _back(to)


@bp.post("/<int:circle_id>/members/<int:person_id>/removal")
def leave(cohort_id: int, circle_id: int, person_id: int) -> ResponseReturnValue:
    seen, circle = _circle_or_404(cohort_id, circle_id)
    _member_or_404(seen, circle, person_id)
    commands.leave_seat(acting=g.acting, circle=circle, person_id=person_id, now=clock.now())
    flash(_("You have left the circle.") if _mine(person_id) else _("The seat is free again."), "ok")
    return redirect(url_for("circles.index", cohort_id=cohort_id), 303)


def _mine(person_id: int) -> bool:
    return bool(person_id == g.acting.person_id)


def _member_or_404(seen: CohortSeen, circle: CircleSeen, person_id: int) -> Any:
    if not (_mine(person_id) or policy.may_run_circles(seen)):
        abort(404)
    return next((one for one in circle.members if one.person_id == person_id), None) or abort(404)


@bp.post("/<int:circle_id>/purpose")
def change_purpose(cohort_id: int, circle_id: int) -> ResponseReturnValue:
    seen, circle = _members_only(cohort_id, circle_id)
    form = PurposeForm(prefix="purpose")
    if not form.validate_on_submit():
        return _page(seen, circle, status=422, purpose_form=form)
    commands.change_purpose(circle=circle, purpose=form.purpose.data)
    return _back(circle)


@bp.post("/<int:circle_id>/meetings")
def set_meeting(cohort_id: int, circle_id: int) -> ResponseReturnValue:
    seen, circle = _members_only(cohort_id, circle_id)
    form = _meeting_form()
    if not form.validate_on_submit():
        return _page(seen, circle, status=422, meeting_form=form)
    commands.set_meeting(
        acting=g.acting,
        circle=circle,
        starts_at=form.starts_at(),
        minutes=form.minutes.data,
        place=form.place.data,
    )
    flash(_("The meeting is on the circle’s page, with a file for calendars."), "ok")
    return _back(circle)


@bp.post("/<int:circle_id>/meetings/<int:meeting_id>/cancellation")
def cancel_meeting(cohort_id: int, circle_id: int, meeting_id: int) -> ResponseReturnValue:
    _seen, circle = _members_only(cohort_id, circle_id)
    meeting = queries.meeting_or_404(circle, meeting_id)
    commands.cancel_meeting(acting=g.acting, circle=circle, meeting=meeting, now=clock.now())
    undo = url_for("circles.restore_meeting", cohort_id=cohort_id, circle_id=circle_id, meeting_id=meeting_id)
    flash_undo(_("The meeting is off."), undo)
    return _back(circle)


@bp.post("/<int:circle_id>/meetings/<int:meeting_id>/restoration")
def restore_meeting(cohort_id: int, circle_id: int, meeting_id: int) -> ResponseReturnValue:
    _seen, circle = _members_only(cohort_id, circle_id)
    meeting = queries.meeting_or_404(circle, meeting_id)
    commands.cancel_meeting(acting=g.acting, circle=circle, meeting=meeting, now=None)
    return _back(circle)


@bp.get("/<int:circle_id>/meetings/<int:meeting_id>/calendar.ics")
def calendar(cohort_id: int, circle_id: int, meeting_id: int) -> Response:
    _seen, circle = _members_only(cohort_id, circle_id)
    one = queries.meeting_or_404(circle, meeting_id)
    entry = calendars.Entry(
        uid=circle_jobs.calendar_uid(one),
        sequence=circle_jobs.calendar_sequence(clock.now()),
        summary=circle.circle.name,
        starts_at=one.starts_at,
        ends_at=one.starts_at + timedelta(minutes=one.minutes),
        zone=g.acting.time_zone,
        location=one.place,
        cancelled=one.cancelled_at is not None,
    )
    response = Response(calendars.calendar_file("PUBLISH", [entry], now=clock.now()), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="circle.ics"'
    return response


@bp.post("/<int:circle_id>/notes")
def save_note(cohort_id: int, circle_id: int) -> ResponseReturnValue:
    seen, circle = _members_only(cohort_id, circle_id)
    form = NoteForm(prefix="note")
    if not form.validate_on_submit():
        return _page(seen, circle, status=422, note_form=form)
    note = queries.note_of(circle)
    version = int(form.version.data) if (form.version.data or "").isdecimal() else 0
    try:
        commands.save_note(
            acting=g.acting, circle=circle, note=note, body=form.body.data, version=version, now=clock.now()
        )
    except commands.NoteChanged:
        _seen, circle = _members_only(cohort_id, circle_id)
        there = queries.note_of(circle)
        form.version.data = str(there.version if there else 0)
        return _page(seen, circle, status=422, note_form=form, theirs=there)
    flash(_("The notes are kept. Every member reads them."), "ok")
    return _back(circle)


def _members_only(cohort_id: int, circle_id: int) -> tuple[CohortSeen, CircleSeen]:
    seen, circle = _circle_or_404(cohort_id, circle_id)
    return (seen, circle) if circle.is_member else abort(404)


def _back(circle: CircleSeen) -> ResponseReturnValue:
    at: dict[str, Any] = {"cohort_id": circle.circle.cohort_id, "circle_id": circle.circle.id}
    return redirect(url_for("circles.show", **at), 303)
