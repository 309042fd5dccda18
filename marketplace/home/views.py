"""The public home page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tenants.accounts.queries import signed_in_account

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    if signed_in_account() is not None:
        return redirect(url_for("workspaces.index"), 303)
    return render_template("home/index.html")
