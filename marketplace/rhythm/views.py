"""Pages of a pair's rhythm: check-ins and the review, a later end, a pause."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair, mentorship_or_404
from marketplace.pages import calendar_day
from marketplace.requests.faces import face
from marketplace.rhythm import commands, jobs, queries
from marketplace.rhythm.forms import CheckInForm, ExtensionAnswerForm, ExtensionForm, PauseForm, ReviewForm
from marketplace.rhythm.models import Occasion, PauseReason
from marketplace.rhythm.queries import Round
from marketplace.rhythm.words import HOW, QUESTIONS, REASONS
from tenants.shared import clock

bp = Blueprint("rhythm", __name__)

__all__ = ["bp", "jobs", "scene"]


@bp.app_template_filter("as_day")
def as_day(iso: str) -> str:
    """A day that came out of the database as text (ISO 8601), as the reader's calendar shows it."""
    return calendar_day(date.fromisoformat(iso))


@bp.app_template_filter("how_it_goes")
def how_it_goes(how: int) -> str:
    return str(HOW[str(how)])


def scene(pair: Pair, slug: str | None) -> dict[str, Any]:
    """What the head of each of these pages shows."""
    seen = pair.seen
    me = seen.mentee if seen.viewer_is_mentee else seen.mentor
    return {
        "mentorship": pair.mentorship,
        "seen": seen,
        "left": face(me, slug),
        "right": face(seen.other, slug),
        "other": seen.other.first_name,
        "arc": "open" if pair.mentorship.state is MentorshipState.paused else "confirmed",
        "how": HOW,
        "questions": QUESTIONS,
        "reasons": REASONS,
    }


def _pair(mentorship_id: int) -> Pair:
    return mentorship_or_404(g.acting, mentorship_id)


def _home(mentorship_id: int) -> ResponseReturnValue:
    return redirect(url_for("mentorships.show", mentorship_id=mentorship_id), 303)


# --- check-ins ------------------------------------------------------------------------------------------------------


def answer_form(asked: Round, other: str, *, empty: bool = False) -> CheckInForm | ReviewForm:
    """The questions of this check-in; with one's own answer so far unless a form was sent (``empty``: as it was sent)."""
    mine = asked.mine
    kept: dict[str, Any] = {}
    if mine:
        kept = dict(mine.said) | {"how": str(mine.how or ""), "shared": "yes" if mine.shared else "no"}
    options: dict[str, Any] = {} if empty else {"formdata": None, "data": kept}
    if asked.check_in.occasion is Occasion.review:
        return ReviewForm(**options)
    return CheckInForm(**options).offer(other)


@bp.get("/check-ins")
def check_ins(mentorship_id: int) -> str:
    pair, now = _pair(mentorship_id), clock.now()
    return render_template(
        "rhythm/index.html",
        rounds=queries.check_ins(g.acting, pair, now),
        pulse=queries.pulse(g.acting, pair),
        **scene(pair, g.acting.slug),
    )


def _check_in_page(pair: Pair, asked: Round, form: CheckInForm | ReviewForm) -> str:
    return render_template("rhythm/show.html", asked=asked, form=form, **scene(pair, g.acting.slug))


@bp.get("/check-ins/<int:check_in_id>")
def check_in(mentorship_id: int, check_in_id: int) -> str:
    pair = _pair(mentorship_id)
    asked = queries.check_in_or_404(g.acting, pair, check_in_id, clock.now())
    return _check_in_page(pair, asked, answer_form(asked, pair.seen.other.first_name))


@bp.post("/check-ins/<int:check_in_id>/answer")
def answer_check_in(mentorship_id: int, check_in_id: int) -> ResponseReturnValue:
    pair, now = _pair(mentorship_id), clock.now()
    asked = queries.check_in_or_404(g.acting, pair, check_in_id, now)
    form = answer_form(asked, pair.seen.other.first_name, empty=True)
    if not form.validate_on_submit():
        return _check_in_page(pair, asked, form), 422
    commands.answer_check_in(party=g.acting, pair=pair, asked=asked, now=now, **form.answer())
    flash(_("Your answer is kept."), "ok")
    return redirect(url_for(".check_ins", mentorship_id=mentorship_id), 303)


# --- a later end ----------------------------------------------------------------------------------------------------


def extension_form(pair: Pair, **options: Any) -> ExtensionForm:
    today = clock.now().astimezone(g.acting.zone).date()
    return ExtensionForm(after=max(pair.mentorship.ends_on or today, today), today=today, **options)


def _extension_page(pair: Pair, form: Any = None, answer: Any = None) -> str:
    proposed = queries.open_extension(g.acting, pair, clock.now())
    return render_template(
        "rhythm/extension.html",
        proposed=proposed,
        mine=proposed is not None and proposed.proposed_by_id == g.acting.person_id,
        form=form or extension_form(pair, formdata=None),
        answer=answer or ExtensionAnswerForm(formdata=None).offer(),
        ended=pair.mentorship.state is MentorshipState.ended,
        answer_url=url_for(".answer_extension", mentorship_id=pair.mentorship.id),
        **scene(pair, g.acting.slug),
    )


@bp.get("/extension")
def extension(mentorship_id: int) -> str:
    return _extension_page(_pair(mentorship_id))


@bp.post("/extension")
def propose_extension(mentorship_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    form = extension_form(pair)
    if not form.validate_on_submit():
        return _extension_page(pair, form), 422
    day: date = form.ends_on.data
    commands.propose_extension(party=g.acting, pair=pair, ends_on=day, now=clock.now())
    flash(_("%(name)s is asked, and can answer from the letter.", name=pair.seen.other.first_name), "ok")
    return redirect(url_for(".extension", mentorship_id=mentorship_id), 303)


@bp.post("/extension/answer")
def answer_extension(mentorship_id: int) -> ResponseReturnValue:
    pair, now = _pair(mentorship_id), clock.now()
    form = ExtensionAnswerForm().offer()
    if not form.validate_on_submit():
        return _extension_page(pair, answer=form), 422
    proposed = queries.open_extension(g.acting, pair, now)
    commands.answer_extension(party=g.acting, pair=pair, proposed=proposed, agreed=form.answer.data == "yes", now=now)
    flash(_("Your answer is kept. You both get a letter."), "ok")
    return _home(mentorship_id)


@bp.post("/extension/withdrawal")
def withdraw_extension(mentorship_id: int) -> ResponseReturnValue:
    pair, now = _pair(mentorship_id), clock.now()
    commands.withdraw_extension(party=g.acting, proposed=queries.open_extension(g.acting, pair, now), now=now)
    flash(_("Taken back. It ends as planned so far."), "ok")
    return redirect(url_for(".extension", mentorship_id=mentorship_id), 303)


# --- a pause --------------------------------------------------------------------------------------------------------


def _pause_page(pair: Pair, form: PauseForm | None = None) -> str:
    today = clock.today()
    planned = queries.present_pause(g.acting, pair)
    return render_template(
        "rhythm/pause.html",
        form=form or PauseForm(today=today, formdata=None, data={"begins_on": today}),
        planned=planned,
        mine=planned is not None and planned.asked_by_id == g.acting.person_id,
        running=pair.mentorship.state is MentorshipState.running,
        **scene(pair, g.acting.slug),
    )


@bp.get("/pause")
def pause(mentorship_id: int) -> str:
    return _pause_page(_pair(mentorship_id))


@bp.post("/pause")
def ask_for_pause(mentorship_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    form = PauseForm(today=clock.today())
    if not form.validate_on_submit():
        return _pause_page(pair, form), 422
    commands.ask_for_pause(
        party=g.acting,
        pair=pair,
        reason=PauseReason(form.reason.data),
        words=form.words.data,
        begins_on=form.begins_on.data,
        until_on=form.until_on.data,
        now=clock.now(),
    )
    if form.begins_on.data > clock.today():
        flash(_("The pause is planned. %(name)s gets a letter.", name=pair.seen.other.first_name), "ok")
    else:
        flash(_("The mentorship pauses. Nothing is due until you both take it up again; you both get a letter."), "ok")
    return _home(mentorship_id)


@bp.post("/pause/withdrawal")
def withdraw_pause(mentorship_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    commands.withdraw_pause(party=g.acting, planned=queries.present_pause(g.acting, pair))
    flash(_("Taken back. The mentorship runs on."), "ok")
    return _home(mentorship_id)
