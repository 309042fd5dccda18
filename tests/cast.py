"""Who is who in the tests. Two networks, four firms, and people whose first letters say where they stand.

- **Acme** (company) and **Globex** (company) are member firms of the network **Bridge**; **Initech** is in the other
  network, **Harbour**; **Hooli** is in no network and opted in to the marketplace.
- **Mia** is a mentee at Acme; **Ann** is Acme's HR partner; **Abe** is Acme's company admin and volunteers as a mentor.
- **Max** is an executive at Globex with two places, seen in Bridge; **Gil** is Globex's HR partner;
  **Gus** is a plain member of it.
- **Ned** runs Bridge; **Hal** runs Harbour; **Ida** is a mentor at Initech, seen in Harbour only; **Olga** is a mentor at Hooli,
  seen in the marketplace; **Pam** belongs to Acme and to Bridge.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.mentors.models import Audience, MenteeProfile, MentorProfile, ProfileState
from tenants.accounts.models import Account, AccountSession, Person
from tenants.affiliations.models import Affiliation, Role
from tenants.organisations.models import FirmMembership, Organisation, OrganisationKind
from tenants.shared import clock
from tenants.shared.database import new_id
from tenants.shared.secrets import hash_of

PASSWORD = "a long enough phrase"
LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Actor:
    """One of the cast: everything a test needs to act as them or to point at them."""

    name: str
    email: str
    slug: str
    org_id: int
    person_id: int
    affiliation_id: int
    token: str
    mentor_id: int | None = None


class Cast(dict[str, Actor]):
    """The cast by first name, in lower case; also as attributes: ``cast.mia``."""

    def __getattr__(self, name: str) -> Actor:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def make_organisation(session: Session, slug: str, kind: OrganisationKind, **values: Any) -> Organisation:
    organisation = Organisation(slug=slug, name=slug.capitalize(), kind=kind, **values)
    session.add(organisation)
    session.flush()
    return organisation


def make_actor(
    session: Session,
    first: str,
    organisation: Organisation,
    role: Role = Role.member,
    *,
    title: str = "",
    **person: Any,
) -> Actor:
    """A person with an account and an affiliation. Nobody signs in with the password unless the test sets one."""
    email = f"{first}@{organisation.slug}.example"
    human = Person(id=new_id(), name=f"{first.capitalize()} {organisation.name}", **person)
    account = Account(id=human.id, email=email, active=True, confirmed_at=LONG_AGO)
    tie = Affiliation(
        org_id=organisation.id, id=new_id(), person_id=human.id, role=role, job_title=title, work_email=email
    )
    session.add(human)
    session.flush()
    session.add_all([account, tie])
    session.flush()
    token = secrets.token_urlsafe(32)
    session.add(
        AccountSession(
            person_id=human.id,
            token_hash=hash_of(token),
            browser="",
            system="",
            created_at=LONG_AGO,
            seen_at=clock.now(),
        )
    )
    session.flush()
    return Actor(human.name, email, organisation.slug, organisation.id, human.id, tie.id, token)


def make_mentor(session: Session, actor: Actor, **values: Any) -> MentorProfile:
    """A complete profile for ``actor``. Publishing it (the card) is the product's own command: see ``factories.publish``."""
    capacity = values.pop("capacity", 2)
    profile = MentorProfile(
        org_id=actor.org_id,
        id=new_id(),
        affiliation_id=actor.affiliation_id,
        person_id=actor.person_id,
        capacity=capacity,
        open_slots=capacity,
        **(
            {
                "state": ProfileState.draft,
                "headline": f"I am {actor.name.split()[0]} and I like short questions.",
                "story": "Twenty years of running plants taught me to listen before I decide.",
                "title": "Chief operating officer",
                "function": "operations",
                "industries": ["logistics"],
                "seniority": "executive",
                "skills": ["leading_managers"],
                "languages": ["en", "fr"],
                "place": "Lyon",
                "forms": ["cross_company"],
                "cadence": "monthly",
                "audience": Audience.networks,
                "network_ids": [],
            }
            | values
        ),
    )
    session.add(profile)
    session.flush()
    actor.mentor_id = profile.id
    return profile


def make_cast(session: Session) -> Cast:
    """Write the cast with the operator's session; the caller commits."""
    company, network = OrganisationKind.company, OrganisationKind.network
    bridge = make_organisation(session, "bridge", network)
    harbour = make_organisation(session, "harbour", network)
    acme = make_organisation(session, "acme", company, industry="energy", invited_by_id=bridge.id)
    globex = make_organisation(session, "globex", company, industry="logistics", invited_by_id=bridge.id)
    initech = make_organisation(session, "initech", company, industry="software")
    hooli = make_organisation(session, "hooli", company, in_marketplace=True)
    session.add_all(
        [
            FirmMembership(network_id=bridge.id, firm_id=acme.id),
            FirmMembership(network_id=bridge.id, firm_id=globex.id),
            FirmMembership(network_id=harbour.id, firm_id=initech.id),
        ]
    )
    session.flush()
    cast = Cast(
        mia=make_actor(session, "mia", acme, title="Project lead"),
        ann=make_actor(session, "ann", acme, Role.hr_partner),
        abe=make_actor(session, "abe", acme, Role.company_admin, title="Plant director"),
        max=make_actor(session, "max", globex, title="Chief operating officer", locale="fr"),
        gil=make_actor(session, "gil", globex, Role.hr_partner),
        gus=make_actor(session, "gus", globex),
        ned=make_actor(session, "ned", bridge, Role.network_admin),
        hal=make_actor(session, "hal", harbour, Role.network_admin),
        ida=make_actor(session, "ida", initech, title="Director of data"),
        olga=make_actor(session, "olga", hooli, title="General counsel"),
        pam=make_actor(session, "pam", acme),
    )
    session.add(Affiliation(org_id=bridge.id, id=new_id(), person_id=cast.pam.person_id, role=Role.member))
    make_mentor(session, cast.max, network_ids=[bridge.id])
    make_mentor(session, cast.abe, network_ids=[bridge.id], capacity=1)
    make_mentor(session, cast.ida, network_ids=[harbour.id])
    make_mentor(session, cast.olga, audience=Audience.marketplace)
    session.add(
        MenteeProfile(
            org_id=acme.id,
            affiliation_id=cast.mia.affiliation_id,
            person_id=cast.mia.person_id,
            goals=[],
            seeking="Somebody who led a plant before leading people.",
            languages=["en", "fr"],
        )
    )
    session.flush()
    return cast
