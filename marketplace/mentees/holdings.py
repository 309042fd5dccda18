"""What is held about a person as a mentee: what they look for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from marketplace.mentees import commands, queries
from marketplace.mentees.forms import MenteeForm
from marketplace.mentors.models import MenteeProfile
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.holdings import Held, Holding, Subject, register


def export_profiles(subject: Subject) -> list[dict[str, Any]]:
    profiles = db.session.scalars(
        sa.select(MenteeProfile).where(MenteeProfile.person_id == subject.person_id).order_by(MenteeProfile.org_id)
    )
    return [
        {
            "organisation": subject.slugs[profile.org_id],
            **{name: getattr(profile, name) for name in commands.FIELDS},
            "updated_at": profile.updated_at.isoformat(),
        }
        for profile in profiles
    ]


def bring_profiles(acting: Acting, held: Held) -> int:
    """Checked as the form's own answers are; what is not good is left out."""
    there = queries.own_mentee_profile(acting)
    if not held.records or (there is not None and (there.goals or there.seeking) and not held.replaces):
        return 0
    given = {name: held.records[0].get(name) for name in commands.FIELDS}
    fields = {
        name: [one for one in value if isinstance(one, str)][:100] if isinstance(value, list) else value
        for name, value in given.items()
        if isinstance(value, str | list)
    }
    form = MenteeForm(MultiDict(fields), meta={"csrf": False})
    form.validate()
    values = {name: value for name, value in form.draft().items() if not form[name].errors}
    commands.save_mentee_profile(acting=acting, values=values, now=held.now)
    return 1


def erase_profiles(subject: Subject, _now: datetime) -> None:
    db.session.execute(
        sa.delete(MenteeProfile).where(MenteeProfile.person_id == subject.person_id),
        execution_options={"synchronize_session": False},
    )


register(
    Holding(
        "mentee_profiles",
        _l("What you look for"),
        frozenset({"mentee_profile.person_id"}),
        export_profiles,
        erase_profiles,
        bring_profiles,
        goes=_l("What you said you look for."),
    )
)
