"""Pages of the confirmed pair, in a workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.mentorships import commands, jobs, queries
from marketplace.mentorships.forms import AnswerForm
from marketplace.mentorships.home import SECTIONS, parts
from marketplace.mentorships.models import Answer, MentorshipState
from marketplace.mentorships.policy import may_write
from marketplace.mentorships.queries import Pair
from marketplace.mentorships.words import ANSWERS, REASONS, form_sentence, role_of_other
from marketplace.pairing.queries import of_cohort
from marketplace.requests import faces
from tenants.shared import clock

bp = Blueprint("mentorships", __name__)

__all__ = ["bp", "jobs", "scene"]

JUST_NOW = timedelta(minutes=1)
"""As long as the page helps to arrange a first meeting; how to reach each other stays on it."""
ARCS = {MentorshipState.running: "confirmed", MentorshipState.paused: "open", MentorshipState.ended: "ended"}


@bp.get("/")
def index() -> str:
    return render_template(
        "mentorships/index.html",
        pairs=queries.own_mentorships(g.acting),
        face=faces.face,
        arcs=ARCS,
        role_of_other=role_of_other,
    )


def scene(party: queries.Party, pair: Pair, slug: str | None, form: AnswerForm | None = None) -> dict[str, Any]:
    """What the page of one pair shows, in a workspace (``slug``) or outside of all."""
    one, seen = pair.mentorship, pair.seen
    me = seen.mentee if seen.viewer_is_mentee else seen.mentor
    standing = queries.standing(party, pair)
    reach, asked = queries.contacts(standing.words), standing.asked
    if asked and form is None:
        form = AnswerForm(formdata=None, data={"answer": asked.answer.value if asked.answer else None}).offer(
            asked.choices
        )
    just_now = clock.now() - one.started_at < JUST_NOW
    return {
        "mentorship": one,
        "seen": seen,
        "left": faces.face(me, slug),
        "right": faces.face(seen.other, slug),
        "arc": "just_confirmed" if just_now and one.state is MentorshipState.running else ARCS[one.state],
        "running": one.state is MentorshipState.running,
        "paused": one.state is MentorshipState.paused,
        "kept_until": queries.words_kept_until(party, pair),
        "waits_for_arrival": standing.waits_for_arrival,
        "my_contact": reach.get(me.id),
        "their_contact": reach.get(seen.other.id),
        "still_open": standing.open_requests,
        "opening": faces.opening_words(standing.words),
        "asked": asked,
        "form": form,
        "reasons": REASONS,
        "answers": ANSWERS,
        "details": {choice.value: detail for choice, (_label, detail) in ANSWERS.items()},
    }


def _page(pair: Pair, form: AnswerForm | None = None) -> str:
    seen = pair.seen
    return render_template(
        "mentorships/show.html",
        **scene(g.acting, pair, g.acting.slug, form),
        home=parts(g.acting, pair),
        of_cohort=of_cohort(g.acting, seen.asked),
        form_sentence=form_sentence(pair),
        sections=SECTIONS,
        writable=may_write(pair),
        today=clock.now().astimezone(g.acting.zone).date(),
        request_here=g.acting.org_id in (seen.asked.org_id, seen.asked.mentor_org_id),
    )


@bp.get("/<int:mentorship_id>")
def show(mentorship_id: int) -> str:
    return _page(queries.mentorship_or_404(g.acting, mentorship_id))


def take_answer(party: queries.Party, pair: Pair) -> AnswerForm | None:
    """Keep the answer of the form that was sent; the form when it needs another look."""
    asked = queries.open_question(party, pair)
    form = AnswerForm().offer(asked.choices if asked else tuple(Answer))
    if not form.validate_on_submit() and (asked or not form.answer.data):
        return form
    commands.answer_question(party=party, pair=pair, answer=Answer(form.answer.data), now=clock.now())
    flash(_("Your answer is kept. Nobody else reads it; you both hear how it goes on."), "ok")
    return None


@bp.post("/<int:mentorship_id>/answer")
def answer(mentorship_id: int) -> ResponseReturnValue:
    pair = queries.mentorship_or_404(g.acting, mentorship_id)
    wrong = take_answer(g.acting, pair)
    if wrong:
        return _page(pair, wrong), 422
    return redirect(url_for("mentorships.show", mentorship_id=mentorship_id), 303)


@bp.post("/<int:mentorship_id>/question")
def ask_again(mentorship_id: int) -> ResponseReturnValue:
    commands.ask_again(pair=queries.mentorship_or_404(g.acting, mentorship_id))
    flash(_("You are both asked how it goes on. You get a letter."), "ok")
    return redirect(url_for("mentorships.show", mentorship_id=mentorship_id), 303)
