"""What each balance between giving and receiving costs, as a curve; a point of it is where the next version may begin."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.committee import commands, lists, queries
from marketplace.committee.benches import bench_or_404, led_bench_or_404, names_of
from marketplace.committee.curve_picture import curve_of
from marketplace.committee.models import RunState
from tenants.shared import clock

bp = Blueprint("match_curve", __name__)


@bp.get("")
def show(cohort_id: int, number: int) -> ResponseReturnValue:
    bench = bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    if run.state is not RunState.solved or bench.sides.pool:
        abort(404)
    found = lists.curve_of(run)
    prices = found.answer.get("prices", ()) if found else ()
    return render_template(
        "committee/curve.html",
        bench=bench,
        seen=bench.seen,
        run=run,
        curve=found,
        picture=curve_of(found.answer["steps"]) if found and found.ready_at else None,
        prices=prices,
        names=names_of(bench, [one["member"] for one in prices if "member" in one]),
    )


@bp.post("")
def ask(cohort_id: int, number: int) -> ResponseReturnValue:
    bench = led_bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    if bench.sides.pool:
        abort(404)
    commands.ask_for_curve(run=run, now=clock.now())
    return redirect(url_for(".show", cohort_id=cohort_id, number=number), 303)
