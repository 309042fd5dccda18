"""The committee's bench: versions of a match, each with its proof, its pairs, who is left over, and what changed."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.committee import cascading, commands, curves, jobs, letters, lists, queries
from marketplace.committee.benches import Bench, Named, bench_or_404, led_bench_or_404, names_of
from marketplace.committee.forms import NoteForm, PrioritiesForm
from marketplace.committee.lists import Wanted
from marketplace.committee.match_letters import MOST as LETTERS_IN_FILE
from marketplace.committee.models import MarkKind, MatchRun, RunState
from marketplace.committee.pages import ids_of, next_ones
from marketplace.committee.picture import picture_of
from marketplace.committee.priorities import Priorities
from marketplace.committee.sheets import sheet_of
from marketplace.committee.standing import StandingPage, standing_of
from marketplace.committee.words import LEFT, WHY
from marketplace.pairing.candidates import Candidate, candidates_of, people_of, standings
from marketplace.pairing.queries import opening_of
from marketplace.pairing.rules import REFUSALS
from marketplace.pairing.words import state_words
from marketplace.programmes.queries import CohortSeen
from tenants.shared import clock
from tenants.shared.database import GREATEST_ID
from tenants.shared.flashes import flash_undo
from tenants.spreadsheets.writing import FORMATS, write_sheet

bp = Blueprint("committee", __name__)

JOBS = (jobs, cascading, curves, letters)
"""Named here so that the worker, which knows the product by its pages, registers them."""

Pair = tuple[int, int]

CHANGES = 20
"""Changes that a version's page lists; all of them are the pairs that it calls new."""


@bp.get("/")
def index(cohort_id: int) -> ResponseReturnValue:
    """What counts, and the versions so far."""
    return _index(bench_or_404(g.acting, cohort_id))


def _index(bench: Bench, form: PrioritiesForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    found, more = lists.versions(bench, request.args.get("before", type=int))
    chosen = _priorities(bench)
    balance = request.args.get("balance", type=int)
    if balance is not None and 0 <= balance <= 1000:
        chosen = chosen.model_copy(update={"balance": balance})
    page = render_template(
        "committee/index.html",
        bench=bench,
        seen=bench.seen,
        runs=found,
        more=found[-1].number if more else None,
        form=form or _form(bench, chosen),
        opening=opening_of(bench.cohort),
        chosen=balance,
    )
    return page, status


def _priorities(bench: Bench) -> Priorities:
    """Those of the latest version that people asked for; at first the sheet's own balance."""
    latest = lists.latest_asked_for(bench)
    return latest.priorities if latest else Priorities(balance=bench.cohort.modalities.quota.balance)


def _form(bench: Bench, priorities: Priorities) -> PrioritiesForm:
    return PrioritiesForm(formdata=None).of(bench.cohort.form).fill(priorities)


@bp.post("/versions")
def ask(cohort_id: int) -> ResponseReturnValue:
    bench = led_bench_or_404(g.acting, cohort_id)
    form = PrioritiesForm().of(bench.cohort.form)
    if not form.validate_on_submit():
        return _index(bench, form, status=422)
    run = commands.ask_for_match(
        acting=g.acting,
        seen=bench.seen,
        there=candidates_of(g.acting, bench.cohort),
        priorities=form.priorities(_priorities(bench)),
        now=clock.now(),
    )
    return redirect(url_for(".show", cohort_id=cohort_id, number=run.number), 303)


def _words() -> str:
    return request.args.get("q", "")[:80].replace("\0", "").strip()


def _wanted() -> Wanted:
    only, after = (
        request.args.get("which", ""),
        re.fullmatch(r"([0-9]{1,5})-([0-9]{1,19})", request.args.get("after", "")),
    )
    return Wanted(
        words=_words(),
        only=only if only in {"changed", "pinned"} else "",
        weakest=request.args.get("order") == "weakest",
        after=(int(after[1]), min(int(after[2]), GREATEST_ID)) if after else None,
    )


@bp.get("/versions/<int:number>")
def show(cohort_id: int, number: int) -> ResponseReturnValue:
    bench = bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    if run.state is not RunState.solved:
        faults = run.answer.get("faults", ())
        names = names_of(bench, [who for one in faults for who in (*one["mentees"], *one["mentors"])])
        return render_template("committee/waiting.html", bench=bench, seen=bench.seen, run=run, names=names)
    wanted = _wanted()
    pairs, more = lists.pair_rows(bench, run, wanted)
    is_latest, before = lists.latest_and_before(bench, run)
    left, changes = lists.left_of(run), run.answer.get("changes", ())
    named = [who for one in changes[:CHANGES] for who in (one["mentee"], one["before"], one["mentor"]) if who]
    names = names_of(bench, [*named, *(who for ones in left.values() for one in ones for who in ids_of(one))])
    return render_template(
        "committee/show.html",
        bench=bench,
        seen=bench.seen,
        run=run,
        is_latest=is_latest,
        other=before,
        pairs=pairs,
        more=f"{pairs[-1].points}-{pairs[-1].mentee_enrolment_id}" if more else None,
        wanted=wanted,
        left=left,
        few=lists.LEFT,
        changes=changes,
        listed=CHANGES,
        changed={(one["mentee"], one["mentor"]) for one in changes},
        names=names,
        picture=picture_of(pairs, _by_enrolment(pairs)) if wanted.is_plain and not more else None,
        form=_form(bench, run.priorities),
        stands_at=state_words,
        standing=_standing(bench, run),
        root=lists.root_of(run),
        followers=lists.followers_of(run),
        why=WHY,
        titles=LEFT,
        letters_in_file=LETTERS_IN_FILE,
    )


def _by_enrolment(pairs: list[lists.PairRow]) -> dict[int, Named]:
    found = {}
    for one in pairs:
        if one.mentee_name:
            found[one.mentee_enrolment_id] = Named(one.mentee_enrolment_id, 0, one.mentee_name, one.mentee_firm or "")
        if one.mentor_name:
            found[one.mentor_enrolment_id] = Named(one.mentor_enrolment_id, 0, one.mentor_name, one.mentor_firm or "")
    return found


@bp.get("/versions/<int:number>/left-over/<any(mentee, mentor, peer):side>")
def left_over(cohort_id: int, number: int, side: str) -> str:
    """Everybody of a side who has nobody, or those of them who are searched for, a page at a time."""
    bench = bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    words = _words()
    ones, more = lists.left_page(bench, run, side, words, request.args.get("after", type=int))
    return render_template(
        "committee/left_over.html",
        bench=bench,
        seen=bench.seen,
        run=run,
        side=side,
        words=words,
        ones=ones,
        more=ones[-1].enrolment_id if more else None,
        names=names_of(bench, [who for one in ones for who in ids_of(one)]),
        title=LEFT[side],
        why=WHY,
    )


def _names(seen: CohortSeen) -> dict[int, Candidate]:
    return {one.enrolment_id: one for one in people_of(g.acting, seen.cohort)}


def _standing(bench: Bench, run: MatchRun) -> StandingPage | None:
    """Where the pairs of a published version stand, for those who lead."""
    if run.published_at is None or not bench.leads:
        return None
    page = request.args.get("standing", 1, type=int)
    return standing_of(queries.requests_of(run), standings(bench.cohort), page)


# --- one pair -------------------------------------------------------------------------------------------------------


@bp.get("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>")
def pair(cohort_id: int, number: int, mentee: int, mentor: int) -> ResponseReturnValue:
    return _pair_page(bench_or_404(g.acting, cohort_id), number, (mentee, mentor))


def _pair_page(
    bench: Bench, number: int, key: Pair, form: NoteForm | None = None, *, status: int = 200
) -> ResponseReturnValue:
    run = queries.run_or_404(bench, bench.cohort, number)
    proposal = lists.proposal_or_404(run, key)
    names = names_of(bench, [*key, *next_ones(proposal)])
    with_room = candidates_of(g.acting, bench.cohort).with_room() if bench.leads else ()
    page = render_template(
        "committee/pair.html",
        bench=bench,
        seen=bench.seen,
        run=run,
        proposal=proposal,
        mentee=names.get(key[0]),
        mentor=names.get(key[1]),
        names=names,
        marked=queries.marks_of(bench, bench.cohort).get(key),
        votes=queries.votes_on(run, key),
        notes=queries.notes_on(bench, bench.cohort, key),
        others=[one for one in with_room if one.enrolment_id not in key],
        form=form or NoteForm(formdata=None),
    )
    return page, status


@bp.post("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>/votes")
def vote(cohort_id: int, number: int, mentee: int, mentor: int) -> ResponseReturnValue:
    bench = bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    _in_run_or_404(run, (mentee, mentor))
    said = {"yes": True, "no": False}.get(request.form.get("vote", ""))
    commands.vote(acting=g.acting, run=run, pair=(mentee, mentor), is_yes=said, now=clock.now())
    return _back(cohort_id, number, (mentee, mentor))


@bp.post("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>/notes")
def note(cohort_id: int, number: int, mentee: int, mentor: int) -> ResponseReturnValue:
    bench = bench_or_404(g.acting, cohort_id)
    _in_run_or_404(queries.run_or_404(bench, bench.cohort, number), (mentee, mentor))
    form = NoteForm()
    if not form.validate_on_submit():
        return _pair_page(bench, number, (mentee, mentor), form, status=422)
    commands.note(acting=g.acting, bench=bench, pair=(mentee, mentor), words=form.words.data or "", now=clock.now())
    return _back(cohort_id, number, (mentee, mentor))


@bp.post("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>/notes/<int:note_id>/removal")
def remove_note(cohort_id: int, number: int, mentee: int, mentor: int, note_id: int) -> ResponseReturnValue:
    if not commands.remove_note(acting=g.acting, bench=bench_or_404(g.acting, cohort_id), note_id=note_id):
        abort(404)
    return _back(cohort_id, number, (mentee, mentor))


def _in_run_or_404(run: MatchRun, key: Pair) -> None:
    lists.proposal_or_404(run, key)


def _back(cohort_id: int, number: int, key: Pair) -> ResponseReturnValue:
    return redirect(url_for(".pair", cohort_id=cohort_id, number=number, mentee=key[0], mentor=key[1]), 303)


# --- marks ----------------------------------------------------------------------------------------------------------


@bp.post("/versions/<int:number>/marks")
def mark(cohort_id: int, number: int) -> ResponseReturnValue:
    """Pin two, keep them apart, or take a mark back; they need not be a pair of the version."""
    bench = led_bench_or_404(g.acting, cohort_id)
    seen = bench.seen
    run = queries.run_or_404(bench, seen.cohort, number)
    key = bench.sides.pair(request.form.get("mentee", 0, type=int), request.form.get("mentor", 0, type=int))
    if key[0] == key[1]:
        abort(404)
    names = names_of(bench, key)
    mentee, mentor = (names.get(one) or abort(404) for one in key)
    wanted, before = request.form.get("kind", ""), queries.marks_of(g.acting, seen.cohort).get(key)
    kind = MarkKind(wanted) if wanted in set(MarkKind) else None
    commands.mark_pair(acting=g.acting, seen=seen, pair=key, kind=kind, now=clock.now())
    undo = url_for(
        ".undo_mark",
        cohort_id=cohort_id,
        number=run.number,
        mentee=key[0],
        mentor=key[1],
        kind=before.value if before else "none",
    )
    said = {
        MarkKind.pin: _("%(mentee)s and %(mentor)s stay together from the next version on."),
        MarkKind.forbid: _("%(mentee)s and %(mentor)s are kept apart from the next version on."),
        None: _("%(mentee)s and %(mentor)s: the mark is gone."),
    }[kind]
    flash_undo(said % {"mentee": mentee.name, "mentor": mentor.name}, undo)
    return redirect(url_for(".show", cohort_id=cohort_id, number=number), 303)


@bp.post("/versions/<int:number>/marks/<int:mentee>/<int:mentor>/<kind>/restoration")
def undo_mark(cohort_id: int, number: int, mentee: int, mentor: int, kind: str) -> ResponseReturnValue:
    bench = led_bench_or_404(g.acting, cohort_id)
    if kind not in {"none", *MarkKind}:
        abort(404)
    restored = None if kind == "none" else MarkKind(kind)
    if len(names_of(bench, (mentee, mentor))) < 2:
        abort(404)
    commands.mark_pair(acting=g.acting, seen=bench.seen, pair=(mentee, mentor), kind=restored, now=clock.now())
    flash(_("As before."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id, number=number), 303)


# --- publishing -----------------------------------------------------------------------------------------------------


@bp.get("/versions/<int:number>/publication")
def ask_publication(cohort_id: int, number: int) -> ResponseReturnValue:
    bench = led_bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    pairs, firms = len(queries.pairs_of(run)), bench.cohort.modalities.firms_say_yes
    return render_template("committee/publish.html", bench=bench, seen=bench.seen, run=run, pairs=pairs, firms=firms)


@bp.post("/versions/<int:number>/publication")
def publish(cohort_id: int, number: int) -> ResponseReturnValue:
    seen = led_bench_or_404(g.acting, cohort_id).seen
    run = queries.run_or_404(g.acting, seen.cohort, number)
    there = candidates_of(g.acting, seen.cohort)
    cascades = request.form.get("cascades") == "y"
    done = commands.publish(acting=g.acting, seen=seen, run=run, there=there, cascades=cascades, now=clock.now())
    flash(ngettext("%(num)d pair is asked now.", "%(num)d pairs are asked now.", done.sent), "ok")
    for mentee, mentor, rule in done.not_sent:
        flash(str(REFUSALS[rule]) % {"mentee": mentee.name, "mentor": mentor.name}, "wrong")
    return redirect(url_for(".show", cohort_id=cohort_id, number=number) + "#standing", 303)


@bp.post("/versions/<int:number>/cascade/end")
def stop_cascade(cohort_id: int, number: int) -> ResponseReturnValue:
    """From now on a no is the committee's to follow."""
    seen = led_bench_or_404(g.acting, cohort_id).seen
    run = queries.run_or_404(g.acting, seen.cohort, number)
    commands.set_cascade(acting=g.acting, seen=seen, run=run, cascades=False, now=clock.now())
    undo = url_for(".resume_cascade", cohort_id=cohort_id, number=number)
    flash_undo(_("After a no, nobody else is asked by itself."), undo)
    return redirect(url_for(".show", cohort_id=cohort_id, number=number) + "#standing", 303)


@bp.post("/versions/<int:number>/cascade/restoration")
def resume_cascade(cohort_id: int, number: int) -> ResponseReturnValue:
    seen = led_bench_or_404(g.acting, cohort_id).seen
    run = queries.run_or_404(g.acting, seen.cohort, number)
    commands.set_cascade(acting=g.acting, seen=seen, run=run, cascades=True, now=clock.now())
    flash(_("After a no, the next best is asked by itself."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id, number=number) + "#standing", 303)


# --- a spreadsheet --------------------------------------------------------------------------------------------------


@bp.get("/versions/<int:number>/export.<any(csv, xlsx):kind>")
def export(cohort_id: int, number: int, kind: str) -> ResponseReturnValue:
    bench = led_bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    criteria = run.priorities.weights(bench.cohort.form)
    rows_of = (queries.proposals_of(run), queries.leftovers_of(run), _names(bench.seen))
    header, rows = sheet_of(*rows_of, bench.sides, criteria)
    answer = Response(write_sheet(kind, header, rows), mimetype=FORMATS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="match-{run.number}.{kind}"'
    return answer
