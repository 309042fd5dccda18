"""For those who run the cohort: its modules, their order, and who is done."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.conversations.file_kinds import MEDIA_TYPES, UnusableFile
from marketplace.conversations.models import FILE_MOST, MEGABYTE
from marketplace.events import materials
from marketplace.events.differences import differences
from marketplace.events.queries import materials_of
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen, run_cohort_or_404
from marketplace.training import commands, faces, queries
from marketplace.training.forms import ModuleForm, data_of
from marketplace.training.models import ModuleKind, TrainingModule
from marketplace.training.views.blueprint import back_to, bp, hosted, locale
from tenants.shared import clock


@bp.post("/ready-modules")
def add_ready(cohort_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    added = commands.add_ready_modules(acting=g.acting, seen=seen, now=clock.now())
    flash(
        ngettext(
            "%(num)d module is there, in English and French. Change it as you like.",
            "%(num)d modules are there, in English and French. Change them as you like.",
            added,
        )
        if added
        else _("They are there already."),
        "ok",
    )
    return redirect(url_for("training.index", cohort_id=cohort_id), 303)


def _offered(seen: CohortSeen, kind: ModuleKind, form: ModuleForm) -> ModuleForm:
    return form.offer(kind, seen.cohort.form, seen.cohort.modalities.sides, queries.sessions_to_choose(seen), locale())


def _form_page(
    seen: CohortSeen,
    kind: ModuleKind,
    form: ModuleForm,
    module: TrainingModule | None = None,
    meanwhile: tuple[tuple[str, str], ...] = (),
) -> str:
    return render_template(
        "training/form.html",
        seen=seen,
        kind=kind,
        form=form,
        module=module,
        meanwhile=meanwhile,
        files=materials_of(seen, module_id=module.id) if module and kind is ModuleKind.file else (),
        questions=faces.question_faces(module, locale(), None) if module else (),
        accept=",".join(f".{ending}" for ending in (*MEDIA_TYPES, "jpeg")),
        most=FILE_MOST // MEGABYTE,
    )


def _kind() -> ModuleKind:
    """Which kind is written; the address says it."""
    wanted = request.args.get("kind", "text")
    return ModuleKind(wanted) if wanted in set(ModuleKind) else abort(404)


@bp.get("/modules/new")
def new(cohort_id: int) -> str:
    seen, kind = run_cohort_or_404(g.acting, cohort_id), _kind()
    first = {"sides": [side.value for side in seen.cohort.modalities.sides], "required": True, "pass_percent": 70}
    return _form_page(seen, kind, _offered(seen, kind, ModuleForm(formdata=None, data=first)))


@bp.post("/modules")
def create(cohort_id: int) -> ResponseReturnValue:
    seen, kind = run_cohort_or_404(g.acting, cohort_id), _kind()
    form = _offered(seen, kind, ModuleForm())
    valid, read = _read(form, needed=True)
    if not valid:
        return _form_page(seen, kind, form), 422
    module = commands.add_module(acting=g.acting, seen=seen, kind=kind, sheet=form.sheet(), now=clock.now())
    if read is not None:
        materials.add_material(acting=g.acting, seen=seen, file=read, module_id=module.id, now=clock.now())
    if kind is ModuleKind.quiz:
        flash(_("Now its questions."), "ok")
        return redirect(url_for("training.new_question", cohort_id=cohort_id, module_id=module.id), 303)
    flash(_("Added at the end. Those it is for see it from now on."), "ok")
    return redirect(url_for("training.index", cohort_id=cohort_id), 303)


def _read(form: ModuleForm, *, needed: bool) -> tuple[bool, Any]:
    """Whether the form is valid, and the file that came with it."""
    valid = form.validate_on_submit()
    if "file" not in form:
        return valid, None
    sent = form.file.data
    if not sent or not getattr(sent, "filename", ""):
        if needed:
            form.file.errors = [_("Choose a file.")]
        return valid and not needed, None
    try:
        return valid, materials.read_upload(sent)
    except UnusableFile as wrong:
        form.file.errors = [wrong.sentence]
        return False, None


@bp.get("/modules/<int:module_id>/details")
def edit(cohort_id: int, module_id: int) -> str:
    seen, there = hosted(cohort_id, module_id)
    module = there.module
    form = _offered(seen, module.kind, ModuleForm(formdata=None, data=data_of(module)))
    return _form_page(seen, module.kind, form, module)


@bp.post("/modules/<int:module_id>/details")
def change(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = hosted(cohort_id, module_id)
    module, form = there.module, _offered(seen, there.module.kind, ModuleForm())
    valid, read = _read(form, needed=False)
    if not valid:
        return _form_page(seen, module.kind, form, module), 422
    if form.seen_version() != module.version:
        kept = _offered(seen, module.kind, ModuleForm(formdata=None, data=data_of(module)))
        form.version.data = str(module.version)
        return _form_page(seen, module.kind, form, module, differences(form, kept)), 422
    commands.change_module(acting=g.acting, module=module, sheet=form.sheet())
    if read is not None:
        for old in materials_of(seen, module_id=module.id):
            materials.remove_material(acting=g.acting, material=old, removed=True, now=clock.now())
        materials.add_material(acting=g.acting, seen=seen, file=read, module_id=module.id, now=clock.now())
    flash(_("Saved."), "ok")
    return back_to(seen, module)


@bp.post("/modules/<int:module_id>/position")
def move(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = hosted(cohort_id, module_id)
    commands.move_module(acting=g.acting, seen=seen, module=there.module, up=request.form.get("to") == "up")
    return redirect(url_for("training.index", cohort_id=cohort_id, _anchor=f"module-{module_id}"), 303)


@bp.get("/modules/<int:module_id>/removal")
def confirm_removal(cohort_id: int, module_id: int) -> str:
    seen, there = hosted(cohort_id, module_id)
    counts = queries.counts_of(seen).get(module_id, (0, 0))
    return render_template(
        "training/removal.html", seen=seen, module=there.module, title=there.module.title(locale()), done=counts[1]
    )


@bp.post("/modules/<int:module_id>/removal")
def remove(cohort_id: int, module_id: int) -> ResponseReturnValue:
    _seen, there = hosted(cohort_id, module_id)
    commands.remove_module(acting=g.acting, module=there.module, now=clock.now())
    flash(_("“%(title)s” is no longer part of the training.", title=there.module.title(locale())), "ok")
    return redirect(url_for("training.index", cohort_id=cohort_id), 303)


@bp.get("/people")
def people(cohort_id: int) -> str:
    """Done or not done, by person; never an answer."""
    seen = run_cohort_or_404(g.acting, cohort_id)
    page = max(request.args.get("page", 1, type=int), 1)
    found = queries.trainees(seen, page=min(page, 10_000))
    return render_template(
        "training/people.html",
        seen=seen,
        people=found[: queries.PAGE],
        page=page,
        more=len(found) > queries.PAGE,
        modules=queries.modules_of(g.acting, seen, everybodys=True),
        side_of=Side,
        locale_name=locale(),
    )
