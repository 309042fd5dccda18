"""What the links in letters about a pair's rhythm show, and what they do: answer a check-in, answer a proposal.

The letters that ask about a last day lead here too, where a later one is proposed. That spends no link: should the other
one say no, the same letter still looks back.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.closing.steps import CLOSE_MENTORSHIP, LOOK_BACK
from marketplace.links import Opened, guard, open_link, page
from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair, mentorship_or_404
from marketplace.rhythm import commands, queries
from marketplace.rhythm.forms import CheckInForm, ExtensionAnswerForm, ExtensionForm, ReviewForm
from marketplace.rhythm.letters import ANSWER_CHECK_IN, ANSWER_EXTENSION
from marketplace.rhythm.queries import Round
from marketplace.rhythm.views import answer_form, extension_form, scene
from tenants.shared import clock

bp = guard(Blueprint("rhythm_links", __name__))


def _list(slug: str, _subject_id: int) -> str:
    return f"/{slug}/mentorships/"


def _done(pair: Pair) -> str:
    """The link is spent, and opens nothing any more."""
    return render_template("rhythm/link_done.html", **scene(pair, None))


# --- check-ins ------------------------------------------------------------------------------------------------------


def _check_in(opened: Opened) -> tuple[Pair, Round]:
    pair = mentorship_or_404(g.acting, queries.mentorship_of_check_in(g.acting, opened.subject_id))
    return pair, queries.check_in_or_404(g.acting, pair, opened.subject_id, clock.now())


def _check_in_page(opened: Opened, pair: Pair, asked: Round, form: CheckInForm | ReviewForm) -> str:
    action = f"/links/{opened.token}/check-in-answer"
    return render_template("rhythm/link_check_in.html", asked=asked, form=form, action=action, **scene(pair, None))


@page(ANSWER_CHECK_IN, signed_in=_list)
def show_check_in(opened: Opened) -> ResponseReturnValue:
    pair, asked = _check_in(opened)
    return _check_in_page(opened, pair, asked, answer_form(asked, pair.seen.other.first_name))


@bp.post("/<token>/check-in-answer")
def answer_check_in(token: str) -> ResponseReturnValue:
    opened = open_link(token, ANSWER_CHECK_IN)
    pair, asked = _check_in(opened)
    form = answer_form(asked, pair.seen.other.first_name, empty=True)
    if not form.validate_on_submit():
        return _check_in_page(opened, pair, asked, form), 422
    now, said = clock.now(), form.answer()
    commands.answer_check_in(party=g.acting, pair=pair, asked=asked, now=now, link=opened.token_hash, **said)
    return _done(pair)


# --- a later end ----------------------------------------------------------------------------------------------------


def _extension(opened: Opened) -> tuple[Pair, Any]:
    pair = mentorship_or_404(g.acting, queries.mentorship_of_extension(g.acting, opened.subject_id))
    proposed = queries.open_extension(g.acting, pair, clock.now())
    # The link is about this proposal, not about a later one.
    return pair, proposed if proposed and proposed.id == opened.subject_id else None


def _extension_page(opened: Opened, pair: Pair, proposed: Any, form: ExtensionAnswerForm) -> str:
    url = f"/links/{opened.token}/extension-answer"
    return render_template(
        "rhythm/link_extension.html", proposed=proposed, answer=form, answer_url=url, **scene(pair, None)
    )


@page(ANSWER_EXTENSION, signed_in=_list)
def show_extension(opened: Opened) -> ResponseReturnValue:
    pair, proposed = _extension(opened)
    return _extension_page(opened, pair, proposed, ExtensionAnswerForm(formdata=None).offer())


@bp.post("/<token>/extension-answer")
def answer_extension(token: str) -> ResponseReturnValue:
    opened = open_link(token, ANSWER_EXTENSION)
    pair, proposed = _extension(opened)
    form = ExtensionAnswerForm().offer()
    if not form.validate_on_submit():
        return _extension_page(opened, pair, proposed, form), 422
    agreed, now = form.answer.data == "yes", clock.now()
    commands.answer_extension(
        party=g.acting, pair=pair, proposed=proposed, agreed=agreed, now=now, link=opened.token_hash
    )
    return _done(pair)


def _last_day(token: str) -> tuple[Opened, Pair]:
    opened = open_link(token, LOOK_BACK, CLOSE_MENTORSHIP)
    return opened, mentorship_or_404(opened.acting, opened.subject_id)


def _proposal_page(opened: Opened, pair: Pair, form: ExtensionForm) -> str:
    return render_template(
        "rhythm/link_propose.html",
        form=form,
        proposed=queries.open_extension(opened.acting, pair, clock.now()),
        ended=pair.mentorship.state is MentorshipState.ended,
        action=url_for(".propose_extension", token=opened.token),
        **scene(pair, None),
    )


@bp.get("/<token>/extension")
def show_proposal(token: str) -> ResponseReturnValue:
    opened, pair = _last_day(token)
    return _proposal_page(opened, pair, extension_form(pair, formdata=None))


@bp.post("/<token>/extension")
def propose_extension(token: str) -> ResponseReturnValue:
    opened, pair = _last_day(token)
    form = extension_form(pair)
    if not form.validate_on_submit():
        return _proposal_page(opened, pair, form), 422
    commands.propose_extension(party=opened.acting, pair=pair, ends_on=form.ends_on.data, now=clock.now())
    return redirect(url_for(".show_proposal", token=token), 303)
