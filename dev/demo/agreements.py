"""What the demo's networks and firms agreed on: one version each, accepted by every firm that got so far."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from dev.demo.content import table
from dev.demo.rows import Rows
from dev.demo.world import Org, World
from tenants.agreements.defaults import default_text
from tenants.agreements.jobs import keep_document

POSITIONS = {"en": "HR director", "fr": "Directrice des ressources humaines"}
PLACES = {"chevetre": (15, 20)}
"""How many mentors and mentees a firm may bring, where a network says so."""


def play_agreements(world: World, rows: Rows, seed: int) -> None:
    """Write the networks' texts, who accepted them for which firm, and how many people a firm may bring."""
    rng = Random(f"{seed} agreements")
    networks = {network.id: network for network in world.networks()}
    for network in networks.values():
        _publish(world, rows, network)
    late = set(table("firms")["unagreed"]) | set(table("firms")["empty"])
    for firm in world.firms():
        for network_id, state in firm.memberships.items():
            if state in {"active", "suspended"} and firm.slug not in late:
                _accept(world, rows, firm, networks[network_id], rng)


def _publish(world: World, rows: Rows, network: Org) -> None:
    published = network.created_at + timedelta(days=3)
    rows.add(
        "agreement",
        org_id=network.id,
        number=1,
        text_en=default_text("en"),
        text_fr=default_text("fr"),
        written_by_id=world.role(network.slug, "network_admin").person_id,
        updated_at=published,
        published_at=published,
        old_holds_until=None,
    )
    if network.slug in PLACES:
        mentors, mentees = PLACES[network.slug]
        rows.add("intake_quota", org_id=network.id, firm_id=network.id, max_mentors=mentors, max_mentees=mentees)


def _accept(world: World, rows: Rows, firm: Org, network: Org, rng: Random) -> None:
    joined = next(
        row["joined_on"]
        for row in rows.of("firm_membership")
        if row["network_id"] == network.id and row["firm_id"] == firm.id
    )
    signer = world.role(firm.slug, "hr_partner")
    days = (world.now.date() - joined).days
    accepted = min(world.days_ago(max(days - rng.random() * 8, 0)), world.now - timedelta(minutes=10))
    rows.add(
        "agreement_acceptance",
        org_id=firm.id,
        network_id=network.id,
        number=1,
        accepted_by_id=signer.person_id,
        name=signer.name,
        position=POSITIONS[firm.locale],
        locale=firm.locale,
        accepted_at=accepted,
    )


def papers_to_make(rows: Rows) -> Iterator[dict[str, int]]:
    """The jobs that make the papers; the worker does them after the letters."""
    for row in rows.of("agreement_acceptance"):
        yield {name: row[name] for name in ("org_id", "network_id", "number")}


__all__ = ["keep_document", "papers_to_make", "play_agreements"]
