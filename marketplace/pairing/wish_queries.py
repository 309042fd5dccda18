"""Whom somebody may wish to be paired with, and what they have wished. Their own alone: nobody else reads it here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.pairing.models import CohortProposal, OptOut, Wish
from marketplace.programmes.modalities import Form
from marketplace.programmes.models import Cohort, Enrolment
from marketplace.programmes.queries import CohortSeen
from marketplace.requests.models import OPEN_STATES, MentoringRequest
from marketplace.vocabulary import FUNCTIONS, LANGUAGES, SKILLS
from tenants.current import Acting
from tenants.shared.database import db

MOST_WISHES = 5

CohortMentee = Any
"""A row of ``cohort_mentees``: enrolment_id, person_id, name, firm, title, function, goals, languages."""


@dataclass(frozen=True, slots=True)
class OwnWishes:
    """``ranked``: enrolments in their order, the first wish first. ``apart``: persons whom the viewer would not be paired with.

    ``frozen``: the committee has proposed meanwhile.
    """

    ranked: tuple[int, ...]
    apart: frozenset[int]
    frozen: bool

    @property
    def is_full(self) -> bool:
        return len(self.ranked) >= MOST_WISHES

    def rank(self, enrolment_id: int) -> int | None:
        return self.ranked.index(enrolment_id) + 1 if enrolment_id in self.ranked else None


def may_wish(seen: CohortSeen) -> bool:
    """Where somebody pairs by hand, or proposes beside what people find themselves, wishes are read."""
    return seen.cohort.modalities.matching != "self"


def own_wishes(viewer: Acting, cohort: Cohort, own: Enrolment, shown: Collection[int]) -> OwnWishes:
    """``shown``: the enrolments that the viewer sees now; whoever has gone is in no rank any more. Three statements."""
    ranked = db.session.scalars(
        sa.select(Wish.other_id)
        .where(Wish.org_id == cohort.org_id, Wish.enrolment_id == own.id, Wish.person_id == viewer.person_id)
        .order_by(Wish.rank)
    )
    apart = db.session.scalars(
        sa.select(OptOut.other_person_id).where(
            OptOut.org_id == cohort.org_id, OptOut.cohort_id == cohort.id, OptOut.person_id == viewer.person_id
        )
    )
    return OwnWishes(
        tuple(one for one in ranked if one in shown), frozenset(apart), _is_proposed(viewer.person_id, cohort)
    )


def _is_proposed(person_id: int, cohort: Cohort) -> bool:
    asked = MentoringRequest
    mine = asked.mentee_person_id == person_id
    if cohort.form is Form.peer:
        mine = sa.or_(mine, asked.mentor_person_id == person_id)
    query = (
        sa.select(CohortProposal.id)
        .join(asked, sa.and_(asked.org_id == CohortProposal.request_org_id, asked.id == CohortProposal.request_id))
        .where(
            CohortProposal.org_id == cohort.org_id,
            CohortProposal.cohort_id == cohort.id,
            asked.state.in_(OPEN_STATES),
            mine,
        )
    )
    return db.session.scalar(sa.select(query.exists())) or False


def cohort_mentees(viewer: Acting, cohort: Cohort) -> Sequence[CohortMentee]:
    """Those whom the viewer, a mentor of the cohort, may be paired with, by name; a short card of each. The gate decides."""
    del viewer
    found = sa.text("SELECT * FROM cohort_mentees(CAST(:org_id AS integer), CAST(:cohort_id AS bigint))")
    return db.session.execute(found, {"org_id": cohort.org_id, "cohort_id": cohort.id}).all()


def mentees_by_words(mentees: Sequence[CohortMentee], words: str) -> list[CohortMentee]:
    wanted = words.casefold().split()
    return [one for one in mentees if all(word in _all_words(one) for word in wanted)]


def _all_words(one: CohortMentee) -> str:
    slugs = ((SKILLS, one.goals), (LANGUAGES, one.languages), (FUNCTIONS, [one.function]))
    labels = [
        kind.label(slug, locale) for kind, chosen in slugs for slug in chosen if slug in kind for locale in ("en", "fr")
    ]
    return " ".join((one.name, one.firm, one.title, *labels)).casefold()
