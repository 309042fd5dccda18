"""The matching page of a cohort: whom one may ask, where one stands, and the committee's two lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.committee.benches import has_seat
from marketplace.committee.policy import may_match
from marketplace.directory.faces import card_faces
from marketplace.directory.queries import interests_of
from marketplace.mentors.faces import face_of
from marketplace.pairing import commands, ending_jobs, jobs, policy, queries, wish_queries
from marketplace.pairing.candidates import candidates_of, standings
from marketplace.pairing.forms import PairForm
from marketplace.pairing.lists import Asked, pairs_of
from marketplace.pairing.overview import overview_of
from marketplace.pairing.queries import Stage
from marketplace.pairing.words import SAID, STAGES, state_words
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from marketplace.programmes.tabs import Tab, register
from marketplace.requests.models import RequestState
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("pairing", __name__)

JOBS = (jobs, ending_jobs)
"""Named here so that the worker, which knows the product by its pages, registers them."""


def is_shown(seen: CohortSeen) -> bool:
    return seen.takes_part or policy.may_see_states(seen)


register(Tab("matching", _l("Matching"), "pairing.index", 30, shown=is_shown))


def _seen_or_404(cohort_id: int) -> CohortSeen:
    seen = cohort_or_404(g.acting, cohort_id)
    return seen if is_shown(seen) else abort(404)


@bp.get("/")
def index(cohort_id: int) -> ResponseReturnValue:
    return _page(_seen_or_404(cohort_id))


def _page(seen: CohortSeen, form: PairForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    opening = queries.opening_of(seen.cohort)
    page = render_template(
        "pairing/index.html",
        seen=seen,
        opening=opening,
        peers=seen.cohort.form is Form.peer,
        circles=policy.has_circles(seen),
        own=_own_part(seen, opening),
        mentoring=_mentoring_part(seen, opening),
        committee=_committee_part(seen, opening, form) if policy.may_see_states(seen) else None,
        seated=seen.coordinates and not policy.may_pair_by_hand(seen) and has_seat(g.acting, seen.cohort.id),
    )
    return page, status


def _own_part(seen: CohortSeen, opening: queries.Opening) -> dict[str, Any] | None:
    """For somebody who may ask: where they stand, and whom they may meet."""
    own = queries.own_enrolment(g.acting, seen, Side.mentee, Side.peer)
    if own is None:
        return None
    stage = queries.stage_of(g.acting, seen, opening, own)
    found: dict[str, Any] = {"stage": stage.value, "sentence": STAGES[stage], "side": own.side}
    if stage not in {Stage.open, Stage.by_hand}:
        return found
    words = request.args.get("q", "")[:100].strip()
    everybody = queries.cohort_mentors(g.acting, seen.cohort)
    asked = queries.own_requests(g.acting, seen.cohort)
    wishes = (
        wish_queries.own_wishes(g.acting, seen.cohort, own, {one.enrolment_id for one in everybody})
        if wish_queries.may_wish(seen)
        else None
    )
    ranked = wishes.ranked if wishes else ()
    with_room = [one for one in everybody if one.room > 0 or one.person_id in asked or one.enrolment_id in ranked]
    shown = queries.found_by_words(with_room, words) if words else with_room
    now, locale = clock.now(), str(get_locale())
    faces = card_faces(shown[:MOST], interests_of(g.acting), slug=g.acting.slug, locale=locale, now=now)
    cards = [
        {"face": face, "enrolment_id": one.enrolment_id, "asked": asked.get(one.person_id)}
        for face, one in zip(faces, shown, strict=False)
    ]
    open_ones = sum(one.state is not RequestState.draft for one in asked.values())
    return found | {
        "words": words,
        "cards": cards,
        "total": len(shown),
        "all": len(with_room),
        "open": open_ones,
        "most_open": seen.cohort.modalities.open_requests,
        "wishes": wishes,
        "wished": _wished(everybody, ranked),
    }


def _wished(everybody: Sequence[Any], ranked: Sequence[int]) -> list[Any]:
    by_id = {one.enrolment_id: one for one in everybody}
    return [by_id[one] for one in ranked]


MOST = 60
"""Cards on the page; whoever looks for somebody else types a word."""


def _mentoring_part(seen: CohortSeen, opening: queries.Opening) -> dict[str, Any] | None:
    """For a mentor of the cohort: what is missing before they can be asked, how many they take, and whom they wish for."""
    own = queries.own_enrolment(g.acting, seen, Side.mentor)
    if own is None:
        return None
    rules = seen.cohort.modalities.mentors
    part: dict[str, Any] = {
        "places": own.places,
        "untrained": rules.training == "before_matching" and own.trained_at is None,
        "has_page": queries.has_card(g.acting),
        "wishes": None,
    }
    if opening.is_open and wish_queries.may_wish(seen) and part["has_page"] and not part["untrained"]:
        words = request.args.get("q", "")[:100].strip()
        everybody = wish_queries.cohort_mentees(g.acting, seen.cohort)
        wishes = wish_queries.own_wishes(g.acting, seen.cohort, own, {one.enrolment_id for one in everybody})
        shown = wish_queries.mentees_by_words(everybody, words) if words else everybody
        part |= {
            "wishes": wishes,
            "wished": _wished(everybody, wishes.ranked),
            "words": words,
            "people": shown[:MOST],
            "total": len(shown),
        }
    return part


def _number(name: str) -> int | None:
    value = request.values.get(name, "")
    return int(value) if re.fullmatch(r"[0-9]{1,19}", value) else None


def _asked() -> Asked:
    return Asked(
        words=request.args.get("q", "")[:100].strip(),
        everybody=request.args.get("everybody") == "1",
        mentee=_number("mentee"),
        mentor=_number("mentor"),
        mentees_after=_number("mentees_after"),
        mentors_after=_number("mentors_after"),
        pairs_after=_number("pairs_after"),
    )


def _committee_part(seen: CohortSeen, opening: queries.Opening, form: PairForm | None) -> dict[str, Any]:
    asked = _asked()
    there = overview_of(g.acting, seen.cohort, asked) if policy.may_pair_by_hand(seen) else None
    every = there.pairs if there else standings(seen.cohort)
    part: dict[str, Any] = {
        "pairs": pairs_of(every, asked),
        "any_pairs": bool(every),
        "state_words": state_words,
        "said": SAID,
        "asked": asked,
        "by_hand": there is not None,
        "matched": may_match(seen),
        "central": seen.cohort.modalities.centralised,
        "matching": seen.cohort.modalities.matching,
    }
    if there is not None:
        lists = there.lists
        chosen = {name: str(one) for name, one in (("mentee", asked.mentee), ("mentor", asked.mentor)) if one}
        part |= {
            "there": there,
            "form": (form or PairForm(formdata=None, data=chosen)).fill(lists.mentees.rows, lists.mentors.rows),
            "open": opening.is_open,
        }
    return part


@bp.get("/<int:enrolment_id>")
def show(cohort_id: int, enrolment_id: int) -> ResponseReturnValue:
    """A mentor's page, or a peer's, for those who take part: published to them or not."""
    seen = _seen_or_404(cohort_id)
    own = queries.own_enrolment(g.acting, seen, Side.mentee, Side.peer) or abort(404)
    one = queries.cohort_mentor_or_404(g.acting, seen.cohort, enrolment_id)
    stage = queries.stage_of(g.acting, seen, queries.opening_of(seen.cohort), own)
    return render_template(
        "pairing/show.html",
        seen=seen,
        one=one,
        face=face_of(one._mapping, slug=g.acting.slug, locale=str(get_locale()), goals=interests_of(g.acting).goals),
        asked=queries.own_requests(g.acting, seen.cohort).get(one.person_id),
        sentence=STAGES[stage],
    )


# --- the committee --------------------------------------------------------------------------------------------------


@bp.post("/proposals")
def propose(cohort_id: int) -> ResponseReturnValue:
    seen = _committee_or_404(cohort_id)
    commands.require_committee(seen)
    there = candidates_of(g.acting, seen.cohort)
    # The rule that forbids a pair is said by the command; the form knows everybody of the cohort.
    form = PairForm().fill(there.mentees, there.mentors)
    if not form.validate_on_submit():
        return _page(seen, form, status=422)
    mentee = next(one for one in there.mentees if str(one.enrolment_id) == form.mentee.data)
    mentor = next(one for one in there.mentors if str(one.enrolment_id) == form.mentor.data)
    proposal_id = commands.propose_pair(
        acting=g.acting,
        seen=seen,
        candidates=there,
        mentee=mentee,
        mentor=mentor,
        reason=form.reason.data,
        now=clock.now(),
    )
    flash_undo(
        _("%(mentee)s and %(mentor)s: the proposal is on its way.", mentee=mentee.name, mentor=mentor.name),
        url_for("pairing.undo", cohort_id=cohort_id, proposal_id=proposal_id),
    )
    return redirect(url_for("pairing.index", cohort_id=cohort_id), 303)


@bp.post("/proposals/<int:proposal_id>/removal")
def undo(cohort_id: int, proposal_id: int) -> ResponseReturnValue:
    seen = _committee_or_404(cohort_id)
    commands.require_committee(seen)
    one = next((pair for pair in standings(seen.cohort) if pair.proposal_id == proposal_id), None) or abort(404)
    names = (one.mentee_name, one.mentor_name)
    commands.undo_proposal(acting=g.acting, seen=seen, proposal_id=proposal_id, names=names, now=clock.now())
    flash(_("The proposal is taken back. Both are told that there is nothing to do."), "ok")
    return redirect(url_for("pairing.index", cohort_id=cohort_id), 303)


def _committee_or_404(cohort_id: int) -> CohortSeen:
    seen = cohort_or_404(g.acting, cohort_id)
    return seen if policy.may_see_states(seen) else abort(404)
