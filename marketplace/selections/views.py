"""Seats to fill: what they ask for, who fits, and the record. For those who fill seats, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.dossiers.face import LISTS
from marketplace.evaluation.words import thresholds
from marketplace.papers.handing import hand_over
from marketplace.selections import commands, papers, queries
from marketplace.selections.commands import NEXT, SeatWords
from marketplace.selections.criteria import POINTS, Criterion, parts
from marketplace.selections.forms import SeatForm, StepForm, filled_in
from marketplace.selections.models import SeatSpecification, Stage
from marketplace.selections.queries import NEAR, Check, Ranked
from marketplace.selections.words import INDEPENDENT, LIMIT, REASONS, RULES, STAGES, WITHIN
from marketplace.visibility.queries import networks
from tenants.shared import clock
from tenants.spreadsheets.writing import FORMATS, write_sheet

bp = Blueprint("selections", __name__)
PAGE = 12
FURTHEST_FIRST = (Stage.chosen, Stage.introduced, Stage.short, Stage.long, Stage.set_aside)


@bp.before_request
def only_those_who_fill_seats() -> None:
    if g.acting is None or not queries.fills_seats(g.acting):
        abort(404)


@bp.after_request
def keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _locale() -> str:
    return str(get_locale())


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    said: str
    points: int
    must: bool

    @property
    def met(self) -> bool:
        return self.points == POINTS


def reasons(card: Ranked, criteria: list[Criterion]) -> list[Reason]:
    locale = _locale()
    return [
        Reason(one.name(locale), one.said(card.face, locale), points, one.must)
        for one, points in zip(criteria, card.points, strict=True)
    ]


def _words(criteria: list[Criterion]) -> dict[str, Any]:
    return {
        "locale_name": _locale(),
        "lists": LISTS,
        "most": POINTS * len(criteria),
        "points_each": POINTS,
        "stages": STAGES,
        "reason_words": REASONS,
        "independent_words": INDEPENDENT,
        "within_words": WITHIN,
        "limit_words": LIMIT,
        "rules": RULES,
    }


# --- seats --------------------------------------------------------------------------------------------------------------


@bp.get("/")
def index() -> ResponseReturnValue:
    return render_template(
        "selections/index.html", lines=queries.seats(g.acting), networks=networks(g.acting), stages=STAGES
    )


def _form(seat: SeatSpecification | None = None) -> SeatForm:
    data = filled_in(seat, queries.asked(seat)) if seat else None
    form = SeatForm(data=data)
    offered = [(one.network_id, one.name) for one in networks(g.acting)]
    if seat and seat.network_id not in dict(offered):
        offered.append((seat.network_id, ""))
    today = clock.now().astimezone(g.acting.zone).date()
    return form.offer(offered, names_client=g.acting.in_search_firm, locale=_locale(), today=today)


def _said(form: SeatForm) -> SeatWords:
    return SeatWords(
        title=form.title.data or "",
        organisation_name=form.organisation_name.data or "",
        listed=bool(form.listed.data),
        criteria=form.criteria(),
        women=form.women.data,
        men=form.men.data,
        deadline=form.deadline.data,
    )


@bp.get("/new")
def new() -> ResponseReturnValue:
    if not networks(g.acting):
        abort(404)
    return render_template("selections/edit.html", form=_form(), seat=None)


@bp.post("/")
def create() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return render_template("selections/edit.html", form=form, seat=None), 422
    seat_id = commands.describe_seat(acting=g.acting, network_id=form.network.data, said=_said(form), now=clock.now())
    return redirect(url_for(".show", seat_id=seat_id), 303)


@bp.get("/<int:seat_id>/edit")
def edit(seat_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    return render_template("selections/edit.html", form=_form(seat), seat=seat)


@bp.post("/<int:seat_id>/revision")
def revise(seat_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    form = _form(seat)
    if not form.validate_on_submit():
        return render_template("selections/edit.html", form=form, seat=seat), 422
    typed = form.version.data or ""
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    commands.revise_seat(acting=g.acting, seat=seat, said=_said(form), version=version, now=clock.now())
    flash(_("Saved. The list below is made anew."), "ok")
    return redirect(url_for(".show", seat_id=seat_id), 303)


# --- who fits -----------------------------------------------------------------------------------------------------------


def _law(seat: SeatSpecification) -> dict[str, Any] | None:
    """A note beside a listed company's seat. Nothing is ranked or left out by it."""
    if seat.women is None or seat.men is None or not (everybody := seat.women + seat.men):
        return None
    today = clock.now().astimezone(g.acting.zone).date()
    return {
        "share": round(100 * min(seat.women, seat.men) / everybody),
        "thresholds": [one for one in thresholds("boards") if seat.listed],
        "today": today,
    }


def _scene(seat: SeatSpecification, criteria: list[Criterion]) -> dict[str, Any]:
    selection = queries.selection_of(g.acting, seat)
    return {
        "seat": seat,
        "criteria": criteria,
        "names": [one.name(_locale()) for one in criteria],
        "selection": selection,
        "listed": {one.card_id: one for one in queries.entries(g.acting, selection)},
        "may_look": any(one.network_id == seat.network_id for one in networks(g.acting)),
        **_words(criteria),
    }


def _told(
    seat: SeatSpecification, cards: list[Ranked], criteria: list[Criterion]
) -> list[tuple[Ranked, list[Reason], Check | None]]:
    verdicts = queries.checks(g.acting, seat, [one.id for one in cards])
    return [(one, reasons(one, criteria), verdicts.get(one.id)) for one in cards]


@bp.get("/<int:seat_id>")
def show(seat_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    criteria = parts(queries.asked(seat))
    found = queries.found_for(g.acting, seat)
    last = max(0, (len(found.ranked) - 1) // PAGE)
    page = min(max(request.args.get("page", 0, type=int), 0), last)
    needed = [one for one in criteria if one.must]
    return render_template(
        "selections/show.html",
        **_scene(seat, criteria),
        asked=queries.asked(seat),
        found=found,
        near=NEAR,
        removed=[(one.name(_locale()), number) for one, number in zip(needed, found.by_must, strict=True)],
        cards=_told(seat, list(found.ranked[page * PAGE : (page + 1) * PAGE]), criteria),
        page=page,
        last=last,
        page_size=PAGE,
        law=_law(seat),
    )


@bp.get("/<int:seat_id>/near-misses")
def near(seat_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    criteria = parts(queries.asked(seat))
    groups = [
        (one.name(_locale()), _told(seat, cards[:PAGE], criteria)) for one, cards in queries.near_misses(g.acting, seat)
    ]
    return render_template("selections/near.html", **_scene(seat, criteria), groups=groups)


# --- the record ---------------------------------------------------------------------------------------------------------


def _named(stages: Iterable[Stage]) -> list[tuple[Stage, str]]:
    return [(one, str(STAGES[one])) for one in stages]


def _record_page(
    seat: SeatSpecification, wrong: tuple[int, StepForm] | None = None, status: int = 200
) -> ResponseReturnValue:
    criteria = parts(queries.asked(seat))
    scene = _scene(seat, criteria)
    lines = queries.record_of(g.acting, seat, scene["selection"])
    forms = {line.entry.id: StepForm(None).offer(_named(NEXT[line.entry.stage]), line.entry.id) for line in lines}
    if wrong:
        forms[wrong[0]] = wrong[1]
    locale = _locale()
    return render_template(
        "selections/record.html",
        **scene,
        lines=lines,
        forms=forms,
        wrong=wrong[0] if wrong else None,
        told={
            line.entry.id: (papers.named(line), papers.compared(line, criteria, locale), papers.verdicts(line))
            for line in lines
        },
        by_stage=[(stage, [line for line in lines if line.entry.stage is stage]) for stage in FURTHEST_FIRST],
    ), status


@bp.get("/<int:seat_id>/record")
def record(seat_id: int) -> ResponseReturnValue:
    return _record_page(queries.seat_or_404(g.acting, seat_id))


@bp.post("/<int:seat_id>/entries")
def put_down(seat_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    commands.put_down(acting=g.acting, seat=seat, card_id=request.form.get("card", 0, type=int), now=clock.now())
    flash(_("On the long list."), "ok")
    page = request.form.get("page", 0, type=int) or None
    return redirect(url_for(".show", seat_id=seat_id, page=page), 303)


@bp.post("/<int:seat_id>/entries/<int:entry_id>/steps")
def step(seat_id: int, entry_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    entry = queries.entry_or_404(g.acting, queries.selection_of(g.acting, seat), entry_id)
    form = StepForm().offer(_named(STAGES), entry_id)
    if not form.validate_on_submit():
        form.offer(_named(NEXT[entry.stage]), entry_id)
        return _record_page(seat, (entry_id, form), 422)
    stage = Stage(form.stage.data)
    commands.move(
        acting=g.acting,
        seat=seat,
        entry_id=entry_id,
        stage=stage,
        reason=form.reason.data,
        words=form.words.data or "",
        now=clock.now(),
    )
    flash(_("Candidate %(number)d: %(stage)s.", number=entry.number, stage=STAGES[stage]), "ok")
    return redirect(url_for(".record", seat_id=seat_id), 303)


@bp.get("/<int:seat_id>/closure")
def ask_close(seat_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    if queries.selection_of(g.acting, seat) is None:
        abort(404)
    return render_template("selections/close.html", seat=seat)


@bp.post("/<int:seat_id>/closure")
def close(seat_id: int) -> ResponseReturnValue:
    commands.close(acting=g.acting, seat=queries.seat_or_404(g.acting, seat_id), now=clock.now())
    flash(_("The record is closed. It stays as it is."), "ok")
    return redirect(url_for(".record", seat_id=seat_id), 303)


@bp.get("/<int:seat_id>/record.<any(csv, xlsx):kind>")
def sheet(seat_id: int, kind: str) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    criteria, locale = parts(queries.asked(seat)), _locale()
    lines = queries.record_of(g.acting, seat, queries.selection_of(g.acting, seat))
    content = write_sheet(
        kind,
        papers.header(criteria, locale),
        papers.rows(lines, criteria, locale, g.acting.zone),
    )
    response = make_response(content)
    response.headers["Content-Type"] = FORMATS[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="selection-{seat.id}.{kind}"'
    return response


@bp.get("/<int:seat_id>/record.pdf")
def paper(seat_id: int) -> ResponseReturnValue:
    seat = queries.seat_or_404(g.acting, seat_id)
    selection = queries.selection_of(g.acting, seat) or abort(404)
    drawn = papers.record_sheet(
        seat,
        selection,
        queries.record_of(g.acting, seat, selection),
        locale=_locale(),
        zone=g.acting.zone,
        reader_id=g.acting.person_id,
        closed_at=selection.closed_at,
    )
    back = url_for(".record", seat_id=seat_id)
    return hand_over(drawn, name=f"selection-{seat.id}.pdf", title=_("Record of a selection"), back=back)
