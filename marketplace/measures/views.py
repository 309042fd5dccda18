"""The dashboard: what stands where now, what came of it as far as it may be shown, and what each firm gives and receives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.evaluation.auditor import MINIMUM_GROUP
from marketplace.evaluation.queries import Runner, firms_of, runners
from marketplace.measures import commands, jobs, queries, standing
from marketplace.measures.answers import Answers, answers, changes
from marketplace.measures.catalogue import Measure, catalogue
from marketplace.measures.forms import CostForm, DigestForm
from marketplace.measures.models import CohortCost, Every, ReleasedMeasure
from marketplace.measures.policy import may_read_dashboards, may_set_costs
from marketplace.measures.queries import Key, Scope
from marketplace.measures.showing import Shown, course, shown
from marketplace.measures.words import GROUPS, SIDES_OF_FIRM
from marketplace.programmes.words import cohort_name
from marketplace.questionnaires.words import AUDIENCES, MOMENTS
from tenants.shared import clock

bp = Blueprint("dashboard", __name__)

__all__ = ["bp", "jobs"]


@bp.before_request
def only_coordinators() -> None:
    if g.acting is None or not may_read_dashboards(g.acting):
        abort(404)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address bar asks for, out of what there is."""

    runners: list[Runner]
    days: list[date]
    firms: dict[int, str]
    scope: Scope

    @property
    def own(self) -> bool:
        """The viewer's own people in somebody else's cohorts."""
        return self.scope.runner.id != g.acting.org_id

    @property
    def cohorts(self) -> list[tuple[int, str]]:
        locale = str(get_locale())
        return [
            (cohort.id, f"{programme.name(locale)}, {cohort_name(cohort)}")
            for cohort, programme in self.scope.runner.cohorts
        ]

    def query(self, **changes: Any) -> dict[str, Any]:
        """The address's filters, with some of them changed; what is not chosen is left out."""
        scope = self.scope
        first, newest = self.runners[0].id, self.days[0] if self.days else None
        filters = {
            "by": scope.runner.id if scope.runner.id != first else None,
            "cohort": scope.cohort_id or None,
            "firm": scope.firm_id if scope.firm_id and not self.own else None,
            "on": scope.on.isoformat() if scope.on and scope.on != newest else None,
        }
        return filters | changes


def _number(name: str) -> int:
    value = request.args.get(name, "0")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else 0


def _chosen(cohort_id: int | None = None) -> Chosen | None:
    """None where the viewer's organisation takes part in no cohort. What is not among the choices is as if it were not asked."""
    found = runners(g.acting)
    if not found:
        return None
    runner = next((one for one in found if one.id == _number("by")), found[0])
    firms = firms_of(g.acting, runner)
    days = list(queries.days(g.acting, runner))
    firm = g.acting.org_id if runner.id != g.acting.org_id else _number("firm") if _number("firm") in firms else 0
    on = next((day for day in days if day.isoformat() == request.args.get("on")), days[0] if days else None)
    scope = Scope(runner, runner.cohort(_number("cohort") if cohort_id is None else cohort_id), firm, on)
    return Chosen(found, days, firms, scope)


@dataclass(frozen=True, slots=True)
class Answered:
    """A line of what people answered."""

    answers: Answers
    figure: Shown


def _answered(found: Sequence[Answers]) -> list[Answered]:
    return [Answered(one, Shown(one.measure, one.sample, one.measure.interval(one.sample), None)) for one in found]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table of measures; no figure: withheld, or nothing was counted."""

    measure: Measure
    side: str
    figure: Shown | None


def _lines(scope: Scope, found: dict[Key, ReleasedMeasure]) -> dict[str, list[Line]]:
    at: dict[str, list[Line]] = {}
    for measure in (one for one in catalogue().values() if not one.question):
        for side in scope.sides:
            row = found.get((measure.key, side))
            at.setdefault(measure.page, []).append(Line(measure, side, shown(measure, row) if row else None))
    return at


def _costs(cost: CohortCost | None, found: dict[Key, ReleasedMeasure]) -> list[tuple[Any, int, int]]:
    """(of what, in cents, how many of it), from figures that may be shown."""
    if cost is None:
        return []
    pairs, goals = found.get(("places", "")), found.get(("goals", ""))
    per = [
        (_("Per pair"), pairs.units if pairs else 0),
        (_("Per pair that reached a goal"), int(goals.total) if goals else 0),
    ]
    return [(label, round(cost.cents / number), number) for label, number in per if number]


def _page(*, cost_form: CostForm | None = None, cohort_id: int | None = None) -> str:
    viewer, chosen = g.acting, _chosen(cohort_id)
    digest = queries.own_digest(viewer)
    digest_form = DigestForm(formdata=None, data={"every": digest.every.value if digest else "never"})
    if chosen is None:
        return render_template("measures/dashboard.html", chosen=None, digest_form=digest_form)
    scope = chosen.scope
    found = queries.measures(viewer, scope)
    said = answers(viewer, scope, clock.now())
    live = queries.live(viewer, scope)
    cost = queries.cost(viewer, scope)
    typed = {"amount": cost.cents / 100, "currency": cost.currency, "covers": cost.covers} if cost else {}
    return render_template(
        "measures/dashboard.html",
        chosen=chosen,
        live=live,
        ways=standing.ways(live) if live else [],
        begun=standing.begun(live) if live else 0,
        waits=standing.waits(live) if live else [],
        inside=standing.inside(live) if live else 0,
        waiting=standing.waiting(live) if live else 0,
        under_way=standing.pairs_under_way(live) if live else 0,
        lines=_lines(scope, found),
        groups=GROUPS,
        answered=_answered(said),
        changes=changes(said),
        moments=MOMENTS,
        audiences=AUDIENCES,
        sides=SIDES_OF_FIRM,
        least=max((one.least for one in found.values()), default=MINIMUM_GROUP),
        costs=_costs(cost, found),
        cost=cost,
        cost_form=cost_form or CostForm(formdata=None, data=typed),
        may_set_costs=may_set_costs(viewer) and not chosen.own and scope.cohort is not None and not scope.firm_id,
        digest_form=digest_form,
        locale_name=str(get_locale()),
    )


@bp.get("/")
def index() -> str:
    return _page()


@bp.get("/measures/<name>")
def measure(name: str) -> str:
    """One measure: what is counted, of how many, how sure it is, and its course."""
    told = catalogue().get(name) or abort(404)
    chosen = _chosen() or abort(404)
    said = (
        [one for one in answers(g.acting, chosen.scope, clock.now()) if one.measure.key == name]
        if told.question
        else []
    )
    found = {} if told.question else queries.history(g.acting, chosen.scope, name)
    figures = {side: [shown(told, row) for row in rows] for side, rows in found.items()}
    return render_template(
        "measures/measure.html",
        chosen=chosen,
        measure=told,
        answered=_answered(said),
        moments=MOMENTS,
        audiences=AUDIENCES,
        figures=figures,
        courses={side: course(of_side) for side, of_side in figures.items()},
        sides=SIDES_OF_FIRM,
        least=max((row.least for rows in found.values() for row in rows), default=MINIMUM_GROUP),
        locale_name=str(get_locale()),
    )


@dataclass(frozen=True, slots=True)
class Account:
    """What one firm gives (by its mentors) and receives (for its mentees); None: withheld."""

    firm: str
    gives: dict[str, ReleasedMeasure]
    receives: dict[str, ReleasedMeasure]

    def hours(self, side: str) -> float | None:
        row = (self.gives if side == "mentor" else self.receives).get("hours")
        return None if row is None else round(float(row.total) / 60, 1)

    def number(self, side: str, measure: str) -> int | None:
        row = (self.gives if side == "mentor" else self.receives).get(measure)
        return None if row is None else row.units if measure == "places" else int(row.total)


@bp.get("/reciprocity")
def reciprocity() -> str:
    chosen = _chosen()
    if chosen is None:
        return render_template("measures/reciprocity.html", chosen=None)
    found = queries.ledger(g.acting, chosen.scope)
    firms = {g.acting.org_id: g.acting.org_name} if chosen.own else chosen.firms

    def account(firm_id: int, name: str) -> Account:
        by_side = {
            side: {what: row for (firm, of, what), row in found.items() if (firm, of) == (firm_id, side)}
            for side in ("mentor", "mentee")
        }
        return Account(name, by_side["mentor"], by_side["mentee"])

    return render_template(
        "measures/reciprocity.html",
        chosen=chosen,
        accounts=[account(number, name) for number, name in firms.items()],
        own=queries.own_places(g.acting, chosen.scope.runner) if chosen.own else None,
        least=max((row.least for row in found.values()), default=MINIMUM_GROUP),
        days=sorted({row.drawn_on for row in found.values()}),
        locale_name=str(get_locale()),
    )


@bp.post("/cohorts/<int:cohort_id>/cost")
def set_cost(cohort_id: int) -> ResponseReturnValue:
    own = next((one for one in runners(g.acting) if one.id == g.acting.org_id), None)
    cohort = own.cohort(cohort_id) if own else None
    if cohort is None or not may_set_costs(g.acting):
        abort(404)
    form = CostForm()
    if not form.validate_on_submit() or form.amount.data is None:
        return _page(cost_form=form, cohort_id=cohort_id), 422
    commands.set_cost(
        acting=g.acting,
        cohort=cohort,
        cents=int(form.amount.data * 100),
        currency=form.currency.data,
        covers=(form.covers.data or "").strip(),
        now=clock.now(),
    )
    flash(_("Saved."), "ok")
    return redirect(url_for(".index", cohort=cohort_id, _anchor="cost"), 303)


@bp.post("/digest")
def choose_digest() -> ResponseReturnValue:
    form = DigestForm()
    if not form.validate_on_submit():
        return _page(), 422
    every = None if form.every.data == "never" else Every(form.every.data)
    commands.choose_digest(acting=g.acting, every=every, now=clock.now())
    flash(_("Saved.") if every else _("No more letters with the dashboard."), "ok")
    return redirect(url_for(".index"), 303)
