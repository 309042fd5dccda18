"""Pages where a mentor writes, shows and hides their page, and where a photo is served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.mentors import commands, jobs, queries
from marketplace.mentors.drafts import (
    empty_profile,
    fingerprints,
    has_unpublished_changes,
    shown_now,
    values_of,
)
from marketplace.mentors.faces import Face, draft_card, face_of
from marketplace.mentors.fields import locale
from marketplace.mentors.forms import ProfileForm
from marketplace.mentors.guidance import (
    MISSING,
    audience_details,
    audience_reach,
    hints,
    in_words,
    kept_sentence,
    reach_in_words,
)
from marketplace.mentors.models import MentorProfile, ProfileState
from marketplace.mentors.photos import MEDIA_TYPE, UnusablePhoto, encode_photo
from marketplace.mentors.policy import may_resume, may_withdraw, missing_for_publication
from tenants.privacy.queries import views_of_me
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("mentors", __name__)

RENAMING_JOBS = jobs
"""Named here so that pages and the worker, which know the product by its pages, register them."""


# --- the page being written -------------------------------------------------------------------------------


@bp.get("/")
def edit() -> str:
    profile = _profile()
    form = _form(profile)
    # Of what is stored, not of what the form filled in by itself: that is then this window's change, and kept.
    form.show(fingerprints(values_of(profile)))
    return _page(form, profile)


@bp.post("/draft")
def save() -> ResponseReturnValue:
    """The autosave (a few pieces of the page come back) and the button of the same name (the whole page
    does).
    """
    form = _form()
    if not form.validate():
        return _refused(form)
    saved = _save(form)
    partly = request.headers.get("HX-Request") == "true"
    if saved.contested:
        return _contested(form, saved, partly=partly)
    kept = kept_sentence(form[name].label.text for name in saved.elsewhere)
    if partly:
        form.show(shown_now(form.sent_from(), form.draft(), {}), window=form.window.data)
        return _pieces(form, saved.profile, kept=kept)
    if kept:
        flash(kept, "info")
    flash(_("Saved. Nobody sees it before you publish."), "ok")
    return redirect(url_for("mentors.edit"), 303)


@bp.post("/beginning")
def begin() -> ResponseReturnValue:
    """Somebody who was a mentee becomes a mentor: the draft is there from now on, with what is known of them."""
    commands.save_draft(acting=g.acting, values={}, now=clock.now())
    flash(_("Your mentor page is begun. Nobody sees it before you publish."), "ok")
    return redirect(url_for("mentors.edit"), 303)


@bp.post("/publication")
def publish() -> ResponseReturnValue:
    form = _form()
    if not form.validate():
        return _refused(form)
    saved = _save(form)
    if saved.contested:
        return _contested(form, saved)
    missing = missing_for_publication(saved.profile)
    if missing:
        form.point_out({name: str(MISSING[name]) for name in missing})
        form.show(fingerprints(form.draft()), window=form.window.data)
        return _page(form, saved.profile), 422
    commands.publish_profile(acting=g.acting, now=clock.now())
    flash(_("Your page is published. %(reach)s", reach=reach_in_words(g.acting, saved.profile)), "ok")
    return redirect(url_for("mentors.edit"), 303)


@bp.post("/draft/removal")
def discard() -> ResponseReturnValue:
    commands.discard_changes(acting=g.acting, now=clock.now())
    flash(_("This is your page as others see it. What you had changed is gone."), "ok")
    return redirect(url_for("mentors.edit"), 303)


# --- shown and hidden -------------------------------------------------------------------------------------


@bp.post("/pause")
def pause() -> ResponseReturnValue:
    commands.pause_profile(acting=g.acting, now=clock.now())
    _flash_with_undo(_("Your page is paused: nobody sees it now. Requests under way go on."), url_for("mentors.resume"))
    return redirect(url_for("mentors.edit"), 303)


@bp.post("/resumption")
def resume() -> ResponseReturnValue:
    commands.resume_profile(acting=g.acting, now=clock.now())
    flash(_("Your page can be seen again."), "ok")
    return redirect(url_for("mentors.edit"), 303)


@bp.get("/withdrawal")
def ask_withdrawal() -> str:
    if not may_withdraw(_profile()):
        abort(404)
    return render_template("mentors/withdrawal.html")


@bp.post("/withdrawal")
def withdraw() -> ResponseReturnValue:
    commands.withdraw_profile(acting=g.acting, now=clock.now())
    _flash_with_undo(_("Your page is withdrawn: nobody sees it. Your words stay here."), url_for("mentors.resume"))
    return redirect(url_for("mentors.edit"), 303)


@bp.get("/preview")
def preview() -> str:
    profile = _profile()
    firms = queries.firms_reached(g.acting, profile)
    chosen = request.args.get("firm", type=int) or (firms[0][0] if firms else None)
    name = dict(firms).get(chosen or 0)
    if name is None and firms:
        abort(404)
    return render_template(
        "mentors/preview.html",
        face=_face(profile),
        firms=firms,
        chosen=chosen,
        firm=name,
        state=_state(profile),
    )


# --- the photo --------------------------------------------------------------------------------------------


@bp.post("/photo")
def set_photo() -> ResponseReturnValue:
    sent = request.files.get("photo")
    try:
        photo = encode_photo(sent.read() if sent else b"")
    except UnusablePhoto as refusal:
        return _photo(str(refusal))
    commands.set_photo(acting=g.acting, photo=photo, now=clock.now())
    return _photo()


@bp.post("/photo/removal")
def remove_photo() -> ResponseReturnValue:
    commands.remove_photo(acting=g.acting)
    return _photo()


@bp.get("/photo/<int:person_id>/<fingerprint>", defaults={"size": "large"})
@bp.get("/photo/<int:person_id>/<fingerprint>/<any(small):size>")
def photo(person_id: int, fingerprint: str, size: str) -> Response:
    content = queries.photo_or_404(g.acting, person_id, fingerprint, small=size == "small")
    response = Response(content, mimetype=MEDIA_TYPE)
    response.cache_control.private = True
    response.cache_control.max_age = 7 * 24 * 3600
    response.cache_control.immutable = True
    return response


# --- people one does not wish to meet ---------------------------------------------------------------------


@bp.post("/blocks/<int:person_id>")
def block(person_id: int) -> ResponseReturnValue:
    if not queries.has_blocked(g.acting, person_id) and not queries.knows(g.acting, person_id):
        abort(404)
    commands.block_person(acting=g.acting, person_id=person_id, now=clock.now())
    _flash_with_undo(
        _("You two do not find each other any more. They are not told."),
        url_for("mentors.unblock", person_id=person_id),
    )
    return redirect(url_for("mentors.edit", _anchor="blocked"), 303)


@bp.post("/blocks/<int:person_id>/removal")
def unblock(person_id: int) -> ResponseReturnValue:
    commands.unblock_person(acting=g.acting, person_id=person_id)
    flash(_("You two may find each other again."), "ok")
    return redirect(url_for("mentors.edit", _anchor="blocked"), 303)


# --- what these pages are made of -------------------------------------------------------------------------


def _profile() -> MentorProfile:
    """The viewer's page, or an empty one that nothing stores before the first word."""
    return queries.own_profile(g.acting) or empty_profile(g.acting)


def _form(profile: MentorProfile | None = None) -> ProfileForm:
    """With a profile: its values. Without: what the browser sent."""
    networks = [(network.id, network.name) for network in queries.networks_of(g.acting)]
    values = {} if profile is None else values_of(profile) | {"time_zone": g.acting.time_zone}
    if not values.get("network_ids") and len(networks) == 1:
        values["network_ids"] = [networks[0][0]]
    return ProfileForm(
        request.form if profile is None else None,
        data=values,
        networks=networks,
        marketplace=0 in g.acting.audiences,
        in_network=g.acting.in_network,
    )


def _save(form: ProfileForm) -> commands.SavedDraft:
    return commands.save_draft(
        acting=g.acting,
        values=form.draft(),
        window=form.sent_from(insists=request.form.get("keeps") == "mine"),
        time_zone=form.time_zone.data,
        now=clock.now(),
    )


def _refused(form: ProfileForm) -> ResponseReturnValue:
    if request.headers.get("HX-Request") == "true":
        return render_template("mentors/_problems.html", form=form), 422
    return _page(form, _profile()), 422


def _contested(form: ProfileForm, saved: commands.SavedDraft, *, partly: bool = False) -> ResponseReturnValue:
    """The other window's words beside this one's; nothing contested is stored before somebody chooses."""
    others = {str(form[name].label.text): in_words(value, form[name]) for name, value in saved.contested.items()}
    form.show(shown_now(form.sent_from(), form.draft(), saved.contested), window=form.window.data)
    if partly:
        return _pieces(form, saved.profile, others=others), 409
    return _page(form, saved.profile, others=others), 409


def _flash_with_undo(text: str, undo: str) -> None:
    flash_undo(text, undo)


def _face(profile: MentorProfile) -> Face:
    card = draft_card(
        profile,
        name=g.acting.person_name,
        firm=g.acting.org_name,
        time_zone=g.acting.time_zone,
        photo=queries.own_photo(g.acting),
    )
    return face_of(card, slug=g.acting.slug, locale=locale())


def _state(profile: MentorProfile) -> str:
    """Where the page stands: ``draft``, ``published``, ``changed`` (published, with changes nobody sees),
    ``paused``, ``withdrawn``.
    """
    if profile.state is ProfileState.published and has_unpublished_changes(profile):
        return "changed"
    return profile.state.value


def _context(form: ProfileForm, profile: MentorProfile, others: Mapping[str, str] | None) -> dict[str, Any]:
    face = _face(profile)
    return {
        "form": form,
        "profile": profile,
        "face": face,
        "state": _state(profile),
        "hints": hints(profile, photo=bool(face.photo)),
        "reach": reach_in_words(g.acting, profile),
        "others": others or {},
        "resumable": may_resume(profile),
        "withdrawable": may_withdraw(profile),
    }


def _page(
    form: ProfileForm,
    profile: MentorProfile,
    *,
    others: Mapping[str, str] | None = None,
    photo_problem: str | None = None,
) -> str:
    return render_template(
        "mentors/edit.html",
        **_context(form, profile, others),
        audience_details=audience_details(g.acting),
        audience_reach=audience_reach(g.acting),
        blocked=queries.blocked_people(g.acting),
        views=views_of_me(today=clock.today()),
        problem=photo_problem,
    )


def _pieces(
    form: ProfileForm, profile: MentorProfile, *, others: Mapping[str, str] | None = None, kept: str = ""
) -> str:
    return render_template("mentors/_pieces.html", **_context(form, profile, others), kept=kept)


def _photo(problem: str | None = None) -> ResponseReturnValue:
    status = 422 if problem else 200
    if request.headers.get("HX-Request") == "true":
        return render_template("mentors/_photo.html", face=_face(_profile()), problem=problem), status
    if problem is None:
        return redirect(url_for("mentors.edit", _anchor="photo"), 303)
    profile = _profile()
    form = _form(profile)
    form.show(fingerprints(form.draft()))
    return _page(form, profile, photo_problem=problem), status
