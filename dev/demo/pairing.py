"""Matching in the demo's cohorts: wishes, a pair proposed by hand, a version of the bench that is published, circles of peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, Mentor, World
from marketplace.committee.jobs import answer_to, told_of
from marketplace.committee.priorities import Priorities
from marketplace.committee.questions import Question
from marketplace.matching import members
from marketplace.pairing.hard_rules import RANKS
from marketplace.programmes.modalities import CircleSize, Form, Modalities, Phase, SideRules, Timing, Words

REASON = (
    "You have both taken over a team that somebody else had built, and you work an hour apart. We think that you will not run "
    "out of things to compare."
)
PEERS = Modalities(
    form=Form.peer,
    aims=Words(
        en="People who lead for the first time think along with each other.",
        fr="Des personnes qui encadrent pour la première fois réfléchissent ensemble.",
    ),
    mentees=SideRules(places=24),
    circle=CircleSize(least=3, most=6),
    months=9,
    timeline=(
        Timing(phase=Phase.call, day=-60),
        Timing(phase=Phase.application, day=-45),
        Timing(phase=Phase.matching, day=-10),
        Timing(phase=Phase.launch, day=0),
        Timing(phase=Phase.closing, day=270),
    ),
)
IN_CIRCLES = {"name_en": "Circles of first-time leaders", "name_fr": "Cercles de nouveaux responsables"}
IN_PAIRS = {"name_en": "Pairs of first-time leaders", "name_fr": "Binômes de nouveaux responsables"}
PURPOSE = "The first hundred days with a team: what to leave as it is, and what not."
NOTE = "Next time: each brings one decision that is still open.\nWe begin and end on time."

Person = Mapping[str, Any]


def play_pairing(world: World, rows: Rows, seed: int) -> None:
    """Add them to the cohort that is in its matching, and a cohort of peers beside it."""
    rng = Random(f"{seed} pairing")
    present = next(one for one in rows.of("cohort") if one["state"] == "open" and one["form"] == "cross_company")
    people = [one for one in rows.of("enrolment") if one["cohort_id"] == present["id"] and one["state"] == "enrolled"]
    mentees = [one for one in people if one["side"] == "mentee" and one["trained_at"]]
    mentors = [one for one in people if one["side"] == "mentor"]
    for one in mentees:
        _wish(world, rows, rng, one, [other for other in mentors if other["firm_id"] != one["firm_id"]])
    for one in mentors[:3]:
        _wish(world, rows, rng, one, [other for other in mentees if other["firm_id"] != one["firm_id"]])
    _propose(world, rows, present, mentees, mentors)
    _peers(world, rows, present)


def _wish(world: World, rows: Rows, rng: Random, one: Person, others: Sequence[Person]) -> None:
    for rank, other in enumerate(rng.sample(others, min(3, len(others))), 1):
        rows.add(
            "cohort_wish",
            org_id=one["org_id"],
            enrolment_id=one["id"],
            other_id=other["id"],
            cohort_id=one["cohort_id"],
            person_id=one["person_id"],
            other_person_id=other["person_id"],
            rank=rank,
            wished_at=world.now - 3 * DAY,
        )


def _propose(world: World, rows: Rows, cohort: Person, mentees: Sequence[Person], mentors: Sequence[Person]) -> None:
    """The known mentor is proposed to the first mentee of another firm with whom there is nothing yet."""
    mentor = mentors[0]
    page = next(one for one in world.mentors if one.member.person_id == mentor["person_id"])
    between = {(one["mentee_person_id"], one["mentor_person_id"]) for one in rows.of("mentoring_request")}
    mentee = next(
        one
        for one in mentees
        if one["firm_id"] != mentor["firm_id"] and (one["person_id"], mentor["person_id"]) not in between
    )
    _ask(world, rows, cohort, mentee, page, "sent", reason=REASON)
    _bench(world, rows, cohort, [one for one in mentees[1:] if one is not mentee], mentors[1:])


def _ask(
    world: World,
    rows: Rows,
    cohort: Person,
    mentee: Person,
    page: Mentor,
    state: str,
    *,
    reason: str = "",
    run_id: int | None = None,
) -> tuple[int, int]:
    """A committee's proposal of yesterday, in ``state``; the request's id and the proposal's."""
    made, mentor = world.now - DAY, page.member
    request_id, proposal_id = world.ids.at(made), world.ids.at(made)
    is_over = state in {"declined", "refused_by_employer"}
    reached = state in {"sent", "declined"}
    rows.add(
        "mentoring_request",
        org_id=mentee["firm_id"],
        id=request_id,
        mentee_id=next(one for one in world.members if one.person_id == mentee["person_id"]).affiliation_id,
        mentee_person_id=mentee["person_id"],
        mentor_org_id=mentor.org.id,
        mentor_id=page.profile_id,
        mentor_person_id=mentor.person_id,
        state=state,
        form=cohort["form"],
        cadence="monthly",
        holds_place=False,
        sent_at=made if reached else None,
        due_at=None if is_over else made + 14 * DAY,
        reminded_at=None,
        accepted_at=None,
        closed_at=made if is_over else None,
        resent_from_id=None,
        version=1,
        created_at=made,
        updated_at=made,
        cohort_org_id=cohort["org_id"],
        cohort_id=cohort["id"],
    )
    rows.add(
        "cohort_proposal",
        org_id=cohort["org_id"],
        id=proposal_id,
        cohort_id=cohort["id"],
        request_org_id=mentee["firm_id"],
        request_id=request_id,
        mentee_person_id=mentee["person_id"],
        mentor_person_id=mentor.person_id,
        reason=reason,
        proposed_by_id=cohort["created_by_id"],
        proposed_at=made,
        undone_at=None,
        run_org_id=cohort["org_id"] if run_id else None,
        run_id=run_id,
        followed_at=made if is_over else None,
    )
    return request_id, proposal_id


STANDS = (
    ("awaiting_employer", "yes", "waiting"),
    ("awaiting_employer", "waiting", "waiting"),
    ("sent", "yes", "yes"),
    ("declined", "yes", "yes"),
    ("refused_by_employer", "waiting", "no"),
)
"""Of each pair of the published version: the request's state, what the mentee's firm says, and what the mentor's."""


def _bench(world: World, rows: Rows, cohort: Person, mentees: Sequence[Person], mentors: Sequence[Person]) -> None:
    """A version that the committee published yesterday; its pairs stand at different points."""
    pages = {
        one.member.person_id: one
        for one in world.mentors
        if one.state == "published" and one.published_at and cohort["org_id"] in one.chosen and one.room
    }
    apart = {(one["org_id"], one["other_org_id"]) for one in rows.of("conflict_declaration")}
    asked = {one["mentee_person_id"] for one in rows.of("mentoring_request") if one["cohort_id"] == cohort["id"]}
    known = {(one["mentee_person_id"], one["mentor_person_id"]) for one in rows.of("mentoring_request")}
    left = [one for one in mentors if one["person_id"] in pages]
    pairs: list[tuple[Person, Person]] = []
    for mentee in mentees:
        firm, person = mentee["firm_id"], mentee["person_id"]
        for mentor in left:
            other = mentor["firm_id"]
            strangers = firm != other and (firm, other) not in apart and (other, firm) not in apart
            if person not in asked and strangers and (person, mentor["person_id"]) not in known:
                pairs.append((mentee, mentor))
                left.remove(mentor)
                break
    pairs = pairs[: len(STANDS)]
    made = world.now - DAY
    run_id = world.ids.at(made)
    points = [8600 - 550 * number for number in range(len(pairs))]
    rows.add(
        "match_run",
        org_id=cohort["org_id"],
        id=run_id,
        cohort_org_id=cohort["org_id"],
        cohort_id=cohort["id"],
        number=1,
        after_number=None,
        state="solved",
        choices=Priorities().model_dump(mode="json"),
        question=_question(rows, cohort, mentees, mentors, pages).packed(),
        answer={
            "mentees": len(mentees),
            "mentors": len(mentors),
            "places": sum(one["places"] for one in mentors),
            "heads": len(pairs),
            "score": sum(points),
            "weakest": min(points, default=0),
            "churn": 0,
            "equal": True,
            "optimal": True,
            "lifted": {},
            "changes": [],
            "shortfalls": [],
        },
        trouble="",
        asked_by_id=cohort["created_by_id"],
        asked_at=made,
        solved_at=made,
        published_by_id=cohort["created_by_id"],
        published_at=made,
        cascades=True,
        after_no_of=None,
    )
    for (mentee, mentor), worth, (state, mentee_firm, mentor_firm) in zip(pairs, points, STANDS, strict=False):
        rows.add(
            "match_proposal",
            org_id=cohort["org_id"],
            run_id=run_id,
            mentee_enrolment_id=mentee["id"],
            mentor_enrolment_id=mentor["id"],
            points=worth,
            is_pinned=False,
            is_kept=False,
            reasons={"shares": []},
        )
        request_id, proposal_id = _ask(world, rows, cohort, mentee, pages[mentor["person_id"]], state, run_id=run_id)
        if state == "declined":
            rows.add(
                "proposal_statement",
                org_id=cohort["org_id"],
                proposal_id=proposal_id,
                says="mentor_no",
                person_id=mentor["person_id"],
                said_at=made,
            )
        for side, one, word in (("mentee", mentee, mentee_firm), ("mentor", mentor, mentor_firm)):
            rows.add(
                "firm_consent",
                org_id=one["firm_id"],
                request_id=request_id,
                request_org_id=mentee["firm_id"],
                side=side,
                cohort_org_id=cohort["org_id"],
                cohort_id=cohort["id"],
                mentee_person_id=mentee["person_id"],
                mentor_person_id=mentor["person_id"],
                state=word,
                reason="",
                asked_at=made,
                due_at=made + 14 * DAY,
                reminded_at=None,
                decided_by_id=None if word == "waiting" else _answers_for(world, one["firm_id"], one["person_id"]),
                decided_at=None if word == "waiting" else made,
            )


def _version(
    world: World, rows: Rows, cohort: Person, number: int, question: Question, priorities: Priorities
) -> frozenset[tuple[int, int]]:
    """What the engine answers, as the worker would have put it down today; its pairs."""
    found, now = answer_to(question, priorities), world.now - DAY / (number + 1)
    told = told_of(question, found)
    run_id = world.ids.at(now)
    rows.add(
        "match_run",
        org_id=cohort["org_id"],
        id=run_id,
        cohort_org_id=cohort["org_id"],
        cohort_id=cohort["id"],
        number=number,
        after_number=number - 1 or None,
        state=told.state.value,
        choices=priorities.model_dump(mode="json"),
        question=question.packed(),
        answer=told.answer,
        trouble="",
        asked_by_id=cohort["created_by_id"],
        asked_at=now,
        solved_at=now,
        published_by_id=None,
        published_at=None,
        cascades=False,
        after_no_of=None,
    )
    for table, of_version in (("match_proposal", told.proposals), ("match_leftover", told.leftovers)):
        for row in of_version:
            rows.add(table, org_id=cohort["org_id"], run_id=run_id, **row)
    return found.pairs


def _question(
    rows: Rows, cohort: Person, mentees: Sequence[Person], mentors: Sequence[Person], pages: Mapping[int, Mentor]
) -> Question:
    """What the engine was asked, in short: enough for the next best to be sought when somebody in the demo says no."""
    goals = {one["person_id"]: frozenset(one["goals"]) for one in rows.of("mentee_profile")}
    return Question(
        form=cohort["form"],
        mentees=tuple(
            members.Mentee(
                id=one["id"],
                person=one["person_id"],
                firm=one["firm_id"],
                seeks=goals.get(one["person_id"], frozenset()),
            )
            for one in mentees
        ),
        mentors=tuple(
            members.Mentor(
                id=one["id"],
                person=one["person_id"],
                firm=one["firm_id"],
                offers=frozenset(pages[one["person_id"]].page.skills),
                capacity=one["places"],
            )
            for one in mentors
            if one["person_id"] in pages
        ),
        across_firms=True,
    )


def _answers_for(world: World, firm_id: int, person_id: int) -> int:
    """Somebody of the firm who may answer for it, and is not the one it is about."""
    roles = {"hr_partner", "company_admin"}
    return next(
        one.person_id
        for one in world.members
        if one.org.id == firm_id and one.role in roles and one.person_id != person_id
    )


def _peers(world: World, rows: Rows, beside: Person) -> None:
    """Peers of the firms that take part in the other programme: nine of whom four sit in a circle, the known mentee among
    them; and nine whom the committee pairs, in two versions that leave one over.
    """
    firms = {one["firm_id"] for one in rows.of("programme_party") if one["programme_id"] == beside["programme_id"]}
    known = world.known["mentee"]
    others = [one for one in world.mentees if one is not known and one.role == "member" and one.org.id in firms]
    circles = _cohort_of_peers(world, rows, beside, PEERS, IN_CIRCLES)
    peers = [known, *others[:8]]
    seats = [_enrol(world, rows, circles, peer) for peer in peers]
    runner = beside["created_by_id"]
    _circle(world, rows, circles["org_id"], circles["id"], runner, list(zip(peers, seats, strict=True))[:4])
    pairs = _cohort_of_peers(world, rows, beside, PEERS.model_copy(update={"circle": CircleSize()}), IN_PAIRS)
    many = others[8 :: max(len(others) // 9, 1)][:9]
    facts = [_peer(_enrol(world, rows, pairs, one), one, world.now) for one in many]
    question = Question(
        form="peer",
        mentees=tuple(members.Mentee(**one) for one in facts),
        mentors=tuple(members.Mentor(**one) for one in facts),
    )
    before = _version(world, rows, pairs, 1, question, Priorities())
    other = Priorities(goals=2, languages=4, other_function=6)
    _version(world, rows, pairs, 2, replace(question, previous=before), other)


def _peer(enrolment_id: int, one: Member, now: datetime) -> dict[str, Any]:
    works_on, apart = frozenset(one.skills), now.astimezone(ZoneInfo(one.org.time_zone)).utcoffset()
    return {
        "id": enrolment_id,
        "person": one.person_id,
        "firm": one.org.id,
        "languages": frozenset(one.human.languages),
        "function": one.human.function,
        "seniority": RANKS.get(one.human.seniority or ""),
        "offset": int(apart.total_seconds()) // 60 if apart else 0,
        "seeks": works_on,
        "offers": works_on,
    }


def _cohort_of_peers(
    world: World, rows: Rows, beside: Person, modalities: Modalities, named: Mapping[str, str]
) -> Person:
    """A programme with one cohort, as far as its matching; the cohort's row."""
    made, runner, org_id = world.now - 90 * DAY, beside["created_by_id"], beside["org_id"]
    choices = modalities.model_dump(mode="json")
    programme_id = world.ids.at(made)
    rows.add(
        "programme",
        org_id=org_id,
        id=programme_id,
        form="peer",
        state="open",
        **named,
        choices=choices,
        template="peer",
        version=1,
        created_by_id=runner,
        created_at=made,
        updated_at=made,
    )
    key = {"org_id": org_id, "programme_id": programme_id}
    rows.add("programme_version", **key, **named, choices=choices, version=1, saved_by_id=runner, saved_at=made)
    parties = [one for one in rows.of("programme_party") if one["programme_id"] == beside["programme_id"]]
    for party in parties:
        rows.add("programme_party", **{**party, **key, "is_school": False})
    launch_on = (world.now + 6 * DAY).date()
    cohort_id = world.ids.at(made)
    rows.add(
        "cohort",
        org_id=org_id,
        id=cohort_id,
        programme_id=programme_id,
        ordinal=1,
        is_pilot=True,
        form="peer",
        state="open",
        choices=choices,
        launch_on=launch_on,
        created_by_id=runner,
        created_at=made,
        updated_at=made,
        version=1,
    )
    _phases(world, rows, org_id, cohort_id, launch_on)
    return rows.of("cohort")[-1]


def _phases(world: World, rows: Rows, org_id: int, cohort_id: int, launch_on: date) -> None:
    begins = [(timing.phase, launch_on + timedelta(days=timing.day)) for timing in PEERS.timeline]
    for number, (phase, day) in enumerate(begins):
        follows = begins[number + 1][1] if number + 1 < len(begins) else None
        ago, later = (world.now.date() - day).days, (world.now.date() - follows).days if follows else -1
        rows.add(
            "cohort_phase",
            org_id=org_id,
            cohort_id=cohort_id,
            phase=phase.value,
            starts_on=day,
            by_hand=False,
            opened_at=world.now - ago * DAY if ago >= 0 else None,
            closed_at=world.now - later * DAY if later >= 0 else None,
            skipped_at=None,
        )


def _enrol(world: World, rows: Rows, cohort: Person, member: Member) -> int:
    since = world.now - 20 * DAY
    enrolment_id = world.ids.at(since)
    row = {
        **rows.of("enrolment")[0],
        "org_id": cohort["org_id"],
        "id": enrolment_id,
        "cohort_id": cohort["id"],
        "firm_id": member.org.id,
        "person_id": member.person_id,
        "side": "peer",
        "way_in": "application",
        "state": "enrolled",
        "nominated_by_id": None,
        "consented_at": since,
        "enrolled_at": since,
        "ended_at": None,
        "due_at": None,
        "reason": "",
        "answer": "",
        "trained_at": None,
        "state_at": since,
        "created_at": since,
        "updated_at": since,
    }
    rows.add("enrolment", **row)
    return enrolment_id


def _circle(
    world: World, rows: Rows, org_id: int, cohort_id: int, runner: int, seats: Sequence[tuple[Member, int]]
) -> None:
    made = world.now - 3 * DAY
    circle_id = world.ids.at(made)
    rows.add(
        "circle",
        org_id=org_id,
        id=circle_id,
        cohort_id=cohort_id,
        name="North",
        purpose=PURPOSE,
        is_open=True,
        created_by_id=runner,
        created_at=made,
        closed_at=None,
        version=1,
    )
    key = {"org_id": org_id, "circle_id": circle_id}
    for member, enrolment_id in seats:
        rows.add(
            "circle_member",
            **key,
            person_id=member.person_id,
            enrolment_id=enrolment_id,
            firm_id=member.org.id,
            joined_at=made,
            left_at=None,
        )
    first = seats[0][0].person_id
    starts_at = (world.now + 8 * DAY).replace(hour=16, minute=0, second=0, microsecond=0)
    rows.add(
        "circle_meeting",
        org_id=org_id,
        id=world.ids.at(made),
        circle_id=circle_id,
        starts_at=starts_at,
        minutes=90,
        place="https://meet.example/north",
        set_by_id=first,
        cancelled_at=None,
    )
    rows.add("circle_note", **key, body=NOTE, saved_by_id=first, saved_at=made, version=1)
