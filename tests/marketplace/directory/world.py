"""Small random worlds of firms, networks and mentors, and ten lines that say who may see whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.mentors.cards import card_values, chosen_audiences
from marketplace.mentors.models import Audience, Card
from tenants.affiliations.models import PersonalBlock
from tenants.organisations.models import (
    ConflictDeclaration,
    ConflictKind,
    FirmMembership,
    MembershipState,
    OrganisationKind,
)
from tenants.shared.clock import today
from tests.cast import Actor, make_actor, make_mentor, make_organisation

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass
class World:
    """Firms and networks by number, mentors by person id; everything the oracle needs to know."""

    firms: list[int]
    networks: list[int]
    in_marketplace: set[int]
    members: set[tuple[int, int]]
    conflicts: list[tuple[int, int, date, date | None]] = field(default_factory=list)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    mentors: list[tuple[Actor, Audience, list[int]]] = field(default_factory=list)
    viewer: Actor | None = None


def may_see(world: World, viewer: Actor, mentor: Actor, audience: Audience, networks: list[int]) -> bool:
    """The oracle."""
    firms, people = {viewer.org_id, mentor.org_id}, {viewer.person_id, mentor.person_id}
    if len(people) == 1 or any({a, b} == people for a, b in world.blocks):
        return False
    if any({a, b} == firms and s <= today() and (u is None or u > today()) for a, b, s, u in world.conflicts):
        return False
    if audience is Audience.company:
        return len(firms) == 1
    if audience is Audience.marketplace:
        return len(firms) == 2 and firms <= world.in_marketplace
    return len(firms) == 2 and any({(n, firm) for firm in firms} <= world.members for n in networks)


def build(session: Session, plan: dict[str, Any], *, tag: str) -> World:
    """Write the planned world with the operator's session and commit it."""
    company, network = OrganisationKind.company, OrganisationKind.network
    networks = [make_organisation(session, f"{tag}-n{i}", network) for i in range(plan["networks"])]
    firms = [
        make_organisation(session, f"{tag}-f{i}", company, in_marketplace=opted)
        for i, opted in enumerate(plan["in_marketplace"])
    ]
    world = World(
        [firm.id for firm in firms],
        [each.id for each in networks],
        {firm.id for firm in firms if firm.in_marketplace},
        set(),
    )
    for (f, n), state in plan["memberships"].items():
        firm, each = firms[f % len(firms)], networks[n % len(networks)]
        if session.get(FirmMembership, (each.id, firm.id)) is None:
            session.add(FirmMembership(network_id=each.id, firm_id=firm.id, state=state))
            session.flush()
            if state is MembershipState.active:
                world.members.add((each.id, firm.id))
    people = [make_actor(session, f"v{tag}", firms[0])]
    world.viewer = people[0]
    for number, (f, audience, chosen) in enumerate(plan["mentors"]):
        actor = make_actor(session, f"m{number}", firms[f % len(firms)])
        people.append(actor)
        ids = sorted({world.networks[n % len(networks)] for n in chosen})
        show(session, actor, audience=audience, network_ids=ids, firm=firms[f % len(firms)].name)
        world.mentors.append((actor, audience, ids))
    for a, b, since, until in plan["conflicts"]:
        one, other = world.firms[a % len(firms)], world.firms[b % len(firms)]
        if one != other:
            start = today() + timedelta(days=since)
            end = start + timedelta(days=until) if until else None
            kind = ConflictKind.competitor
            session.add(
                ConflictDeclaration(
                    org_id=one,
                    other_org_id=other,
                    kind=kind,
                    since=start,
                    until=end,
                    declared_by_id=people[0].person_id,
                )
            )
            world.conflicts.append((one, other, start, end))
    for a, b in plan["blocks"]:
        blocker, blocked = people[a % len(people)], people[b % len(people)]
        pair = (blocker.person_id, blocked.person_id)
        if pair[0] != pair[1] and pair not in world.blocks:
            session.add(PersonalBlock(org_id=blocker.org_id, person_id=pair[0], blocked_person_id=pair[1]))
            world.blocks.add(pair)
    session.commit()
    return world


def show(session: Session, actor: Actor, *, firm: str, room: int = 1, **values: Any) -> None:
    """A mentor with a card, written by the operator: faster than the commands, for worlds with many mentors."""
    profile = make_mentor(session, actor, capacity=max(room, 1), **values)
    page = SimpleNamespace(**{name: getattr(profile, name) for name in PAGE})
    card = card_values(page, name=actor.name, firm=firm, photo=None) | {
        "org_id": actor.org_id,
        "mentor_id": profile.id,
        "person_id": actor.person_id,
        "chosen": chosen_audiences(profile.audience, actor.org_id, profile.network_ids),
        "aud": [],
        "room": room,
        "capacity": profile.capacity,
        "time_zone": "Europe/Paris",
        "story_html": "",
        "published_at": NOW,
        "active_at": NOW,
    }
    card["search"] = sa.cast(card["search"], Card.search.type)
    session.execute(sa.insert(Card).values(card))


PAGE = (
    "id skills own_words languages function industries seniority forms place remote in_person title headline story "
    "cadence board_mandates"
).split()
