"""Pages of figures, for those who look after people, and the page on which somebody says what they are counted as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.evaluation import commands, jobs, queries
from marketplace.evaluation.auditor import MINIMUM_GROUP
from marketplace.evaluation.forms import AnswerForm, MinimumGroupForm
from marketplace.evaluation.models import Gender, ReleasedFigure
from marketplace.evaluation.policy import may_read_figures, may_set_minimum_group
from marketplace.evaluation.queries import Key, Runner, Scope
from marketplace.evaluation.words import CANDIDATE_STAGES, GENDERS, PURPOSE, PURPOSES, SIDES, STAGES, thresholds
from marketplace.programmes.words import cohort_name
from tenants.shared import clock
from tenants.spreadsheets.writing import FORMATS, write_sheet

bp = Blueprint("balance", __name__)
answers = Blueprint("equity", __name__)

__all__ = ["answers", "bp", "jobs"]

PAGES = {"equity": STAGES, "boards": CANDIDATE_STAGES}


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not may_read_figures(g.acting):
        abort(404)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address bar asks for, out of what there is."""

    page: str
    runner: Runner
    runners: list[Runner]
    days: list[date]
    firms: dict[int, str]
    scope: Scope

    @property
    def own(self) -> bool:
        """The figures of one's own people in somebody else's cohorts."""
        return self.runner.id != g.acting.org_id

    def query(self, **changes: Any) -> dict[str, Any]:
        """The address's filters, with some of them changed."""
        scope = self.scope
        filters = {
            "by": self.runner.id,
            "side": scope.side,
            "cohort": scope.cohort_id,
            "firm": 0 if self.own else scope.firm_id,
        }
        return {**filters, "on": scope.on and scope.on.isoformat(), **changes}


def _number(name: str) -> int:
    value = request.args.get(name, "0")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else 0


def _chosen(page: str) -> Chosen | None:
    """None where the viewer's organisation takes part in no cohort. What is not among the choices is as if it were not asked."""
    form = "board" if page == "boards" else ""
    runners = queries.runners(g.acting, form=form)
    if not runners:
        return None
    runner = next((one for one in runners if one.id == _number("by")), runners[0])
    firms = queries.firms_of(g.acting, runner)
    days = list(queries.days(g.acting, runner.id))
    cohort = runner.cohort(_number("cohort"))
    side = request.args.get("side", "") if page == "equity" else "mentee"
    scope = Scope(
        runner.id,
        side if side in SIDES else "mentee",
        next((day for day in days if day.isoformat() == request.args.get("on")), days[0] if days else None),
        cohort.form.value if cohort else form,
        cohort.id if cohort else 0,
        g.acting.org_id if runner.id != g.acting.org_id else _number("firm") if _number("firm") in firms else 0,
    )
    return Chosen(page, runner, runners, days, firms, scope)


def _cohorts(chosen: Chosen) -> list[tuple[int, str]]:
    locale = str(get_locale())
    return [
        (cohort.id, f"{programme.name(locale)}, {cohort_name(cohort)}") for cohort, programme in chosen.runner.cohorts
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table of figures: what it is called, and its figures; None: withheld."""

    label: Any
    figure: ReleasedFigure | None
    detail: Any = None

    @property
    def others(self) -> int | None:
        """Whoever is neither counted as a woman nor, where men are shown, as a man."""
        one = self.figure
        return None if one is None or one.women is None else one.people - one.women - (one.men or 0)

    @property
    def share(self) -> float | None:
        """Women among all of the line, in per cent."""
        one = self.figure
        return None if one is None or one.women is None else 100 * one.women / one.people


def _lines(chosen: Chosen, found: dict[Key, ReleasedFigure]) -> dict[str, list[Line]]:
    scope = chosen.scope
    at = {
        "stages": [
            Line(label, found.get((stage, scope.cohort_id, scope.firm_id)), means)
            for stage, (label, means) in PAGES[chosen.page].items()
        ]
    }
    if not scope.cohort_id:
        at["cohorts"] = [
            Line(name, found.get(("enrolled", number, scope.firm_id))) for number, name in _cohorts(chosen)
        ]
    if not scope.firm_id:
        at["firms"] = [
            Line(name, found.get(("enrolled", scope.cohort_id, number))) for number, name in chosen.firms.items()
        ]
    return at


def _page(page: str, form: MinimumGroupForm | None = None) -> str:
    chosen = _chosen(page)
    own_least = queries.minimum_group(g.acting)
    found = queries.figures(g.acting, chosen.scope) if chosen else {}
    least = max((one.least for one in found.values()), default=MINIMUM_GROUP if chosen and chosen.own else own_least)
    return render_template(
        "evaluation/figures.html",
        page=page,
        chosen=chosen,
        lines=_lines(chosen, found) if chosen else {},
        cohorts=_cohorts(chosen) if chosen else [],
        sides=SIDES,
        thresholds=thresholds(page),
        today=clock.now().date(),
        least=least,
        form=form or MinimumGroupForm(minimum_group=own_least),
        may_set=may_set_minimum_group(g.acting),
        locale_name=str(get_locale()),
        minimum=MINIMUM_GROUP,
    )


@bp.get("/equity")
def equity() -> str:
    return _page("equity")


@bp.get("/boards")
def boards() -> str:
    return _page("boards")


@bp.get("/<any(equity, boards):page>.<any(csv, xlsx):kind>")
def export(page: str, kind: str) -> ResponseReturnValue:
    """The page's figures as a file, under the same filters, and nothing more than the page shows."""
    chosen = _chosen(page)
    if chosen is None:
        abort(404)
    hidden = _("withheld")

    def row(table: str, line: Line) -> list[str]:
        one = line.figure
        shown = (one.people, one.women, one.men, line.others) if one else (None, None, None, None)
        day = one.drawn_on.isoformat() if one else ""
        return [table, str(line.label), *(hidden if value is None else str(value) for value in shown), day]

    names = {"stages": _("Stage"), "cohorts": _("Cohort"), "firms": _("Firm")}
    header = ["", "", _("People"), _("Women"), _("Men"), _("Others, or not said"), _("As of")]
    lines = _lines(chosen, queries.figures(g.acting, chosen.scope))
    content = write_sheet(kind, header, [row(names[table], line) for table, some in lines.items() for line in some])
    response = Response(content, mimetype=FORMATS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{page}-{g.acting.slug}.{kind}"'
    return response


@bp.post("/minimum-group")
def set_minimum_group() -> ResponseReturnValue:
    if not may_set_minimum_group(g.acting):
        abort(404)
    form = MinimumGroupForm()
    if not form.validate_on_submit():
        return _page("equity", form), 422
    commands.set_minimum_group(acting=g.acting, people=form.minimum_group.data or MINIMUM_GROUP, now=clock.now())
    flash(_("Saved. It holds from the next drawing on, at the beginning of the month."), "ok")
    return redirect(url_for("balance.equity"), 303)


# --- one's own answer ---------------------------------------------------------------------------------------------------


@answers.before_request
def only_signed_in() -> None:
    if g.acting is None:
        abort(404)


def _answer_page(form: AnswerForm) -> str:
    kept = queries.own_answer(g.acting)
    locale = str(get_locale())
    return render_template(
        "evaluation/answer.html",
        form=form,
        kept=kept,
        kept_words=GENDERS[kept.gender] if kept else None,
        purpose=PURPOSE.text(locale),
        number=PURPOSE.number,
        earlier=PURPOSES[kept.statement].text(locale) if kept and kept.statement != PURPOSE.number else None,
    )


@answers.get("")
def edit() -> str:
    kept = queries.own_answer(g.acting)
    return _answer_page(AnswerForm(gender=kept.gender.value if kept else None))


@answers.post("/answer")
def save() -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate_on_submit():
        return _answer_page(form), 422
    commands.answer(acting=g.acting, gender=Gender(form.gender.data), now=clock.now())
    flash(_("Kept. You can change or withdraw it here at any time."), "ok")
    return redirect(url_for("equity.edit"), 303)


@answers.post("/withdrawal")
def withdraw() -> ResponseReturnValue:
    commands.withdraw_answer(acting=g.acting)
    flash(_("Your answer is withdrawn, and nothing is kept of it."), "ok")
    return redirect(url_for("equity.edit"), 303)
