"""Whether somebody is eligible on a side of a cohort, and if not, why: one sentence for each condition that does not hold."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.enrolments.words import of_vocabulary
from marketplace.mentors.models import MenteeProfile, MentorProfile
from marketplace.programmes.modalities import Condition, Modalities, Side
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation, Role
from tenants.affiliations.words import ROLES
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Profile:
    """What the house knows of somebody at their employer: nobody types it again."""

    person_id: int
    name: str
    org_id: int
    role: str
    job_title: str
    function: str
    seniority: str
    capacity: int = 1
    headline: str = ""
    seeking: str = ""


def profile_of(org_id: int, person_id: int) -> Profile | None:
    """The person as their employer and their own mentor page describe them, the employer first; None when they left."""
    found = db.session.execute(
        sa.select(Affiliation, Person.name, MentorProfile, MenteeProfile.seeking)
        .join(Person, Person.id == Affiliation.person_id)
        .outerjoin(
            MentorProfile,
            sa.and_(MentorProfile.org_id == Affiliation.org_id, MentorProfile.person_id == Affiliation.person_id),
        )
        .outerjoin(
            MenteeProfile,
            sa.and_(MenteeProfile.org_id == Affiliation.org_id, MenteeProfile.affiliation_id == Affiliation.id),
        )
        .where(
            Affiliation.org_id == org_id,
            Affiliation.person_id == person_id,
            sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > sa.func.current_date()),
        )
    ).first()
    if found is None:
        return None
    tie, name, page, seeking = found
    return Profile(
        person_id,
        name,
        org_id,
        tie.role.value,
        tie.job_title or (page.title if page else ""),
        tie.function or (page and page.function) or "",
        tie.seniority or (page and page.seniority) or "",
        max(page.capacity, 1) if page else 1,
        page.headline if page else "",
        seeking or "",
    )


def obstacles(modalities: Modalities, side: Side, profile: Profile) -> list[str]:
    """The sentences that say what speaks against it; none when the person is eligible. Statements are asked in the form."""
    return [
        sentence
        for condition in modalities.rules(side).eligibility
        if condition.on != "statement" and (sentence := _against(condition, profile))
    ]


def statements(modalities: Modalities, side: Side) -> list[str]:
    """What whoever nominates or applies confirms, in the reader's language."""
    return [
        one.statement.text(str(get_locale()))
        for one in modalities.rules(side).eligibility
        if one.on == "statement" and one.statement
    ]


def _against(condition: Condition, profile: Profile) -> str:
    if condition.on == "organisation":
        return "" if str(profile.org_id) in condition.any_of else _("It is for other organisations of the programme.")
    if condition.on == "role":
        if profile.role in condition.any_of:
            return ""
        names = ", ".join(str(ROLES[Role(one)]) for one in condition.any_of if one in set(Role))
        return _("It is for: %(names)s.", names=names)
    known = profile.seniority if condition.on == "seniority" else profile.function
    if known in condition.any_of:
        return ""
    names = of_vocabulary(condition.on, condition.any_of)
    if condition.on == "seniority":
        if not known:
            return _("Their seniority is not known. It is for: %(names)s. HR can add it under People.", names=names)
        return _("It is for the seniority: %(names)s.", names=names)
    if not known:
        return _("Their function is not known. It is for: %(names)s. HR can add it under People.", names=names)
    return _("It is for the function: %(names)s.", names=names)
