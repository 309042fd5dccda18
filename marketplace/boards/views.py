"""The catalogue of board tracks, a track's pages, and the nomination of a candidate."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.billing.models import Subscription
from marketplace.billing.policy import may_pay, may_read_bills
from marketplace.billing.queries import subscription_to
from marketplace.billing.words import STATUSES
from marketplace.boards import commands, jobs, keeping, queries, words
from marketplace.boards.commands import TrackChanged
from marketplace.boards.forms import FIELDS, CandidateForm, TrackForm
from marketplace.boards.models import BoardTrack, Office
from marketplace.boards.policy import may_nominate_candidates, may_offer_tracks
from marketplace.boards.queries import TrackSeen
from marketplace.enrolments.eligibility import obstacles, profile_of, statements
from marketplace.enrolments.queries import known_people
from marketplace.programmes.modalities import Side
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from marketplace.programmes.words import cohort_name
from tenants.shared import clock
from tenants.shared.errors import Refused
from tenants.shared.prose import prose_html

bp = Blueprint("tracks", __name__)
public = Blueprint("public_tracks", __name__)

__all__ = ["bp", "jobs", "keeping", "public"]


def language() -> str:
    return str(get_locale())[:2]


@bp.get("")
def index() -> str:
    tracks = queries.tracks_in_sight(g.acting)
    return render_template(
        "boards/index.html",
        tracks=tracks,
        subscribed={seen.track.id: subscription_to(g.acting, seen.track) for seen in tracks},
        may_offer=may_offer_tracks(g.acting),
        language=language(),
        words=words,
        statuses=STATUSES,
    )


@bp.get("/<int:track_id>")
def show(track_id: int) -> str:
    seen = queries.track_or_404(g.acting, track_id)
    row = subscription_to(g.acting, seen.track)
    return render_template(
        "boards/show.html",
        seen=seen,
        track=seen.track,
        language=language(),
        words=words,
        statuses=STATUSES,
        prose=prose_html,
        subscription=row,
        candidates=queries.candidates(g.acting, row) if row else (),
        may_nominate=row is not None and row.may_nominate(clock.now()),
        reads_bills=may_read_bills(g.acting),
        may_pay=may_pay(g.acting),
        subscribers=queries.subscribers(seen),
    )


@public.get("/<network>/<slug>")
def anybody(network: str, slug: str) -> ResponseReturnValue:
    """What the network chose to show to anybody; no names of firms or people."""
    track = queries.public_track_or_404(network, slug)
    response = make_response(
        render_template("boards/public.html", track=track, language=language(), prose=prose_html, network_slug=network)
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


# --- writing ----------------------------------------------------------------------------------------------------------


def _to_offer() -> list[tuple[int, str]]:
    if not may_offer_tracks(g.acting):
        abort(404)
    return [
        (cohort.id, f"{programme.name(language())} · {cohort_name(cohort)}")
        for cohort, programme in queries.cohorts_to_sell(g.acting)
    ]


def _form_page(form: TrackForm, seen: TrackSeen | None, status: int = 200, **more: Any) -> ResponseReturnValue:
    return render_template("boards/form.html", form=form, seen=seen, language=language(), **more), status


@bp.get("/new")
def new() -> ResponseReturnValue:
    cohorts = _to_offer()
    return _form_page(TrackForm(formdata=None).offer(cohorts), None, cohorts=cohorts)


@bp.post("")
def add() -> ResponseReturnValue:
    cohorts = _to_offer()
    form = TrackForm().offer(cohorts)
    if not form.validate_on_submit():
        return _form_page(form, None, 422, cohorts=cohorts)
    track = commands.add_track(acting=g.acting, cohort_id=form.cohort_id.data, values=form.values(), now=clock.now())
    flash(_("The track is a draft that only you and your colleagues see."), "ok")
    return redirect(url_for(".show", track_id=track.id), 303)


@bp.get("/<int:track_id>/text")
def edit(track_id: int) -> ResponseReturnValue:
    seen = queries.run_track_or_404(g.acting, track_id)
    return _form_page(TrackForm.of(seen.track), seen)


@bp.post("/<int:track_id>/text")
def save(track_id: int) -> ResponseReturnValue:
    seen = queries.run_track_or_404(g.acting, track_id)
    form = TrackForm().offer(None)
    if not form.validate_on_submit():
        return _form_page(form, seen, 422)
    try:
        commands.save_track(
            acting=g.acting,
            track=seen.track,
            values=form.values(),
            began_with=form.version.data,
            now=clock.now(),
        )
    except TrackChanged as changed:
        # What was typed stays in the form; saved again, it stands over what the other wrote.
        form.version.data = changed.track.version
        differing = _differing(changed.track, form.values())
        return _form_page(form, seen, 422, differing=differing)
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", track_id=track_id), 303)


def _differing(track: BoardTrack, typed: dict[str, Any]) -> list[tuple[str, Any]]:
    """(field, what is saved now) of what the two wrote differently."""
    return [(name, getattr(track, name)) for name in FIELDS if getattr(track, name) != typed[name]]


@bp.post("/<int:track_id>/opening")
def open_it(track_id: int) -> ResponseReturnValue:
    seen = queries.run_track_or_404(g.acting, track_id)
    commands.open_track(acting=g.acting, track=seen.track, now=clock.now())
    flash(_("The track is open: your member firms find it under Board tracks."), "ok")
    return redirect(url_for(".show", track_id=track_id), 303)


@bp.post("/<int:track_id>/closing")
def close(track_id: int) -> ResponseReturnValue:
    seen = queries.run_track_or_404(g.acting, track_id)
    commands.close_track(acting=g.acting, track=seen.track, now=clock.now())
    flash(_("Nobody new subscribes. Those who have keep their seats."), "ok")
    return redirect(url_for(".show", track_id=track_id), 303)


# --- nominating -------------------------------------------------------------------------------------------------------


def _to_nominate(track_id: int) -> tuple[TrackSeen, Subscription, CohortSeen]:
    seen = queries.track_or_404(g.acting, track_id)
    if not may_nominate_candidates(g.acting):
        abort(404)
    row = subscription_to(g.acting, seen.track)
    if row is None:
        raise Refused(str(words.REFUSED["closed"]))
    if not row.may_nominate(clock.now()):
        raise Refused(str(words.REFUSED["unpaid"]))
    return seen, row, cohort_or_404(g.acting, seen.track.cohort_id)


def _nomination_page(
    seen: TrackSeen, row: Subscription, cohort: CohortSeen, form: CandidateForm, status: int = 200
) -> ResponseReturnValue:
    said = statements(cohort.cohort.modalities, Side.mentee)
    page = render_template(
        "boards/nominate.html", seen=seen, row=row, form=form, said=said, language=language(), cohort=cohort
    )
    return page, status


@bp.get("/<int:track_id>/nomination")
def nomination(track_id: int) -> ResponseReturnValue:
    seen, row, cohort = _to_nominate(track_id)
    return _nomination_page(seen, row, cohort, CandidateForm(formdata=None))


@bp.post("/<int:track_id>/nomination")
def nominate(track_id: int) -> ResponseReturnValue:
    seen, row, cohort = _to_nominate(track_id)
    form = CandidateForm()
    if not form.validate_on_submit():
        return _nomination_page(seen, row, cohort, form, 422)
    people = known_people(g.acting, [form.address.data, form.sponsor.data])
    person_id, sponsor_id = (people.get(field.data.lower()) for field in (form.address, form.sponsor))
    nobody = _("Nobody in your organisation has this address. Invite them under People first.")
    profile = profile_of(g.acting.org_id, person_id) if person_id else None
    if profile is None:
        form.address.errors = [nobody]
    elif against := obstacles(cohort.cohort.modalities, Side.mentee, profile):
        form.address.errors = [" ".join(against)]
    if sponsor_id is None:
        form.sponsor.errors = [nobody]
    elif sponsor_id == person_id:
        form.sponsor.errors = [_("Nobody puts themselves forward.")]
    if profile is None or sponsor_id is None or form.address.errors or form.sponsor.errors:
        return _nomination_page(seen, row, cohort, form, 422)
    one = commands.nominate_candidate(
        acting=g.acting,
        seen=cohort,
        subscription=row,
        profile=profile,
        sponsor_id=sponsor_id,
        office=Office(form.office.data),
        now=clock.now(),
        confirmed=statements(cohort.cohort.modalities, Side.mentee),
    )
    if one is None:
        flash(
            _(
                "%(name)s takes part already, between employers. The seat is kept, and a letter asks them to go on for %(org)s.",
                name=profile.name,
                org=g.acting.org_name,
            ),
            "ok",
        )
        return redirect(url_for(".show", track_id=track_id), 303)
    flash(_("%(name)s is asked by letter, and can answer from it.", name=profile.name), "ok")
    return redirect(url_for("enrolments.show", cohort_id=one.cohort_id, enrolment_id=one.id), 303)


@bp.post("/<int:track_id>/seats/<int:seat_id>/removal")
def give_back(track_id: int, seat_id: int) -> ResponseReturnValue:
    seen = queries.track_or_404(g.acting, track_id)
    if not may_nominate_candidates(g.acting):
        abort(404)
    commands.give_back_seat(acting=g.acting, seat_id=seat_id, now=clock.now())
    flash(_("The seat is free again."), "ok")
    return redirect(url_for(".show", track_id=seen.track.id), 303)
