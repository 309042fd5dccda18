"""What the links in letters about an agreement show and do: draw it up, sign it, propose a change."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from marketplace.charters import commands, queries
from marketplace.charters.forms import SignForm, VersionForm
from marketplace.charters.jobs import SIGN_AGREEMENT, WRITE_AGREEMENT
from marketplace.charters.pages import after_change, language, prefilled, rules_html, scene
from marketplace.links import Opened, guard, open_link, page
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock

bp = guard(Blueprint("charter_links", __name__))

PURPOSES = (WRITE_AGREEMENT, SIGN_AGREEMENT)


def agreement_path(slug: str, mentorship_id: int) -> str:
    return f"/{slug}/mentorships/{mentorship_id}/agreement"


def _enter(token: str) -> tuple[Opened, Pair]:
    opened = open_link(token, *PURPOSES)
    g.link = opened
    return opened, mentorship_or_404(opened.acting, opened.subject_id)


def _page(
    opened: Opened, pair: Pair, *, form: VersionForm | None = None, sign: SignForm | None = None, status: int = 200
) -> ResponseReturnValue:
    shown = scene(opened.acting, pair, signed_in=False)
    if sign is not None:
        shown["sign"] = sign
    if form is None:
        form = prefilled(opened.acting, pair, shown["standing"])
    rules = queries.rules_of(pair)
    drawn = render_template(
        "charters/link.html",
        **shown,
        form=form,
        rules=rules,
        rules_html=rules_html(None, rules),
        token=opened.token,
        address=agreement_path(opened.acting.slug, pair.mentorship.id),
    )
    return drawn, status


def _done(opened: Opened, pair: Pair) -> str:
    return render_template(
        "charters/done.html",
        other=pair.seen.other,
        address=agreement_path(opened.acting.slug, pair.mentorship.id),
    )


@page(WRITE_AGREEMENT, signed_in=agreement_path)
@page(SIGN_AGREEMENT, signed_in=agreement_path)
def show(opened: Opened) -> ResponseReturnValue:
    return _page(opened, mentorship_or_404(opened.acting, opened.subject_id))


@bp.post("/<token>/signature")
def sign(token: str) -> ResponseReturnValue:
    opened, pair = _enter(token)
    form = SignForm(prefix="sign")
    if not form.validate_on_submit():
        return _page(opened, pair, sign=form, status=422)
    commands.sign_agreement(
        acting=opened.acting,
        pair=pair,
        number=form.version.data,
        name=form.name.data,
        locale=language(),
        now=clock.now(),
        link=opened.token_hash,
    )
    return _done(opened, pair)


@bp.post("/<token>/agreement")
def propose(token: str) -> ResponseReturnValue:
    opened, pair = _enter(token)
    form = VersionForm().fill_choices()
    if not form.validate_on_submit():
        return _page(opened, pair, form=form, status=422)
    commands.propose_agreement(
        acting=opened.acting,
        pair=pair,
        seen=form.seen.data,
        values=form.values(),
        name=form.name.data,
        locale=language(),
        now=clock.now(),
        link=opened.token_hash,
    )
    return _done(opened, pair)


@bp.errorhandler(commands.ChangedMeanwhile)
def show_change(error: commands.ChangedMeanwhile) -> ResponseReturnValue:
    """The link is not spent: its reader may sign what there is now."""
    opened: Opened = g.link
    shown = after_change(opened.acting, error, signed_in=False)
    rules = queries.rules_of(error.pair)
    form = VersionForm(formdata=None).fill_choices()
    latest = shown["standing"].latest
    if latest is not None:
        values = {name: getattr(latest.agreement, name) for name in queries.COMPARED}
        kept = {**values, "seen": latest.number, "name": opened.acting.person_name}
        form = VersionForm(formdata=None, data=kept).fill_choices()
    drawn = render_template(
        "charters/link.html",
        **shown,
        form=form,
        rules=rules,
        rules_html=rules_html(None, rules),
        token=opened.token,
        address=agreement_path(opened.acting.slug, error.pair.mentorship.id),
    )
    return drawn, 409
