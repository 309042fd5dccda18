"""A cross-company programme of the network: a pilot that has closed, and a cohort in its matching, people in every state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, Org, World
from marketplace.programmes.modalities import (
    Form,
    Indicator,
    Modalities,
    Phase,
    Quota,
    Side,
    SideRules,
    Timing,
    Words,
)

NETWORK = "chevetre"
DAYS = (
    (Phase.call, -120),
    (Phase.nomination, -90),
    (Phase.application, -75),
    (Phase.approval, -45),
    (Phase.training, -30),
    (Phase.matching, -19),
    (Phase.launch, 0),
    (Phase.mid_point, 180),
    (Phase.closing, 330),
    (Phase.alumni, 365),
)
CHOICES = Modalities(
    form=Form.cross_company,
    aims=Words(
        en="Leaders of one firm learn from those of another: somebody who has no stake in the outcome listens.",
        fr="Les cadres d’une entreprise apprennent de ceux d’une autre : quelqu’un qui n’a rien à y gagner écoute.",
    ),
    audience=Words(
        en="People who lead a team for the first time, and executives who remember doing so.",
        fr="Celles et ceux qui dirigent une équipe pour la première fois, et des cadres qui s’en souviennent.",
    ),
    indicators=(
        Indicator(name=Words(en="Pairs that meet monthly", fr="Binômes qui se voient chaque mois"), target=80),
    ),
    mentors=SideRules(places=24, training="offered"),
    mentees=SideRules(places=20, training="before_matching"),
    employer_approval=True,
    firms_say_yes=True,
    manager_view=True,
    quota=Quota(mentors=6, mentees=6),
    timeline=tuple(Timing(phase=phase, day=day) for phase, day in DAYS),
)

MENTEES = (
    *("enrolled",) * 9,
    *("nominated", "nominated", "awaiting_employer", "awaiting_decision", "awaiting_decision", "waiting"),
    *("declined", "refused", "withdrawn", "dropped_out", "expired"),
)
MENTORS = (*("enrolled",) * 8, "nominated", "nominated", "awaiting_decision", "declined")
REASONS = {
    "declined": "declined",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "dropped_out": "dropped_out",
    "expired": "no_answer",
}
ANSWERS = {
    "refused": "This cohort is for people in their first year of leading. The next one has places for those before it."
}
FIRST = {"mentor": "executive mentor", "mentee": "mentee"}
"""The known people come first on their side, and take part."""


def play_programmes(world: World, rows: Rows, seed: int) -> None:
    """Add the programme, its cohorts and who is in them."""
    rng = Random(f"{seed} programmes")
    network = world.orgs[NETWORK]
    firms = [firm for firm in world.firms() if firm.memberships.get(network.id) == "active"][:10]
    runner = world.role(NETWORK, "network_admin").person_id
    made = world.now - 500 * DAY
    programme_id = world.ids.at(made)
    choices = CHOICES.model_dump(mode="json")
    named = {"name_en": "Crossings", "name_fr": "Traversées", "choices": choices}
    rows.add(
        "programme",
        org_id=network.id,
        id=programme_id,
        form="cross_company",
        state="open",
        **named,
        template="cross_company",
        version=1,
        created_by_id=runner,
        created_at=made,
        updated_at=made,
    )
    key = {"org_id": network.id, "programme_id": programme_id}
    rows.add("programme_version", **key, **named, version=1, saved_by_id=runner, saved_at=made)
    for firm in firms:
        rows.add(
            "programme_party",
            **key,
            firm_id=firm.id,
            state="active",
            is_school=False,
            max_mentors=None,
            max_mentees=None,
            asked_at=made,
            answered_at=made + 3 * DAY,
        )
    sides = {"mentee": list(_mentees(world, firms)), "mentor": list(_mentors(world, firms))}
    past = _cohort(world, rows, network, key, runner, 1, (world.now - 380 * DAY).date())
    for side in ("mentee", "mentor"):
        for member in rng.sample(sides[side][1:], min(6, len(sides[side]) - 1)):
            _enrol(world, rows, network, past, member, side, "completed", world.now - 410 * DAY)
    present = _cohort(world, rows, network, key, runner, 2, (world.now + 14 * DAY).date())
    for side, states in (("mentee", MENTEES), ("mentor", MENTORS)):
        for number, (member, state) in enumerate(zip(sides[side], states, strict=False)):
            since = world.now - timedelta(days=40 - number % 30, hours=number)
            _enrol(world, rows, network, present, member, side, state, since)


def _mentees(world: World, firms: list[Org]) -> Iterator[Member]:
    known = world.known[FIRST["mentee"]]
    yield known
    taken = {firm.id: 0 for firm in firms}
    for member in world.mentees:
        if member is not known and member.role == "member" and taken.get(member.org.id, 6) < 3:
            taken[member.org.id] += 1
            yield member


def _mentors(world: World, firms: list[Org]) -> Iterator[Member]:
    known = world.known[FIRST["mentor"]]
    yield known
    taken = {firm.id: 0 for firm in firms}
    for mentor in world.mentors:
        member = mentor.member
        if member is not known and mentor.state == "published" and taken.get(member.org.id, 6) < 2:
            taken[member.org.id] += 1
            yield member


def _cohort(
    world: World, rows: Rows, network: Org, key: dict[str, int], runner: int, ordinal: int, launch_on: date
) -> int:
    made = _noon(world, launch_on - timedelta(days=130))
    cohort_id, over = world.ids.at(made), ordinal == 1
    rows.add(
        "cohort",
        org_id=network.id,
        id=cohort_id,
        programme_id=key["programme_id"],
        ordinal=ordinal,
        is_pilot=over,
        form="cross_company",
        state="closed" if over else "open",
        choices=CHOICES.model_dump(mode="json"),
        launch_on=launch_on,
        created_by_id=runner,
        created_at=made,
        updated_at=made,
        version=1,
    )
    begins = [(phase, launch_on + timedelta(days=day)) for phase, day in DAYS]
    today = world.now.date()
    for number, (phase, day) in enumerate(begins):
        follows = begins[number + 1][1] if number + 1 < len(begins) else None
        rows.add(
            "cohort_phase",
            org_id=network.id,
            cohort_id=cohort_id,
            phase=phase.value,
            starts_on=day,
            by_hand=False,
            opened_at=_noon(world, day) if day <= today else None,
            closed_at=_noon(world, follows) if follows and follows <= today else None,
            skipped_at=None,
        )
    return cohort_id


def _noon(world: World, day: date) -> datetime:
    return min(datetime(day.year, day.month, day.day, 8, 0, tzinfo=world.now.tzinfo), world.now)


def _enrol(
    world: World,
    rows: Rows,
    network: Org,
    cohort_id: int,
    member: Member,
    side: str,
    state: str,
    since: datetime,
) -> None:
    inside = state in {"enrolled", "completed", "dropped_out"}
    nominated = state in {"nominated", "declined", "expired"} or member.person_id % 3 == 0
    asked = state in {"nominated", "awaiting_employer"}
    values: dict[str, Any] = {
        "org_id": network.id,
        "id": world.ids.at(since - 10 * DAY),
        "cohort_id": cohort_id,
        "firm_id": member.org.id,
        "person_id": member.person_id,
        "side": Side(side).value,
        "way_in": "nomination" if nominated else "application",
        "state": state,
        "places": 1,
        "nominated_by_id": _keeper(world, member) if nominated else None,
        "consented_at": None if state in {"nominated", "declined", "expired"} else since - 8 * DAY,
        "decided_by_id": None,
        "enrolled_at": since if inside else None,
        "ended_at": since + 5 * DAY if state in REASONS or state == "completed" else None,
        "due_at": world.now + timedelta(days=2 + member.person_id % 9) if asked else None,
        "reason": REASONS.get(state, ""),
        "answer": ANSWERS.get(state, ""),
        "trained_at": since + 3 * DAY if inside and member.person_id % 4 else None,
        "state_at": since,
        "created_at": since - 10 * DAY,
        "updated_at": since,
        "version": 1,
    }
    rows.add("enrolment", **values)


def _keeper(world: World, member: Member) -> int | None:
    return next(
        (
            one.person_id
            for one in world.members
            if one.org is member.org and one.role in {"hr_partner", "company_admin"}
        ),
        None,
    )
