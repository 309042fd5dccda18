"""Pages where a company brings its people in by spreadsheet: the file, its columns, the dry run, the import, and back."""

from __future__ import annotations

from itertools import islice
from pathlib import PurePath

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from tenants.shared import clock
from tenants.spreadsheets import commands, jobs, queries
from tenants.spreadsheets.columns import FIELDS, guess
from tenants.spreadsheets.export import EXPORTED, annotated_rows, exported_rows
from tenants.spreadsheets.forms import LABELS, MappingForm, SheetForm
from tenants.spreadsheets.models import ImportState, PeopleImport
from tenants.spreadsheets.policy import may_import
from tenants.spreadsheets.reading import MOST_BYTES, MOST_ROWS, read_at_once, read_sheet
from tenants.spreadsheets.words import Unreadable, column_name, problem_sentence
from tenants.spreadsheets.writing import FORMATS, write_sheet

bp = Blueprint("imports", __name__)

IMPORT_JOBS = jobs
"""Registered with the queue when the pages are."""


@bp.before_request
def only_those_who_may() -> None:
    if g.acting is None or not may_import(g.acting):
        abort(404)


@bp.get("/")
def index() -> ResponseReturnValue:
    return _upload(SheetForm())


@bp.post("/")
def create() -> ResponseReturnValue:
    form = SheetForm()
    if not form.validate_on_submit():
        return _upload(form, 422)
    sent = form.sheet.data
    content = sent.read(MOST_BYTES + 1)
    name = PurePath((sent.filename or "").replace("\\", "/")).name
    if not read_at_once(content):
        import_id = commands.take_in_unread(acting=g.acting, content=content, file_name=name, now=clock.now())
        return redirect(url_for(".show", import_id=import_id), 303)
    try:
        sheet = read_sheet(content)
    except Unreadable as fault:
        form.sheet.errors = [str(fault)]
        return _upload(form, 422)
    import_id = commands.take_in(acting=g.acting, sheet=sheet, file_name=name, now=clock.now())
    return redirect(url_for(".columns", import_id=import_id), 303)


@bp.get("/<int:import_id>")
def show(import_id: int) -> ResponseReturnValue:
    taken = queries.import_or_404(g.acting, import_id)
    if taken.state is ImportState.uploaded:
        onward = url_for(".columns", import_id=import_id)
        # The page that waited for the worker goes there as a whole.
        return Response(headers={"HX-Redirect": onward}) if "HX-Request" in request.headers else redirect(onward, 303)
    shows_problems = taken.state is ImportState.checked or taken.may_be_undone(clock.now())
    return render_template(
        "spreadsheets/show.html",
        taken=taken,
        wrong=queries.wrong_rows(g.acting, import_id) if taken.wrong and shows_problems else [],
        problem_sentence=problem_sentence,
        fault=str(Unreadable(*taken.fault)) if taken.fault else "",
        now=clock.now(),
    )


@bp.get("/<int:import_id>/columns")
def columns(import_id: int) -> ResponseReturnValue:
    taken = queries.import_or_404(g.acting, import_id)
    if taken.state not in (ImportState.uploaded, ImportState.checked):
        return redirect(url_for(".show", import_id=import_id), 303)
    samples = _samples(taken)
    guessed = taken.mapping or guess(taken.header, samples, queries.remembered_mapping(g.acting))
    return _mapping(taken, samples, MappingForm(header=taken.header, guessed=guessed))


@bp.post("/<int:import_id>/dry-run")
def check(import_id: int) -> ResponseReturnValue:
    taken = queries.import_or_404(g.acting, import_id)
    if taken.state in (ImportState.reading, ImportState.unreadable):
        return redirect(url_for(".show", import_id=import_id), 303)
    form = MappingForm(header=taken.header, guessed={})
    if not form.validate_on_submit():
        return _mapping(taken, _samples(taken), form, 422)
    commands.check_import(acting=g.acting, import_id=import_id, mapping=form.mapping(), now=clock.now())
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/start")
def start(import_id: int) -> ResponseReturnValue:
    queries.import_or_404(g.acting, import_id)
    commands.start_import(acting=g.acting, import_id=import_id, now=clock.now())
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.get("/<int:import_id>/reversal")
def ask_undoing(import_id: int) -> ResponseReturnValue:
    taken = queries.import_or_404(g.acting, import_id)
    if not taken.may_be_undone(clock.now()):
        return redirect(url_for(".show", import_id=import_id), 303)
    return render_template("spreadsheets/undo.html", taken=taken)


@bp.post("/<int:import_id>/reversal")
def undo(import_id: int) -> ResponseReturnValue:
    queries.import_or_404(g.acting, import_id)
    commands.undo_import(acting=g.acting, import_id=import_id, now=clock.now())
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/removal")
def remove(import_id: int) -> ResponseReturnValue:
    queries.import_or_404(g.acting, import_id)
    commands.remove_import(acting=g.acting, import_id=import_id)
    flash(_("The spreadsheet is deleted here. Nobody was invited."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/<int:import_id>/annotated.<any(csv, xlsx):kind>")
def annotated(import_id: int, kind: str) -> ResponseReturnValue:
    """The file as it came, with a column of what to mend."""
    taken = queries.import_or_404(g.acting, import_id)
    wrong = queries.wrong_rows(g.acting, import_id, most=None)
    rows = annotated_rows(taken.header, queries.rows_of(g.acting, taken), wrong)
    header = [column_name(taken.header, column) for column in range(len(taken.header))]
    name = _("%(file)s-to-mend", file=PurePath(taken.file_name).stem or "people")
    return _file(f"{name}.{kind}", kind, write_sheet(kind, [*header, _("What to mend")], rows))


@bp.get("/export.<any(csv, xlsx):kind>")
def export(kind: str) -> ResponseReturnValue:
    """Everybody who belongs to the company, in columns that an import reads back."""
    rows = exported_rows(queries.people_to_export(g.acting), str(get_locale()))
    header = [str(LABELS[name]) for name in EXPORTED]
    name = _("people-of-%(org)s", org=g.acting.slug)
    return _file(f"{name}.{kind}", kind, write_sheet(kind, header, rows))


def _upload(form: SheetForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "spreadsheets/index.html",
        form=form,
        imports=queries.imports(g.acting),
        most_rows=MOST_ROWS,
        most_megabytes=MOST_BYTES // 1024**2,
        now=clock.now(),
    )
    return page, status


def _mapping(
    taken: PeopleImport, samples: list[list[str]], form: MappingForm, status: int = 200
) -> ResponseReturnValue:
    examples = [
        (column_name(taken.header, column), [row[column] for row in samples[:3] if column < len(row) and row[column]])
        for column in range(len(taken.header))
    ]
    page = render_template(
        "spreadsheets/columns.html",
        taken=taken,
        form=form,
        fields=[form[name] for name in FIELDS],
        examples=examples,
        rows=ngettext("One row", "%(num)s rows", taken.rows),
    )
    return page, status


def _samples(taken: PeopleImport) -> list[list[str]]:
    rows = queries.rows_of(g.acting, taken)
    return [cells for _number, cells in islice(rows, 20)]


def _file(name: str, kind: str, content: bytes) -> Response:
    response = Response(content, content_type=FORMATS[kind])
    response.headers.set("Content-Disposition", "attachment", filename=_ascii(name))
    response.headers["Cache-Control"] = "no-store"
    return response


def _ascii(name: str) -> str:
    return "".join(mark if mark.isascii() and (mark.isalnum() or mark in "-_.") else "-" for mark in name)
