"""Candidates' anonymous cards, for those who fill seats. Nothing of these pages is kept anywhere."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from marketplace.dossiers.face import COMMITTEES, EXPERIENCE, FUNCTIONS, LISTS, SECTORS, Face, choices_in
from marketplace.readiness.competencies import COMPETENCIES
from marketplace.readiness.words import LEVELS
from marketplace.visibility import queries
from marketplace.visibility.introduction_queries import dossier_standing
from marketplace.vocabulary import LANGUAGES
from tenants.shared import clock
from tenants.shared.database import db

bp = Blueprint("candidates", __name__)
FACETS = {"sector": SECTORS, "fn": FUNCTIONS, "com": COMMITTEES, "exp": EXPERIENCE}
LEAST = 3
BEFORE_ALL = (41, 0)


@bp.after_request
def keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _locale() -> str:
    return str(get_locale())


def _words() -> dict[str, Any]:
    locale = _locale()
    return {
        "locale_name": locale,
        "lists": LISTS,
        "competencies_choices": [(one.slug, one.name.text(locale)) for one in COMPETENCIES.values()],
        "languages": LANGUAGES.choices(locale),
    }


def _levels(face: Face) -> list[tuple[str, str]]:
    """The strongest first."""
    locale = _locale()
    told = sorted(face.competencies.items(), key=lambda one: -one[1])
    return [(COMPETENCIES[slug].name.text(locale), str(LEVELS[level])) for slug, level in told if level]


def _after() -> tuple[int, int]:
    score, _dash, card = request.args.get("after", "").partition("-")
    good = (
        score.isascii() and card.isascii() and score.isdigit() and card.isdigit() and len(score) < 3 and len(card) < 20
    )
    return (int(score), int(card)) if good and int(card) < 2**63 else BEFORE_ALL


@bp.get("/")
def index() -> ResponseReturnValue:
    """Somebody who fills no seats is told how one comes to; the page names nobody."""
    networks = queries.networks(g.acting)
    asked = request.args.get("network", 0, type=int)
    network = next((one for one in networks if one.network_id == asked), networks[0] if networks else None)
    if network is None:
        return render_template("visibility/cards.html", network=None, networks=[])
    chosen = {kind: request.args.get(kind, "") for kind in FACETS}
    chosen = {kind: slug if slug in FACETS[kind] else "" for kind, slug in chosen.items()}
    language = request.args.get("lang", "") if request.args.get("lang", "") in LANGUAGES else ""
    strong = request.args.get("strong", "") if request.args.get("strong", "") in COMPETENCIES else ""
    tokens = [f"{kind}:{slug}" for kind, slug in chosen.items() if slug] + ([f"lang:{language}"] if language else [])
    least = [LEAST if slug == strong else 0 for slug in COMPETENCIES] if strong else []
    found, more = queries.cards(network.network_id, tokens, least, _after())
    query = {"network": network.network_id, "lang": language, "strong": strong, **chosen}
    return render_template(
        "visibility/cards.html",
        network=network,
        networks=networks,
        cards=found,
        after=f"{found[-1].score}-{found[-1].id}" if more else "",
        query={name: value for name, value in query.items() if value},
        chosen=query,
        facets={kind: choices_in(known, _locale()) for kind, known in FACETS.items()},
        filtered=bool(tokens or least),
        **_words(),
    )


@bp.get("/<int:network_id>/<int:card_id>")
def show(network_id: int, card_id: int) -> ResponseReturnValue:
    """Opening is written down, and the candidate reads it. 410: their organisation had seen it, and cannot now."""
    network = queries.network_or_404(g.acting, network_id)
    card = queries.opened(network_id, card_id, clock.now())
    if card is None:
        if queries.standing(network_id, card_id) == "gone":
            return render_template("visibility/gone.html", network=network), 410
        abort(404)
    dossier = dossier_standing(network_id, card_id)
    db.session.commit()
    return render_template(
        "visibility/card.html",
        network=network,
        card=card,
        dossier=dossier,
        competency_lines=_levels(card.face),
        **_words(),
    )


@bp.get("/<int:network_id>/<int:card_id>/standing")
def standing(network_id: int, card_id: int) -> ResponseReturnValue:
    """An open page asks whether it still may be: nothing while it may, and else it is loaded again."""
    queries.network_or_404(g.acting, network_id)
    response = make_response("", 204)
    if queries.standing(network_id, card_id) != "shown":
        response.headers["HX-Refresh"] = "true"
    return response
