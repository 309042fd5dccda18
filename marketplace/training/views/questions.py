"""For those who run the cohort: the questions of a quiz."""

from __future__ import annotations

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.programmes.queries import CohortSeen
from marketplace.training import commands
from marketplace.training.forms import QuestionForm, data_of_question
from marketplace.training.models import ModuleKind, TrainingModule
from marketplace.training.views.blueprint import bp, hosted, locale


def _quiz(cohort_id: int, module_id: int, number: int | None = None) -> tuple[CohortSeen, TrainingModule]:
    seen, there = hosted(cohort_id, module_id)
    module = there.module
    if module.kind is not ModuleKind.quiz or (number is not None and number >= len(module.questions)):
        abort(404)
    return seen, module


def _question_page(seen: CohortSeen, module: TrainingModule, form: QuestionForm, number: int | None) -> str:
    return render_template(
        "training/question.html",
        seen=seen,
        module=module,
        title=module.title(locale()),
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
    words = module.questions[number].words.text(locale())
    return render_template("training/question_removal.html", seen=seen, module=module, number=number, words=words)


@bp.post("/modules/<int:module_id>/questions/<int:number>/removal")
def remove_question(cohort_id: int, module_id: int, number: int) -> ResponseReturnValue:
    _seen, module = _quiz(cohort_id, module_id, number)
    commands.remove_question(acting=g.acting, module=module, number=number)
    flash(_("The question is gone."), "ok")
    return redirect(url_for("training.edit", cohort_id=cohort_id, module_id=module_id, _anchor="questions"), 303)
