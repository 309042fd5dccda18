"""A person's mentorships outside of any workspace: between employers, or kept from an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.charters.models import PaperKind
from marketplace.charters.queries import paper_or_404
from marketplace.conversations.downloads import as_download
from marketplace.conversations.queries import file_or_404
from marketplace.mentorships import commands, queries
from marketplace.mentorships.forms import AnswerForm
from marketplace.mentorships.kept import kept
from marketplace.mentorships.queries import Pair
from marketplace.mentorships.views import ARCS, scene, take_answer
from marketplace.requests import faces
from tenants.accounts.language import in_language
from tenants.current import enter_person
from tenants.shared import clock

bp = Blueprint("own_mentorships", __name__)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in, in no workspace. What is theirs is theirs everywhere."""

    person_id: int
    person_name: str
    locale: str
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def reader_of(row: Mapping[str, Any]) -> Reader:
    return Reader(row["person_id"], row["person_name"], row["locale"], row["time_zone"])


@bp.before_request
def enter() -> ResponseReturnValue | None:
    row = enter_person()
    if row is None:
        return redirect(url_for("accounts.sign_in", next=url_for("own_mentorships.index")), 303)
    g.reader = reader_of(row)
    return None


def _spoken() -> AbstractContextManager[None]:
    return in_language(g.reader.locale)


@bp.get("/")
def index() -> str:
    pairs = queries.mentorships_elsewhere(g.reader.person_id, clock.today())
    with _spoken():
        return render_template("mentorships/elsewhere.html", pairs=pairs, face=faces.face, arcs=ARCS)


def _page(pair: Pair, form: AnswerForm | None = None) -> str:
    now = clock.now()
    before = request.args.get("before", type=int) if request.method == "GET" else None
    with _spoken():
        apart = queries.in_no_workspace(g.reader.person_id, pair, now.date())
        return render_template(
            "mentorships/own.html",
            **scene(g.reader, pair, None, form),
            zone=g.reader.zone,
            today=now.astimezone(g.reader.zone).date(),
            me=g.reader,
            kept=kept(g.reader, pair, before=before, now=now) if apart else None,
            workspace=(pair.seen.mentee if pair.seen.viewer_is_mentee else pair.seen.mentor).slug,
        )


def _pair(mentorship_id: int) -> Pair:
    return queries.elsewhere_or_404(g.reader.person_id, mentorship_id)


@bp.get("/<int:mentorship_id>")
def show(mentorship_id: int) -> str:
    return _page(_pair(mentorship_id))


def _apart_or_404(mentorship_id: int) -> Pair:
    """One of those that no workspace shows: what a workspace shows is taken from there."""
    pair = _pair(mentorship_id)
    return pair if queries.in_no_workspace(g.reader.person_id, pair, clock.today()) else abort(404)


@bp.get("/<int:mentorship_id>/files/<int:file_id>")
def file(mentorship_id: int, file_id: int) -> Response:
    return as_download(file_or_404(g.reader, _apart_or_404(mentorship_id), file_id, content=True))


@bp.get("/<int:mentorship_id>/papers/<kind>/<int:document_id>")
def paper(mentorship_id: int, kind: str, document_id: int) -> Response:
    """The agreement, or the certificate, as a PDF."""
    if kind not in set(PaperKind):
        abort(404)
    found = paper_or_404(g.reader, _apart_or_404(mentorship_id), document_id, PaperKind(kind))
    name = f"mentoring-{kind}-{found.locale}.pdf"
    return send_file(BytesIO(found.content), mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.post("/<int:mentorship_id>/answer")
def answer(mentorship_id: int) -> ResponseReturnValue:
    pair = _pair(mentorship_id)
    with _spoken():
        wrong = take_answer(g.reader, pair)
    if wrong:
        return _page(pair, wrong), 422
    return redirect(url_for("own_mentorships.show", mentorship_id=mentorship_id), 303)


@bp.post("/<int:mentorship_id>/question")
def ask_again(mentorship_id: int) -> ResponseReturnValue:
    commands.ask_again(pair=_pair(mentorship_id))
    with _spoken():
        flash(_("You are both asked how it goes on. You get a letter."), "ok")
    return redirect(url_for("own_mentorships.show", mentorship_id=mentorship_id), 303)


def between_employers() -> list[tuple[str, str]]:
    """(the other's name, address) of what no workspace of the reader's shows; for the list of workspaces."""
    row = enter_person()
    if row is None:
        abort(404)
    pairs = queries.mentorships_elsewhere(row["person_id"], clock.today())
    return [(pair.seen.other.name, url_for("own_mentorships.show", mentorship_id=pair.mentorship.id)) for pair in pairs]
