"""What every page shares: language, colour scheme, navigation, dates in the reader's zone, security headers, error pages."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, Response, abort, current_app, g, render_template, request, templating, url_for
from flask_babel import Babel, get_domain, get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from marketplace.billing.policy import may_read_bills
from marketplace.billing.queries import has_subscription
from marketplace.coordination.policy import may_see_pairs
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.errors import Refused

LANGUAGE_COOKIE = "language"
SCHEME_COOKIE = "scheme"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One link of the navigation: in the bar, or (``menu``) in the menu under the person's name."""

    endpoint: str
    label: Any
    icon: str
    seen: Callable[[Acting], bool]
    menu: bool = False
    for_search_firms: bool = False

    def shown_to(self, acting: Acting) -> bool:
        return (self.for_search_firms or not acting.in_search_firm) and self.seen(acting)


def everybody(_acting: Acting) -> bool:
    return True


def subscribes(acting: Acting) -> bool:
    """The company has seats on a board track; asked of those who look after it, once a page."""
    if not may_read_bills(acting):
        return False
    if "subscribes" not in g:
        g.subscribes = has_subscription(acting)
    found: bool = g.subscribes
    return found


FAMILIES = dict.fromkeys(
    (
        "programme_parties programme_pages cohorts enrolments pairing circles training events event kit cohort_kit "
        "cohort_questionnaires questionnaires"
    ).split(),
    "programmes",
)
"""Blueprints whose pages belong to a place of the navigation that has another's name."""

NAVIGATION = (
    Place("firms.index", _l("Member firms"), "firm", lambda acting: acting.in_network and acting.coordinates),
    Place(
        "admissions.index", _l("Accreditations"), "shield", lambda acting: acting.in_search_firm, for_search_firms=True
    ),
    # A company's committee comes to its seats from the candidates' page: who sits on it is not asked for every page.
    Place(
        "selections.index", _l("Seats to fill"), "target", lambda acting: acting.in_search_firm, for_search_firms=True
    ),
    Place("directory.index", _l("Mentors"), "search", everybody),
    Place("requests.index", _l("Requests"), "request", everybody),
    Place("mentorships.index", _l("Mentorships"), "mentorship", everybody),
    Place("programmes.index", _l("Programmes"), "programme", everybody),
    Place("tracks.index", _l("Board tracks"), "track", subscribes),
    Place(
        "tracks.index",
        _l("Board tracks"),
        "track",
        lambda acting: not subscribes(acting) and acting.coordinates,
        menu=True,
    ),
    Place(
        "billing.index",
        _l("Subscriptions"),
        "billing",
        lambda acting: acting.coordinates and not acting.in_network,
        menu=True,
    ),
    Place("people.index", _l("People"), "person", lambda acting: acting.coordinates, for_search_firms=True),
    Place(
        "nomination.index",
        _l("Nomination committee"),
        "people",
        lambda acting: acting.coordinates and not acting.in_network,
        menu=True,
    ),
    Place("coordination.index", _l("Pairs"), "mentorship", may_see_pairs, menu=True),
    Place("dashboard.index", _l("Dashboard"), "report", lambda acting: acting.coordinates, menu=True),
    Place("balance.equity", _l("Figures"), "target", lambda acting: acting.coordinates, menu=True),
    Place(
        "conflicts.index",
        _l("Conflicts"),
        "shield",
        lambda acting: acting.coordinates and not acting.in_network,
    ),
    Place(
        "admissions.index",
        _l("Search firms"),
        "search",
        lambda acting: acting.in_network and acting.coordinates,
        menu=True,
    ),
    Place("notices.index", _l("Notices"), "bell", everybody, menu=True, for_search_firms=True),
    Place("mentors.edit", _l("My mentor page"), "edit", everybody, menu=True),
    Place("mentees.edit", _l("What I look for"), "target", everybody, menu=True),
    Place("journal.index", _l("My journal"), "lock", everybody, menu=True),
    Place("meeting_hours.edit", _l("When I can be met"), "clock", everybody, menu=True),
    Place("equity.edit", _l("How I am counted"), "person", everybody, menu=True),
    Place("visibility.index", _l("Who sees me"), "see", lambda acting: not acting.in_network, menu=True),
    Place(
        "candidates.index",
        _l("Candidates"),
        "person",
        lambda acting: not acting.in_network,
        menu=True,
        for_search_firms=True,
    ),
    Place(
        "introductions.index",
        _l("Introductions"),
        "request",
        lambda acting: acting.coordinates or not acting.in_network,
        menu=True,
        for_search_firms=True,
    ),
    Place("assisting.index", _l("Assisting"), "people", everybody, menu=True),
    Place(
        "activity.index",
        _l("Activity"),
        "activity",
        lambda acting: acting.coordinates,
        menu=True,
        for_search_firms=True,
    ),
    Place(
        "settings.edit", _l("Settings"), "settings", lambda acting: acting.coordinates, menu=True, for_search_firms=True
    ),
)


def chosen_language() -> str | None:
    """The language that this visitor chose on a page, if they did."""
    chosen = request.cookies.get(LANGUAGE_COOKIE) if request else None
    return chosen if chosen in ("en", "fr") else None


def choose_locale() -> str:
    """The cookie a visitor set, else the person's own language, else what the browser asks for, else English."""
    if chosen := chosen_language():
        return chosen
    acting = g.get("acting")
    if acting is not None:
        return str(acting.locale)
    return request.accept_languages.best_match(("en", "fr")) or "en" if request else "en"


def reader_zone() -> ZoneInfo:
    acting = g.get("acting")
    return acting.zone if acting is not None else ZoneInfo("Europe/Paris")


def city_of(zone: ZoneInfo) -> str:
    return zone.key.rsplit("/", 1)[-1].replace("_", " ")


def moment(value: datetime, zone: ZoneInfo | str | None = None, *, year: bool = False) -> str:
    """A moment as the reader's clock shows it, with the zone's city: ``Friday 4 December, 18:00 (Paris)``; with the year
    (``Thursday 4 December 2025, 18:00 (Paris)``) unless it is this year's. ``year``: always, as on a paper that is kept.
    """
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone or reader_zone()
    locale, there = get_locale(), value.astimezone(zone)
    pattern = "EEEE d MMMM 'à' HH:mm" if str(locale).startswith("fr") else "EEEE d MMMM, HH:mm"
    if year or not this_years(there):
        pattern = pattern.replace("MMMM", "MMMM y")
    return f"{format_datetime(there, pattern, locale=locale)} ({city_of(zone)})"


def hour(value: datetime, zone: ZoneInfo | None = None) -> str:
    """An hour of a day that is said already, with the zone's city: ``18:00 (Paris)``."""
    zone = zone or reader_zone()
    return f"{value.astimezone(zone):%H:%M} ({city_of(zone)})"


def day(value: datetime, zone: ZoneInfo | None = None) -> str:
    """A day as the reader's calendar shows it: ``4 Dec``, or ``4 Dec 2025`` unless it is this year's."""
    there = value.astimezone(zone or reader_zone())
    return format_date(there, "d MMM" if this_years(there) else "d MMM y", locale=get_locale())


def this_years(there: datetime) -> bool:
    return there.year == clock.now().astimezone(there.tzinfo).year


def calendar_day(value: date) -> str:
    """A day of the calendar, in full: ``4 Dec 2026``."""
    return format_date(value, "d MMM y", locale=get_locale())


def number(value: int) -> str:
    """A count as the reader writes it: ``50,000``, ``50 000``."""
    return format_decimal(value, locale=get_locale())


@dataclass(frozen=True, slots=True)
class Top:
    """All that the bar above a workspace's pages depends on. ``seen`` says which of ``NAVIGATION`` are in it."""

    person_id: int
    person_name: str
    org_name: str
    logo_mark: str
    slug: str
    waiting: int
    unread: int
    seen: tuple[bool, ...]
    here: str | None
    locale: str
    scheme: str | None


def drawn_top(acting: Acting) -> Markup:
    """The bar above the pages of the workspace in which ``acting`` is."""
    return _drawn_top(
        Top(
            acting.person_id,
            acting.person_name,
            acting.org_name,
            acting.logo_mark,
            acting.slug,
            acting.waiting,
            acting.unread,
            tuple([place.shown_to(acting) for place in NAVIGATION]),
            request.blueprint,
            str(get_locale()),
            chosen_scheme(),
        )
    )


@lru_cache(maxsize=1024)
def _drawn_top(top: Top) -> Markup:
    links = [
        {
            "endpoint": place.endpoint,
            "label": place.label,
            "icon": place.icon,
            "url": url_for(place.endpoint, organisation=top.slug),
            "current": place.endpoint.split(".")[0] == FAMILIES.get(top.here or "", top.here),
            "menu": place.menu,
            "count": top.unread if place.endpoint == "notices.index" else 0,
        }
        for place, seen in zip(NAVIGATION, top.seen, strict=True)
        if seen
    ]
    fingerprint, _dot, size = top.logo_mark.partition(".")
    width, _by, height = size.partition("x")
    logo = {"fingerprint": fingerprint, "width": width, "height": height} if fingerprint else None
    template = current_app.jinja_env.get_template("layouts/_top.html")
    return Markup(template.render(top=top, links=links, logo=logo))  # noqa: S704 - our own template


def chosen_scheme() -> str | None:
    scheme = request.cookies.get(SCHEME_COOKIE)
    return scheme if scheme in ("light", "dark") else None


def context() -> dict[str, Any]:
    return {
        "acting": g.get("acting"),
        "locale": str(get_locale() or "en")[:2],
        "scheme": chosen_scheme(),
    }


def add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
    if request.endpoint == "static":
        if request.args.get("v") or "/vendor/" in request.path:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if g.get("acting") else "no-cache"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def show_refusal(error: Refused) -> tuple[str, int]:
    return render_template(f"errors/{error.status}.html", reason=error.sentence, way_back=error.way_back), error.status


def show_http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error
    known = {400, 403, 404, 409, 413, 422, 429, 500, 503}
    return render_template(f"errors/{code if code in known else 404 if code == 405 else 422}.html"), code


def show_csrf_error(error: CSRFError) -> tuple[str, int]:
    del error
    sentence = gettext(
        "This page was open for too long, or your browser refused its cookie. Go back, reload the page, and send it again."
    )
    return render_template("errors/422.html", reason=sentence), 422


def show_crash(error: Exception) -> tuple[str, int]:
    reference = secrets.token_hex(4)
    current_app.logger.exception("unhandled error %s", reference, exc_info=error)
    return render_template("errors/500.html", request_id=reference), 500


@lru_cache(maxsize=256)
def fingerprint(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None


def version_static(endpoint: str, values: dict[str, Any]) -> None:
    """A static file's address changes with its content, so a browser may keep it for a year. Vendored folders bear a version."""
    name = values.get("filename")
    if endpoint != "static" or not name or name.startswith("vendor/"):
        return
    if current_app.debug:
        fingerprint.cache_clear()
    version = fingerprint(Path(str(current_app.static_folder)) / name)
    if version:
        values["v"] = version


@lru_cache(maxsize=512)
def _kept_static_url(name: str) -> str:
    return url_for("static", filename=name)


def static_url(name: str) -> str:
    """The address of a static file, which a process works out once: a page names a dozen."""
    if current_app.debug:
        return url_for("static", filename=name)
    return _kept_static_url(name)


@lru_cache(maxsize=512)
def drawn_icon(name: str) -> Markup:
    """A drawing from ``static/icons.svg``, hidden from screen readers."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}" /></svg>').format(
        static_url("icons.svg"), name
    )


@lru_cache(maxsize=8)
def _catalogue(language: str) -> Any:
    """The sentences of one language; the first page in it loads them."""
    del language
    return get_domain().get_translations()


@lru_cache(maxsize=8192)
def _sentence(language: str, sentence: str, in_html: bool) -> str:
    text: str = _catalogue(language).ugettext(sentence)
    return Markup(text) if in_html else text  # noqa: S704 - the catalogue is our own


@pass_eval_context
def _said(scene: EvalContext, sentence: str, /, **words: Any) -> str:
    """``_("…")`` of the templates: as Jinja's own, in one call instead of three, and settled where no word is put in."""
    said = _sentence(str(get_locale().language), sentence, bool(scene.autoescape))
    return said % words if words or "%" in said else said


def _translated(sentence: str) -> str:
    text: str = _catalogue(str(get_locale().language)).ugettext(sentence)
    return text


def _translated_number(one: str, many: str, number: int) -> str:
    text: str = _catalogue(str(get_locale().language)).ungettext(one, many, number)
    return text


def accent(colour: str) -> Response:
    """The few lines of CSS that give a workspace its organisation's accent, in shades that pass on both schemes."""
    from marketplace.look import accent_css

    if not re.fullmatch("[0-9a-f]{6}", colour):
        abort(404)
    response = Response(accent_css(f"#{colour}"), mimetype="text/css")
    response.cache_control.public = True
    response.cache_control.max_age = 31536000
    return response


class Environment(templating.Environment):
    """Templates whose globals are settled when they are loaded: each import in a template compares them with its own,
    key by key, which through a chain of maps took a twentieth of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def install(app: Flask) -> None:
    app.add_url_rule("/accent/<colour>.css", "accent", accent)
    app.url_defaults(version_static)
    app.jinja_environment = Environment
    # There are more templates than the four hundred that Jinja keeps; to compile one anew takes as long as a page.
    app.jinja_options = {**app.jinja_options, "cache_size": -1}
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.add_extension("jinja2.ext.do")
    # A page asks for some thirty sentences; Flask-Babel looks for the reader's catalogue at each.
    app.jinja_env.install_gettext_callables(_translated, _translated_number, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = _said
    app.jinja_env.globals |= {"static_url": static_url, "drawn_icon": drawn_icon, "drawn_top": drawn_top}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {
        "moment": moment,
        "hour": hour,
        "day": day,
        "calendar_day": calendar_day,
        "number": number,
    }
    app.context_processor(context)
    app.after_request(add_headers)
    app.register_error_handler(Refused, show_refusal)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(HTTPException, show_http_error)
    if not app.config.get("PROPAGATE_EXCEPTIONS"):
        app.register_error_handler(Exception, show_crash)
