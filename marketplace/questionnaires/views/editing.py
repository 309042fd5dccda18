"""Writing one's own questionnaire: its list of questions, one question, the preview, and publishing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.programmes.queries import CohortSeen, run_cohort_or_404
from marketplace.questionnaires import commands, editing, queries
from marketplace.questionnaires.commands.designs import Whom
from marketplace.questionnaires.designs import Design
from marketplace.questionnaires.forms import NEW_PART, PartForm, QuestionForm, data_of
from marketplace.questionnaires.models import QuestionnaireDraft
from marketplace.questionnaires.views.blueprints import audience_or_404, language, moment_or_404, of_cohort
from marketplace.questionnaires.words import AUDIENCES, KINDS, MOMENTS
from tenants.shared import clock
from tenants.shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Desk:
    """A questionnaire of a programme on the desk of somebody who may write it."""

    seen: CohortSeen
    whom: Whom
    draft: QuestionnaireDraft | None
    design: Design
    asked: Design

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0

    @property
    def changed(self) -> bool:
        """Whether it says something else than what is asked now."""
        return self.design != self.asked

    def at(self, endpoint: str, **more: Any) -> str:
        moment, audience = self.whom
        where: dict[str, Any] = {"cohort_id": self.seen.cohort.id, "moment": moment.value, "audience": audience.value}
        return url_for(f"cohort_questionnaires.{endpoint}", **(where | more))


def _desk(cohort_id: int, moment: str, audience: str) -> Desk:
    seen = run_cohort_or_404(g.acting, cohort_id)
    whom = (moment_or_404(moment), audience_or_404(audience))
    draft, asked = queries.draft_of(seen, *whom), queries.design_for(seen, *whom)
    return Desk(seen, whom, draft, Design.model_validate(draft.content) if draft else asked, asked)


def _page(template: str, desk: Desk, **more: Any) -> str:
    return render_template(
        f"questionnaires/{template}.html",
        desk=desk,
        seen=desk.seen,
        moment=MOMENTS[desk.whom[0]],
        audience=AUDIENCES[desk.whom[1]],
        kinds=KINDS,
        lang=language(),
        **more,
    )


def _edit(desk: Desk, change: Any, was: int | None = None) -> None:
    commands.edit_draft(acting=g.acting, seen=desk.seen, whom=desk.whom, change=change, now=clock.now(), was=was)


@of_cohort.get("/<moment>/<audience>")
def edit(cohort_id: int, moment: str, audience: str) -> str:
    desk = _desk(cohort_id, moment, audience)
    return _page("edit", desk, missing=queries.missing_words(desk.design))


@of_cohort.get("/<moment>/<audience>/preview")
def preview(cohort_id: int, moment: str, audience: str) -> str:
    """What those who are asked will read, in either language (``?in=fr``), as it is being written."""
    desk = _desk(cohort_id, moment, audience)
    return show_design(desk.seen, desk.design, url_for("cohort_questionnaires.edit", **(request.view_args or {})))


@of_cohort.get("/rounds/<int:round_id>/questions")
def asked_in(cohort_id: int, round_id: int) -> str:
    """What a round asks, word for word."""
    seen = run_cohort_or_404(g.acting, cohort_id)
    design = queries.design_of(queries.round_run_or_404(seen, round_id).round)
    return show_design(seen, design, url_for("cohort_questionnaires.index", cohort_id=cohort_id))


def show_design(seen: CohortSeen, design: Design, back: str) -> str:
    lang = "fr" if request.args.get("in", language()) == "fr" else "en"
    where: dict[str, Any] = (request.view_args or {}) | {"in": "en" if lang == "fr" else "fr"}
    with force_locale(lang):
        return render_template(
            "questionnaires/preview.html",
            seen=seen,
            design=design,
            lang=lang,
            back=back,
            other=url_for(request.endpoint or "", **where),
        )


# --- questions --------------------------------------------------------------------------------------------------------


@of_cohort.get("/<moment>/<audience>/questions/new/<kind>")
def new_question(cohort_id: int, moment: str, audience: str, kind: str) -> str:
    desk = _desk(cohort_id, moment, audience)
    if kind not in KINDS:
        abort(404)
    last = str(len(desk.design.sections) - 1)
    form = QuestionForm(formdata=None, data={"version": desk.version, "part": last, "steps": 5})
    return _page("question", desk, form=form.offer(desk.design, kind, None, language()), kind=kind, key=None)


@of_cohort.post("/<moment>/<audience>/questions/new/<kind>/addition")
def add_question(cohort_id: int, moment: str, audience: str, kind: str) -> ResponseReturnValue:
    desk = _desk(cohort_id, moment, audience)
    if kind not in KINDS:
        abort(404)
    form = QuestionForm().offer(desk.design, kind, None, language())
    if not form.validate_on_submit():
        return _page("question", desk, form=form, kind=kind, key=None), 422
    question = form.question(editing.new_key())
    part = None if form.part.data == NEW_PART else int(form.part.data)
    title = form.pair("title")
    try:
        _edit(desk, lambda design: editing.add_question(design, question, part, title))
    except Refused as refused:
        return _refused(desk, form, kind, None, refused)
    flash(_("The question is in the draft."), "ok")
    return redirect(desk.at("edit"), 303)


def _refused(desk: Desk, form: QuestionForm, kind: str, key: str | None, refused: Refused) -> ResponseReturnValue:
    """What was typed stays on the page, with why it was not kept."""
    again = _desk(desk.seen.cohort.id, desk.whom[0].value, desk.whom[1].value)
    form.version.data = str(again.version)
    form.version.raw_data = None
    form.form_errors.append(str(refused))
    return _page("question", again, form=form, kind=kind, key=key), 409


@of_cohort.get("/<moment>/<audience>/questions/<key>")
def question(cohort_id: int, moment: str, audience: str, key: str) -> str:
    desk = _desk(cohort_id, moment, audience)
    one, found = editing.question_of(desk.design, key), editing.position(desk.design, key)
    if one is None or found is None:
        abort(404)
    form = QuestionForm(formdata=None, data=data_of(one) | {"version": desk.version})
    return _page("question", desk, form=form.offer(desk.design, one.kind, found[0], language()), kind=one.kind, key=key)


@of_cohort.post("/<moment>/<audience>/questions/<key>/words")
def change_question(cohort_id: int, moment: str, audience: str, key: str) -> ResponseReturnValue:
    desk = _desk(cohort_id, moment, audience)
    one, found = editing.question_of(desk.design, key), editing.position(desk.design, key)
    if one is None or found is None:
        abort(404)
    form = QuestionForm().offer(desk.design, one.kind, found[0], language())
    if not form.validate_on_submit():
        return _page("question", desk, form=form, kind=one.kind, key=key), 422
    changed, was = form.question(key), form.version.data or ""
    try:
        _edit(desk, lambda design: editing.change_question(design, changed), int(was) if was.isdecimal() else -1)
    except Refused as refused:
        return _refused(desk, form, one.kind, key, refused)
    flash(_("Saved in the draft."), "ok")
    return redirect(desk.at("edit"), 303)


@of_cohort.post("/<moment>/<audience>/questions/<key>/place")
def move_question(cohort_id: int, moment: str, audience: str, key: str) -> ResponseReturnValue:
    desk, up = _desk(cohort_id, moment, audience), request.form.get("to") == "up"
    _edit(desk, lambda design: editing.move_question(design, key, up=up))
    return redirect(desk.at("edit", _anchor=key), 303)


@of_cohort.get("/<moment>/<audience>/questions/<key>/removal")
def ask_removal(cohort_id: int, moment: str, audience: str, key: str) -> str:
    desk = _desk(cohort_id, moment, audience)
    one = editing.question_of(desk.design, key) or abort(404)
    return _page("removal", desk, one=one)


@of_cohort.post("/<moment>/<audience>/questions/<key>/removal")
def remove_question(cohort_id: int, moment: str, audience: str, key: str) -> ResponseReturnValue:
    desk = _desk(cohort_id, moment, audience)
    _edit(desk, lambda design: editing.remove_question(design, key))
    flash(_("The question is out of the draft."), "ok")
    return redirect(desk.at("edit"), 303)


# --- parts ------------------------------------------------------------------------------------------------------------


@of_cohort.get("/<moment>/<audience>/parts/<int:part>")
def part(cohort_id: int, moment: str, audience: str, part: int) -> str:
    desk = _desk(cohort_id, moment, audience)
    if part >= len(desk.design.sections):
        abort(404)
    title = desk.design.sections[part].title
    form = PartForm(formdata=None, data={"title_en": title.en, "title_fr": title.fr})
    return _page("part", desk, form=form, part=part)


@of_cohort.post("/<moment>/<audience>/parts/<int:part>/title")
def retitle_part(cohort_id: int, moment: str, audience: str, part: int) -> ResponseReturnValue:
    desk, form = _desk(cohort_id, moment, audience), PartForm()
    if part >= len(desk.design.sections):
        abort(404)
    if not form.validate_on_submit():
        return _page("part", desk, form=form, part=part), 422
    _edit(desk, lambda design: editing.retitle_part(design, part, form.title()))
    flash(_("Saved in the draft."), "ok")
    return redirect(desk.at("edit"), 303)


@of_cohort.post("/<moment>/<audience>/parts/<int:part>/place")
def move_part(cohort_id: int, moment: str, audience: str, part: int) -> ResponseReturnValue:
    desk, up = _desk(cohort_id, moment, audience), request.form.get("to") == "up"
    _edit(desk, lambda design: editing.move_part(design, part, up=up))
    return redirect(desk.at("edit"), 303)


# --- versions ---------------------------------------------------------------------------------------------------------


@of_cohort.post("/<moment>/<audience>/versions")
def publish(cohort_id: int, moment: str, audience: str) -> ResponseReturnValue:
    desk = _desk(cohort_id, moment, audience)
    was = request.form.get("version", -1, type=int)
    version = commands.publish_draft(acting=g.acting, seen=desk.seen, whom=desk.whom, was=was, now=clock.now())
    flash(_("Version %(number)d is published. Rounds that open from now on ask it.", number=version.number), "ok")
    return redirect(desk.at("edit"), 303)


@of_cohort.get("/<moment>/<audience>/return-to-ours")
def ask_return(cohort_id: int, moment: str, audience: str) -> str:
    return _page("return", _desk(cohort_id, moment, audience))


@of_cohort.post("/<moment>/<audience>/return-to-ours")
def discard(cohort_id: int, moment: str, audience: str) -> ResponseReturnValue:
    desk = _desk(cohort_id, moment, audience)
    commands.discard_draft(acting=g.acting, seen=desk.seen, whom=desk.whom, now=clock.now())
    flash(_("Ours is asked again. Versions that were asked stay with their answers."), "ok")
    return redirect(desk.at("edit"), 303)
