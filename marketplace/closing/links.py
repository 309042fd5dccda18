"""What the links in letters about an ending show and do: agree to close, look back, end it without a reason."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.charters.jobs import END_MENTORSHIP
from marketplace.closing import commands
from marketplace.closing.forms import EndForm, LookBackForm
from marketplace.closing.pages import scene
from marketplace.closing.steps import CLOSE_MENTORSHIP, LOOK_BACK
from marketplace.links import Opened, guard, open_link, page
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock

bp = guard(Blueprint("closing_links", __name__))

PURPOSES = (CLOSE_MENTORSHIP, LOOK_BACK, END_MENTORSHIP)


def closing_path(slug: str, mentorship_id: int) -> str:
    return f"/{slug}/mentorships/{mentorship_id}/closing"


def _page(opened: Opened, pair: Pair, status: int = 200, **changed: object) -> ResponseReturnValue:
    shown = scene(opened.acting, pair, signed_in=False) | changed
    shown["extension"] = f"/links/{opened.token}/extension"
    drawn = render_template(
        "closing/link.html",
        **shown,
        token=opened.token,
        purpose=opened.purpose,
        address=closing_path(opened.acting.slug, pair.mentorship.id),
    )
    return drawn, status


def _done(opened: Opened, pair: Pair, what: str) -> str:
    address = closing_path(opened.acting.slug, pair.mentorship.id)
    return render_template("closing/done.html", what=what, other=pair.seen.other, address=address)


def _enter(token: str) -> tuple[Opened, Pair]:
    opened = open_link(token, *PURPOSES)
    return opened, mentorship_or_404(opened.acting, opened.subject_id)


@page(CLOSE_MENTORSHIP, signed_in=closing_path)
@page(LOOK_BACK, signed_in=closing_path)
@page(END_MENTORSHIP, signed_in=closing_path)
def show(opened: Opened) -> ResponseReturnValue:
    return _page(opened, mentorship_or_404(opened.acting, opened.subject_id))


@bp.post("/<token>/closing")
def close(token: str) -> ResponseReturnValue:
    opened, pair = _enter(token)
    agreed = commands.close_together(acting=opened.acting, pair=pair, now=clock.now(), link=opened.token_hash)
    return _done(opened, pair, "agreed" if agreed else "proposed")


@bp.post("/<token>/ending")
def end(token: str) -> ResponseReturnValue:
    opened, pair = _enter(token)
    form = EndForm(prefix="end")
    if not form.validate_on_submit():
        return _page(opened, pair, 422, end_form=form)
    commands.end_without_fault(
        acting=opened.acting, pair=pair, reason=form.reason.data or "", now=clock.now(), link=opened.token_hash
    )
    return _done(opened, pair, "ended")


@bp.post("/<token>/look-back")
def look_back(token: str) -> ResponseReturnValue:
    opened, pair = _enter(token)
    form = LookBackForm().fill_choices()
    if not form.validate_on_submit():
        return _page(opened, pair, 422, form=form)
    commands.look_back(
        acting=opened.acting,
        pair=pair,
        words=form.words(),
        names=form.names(),
        firms=form.firms_shown.data,
        feedback=form.feedback.data or "",
        now=clock.now(),
        link=opened.token_hash,
    )
    return _done(opened, pair, "looked_back")
