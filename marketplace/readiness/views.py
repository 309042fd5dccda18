"""Pages of a candidate's readiness: for the candidate, and the assessments for their mentor as well."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.events.queries import events_of
from marketplace.mentorships.home import part
from marketplace.programmes.queries import cohort_or_404
from marketplace.programmes.tabs import Tab, register
from marketplace.readiness import commands, faces, jobs, queries
from marketplace.readiness.answers import Commitments
from marketplace.readiness.competencies import COMPETENCIES, ROLES, Competency, readings_of
from marketplace.readiness.forms import AnswerForm, BoardForm, ReadingForm, RoleForm, TimeForm, data_of_board
from marketplace.readiness.models import EVIDENCE_MOST, BoardState, Moment
from marketplace.readiness.queries import File
from marketplace.readiness.words import BOARD_STATES, LEVELS, MOMENTS, SIZES
from marketplace.training.queries import modules_of
from marketplace.vocabulary import INDUSTRIES
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("readiness", __name__)
of_cohort = Blueprint("cohort_readiness", __name__)

__all__ = ["bp", "jobs", "of_cohort"]

register(Tab("readiness", _l("Readiness"), "cohort_readiness.find", 45, shown=queries.is_candidate))
part("readiness")(queries.file_of_pair)


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"readiness_moments": MOMENTS}


@bp.app_template_filter("level")
def level(value: float | None) -> str:
    """3, or 2.5 where it is the middle of two; a dash without one."""
    return "–" if value is None else str(format_decimal(value, "0.#"))


@of_cohort.get("")
def find(cohort_id: int) -> ResponseReturnValue:
    """The candidate's way in from their cohort."""
    file = queries.file_in_cohort_or_404(g.acting, cohort_or_404(g.acting, cohort_id))
    return redirect(url_for("readiness.show", enrolment_id=file.enrolment_id), 302)


def _file(enrolment_id: int) -> File:
    return queries.file_or_404(g.acting, enrolment_id)


def _own_file(enrolment_id: int) -> File:
    return queries.own_file_or_404(g.acting, enrolment_id)


def _moment(slug: str) -> Moment:
    return Moment(slug) if slug in set(Moment) else abort(404)


def _competency(slug: str) -> Competency:
    return COMPETENCIES[slug] if slug in COMPETENCIES else abort(404)


def _locale() -> str:
    return str(get_locale())


def _today() -> Any:
    return clock.now().astimezone(g.acting.zone).date()


def _scene(file: File, page: str) -> dict[str, Any]:
    return {
        "file": file,
        "page": page,
        "locale_name": _locale(),
        "moments": MOMENTS,
        "level_words": LEVELS,
        "competencies": COMPETENCIES,
    }


def _to(endpoint: str, file: File, anchor: str | None = None, **values: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, enrolment_id=file.enrolment_id, _anchor=anchor, **values), 303)


# --- where they stand ---------------------------------------------------------------------------------------------------


def _now_series(file: File, standing: queries.Standing) -> list[faces.Series]:
    """The two of one moment: the candidate's first, whoever looks."""
    told = []
    if standing.own and standing.given:
        told.append((file.mine, _("You"), standing.own.said.levels))
    if standing.others:
        told.append((not file.mine, file.other, standing.others.said.levels))
    told.sort(key=lambda one: not one[0])
    return [faces.series(label, "self" if is_candidate else "mentor", levels) for is_candidate, label, levels in told]


def _over_time(standings: dict[Moment, queries.Standing]) -> list[faces.Series]:
    """The viewer's own, moment by moment, once there are two."""
    given = [one for one in standings.values() if one.given and one.own]
    return [faces.series(MOMENTS[one.moment], one.moment.value, one.own.said.levels) for one in given if one.own]


@bp.get("/<int:enrolment_id>")
def show(enrolment_id: int) -> str:
    file = _file(enrolment_id)
    standings = queries.standings(g.acting, file)
    due = file.due(_today())
    waiting = [one for one in due if not standings[one].given]
    shown = faces.latest_shared(standings) or faces.latest_given(standings)
    over_time = _over_time(standings)
    return render_template(
        "readiness/show.html",
        **_scene(file, "show"),
        standings=standings,
        due=due,
        next=waiting[-1] if waiting and file.open else None,
        shown=shown,
        axes=faces.axes(),
        rings=faces.rings(),
        now_series=_now_series(file, shown) if shown else [],
        over_time=over_time if len(over_time) > 1 else [],
        aim=queries.aim_of(g.acting, file),
        boards=queries.boards_of(g.acting, file) if not file.mine else (),
        board_states=BOARD_STATES,
        sectors=dict(INDUSTRIES.choices(_locale())),
        sizes=SIZES,
    )


# --- one assessment -----------------------------------------------------------------------------------------------------


@bp.get("/<int:enrolment_id>/assessments/<moment>")
def assessment(enrolment_id: int, moment: str) -> str:
    file, which = _file(enrolment_id), _moment(moment)
    standing = queries.standings(g.acting, file)[which]
    if which not in file.due(_today()) and standing.own is None:
        abort(404)
    own = standing.own.said if standing.own else None
    return render_template(
        "readiness/assessment.html",
        **_scene(file, "show"),
        standing=standing,
        moment=which,
        own=own,
        others=standing.others.said if standing.others else None,
        missing=own.missing if own else list(COMPETENCIES),
    )


def _step_page(file: File, moment: Moment, competency: Competency, form: AnswerForm) -> str:
    slugs = list(COMPETENCIES)
    at = slugs.index(competency.slug)
    return render_template(
        "readiness/step.html",
        **_scene(file, ""),
        moment=moment,
        competency=competency,
        number=at + 1,
        before=slugs[at - 1] if at else None,
        last=at + 1 == len(slugs),
        form=form,
        details=form.details(competency, _locale()),
    )


@bp.get("/<int:enrolment_id>/assessments/<moment>/<competency>")
def step(enrolment_id: int, moment: str, competency: str) -> ResponseReturnValue:
    file, which, one = _file(enrolment_id), _moment(moment), _competency(competency)
    standing = queries.standings(g.acting, file)[which]
    if standing.given:
        return _to("readiness.assessment", file, moment=which.value)
    if which not in file.due(_today()) or not file.open:
        abort(404)
    said = standing.own.said if standing.own else None
    level = said.levels.get(one.slug) if said else None
    data = {"level": None if level is None else str(level), "evidence": said.evidence.get(one.slug, "") if said else ""}
    return _step_page(file, which, one, AnswerForm(formdata=None, data=data).offer())


@bp.post("/<int:enrolment_id>/assessments/<moment>/<competency>/answer")
def save_answer(enrolment_id: int, moment: str, competency: str) -> ResponseReturnValue:
    """The autosave (a level may still be missing), and the button that goes on to the next one."""
    file, which, one = _file(enrolment_id), _moment(moment), _competency(competency)
    form, partly = AnswerForm().offer(), request.headers.get("HX-Request") == "true"
    valid = form.validate_on_submit()
    if not valid and not (partly and not form.level.data and len(form.evidence.data or "") <= EVIDENCE_MOST):
        return _step_page(file, which, one, form), 422
    commands.save_answer(
        acting=g.acting,
        file=file,
        moment=which,
        competency=one.slug,
        level=form.chosen if valid else None,
        evidence=form.evidence.data or "",
        today=_today(),
        now=clock.now(),
    )
    if partly:
        return "", 204
    slugs = list(COMPETENCIES)
    following = slugs.index(one.slug) + 1
    if following == len(slugs) or request.form.get("then") == "overview":
        return _to("readiness.assessment", file, moment=which.value)
    return _to("readiness.step", file, moment=which.value, competency=slugs[following])


@bp.post("/<int:enrolment_id>/assessments/<moment>/delivery")
def give(enrolment_id: int, moment: str) -> ResponseReturnValue:
    file, which = _file(enrolment_id), _moment(moment)
    shared = commands.give(acting=g.acting, file=file, moment=which, now=clock.now())
    if shared:
        flash(_("Given. %(name)s has given theirs too, so you both see both now.", name=file.other), "ok")
    elif file.other:
        flash(_("Given. You both see both as soon as %(name)s has given theirs.", name=file.other), "ok")
    else:
        flash(_("Given. Your mentor sees it when they have given theirs."), "ok")
    return _to("readiness.assessment", file, moment=which.value)


# --- the learning path --------------------------------------------------------------------------------------------------


def _path_page(file: File, role_form: RoleForm | None = None, reading_form: ReadingForm | None = None) -> str:
    aim = queries.aim_of(g.acting, file)
    standing_all = queries.standings(g.acting, file)
    standing = faces.latest_shared(standing_all) or faces.latest_given(standing_all)
    levels = faces.present_levels(standing)
    gaps = faces.gaps(levels, aim.role)
    seen = cohort_or_404(g.acting, file.cohort_id)
    path = faces.path(
        gaps, modules_of(g.acting, seen), queries.readings_of(g.acting, file), events_of(g.acting, seen), _locale()
    )
    if role_form is None:
        role_form = RoleForm(formdata=None, data={"role": aim.role.slug if aim.role else ""}).offer(_locale())
    if reading_form is None:
        reading_form = ReadingForm(formdata=None).offer([gap.competency.slug for gap in gaps], _locale())
    picture = [faces.series(_("You"), "self", levels)] if levels else []
    if aim.role:
        picture.append(faces.series(_("The seat"), "aim", aim.role.profile))
    return render_template(
        "readiness/path.html",
        **_scene(file, "path"),
        aim=aim,
        standing=standing,
        gaps=gaps,
        path=path,
        seen=seen,
        role_form=role_form,
        reading_form=reading_form,
        axes=faces.axes(),
        rings=faces.rings(),
        picture=picture,
        came_to=faces.came_to,
    )


@bp.get("/<int:enrolment_id>/path")
def path(enrolment_id: int) -> str:
    return _path_page(_own_file(enrolment_id))


@bp.post("/<int:enrolment_id>/target-role")
def choose_role(enrolment_id: int) -> ResponseReturnValue:
    file, form = _own_file(enrolment_id), RoleForm().offer(_locale())
    if not form.validate_on_submit():
        return _path_page(file, role_form=form), 422
    commands.choose_role(acting=g.acting, file=file, role=form.role.data, now=clock.now())
    return _to("readiness.path", file)


@bp.post("/<int:enrolment_id>/path/ticks")
def tick(enrolment_id: int) -> ResponseReturnValue:
    """One of our readings, by its key."""
    file, key = _own_file(enrolment_id), request.form.get("key", "")
    competency = COMPETENCIES.get(key.partition(".")[0])
    if competency is None or key not in dict(readings_of(competency)):
        abort(404)
    done = request.form.get("done") == "yes"
    commands.tick_reading(acting=g.acting, file=file, key=key, done=done, now=clock.now())
    return _to("readiness.path", file, anchor=competency.slug)


@bp.post("/<int:enrolment_id>/readings")
def add_reading(enrolment_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    form = ReadingForm().offer(list(COMPETENCIES), _locale())
    if not form.validate_on_submit():
        return _path_page(file, reading_form=form), 422
    slug = form.competency.data
    commands.add_reading(acting=g.acting, file=file, competency=slug, title=form.title.data, now=clock.now())
    return _to("readiness.path", file, anchor=slug)


@bp.post("/<int:enrolment_id>/readings/<int:reading_id>/tick")
def tick_own(enrolment_id: int, reading_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    reading = queries.reading_or_404(g.acting, file, reading_id)
    done = request.form.get("done") == "yes"
    commands.tick_own_reading(file=file, reading=reading, done=done, now=clock.now())
    return _to("readiness.path", file, anchor=reading.competency)


@bp.post("/<int:enrolment_id>/readings/<int:reading_id>/removal")
def remove_reading(enrolment_id: int, reading_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    reading = queries.reading_or_404(g.acting, file, reading_id)
    commands.remove_reading(file=file, reading=reading, removed=True, now=clock.now())
    undo = url_for("readiness.return_reading", enrolment_id=enrolment_id, reading_id=reading_id)
    flash_undo(_("Taken off your path: “%(title)s”", title=reading.title), undo)
    return _to("readiness.path", file, anchor=reading.competency)


@bp.post("/<int:enrolment_id>/readings/<int:reading_id>/return")
def return_reading(enrolment_id: int, reading_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    reading = queries.reading_or_404(g.acting, file, reading_id)
    commands.remove_reading(file=file, reading=reading, removed=False, now=clock.now())
    return _to("readiness.path", file, anchor=reading.competency)


# --- target boards ------------------------------------------------------------------------------------------------------


@bp.get("/<int:enrolment_id>/boards")
def boards(enrolment_id: int) -> str:
    file = _own_file(enrolment_id)
    return render_template(
        "readiness/boards.html",
        **_scene(file, "boards"),
        boards=queries.boards_of(g.acting, file),
        aim=queries.aim_of(g.acting, file),
        board_states=BOARD_STATES,
        sectors=dict(INDUSTRIES.choices(_locale())),
        sizes=SIZES,
    )


def _board_page(file: File, form: BoardForm, board: Any = None) -> str:
    return render_template("readiness/board.html", **_scene(file, "boards"), form=form, board=board)


@bp.get("/<int:enrolment_id>/boards/new")
def new_board(enrolment_id: int) -> str:
    form = BoardForm(formdata=None, data={"state": BoardState.idea.value}).offer(_locale())
    return _board_page(_own_file(enrolment_id), form)


@bp.post("/<int:enrolment_id>/boards")
def add_board(enrolment_id: int) -> ResponseReturnValue:
    file, form = _own_file(enrolment_id), BoardForm().offer(_locale())
    if not form.validate_on_submit():
        return _board_page(file, form), 422
    commands.add_board(acting=g.acting, file=file, values=form.values(), now=clock.now())
    return _to("readiness.boards", file)


@bp.get("/<int:enrolment_id>/boards/<int:board_id>/details")
def edit_board(enrolment_id: int, board_id: int) -> str:
    file = _own_file(enrolment_id)
    board = queries.board_or_404(g.acting, file, board_id)
    return _board_page(file, BoardForm(formdata=None, data=data_of_board(board)).offer(_locale()), board)


@bp.post("/<int:enrolment_id>/boards/<int:board_id>/details")
def change_board(enrolment_id: int, board_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    board, form = queries.board_or_404(g.acting, file, board_id), BoardForm().offer(_locale())
    if not form.validate_on_submit():
        return _board_page(file, form, board), 422
    commands.change_board(file=file, board=board, values=form.values(), now=clock.now())
    return _to("readiness.boards", file)


@bp.post("/<int:enrolment_id>/boards/<int:board_id>/removal")
def remove_board(enrolment_id: int, board_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    board = queries.board_or_404(g.acting, file, board_id)
    commands.remove_board(file=file, board=board, removed=True, now=clock.now())
    undo = url_for("readiness.return_board", enrolment_id=enrolment_id, board_id=board_id)
    flash_undo(_("The board is off your list."), undo)
    return _to("readiness.boards", file)


@bp.post("/<int:enrolment_id>/boards/<int:board_id>/return")
def return_board(enrolment_id: int, board_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    board = queries.board_or_404(g.acting, file, board_id)
    commands.remove_board(file=file, board=board, removed=False, now=clock.now())
    return _to("readiness.boards", file)


@bp.post("/<int:enrolment_id>/boards/visibility")
def show_boards(enrolment_id: int) -> ResponseReturnValue:
    file = _own_file(enrolment_id)
    shown = request.form.get("shown") == "yes"
    commands.show_boards(acting=g.acting, file=file, shown=shown, now=clock.now())
    flash(_("Your mentor reads your list now.") if shown else _("Your list is yours alone again."), "ok")
    return _to("readiness.boards", file)


# --- time ---------------------------------------------------------------------------------------------------------------


def _time_page(file: File, form: TimeForm | None = None) -> str:
    plan, aim = queries.plan_of(g.acting, file), queries.aim_of(g.acting, file)
    kept = Commitments.model_validate(plan.commitments) if plan else Commitments()
    available = plan.days_available if plan else None
    if form is None:
        rows = [one.model_dump() for one in kept.rows]
        form = TimeForm(formdata=None, data={"available": available, "rows": rows}).offer(_locale())
    return render_template(
        "readiness/time.html",
        **_scene(file, "time"),
        form=form,
        rows=form.rows.entries[: max(3, form.filled + 2)],
        aim=aim,
        check=faces.time_check(kept, aim.role, available),
        roles=ROLES,
    )


@bp.get("/<int:enrolment_id>/time")
def time(enrolment_id: int) -> str:
    return _time_page(_own_file(enrolment_id))


@bp.post("/<int:enrolment_id>/time")
def check_time(enrolment_id: int) -> ResponseReturnValue:
    file, form = _own_file(enrolment_id), TimeForm().offer(_locale())
    if not form.validate_on_submit():
        return _time_page(file, form), 422
    commands.check_time(
        acting=g.acting, file=file, commitments=form.commitments(), available=form.available.data, now=clock.now()
    )
    return _to("readiness.time", file)
