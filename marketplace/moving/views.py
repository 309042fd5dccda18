"""Somebody arrives in a new organisation: one press brings what they wrote of themselves elsewhere."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.moving import commands, jobs, queries
from tenants.accounts.onward import first_page
from tenants.organisations.models import OrganisationKind
from tenants.shared import clock

bp = Blueprint("arrival", __name__)

__all__ = ["bp", "jobs"]


def _onward() -> str:
    return first_page(g.acting.slug, OrganisationKind(g.acting.org_kind), g.acting.role)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Nothing to bring: straight to work. A search firm has no mentors' pages."""
    found = queries.luggage(g.acting)
    if found.empty or g.acting.in_search_firm:
        return redirect(_onward(), 303)
    return render_template("moving/arrival.html", luggage=found, onward=_onward())


@bp.post("/")
def bring() -> ResponseReturnValue:
    if g.acting.in_search_firm:
        abort(404)
    found = queries.luggage(g.acting)
    if not commands.bring_profiles(acting=g.acting, now=clock.now()):
        return redirect(_onward(), 303)
    flash(_("Your pages are here, as drafts. Nobody sees your mentor page before you publish it."), "ok")
    return redirect(url_for("mentors.edit" if found.mentor else "mentees.edit"), 303)
