"""Pages of the pair's goals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.goals import commands, jobs, queries
from marketplace.goals.forms import CommentForm, GoalForm, ProgressForm, StepForm
from marketplace.goals.models import COMMENT_MOST, MOST_OPEN, TITLE_MOST, Goal, GoalState
from marketplace.goals.picture import HEIGHT, WIDTH, picture
from marketplace.goals.words import TURNS
from marketplace.mentorships.home import part
from marketplace.mentorships.policy import may_write, require_mentee, require_writing
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("goals", __name__)

__all__ = ["bp", "jobs"]

part("goals")(queries.goals_on_home)


def _pair(mentorship_id: int) -> Pair:
    return mentorship_or_404(g.acting, mentorship_id)


def _scene(pair: Pair) -> dict[str, Any]:
    may_change = pair.seen.viewer_is_mentee and may_write(pair)
    return {
        "pair": pair,
        "mentorship_id": pair.mentorship.id,
        "may_change": may_change,
        "may_write": may_write(pair),
        "today": clock.now().astimezone(g.acting.zone).date(),
    }


@bp.get("")
def index(mentorship_id: int) -> str:
    pair = _pair(mentorship_id)
    lines = queries.goals_of_pair(g.acting, pair)
    return render_template(
        "goals/index.html",
        **_scene(pair),
        goals=[line for line in lines if line.open],
        closed=[line for line in lines if not line.open],
        room=sum(line.open for line in lines) < MOST_OPEN,
    )


# --- wording ----------------------------------------------------------------------------------------------------------


def _form_page(pair: Pair, form: GoalForm, goal: Goal | None = None, *, status: int = 200) -> ResponseReturnValue:
    asked = "" if goal else queries.asked_goal(g.acting, pair)
    return render_template("goals/form.html", **_scene(pair), form=form, goal=goal, asked=asked), status


def _first_sentence(text: str) -> str:
    """The beginning of what was asked for, as a title to work on."""
    first = " ".join(text.split()).split(". ")[0].removesuffix(".")
    return first if len(first) <= TITLE_MOST else first[: TITLE_MOST - 1].rsplit(" ", 1)[0] + "…"


@bp.get("/new")
def new(mentorship_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    require_mentee(pair)
    require_writing(pair)
    form = GoalForm(formdata=None)
    if not queries.goals_of_pair(g.acting, pair):
        form.title.data = _first_sentence(queries.asked_goal(g.acting, pair))
    form.due_on.data = clock.today() + timedelta(days=90)
    return _form_page(pair, form)


@bp.post("")
def set_goal(mentorship_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    require_mentee(pair)
    form = GoalForm()
    if not form.validate_on_submit():
        return _form_page(pair, form, status=422)
    goal = commands.set_goal(
        pair=pair, title=form.title.data, success=form.success.data, due_on=form.due_on.data, now=clock.now()
    )
    flash(_("The goal is set. Now break it into steps, or leave it as it is."), "ok")
    return _to(goal)


@bp.get("/<int:goal_id>/wording")
def edit(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    goal = queries.goal_or_404(g.acting, pair, goal_id)
    require_mentee(pair)
    return _form_page(pair, GoalForm(formdata=None, obj=goal), goal)


@bp.post("/<int:goal_id>/wording")
def word(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    goal = queries.goal_or_404(g.acting, pair, goal_id)
    require_mentee(pair)
    form = GoalForm()
    if not form.validate_on_submit():
        return _form_page(pair, form, goal, status=422)
    commands.word_goal(
        pair=pair,
        goal=goal,
        title=form.title.data,
        success=form.success.data,
        due_on=form.due_on.data,
        now=clock.now(),
    )
    return _to(goal)


# --- one goal ---------------------------------------------------------------------------------------------------------


def _page(pair: Pair, goal: Goal, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    history = queries.events(goal)
    usual = {
        "progress_form": ProgressForm(formdata=None, percent=goal.percent),
        "step_form": StepForm(formdata=None),
        "comment_form": CommentForm(formdata=None),
    }
    page = render_template(
        "goals/show.html",
        **_scene(pair),
        **(usual | forms),
        goal=goal,
        open=goal.state is GoalState.open,
        steps=queries.steps(goal),
        events=history[::-1],
        turns=TURNS,
        comments=queries.comments(goal),
        picture=picture(history, goal.closed_at or clock.now()),
        width=WIDTH,
        height=HEIGHT,
        comment_most=COMMENT_MOST,
    )
    return page, status


def _to(goal: Goal, anchor: str | None = None) -> ResponseReturnValue:
    address = url_for("goals.show", mentorship_id=goal.mentorship_id, goal_id=goal.id, _anchor=anchor)
    return redirect(address, 303)


def _found(mentorship_id: int, goal_id: int) -> tuple[Pair, Goal]:
    pair = _pair(mentorship_id)
    return pair, queries.goal_or_404(g.acting, pair, goal_id)


@bp.get("/<int:goal_id>")
def show(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    return _page(*_found(mentorship_id, goal_id))


@bp.post("/<int:goal_id>/progress")
def progress(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    require_mentee(pair)
    form = ProgressForm()
    if not form.validate_on_submit():
        return _page(pair, goal, status=422, progress_form=form)
    commands.note_progress(pair=pair, goal=goal, percent=form.percent.data, now=clock.now())
    return _to(goal)


@bp.post("/<int:goal_id>/place")
def move(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    commands.move_goal(pair=pair, goal=goal, up=request.form.get("to") == "up")
    return redirect(url_for("goals.index", mentorship_id=mentorship_id), 303)


def _place(goal: Goal) -> dict[str, int]:
    return {"mentorship_id": goal.mentorship_id, "goal_id": goal.id}


def _flash_with_undo(text: str, endpoint: str, **where: Any) -> None:
    flash_undo(text, url_for(endpoint, **where))


@bp.post("/<int:goal_id>/attainment")
def reach(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    commands.reach_goal(pair=pair, goal=goal, now=clock.now())
    _flash_with_undo(_("Reached: “%(title)s”", title=goal.title), "goals.take_up", **_place(goal))
    return redirect(url_for("goals.index", mentorship_id=mentorship_id), 303)


@bp.post("/<int:goal_id>/release")
def let_go(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    commands.let_go_of_goal(pair=pair, goal=goal, now=clock.now())
    _flash_with_undo(_("Let go: “%(title)s”", title=goal.title), "goals.take_up", **_place(goal))
    return redirect(url_for("goals.index", mentorship_id=mentorship_id), 303)


@bp.post("/<int:goal_id>/return")
def take_up(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    commands.take_up_goal(pair=pair, goal=goal, now=clock.now())
    return _to(goal)


# --- steps and comments -----------------------------------------------------------------------------------------------


@bp.post("/<int:goal_id>/steps")
def add_step(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    require_mentee(pair)
    form = StepForm()
    if not form.validate_on_submit():
        return _page(pair, goal, status=422, step_form=form)
    commands.add_step(pair=pair, goal=goal, words=form.words.data, now=clock.now())
    return _to(goal, "steps")


@bp.post("/<int:goal_id>/steps/<int:step_id>/tick")
def tick(mentorship_id: int, goal_id: int, step_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    step = queries.step_or_404(goal, step_id)
    commands.tick_step(pair=pair, goal=goal, step=step, done=request.form.get("done") == "yes", now=clock.now())
    return _to(goal, "steps")


@bp.post("/<int:goal_id>/steps/<int:step_id>/removal")
def remove_step(mentorship_id: int, goal_id: int, step_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    step = queries.step_or_404(goal, step_id)
    commands.remove_step(pair=pair, goal=goal, step=step, removed=True, now=clock.now())
    _flash_with_undo(_("The step is gone."), "goals.bring_step_back", step_id=step_id, **_place(goal))
    return _to(goal, "steps")


@bp.post("/<int:goal_id>/steps/<int:step_id>/return")
def bring_step_back(mentorship_id: int, goal_id: int, step_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    step = queries.step_or_404(goal, step_id)
    commands.remove_step(pair=pair, goal=goal, step=step, removed=False, now=clock.now())
    return _to(goal, "steps")


@bp.post("/<int:goal_id>/comments")
def comment(mentorship_id: int, goal_id: int) -> ResponseReturnValue:
    pair, goal = _found(mentorship_id, goal_id)
    form = CommentForm()
    if not form.validate_on_submit():
        return _page(pair, goal, status=422, comment_form=form)
    commands.comment_on_goal(acting=g.acting, pair=pair, goal=goal, body=form.body.data, now=clock.now())
    return _to(goal, "comments")
