"""A search firm that the demo's network accredits; one person of it can sign in."""

from __future__ import annotations

from dev.demo.known import Known
from dev.demo.loading import add_member, add_organisation
from dev.demo.people import Human
from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, Org, World

NETWORK = "chevetre"
STATEMENT = (
    "Le cabinet présente des administratrices et administrateurs à des entreprises de notre réseau depuis huit ans. "
    "Il travaille sur mandat, à prix fixe, et nous a ouvert le déroulement de trois de ses recherches."
)

SEARCHER = Known(
    who="search firm",
    slug="marnefeld",
    role="company_admin",
    first="Ingrid",
    last="Solmarck",
    gender="f",
    locale="en",
    languages=("en", "fr", "de"),
    function="human_resources",
    seniority="executive",
    title="Partner, board practice",
    where="/marnefeld/search-firms/",
)


def play_search_firms(world: World, rows: Rows, password_hash: str) -> None:
    """Add the firm, its partner, and the admission whose rules she has accepted."""
    runner = world.role(NETWORK, "network_admin")
    founded, accepted = world.days_ago(45), world.days_ago(41)
    firm = Org(
        id=len(world.orgs) + 1,
        slug=SEARCHER.slug,
        name="Marnefeld Board Search",
        kind="search_firm",
        accent="#54416e",
        locale="en",
        time_zone="Europe/Paris",
        domain=f"{SEARCHER.slug}.example",
        city="Paris",
        created_at=founded,
    )
    world.orgs[firm.slug] = firm
    firm.settle()
    add_organisation(rows, firm)
    one = SEARCHER
    human = Human(
        *(one.first, one.last, one.gender, one.locale, one.languages),
        *(one.function, one.seniority, one.title),
        industry="professional_services",
    )
    partner = Member(firm, human, world.ids.at(accepted), world.ids.at(accepted), one.email, one.role, accepted)
    add_member(rows, partner, password_hash)
    rows.add(
        "search_firm_admission",
        org_id=runner.org.id,
        id=world.ids.at(founded),
        search_firm_id=firm.id,
        statement=STATEMENT,
        admitted_by_id=runner.person_id,
        admitted_at=founded,
        until_on=(world.now + 320 * DAY).date(),
        accepted_by_id=partner.person_id,
        accepted_at=accepted,
    )
