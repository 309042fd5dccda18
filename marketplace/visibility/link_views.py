"""A dossier behind a secret address: whoever comes reads for whom it is, and opens it by a press of a button, which counts."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from marketplace.dossiers.papers import full_html
from marketplace.links import guard
from marketplace.visibility import introduction_queries as queries
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.secrets import hash_of

bp = guard(Blueprint("dossier_links", __name__))


def _closed(known: bool) -> ResponseReturnValue:
    return render_template("visibility/link_gone.html", known=known), 410 if known else 404


@bp.get("/dossiers/<token>")
def show(token: str) -> ResponseReturnValue:
    """A scanner that follows links opens nothing and is not counted."""
    face = queries.link_face(hash_of(token), clock.now())
    if face is None or face.state != "open":
        return _closed(face is not None)
    return render_template("visibility/link.html", face=face, token=token)


@bp.post("/dossiers/<token>/opening")
def open_dossier(token: str) -> ResponseReturnValue:
    now = clock.now()
    opened = queries.opened_link(hash_of(token), now)
    if opened is None:
        return _closed(queries.link_face(hash_of(token), now) is not None)
    db.session.commit()
    locale = str(get_locale())[:2]
    return render_template(
        "visibility/link_dossier.html", opened=opened, token=token, shown=full_html(opened.dossier, locale), now=now
    )


@bp.get("/dossiers/<token>/standing")
def standing(token: str) -> ResponseReturnValue:
    """An open page asks whether it still may be; where not, it goes to the address of the link, which says so."""
    face = queries.link_face(hash_of(token), clock.now())
    response = make_response("", 204)
    if face is None or face.state != "open":
        response.headers["HX-Redirect"] = f"/links/dossiers/{token}"
    return response
