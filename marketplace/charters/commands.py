"""The two write a version, sign it, take a proposal back; an organisation publishes its rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.charters import policy, queries
from marketplace.charters.models import CharterTemplate, MentoringAgreement
from marketplace.charters.queries import Version
from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.links import spend_link


def _page_of(acting: Acting, pair: Pair) -> str:
    return url_for("charters.show", organisation=acting.slug, mentorship_id=pair.mentorship.id)


class ChangedMeanwhile(Refused):
    """The version that the form was about is open no more. ``seen``: its number; the page shows what changed since."""

    def __init__(self, acting: Acting, pair: Pair, seen: int) -> None:
        super().__init__(
            _("%(name)s changed the agreement while you read it. Nothing was signed.", name=pair.seen.other.first_name),
            way_back=_page_of(acting, pair),
        )
        self.pair, self.seen = pair, seen


def propose_agreement(
    *,
    acting: Acting,
    pair: Pair,
    seen: int,
    values: dict[str, str | date],
    name: str,
    locale: str,
    now: datetime,
    link: bytes | None = None,
) -> None:
    """Write a new version on top of version ``seen`` and sign it; the other is asked to sign by letter.

    What is in force stays so until then. Raises ``ChangedMeanwhile`` when another version was written, or came into
    force, after the author opened the page; ``Refused`` when the mentorship has ended.
    """
    one = pair.mentorship
    _refuse_ended(acting, pair)
    # The first version has no row yet that two authors could take turns at.
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(one.id)))
    there = queries.standing(acting, pair)
    if there.number != seen or (there.proposed and not _replaced(there.proposed, now)):
        db.session.rollback()
        raise ChangedMeanwhile(acting, pair, seen)
    spend_link(link, now)
    rules = queries.rules_of(pair)
    agreement = MentoringAgreement(
        **one.pair_key,
        id=new_id(),
        number=queries.latest_number(pair) + 1,
        **values,
        rules_en=rules.text_en,
        rules_fr=rules.text_fr,
        rules_of=rules.of,
        written_by_person_id=acting.person_id,
        written_at=now,
    )
    db.session.add(agreement)
    db.session.flush()
    _sign(agreement, name, locale, now)
    jobs.announce("charter.proposed", org_id=one.org_id, agreement_id=agreement.id)
    db.session.commit()


def _refuse_ended(acting: Acting, pair: Pair) -> None:
    if pair.mentorship.state is MentorshipState.ended:
        raise Refused(
            _("The mentorship has ended. The agreement stays readable, and does not change any more."),
            way_back=_page_of(acting, pair),
        )


def _replaced(version: Version, now: datetime) -> bool:
    """Whether the proposal was still open, and is replaced now; a signature under way waits for this, or this for it."""
    open_one = sa.update(MentoringAgreement).where(
        MentoringAgreement.org_id == version.agreement.org_id,
        MentoringAgreement.id == version.agreement.id,
        MentoringAgreement.in_force_at.is_(None),
        MentoringAgreement.replaced_at.is_(None),
    )
    done = cast(
        sa.CursorResult[Any],
        db.session.execute(open_one.values(replaced_at=now), execution_options={"synchronize_session": False}),
    )
    return done.rowcount == 1


def _sign(agreement: MentoringAgreement, name: str, locale: str, now: datetime) -> str:
    """What the gate says: signed, complete, already, changed or ended."""
    signed = sa.func.sign_agreement(agreement.org_id, agreement.id, new_id(), name, locale, now)
    return str(db.session.scalar(sa.select(signed)))


def sign_agreement(
    *, acting: Acting, pair: Pair, number: int, name: str, locale: str, now: datetime, link: bytes | None = None
) -> None:
    """Sign version ``number``. The second signature puts it in force; signing twice changes nothing.

    Raises ``ChangedMeanwhile`` when that version was replaced meanwhile, ``Refused`` when the mentorship has ended.
    """
    version = queries.version_or_404(acting, pair, number)
    said = _sign(version.agreement, name, locale, now)
    if said == "changed":
        db.session.rollback()
        raise ChangedMeanwhile(acting, pair, number)
    if said == "ended":
        db.session.rollback()
        raise Refused(
            _("The mentorship has ended. There is nothing left to sign."),
            way_back=_page_of(acting, pair),
        )
    if said != "already":
        spend_link(link, now)
    if said == "complete":
        jobs.announce("charter.signed", org_id=version.agreement.org_id, agreement_id=version.agreement.id)
    db.session.commit()


def drop_proposal(*, acting: Acting, pair: Pair, number: int, now: datetime) -> None:
    """Either of the two takes a version off the table that waits for a signature. What is in force stays.

    Raises ``ChangedMeanwhile`` when it waits no more.
    """
    there = queries.standing(acting, pair)
    if there.proposed is None or there.proposed.number != number or not _replaced(there.proposed, now):
        db.session.rollback()
        raise ChangedMeanwhile(acting, pair, number)
    db.session.commit()


# --- an organisation's rules ------------------------------------------------------------------------------------------


def save_rules(*, acting: Acting, text_en: str, text_fr: str, publish: bool, now: datetime) -> CharterTemplate:
    """Keep what is written; with ``publish``, every version that a pair writes from now on takes it up.

    Agreements that were signed keep the words that were signed. Raises ``Refused`` when nothing has changed.
    """
    if not policy.may_write_rules(acting):
        raise Forbidden(
            _("Your role does not include this. An administrator of your organisation can do it, or give you the role.")
        )
    published = queries.templates(acting)
    if publish and published and (published[0].text_en, published[0].text_fr) == (text_en, text_fr):
        raise Refused(_("These are the words of the version in force. Change something first."))
    draft = queries.template_draft(acting)
    if draft is None:
        number = (published[0].number if published else 0) + 1
        draft = CharterTemplate(org_id=acting.org_id, number=number)
        db.session.add(draft)
    draft.text_en, draft.text_fr = text_en, text_fr
    draft.written_by_id, draft.updated_at = acting.person_id, now
    if publish:
        draft.published_at = now
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Refused(_("A colleague has just begun a new version. Look at the page again.")) from None
    if publish:
        record(
            "charter.rules_published",
            org_ids=[acting.org_id],
            now=now,
            subject=("charter", draft.number),
            actor=(acting.person_id, acting.person_name),
            data={"number": draft.number},
        )
    db.session.commit()
    return draft
