"""Pages around the end of a mentorship, in a workspace; the coordinators' list; the certificate that anybody may verify."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.charters.models import PaperKind
from marketplace.charters.queries import paper_or_404
from marketplace.closing import commands, jobs, queries
from marketplace.closing.forms import EndForm, LookBackForm
from marketplace.closing.pages import scene
from marketplace.directory.faces import card_faces
from marketplace.directory.queries import interests_of, similar_mentors, visible_mentors
from marketplace.mentors.queries import own_profile
from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair, mentorship_or_404
from marketplace.requests.queries import requests_in_hand
from tenants.shared import clock

bp = Blueprint("closing", __name__)
endings = Blueprint("endings", __name__)
certificates = Blueprint("certificates", __name__)

__all__ = ["bp", "certificates", "endings", "jobs"]


def _page(template: str, pair: Pair, **changed: object) -> str:
    return render_template(f"closing/{template}.html", **(scene(g.acting, pair) | changed))


@bp.get("")
def show(mentorship_id: int) -> str:
    pair = mentorship_or_404(g.acting, mentorship_id)
    became_mentor = not pair.seen.viewer_is_mentee or own_profile(g.acting) is not None
    return _page("show", pair, became_mentor=became_mentor)


@bp.post("/agreement")
def close(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    agreed = commands.close_together(acting=g.acting, pair=pair, now=clock.now())
    name = pair.seen.other.first_name
    flash(
        _("You both wish it: the mentorship closes now. You get a letter.")
        if agreed
        else _("%(name)s gets a letter and is asked to agree.", name=name),
        "ok",
    )
    return redirect(url_for("closing.show", mentorship_id=mentorship_id), 303)


@bp.post("/withdrawal")
def withdraw(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    commands.withdraw_closing(acting=g.acting, pair=pair, now=clock.now())
    flash(_("Your proposal is taken back. The mentorship goes on."), "ok")
    return redirect(url_for("closing.show", mentorship_id=mentorship_id), 303)


@bp.get("/ending")
def ask_end(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    if pair.mentorship.state is MentorshipState.ended:
        return redirect(url_for("closing.show", mentorship_id=mentorship_id), 303)
    return _page("end", pair)


@bp.post("/ending")
def end(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    form = EndForm(prefix="end")
    if not form.validate_on_submit():
        return _page("end", pair, end_form=form), 422
    commands.end_without_fault(acting=g.acting, pair=pair, reason=form.reason.data or "", now=clock.now())
    flash(_("The mentorship ends now. You both get the same kind letter; nobody is told who wished it."), "ok")
    if not pair.seen.viewer_is_mentee:
        return redirect(url_for("mentorships.index"), 303)
    return redirect(url_for("closing.onward", mentorship_id=mentorship_id), 303)


@bp.get("/look-back")
def ask_look_back(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    if not queries.closing(g.acting, pair).looks_back:
        return redirect(url_for("closing.show", mentorship_id=mentorship_id), 303)
    return _page("look_back", pair)


@bp.post("/look-back")
def look_back(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    form = LookBackForm().fill_choices()
    if not form.validate_on_submit():
        return _page("look_back", pair, form=form), 422
    commands.look_back(
        acting=g.acting,
        pair=pair,
        words=form.words(),
        names=form.names(),
        firms=form.firms_shown.data,
        feedback=form.feedback.data or "",
        now=clock.now(),
    )
    flash(_("Kept. You can change it at any time."), "ok")
    return redirect(url_for("closing.show", mentorship_id=mentorship_id), 303)


@bp.get("/onward")
def onward(mentorship_id: int) -> str:
    """Three mentors like the last one, with room, for the mentee; asking them keeps the goal."""
    pair = mentorship_or_404(g.acting, mentorship_id)
    if not pair.seen.viewer_is_mentee:
        abort(404)
    one = pair.mentorship
    card = next(iter(visible_mentors(g.acting, [one.mentor_id])), None)
    in_hand = {asked.mentor_id for asked in requests_in_hand(g.acting)} | {one.mentor_id}
    mentors = [mentor for mentor in similar_mentors(g.acting, card, limit=8) if mentor.mentor_id not in in_hand][:3]
    cards = card_faces(mentors, interests_of(g.acting), slug=g.acting.slug, locale=str(get_locale()), now=clock.now())
    return render_template("closing/onward.html", pair=pair, mentorship=one, other=pair.seen.other, cards=cards)


@bp.post("/certificate/removal")
def withdraw_certificate(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    commands.withdraw_certificate(acting=g.acting, pair=pair, now=clock.now())
    flash(_("The certificate is withdrawn. Its address leads nowhere now."), "ok")
    return redirect(url_for("closing.show", mentorship_id=mentorship_id), 303)


@bp.get("/papers/<int:document_id>")
def paper(mentorship_id: int, document_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    kept = paper_or_404(g.acting, pair, document_id, PaperKind.certificate)
    name = f"mentoring-certificate-{kept.locale}.pdf"
    return send_file(BytesIO(kept.content), mimetype="application/pdf", as_attachment=True, download_name=name)


# --- coordinators -------------------------------------------------------------------------------------------------------


@endings.get("/")
def index() -> str:
    if not g.acting.coordinates:
        abort(404)
    return render_template("closing/notes.html", notes=queries.notes_for_coordinators(g.acting))


# --- anybody ------------------------------------------------------------------------------------------------------------


@certificates.get("/<code>")
def verify(code: str) -> Response:
    """Known or not, the answer is kept by no cache and listed by no search engine."""
    shown = queries.certificate_by_code(code)
    page = render_template("certificates/show.html", certificate=shown)
    response = make_response(page, 200 if shown else 404)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
