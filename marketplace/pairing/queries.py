"""What somebody reads of a cohort's matching: whom they may meet, where they stand, and the cohort of a request."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.mentors.models import Card
from marketplace.pairing.models import CohortProposal
from marketplace.programmes.modalities import Form, Phase, Side, Words
from marketplace.programmes.models import Cohort, CohortState, Enrolment, EnrolmentState, Programme
from marketplace.programmes.queries import CohortSeen, phases_of
from marketplace.requests.models import OPEN_STATES, MentoringRequest, RequestState
from tenants.current import Acting
from tenants.shared.database import db

FROM_MATCHING = (Phase.matching, Phase.launch, Phase.mid_point)
OVER = (Phase.closing, Phase.alumni)

CohortMentor = Any
"""One row of ``cohort_mentors``: the columns of a directory's card, and ``enrolment_id``."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether two may be matched now. ``from_day``: when matching begins, while it has not."""

    is_open: bool
    is_over: bool
    from_day: date | None


def opening_of(cohort: Cohort) -> Opening:
    """From the matching phase (or the launch, where there is none) until the closing begins. One statement."""
    phases = phases_of(cohort)
    begun = any(one.opened_at for one in phases if one.phase in FROM_MATCHING)
    over = cohort.state in {CohortState.closed, CohortState.cancelled} or any(
        one.opened_at for one in phases if one.phase in OVER
    )
    coming = [one.starts_on for one in phases if one.phase in FROM_MATCHING and not one.skipped_at]
    is_open = begun and not over and cohort.state is CohortState.open
    return Opening(is_open, over, None if begun or not coming else coming[0])


class Stage(enum.StrEnum):
    """Where somebody who may ask stands."""

    not_yet = "not_yet"
    over = "over"
    training = "training"
    by_hand = "by_hand"
    paired = "paired"
    open = "open"


def own_enrolment(viewer: Acting, seen: CohortSeen, *sides: Side) -> Enrolment | None:
    """The viewer's own place in the cohort for the organisation they act in, if it is on one of these sides."""
    return next(
        (
            one
            for one in seen.own
            if one.side in sides and one.state is EnrolmentState.enrolled and one.firm_id == viewer.org_id
        ),
        None,
    )


def stage_of(viewer: Acting, seen: CohortSeen, opening: Opening, own: Enrolment) -> Stage:
    """Where the viewer, who may ask as ``own``, stands. One statement at most."""
    if opening.is_over:
        return Stage.over
    if has_pair_in_cohort(viewer.person_id, seen.cohort.org_id, seen.cohort.id):
        return Stage.paired
    rules = seen.cohort.modalities
    if rules.rules(own.side).training == "before_matching" and own.trained_at is None:
        return Stage.training
    if not opening.is_open:
        return Stage.not_yet
    return Stage.by_hand if rules.matching == "hand" else Stage.open


def has_pair_in_cohort(person_id: int, cohort_org_id: int | None, cohort_id: int) -> bool:
    """A place that is held for somebody whose request was confirmed is a pair that goes on; of peers whichever asked."""
    peer = MentoringRequest.form == Form.peer.value
    mine = sa.or_(
        MentoringRequest.mentee_person_id == person_id, sa.and_(peer, MentoringRequest.mentor_person_id == person_id)
    )
    query = sa.select(MentoringRequest.id).where(
        MentoringRequest.cohort_org_id == cohort_org_id,
        MentoringRequest.cohort_id == cohort_id,
        MentoringRequest.state == RequestState.confirmed,
        MentoringRequest.holds_place,
        mine,
    )
    return db.session.scalar(sa.select(query.exists())) or False


def has_card(viewer: Acting) -> bool:
    """Whether the viewer has published a mentor page where they act."""
    query = sa.select(Card.mentor_id).where(Card.org_id == viewer.org_id, Card.person_id == viewer.person_id)
    return db.session.scalar(sa.select(query.exists())) or False


_COHORT_MENTORS = sa.text(
    "SELECT * FROM cohort_mentors(CAST(:org_id AS integer), CAST(:cohort_id AS bigint), CAST(:enrolment_id AS bigint))"
)


def cohort_mentors(viewer: Acting, cohort: Cohort) -> Sequence[CohortMentor]:
    """Those whom the viewer may meet in the cohort, full ones too, by name. The gate answers for its participants only."""
    del viewer
    key = {"org_id": cohort.org_id, "cohort_id": cohort.id, "enrolment_id": None}
    return db.session.execute(_COHORT_MENTORS, key).all()


def cohort_mentor_or_404(viewer: Acting, cohort: Cohort, enrolment_id: int) -> CohortMentor:
    del viewer
    key = {"org_id": cohort.org_id, "cohort_id": cohort.id, "enrolment_id": enrolment_id}
    return db.session.execute(_COHORT_MENTORS, key).one_or_none() or abort(404)


def found_by_words(mentors: Sequence[CohortMentor], words: str) -> list[CohortMentor]:
    """Those in whose card every word stands somewhere; a cohort is small enough to look through."""
    wanted = words.casefold().split()
    return [one for one in mentors if all(word in _all_words(one) for word in wanted)]


def _all_words(one: CohortMentor) -> str:
    from marketplace.vocabulary import FUNCTIONS, INDUSTRIES, LANGUAGES, SKILLS

    labels = [
        kind.label(slug, locale)
        for kind, slugs in (
            (SKILLS, one.skills),
            (LANGUAGES, one.languages),
            (INDUSTRIES, one.industries),
            (FUNCTIONS, [one.function] if one.function else []),
        )
        for slug in slugs
        if slug in kind
        for locale in ("en", "fr")
    ]
    said = (one.name, one.firm, one.title, one.headline, one.place, *one.own_words, *labels)
    return " ".join(said).casefold()


def own_requests(viewer: Acting, cohort: Cohort) -> dict[int, MentoringRequest]:
    """The viewer's open requests and drafts in the cohort, by the other one's person."""
    query = sa.select(MentoringRequest).where(
        MentoringRequest.cohort_org_id == cohort.org_id,
        MentoringRequest.cohort_id == cohort.id,
        MentoringRequest.mentee_person_id == viewer.person_id,
        MentoringRequest.org_id == viewer.org_id,
        MentoringRequest.state.in_(OPEN_STATES | {RequestState.draft}),
    )
    return {one.mentor_person_id: one for one in db.session.scalars(query)}


@dataclass(frozen=True, slots=True)
class OfCohort:
    """What the pages of a pair say of the cohort it belongs to. ``reason`` and ``because``: why the committee proposed it."""

    cohort: Cohort
    programme: Programme
    reason: str | None
    because: list[dict[str, Any]] | None = None

    @property
    def safeguarding(self) -> Words | None:
        words = self.cohort.modalities.safeguarding
        return words if self.cohort.form is Form.external and words else None

    @property
    def form(self) -> Form:
        return self.cohort.form


def of_cohort(viewer: Acting, asked: MentoringRequest) -> OfCohort | None:
    """The cohort of a request, for one of its two; None outside of one, and where they no longer see it. One statement."""
    if asked.cohort_id is None or viewer.person_id not in (asked.mentee_person_id, asked.mentor_person_id):
        return None
    row = db.session.execute(
        sa.select(Cohort, Programme, CohortProposal.reason, CohortProposal.because)
        .join(Programme, sa.and_(Programme.org_id == Cohort.org_id, Programme.id == Cohort.programme_id))
        .outerjoin(
            CohortProposal,
            sa.and_(
                CohortProposal.org_id == Cohort.org_id,
                CohortProposal.request_org_id == asked.org_id,
                CohortProposal.request_id == asked.id,
            ),
        )
        .where(Cohort.org_id == asked.cohort_org_id, Cohort.id == asked.cohort_id)
    ).first()
    return OfCohort(*row) if row else None
