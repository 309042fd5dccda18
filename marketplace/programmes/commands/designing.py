"""A programme is made from a design, and its design is changed; every change is a version."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from pydantic import ValidationError

from marketplace.programmes import design_queries as queries
from marketplace.programmes.checks import Remark, refusals
from marketplace.programmes.commands.logging import allow, note
from marketplace.programmes.merging import Design, differences, merge
from marketplace.programmes.modalities import Modalities
from marketplace.programmes.models import PartyState, Programme, ProgrammeParty, ProgrammeState, ProgrammeVersion
from marketplace.programmes.sheet_words import remark_sentence
from tenants.current import Acting
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused


class ChangedMeanwhile(Exception):
    """Somebody else changed the same fields. ``merged`` has both people's changes, and the author's own where they
    clash; ``conflicts`` names those fields, ``taken`` what came from the other. ``current`` stands, at ``version``.
    """

    def __init__(
        self, merged: Design, conflicts: list[str], taken: list[str], current: Design, version: int, by: str
    ) -> None:
        super().__init__(", ".join(conflicts))
        self.merged, self.conflicts, self.taken = merged, conflicts, taken
        self.current, self.version, self.by = current, version, by


class Unsound(Exception):
    """The design cannot be kept as it is; ``remarks`` say why."""

    def __init__(self, remarks: tuple[Remark, ...]) -> None:
        super().__init__(", ".join(remark.code for remark in remarks))
        self.remarks = remarks


def create_programme(
    *, acting: Acting, name_en: str, name_fr: str, modalities: Modalities, template: str, now: datetime
) -> Programme:
    """A draft from a design. A company takes part in its own programme; a network chooses its firms afterwards."""
    allow(acting)
    programme = _draft(acting, name_en, name_fr, modalities, template, now)
    if not acting.in_network:
        _add_party(acting, programme, acting.org_id, now)
    note("programme.created", acting, programme, now)
    db.session.commit()
    return programme


def _draft(
    acting: Acting, name_en: str, name_fr: str, modalities: Modalities, template: str, now: datetime
) -> Programme:
    programme = Programme(
        org_id=acting.org_id,
        id=new_id(),
        form=modalities.form,
        name_en=name_en,
        name_fr=name_fr,
        choices=modalities.model_dump(mode="json"),
        template=template[:80],
        created_by_id=acting.person_id,
        created_at=now,
        updated_at=now,
    )
    db.session.add(programme)
    db.session.flush()
    _keep_version(acting, programme, now)
    return programme


def _add_party(acting: Acting, programme: Programme, firm_id: int, now: datetime, **values: Any) -> None:
    db.session.add(
        ProgrammeParty(
            org_id=acting.org_id,
            programme_id=programme.id,
            firm_id=firm_id,
            state=PartyState.active,
            asked_at=now,
            answered_at=now,
            **values,
        )
    )
    db.session.flush()


def _keep_version(acting: Acting, programme: Programme, now: datetime) -> None:
    db.session.add(
        ProgrammeVersion(
            org_id=programme.org_id,
            programme_id=programme.id,
            version=programme.version,
            name_en=programme.name_en,
            name_fr=programme.name_fr,
            choices=programme.choices,
            saved_by_id=acting.person_id,
            saved_at=now,
        )
    )
    db.session.flush()


def clone_programme(*, acting: Acting, programme: Programme, now: datetime) -> Programme:
    """A draft with the same design and the same organisations; a year in the name is the next one.

    Days count from the launch, so they move with the new cohort's. A school is asked anew.
    """
    allow(acting)
    taken = set(db.session.scalars(sa.select(Programme.name_en).where(Programme.org_id == acting.org_id)))
    taken |= set(db.session.scalars(sa.select(Programme.name_fr).where(Programme.org_id == acting.org_id)))
    copy = _draft(
        acting,
        next_name(programme.name_en, taken),
        next_name(programme.name_fr, taken),
        programme.modalities,
        programme.template,
        now,
    )
    may_add = {firm_id for firm_id, _name in queries.possible_parties(acting)}
    for party in queries.parties_of(acting, programme):
        if party.state is PartyState.active and party.firm_id in may_add:
            quota = {"max_mentors": party.max_mentors, "max_mentees": party.max_mentees}
            _add_party(acting, copy, party.firm_id, now, is_school=party.is_school, **quota)
    note("programme.cloned", acting, copy, now, source=programme.name(acting.locale))
    db.session.commit()
    return copy


def next_name(name: str, taken: set[str]) -> str:
    """``Crossing 2026`` → ``Crossing 2027``; ``Crossing`` → ``Crossing (2)``; the first that is free, 120 signs at most."""
    if not name:
        return ""
    found = re.search(r"\b20\d\d\b", name)
    if found:
        for year in range(int(found[0]) + 1, 2100):
            candidate = f"{name[: found.start()]}{year}{name[found.end() :]}"
            if candidate not in taken:
                return candidate
    stem = re.sub(r" \(\d+\)$", "", name)[:112]
    return next(f"{stem} ({number})" for number in range(2, 10_000) if f"{stem} ({number})" not in taken)


def save_design(
    *, acting: Acting, programme_id: int, seen: int, mine: Design, now: datetime
) -> tuple[Programme, list[str]]:
    """Keep ``mine``, which was written on top of version ``seen``; merged with what others changed since.

    Returns the programme and what was taken over from others. Raises ``ChangedMeanwhile`` where both changed the same
    field, ``Unsound`` when it falls below who is enrolled, or the programme is open and must stay sound, ``Refused`` when it
    is archived or its form can no longer change, and pydantic's ``ValidationError`` when the two designs do not hold together.
    """
    allow(acting)
    programme = _locked(acting, programme_id)
    current, taken = queries.design_of(programme), list[str]()
    if seen != programme.version and (since := _changed_since(acting, programme, seen)):
        kept = queries.version_at(acting, programme.id, seen)
        merged, conflicts, taken = merge(queries.design_of(kept) if kept else None, current, mine)
        if conflicts:
            version = programme.version
            db.session.rollback()
            raise ChangedMeanwhile(merged, conflicts, taken, current, version, since)
        mine = merged
    _write(acting, programme, current, mine, now)
    db.session.commit()
    return programme, taken


def _locked(acting: Acting, programme_id: int) -> Programme:
    """The programme as it is now, and nobody else's until the end of the transaction."""
    query = (
        sa.select(Programme)
        .where(Programme.org_id == acting.org_id, Programme.id == programme_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    programme = db.session.scalars(query).one()
    if programme.state is ProgrammeState.archived:
        raise Refused(_("This programme is archived. Take it out of the archive to change it."))
    return programme


def _changed_since(acting: Acting, programme: Programme, seen: int) -> str:
    """Who changed the design after ``seen``: a name, a word where no name may be read, nothing where nobody did."""
    newest = queries.versions_of(acting, programme)
    if newest and newest[0].version.version <= seen:
        return ""
    return (newest[0].by if newest else "") or _("A colleague")


def _write(acting: Acting, programme: Programme, current: Design, wanted: Design, now: datetime) -> None:
    try:
        modalities = Modalities.model_validate(wanted["choices"])
    except ValidationError:
        db.session.rollback()
        raise
    wanted = {**wanted, "choices": modalities.model_dump(mode="json")}
    if not differences(current, wanted):
        return
    _refuse_unsound(acting, programme, wanted, modalities)
    if modalities.form is not programme.form and queries.has_cohorts(acting, programme):
        raise Refused(_("A programme that has a cohort keeps its form. Clone it, and choose another form there."))
    programme.form = modalities.form
    programme.name_en, programme.name_fr = wanted["name_en"], wanted["name_fr"]
    programme.choices, programme.updated_at = wanted["choices"], now
    db.session.flush()
    _keep_version(acting, programme, now)
    note("programme.changed", acting, programme, now)


def _refuse_unsound(acting: Acting, programme: Programme, wanted: Design, modalities: Modalities) -> None:
    """Raise ``Unsound`` for what the change brings; what was amiss before stands in nobody's way."""
    before = queries.facts_of(acting, programme)
    after = replace(before, name_en=wanted["name_en"], name_fr=wanted["name_fr"], modalities=modalities)
    is_open = programme.state is ProgrammeState.open
    known = refusals(before, is_open=is_open)
    if brought := tuple(one for one in refusals(after, is_open=is_open) if one not in known):
        db.session.rollback()
        raise Unsound(brought)


def restore_version(*, acting: Acting, programme_id: int, number: int, now: datetime) -> Programme:
    """Write an earlier version anew, as the newest; nothing in between is lost."""
    allow(acting)
    programme = _locked(acting, programme_id)
    kept = queries.version_or_404(acting, programme, number)
    try:
        _write(acting, programme, queries.design_of(programme), kept.design, now)
    except Unsound as unsound:
        said = " ".join(remark_sentence(remark) for remark in unsound.remarks)
        raise Refused(_("That version cannot stand again as it is. %(why)s", why=said)) from None
    db.session.commit()
    return programme
