"""Who could be paired with whom in a cohort, as plain values: what a committee pairs by hand from, and a solver by rule.

Nothing here asks the database but the functions at its end; what they give back can be kept, copied and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace.pairing import hard_rules
from marketplace.pairing.hard_rules import HardRule
from marketplace.pairing.rules import Rule
from marketplace.programmes.modalities import Form, Modalities, Side
from marketplace.programmes.models import Cohort
from marketplace.requests.models import OPEN_STATES, RequestState
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody enrolled on one side. ``room``: places free now, before open proposals; ``quota``: of their firm, if any.

    What follows ``headline`` may be weighed: ``skills`` that a mentor offers, ``goals`` that a mentee works on (slugs of one
    vocabulary), and so on; empty where they have not said. ``utc_minutes``: how far their clock is from UTC on launch day.
    """

    enrolment_id: int
    person_id: int
    firm_id: int
    side: Side
    name: str
    firm: str
    title: str
    headline: str
    skills: tuple[str, ...]
    goals: tuple[str, ...]
    languages: tuple[str, ...]
    function: str
    industries: tuple[str, ...]
    seniority: str
    cadence: str
    time_zone: str
    utc_minutes: int
    place: str
    remote: bool
    in_person: bool
    has_page: bool
    places: int
    room: int
    trained: bool
    of_school: bool
    quota: int | None

    @property
    def offers_or_wants(self) -> tuple[str, ...]:
        """What stands beside their name in a list."""
        return self.skills or self.goals


@dataclass(frozen=True, slots=True)
class Statement:
    """One step of a proposal: who said what (``proposed``, ``mentor_yes``, …), and when."""

    says: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FirmWord:
    """A firm that is asked about a pair: whose firm it is (``side``), and ``waiting``, ``yes`` or ``no``. Never why."""

    side: str
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A request of the cohort as those who look after it read it: who, and where it stands; never a word.

    ``…_firm_id``: where it counts, which is where the person takes part now; None between employers.
    """

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
    mentee_firm_id: int | None
    mentor_firm_id: int | None
    state: RequestState
    due_at: datetime | None
    updated_at: datetime
    mentorship: str | None
    statements: tuple[Statement, ...] = ()
    firms: tuple[FirmWord, ...] = ()

    @property
    def is_pair(self) -> bool:
        return self.mentorship in {"running", "paused"}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def firm_of(self, side: str) -> str:
        return self.mentee_firm if side == "mentee" else self.mentor_firm

    @property
    def may_be_undone(self) -> bool:
        waits = self.state in {RequestState.awaiting_employer, RequestState.sent}
        return self.proposal_id is not None and not self.undone and waits


class Place(NamedTuple):
    """Somebody enrolled, as little as it takes to say whether they look for a pair. ``room``: as a candidate's."""

    enrolment_id: int
    person_id: int
    side: Side
    room: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What the requests of a cohort take up, counted once for all. Persons, and firms by the place where each counts.

    ``spoken_for``: who has a pair, or a proposal that waits, as a mentee or as one of two peers; ``waits``: how many places of a
    mentor's open proposals would take. Of peers ``of_mentees`` and ``of_mentors`` are the same figure: who is in pairs.
    ``firms``: the mentee's and the mentor's, of each pair and proposal.
    """

    between: frozenset[tuple[int, int]]
    spoken_for: frozenset[int]
    waits: Mapping[int, int]
    of_mentees: Mapping[int | None, int]
    of_mentors: Mapping[int | None, int]
    counted: frozenset[int]
    firms: tuple[tuple[int, int], ...] = ()

    def left(self, mentor: Candidate | Place) -> int:
        """Places, less what open proposals would take if their mentors say yes."""
        return max(mentor.room - self.waits.get(mentor.person_id, 0), 0)

    def has(self, one: Candidate | Place) -> bool:
        return one.side is not Side.mentor and one.person_id in self.spoken_for


def taken_by(pairs: Sequence[Standing], form: Form) -> Taken:
    live = [one for one in pairs if one.is_pair or one.is_open]
    waits = Counter(
        one.mentor_person_id
        for one in live
        if one.proposal_id and one.is_open and one.state is not RequestState.accepted
    )
    spoken_for = [one.mentee_person_id for one in live if one.is_pair or one.proposal_id]
    if form is Form.peer:
        spoken_for += [one.mentor_person_id for one in live if one.is_pair or one.proposal_id]
    bound = [one for one in live if one.is_pair or one.state is RequestState.accepted or one.proposal_id]
    mentees = {(one.mentee_firm_id, one.mentee_person_id) for one in bound}
    mentors = {(one.mentor_firm_id, one.mentor_person_id) for one in bound}
    if form is Form.peer:
        mentees = mentors = mentees | mentors
    return Taken(
        between=frozenset((one.mentee_person_id, one.mentor_person_id) for one in live),
        spoken_for=frozenset(spoken_for),
        waits=waits,
        of_mentees=Counter(firm for firm, _who in mentees),
        of_mentors=Counter(firm for firm, _who in mentors),
        counted=frozenset(who for _firm, who in mentors),
        firms=tuple(
            (one.mentee_firm_id, one.mentor_firm_id) for one in bound if one.mentee_firm_id and one.mentor_firm_id
        ),
    )


@dataclass(frozen=True, slots=True)
class Candidates:
    """``mentees`` and ``mentors`` (in the peer form the same people on both), the rules between them, and what there is already.

    ``apart`` and ``earlier`` hold pairs of enrolments (mentee's, mentor's); ``wishes`` the rank, 1 to 5, by (whose, for whom).
    """

    form: Form
    modalities: Modalities
    mentees: tuple[Candidate, ...]
    mentors: tuple[Candidate, ...]
    apart: frozenset[tuple[int, int]]
    pairs: tuple[Standing, ...]
    earlier: frozenset[tuple[int, int]] = frozenset()
    wishes: Mapping[tuple[int, int], int] = field(default_factory=dict)
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rules(self) -> tuple[HardRule, ...]:
        """Every hard rule as a named object, in the order in which it is said: those of the sheet, then those of the hour."""
        if "rules" not in self._kept:
            taken = self.taken
            self._kept["rules"] = (
                *hard_rules.of_modalities(self.modalities, self.apart, self.earlier),
                hard_rules.WithoutPair(taken.spoken_for),
                hard_rules.NotAsked(taken.between),
                hard_rules.Places({one.enrolment_id: taken.left(one) for one in self.mentors}),
                hard_rules.Quotas(taken.of_mentees, taken.of_mentors, taken.counted),
            )
        found: tuple[HardRule, ...] = self._kept["rules"]
        return found

    @property
    def taken(self) -> Taken:
        if "taken" not in self._kept:
            self._kept["taken"] = taken_by(self.pairs, self.form)
        found: Taken = self._kept["taken"]
        return found

    def places_left(self, mentor: Candidate) -> int:
        """Less what open proposals would take if their mentors say yes."""
        return self.taken.left(mentor)

    def is_spoken_for(self, one: Candidate) -> bool:
        """Whether they have a pair here or a proposal that waits: as a mentee, or as one of two peers."""
        return self.taken.has(one)

    def without_pair(self) -> tuple[Candidate, ...]:
        return tuple(one for one in self.mentees if not self.is_spoken_for(one))

    def with_room(self) -> tuple[Candidate, ...]:
        return tuple(one for one in self.mentors if self.places_left(one) and not self.is_spoken_for(one))

    def wish(self, whose: Candidate, other: Candidate) -> int | None:
        """The rank, from 1, at which ``whose`` wishes for ``other``."""
        return self.wishes.get((whose.enrolment_id, other.enrolment_id))

    def forbids(self, mentee: Candidate, mentor: Candidate) -> Rule | None:
        """The first hard rule between the two; None when they may be paired."""
        return next((one.rule for one in self.rules if one.forbids(mentee, mentor)), None)

    def allowed(self) -> Iterator[tuple[Candidate, Candidate]]:
        """Every pair that no hard rule forbids."""
        for mentee in self.without_pair():
            for mentor in self.with_room():
                if self.forbids(mentee, mentor) is None:
                    yield mentee, mentor


def candidates_of(viewer: Acting, cohort: Cohort) -> Candidates:
    """As far as the viewer looks after the cohort: whoever runs it reads all, a firm that takes part what concerns it.

    The gate decides; for anybody else everything is empty. Three statements.
    """
    key = {"org_id": cohort.org_id, "cohort_id": cohort.id}
    people = people_of(viewer, cohort)
    between: dict[str, dict[tuple[int, int], int]] = {"apart": {}, "earlier": {}, "wish": {}}
    for row in _rows("cohort_between", key):
        between[row.kind][row.one, row.other] = row.rank
    return Candidates(
        cohort.form,
        cohort.modalities,
        tuple(one for one in people if one.side is not Side.mentor),
        tuple(one for one in people if one.side is not Side.mentee),
        frozenset(between["apart"]),
        standings(cohort),
        frozenset(between["earlier"]),
        between["wish"],
    )


def people_of(viewer: Acting, cohort: Cohort, only: Collection[int] | None = None) -> list[Candidate]:
    """Those whom the viewer may pair, by name; ``only``: of these enrolments."""
    del viewer  # the functions in the database answer for the person of the context
    key = {"org_id": cohort.org_id, "cohort_id": cohort.id, "only": None if only is None else list(only)}
    begins, modalities = datetime.combine(cohort.launch_on, time(12), UTC), cohort.modalities
    return [_candidate(row, modalities, begins) for row in _rows("cohort_people", key, ", CAST(:only AS bigint[])")]


def places_of(viewer: Acting, cohort: Cohort) -> list[Place]:
    """The same people in the same order, and no more of them than a list needs to be counted and cut."""
    del viewer
    rows = _rows("cohort_places", {"org_id": cohort.org_id, "cohort_id": cohort.id})
    sides = {side.value: side for side in Side}
    return [Place(enrolment_id, person_id, sides[side], room) for enrolment_id, person_id, side, room in rows]


def wishes_of(viewer: Acting, cohort: Cohort, only: Collection[int]) -> list[tuple[int, int, str, int]]:
    """(whose, for whom, their name, rank) of these enrolments, as far as the viewer pairs."""
    del viewer
    key = {"org_id": cohort.org_id, "cohort_id": cohort.id, "only": list(only)}
    return [tuple(row) for row in _rows("cohort_wishes_of", key, ", CAST(:only AS bigint[])")]


def standings(cohort: Cohort) -> tuple[Standing, ...]:
    """Where the cohort's requests stand, the newest first."""
    key = {"org_id": cohort.org_id, "cohort_id": cohort.id}
    rows = _rows("cohort_pairs", key)
    firms: dict[int, list[FirmWord]] = {}
    if cohort.modalities.firms_say_yes:
        for word in _rows("cohort_consents", key):
            firms.setdefault(word.request_id, []).append(FirmWord(word.side, word.state, word.decided_at))
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
            statements=tuple(
                Statement(said["says"], said["name"], datetime.fromisoformat(said["at"])) for said in row.statements
            ),
            firms=tuple(sorted(firms.get(row.request_id, ()), key=lambda one: one.side)),
        )
        for row in rows
    )


def _rows(function: str, key: Mapping[str, object], more: str = "") -> list[Any]:
    statement = sa.text(f"SELECT * FROM {function}(CAST(:org_id AS integer), CAST(:cohort_id AS bigint){more})")  # noqa: S608
    return list(db.session.execute(statement, key))


def _candidate(row: Any, modalities: Modalities, begins: datetime) -> Candidate:
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
        goals=tuple(row.goals),
        languages=tuple(row.languages),
        function=row.function,
        industries=tuple(row.industries),
        seniority=row.seniority,
        cadence=row.cadence,
        time_zone=row.time_zone,
        utc_minutes=_minutes_from_utc(row.time_zone, begins),
        place=row.place,
        remote=row.remote,
        in_person=row.in_person,
        has_page=row.published,
        places=row.places,
        room=row.room,
        trained=row.trained,
        of_school=row.school,
        quota=general if own is None else own,
    )


@lru_cache(maxsize=1024)
def _minutes_from_utc(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) // 60 if offset else 0
