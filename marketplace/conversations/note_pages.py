"""The notes that the two of a pair write together."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.conversations import commands, queries
from marketplace.conversations.commands import NoteChanged
from marketplace.conversations.forms import NoteForm
from marketplace.conversations.merging import differences
from marketplace.conversations.models import Note
from marketplace.mentorships.policy import may_write, require_writing
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("notes", __name__)


def _scene(pair: Pair) -> dict[str, Any]:
    names = {pair.seen.mentee.id: pair.seen.mentee.name, pair.seen.mentor.id: pair.seen.mentor.name}
    return {"pair": pair, "mentorship_id": pair.mentorship.id, "may_write": may_write(pair), "names": names}


def _found(mentorship_id: int, note_id: int, *, removed: bool = False) -> tuple[Pair, Note]:
    pair = mentorship_or_404(g.acting, mentorship_id)
    return pair, queries.note_or_404(g.acting, pair, note_id, removed=removed)


def _to(note: Note) -> ResponseReturnValue:
    return redirect(url_for("notes.show", mentorship_id=note.mentorship_id, note_id=note.id), 303)


@bp.get("")
def index(mentorship_id: int) -> str:
    pair = mentorship_or_404(g.acting, mentorship_id)
    return render_template("notes/index.html", **_scene(pair), notes=queries.notes(g.acting, pair))


def _form_page(pair: Pair, form: NoteForm, note: Note | None = None, *, status: int = 200, **more: Any) -> Any:
    return render_template("notes/form.html", **_scene(pair), form=form, note=note, **more), status


@bp.get("/new")
def new(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    require_writing(pair)
    return _form_page(pair, NoteForm(formdata=None))


@bp.post("")
def begin(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    form = NoteForm()
    if not form.validate_on_submit():
        return _form_page(pair, form, status=422)
    note = commands.begin_note(acting=g.acting, pair=pair, title=form.title.data, body=form.body.data, now=clock.now())
    return _to(note)


@bp.get("/<int:note_id>")
def show(mentorship_id: int, note_id: int) -> str:
    pair, note = _found(mentorship_id, note_id)
    return render_template("notes/show.html", **_scene(pair), note=note)


@bp.get("/<int:note_id>/text")
def edit(mentorship_id: int, note_id: int) -> ResponseReturnValue:
    pair, note = _found(mentorship_id, note_id)
    require_writing(pair)
    return _form_page(pair, NoteForm(formdata=None, obj=note), note)


@bp.post("/<int:note_id>/text")
def save(mentorship_id: int, note_id: int) -> ResponseReturnValue:
    pair, note = _found(mentorship_id, note_id)
    form = NoteForm()
    if not form.validate_on_submit():
        return _form_page(pair, form, note, status=422)
    try:
        merged = commands.save_note(
            acting=g.acting,
            pair=pair,
            note=note,
            title=form.title.data,
            body=form.body.data,
            began_with=form.version.data,
            now=clock.now(),
        )
    except NoteChanged as changed:
        # What was typed stays in the form; saved again, it follows on what the other wrote, which stays as a version.
        note = changed.note
        form.version.data = note.version
        return _form_page(pair, form, note, status=409, pieces=list(differences(note.body, form.body.data)))
    if merged:
        name = pair.seen.other.first_name
        flash(_("%(name)s or another window saved meanwhile. Both changes are kept.", name=name), "ok")
    return _to(note)


@bp.get("/<int:note_id>/versions")
def versions(mentorship_id: int, note_id: int) -> str:
    pair, note = _found(mentorship_id, note_id)
    return render_template(
        "notes/versions.html", **_scene(pair), note=note, versions=queries.versions(g.acting, pair, note)
    )


@bp.get("/<int:note_id>/versions/<int:number>")
def version(mentorship_id: int, note_id: int, number: int) -> str:
    pair, note = _found(mentorship_id, note_id)
    shown = queries.version_or_404(g.acting, pair, note, number)
    before = queries.version_or_404(g.acting, pair, note, number - 1) if number > 1 else None
    return render_template(
        "notes/version.html",
        **_scene(pair),
        note=note,
        version=shown,
        before=before,
        pieces=list(differences(before.body if before else "", shown.body)),
    )


@bp.post("/<int:note_id>/versions/<int:number>/return")
def restore(mentorship_id: int, note_id: int, number: int) -> ResponseReturnValue:
    pair, note = _found(mentorship_id, note_id)
    found = queries.version_or_404(g.acting, pair, note, number)
    commands.restore_version(acting=g.acting, pair=pair, note=note, version=found, now=clock.now())
    flash(_("Version %(num)d is the newest again. Those after it are kept.", num=number), "ok")
    return _to(note)


@bp.post("/<int:note_id>/removal")
def remove(mentorship_id: int, note_id: int) -> ResponseReturnValue:
    pair, note = _found(mentorship_id, note_id)
    commands.remove_note(pair=pair, note=note, removed=True, now=clock.now())
    undo = url_for("notes.bring_back", mentorship_id=mentorship_id, note_id=note_id)
    flash_undo(_("“%(title)s” is gone, for both of you.", title=note.title), undo)
    return redirect(url_for("notes.index", mentorship_id=mentorship_id), 303)


@bp.post("/<int:note_id>/return")
def bring_back(mentorship_id: int, note_id: int) -> ResponseReturnValue:
    pair, note = _found(mentorship_id, note_id, removed=True)
    commands.remove_note(pair=pair, note=note, removed=False, now=clock.now())
    return _to(note)
