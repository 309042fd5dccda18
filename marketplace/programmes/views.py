"""The designer's pages: programmes of the viewer's organisation, their sheet, versions and templates."""

from __future__ import annotations

from itertools import pairwise

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from pydantic import ValidationError

from marketplace.lessons import queries as lessons
from marketplace.lessons.themes import THEMES
from marketplace.programmes import commands
from marketplace.programmes import design_queries as queries
from marketplace.programmes import sheet_words as words
from marketplace.programmes.checks import Weight, remarks
from marketplace.programmes.forms import DesignForm, ImportForm, NewForm, sheet_data
from marketplace.programmes.merging import differences
from marketplace.programmes.modalities import Form
from marketplace.programmes.models import PartyState, Programme, ProgrammeState
from marketplace.programmes.policy import may_run_programmes
from marketplace.programmes.queries import programmes_in_sight, run_programme_or_404
from marketplace.programmes.templates_ready import ready_templates
from marketplace.programmes.templates_yaml import Problem, Unreadable, read_template, write_template
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("programmes", __name__)


def _only_runners() -> None:
    """To everybody else the designer does not exist."""
    if g.acting is None or not may_run_programmes(g.acting):
        abort(404)


@bp.get("/")
def index() -> str:
    found = programmes_in_sight(g.acting)
    asked = queries.asked_programmes(g.acting)
    return render_template(
        "programmes/index.html",
        own=[one for one in found if one.org_id == g.acting.org_id and one.state is not ProgrammeState.archived],
        archived=[one for one in found if one.org_id == g.acting.org_id and one.state is ProgrammeState.archived],
        shared=[one for one in found if one.org_id != g.acting.org_id and one.state is not ProgrammeState.archived],
        asked=[one for one in asked if one.state is PartyState.invited],
        standing={one.programme_id: one for one in asked},
        coming=[one for one in asked if one.state is PartyState.active and not one.is_open],
        cohorts=queries.cohorts_of(g.acting, found),
        may_run=may_run_programmes(g.acting),
        words=words,
    )


@bp.get("/new")
def new() -> str:
    _only_runners()
    return _new_page(ImportForm(formdata=None), [])


def _new_page(form: ImportForm, problems: list[Problem]) -> str:
    offered = [one for one in Form if g.acting.in_network or one is not Form.cross_company]
    return render_template(
        "programmes/new.html",
        templates={one: ready_templates()[one] for one in offered},
        sentences=words.FORM_SENTENCES,
        own=[one for one in programmes_in_sight(g.acting) if one.org_id == g.acting.org_id],
        borrowed=queries.borrowed(g.acting),
        form=form,
        problems=problems,
    )


@bp.post("/")
def create() -> ResponseReturnValue:
    _only_runners()
    form = NewForm()
    if not form.validate_on_submit():
        return _new_page(ImportForm(formdata=None), []), 422
    chosen = ready_templates()[Form(form.template.data)]
    made = commands.create_programme(
        acting=g.acting,
        name_en=chosen.name.en,
        name_fr=chosen.name.fr,
        modalities=chosen.modalities,
        template=form.template.data,
        now=clock.now(),
    )
    return _begun(made)


def _begun(made: Programme) -> ResponseReturnValue:
    flash(_("The draft is there. Change what you like; nobody sees it before you open it."), "ok")
    return redirect(url_for("programmes.design", programme_id=made.id), 303)


@bp.post("/imports")
def import_template() -> ResponseReturnValue:
    _only_runners()
    form = ImportForm()
    if not form.validate_on_submit():
        return _new_page(form, []), 422
    try:
        text = form.content()
        if text is None:
            raise Unreadable([Problem("", 0, _("Choose a file, or paste its text."))])
        template = read_template(text)
    except UnicodeDecodeError:
        return _new_page(form, [Problem("", 0, _("The file is not text in UTF-8. Save it as UTF-8."))]), 422
    except Unreadable as error:
        return _new_page(form, error.problems), 422
    made = commands.create_programme(
        acting=g.acting,
        name_en=template.name.en,
        name_fr=template.name.fr,
        modalities=template.modalities,
        template="file",
        now=clock.now(),
    )
    return _begun(made)


@bp.post("/loans/<int:network_id>/<int:programme_id>/copies")
def copy_loan(network_id: int, programme_id: int) -> ResponseReturnValue:
    _only_runners()
    loan = queries.borrowed_or_404(g.acting, network_id, programme_id)
    made = commands.create_programme(
        acting=g.acting,
        name_en=loan.name_en,
        name_fr=loan.name_fr,
        modalities=loan.modalities,
        template="network",
        now=clock.now(),
    )
    return _begun(made)


@bp.post("/<int:programme_id>/copies")
def clone(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    made = commands.clone_programme(acting=g.acting, programme=programme, now=clock.now())
    flash(_("Cloned, with the same organisations. The days move with the launch of its first cohort."), "ok")
    return redirect(url_for("programmes.design", programme_id=made.id), 303)


@bp.get("/<int:programme_id>/design")
def design(programme_id: int) -> str:
    """The sheet; with ``lesson``, what an earlier cohort proposes is in its field, and kept once somebody saves."""
    programme = run_programme_or_404(g.acting, programme_id)
    kept, wanted = queries.design_of(programme), request.args.get("lesson", "")
    taken = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 20 else 0
    learnt = lessons.learnt(g.acting, programme, kept["choices"])
    choices = lessons.applied(learnt, taken, kept["choices"]) if taken else None
    form = DesignForm(
        formdata=None,
        data={**sheet_data({**kept, "choices": choices or kept["choices"]}), "seen": programme.version},
    )
    return _sheet(programme, form, taken=taken if choices else 0)


def _sheet(
    programme: Programme, form: DesignForm, clash: commands.ChangedMeanwhile | None = None, taken: int = 0
) -> str:
    """The sheet, with what it says about itself as it stands (not as it is being typed)."""
    parties = [one for one in queries.parties_of(g.acting, programme) if one.state is PartyState.active]
    form.fill_choices((one.firm_id, one.name) for one in parties)
    facts = queries.facts_of(g.acting, programme)
    said = remarks(facts)
    names = {one.firm_id: one.name for one in parties}
    return render_template(
        "programmes/design.html",
        programme=programme,
        form=form,
        facts=facts,
        stops=[one for one in said if one.weight is Weight.stop],
        hints=[one for one in said if one.weight is Weight.hint],
        clash=_clash_lines(clash, names) if clash else None,
        loan=queries.loan_of(g.acting, programme),
        parties=parties,
        words=words,
        lessons=lessons.learnt(g.acting, programme, programme.modalities.model_dump(mode="json")),
        taken=taken,
        sheet_themes=[name for name, one in THEMES.items() if one.of_sheet],
    )


def _clash_lines(clash: commands.ChangedMeanwhile, names: dict[int, str]) -> dict[str, object]:
    changed = {path: (theirs, mine) for path, theirs, mine in differences(clash.current, clash.merged)}
    return {
        "by": clash.by,
        "conflicts": [
            (words.field_label(path), *(words.value_words(path, value, names) for value in changed[path]))
            for path in clash.conflicts
        ],
        "taken": [words.field_label(path) for path in clash.taken],
    }


@bp.post("/<int:programme_id>/design")
def save(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    form = DesignForm()
    parties = [one for one in queries.parties_of(g.acting, programme) if one.state is PartyState.active]
    form.fill_choices((one.firm_id, one.name) for one in parties)
    mine = form.design() if form.validate_on_submit() else None
    if mine is None:
        return _sheet(programme, form), 422
    try:
        _saved, taken = commands.save_design(
            acting=g.acting, programme_id=programme.id, seen=form.seen.data, mine=mine, now=clock.now()
        )
    except commands.ChangedMeanwhile as clash:
        data = {**sheet_data(clash.merged), "seen": clash.version}
        programme = run_programme_or_404(g.acting, programme_id)
        return _sheet(programme, DesignForm(formdata=None, data=data), clash), 422
    except commands.Unsound as unsound:
        form.form_errors += [words.remark_sentence(remark) for remark in unsound.remarks]
        return _sheet(run_programme_or_404(g.acting, programme_id), form), 422
    except ValidationError as error:
        form.take_errors(error)
        return _sheet(run_programme_or_404(g.acting, programme_id), form), 422
    if taken:
        labels = ", ".join(words.field_label(path) for path in taken)
        flash(_("Saved. What a colleague changed meanwhile was kept: %(fields)s.", fields=labels), "ok")
    else:
        flash(_("Saved."), "ok")
    return redirect(url_for("programmes.design", programme_id=programme_id), 303)


@bp.get("/<int:programme_id>/versions")
def versions(programme_id: int) -> str:
    programme = run_programme_or_404(g.acting, programme_id)
    found = queries.versions_of(g.acting, programme)
    names = {one.firm_id: one.name for one in queries.parties_of(g.acting, programme)}
    changed = {
        newer.version.version: [
            (words.field_label(path), words.value_words(path, before, names), words.value_words(path, after, names))
            for path, before, after in differences(older.design, newer.design)
        ]
        for newer, older in pairwise(found)
    }
    return render_template("programmes/versions.html", programme=programme, versions=found, changed=changed)


@bp.post("/<int:programme_id>/versions/<int:number>/restoration")
def restore(programme_id: int, number: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    queries.version_or_404(g.acting, programme, number)
    before = queries.versions_of(g.acting, programme)[0].version.version
    commands.restore_version(acting=g.acting, programme_id=programme_id, number=number, now=clock.now())
    undo = url_for("programmes.restore", programme_id=programme_id, number=before)
    flash_undo(_("The earlier design stands again, as the newest version."), undo)
    return redirect(url_for("programmes.design", programme_id=programme_id), 303)


@bp.get("/<int:programme_id>/template")
def export(programme_id: int) -> Response:
    programme = run_programme_or_404(g.acting, programme_id)
    text = write_template(programme.name_en, programme.name_fr, programme.modalities)
    answer = Response(text, content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{programme.form.value}-programme.yaml"'
    return answer


def _turn(programme_id: int, state: ProgrammeState) -> Programme:
    programme = run_programme_or_404(g.acting, programme_id)
    commands.turn_programme(acting=g.acting, programme=programme, state=state, now=clock.now())
    return programme


@bp.post("/<int:programme_id>/opening")
def open_programme(programme_id: int) -> ResponseReturnValue:
    _turn(programme_id, ProgrammeState.open)
    firms = len(queries.parties_of(g.acting, run_programme_or_404(g.acting, programme_id)))
    said = ngettext("Open. %(num)d organisation sees it now.", "Open. %(num)d organisations see it now.", firms)
    flash(said, "ok")
    return redirect(url_for("programmes.index"), 303)


@bp.post("/<int:programme_id>/draft")
def to_draft(programme_id: int) -> ResponseReturnValue:
    _turn(programme_id, ProgrammeState.draft)
    flash(_("A draft again: only those who run it see it."), "ok")
    return redirect(url_for("programmes.design", programme_id=programme_id), 303)


@bp.post("/<int:programme_id>/archiving")
def archive(programme_id: int) -> ResponseReturnValue:
    programme = _turn(programme_id, ProgrammeState.archived)
    name = programme.name(str(get_locale()))
    flash_undo(
        _("%(programme)s is in the archive.", programme=name),
        url_for("programmes.bring_back", programme_id=programme_id),
    )
    return redirect(url_for("programmes.index"), 303)


@bp.post("/<int:programme_id>/return")
def bring_back(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    commands.bring_back(acting=g.acting, programme=programme, now=clock.now())
    flash(_("Out of the archive."), "ok")
    return redirect(url_for("programmes.index"), 303)


@bp.post("/<int:programme_id>/loan")
def lend(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    commands.lend_template(acting=g.acting, programme=programme, now=clock.now())
    flash_undo(
        _("Lent. Your member firms find it under “New programme”."),
        url_for("programmes.end_loan", programme_id=programme_id),
    )
    return redirect(url_for("programmes.design", programme_id=programme_id), 303)


@bp.post("/<int:programme_id>/loan/end")
def end_loan(programme_id: int) -> ResponseReturnValue:
    programme = run_programme_or_404(g.acting, programme_id)
    commands.take_template_back(acting=g.acting, programme=programme, now=clock.now())
    flash(_("Taken back. What firms made from it stays theirs."), "ok")
    return redirect(url_for("programmes.design", programme_id=programme_id), 303)
