"""The mentor who is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.directory.queries import Mentor, visible_mentors
from marketplace.pairing.models import CohortProposal
from marketplace.pairing.queries import Stage, cohort_mentor_or_404, cohort_mentors, opening_of, own_enrolment, stage_of
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort
from marketplace.programmes.queries import cohort_or_404
from marketplace.requests.models import MentoringRequest
from tenants.current import Acting
from tenants.organisations.models import Organisation
from tenants.shared.database import GREATEST_ID, db


@dataclass(frozen=True, slots=True)
class AskedMentor:
    """The public face of a mentor whom the viewer may ask.

    ``cohort``: where they meet in the matching of one; ``room`` is then what the mentor gives it, and ``enrolment_id`` says who
    they are in it. A peer may have no ``mentor_id`` yet (0).
    """

    org_id: int
    mentor_id: int
    person_id: int
    room: int
    name: str
    firm: str
    title: str
    headline: str
    forms: tuple[str, ...]
    cadence: str | None
    fingerprint: str | None
    cohort: Cohort | None = None
    enrolment_id: int = 0
    stage: Stage = Stage.open

    @property
    def id(self) -> int:
        return self.person_id

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


def asked_mentor(mentor: Mentor) -> AskedMentor:
    return AskedMentor(
        *(mentor.org_id, mentor.mentor_id, mentor.person_id, mentor.room, mentor.name, mentor.firm),
        *(mentor.title, mentor.headline, tuple(mentor.forms), mentor.cadence, mentor.photo),
    )


def askable_mentor_or_404(viewer: Acting, mentor_id: int) -> AskedMentor:
    """A mentor whom the viewer sees in the directory, full or not, and who is not the viewer."""
    seen = visible_mentors(viewer, [mentor_id]) if mentor_id <= GREATEST_ID else []
    if not seen:
        abort(404)
    return asked_mentor(seen[0])


def mentor_in_cohort_or_404(viewer: Acting, cohort_id: int, enrolment_id: int) -> AskedMentor:
    """Somebody whom the viewer, who takes part, may meet in this cohort, seen in the directory or not."""
    seen = cohort_or_404(viewer, cohort_id)
    own = own_enrolment(viewer, seen, Side.mentee, Side.peer) or abort(404)
    one = cohort_mentor_or_404(viewer, seen.cohort, enrolment_id)
    return _in_cohort(one, seen.cohort, stage_of(viewer, seen, opening_of(seen.cohort), own))


def askable_again_or_404(viewer: Acting, asked: MentoringRequest) -> AskedMentor:
    """The mentor of an earlier request, as the viewer sees them now where it was made: in the directory, or in its cohort."""
    if asked.cohort_id is None:
        return askable_mentor_or_404(viewer, asked.mentor_id)
    return _met_again(viewer, asked) or abort(404)


def may_be_asked_again(viewer: Acting, asked: MentoringRequest) -> bool:
    return _met_again(viewer, asked) is not None if asked.cohort_id else card_of_mentor(viewer, asked) is not None


def _met_again(viewer: Acting, asked: MentoringRequest) -> AskedMentor | None:
    seen = cohort_or_404(viewer, asked.cohort_id or 0)
    own = own_enrolment(viewer, seen, Side.mentee, Side.peer)
    one = next((m for m in cohort_mentors(viewer, seen.cohort) if m.person_id == asked.mentor_person_id), None)
    if one is None or own is None:
        return None
    return _in_cohort(one, seen.cohort, stage_of(viewer, seen, opening_of(seen.cohort), own))


def _in_cohort(one: Any, cohort: Cohort, stage: Stage) -> AskedMentor:
    rules = cohort.modalities
    return AskedMentor(
        *(one.org_id, one.mentor_id, one.person_id, one.room, one.name, one.firm, one.title, one.headline),
        *((cohort.form.value,), rules.cadence, one.photo, cohort, one.enrolment_id, stage),
    )


def profile_to_ask(mentor: AskedMentor, fresh_id: int) -> int | None:
    """The profile that a request to a peer points at, made if it is missing; None where the peer is gone."""
    if mentor.cohort is None or mentor.mentor_id:
        return mentor.mentor_id
    return db.session.scalar(
        sa.select(
            sa.func.cohort_profile(
                mentor.cohort.org_id,
                sa.cast(mentor.enrolment_id, sa.BigInteger),
                sa.cast(fresh_id, sa.BigInteger),
            )
        )
    )


def was_proposed(asked: MentoringRequest) -> bool:
    """Whether a committee asked on the mentee's behalf; for the worker of the mentee's firm, and for the two."""
    if asked.cohort_id is None:
        return False
    query = sa.select(CohortProposal.id).where(
        CohortProposal.request_org_id == asked.org_id, CohortProposal.request_id == asked.id
    )
    return db.session.scalar(sa.select(query.exists())) or False


def card_of_mentor(viewer: Acting, asked: MentoringRequest) -> Mentor | None:
    """The card of a request's mentor, if the viewer still sees it in the directory."""
    return next(iter(visible_mentors(viewer, [asked.mentor_id])), None)


def networks_without_places(viewer: Acting, mentor: AskedMentor) -> list[str]:
    """The names of the networks through which the viewer sees the mentor, when none has a place for one more mentee of
    the viewer's firm; empty when the request may go. Until the commit, colleagues who ask through them wait.
    """
    del viewer  # the function in the database answers for the person of the context
    full = db.session.scalars(sa.select(sa.func.full_for_mentee(mentor.org_id, mentor.person_id))).all()
    if not full:
        return []
    query = sa.select(Organisation.name).where(Organisation.id.in_(full)).order_by(Organisation.name)
    return list(db.session.scalars(query))
