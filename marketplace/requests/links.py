"""Pages behind the links of letters: a GET shows, a POST acts.

A link speaks for one person about one request. It opens no sign-in: each visit enters the tenant anew, by the token, as
a plain member. Showing spends nothing, so a scanner that follows links changes nothing; acting spends it.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import refresh as refresh_locale

from marketplace.pages import chosen_language
from marketplace.requests import commands, faces, queries
from marketplace.requests.forms import AcceptForm, ConfirmForm, DeclineForm, QuestionForm
from marketplace.requests.letters import ANSWER_REQUEST, CONFIRM_REQUEST, hash_of
from marketplace.requests.queries import Seen
from tenants import walls
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.errors import Refused

bp = Blueprint("links", __name__)


@bp.after_request
def keep_to_oneself(response: Response) -> Response:
    """The address itself is the key: no cache keeps the page, no other site learns where one came from."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


class ClosedLink(Exception):
    """The link opens nothing: ``why`` is unknown, used or expired."""

    def __init__(self, why: str, row: Any = None) -> None:
        super().__init__(why)
        self.why, self.row = why, row


@bp.errorhandler(ClosedLink)
def show_closed(error: ClosedLink) -> ResponseReturnValue:
    # What the visitor chose comes first here as everywhere; the link's reader is not signed in, so theirs comes by hand.
    with force_locale(error.row["locale"]) if error.row and not chosen_language() else nullcontext():
        page = render_template("links/closed.html", why=error.why, row=error.row)
    return page, 404 if error.why == "unknown" else 410


@bp.errorhandler(Refused)
def show_refusal(error: Refused) -> ResponseReturnValue:
    page = render_template("links/refused.html", sentence=error.sentence, here=request.view_args or {})
    return page, error.status


def _enter(token: str, purpose: str | None = None) -> tuple[Seen, bytes, str]:
    """The request that the link is about, as its reader sees it, the token's hash, and the link's purpose."""
    token_hash = hash_of(token)
    entry = walls.Entry(walls.ENTER_LINK, {"token_hash": token_hash, "now": clock.now()})
    row = walls.enter(db.session, entry)
    if row is None or row["purpose"] not in {ANSWER_REQUEST, CONFIRM_REQUEST}:
        raise ClosedLink("unknown")
    if row["state"] != "valid":
        raise ClosedLink(row["state"], row)
    if purpose not in {None, row["purpose"]}:
        abort(404)
    g.acting = Acting.from_row(dict(row))
    g.slug = g.acting.slug
    refresh_locale()
    return queries.request_or_404(g.acting, row["subject_id"]), token_hash, row["purpose"]


def _page(seen: Seen, token: str, purpose: str, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    answers: dict[str, Any] = {
        "accept_form": AcceptForm(formdata=None, prefix="accept"),
        "question_form": QuestionForm(formdata=None),
        "decline_form": DeclineForm(formdata=None, prefix="decline"),
        "confirm_form": ConfirmForm(formdata=None),
    }
    if seen.yours:
        mine = queries.own_address(g.acting)
        answers["accept_form"].contact.data = answers["confirm_form"].contact.data = mine
    page = render_template(
        "links/show.html",
        **faces.scene(
            seen,
            g.acting,
            queries.conversation(g.acting, seen.asked),
            queries.employers_answer(g.acting, seen.asked),
            signed_in=False,
        ),
        **(answers | forms),
        urls={
            name: f"/links/{token}/{noun}"
            for name, noun in (
                ("accept", "acceptance"),
                ("ask_for_more", "question"),
                ("decline", "decline"),
                ("confirm", "confirmation"),
            )
        },
        mentee_profile=queries.mentee_profile(
            g.acting, seen.asked.org_id, seen.asked.mentee_id, seen.asked.mentee_person_id
        )
        if purpose == ANSWER_REQUEST
        else None,
    )
    return page, status


def _done(seen: Seen) -> str:
    """Straight from what the act left in memory: the link is spent, and opens nothing any more."""
    return render_template("links/done.html", **faces.scene(seen, g.acting, [], signed_in=False))


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    seen, _token_hash, purpose = _enter(token)
    return _page(seen, token, purpose)


@bp.post("/<token>/acceptance")
def accept(token: str) -> ResponseReturnValue:
    seen, token_hash, purpose = _enter(token, ANSWER_REQUEST)
    form = AcceptForm(prefix="accept")
    if not form.validate_on_submit():
        return _page(seen, token, purpose, status=422, accept_form=form)
    commands.accept_request(
        acting=g.acting,
        seen=seen,
        words=form.words.data,
        contact=form.contact.data,
        now=clock.now(),
        link=token_hash,
    )
    return _done(seen)


@bp.post("/<token>/question")
def ask_for_more(token: str) -> ResponseReturnValue:
    seen, token_hash, purpose = _enter(token, ANSWER_REQUEST)
    form = QuestionForm()
    if not form.validate_on_submit():
        return _page(seen, token, purpose, status=422, question_form=form)
    commands.ask_for_more(acting=g.acting, seen=seen, question=form.question.data, now=clock.now(), link=token_hash)
    return _done(seen)


@bp.post("/<token>/decline")
def decline(token: str) -> ResponseReturnValue:
    seen, token_hash, purpose = _enter(token, ANSWER_REQUEST)
    form = DeclineForm(prefix="decline")
    if not form.validate_on_submit():
        return _page(seen, token, purpose, status=422, decline_form=form)
    commands.decline_request(
        acting=g.acting,
        seen=seen,
        reason=form.reason.data,
        words=form.words.data,
        now=clock.now(),
        link=token_hash,
    )
    return _done(seen)


@bp.post("/<token>/confirmation")
def confirm(token: str) -> ResponseReturnValue:
    seen, token_hash, purpose = _enter(token, CONFIRM_REQUEST)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page(seen, token, purpose, status=422, confirm_form=form)
    commands.confirm_request(acting=g.acting, seen=seen, contact=form.contact.data, now=clock.now(), link=token_hash)
    return _done(seen)
