"""Pages of a cohort's events: what is to come, one event, and for its hosts the form and the list of those who come."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.conversations.file_kinds import MEDIA_TYPES, UnusableFile
from marketplace.conversations.models import FILE_MOST, MEGABYTE
from marketplace.events import calling_off, commands, faces, jobs, letters, materials, queries
from marketplace.events.ahead import coming_up
from marketplace.events.differences import differences
from marketplace.events.forms import AnswerForm, CodeForm, EventForm, MaterialForm, data_of
from marketplace.events.models import CohortMaterial, Event, EventState
from marketplace.events.queries import EventSeen, cohort_of_events_or_404, sees_events
from marketplace.events.words import ANSWERS, KINDS, NOT_ATTENDED, STANDS
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen, run_cohort_or_404
from marketplace.programmes.tabs import Tab, register
from tenants.shared import calendars, clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("events", __name__)
one = Blueprint("event", __name__)

WORKERS = (calling_off, jobs, letters)
"""Named here so that the worker, which knows the product by its pages, registers them."""

register(Tab("events", _l("Events"), "events.index", 50, shown=sees_events))


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"event_kinds": KINDS, "event_stands": STANDS, "side_of": Side, "coming_up": _ahead}


def _ahead(*, events_only: bool = False) -> Any:
    """Asked for by the pages that show it, and by no other."""
    return coming_up(g.acting, clock.now(), events_only=events_only)


def _found(cohort_id: int, event_id: int) -> tuple[CohortSeen, EventSeen]:
    seen = cohort_of_events_or_404(g.acting, cohort_id)
    return seen, queries.event_or_404(g.acting, seen, event_id)


def _hosted(cohort_id: int, event_id: int) -> tuple[CohortSeen, EventSeen]:
    """Of an organisation that the viewer runs programmes for; to everybody else there is no such page."""
    seen = run_cohort_or_404(g.acting, cohort_id)
    return seen, queries.event_or_404(g.acting, seen, event_id)


def _there(cohort_id: int, event_id: int) -> ResponseReturnValue:
    return redirect(url_for("events.show", cohort_id=cohort_id, event_id=event_id), 303)


@bp.get("")
def index(cohort_id: int) -> str:
    seen = cohort_of_events_or_404(g.acting, cohort_id)
    found, now = queries.events_of(g.acting, seen), clock.now()
    face = [faces.event_face(each, g.acting.zone, str(get_locale()), now) for each in found]
    return render_template(
        "events/index.html",
        seen=seen,
        coming=[each for each in face if not each.over],
        past=[each for each in reversed(face) if each.over],
    )


# --- one event ----------------------------------------------------------------------------------------------------------


def event_scene(seen: CohortSeen, there: EventSeen, **forms: Any) -> dict[str, Any]:
    """What the page of one event shows, signed in or by a link."""
    now = clock.now()
    mine = there.mine
    return {
        "seen": seen,
        "there": there,
        "event": there.event,
        "face": faces.event_face(there, g.acting.zone, str(get_locale()), now),
        "answers": ANSWERS,
        "answer_form": AnswerForm(formdata=None, data={"answer": mine.answer.value if mine and mine.answer else None}),
        "code_form": CodeForm(formdata=None),
        "may_enter_code": faces.may_enter_code(there, now),
    } | forms


def _show(seen: CohortSeen, there: EventSeen, **forms: Any) -> str:
    event = there.event
    handed = queries.materials_of(seen, event_id=event.id) if seen.runs or seen.takes_part else []
    return render_template(
        "events/show.html",
        **({"material_form": MaterialForm(formdata=None)} | event_scene(seen, there, **forms)),
        materials=handed,
        accept=",".join(f".{ending}" for ending in (*MEDIA_TYPES, "jpeg")),
        most=FILE_MOST // MEGABYTE,
    )


@bp.get("/<int:event_id>")
def show(cohort_id: int, event_id: int) -> str:
    return _show(*_found(cohort_id, event_id))


@one.get("")
def find(event_id: int) -> ResponseReturnValue:
    """By its number alone."""
    seen, there = queries.cohort_of_event_or_404(g.acting, event_id)
    return redirect(url_for("events.show", cohort_id=seen.cohort.id, event_id=there.event.id))


@bp.post("/<int:event_id>/answer")
def answer(cohort_id: int, event_id: int) -> ResponseReturnValue:
    seen, there = _found(cohort_id, event_id)
    if there.mine is None:
        abort(404)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _show(seen, there, answer_form=form), 422
    stands = commands.answer_event(acting=g.acting, event=there.event, answer=form.chosen(), now=clock.now())
    flash(str(faces.answered(stands)), "ok")
    return _there(cohort_id, event_id)


@bp.post("/<int:event_id>/presence")
def attend(cohort_id: int, event_id: int) -> ResponseReturnValue:
    """The code that the host shows in the room."""
    seen, there = _found(cohort_id, event_id)
    if there.mine is None:
        abort(404)
    form = CodeForm()
    if not form.validate_on_submit():
        return _show(seen, there, code_form=form, may_enter_code=True), 422
    said = commands.attend_by_code(acting=g.acting, event=there.event, code=form.code.data, now=clock.now())
    if said in NOT_ATTENDED:
        form.code.errors = [str(NOT_ATTENDED[said])]
        return _show(seen, there, code_form=form, may_enter_code=True), 429 if said == "slow" else 422
    flash(_("You are on the list of those who came."), "ok")
    return _there(cohort_id, event_id)


@bp.get("/<int:event_id>/event.ics")
def file(cohort_id: int, event_id: int) -> Response:
    """The same event as the letter's: opening both leaves one in the calendar."""
    event = _found(cohort_id, event_id)[1].event
    entry = calendars.Entry(
        uid=event.uid,
        sequence=event.sequence,
        summary=event.title(str(get_locale())),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        location=event.where,
        url=url_for("events.show", cohort_id=cohort_id, event_id=event_id, _external=True),
        cancelled=event.state is EventState.cancelled,
    )
    response = Response(calendars.calendar_file("PUBLISH", [entry], now=clock.now()), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="event.ics"'
    return response


# --- for those who run the cohort ------------------------------------------------------------------------------------------


def _form_page(
    seen: CohortSeen, form: EventForm, event: Event | None = None, meanwhile: tuple[tuple[str, str], ...] = ()
) -> str:
    return render_template("events/form.html", seen=seen, form=form, event=event, meanwhile=meanwhile)


def _offered(seen: CohortSeen, form: EventForm) -> EventForm:
    return form.offer(
        seen.cohort.form, seen.cohort.modalities.sides, queries.possible_hosts(g.acting), str(get_locale())
    )


@bp.get("/new")
def new(cohort_id: int) -> str:
    seen = run_cohort_or_404(g.acting, cohort_id)
    first = {
        "zone": g.acting.time_zone,
        "minutes": 60,
        "sides": [side.value for side in seen.cohort.modalities.sides],
        "host_id": str(g.acting.person_id),
        "kind": request.args.get("kind", "launch"),
    }
    return _form_page(seen, _offered(seen, EventForm(formdata=None, data=first)))


@bp.post("")
def create(cohort_id: int) -> ResponseReturnValue:
    seen, now = run_cohort_or_404(g.acting, cohort_id), clock.now()
    form = _offered(seen, EventForm())
    plan = form.plan(now) if form.validate_on_submit() else None
    if plan is None:
        return _form_page(seen, form), 422
    event = commands.add_event(acting=g.acting, seen=seen, plan=plan, now=now)
    flash(_("Kept as a draft. Publish it to invite people."), "ok")
    return _there(cohort_id, event.id)


@bp.get("/<int:event_id>/details")
def edit(cohort_id: int, event_id: int) -> str:
    seen, there = _hosted(cohort_id, event_id)
    return _form_page(seen, _offered(seen, EventForm(formdata=None, data=data_of(there.event))), there.event)


@bp.post("/<int:event_id>/details")
def change(cohort_id: int, event_id: int) -> ResponseReturnValue:
    (seen, there), now = _hosted(cohort_id, event_id), clock.now()
    form, event = _offered(seen, EventForm()), there.event
    plan = form.plan(now) if form.validate_on_submit() else None
    if plan is None:
        return _form_page(seen, form, event), 422
    if form.seen_version() != event.version:
        meanwhile = differences(form, _offered(seen, EventForm(formdata=None, data=data_of(event))))
        form.version.data = str(event.version)
        return _form_page(seen, form, event, meanwhile), 422
    try:
        told = commands.change_event(acting=g.acting, event=event, plan=plan, now=now)
    except commands.TooFew as few:
        form.capacity.errors = [few.sentence]
        return _form_page(seen, form, event), 422
    flash(_("Saved. Everybody who is invited gets a letter.") if told else _("Saved."), "ok")
    return _there(cohort_id, event_id)


@bp.post("/<int:event_id>/publication")
def publish(cohort_id: int, event_id: int) -> ResponseReturnValue:
    _seen, there = _hosted(cohort_id, event_id)
    commands.publish_event(acting=g.acting, event=there.event, now=clock.now())
    flash(_("Published. The invitations are on their way."), "ok")
    return _there(cohort_id, event_id)


@bp.get("/<int:event_id>/cancellation")
def confirm_cancellation(cohort_id: int, event_id: int) -> str:
    seen, there = _hosted(cohort_id, event_id)
    return render_template("events/cancellation.html", seen=seen, there=there, event=there.event)


@bp.post("/<int:event_id>/cancellation")
def cancel(cohort_id: int, event_id: int) -> ResponseReturnValue:
    _seen, there = _hosted(cohort_id, event_id)
    drafted = there.event.state is EventState.draft
    commands.cancel_event(acting=g.acting, event=there.event, now=clock.now())
    flash(_("The draft is gone.") if drafted else _("Cancelled. Everybody who was invited gets a letter."), "ok")
    return redirect(url_for("events.index", cohort_id=cohort_id), 303)


@bp.get("/<int:event_id>/attendance")
def guests(cohort_id: int, event_id: int) -> str:
    """Everybody who is invited, by name: what they answered, and whether they came."""
    seen, there = _hosted(cohort_id, event_id)
    now = clock.now()
    return render_template(
        "events/guests.html",
        seen=seen,
        there=there,
        event=there.event,
        face=faces.event_face(there, g.acting.zone, str(get_locale()), now),
        guests=queries.guests_of(there.event),
        code=queries.code_of(there.event, now),
        begins=faces.attendance_open(there.event, now),
    )


@bp.post("/<int:event_id>/attendance")
def tick(cohort_id: int, event_id: int) -> ResponseReturnValue:
    _seen, there = _hosted(cohort_id, event_id)

    def numbers(name: str) -> set[int]:
        return {int(value) for value in request.form.getlist(name) if value.isdigit() and len(value) < 20}

    commands.tick_attendance(
        acting=g.acting, event=there.event, listed=numbers("listed"), came=numbers("came"), now=clock.now()
    )
    flash(_("The list is kept."), "ok")
    return redirect(url_for("events.guests", cohort_id=cohort_id, event_id=event_id), 303)


@bp.post("/<int:event_id>/code")
def show_code(cohort_id: int, event_id: int) -> ResponseReturnValue:
    _seen, there = _hosted(cohort_id, event_id)
    commands.show_code(acting=g.acting, event=there.event, now=clock.now())
    return redirect(url_for("events.guests", cohort_id=cohort_id, event_id=event_id), 303)


@bp.post("/<int:event_id>/code/removal")
def hide_code(cohort_id: int, event_id: int) -> ResponseReturnValue:
    _seen, there = _hosted(cohort_id, event_id)
    commands.hide_code(acting=g.acting, event=there.event, now=clock.now())
    return redirect(url_for("events.guests", cohort_id=cohort_id, event_id=event_id), 303)


# --- materials ------------------------------------------------------------------------------------------------------------


@bp.post("/<int:event_id>/materials")
def add_material(cohort_id: int, event_id: int) -> ResponseReturnValue:
    seen, there = _hosted(cohort_id, event_id)
    form = MaterialForm()
    if take_material(seen, form, event_id=event_id) is None:
        return _show(seen, there, material_form=form), 422
    flash(_("It is there for everybody who takes part."), "ok")
    return _there(cohort_id, event_id)


def take_material(seen: CohortSeen, form: MaterialForm, *, event_id: int) -> CohortMaterial | None:
    """What the form hands out; None, with the reason on its field, when it is of no use."""
    if not form.validate_on_submit():
        return None
    read, url = None, form.url.data or ""
    if form.has_file():
        try:
            read = materials.read_upload(form.file.data)
        except UnusableFile as wrong:
            form.file.errors = [wrong.sentence]
            return None
    name = form.name.data or url.removeprefix("https://")[:120]
    return materials.add_material(
        acting=g.acting, seen=seen, file=read, name=name, url=url, event_id=event_id, now=clock.now()
    )


@bp.get("/<int:event_id>/materials/<int:material_id>")
def material(cohort_id: int, event_id: int, material_id: int) -> Response:
    seen = _found(cohort_id, event_id)[0]
    if not (seen.runs or seen.takes_part):
        abort(404)
    return materials.download(queries.material_or_404(seen, material_id, event_id=event_id, content=True))


@bp.post("/<int:event_id>/materials/<int:material_id>/removal")
def remove_material(cohort_id: int, event_id: int, material_id: int) -> ResponseReturnValue:
    seen = _hosted(cohort_id, event_id)[0]
    kept = queries.material_or_404(seen, material_id, event_id=event_id)
    materials.remove_material(acting=g.acting, material=kept, removed=True, now=clock.now())
    undo = url_for("events.return_material", cohort_id=cohort_id, event_id=event_id, material_id=material_id)
    flash_undo(_("“%(name)s” is taken away.", name=kept.name), undo)
    return _there(cohort_id, event_id)


@bp.post("/<int:event_id>/materials/<int:material_id>/return")
def return_material(cohort_id: int, event_id: int, material_id: int) -> ResponseReturnValue:
    seen = _hosted(cohort_id, event_id)[0]
    kept = queries.material_or_404(seen, material_id, event_id=event_id, removed=True)
    materials.remove_material(acting=g.acting, material=kept, removed=False, now=clock.now())
    return _there(cohort_id, event_id)
