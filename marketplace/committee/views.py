"""The committee's bench: versions of a match, each with its proof, its pairs, who is left over, and what changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.committee import cascading, commands, jobs, policy, queries
from marketplace.committee.forms import NoteForm, PrioritiesForm
from marketplace.committee.models import MarkKind, MatchRun, RunState
from marketplace.committee.picture import picture_of
from marketplace.committee.priorities import Priorities
from marketplace.committee.sheets import sheet_of
from marketplace.committee.standing import standing_of
from marketplace.committee.words import CRITERIA, RULES, WHY_LEFT
from marketplace.pairing.candidates import Candidate, Candidates, candidates_of, people_of, standings
from marketplace.pairing.queries import opening_of
from marketplace.pairing.rules import REFUSALS
from marketplace.pairing.words import state_words
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from tenants.shared import clock
from tenants.shared.flashes import flash_undo
from tenants.spreadsheets.writing import FORMATS, write_sheet

bp = Blueprint("committee", __name__)

JOBS = (jobs, cascading)
"""Named here so that the worker, which knows the product by its pages, registers them."""

Pair = tuple[int, int]


def _seen_or_404(cohort_id: int) -> CohortSeen:
    seen = cohort_or_404(g.acting, cohort_id)
    return seen if policy.may_match(seen) else abort(404)


@bp.get("/")
def index(cohort_id: int) -> ResponseReturnValue:
    """What counts, and the versions so far."""
    return _index(_seen_or_404(cohort_id))


def _index(seen: CohortSeen, form: PrioritiesForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    runs = queries.runs_of(g.acting, seen.cohort)
    page = render_template(
        "committee/index.html",
        seen=seen,
        runs=runs,
        form=form or PrioritiesForm(formdata=None).fill(_priorities(seen, runs)),
        opening=opening_of(seen.cohort),
    )
    return page, status


def _priorities(seen: CohortSeen, runs: Any) -> Priorities:
    """Those of the latest version that people asked for; at first the sheet's own balance."""
    asked = next((run for run in runs if run.after_no_of is None), None)
    return asked.priorities if asked else Priorities(balance=seen.cohort.modalities.quota.balance)


@bp.post("/versions")
def ask(cohort_id: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    runs = queries.runs_of(g.acting, seen.cohort)
    form = PrioritiesForm()
    if not form.validate_on_submit():
        return _index(seen, form, status=422)
    run = commands.ask_for_match(
        acting=g.acting,
        seen=seen,
        there=candidates_of(g.acting, seen.cohort),
        priorities=form.priorities(_priorities(seen, runs)),
        now=clock.now(),
    )
    return redirect(url_for(".show", cohort_id=cohort_id, number=run.number), 303)


@bp.get("/versions/<int:number>")
def show(cohort_id: int, number: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    run = queries.run_or_404(g.acting, seen.cohort, number)
    if run.state is not RunState.solved:
        return render_template("committee/waiting.html", seen=seen, run=run, names=_names(seen), rules=RULES)
    runs = queries.runs_of(g.acting, seen.cohort)
    names = _names(seen)
    proposals = queries.proposals_of(run)
    before = next((one for one in runs if one.number == run.after_number and one.state is RunState.solved), None)
    changes = run.answer.get("changes", ())
    return render_template(
        "committee/show.html",
        seen=seen,
        run=run,
        runs=runs,
        is_latest=run.number == runs[0].number,
        other=before,
        proposals=proposals,
        leftovers=queries.leftovers_of(run),
        changes=changes,
        changed={(one["mentee"], one["mentor"]) for one in changes},
        names=names,
        marks=queries.marks_of(g.acting, seen.cohort),
        votes=queries.votes_of(run),
        picture=picture_of(proposals, names),
        form=PrioritiesForm(formdata=None).fill(run.priorities),
        stands_at=state_words,
        standing=standing_of(queries.requests_of(run), standings(seen.cohort)) if run.published_at else None,
        root=next((one for one in runs if one.id == run.after_no_of), None),
        followers=[one for one in runs if one.after_no_of == run.id],
        rules=RULES,
        why_left=WHY_LEFT,
        criteria=CRITERIA,
    )


def _names(seen: CohortSeen) -> dict[int, Candidate]:
    return {one.enrolment_id: one for one in people_of(g.acting, seen.cohort)}


def _by_enrolment(there: Candidates) -> dict[int, Candidate]:
    return {one.enrolment_id: one for one in (*there.mentees, *there.mentors)}


# --- one pair -------------------------------------------------------------------------------------------------------


@bp.get("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>")
def pair(cohort_id: int, number: int, mentee: int, mentor: int) -> ResponseReturnValue:
    return _pair_page(_seen_or_404(cohort_id), number, (mentee, mentor))


def _pair_page(
    seen: CohortSeen, number: int, key: Pair, form: NoteForm | None = None, *, status: int = 200
) -> ResponseReturnValue:
    run = queries.run_or_404(g.acting, seen.cohort, number)
    there = candidates_of(g.acting, seen.cohort)
    names = _by_enrolment(there)
    proposal = next((one for one in queries.proposals_of(run) if _key(one) == key), None) or abort(404)
    page = render_template(
        "committee/pair.html",
        seen=seen,
        run=run,
        proposal=proposal,
        mentee=names.get(key[0]),
        mentor=names.get(key[1]),
        names=names,
        marked=queries.marks_of(g.acting, seen.cohort).get(key),
        votes=queries.votes_of(run).get(key, {}),
        notes=queries.notes_on(g.acting, seen.cohort, key),
        others=[one for one in there.with_room() if one.enrolment_id != key[1]],
        form=form or NoteForm(formdata=None),
        criteria=CRITERIA,
    )
    return page, status


@bp.post("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>/votes")
def vote(cohort_id: int, number: int, mentee: int, mentor: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    run = queries.run_or_404(g.acting, seen.cohort, number)
    _in_run_or_404(run, (mentee, mentor))
    said = {"yes": True, "no": False}.get(request.form.get("vote", ""))
    commands.vote(acting=g.acting, run=run, pair=(mentee, mentor), is_yes=said, now=clock.now())
    return _back(cohort_id, number, (mentee, mentor))


@bp.post("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>/notes")
def note(cohort_id: int, number: int, mentee: int, mentor: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    _in_run_or_404(queries.run_or_404(g.acting, seen.cohort, number), (mentee, mentor))
    form = NoteForm()
    if not form.validate_on_submit():
        return _pair_page(seen, number, (mentee, mentor), form, status=422)
    commands.note(acting=g.acting, seen=seen, pair=(mentee, mentor), words=form.words.data or "", now=clock.now())
    return _back(cohort_id, number, (mentee, mentor))


@bp.post("/versions/<int:number>/pairs/<int:mentee>/<int:mentor>/notes/<int:note_id>/removal")
def remove_note(cohort_id: int, number: int, mentee: int, mentor: int, note_id: int) -> ResponseReturnValue:
    if not commands.remove_note(acting=g.acting, seen=_seen_or_404(cohort_id), note_id=note_id):
        abort(404)
    return _back(cohort_id, number, (mentee, mentor))


def _in_run_or_404(run: MatchRun, key: Pair) -> None:
    if key not in queries.pairs_of(run):
        abort(404)


def _key(one: Any) -> Pair:
    return (one.mentee_enrolment_id, one.mentor_enrolment_id)


def _back(cohort_id: int, number: int, key: Pair) -> ResponseReturnValue:
    return redirect(url_for(".pair", cohort_id=cohort_id, number=number, mentee=key[0], mentor=key[1]), 303)


# --- marks ----------------------------------------------------------------------------------------------------------


@bp.post("/versions/<int:number>/marks")
def mark(cohort_id: int, number: int) -> ResponseReturnValue:
    """Pin two, keep them apart, or take a mark back; they need not be a pair of the version."""
    seen = _seen_or_404(cohort_id)
    run = queries.run_or_404(g.acting, seen.cohort, number)
    names = _names(seen)
    key = (request.form.get("mentee", 0, type=int), request.form.get("mentor", 0, type=int))
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
    seen = _seen_or_404(cohort_id)
    if kind not in {"none", *MarkKind}:
        abort(404)
    restored = None if kind == "none" else MarkKind(kind)
    names = _names(seen)
    if mentee not in names or mentor not in names:
        abort(404)
    commands.mark_pair(acting=g.acting, seen=seen, pair=(mentee, mentor), kind=restored, now=clock.now())
    flash(_("As before."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id, number=number), 303)


# --- publishing -----------------------------------------------------------------------------------------------------


@bp.get("/versions/<int:number>/publication")
def ask_publication(cohort_id: int, number: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    run = queries.run_or_404(g.acting, seen.cohort, number)
    pairs, firms = len(queries.pairs_of(run)), seen.cohort.modalities.firms_say_yes
    return render_template("committee/publish.html", seen=seen, run=run, pairs=pairs, firms=firms)


@bp.post("/versions/<int:number>/publication")
def publish(cohort_id: int, number: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
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
    seen = _seen_or_404(cohort_id)
    run = queries.run_or_404(g.acting, seen.cohort, number)
    commands.set_cascade(acting=g.acting, seen=seen, run=run, cascades=False, now=clock.now())
    undo = url_for(".resume_cascade", cohort_id=cohort_id, number=number)
    flash_undo(_("After a no, nobody else is asked by itself."), undo)
    return redirect(url_for(".show", cohort_id=cohort_id, number=number) + "#standing", 303)


@bp.post("/versions/<int:number>/cascade/restoration")
def resume_cascade(cohort_id: int, number: int) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    run = queries.run_or_404(g.acting, seen.cohort, number)
    commands.set_cascade(acting=g.acting, seen=seen, run=run, cascades=True, now=clock.now())
    flash(_("After a no, the next best is asked by itself."), "ok")
    return redirect(url_for(".show", cohort_id=cohort_id, number=number) + "#standing", 303)


# --- a spreadsheet --------------------------------------------------------------------------------------------------


@bp.get("/versions/<int:number>/export.<any(csv, xlsx):kind>")
def export(cohort_id: int, number: int, kind: str) -> ResponseReturnValue:
    seen = _seen_or_404(cohort_id)
    run = queries.run_or_404(g.acting, seen.cohort, number)
    header, rows = sheet_of(queries.proposals_of(run), queries.leftovers_of(run), _names(seen))
    answer = Response(write_sheet(kind, header, rows), mimetype=FORMATS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="match-{run.number}.{kind}"'
    return answer
