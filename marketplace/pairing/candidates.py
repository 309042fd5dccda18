"""Who could be paired with whom in a cohort, as plain values: what a committee pairs by hand from, and a solver by rule.

Nothing here asks the database but ``candidates_of``, in three statements; what it gives back can be kept, copied and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.pairing.rules import Rule
from marketplace.programmes.modalities import ACROSS_FIRMS, Form, Modalities, Side
from marketplace.programmes.models import Cohort
from marketplace.requests.models import OPEN_STATES, RequestState
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody enrolled on one side. ``room``: places free now, before open proposals; ``quota``: of their firm, if any."""

    enrolment_id: int
    person_id: int
    firm_id: int
    side: Side
    name: str
    firm: str
    title: str
    headline: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    has_page: bool
    places: int
    room: int
    trained: bool
    of_school: bool
    quota: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A request of the cohort as those who look after it read it: who, and where it stands; never a word."""

    org_id: int
    request_id: int
    proposal_id: int | None
    undone: bool
    mentee_person_id: int
    mentor_person_id: int
    mentee_name: str
    mentor_name: str
    mentee_firm: str
    mentor_firm: str
    mentee_firm_id: int
    mentor_firm_id: int
    state: RequestState
    due_at: datetime | None
    updated_at: datetime
    mentorship: str | None

    @property
    def is_pair(self) -> bool:
        return self.mentorship in {"running", "paused"}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def may_be_undone(self) -> bool:
        waits = self.state in {RequestState.awaiting_employer, RequestState.sent}
        return self.proposal_id is not None and not self.undone and waits


@dataclass(frozen=True, slots=True)
class Candidates:
    """``mentees`` and ``mentors`` (in the peer form the same people on both), who must not meet, and what there is already.

    ``apart`` holds pairs of enrolments (mentee's, mentor's).
    """

    form: Form
    modalities: Modalities
    mentees: tuple[Candidate, ...]
    mentors: tuple[Candidate, ...]
    apart: frozenset[tuple[int, int]]
    pairs: tuple[Standing, ...]
    _taken: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def _count(self, name: str) -> Any:
        """What is asked once for each pair is counted once for all."""
        if not self._taken:
            live = [one for one in self.pairs if one.is_pair or one.is_open]
            proposed = [
                one for one in live if one.proposal_id and one.is_open and one.state is not RequestState.accepted
            ]
            spoken_for = [one.mentee_person_id for one in live if one.is_pair or one.proposal_id]
            if self.form is Form.peer:
                spoken_for += [one.mentor_person_id for one in live if one.is_pair or one.proposal_id]
            bound = [one for one in live if one.is_pair or one.state is RequestState.accepted or one.proposal_id]
            self._taken.update(
                between={(one.mentee_person_id, one.mentor_person_id) for one in live},
                spoken_for=frozenset(spoken_for),
                proposed=Counter(one.mentor_person_id for one in proposed),
                mentees=Counter(firm for firm, _who in {(one.mentee_firm_id, one.mentee_person_id) for one in bound}),
                mentors=Counter(firm for firm, _who in {(one.mentor_firm_id, one.mentor_person_id) for one in bound}),
                in_quota={one.mentor_person_id for one in bound},
            )
        return self._taken[name]

    def places_left(self, mentor: Candidate) -> int:
        """Less what open proposals would take if their mentors say yes."""
        return max(mentor.room - int(self._count("proposed")[mentor.person_id]), 0)

    def without_pair(self) -> tuple[Candidate, ...]:
        return tuple(one for one in self.mentees if one.person_id not in self._count("spoken_for"))

    def with_room(self) -> tuple[Candidate, ...]:
        taken = self._count("spoken_for") if self.form is Form.peer else frozenset()
        return tuple(one for one in self.mentors if self.places_left(one) and one.person_id not in taken)

    def forbids(self, mentee: Candidate, mentor: Candidate) -> Rule | None:
        """The first hard rule between the two; None when they may be paired."""
        if mentee.person_id == mentor.person_id:
            return Rule.same_person
        if self.form in ACROSS_FIRMS and mentee.firm_id == mentor.firm_id:
            return Rule.own_firm
        if self.form is Form.external and not (mentee.of_school and not mentor.of_school):
            return Rule.school
        if (mentee.enrolment_id, mentor.enrolment_id) in self.apart:
            return Rule.apart
        for one in (mentee, mentor):
            if self.modalities.rules(one.side).training == "before_matching" and not one.trained:
                return Rule.training
        if not mentor.has_page and mentor.side is not Side.peer:
            return Rule.page
        if mentee.person_id in self._count("spoken_for"):
            return Rule.paired
        pair = (mentee.person_id, mentor.person_id)
        if pair in self._count("between") or pair[::-1] in self._count("between"):
            return Rule.asked
        if not self.places_left(mentor):
            return Rule.places
        if mentee.quota is not None and self._count("mentees")[mentee.firm_id] >= mentee.quota:
            return Rule.quota
        new = mentor.person_id not in self._count("in_quota")
        if new and mentor.quota is not None and self._count("mentors")[mentor.firm_id] >= mentor.quota:
            return Rule.quota
        return None

    def allowed(self) -> Iterator[tuple[Candidate, Candidate]]:
        """Every pair that no hard rule forbids."""
        for mentee in self.without_pair():
            for mentor in self.with_room():
                if self.forbids(mentee, mentor) is None:
                    yield mentee, mentor


def candidates_of(viewer: Acting, cohort: Cohort) -> Candidates:
    """As far as the viewer looks after the cohort: whoever runs it reads all, a firm that takes part what concerns it.

    The gate decides; for anybody else everything is empty.
    """
    del viewer  # the functions in the database answer for the person of the context
    modalities, key = cohort.modalities, {"org_id": cohort.org_id, "cohort_id": cohort.id}
    people = [_candidate(row, modalities) for row in _rows("cohort_people", key)]
    return Candidates(
        cohort.form,
        modalities,
        tuple(one for one in people if one.side is not Side.mentor),
        tuple(one for one in people if one.side is not Side.mentee),
        frozenset((row.mentee_enrolment, row.mentor_enrolment) for row in _rows("cohort_apart", key)),
        standings(cohort),
    )


def standings(cohort: Cohort) -> tuple[Standing, ...]:
    """Where the cohort's requests stand, the newest first."""
    rows = _rows("cohort_pairs", {"org_id": cohort.org_id, "cohort_id": cohort.id})
    return tuple(
        Standing(
            org_id=row.request_org_id,
            request_id=row.request_id,
            proposal_id=row.proposal_id,
            undone=row.undone,
            mentee_person_id=row.mentee_person_id,
            mentor_person_id=row.mentor_person_id,
            mentee_name=row.mentee_name,
            mentor_name=row.mentor_name,
            mentee_firm=row.mentee_firm,
            mentor_firm=row.mentor_firm,
            mentee_firm_id=row.mentee_firm_id,
            mentor_firm_id=row.mentor_firm_id,
            state=RequestState(row.state),
            due_at=row.due_at,
            updated_at=row.updated_at,
            mentorship=row.mentorship_state,
        )
        for row in rows
    )


def _rows(function: str, key: dict[str, int]) -> list[Any]:
    statement = sa.text(f"SELECT * FROM {function}(CAST(:org_id AS integer), CAST(:cohort_id AS bigint))")  # noqa: S608
    return list(db.session.execute(statement, key))


def _candidate(row: Any, modalities: Modalities) -> Candidate:
    side = Side(row.side)
    own, general = (
        (row.max_mentors, modalities.quota.mentors)
        if side is Side.mentor
        else (row.max_mentees, modalities.quota.mentees)
    )
    return Candidate(
        enrolment_id=row.enrolment_id,
        person_id=row.person_id,
        firm_id=row.firm_id,
        side=side,
        name=row.name,
        firm=row.firm,
        title=row.title,
        headline=row.headline,
        skills=tuple(row.skills),
        languages=tuple(row.languages),
        has_page=row.published,
        places=row.places,
        room=row.room,
        trained=row.trained,
        of_school=row.school,
        quota=general if own is None else own,
    )
