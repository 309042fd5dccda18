"""Letters about who takes part in a programme, written by the worker of the organisation that runs it."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.programmes.models import PartyState, Programme, ProgrammeAsking, ProgrammeParty, ProgrammeState
from marketplace.programmes.parting import part
from tenants.organisations.models import Organisation
from tenants.shared import clock, jobs
from tenants.shared.database import db
from tenants.shared.letters import queue_letter


@jobs.tenant_job("tell_asked_party")
def tell_asked(*, org_id: int, programme_id: int, slug: str) -> None:
    """Ask the coordinators of the organisation at ``slug``, if there is one that was asked and has not answered."""
    firm_id = db.session.scalar(
        sa.select(ProgrammeAsking.firm_id).where(
            ProgrammeAsking.org_id == org_id,
            ProgrammeAsking.programme_id == programme_id,
            ProgrammeAsking.slug == slug,
        )
    )
    party = db.session.get(ProgrammeParty, (org_id, programme_id, firm_id)) if firm_id else None
    if party is not None and party.state is PartyState.invited:
        _tell("programme_party_asked", org_id, programme_id, party.firm_id, f"/{slug}/programmes/askings")
    db.session.commit()


@jobs.tenant_job("tell_added_party")
def tell_added(*, org_id: int, programme_id: int, firm_id: int) -> None:
    """Tell a member firm that it takes part, once the programme is open."""
    party = db.session.get(ProgrammeParty, (org_id, programme_id, firm_id))
    programme = db.session.get_one(Programme, (org_id, programme_id))
    _name, slug = _organisation(programme_id, firm_id)
    if slug and party is not None and party.state is PartyState.active and programme.state is ProgrammeState.open:
        _tell("programme_party_added", org_id, programme_id, firm_id, f"/{slug}/programmes/askings")
    db.session.commit()


def _organisation(programme_id: int, firm_id: int) -> tuple[str, str]:
    """(name, slug) of a party; empty where it is none."""
    query = sa.text("SELECT name, slug FROM party_organisation(:programme, :firm)")
    row = db.session.execute(query, {"programme": programme_id, "firm": firm_id}).one_or_none()
    return (row.name, row.slug) if row else ("", "")


def _tell(kind: str, org_id: int, programme_id: int, firm_id: int, before: str) -> None:
    programme = db.session.get_one(Programme, (org_id, programme_id))
    runner = db.session.get_one(Organisation, org_id)
    path = f"{before}/{org_id}/{programme_id}"
    data = {
        "runner_name": runner.name,
        "programme_en": programme.name("en"),
        "programme_fr": programme.name("fr"),
        "url": path,
    }
    for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(firm_id))):
        queue_letter(kind, org_id=firm_id, person_id=person_id, now=clock.now(), data=data, path=path)


@jobs.tenant_job("tell_party_answer")
def tell_answer(*, org_id: int, programme_id: int, firm_id: int) -> None:
    """Tell those who run the programme what an organisation answered, or that it has left."""
    party = db.session.get(ProgrammeParty, (org_id, programme_id, firm_id))
    if party is None or party.state is PartyState.invited:
        return
    programme = db.session.get_one(Programme, (org_id, programme_id))
    runner = db.session.get_one(Organisation, org_id)
    name, _slug = _organisation(programme_id, firm_id)
    path = f"/{runner.slug}/programmes/{programme_id}/parties"
    data = {
        "firm_name": name,
        "programme_en": programme.name("en"),
        "programme_fr": programme.name("fr"),
        "state": party.state.value,
        "url": path,
    }
    for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(org_id))):
        queue_letter(
            "programme_party_answered", org_id=org_id, person_id=person_id, now=clock.now(), data=data, path=path
        )
    db.session.commit()


@jobs.tenant_job("part_with_firm_that_left", on="firm.left")
def part_with_firm(*, org_id: int, firm_id: int) -> None:
    """A firm has left the network: it takes part in none of its programmes any more."""
    there = db.session.scalars(
        sa.select(ProgrammeParty.programme_id).where(
            ProgrammeParty.org_id == org_id,
            ProgrammeParty.firm_id == firm_id,
            ProgrammeParty.state == PartyState.active,
        )
    ).all()
    for programme_id in there:
        if part(org_id=org_id, programme_id=programme_id, firm_id=firm_id, now=clock.now()):
            jobs.enqueue(tell_answer, org_id=org_id, programme_id=programme_id, firm_id=firm_id)
    db.session.commit()


@jobs.tenant_job("renew_askings_of_renamed", on="organisation.renamed")
def renew_askings(*, org_id: int) -> None:
    """An organisation that was asked has chosen its address: what it is asked follows, in jobs of those who ask."""
    slug = db.session.get_one(Organisation, org_id).slug
    rows = db.session.execute(sa.text("SELECT org_id, programme_id, slug FROM askings_of_ours()")).all()
    for keeper, programme_id, asked_at in rows:
        if asked_at != slug:
            jobs.enqueue(renew_asking, org_id=keeper, programme_id=programme_id, slug=asked_at, now_at=slug)
    db.session.commit()


@jobs.tenant_job("renew_asking")
def renew_asking(*, org_id: int, programme_id: int, slug: str, now_at: str) -> None:
    key = (ProgrammeAsking.org_id == org_id, ProgrammeAsking.programme_id == programme_id)
    db.session.execute(sa.delete(ProgrammeAsking).where(*key, ProgrammeAsking.slug == now_at))
    db.session.execute(sa.update(ProgrammeAsking).where(*key, ProgrammeAsking.slug == slug).values(slug=now_at))
    jobs.enqueue(tell_asked, org_id=org_id, programme_id=programme_id, slug=now_at)
    db.session.commit()
