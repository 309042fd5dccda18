"""What the designer's pages read. The viewer comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.programmes.checks import Facts, PartyFacts
from marketplace.programmes.modalities import Form, Modalities, SideRules
from marketplace.programmes.models import (
    COUNTED,
    Cohort,
    CohortState,
    Enrolment,
    PartyState,
    Programme,
    ProgrammeAsking,
    ProgrammeLoan,
    ProgrammeVersion,
)
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.onboarding.models import Invitation, InvitationState
from tenants.organisations.models import FirmMembership, MembershipState, Organisation
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class PartySeen:
    """An organisation that takes part, or did, as those who run the programme see it."""

    firm_id: int
    name: str
    slug: str
    state: PartyState
    is_school: bool
    max_mentors: int | None
    max_mentees: int | None


_FIRMS = sa.text("SELECT * FROM programme_firms(:org, :programme)")


def parties_of(viewer: Acting, programme: Programme) -> list[PartySeen]:
    """The organisations of a programme that the viewer's own runs, by name; not those that have yet to answer."""
    rows = db.session.execute(_FIRMS, {"org": viewer.org_id, "programme": programme.id}).mappings()
    return [PartySeen(**{**row, "state": PartyState(row["state"])}) for row in rows]


def askings_of(viewer: Acting, programme: Programme) -> Sequence[ProgrammeAsking]:
    """Those that were asked by their address and have yet to answer."""
    query = (
        sa.select(ProgrammeAsking)
        .where(ProgrammeAsking.org_id == viewer.org_id, ProgrammeAsking.programme_id == programme.id)
        .order_by(ProgrammeAsking.slug)
    )
    return db.session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class SchoolAsked:
    """A school that the viewer's organisation invited to this house.

    ``standing`` of its invitation: "open", "expired", "accepted" or "withdrawn".
    """

    org_id: int
    slug: str
    name: str
    email: str
    locale: str
    standing: str
    expires_at: datetime
    may_be_invited_again: bool


BETWEEN_INVITATIONS = timedelta(days=1)


def schools_asked(viewer: Acting, askings: Sequence[ProgrammeAsking], now: datetime) -> dict[str, SchoolAsked]:
    """By address here, of those asked: the schools that the viewer's organisation invited, each with its latest invitation."""
    rows = db.session.execute(
        sa.select(
            Organisation.id,
            Organisation.slug,
            Organisation.name,
            Organisation.locale,
            Invitation.email,
            Invitation.state,
            Invitation.sent_at,
            Invitation.expires_at,
        )
        .join(Invitation, Invitation.org_id == Organisation.id)
        .where(
            Organisation.invited_by_id == viewer.org_id,
            Invitation.inviter_org_id == viewer.org_id,
            Organisation.slug.in_([one.slug for one in askings]),
        )
        .order_by(Invitation.created_at, Invitation.id)
    )
    found: dict[str, SchoolAsked] = {}
    for row in rows:
        over = row.state is InvitationState.open and row.expires_at <= now
        standing = "expired" if over else row.state.value
        found[row.slug] = SchoolAsked(
            org_id=row.id,
            slug=row.slug,
            name=row.name,
            email=row.email,
            locale=row.locale,
            standing=standing,
            expires_at=row.expires_at,
            may_be_invited_again=row.state is InvitationState.open
            and (row.sent_at is None or row.sent_at + BETWEEN_INVITATIONS <= now),
        )
    return found


def possible_parties(viewer: Acting) -> list[tuple[int, str]]:
    """(number, name) of those that the viewer's organisation may add: a network its member firms, a company itself."""
    if not viewer.in_network:
        return [(viewer.org_id, viewer.org_name)]
    query = (
        sa.select(Organisation.id, Organisation.name)
        .join(FirmMembership, FirmMembership.firm_id == Organisation.id)
        .where(FirmMembership.network_id == viewer.org_id, FirmMembership.state == MembershipState.active)
        .order_by(sa.func.lower(Organisation.name), Organisation.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def facts_of(viewer: Acting, programme: Programme) -> Facts:
    """What the checks of the sheet ask about the programme as it stands."""
    modalities = programme.modalities
    enrolled = _enrolled(viewer, programme)
    parties = tuple(
        PartyFacts(
            one.firm_id,
            one.name,
            one.is_school,
            one.max_mentors,
            one.max_mentees,
            enrolled.get((one.firm_id, "mentor"), 0),
            enrolled.get((one.firm_id, "mentee"), 0) + enrolled.get((one.firm_id, "peer"), 0),
        )
        for one in parties_of(viewer, programme)
        if one.state is PartyState.active
    )
    counts = {side: eligible_people(programme, modalities.rules(side)) for side in modalities.sides}
    return Facts(
        programme.name_en,
        programme.name_fr,
        modalities,
        parties,
        len(askings_of(viewer, programme)),
        {side: count for side, count in counts.items() if count is not None},
    )


def _enrolled(viewer: Acting, programme: Programme) -> dict[tuple[int | None, str], int]:
    """The most that a firm has in one cohort that runs, by firm and side."""
    query = (
        sa.select(Enrolment.cohort_id, Enrolment.firm_id, Enrolment.side, sa.func.count())
        .join(Cohort, sa.and_(Cohort.org_id == Enrolment.org_id, Cohort.id == Enrolment.cohort_id))
        .where(
            Enrolment.org_id == viewer.org_id,
            Cohort.programme_id == programme.id,
            Cohort.state.in_([CohortState.draft, CohortState.open]),
            Enrolment.state.in_(COUNTED),
        )
        .group_by(Enrolment.cohort_id, Enrolment.firm_id, Enrolment.side)
    )
    most: dict[tuple[int | None, str], int] = {}
    for _cohort, firm_id, side, count in db.session.execute(query):
        most[firm_id, side.value] = max(count, most.get((firm_id, side.value), 0))
    return most


_ELIGIBLE = sa.text(
    "SELECT eligible_people(:programme, CAST(:organisation AS integer[]), CAST(:role AS text[]), "
    "CAST(:function AS text[]), CAST(:seniority AS text[]))"
)


def eligible_people(programme: Programme, rules: SideRules) -> int | None:
    """How many people of the parties meet the rules, as far as it is known; None: fewer than five."""
    left: dict[str, list[str] | None] = dict.fromkeys(("organisation", "role", "function", "seniority"))
    for condition in rules.eligibility:
        if condition.on != "statement":
            before = left[condition.on]
            left[condition.on] = [one for one in condition.any_of if before is None or one in before]
    return db.session.scalar(_ELIGIBLE, {"programme": programme.id, **left})


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """``by``: who saved it, where their name may be read."""

    version: ProgrammeVersion
    by: str

    @property
    def design(self) -> dict[str, Any]:
        return design_of(self.version)


def design_of(kept: Programme | ProgrammeVersion | ProgrammeLoan) -> dict[str, Any]:
    """Names and modalities as plain JSON, with every default said."""
    chosen = Modalities.model_validate(kept.choices).model_dump(mode="json")
    return {"name_en": kept.name_en, "name_fr": kept.name_fr, "choices": chosen}


def versions_of(viewer: Acting, programme: Programme) -> list[VersionSeen]:
    """The newest first."""
    query = (
        sa.select(ProgrammeVersion, Person.name)
        .outerjoin(Person, Person.id == ProgrammeVersion.saved_by_id)
        .where(ProgrammeVersion.org_id == viewer.org_id, ProgrammeVersion.programme_id == programme.id)
        .order_by(ProgrammeVersion.version.desc())
    )
    return [VersionSeen(version, name or "") for version, name in db.session.execute(query)]


def version_or_404(viewer: Acting, programme: Programme, number: int) -> VersionSeen:
    return next((one for one in versions_of(viewer, programme) if one.version.version == number), None) or abort(404)


def version_at(viewer: Acting, programme_id: int, seen: int) -> ProgrammeVersion | None:
    """What stood when the programme's count of changes was ``seen``."""
    query = (
        sa.select(ProgrammeVersion)
        .where(
            ProgrammeVersion.org_id == viewer.org_id,
            ProgrammeVersion.programme_id == programme_id,
            ProgrammeVersion.version <= seen,
        )
        .order_by(ProgrammeVersion.version.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def loan_of(viewer: Acting, programme: Programme) -> ProgrammeLoan | None:
    """The viewer's network lends this design to its firms at present."""
    loan = db.session.get(ProgrammeLoan, (viewer.org_id, programme.id))
    return loan if loan is not None and loan.taken_back_at is None else None


def borrowed(viewer: Acting) -> list[tuple[ProgrammeLoan, str]]:
    """(template, network's name) of what networks lend to the viewer's firm, the newest first."""
    query = (
        sa.select(ProgrammeLoan, Organisation.name)
        .outerjoin(Organisation, Organisation.id == ProgrammeLoan.org_id)
        .where(
            ProgrammeLoan.org_id != viewer.org_id,
            ProgrammeLoan.org_id.in_(viewer.audiences),
            ProgrammeLoan.taken_back_at.is_(None),
        )
        .order_by(ProgrammeLoan.lent_at.desc())
    )
    return [(loan, name or "") for loan, name in db.session.execute(query)]


def borrowed_or_404(viewer: Acting, network_id: int, programme_id: int) -> ProgrammeLoan:
    found = [loan for loan, _name in borrowed(viewer) if (loan.org_id, loan.programme_id) == (network_id, programme_id)]
    return found[0] if found else abort(404)


@dataclass(frozen=True, slots=True)
class Asked:
    """A programme of another organisation, as those who answer for the viewer's see it."""

    org_id: int
    programme_id: int
    runner: str
    form: Form
    name_en: str
    name_fr: str
    modalities: Modalities
    is_open: bool
    state: PartyState
    is_school: bool
    max_mentors: int | None
    max_mentees: int | None
    asked_at: datetime

    def name(self, locale: str) -> str:
        return (self.name_fr or self.name_en) if locale.startswith("fr") else (self.name_en or self.name_fr)


_ASKED = sa.text("SELECT * FROM asked_programmes()")


def asked_programmes(viewer: Acting) -> list[Asked]:
    """What the viewer's organisation is asked to take part in, and what it takes part in without running it."""
    if not viewer.coordinates:
        return []
    return [_asked(row) for row in db.session.execute(_ASKED).mappings()]


def _asked(row: Mapping[Any, Any]) -> Asked:
    kept = {key: value for key, value in row.items() if key not in {"choices", "programme_state"}}
    return Asked(
        **{
            **kept,
            "form": Form(row["form"]),
            "is_open": row["programme_state"] == "open",
            "state": PartyState(row["state"]),
            "modalities": Modalities.model_validate(row["choices"]),
        }
    )


def asked_or_404(viewer: Acting, org_id: int, programme_id: int) -> Asked:
    wanted = (org_id, programme_id)
    found = [one for one in asked_programmes(viewer) if (one.org_id, one.programme_id) == wanted]
    return found[0] if found else abort(404)


def cohorts_of(viewer: Acting, programmes: Sequence[Programme]) -> dict[int, list[Cohort]]:
    """The cohorts in the viewer's sight, by programme, the newest first; drafts for those who run them."""
    mine = viewer.org_id if viewer.coordinates else 0
    query = (
        sa.select(Cohort)
        .where(
            Cohort.programme_id.in_([programme.id for programme in programmes]),
            Cohort.state != CohortState.cancelled,
            sa.or_(Cohort.org_id == mine, Cohort.state != CohortState.draft),
        )
        .order_by(Cohort.ordinal.desc())
    )
    found: dict[int, list[Cohort]] = {}
    for cohort in db.session.scalars(query):
        found.setdefault(cohort.programme_id, []).append(cohort)
    return found


def has_cohorts(viewer: Acting, programme: Programme) -> bool:
    query = sa.select(sa.exists().where(Cohort.org_id == viewer.org_id, Cohort.programme_id == programme.id))
    return bool(db.session.scalar(query))
