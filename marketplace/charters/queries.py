"""What the two of a pair read of their agreement. One statement says where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import undefer

from marketplace.charters.defaults import default_rules
from marketplace.charters.models import (
    AgreementSignature,
    CharterTemplate,
    MentoringAgreement,
    PairDocument,
    PaperKind,
)
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.mentorships.queries import Pair, Party
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the agreement and who signed it, by person."""

    agreement: MentoringAgreement
    signatures: dict[int, AgreementSignature]

    @property
    def number(self) -> int:
        return self.agreement.number

    def signed_by(self, person_id: int) -> bool:
        return person_id in self.signatures


@dataclass(frozen=True, slots=True)
class Standing:
    """The version in force, and the one that waits for a signature; either may be missing."""

    in_force: Version | None
    proposed: Version | None

    @property
    def latest(self) -> Version | None:
        return self.proposed or self.in_force

    @property
    def number(self) -> int:
        """Of the latest version; 0 before there is one. What a form says it was written on top of."""
        return self.latest.number if self.latest else 0

    def waits_for(self, person_id: int) -> bool:
        return self.proposed is not None and not self.proposed.signed_by(person_id)


def _versions(rows: Iterable[Any]) -> list[Version]:
    found: dict[int, Version] = {}
    for agreement, signature in rows:
        version = found.setdefault(agreement.id, Version(agreement, {}))
        if signature is not None:
            version.signatures[signature.person_id] = signature
    return list(found.values())


def _signed_versions(one: Mentorship) -> sa.Select[MentoringAgreement, AgreementSignature]:
    return (
        sa.select(MentoringAgreement, AgreementSignature)
        .outerjoin(
            AgreementSignature,
            sa.and_(
                AgreementSignature.org_id == MentoringAgreement.org_id,
                AgreementSignature.agreement_id == MentoringAgreement.id,
            ),
        )
        .where(MentoringAgreement.org_id == one.org_id, MentoringAgreement.mentorship_id == one.id)
        .order_by(MentoringAgreement.number, AgreementSignature.signed_at)
        .execution_options(populate_existing=True)
    )


def standing(viewer: Party, pair: Pair) -> Standing:
    """Where the pair's agreement stands, for one of the two."""
    if viewer.person_id not in (pair.mentorship.mentee_person_id, pair.mentorship.mentor_person_id):
        return Standing(None, None)
    rows = db.session.execute(_signed_versions(pair.mentorship).where(MentoringAgreement.replaced_at.is_(None)))
    versions = _versions(rows)
    return Standing(
        next((one for one in versions if one.agreement.in_force_at is not None), None),
        next((one for one in versions if one.agreement.in_force_at is None), None),
    )


def version_or_404(viewer: Party, pair: Pair, number: int) -> Version:
    """Any version there has been, also one that was replaced."""
    if viewer.person_id not in (pair.mentorship.mentee_person_id, pair.mentorship.mentor_person_id):
        abort(404)
    versions = _versions(
        db.session.execute(_signed_versions(pair.mentorship).where(MentoringAgreement.number == number))
    )
    return versions[0] if versions else abort(404)


def latest_number(pair: Pair) -> int:
    query = sa.select(sa.func.max(MentoringAgreement.number)).where(
        MentoringAgreement.org_id == pair.mentorship.org_id, MentoringAgreement.mentorship_id == pair.mentorship.id
    )
    return db.session.scalar(query) or 0


def version_of_worker(org_id: int, agreement_id: int) -> Version | None:
    """For the worker: the version with its signatures."""
    agreement = db.session.get(MentoringAgreement, (org_id, agreement_id), populate_existing=True)
    if agreement is None:
        return None
    signatures = db.session.scalars(
        sa.select(AgreementSignature)
        .where(AgreementSignature.org_id == org_id, AgreementSignature.agreement_id == agreement_id)
        .order_by(AgreementSignature.signed_at)
    )
    return Version(agreement, {one.person_id: one for one in signatures})


def organisations_with_unsigned(before: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(sa.func.organisations_with_unsigned_agreements(before))).all()


def unsigned_since(org_id: int, before: datetime) -> Sequence[MentoringAgreement]:
    """Versions of running pairs that were written before, wait for a signature, and nobody was reminded of; locked, and
    without those that another worker holds.
    """
    query = (
        sa.select(MentoringAgreement)
        .join(
            Mentorship,
            sa.and_(Mentorship.org_id == MentoringAgreement.org_id, Mentorship.id == MentoringAgreement.mentorship_id),
        )
        .where(
            MentoringAgreement.org_id == org_id,
            MentoringAgreement.in_force_at.is_(None),
            MentoringAgreement.replaced_at.is_(None),
            MentoringAgreement.reminded_at.is_(None),
            MentoringAgreement.written_at <= before,
            Mentorship.state == MentorshipState.running,
        )
        .order_by(MentoringAgreement.id)
        .with_for_update(of=MentoringAgreement, skip_locked=True)
    )
    return db.session.scalars(query).all()


def signers(agreement: MentoringAgreement) -> set[int]:
    """For the worker: who has signed it."""
    query = sa.select(AgreementSignature.person_id).where(
        AgreementSignature.org_id == agreement.org_id, AgreementSignature.agreement_id == agreement.id
    )
    return set(db.session.scalars(query))


# --- what changed -----------------------------------------------------------------------------------------------------

COMPARED = ("purpose", "cadence", "ends_on", "contact")


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the agreement that differs between two versions. ``part`` is a field's name, or ``rules``."""

    part: str
    before: str | date
    after: str | date


def changes(before: MentoringAgreement | None, after: MentoringAgreement, locale: str) -> list[Change]:
    """What ``after`` says differently; nothing to compare with: nothing has changed."""
    if before is None or before.id == after.id:
        return []
    found = [
        Change(part, getattr(before, part), getattr(after, part))
        for part in COMPARED
        if getattr(before, part) != getattr(after, part)
    ]
    if before.rules(locale) != after.rules(locale):
        found.append(Change("rules", before.rules_of, after.rules_of))
    return found


# --- rules ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that a new version takes up. ``of``: whose they are; empty for the house's own."""

    of: str
    text_en: str
    text_fr: str

    def text(self, locale: str) -> str:
        return self.text_fr if locale.startswith("fr") else self.text_en


def rules_of(pair: Pair) -> Rules:
    """Those of the pair's firm, of a network both belong to, or the house's: the gate says whose."""
    columns = (
        sa.column("name", sa.Text),
        sa.column("number", sa.SmallInteger),
        sa.column("text_en", sa.Text),
        sa.column("text_fr", sa.Text),
    )
    one = pair.mentorship
    found = sa.func.charter_template_of(one.org_id, one.id).table_valued(*columns)
    row = db.session.execute(sa.select(found)).first()
    if row is None:
        return Rules("", default_rules("en"), default_rules("fr"))
    return Rules(row.name, row.text_en, row.text_fr)


def templates(acting: Acting) -> list[CharterTemplate]:
    """The versions that the viewer's organisation published, the newest first."""
    query = (
        sa.select(CharterTemplate)
        .where(CharterTemplate.org_id == acting.org_id, CharterTemplate.published_at.is_not(None))
        .order_by(CharterTemplate.number.desc())
    )
    return list(db.session.scalars(query))


def template_draft(acting: Acting) -> CharterTemplate | None:
    query = sa.select(CharterTemplate).where(
        CharterTemplate.org_id == acting.org_id, CharterTemplate.published_at.is_(None)
    )
    return db.session.scalar(query)


def template_or_404(acting: Acting, number: int) -> CharterTemplate:
    query = sa.select(CharterTemplate).where(
        CharterTemplate.org_id == acting.org_id,
        CharterTemplate.number == number,
        CharterTemplate.published_at.is_not(None),
    )
    return db.session.scalar(query) or abort(404)


# --- papers -----------------------------------------------------------------------------------------------------------


def paper_of(viewer: Party, pair: Pair, subject_id: int, locale: str) -> PairDocument | None:
    """The paper about ``subject_id``, in the reader's language where there is one; its content stays where it is."""
    if viewer.person_id not in (pair.mentorship.mentee_person_id, pair.mentorship.mentor_person_id):
        return None
    query = (
        sa.select(PairDocument)
        .where(PairDocument.org_id == pair.mentorship.org_id, PairDocument.subject_id == subject_id)
        .order_by(PairDocument.locale != locale[:2], PairDocument.id)
        .limit(1)
    )
    return db.session.scalar(query)


def paper_or_404(viewer: Party, pair: Pair, document_id: int, kind: PaperKind) -> PairDocument:
    if viewer.person_id not in (pair.mentorship.mentee_person_id, pair.mentorship.mentor_person_id):
        abort(404)
    query = (
        sa.select(PairDocument)
        .where(
            PairDocument.org_id == pair.mentorship.org_id,
            PairDocument.mentorship_id == pair.mentorship.id,
            PairDocument.id == document_id,
            PairDocument.kind == kind,
        )
        .options(undefer(PairDocument.content))
    )
    return db.session.scalar(query) or abort(404)
