"""Who takes part in a programme: chosen, asked, answered, left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.programmes import design_queries as queries
from marketplace.programmes.commands.logging import allow, note
from marketplace.programmes.commands.schools import withdraw_invitations
from marketplace.programmes.design_queries import Asked
from marketplace.programmes.jobs import tell_added, tell_answer, tell_asked
from marketplace.programmes.models import (
    COUNTED,
    Cohort,
    CohortState,
    Enrolment,
    PartyState,
    Programme,
    ProgrammeParty,
    ProgrammeState,
)
from marketplace.programmes.parting import part
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Refused

Quota = tuple[int | None, int | None]
"""How many mentors and how many mentees; None: what the programme says."""


def choose_parties(
    *, acting: Acting, programme: Programme, chosen: Mapping[int, Quota], looked_at: Collection[int], now: datetime
) -> tuple[int, int]:
    """Those of ``chosen`` take part, with these quotas; others of those ``looked_at`` do so no longer. (added, taken off).

    Raises ``Refused`` when an organisation is to go, or its quota to fall, that has people in a cohort.
    """
    allow(acting)
    _refuse_archived(programme)
    there = {party.firm_id: party for party in queries.parties_of(acting, programme)}
    may_add = {firm_id for firm_id, _name in queries.possible_parties(acting)}
    added, gone = 0, 0
    for firm_id, (mentors, mentees) in chosen.items():
        party = there.get(firm_id)
        standing = party is not None and party.state is PartyState.active
        if not standing and firm_id not in may_add:
            continue
        _refuse_below(acting, programme, firm_id, party.name if party else "", (mentors, mentees))
        values = {"max_mentors": mentors, "max_mentees": mentees}
        if party is None:
            new = {"state": PartyState.active, "asked_at": now, "answered_at": now}
            db.session.add(
                ProgrammeParty(org_id=acting.org_id, programme_id=programme.id, firm_id=firm_id, **new, **values)
            )
        else:
            back = {} if standing else {"state": PartyState.active, "answered_at": now}
            _change(acting, programme, firm_id, values | back)
        if not standing:
            added += 1
            if programme.state is ProgrammeState.open and firm_id != acting.org_id:
                jobs.enqueue(tell_added, org_id=acting.org_id, programme_id=programme.id, firm_id=firm_id)
    for party in there.values():
        if party.state is PartyState.active and party.firm_id in looked_at and party.firm_id not in chosen:
            _refuse_below(acting, programme, party.firm_id, party.name, (0, 0))
            gone += part(org_id=acting.org_id, programme_id=programme.id, firm_id=party.firm_id, now=now)
    db.session.flush()
    note("programme.parties_chosen", acting, programme, now, number=len(chosen))
    db.session.commit()
    return added, gone


def _change(acting: Acting, programme: Programme, firm_id: int, values: Mapping[str, object]) -> None:
    db.session.execute(
        sa.update(ProgrammeParty)
        .where(
            ProgrammeParty.org_id == acting.org_id,
            ProgrammeParty.programme_id == programme.id,
            ProgrammeParty.firm_id == firm_id,
        )
        .values(**values),
        execution_options={"synchronize_session": False},
    )


def _refuse_archived(programme: Programme) -> None:
    if programme.state is ProgrammeState.archived:
        raise Refused(_("This programme is archived. Take it out of the archive to change it."))


def _refuse_below(acting: Acting, programme: Programme, firm_id: int, name: str, quota: Quota) -> None:
    """The wall between a figure and the people who are there already."""
    query = (
        sa.select(Enrolment.side, sa.func.count())
        .join(Cohort, sa.and_(Cohort.org_id == Enrolment.org_id, Cohort.id == Enrolment.cohort_id))
        .where(
            Enrolment.org_id == acting.org_id,
            Enrolment.firm_id == firm_id,
            Enrolment.state.in_(COUNTED),
            Cohort.programme_id == programme.id,
            Cohort.state.in_([CohortState.draft, CohortState.open]),
        )
        .group_by(Enrolment.cohort_id, Enrolment.side)
    )
    for side, count in db.session.execute(query):
        most = quota[0] if side.value == "mentor" else quota[1]
        if most is not None and count > most:
            raise Refused(
                ngettext(
                    "%(firm)s has %(num)d person in a cohort of this programme already. Raise the figure, or end that "
                    "enrolment first.",
                    "%(firm)s has %(num)d people in a cohort of this programme already. Raise the figure, or end those "
                    "enrolments first.",
                    count,
                    firm=name,
                )
            )


def ask_party(*, acting: Acting, programme: Programme, slug: str, is_school: bool, now: datetime) -> None:
    """Ask an organisation by its address here. Does the same whether or not there is one.

    Raises ``Refused`` when it takes part already, or is the viewer's own.
    """
    allow(acting)
    _refuse_archived(programme)
    if slug == acting.slug:
        raise Refused(_("This is the address of your own organisation. Type that of the one you ask."))
    if any(one.slug == slug and one.state is PartyState.active for one in queries.parties_of(acting, programme)):
        raise Refused(_("This organisation takes part already."))
    asked = sa.func.ask_to_take_part(programme.id, slug, is_school, now)
    db.session.execute(sa.select(asked))
    jobs.enqueue(tell_asked, org_id=acting.org_id, programme_id=programme.id, slug=slug)
    note("programme.party_asked", acting, programme, now, slug=slug)
    db.session.commit()


def withdraw_asking(*, acting: Acting, programme: Programme, slug: str, now: datetime) -> None:
    """Take back what was asked and not answered, with the invitation of a school that is not here yet.

    Answered or withdrawn already: nothing happens.
    """
    allow(acting)
    withdraw_invitations(acting, programme, slug, now)
    db.session.execute(sa.select(sa.func.withdraw_asking(programme.id, slug)))
    note("programme.asking_withdrawn", acting, programme, now, slug=slug)
    db.session.commit()


def answer_asking(*, acting: Acting, asked: Asked, accept: bool, now: datetime) -> None:
    """The viewer's organisation takes part, or does not. Raises ``Refused`` when it has answered already."""
    allow(acting)
    if asked.state is not PartyState.invited:
        raise Refused(_("This was answered already."))
    _answer(acting, asked, PartyState.active if accept else PartyState.left, now)
    verb = "programme.asking_accepted" if accept else "programme.asking_declined"
    _note_own(verb, acting, asked, now)
    db.session.commit()


def leave_programme(*, acting: Acting, asked: Asked, now: datetime) -> None:
    """The viewer's organisation takes part no longer. People who are in a cohort finish it."""
    allow(acting)
    if asked.state is not PartyState.active:
        raise Refused(_("This was already changed. Look at the list again."))
    if not part(org_id=asked.org_id, programme_id=asked.programme_id, firm_id=acting.org_id, now=now):
        raise Refused(_("This was already changed. Look at the list again."))
    jobs.enqueue(tell_answer, org_id=asked.org_id, programme_id=asked.programme_id, firm_id=acting.org_id)
    _note_own("programme.party_left", acting, asked, now)
    db.session.commit()


def _answer(acting: Acting, asked: Asked, state: PartyState, now: datetime) -> None:
    db.session.execute(
        sa.update(ProgrammeParty)
        .where(
            ProgrammeParty.org_id == asked.org_id,
            ProgrammeParty.programme_id == asked.programme_id,
            ProgrammeParty.firm_id == acting.org_id,
        )
        .values(state=state, answered_at=now),
        execution_options={"synchronize_session": False},
    )
    jobs.enqueue(tell_answer, org_id=asked.org_id, programme_id=asked.programme_id, firm_id=acting.org_id)


def _note_own(verb: str, acting: Acting, asked: Asked, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("programme", asked.programme_id),
        actor=(acting.person_id, acting.person_name),
        data={"programme": asked.name(acting.locale), "runner": asked.runner},
    )
