"""The closing review of a cohort: what is kept, stopped and changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.lessons import commands, queries
from marketplace.lessons.forms import LessonForm
from marketplace.lessons.models import CohortLesson, LessonKind
from marketplace.lessons.queries import Review, lesson_or_404, review_or_404
from marketplace.lessons.themes import THEMES, value_in, value_words
from marketplace.lessons.words import ASKED, KINDS, LAST_TIME
from marketplace.programmes.models import CohortState
from marketplace.programmes.tabs import Tab, register
from tenants.shared import clock

bp = Blueprint("lessons", __name__)
register(
    Tab(
        "lessons",
        _l("Lessons"),
        "lessons.index",
        84,
        shown=lambda seen: seen.runs and seen.cohort.state is not CohortState.draft,
    )
)


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"lesson_kinds": KINDS, "lesson_themes": THEMES, "last_time": LAST_TIME, "lesson_value": value_words}


@bp.get("")
def index(cohort_id: int) -> str:
    review = review_or_404(g.acting, cohort_id)
    return render_template(
        "lessons/index.html",
        review=review,
        seen=review.seen,
        lessons=queries.lessons_of(g.acting, review),
        kinds=KINDS,
    )


def _theme(name: str) -> str:
    return name if name in THEMES else abort(404)


@bp.get("/new/<theme>")
def new(cohort_id: int, theme: str) -> str:
    review = review_or_404(g.acting, cohort_id)
    return _page(review, theme, LessonForm(formdata=None, data=_present(review, _theme(theme))))


def _present(review: Review, theme: str) -> dict[str, Any]:
    """The form's fields as the cohort itself had it."""
    if not THEMES[theme].of_sheet:
        return {}
    return _fields(theme, value_in(review.cohort.modalities.model_dump(mode="json"), theme))


def _fields(theme: str, value: Any) -> dict[str, Any]:
    if THEMES[theme].answer == "yes":
        return {"yes": "yes" if value else "no"}
    return {THEMES[theme].answer: value}


def _page(review: Review, theme: str, form: LessonForm, lesson: CohortLesson | None = None) -> str:
    one = THEMES[theme]
    was = value_in(review.cohort.modalities.model_dump(mode="json"), theme) if one.of_sheet else None
    return render_template(
        "lessons/form.html",
        review=review,
        seen=review.seen,
        theme=theme,
        one=one,
        form=form.about(theme),
        lesson=lesson,
        was=value_words(theme, was) if one.of_sheet else "",
        asked=ASKED,
    )


@bp.post("/new/<theme>/lesson")
def write(cohort_id: int, theme: str) -> ResponseReturnValue:
    review, form = review_or_404(g.acting, cohort_id), LessonForm().about(_theme(theme))
    next_time = form.next_time(theme) if form.validate_on_submit() else None
    if next_time is None:
        return _page(review, theme, form), 422
    commands.write_lesson(
        acting=g.acting,
        review=review,
        kind=LessonKind(form.kind.data),
        theme=theme,
        words=form.words.data or "",
        next_time=next_time,
        now=clock.now(),
    )
    flash(_("Kept. Whoever plans the next cohort reads it beside the choice it is about."), "ok")
    return redirect(url_for(".index", cohort_id=cohort_id), 303)


@bp.get("/<int:lesson_id>")
def edit(cohort_id: int, lesson_id: int) -> str:
    review = review_or_404(g.acting, cohort_id)
    lesson = _own(review, lesson_id)
    data = {"kind": lesson.kind.value, "words": lesson.words, "proposes": lesson.proposes}
    data |= _fields(lesson.theme, lesson.value) if lesson.proposes else _present(review, lesson.theme)
    return _page(review, lesson.theme, LessonForm(formdata=None, data=data), lesson)


def _own(review: Review, lesson_id: int) -> CohortLesson:
    lesson = lesson_or_404(g.acting, review, lesson_id)
    return lesson if lesson.author_person_id == g.acting.person_id else abort(404)


@bp.post("/<int:lesson_id>/words")
def rewrite(cohort_id: int, lesson_id: int) -> ResponseReturnValue:
    review = review_or_404(g.acting, cohort_id)
    lesson = _own(review, lesson_id)
    form = LessonForm().about(lesson.theme)
    next_time = form.next_time(lesson.theme) if form.validate_on_submit() else None
    if next_time is None:
        return _page(review, lesson.theme, form, lesson), 422
    commands.rewrite_lesson(
        acting=g.acting,
        lesson=lesson,
        kind=LessonKind(form.kind.data),
        words=form.words.data or "",
        next_time=next_time,
        now=clock.now(),
    )
    flash(_("Saved."), "ok")
    return redirect(url_for(".index", cohort_id=cohort_id), 303)


@bp.get("/<int:lesson_id>/removal")
def ask_removal(cohort_id: int, lesson_id: int) -> str:
    review = review_or_404(g.acting, cohort_id)
    return render_template(
        "lessons/removal.html", review=review, seen=review.seen, lesson=lesson_or_404(g.acting, review, lesson_id)
    )


@bp.post("/<int:lesson_id>/removal")
def take_off(cohort_id: int, lesson_id: int) -> ResponseReturnValue:
    review = review_or_404(g.acting, cohort_id)
    lesson = lesson_or_404(g.acting, review, lesson_id)
    commands.take_off(acting=g.acting, review=review, lesson=lesson, now=clock.now())
    flash(_("Taken off the review."), "ok")
    return redirect(url_for(".index", cohort_id=cohort_id), 303)
