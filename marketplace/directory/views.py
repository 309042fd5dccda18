"""Pages of the directory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.directory import commands, queries
from marketplace.directory.faces import (
    CardFace,
    address,
    applied_filters,
    card_faces,
    choice_label,
    facet_groups,
)
from marketplace.directory.forms import Search, ids_from
from marketplace.directory.sightings import count_view
from marketplace.directory.words import skills_meant
from marketplace.mentors.faces import face_of
from tenants.shared import clock
from tenants.shared.database import GREATEST_ID
from tenants.shared.flashes import flash_undo

bp = Blueprint("directory", __name__)

MOST_COMPARED = 3


@bp.get("/")
def index() -> ResponseReturnValue:
    search = Search.from_args(request.args)
    now, locale = clock.now(), str(get_locale())
    today = int(now.timestamp()) // queries.DAY
    results = queries.search_mentors(g.acting, search, today=today, cursor=request.args.get("page"))
    path = url_for("directory.index")
    sought = [*search.filters.get("skill", ()), *skills_meant(search.words)]
    # Drawn apart from the page around it: alone it answers a script, and as one piece it is cheaper to pass on.
    found = render_template(
        "directory/_results.html",
        search=search,
        results=results,
        path=path,
        number=_number(results),
        cards=card_faces(results.mentors, results.interests, slug=g.acting.slug, locale=locale, now=now, sought=sought),
        groups=facet_groups(search, results, locale=locale),
        filters=applied_filters(search, results, path=path, locale=locale),
        looser=_looser(search, results, path, locale) if not results.total else [],
        before=address(path, search, page=results.before) if results.before else None,
        after=address(path, search, page=results.after) if results.after else None,
    )
    if request.headers.get("HX-Request"):
        page = found
    else:
        page = render_template(
            "directory/index.html",
            search=search,
            path=path,
            found=Markup(found),  # noqa: S704 - our own template
        )
    return page, {"Vary": "HX-Request, Cookie"}


@bp.get("/<int:mentor_id>")
def show(mentor_id: int) -> str:
    mentor = queries.mentor_or_404(g.acting, mentor_id)
    interests = queries.interests_of(g.acting)
    locale = str(get_locale())
    similar = queries.similar_mentors(g.acting, mentor)
    page = render_template(
        "directory/show.html",
        mentor=mentor,
        face=face_of(mentor._asdict(), slug=g.acting.slug, locale=locale, goals=interests.goals),
        saved=mentor_id in interests.saved,
        waits=mentor.room < 1 and queries.waits_for(g.acting, mentor),
        similar=card_faces(similar, interests, slug=g.acting.slug, locale=locale, now=clock.now()),
    )
    count_view(mentor, today=clock.today())
    return page


@bp.post("/<int:mentor_id>/saving")
def save(mentor_id: int) -> ResponseReturnValue:
    mentor = queries.mentor_or_404(g.acting, mentor_id)
    commands.save_mentor(acting=g.acting, mentor=mentor, now=clock.now())
    return _saved_or_back(mentor_id, mentor.name, saved=True)


@bp.post(f"/<int(max={GREATEST_ID}):mentor_id>/saving/removal")
def forget(mentor_id: int) -> ResponseReturnValue:
    mentors = queries.visible_mentors(g.acting, [mentor_id])
    commands.forget_mentor(acting=g.acting, mentor_id=mentor_id)
    return _saved_or_back(mentor_id, mentors[0].name if mentors else "", saved=False)


@bp.get("/saved")
def saved() -> str:
    mentors = queries.saved_mentors(g.acting)
    interests = queries.interests_of(g.acting)
    locale = str(get_locale())
    faces = card_faces(mentors, interests, slug=g.acting.slug, locale=locale, now=clock.now())
    return render_template("directory/saved.html", cards=faces, most=MOST_COMPARED)


@bp.get("/comparison")
def compare() -> str:
    ids = ids_from(request.args.getlist("id"), MOST_COMPARED + 1)
    mentors = queries.visible_mentors(g.acting, ids[:MOST_COMPARED])
    locale = str(get_locale())
    interests = queries.interests_of(g.acting)
    faces = [
        face_of(mentor._asdict() | {"story_html": ""}, slug=g.acting.slug, locale=locale, goals=interests.goals)
        for mentor in mentors
    ]
    return render_template(
        "directory/compare.html", pairs=list(zip(mentors, faces, strict=True)), more=len(ids) > MOST_COMPARED
    )


@bp.post("/<int:mentor_id>/queue-place")
def wait(mentor_id: int) -> ResponseReturnValue:
    mentor = queries.mentor_or_404(g.acting, mentor_id)
    commands.take_queue_place(acting=g.acting, mentor=mentor, now=clock.now())
    undo = url_for("directory.stop_waiting", mentor_id=mentor_id)
    words = _("We will write to you when %(name)s has room.", name=mentor.name)
    flash_undo(words, undo)
    return redirect(url_for("directory.show", mentor_id=mentor_id), 303)


@bp.post("/<int:mentor_id>/queue-place/removal")
def stop_waiting(mentor_id: int) -> ResponseReturnValue:
    mentor = queries.mentor_or_404(g.acting, mentor_id)
    commands.leave_queue(acting=g.acting, mentor_id=mentor_id)
    flash(_("You do not wait for %(name)s any more.", name=mentor.name), "ok")
    return redirect(url_for("directory.show", mentor_id=mentor_id), 303)


# --- the steps --------------------------------------------------------------------------------------------------------


@bp.app_template_global()
def drawn_cards(cards: Sequence[CardFace], path: str) -> Markup:
    """The cards of mentors, each an ``<li>``; ``path`` is the directory's address."""
    locale = str(get_locale())
    return Markup("".join([_drawn_card(card, path, locale) for card in cards]))  # noqa: S704 - drawn by our own template


@lru_cache(maxsize=4096)
def _drawn_card(card: CardFace, path: str, _locale: str) -> Markup:
    """Settled by its arguments alone: who sees the same words of the same mentor gets the same drawing."""
    drawn = current_app.jinja_env.get_template("directory/_card.html").render(card=card, path=path)
    return Markup(drawn)  # noqa: S704 - our own template


def _number(results: queries.Results) -> str:
    return f"{results.total}+" if results.capped else str(results.total)


def _looser(search: Search, results: queries.Results, path: str, locale: str) -> list[dict[str, Any]]:
    """What to take off so that somebody is found, with how many that would be."""
    offers = []
    for name, value, number in queries.looser_searches(g.acting, search)[:4]:
        match name:
            case "q":
                label = _("without the words “%(words)s”", words=search.words)
                less = search.without("q")
            case "full":
                label = _("with mentors who are full for now")
                less = search.with_full()
            case _:
                label = _("without “%(filter)s”", filter=choice_label(name, value or "", locale, results.places))
                less = search.without(name, value)
        capped = number >= queries.MOST_CANDIDATES
        found = f"{number}+" if capped else str(number)
        offers.append(
            {
                "label": label,
                "number": ngettext("%(found)s mentor", "%(found)s mentors", number, found=found),
                "url": address(path, less),
            }
        )
    return offers


def _saved_or_back(mentor_id: int, name: str, *, saved: bool) -> ResponseReturnValue:
    """The button alone for a script that asked; otherwise the page on which it was pressed."""
    if request.headers.get("HX-Request"):
        return render_template(
            "directory/_save.html", mentor_id=mentor_id, name=name, saved=saved, path=url_for("directory.index")
        )
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and came_from.path.startswith(f"/{g.acting.slug}/mentors"):
        return redirect(came_from._replace(scheme="", netloc="", fragment="").geturl(), 303)
    return redirect(url_for("directory.saved"), 303)
