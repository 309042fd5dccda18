"""What the tenants hold about a person: the account, ties, letters, the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from tenants.accounts.models import Account, AccountSession, AddressChange, Passkey, Person
from tenants.affiliations.models import Affiliation, Assistance
from tenants.agreements.models import AgreementAcceptance
from tenants.current import Acting
from tenants.onboarding.models import Invitation
from tenants.privacy.models import Consent, PersonalExport
from tenants.shared import choices, jobs
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.holdings import Held, Holding, Subject, register
from tenants.shared.hours import Hours
from tenants.shared.kinds import KINDS
from tenants.shared.models import ActionLink, Activity, Delivery, Letter, LetterChoice, LetterHours, Notice

HOURS = ("digest_hour", "digest_weekday", "quiet_from", "quiet_until")


def iso(moment: Any) -> str | None:
    """A day or a moment as text; nothing stays nothing."""
    return moment.isoformat() if moment else None


def _delete(model: Any, *where: sa.ColumnElement[bool]) -> None:
    db.session.execute(sa.delete(model).where(*where), execution_options={"synchronize_session": False})


# --- the person -------------------------------------------------------------------------------------------------------


def export_person(subject: Subject) -> list[dict[str, Any]]:
    person = db.session.execute(
        sa.select(Person.name, Person.locale, Person.time_zone, Person.created_at, Account.email)
        .join(Account, Account.id == Person.id)
        .where(Person.id == subject.person_id)
    ).one()
    return [
        {
            "name": person.name,
            "email": person.email,
            "language": person.locale,
            "time_zone": person.time_zone,
            "since": iso(person.created_at),
        }
    ]


def bring_person(acting: Acting, held: Held) -> int:
    """Language and time zone; name and address belong to the account that one signed in with."""
    from zoneinfo import available_timezones

    values = {}
    for one in held.records:
        if one.get("language") in ("en", "fr"):
            values["locale"] = one["language"]
        if one.get("time_zone") in available_timezones():
            values["time_zone"] = one["time_zone"]
    if values:
        db.session.execute(sa.update(Person).where(Person.id == acting.person_id).values(**values))
        db.session.commit()
    return len(values)


def erase_person(subject: Subject, now: datetime) -> None:
    """Last of all: the account goes, and what others' records point at is nobody in particular."""
    with force_locale(subject.locale):
        nobody = gettext("A former member")
    orgs = list(
        db.session.scalars(sa.select(Affiliation.org_id).where(Affiliation.person_id == subject.person_id).distinct())
    )
    db.session.execute(sa.select(sa.func.forget_name(nobody)))
    db.session.execute(
        sa.update(Invitation)
        .where(Invitation.email.in_(sa.select(Account.email).where(Account.id == subject.person_id)))
        .values(email="", name="", job_title="")
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        sa.update(Affiliation)
        .where(Affiliation.person_id == subject.person_id)
        .values(ended_on=sa.func.least(Affiliation.ended_on, now.date()), job_title="", work_email="")
        .execution_options(synchronize_session=False)
    )
    for org_id in orgs:
        jobs.announce("person.erased", org_id=org_id, person_id=subject.person_id)
    if orgs:
        record("account.erased", org_ids=orgs, now=now, subject=("account", None))
    person = sa.update(Person).where(Person.id == subject.person_id)
    db.session.execute(person.values(name=nobody, time_zone="UTC").execution_options(synchronize_session=False))
    _delete(Account, Account.id == subject.person_id)


# --- ties, letters, notices ---------------------------------------------------------------------------------------------


def export_affiliations(subject: Subject) -> list[dict[str, Any]]:
    ties = db.session.scalars(
        sa.select(Affiliation).where(Affiliation.person_id == subject.person_id).order_by(Affiliation.id)
    )
    return [
        {
            "organisation": subject.slugs[tie.org_id],
            "role": tie.role.value,
            "job_title": tie.job_title,
            "work_email": tie.work_email,
            "from": iso(tie.started_on),
            "to": iso(tie.ended_on),
        }
        for tie in ties
    ]


def export_letters(subject: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Letter.org_id, Letter.kind, Letter.state, Letter.created_at, Letter.sent_at)
        .where(Letter.person_id == subject.person_id)
        .order_by(Letter.id)
    )
    return [
        {
            "organisation": subject.slugs[row.org_id],
            "kind": row.kind,
            "state": row.state.value,
            "at": iso(row.created_at),
            "sent_at": iso(row.sent_at),
        }
        for row in rows
    ]


def erase_letters(subject: Subject, _now: datetime) -> None:
    _delete(Letter, Letter.person_id == subject.person_id)
    with force_locale(subject.locale):
        db.session.execute(sa.select(sa.func.forget_name_in_waiting_letters(gettext("A former member"))))
    _delete(ActionLink, ActionLink.person_id == subject.person_id)


def export_choices(subject: Subject) -> list[dict[str, Any]]:
    chosen = db.session.scalars(
        sa.select(LetterChoice)
        .where(LetterChoice.person_id == subject.person_id)
        .order_by(LetterChoice.org_id, LetterChoice.kind)
    )
    return [
        {
            "organisation": subject.slugs[one.org_id],
            "kind": one.kind,
            "delivery": one.delivery.value,
            "chosen_at": iso(one.chosen_at),
        }
        for one in chosen
    ] + [
        {
            "organisation": subject.slugs[one.org_id],
            **{name: getattr(one, name) for name in HOURS},
            "chosen_at": iso(one.chosen_at),
        }
        for one in db.session.scalars(
            sa.select(LetterHours).where(LetterHours.person_id == subject.person_id).order_by(LetterHours.org_id)
        )
    ]


def bring_choices(acting: Acting, held: Held) -> int:
    """How each kind comes, where it may come that way, and when."""
    ways = {}
    brought = 0
    for one in held.records:
        kind, way = one.get("kind"), one.get("delivery")
        if kind in KINDS and way in set(choices.deliveries(kind)):
            ways[kind] = Delivery(way)
        elif (hours := _hours(one, acting)) is not None:
            choices.choose_hours(org_id=acting.org_id, person_id=acting.person_id, hours=hours, now=held.now)
            brought += 1
    choices.choose_letters(org_id=acting.org_id, person_id=acting.person_id, ways=ways, now=held.now)
    db.session.commit()
    return len(ways) + brought


def _hours(record: dict[str, Any], acting: Acting) -> Hours | None:
    hour, weekday, *quiet = (record.get(name) for name in HOURS)
    good = hour in range(24) and weekday in range(7)
    if not good or not (quiet == [None, None] or all(one in range(24) for one in quiet)):
        return None
    return Hours(acting.zone, int(hour), int(weekday), *quiet)  # type: ignore[arg-type]


def erase_choices(subject: Subject, _now: datetime) -> None:
    for model in (LetterChoice, LetterHours):
        _delete(model, model.person_id == subject.person_id)


def export_notices(subject: Subject) -> list[dict[str, Any]]:
    notices = db.session.scalars(sa.select(Notice).where(Notice.person_id == subject.person_id).order_by(Notice.id))
    return [
        {
            "organisation": subject.slugs[one.org_id],
            "kind": one.kind,
            "about": one.data,
            "at": iso(one.created_at),
            "read_at": iso(one.read_at),
        }
        for one in notices
    ]


# --- signing in, helping, acting for an organisation ---------------------------------------------------------------------


def export_sign_ins(subject: Subject) -> list[dict[str, Any]]:
    """Where they are signed in, their passkeys, and the addresses they changed to or from; no secret of any."""
    me = subject.person_id
    sessions = db.session.execute(
        sa.select(
            AccountSession.browser, AccountSession.system, AccountSession.created_at, AccountSession.seen_at
        ).where(AccountSession.person_id == me)
    )
    passkeys = db.session.execute(
        sa.select(Passkey.name, Passkey.created_at, Passkey.used_at).where(Passkey.person_id == me)
    )
    changes = db.session.execute(
        sa.select(
            AddressChange.old_email, AddressChange.new_email, AddressChange.asked_at, AddressChange.confirmed_at
        ).where(AddressChange.person_id == me)
    )
    return [
        *(
            {
                "kind": "session",
                "browser": row.browser,
                "system": row.system,
                "since": iso(row.created_at),
                "seen": iso(row.seen_at),
            }
            for row in sessions
        ),
        *(
            {"kind": "passkey", "name": row.name, "since": iso(row.created_at), "used_at": iso(row.used_at)}
            for row in passkeys
        ),
        *(
            {
                "kind": "address",
                "from": row.old_email,
                "to": row.new_email,
                "asked_at": iso(row.asked_at),
                "confirmed_at": iso(row.confirmed_at),
            }
            for row in changes
        ),
    ]


def export_assistances(subject: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(sa.select(Assistance).where(_helps(subject)).order_by(Assistance.id))
    return [
        {
            "organisation": subject.slugs[one.org_id],
            "as": "assistant" if one.assistant_person_id == subject.person_id else "executive",
            "since": iso(one.since),
            "until": iso(one.until),
        }
        for one in found
    ]


def erase_assistances(subject: Subject, _now: datetime) -> None:
    _delete(Assistance, _helps(subject))


def _helps(subject: Subject) -> sa.ColumnElement[bool]:
    return sa.or_(
        Assistance.assistant_person_id == subject.person_id, Assistance.executive_person_id == subject.person_id
    )


def export_acceptances(subject: Subject) -> list[dict[str, Any]]:
    accepted = db.session.scalars(
        sa.select(AgreementAcceptance)
        .where(AgreementAcceptance.accepted_by_id == subject.person_id)
        .order_by(AgreementAcceptance.accepted_at)
    )
    return [
        {
            "organisation": subject.slugs[one.org_id],
            "version": one.number,
            "name": one.name,
            "position": one.position,
            "at": iso(one.accepted_at),
        }
        for one in accepted
    ]


# --- consent and the log ------------------------------------------------------------------------------------------------


def export_consents(subject: Subject) -> list[dict[str, Any]]:
    given = db.session.scalars(
        sa.select(Consent).where(Consent.person_id == subject.person_id).order_by(Consent.given_at)
    )
    return [
        {
            "organisation": subject.slugs[one.org_id],
            "purpose": one.purpose.value,
            "version": one.version,
            "given_at": iso(one.given_at),
            "withdrawn_at": iso(one.withdrawn_at),
        }
        for one in given
    ]


def export_activity(subject: Subject) -> list[dict[str, Any]]:
    """What the person did, as their organisations' logs say it; the log's other lines are not theirs."""
    rows = db.session.execute(
        sa.select(Activity.org_id, Activity.at, Activity.verb)
        .where(Activity.actor_person_id == subject.person_id)
        .order_by(Activity.id)
    )
    return [{"organisation": subject.slugs[row.org_id], "act": row.verb, "at": iso(row.at)} for row in rows]


def _erase_all(model: Any) -> Any:
    def erase(subject: Subject, _now: datetime) -> None:
        _delete(model, cast(Any, model).person_id == subject.person_id)

    return erase


register(
    Holding(
        "person",
        _l("You"),
        frozenset("account.id invitation.invited_by_id".split()),
        export_person,
        erase_person,
        bring_person,
        goes=_l(
            "Your account: name, e-mail address, password, language, time zone. From then on others read “A former member”."
        ),
    ),
    Holding(
        "affiliations",
        _l("Organisations"),
        frozenset("affiliation.person_id conflict_declaration.declared_by_id erasure.person_id".split()),
        export_affiliations,
        goes=_l("Your job titles and work addresses."),
        stays=_l("That somebody was there from one day to another: requests and mentorships of others hang on it."),
    ),
    Holding(
        "letters",
        _l("Letters"),
        frozenset("letter.person_id action_link.person_id".split()),
        export_letters,
        erase_letters,
        goes=_l("The list of letters to you, and every link in them."),
    ),
    Holding(
        "letter_choices",
        _l("Letters you want"),
        frozenset({"letter_choice.person_id", "letter_hours.person_id"}),
        export_choices,
        erase_choices,
        bring_choices,
    ),
    Holding(
        "sign_ins",
        _l("Signing in"),
        frozenset(
            f"account_{table}.person_id" for table in ("session", "passkey", "recovery_code", "code", "address_change")
        ),
        export_sign_ins,
        goes=_l("Your sessions, passkeys and recovery codes."),
    ),
    Holding(
        "assistances",
        _l("Assistants"),
        frozenset({"assistance.assistant_person_id", "assistance.executive_person_id"}),
        export_assistances,
        erase_assistances,
    ),
    Holding(
        "for_organisations",
        _l("What you did for your organisation"),
        frozenset(
            "agreement.written_by_id agreement_acceptance.accepted_by_id assistance.invited_by_id group_offer.offered_by_id "
            "nudge.sent_by_id people_import.created_by_id welcome_step.by_id".split()
        ),
        export_acceptances,
        stays=_l(
            "Agreements that you accepted for your firm, with your name: they are contracts between organisations."
        ),
    ),
    Holding("notices", _l("Notices"), frozenset({"notice.person_id"}), export_notices, _erase_all(Notice)),
    Holding(
        "consents",
        _l("What you said yes to"),
        frozenset({"consent.person_id"}),
        export_consents,
        _erase_all(Consent),
    ),
    Holding(
        "exports",
        _l("Downloads"),
        frozenset({"personal_export.person_id"}),
        None,
        _erase_all(PersonalExport),
    ),
    Holding(
        "activity",
        _l("Activity"),
        frozenset("activity.actor_person_id activity_name.person_id".split()),
        export_activity,
        stays=_l(
            "Lines of your organisations’ activity logs, without your name: a log that forgets cannot be trusted."
        ),
    ),
)
