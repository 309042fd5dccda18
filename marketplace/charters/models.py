"""What a pair agrees on: templates of organisations, versions of the pair's own agreement, who signed which, and the papers."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.mentorships.models import OfPair, to_pair
from tenants.shared.database import Base


class CharterTemplate(Base):
    """One version of the rules that an organisation gives its pairs, in Markdown. A published version never changes."""

    __tablename__ = "charter_template"
    __table_args__ = (
        sa.Index("uq_charter_template_draft", "org_id", unique=True, postgresql_where=sa.text("published_at IS NULL")),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    text_en: Mapped[str]
    text_fr: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    def text(self, locale: str) -> str:
        return self.text_fr if locale.startswith("fr") else self.text_en


class MentoringAgreement(OfPair, Base):
    """One version of a pair's agreement: what the two write, and the rules as they were when it was written.

    Its words never change. It is in force from ``in_force_at``, when the second of the two signed, until ``replaced_at``;
    a version that is replaced before both signed never was. Only the gate puts a version in force.
    """

    __tablename__ = "mentoring_agreement"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("org_id", "mentorship_id", "number", name="uq_mentoring_agreement_number"),
        sa.Index(
            "uq_mentoring_agreement_open",
            "org_id",
            "mentorship_id",
            unique=True,
            postgresql_where=sa.text("in_force_at IS NULL AND replaced_at IS NULL"),
        ),
    )

    number: Mapped[int] = mapped_column(sa.SmallInteger)
    purpose: Mapped[str]
    contact: Mapped[str]
    cadence: Mapped[str] = mapped_column(sa.String(40))
    ends_on: Mapped[date]
    rules_en: Mapped[str]
    rules_fr: Mapped[str]
    rules_of: Mapped[str] = mapped_column(sa.String(200))
    written_by_person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    written_at: Mapped[datetime]
    in_force_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    def rules(self, locale: str) -> str:
        """The house's rules in the reader's language, in Markdown."""
        return self.rules_fr if locale.startswith("fr") else self.rules_en


class AgreementSignature(OfPair, Base):
    """A person of the pair signed one version: the name as typed, and when. Written by the gate alone."""

    __tablename__ = "agreement_signature"
    __table_args__ = (
        to_pair(),
        sa.ForeignKeyConstraint(["org_id", "agreement_id"], ["mentoring_agreement.org_id", "mentoring_agreement.id"]),
        sa.UniqueConstraint("org_id", "agreement_id", "person_id", name="uq_agreement_signature_once"),
    )

    agreement_id: Mapped[int] = mapped_column(sa.BigInteger)
    person_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    locale: Mapped[str] = mapped_column(sa.String(5))
    signed_at: Mapped[datetime]


class PaperKind(enum.StrEnum):
    agreement = "agreement"
    certificate = "certificate"


class PairDocument(OfPair, Base):
    """A paper of the pair as a PDF: one row for each language that one of the two reads.

    ``subject_id`` is the agreement's or the certificate's id.
    """

    __tablename__ = "pair_document"
    __table_args__ = (
        to_pair(),
        sa.UniqueConstraint("org_id", "subject_id", "locale", name="uq_pair_document_locale"),
    )

    kind: Mapped[PaperKind]
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    title: Mapped[str] = mapped_column(sa.String(300))
    locale: Mapped[str] = mapped_column(sa.String(5))
    content: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
