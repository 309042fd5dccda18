"""Pages of a cohort's training: one's own way through it; and for those who run it, the modules and who is done."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.conversations.file_kinds import MEDIA_TYPES, UnusableFile
from marketplace.conversations.models import FILE_MOST, MEGABYTE
from marketplace.events import materials
from marketplace.events.differences import differences
from marketplace.events.queries import material_or_404, materials_of, own_sides
from marketplace.events.words import SIDES
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen, run_cohort_or_404
from marketplace.programmes.tabs import Tab, register
from marketplace.training import commands, faces, jobs, queries
from marketplace.training.forms import ModuleForm, QuestionForm, answers_in, data_of, data_of_question
from marketplace.training.models import ModuleKind, TrainingModule
from marketplace.training.queries import ModuleSeen, cohort_of_training_or_404, module_or_404, sees_training
from marketplace.training.words import ASKED, KINDS, SAID
from tenants.shared import clock

bp = Blueprint("training", __name__)

WORKERS = (jobs,)
"""Named here so that the worker, which knows the product by its pages, registers them."""

register(Tab("training", _l("Training"), "training.index", 40, shown=sees_training))


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"module_kinds": KINDS, "module_asked": ASKED, "module_said": SAID}


def _locale() -> str:
    return str(get_locale())


def _there(seen: CohortSeen, module: TrainingModule) -> ResponseReturnValue:
    return redirect(url_for("training.show", cohort_id=seen.cohort.id, module_id=module.id), 303)


def _hosted(cohort_id: int, module_id: int) -> tuple[CohortSeen, ModuleSeen]:
    seen = run_cohort_or_404(g.acting, cohort_id)
    return seen, module_or_404(g.acting, seen, module_id)


def _taken(cohort_id: int, module_id: int) -> tuple[CohortSeen, ModuleSeen]:
    """For somebody whom the module is for; those who only run the cohort read it and do not do it."""
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    there = module_or_404(g.acting, seen, module_id)
    return (seen, there) if seen.takes_part and does(seen, there) else abort(404)


def does(seen: CohortSeen, there: ModuleSeen) -> bool:
    return bool(own_sides(seen) & set(there.module.sides))


@bp.get("")
def index(cohort_id: int) -> str:
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    own = queries.modules_of(g.acting, seen) if seen.takes_part else []
    everybodys = queries.modules_of(g.acting, seen, everybodys=True) if seen.runs else []
    modalities = seen.cohort.modalities
    missing = [
        side
        for side in modalities.sides
        if modalities.rules(side).training == "before_matching"
        and not any(one.module.required and side.value in one.module.sides for one in everybodys)
    ]
    return render_template(
        "training/index.html",
        seen=seen,
        way=faces.way_through(own),
        locale_name=_locale(),
        modules=everybodys,
        counts=queries.counts_of(seen) if seen.runs else {},
        missing=missing if seen.runs else [],
        missing_words=[str(SIDES[side]) for side in missing],
        gated=any(modalities.rules(one.side).training == "before_matching" for one in seen.own),
        certificates=queries.own_certificates(g.acting, seen) if seen.takes_part else [],
    )


# --- one module -----------------------------------------------------------------------------------------------------------


def _show(seen: CohortSeen, there: ModuleSeen, *, typed: dict[int, list[int]] | None = None, error: str = "") -> str:
    module = there.module
    does_it = seen.takes_part and does(seen, there)
    attempts = queries.attempts_of(g.acting, module) if does_it and module.kind is ModuleKind.quiz else ()
    again = request.args.get("again") == "1" and there.done_at is None
    latest = attempts[0] if attempts and not again and typed is None else None
    way = faces.way_through(queries.modules_of(g.acting, seen)) if does_it else None
    return render_template(
        "training/show.html",
        seen=seen,
        there=there,
        module=module,
        title=module.title(_locale()),
        body=faces.body_of(module, _locale()),
        does=does_it,
        attempt=latest,
        questions=faces.question_faces(module, _locale(), latest, typed),
        files=materials_of(seen, module_id=module.id) if module.kind is ModuleKind.file else (),
        error=error,
        way=way,
    )


@bp.get("/modules/<int:module_id>")
def show(cohort_id: int, module_id: int) -> str:
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    return _show(seen, module_or_404(g.acting, seen, module_id))


@bp.post("/modules/<int:module_id>/completion")
def say_done(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = _taken(cohort_id, module_id)
    commands.say_done(acting=g.acting, there=there, now=clock.now())
    return redirect(_onward(seen), 303)


def _onward(seen: CohortSeen) -> str:
    """The next thing to do; the overview when nothing is left."""
    way = faces.way_through(queries.modules_of(g.acting, seen))
    if way.complete:
        flash(_("Your training is done. The certificate is made now; you get a letter."), "ok")
        return url_for("training.index", cohort_id=seen.cohort.id)
    flash(_("Done: %(done)d of %(asked)d.", done=way.done, asked=way.asked), "ok")
    if way.next is None:
        return url_for("training.index", cohort_id=seen.cohort.id)
    return url_for("training.show", cohort_id=seen.cohort.id, module_id=way.next.module.id)


@bp.post("/modules/<int:module_id>/answers")
def answer(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = _taken(cohort_id, module_id)
    typed = answers_in(request.form, there.module.questions)
    if not all(typed.values()) and there.done_at is None:
        return _show(seen, there, typed=typed, error=_("Answer every question; nothing is counted until you do.")), 422
    attempt = commands.answer_quiz(acting=g.acting, there=there, answers=typed, now=clock.now())
    passed = attempt.percent >= there.module.pass_percent
    flash(
        _("Passed, with %(percent)d per cent.", percent=attempt.percent)
        if passed
        else _("Not passed yet: %(percent)d per cent. Read the explanations, then try again.", percent=attempt.percent),
        "ok" if passed else "info",
    )
    return _there(seen, there.module)


@bp.get("/modules/<int:module_id>/files/<int:material_id>")
def download(cohort_id: int, module_id: int, material_id: int) -> Response:
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    there = module_or_404(g.acting, seen, module_id)
    return materials.download(material_or_404(seen, material_id, module_id=there.module.id, content=True))


@bp.get("/certificate")
def certificate(cohort_id: int) -> ResponseReturnValue:
    """One's own, the latest."""
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    kept = queries.own_certificates(g.acting, seen, content=True)
    if not kept:
        abort(404)
    return send_file(
        io.BytesIO(kept[0].content), mimetype="application/pdf", as_attachment=True, download_name="training.pdf"
    )


# --- for those who run the cohort ------------------------------------------------------------------------------------------


@bp.post("/ready-modules")
def add_ready(cohort_id: int) -> ResponseReturnValue:
    seen = run_cohort_or_404(g.acting, cohort_id)
    added = commands.add_ready_modules(acting=g.acting, seen=seen, now=clock.now())
    flash(
        _("%(num)d modules are there, in English and French. Change them as you like.", num=added)
        if added
        else _("They are there already."),
        "ok",
    )
    return redirect(url_for("training.index", cohort_id=cohort_id), 303)


def _offered(seen: CohortSeen, kind: ModuleKind, form: ModuleForm) -> ModuleForm:
    return form.offer(kind, seen.cohort.modalities.sides, queries.sessions_to_choose(seen), _locale())


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
        questions=faces.question_faces(module, _locale(), None) if module else (),
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
    seen, there = _hosted(cohort_id, module_id)
    module = there.module
    form = _offered(seen, module.kind, ModuleForm(formdata=None, data=data_of(module)))
    return _form_page(seen, module.kind, form, module)


@bp.post("/modules/<int:module_id>/details")
def change(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = _hosted(cohort_id, module_id)
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
    return _there(seen, module)


@bp.post("/modules/<int:module_id>/position")
def move(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = _hosted(cohort_id, module_id)
    commands.move_module(acting=g.acting, seen=seen, module=there.module, up=request.form.get("to") == "up")
    return redirect(url_for("training.index", cohort_id=cohort_id, _anchor=f"module-{module_id}"), 303)


@bp.get("/modules/<int:module_id>/removal")
def confirm_removal(cohort_id: int, module_id: int) -> str:
    seen, there = _hosted(cohort_id, module_id)
    counts = queries.counts_of(seen).get(module_id, (0, 0))
    return render_template(
        "training/removal.html", seen=seen, module=there.module, title=there.module.title(_locale()), done=counts[1]
    )


@bp.post("/modules/<int:module_id>/removal")
def remove(cohort_id: int, module_id: int) -> ResponseReturnValue:
    _seen, there = _hosted(cohort_id, module_id)
    commands.remove_module(acting=g.acting, module=there.module, now=clock.now())
    flash(_("“%(title)s” is no longer part of the training.", title=there.module.title(_locale())), "ok")
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
        locale_name=_locale(),
    )


# --- questions ------------------------------------------------------------------------------------------------------------


def _quiz(cohort_id: int, module_id: int, number: int | None = None) -> tuple[CohortSeen, TrainingModule]:
    seen, there = _hosted(cohort_id, module_id)
    module = there.module
    if module.kind is not ModuleKind.quiz or (number is not None and number >= len(module.questions)):
        abort(404)
    return seen, module


def _question_page(seen: CohortSeen, module: TrainingModule, form: QuestionForm, number: int | None) -> str:
    return render_template(
        "training/question.html",
        seen=seen,
        module=module,
        title=module.title(_locale()),
        form=form,
        number=number,
        count=len(module.questions),
    )


def _keep_question(cohort_id: int, module_id: int, number: int | None) -> ResponseReturnValue:
    seen, module = _quiz(cohort_id, module_id, number)
    form = QuestionForm()
    if not form.validate_on_submit():
        return _question_page(seen, module, form, number), 422
    commands.set_question(acting=g.acting, module=module, question=form.question(), number=number)
    if request.form.get("next"):
        return redirect(url_for("training.new_question", cohort_id=cohort_id, module_id=module_id), 303)
    return redirect(url_for("training.edit", cohort_id=cohort_id, module_id=module_id, _anchor="questions"), 303)


@bp.get("/modules/<int:module_id>/questions/new")
def new_question(cohort_id: int, module_id: int) -> str:
    seen, module = _quiz(cohort_id, module_id)
    return _question_page(seen, module, QuestionForm(formdata=None), None)


@bp.post("/modules/<int:module_id>/questions")
def add_question(cohort_id: int, module_id: int) -> ResponseReturnValue:
    return _keep_question(cohort_id, module_id, None)


@bp.get("/modules/<int:module_id>/questions/<int:number>")
def edit_question(cohort_id: int, module_id: int, number: int) -> str:
    seen, module = _quiz(cohort_id, module_id, number)
    form = QuestionForm(formdata=None, data=data_of_question(module.questions[number]))
    return _question_page(seen, module, form, number)


@bp.post("/modules/<int:module_id>/questions/<int:number>")
def change_question(cohort_id: int, module_id: int, number: int) -> ResponseReturnValue:
    return _keep_question(cohort_id, module_id, number)


@bp.get("/modules/<int:module_id>/questions/<int:number>/removal")
def confirm_question_removal(cohort_id: int, module_id: int, number: int) -> str:
    seen, module = _quiz(cohort_id, module_id, number)
    words = module.questions[number].words.text(_locale())
    return render_template("training/question_removal.html", seen=seen, module=module, number=number, words=words)


@bp.post("/modules/<int:module_id>/questions/<int:number>/removal")
def remove_question(cohort_id: int, module_id: int, number: int) -> ResponseReturnValue:
    _seen, module = _quiz(cohort_id, module_id, number)
    commands.remove_question(acting=g.acting, module=module, number=number)
    flash(_("The question is gone."), "ok")
    return redirect(url_for("training.edit", cohort_id=cohort_id, module_id=module_id, _anchor="questions"), 303)
