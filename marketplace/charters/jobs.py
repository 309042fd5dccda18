"""What follows a step of the agreement: letters whose link signs, the planned last day, the paper."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import cast

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy.dialects.postgresql import insert

from marketplace.charters import queries
from marketplace.charters.models import MentoringAgreement, PairDocument, PaperKind
from marketplace.charters.queries import Version
from marketplace.mentorships.by_link import link_id, write_by_link
from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import people
from tenants.shared import clock
from tenants.shared.database import db, new_id
from tenants.shared.jobs import announce, clock_job, enqueue, tenant_job
from tenants.shared.links import make_link
from tenants.shared.papers import paper_pdf
from tenants.shared.prose import prose_html

WRITE_AGREEMENT = "write_agreement"
SIGN_AGREEMENT = "sign_agreement"
END_MENTORSHIP = "end_mentorship"

SIGN_WITHIN = timedelta(days=60)
"""How long a letter's link signs; on the pair's page one may sign at any time."""
REMIND_AFTER = timedelta(days=7)


def link_to_write(one: Mentorship, now: datetime) -> str | None:
    """The address where the mentee draws the agreement up, for the letter that tells of their mentorship; it is made once."""
    if one.mentee_employer_id is None:
        return None
    token = make_link(
        link_id(WRITE_AGREEMENT, one.id, one.mentee_person_id, "confirmed"),
        org_id=one.mentee_employer_id,
        person_id=one.mentee_person_id,
        purpose=WRITE_AGREEMENT,
        subject=(one.org_id, one.id),
        expires_at=now + SIGN_WITHIN,
    )
    return f"/links/{token}" if token else None


@tenant_job("tell_of_charter", on="charter.proposed")
def tell_of_charter(*, org_id: int, agreement_id: int) -> None:
    """Whoever has not signed the version yet is asked to; replaced meanwhile, nobody is."""
    version = queries.version_of_worker(org_id, agreement_id)
    if version is None or version.agreement.replaced_at is not None or version.agreement.in_force_at is not None:
        return
    one, now = _mentorship(version.agreement), clock.now()
    for reader in (one.mentee_person_id, one.mentor_person_id):
        if not version.signed_by(reader):
            write_by_link(
                "charter_proposed",
                one,
                reader=reader,
                purpose=SIGN_AGREEMENT,
                occasion=agreement_id,
                expires_at=now + SIGN_WITHIN,
                now=now,
                data={"number": version.number},
            )
    db.session.commit()


@tenant_job("remind_of_charters_of_organisation")
def remind_of_charters_of_organisation(*, org_id: int) -> None:
    """Whoever has let a version wait for a week is reminded of it, once. A pair that pauses is left in peace."""
    now = clock.now()
    for agreement in queries.unsigned_since(org_id, now - REMIND_AFTER):
        one = _mentorship(agreement)
        signed = queries.signers(agreement)
        agreement.reminded_at = now
        for reader in (one.mentee_person_id, one.mentor_person_id):
            if reader not in signed:
                write_by_link(
                    "charter_reminder",
                    one,
                    reader=reader,
                    purpose=SIGN_AGREEMENT,
                    occasion=f"reminder {agreement.id}",
                    expires_at=now + SIGN_WITHIN,
                    now=now,
                    data={"number": agreement.number},
                )
    db.session.commit()


@clock_job("remind_of_charters", "47 * * * *")
def remind_of_charters() -> None:
    for org_id in queries.organisations_with_unsigned(clock.now() - REMIND_AFTER):
        enqueue(remind_of_charters_of_organisation, org_id=org_id, once=f"remind_of_charters_of_organisation {org_id}")


def _mentorship(agreement: MentoringAgreement) -> Mentorship:
    return db.session.get_one(Mentorship, (agreement.org_id, agreement.mentorship_id))


@tenant_job("charter_signed", on="charter.signed")
def charter_signed(*, org_id: int, agreement_id: int) -> None:
    """Both have signed: the mentorship takes up its length and cadence, both are told, the paper is made."""
    version = queries.version_of_worker(org_id, agreement_id)
    if version is None or version.agreement.in_force_at is None:
        return
    agreement = version.agreement
    one, now = _mentorship(agreement), clock.now()
    announce("mentorship.term_agreed", org_id=org_id, mentorship_id=one.id, agreement_id=agreement_id)
    for reader in (one.mentee_person_id, one.mentor_person_id):
        write_by_link(
            "charter_signed",
            one,
            reader=reader,
            purpose=END_MENTORSHIP,
            occasion=agreement_id,
            expires_at=datetime.combine(agreement.ends_on, time(), UTC) + timedelta(days=30),
            now=now,
            data={"last_at": datetime.combine(agreement.ends_on, time(12), UTC).isoformat()},
        )
    enqueue(keep_charter_paper, org_id=org_id, agreement_id=agreement_id)
    db.session.commit()


@tenant_job("keep_charter_paper")
def keep_charter_paper(*, org_id: int, agreement_id: int) -> None:
    """The agreement as a paper in each language that one of the two signed in; made before: nothing happens."""
    version = queries.version_of_worker(org_id, agreement_id)
    if version is None or len(version.signatures) < 2:
        return
    one = _mentorship(version.agreement)
    locales = sorted({signature.locale for signature in version.signatures.values()})
    keep_papers(
        one, PaperKind.agreement, agreement_id, {locale: charter_pdf(one, version, locale) for locale in locales}
    )
    db.session.commit()


def keep_papers(one: Mentorship, kind: PaperKind, subject_id: int, papers: dict[str, tuple[bytes, str]]) -> None:
    """Keep ``papers`` ((PDF, title) by language) of the pair; those that are kept already stay. The caller commits."""
    now = clock.now()
    rows = [
        {
            **one.pair_key,
            "id": new_id(),
            "kind": kind,
            "subject_id": subject_id,
            "title": title,
            "locale": locale,
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "created_at": now,
        }
        for locale, (content, title) in papers.items()
    ]
    db.session.execute(insert(cast(sa.Table, PairDocument.__table__)).on_conflict_do_nothing(), rows)


def charter_pdf(one: Mentorship, version: Version, locale: str) -> tuple[bytes, str]:
    """(PDF, title) of a version that both signed."""
    persons, firms = people(
        [one.mentee_person_id, one.mentor_person_id], [one.mentee_employer_id or 0, one.mentor_employer_id or 0]
    )
    sides = [
        (persons[person_id].name, firms[employer].name if employer in firms else "", version.signatures[person_id])
        for person_id, employer in (
            (one.mentee_person_id, one.mentee_employer_id or 0),
            (one.mentor_person_id, one.mentor_employer_id or 0),
        )
    ]
    with force_locale(locale):
        title = gettext("Mentoring agreement: %(mentee)s and %(mentor)s", mentee=sides[0][0], mentor=sides[1][0])
        content = paper_pdf(
            "charters/paper.html",
            title=title,
            locale=locale,
            agreement=version.agreement,
            rules=prose_html(version.agreement.rules(locale), below=2),
            sides=sides,
        )
    return content, title
