"""The operator's command line: ``passerelle --help``. Flask's own, plus the commands below.

What may be expected to go wrong ends with a sentence and status 1 or 2, never with a stack trace.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup, FlaskGroup, NoAppException, with_appcontext

from marketplace.billing.replaying import alarm as payment_alarm
from marketplace.billing.replaying import stripe
from marketplace.config import Settings, SettingsError
from marketplace.journal import rotation, sealing
from tenants.accounts.rescue import take_second_factor_away
from tenants.activity.chain import broken_logs
from tenants.affiliations.models import Role
from tenants.onboarding.policy import ROLES_OF
from tenants.onboarding.writing import write_invitation
from tenants.organisations.models import Organisation, OrganisationKind
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.returns import take_return
from tenants.walls import LOGINS, WallError, refuse_unsafe_role, wall_faults

OPERATOR = (None, "Passerelle")
"""Who invites, where no person of an organisation does."""

HEARTBEAT = timedelta(minutes=1)
LARGEST_REPORT = 1024 * 1024
"""Bytes of a report that are read: what it says stands before the letter that it may bring back."""

MAIL_MOST = 30 * 1024 * 1024
"""Bytes of one mail that are read."""

language = click.option("--locale", type=click.Choice(["en", "fr"]), default="en", show_default=True)


def sentences(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what may be expected to go wrong into a sentence."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except Refused as refused:
            raise click.ClickException(refused.sentence) from None
        except (SettingsError, WallError) as fault:
            raise click.ClickException(str(fault)) from None
        except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"The database refused: {reason}. Is it running, and prepared (passerelle database prepare)?"
            ) from None

    return run


database = AppGroup("database", help="The database: roles and migrations.")
organisation = AppGroup("organisation", help="Companies and networks.")
person = AppGroup("person", help="People of an organisation.")
journal = AppGroup("journal", help="The keys of journals.")
matching = AppGroup("matching", help="The matching engine.")


@database.command("prepare", with_appcontext=False)
@sentences
def prepare() -> None:
    """Create what is missing (database, roles) and run the migrations. Safe to repeat."""
    from tenants.migrate import prepare_database

    prepare_database(_database_of_the_operator())
    click.echo("The database is prepared.")


@click.command("receive")
@click.option("--recipient", default="", help="The address that the mail server delivers to, where no header names it.")
@sentences
def receive_mail(recipient: str) -> None:
    """Read one mail (RFC 5322) from the standard input, as a mail server pipes it, and keep it as a message.

    A mail that cannot be kept ends with a sentence for its writer and the status that tells the mail server to return it
    (sysexits.h); 75 means: try again later.
    """
    from marketplace.app import create_app
    from marketplace.conversations.receiving import Exit, Returned, receive

    content = sys.stdin.buffer.read(MAIL_MOST + 1)
    if len(content) > MAIL_MOST:
        _return_mail(Exit.bad_data, "This mail is too large.")
    try:
        app = create_app()
        with app.test_request_context("/"):
            receive(content, recipient)
    except Returned as returned:
        _return_mail(returned.status, returned.sentence)
    except (WallError, sa.exc.OperationalError) as fault:
        _return_mail(Exit.not_now, str(fault).splitlines()[0])


def _return_mail(status: int, sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(status)


@click.command("worker")
@sentences
def worker() -> None:
    """Send letters and run what the clock starts, until stopped."""
    from marketplace.app import create_app
    from tenants.shared.jobs import run_worker

    run_worker(create_app(role="worker"))


@organisation.command("create")
@click.option("--kind", type=click.Choice([kind.value for kind in OrganisationKind]), required=True)
@click.option("--name", required=True, help="As people read it: 'Nordal Logistics'.")
@click.option("--slug", required=True, help="The first part of its addresses: nordal-logistics.")
@click.option("--admin-email", required=True)
@click.option("--admin-name", required=True)
@language
@sentences
def create_organisation(kind: str, name: str, slug: str, admin_email: str, admin_name: str, locale: str) -> None:
    """Create a company or a network, invite its first administrator, and print the link of the invitation."""
    slug_fault = _slug_fault(slug)
    if slug_fault:
        raise click.ClickException(slug_fault)
    created = Organisation(
        kind=OrganisationKind(kind), name=name.strip(), slug=slug, locale=locale, created_at=clock.now()
    )
    db.session.add(created)
    db.session.flush()
    _invite(created, admin_email, admin_name, ROLES_OF[created.kind][-1], "", locale)
    click.echo(f"{created.name} is created: {current_app.config['BASE_URL']}/{slug}/")


@organisation.command("list")
@sentences
def list_organisations() -> None:
    """Every organisation, with how many people belong to it today."""
    rows = db.session.execute(
        sa.text(
            """SELECT o.slug, o.kind, o.name, (SELECT count(*) FROM affiliation a WHERE a.org_id = o.id
               AND (a.ended_on IS NULL OR a.ended_on > current_date)) AS people
               FROM organisation o ORDER BY o.kind DESC, o.slug"""
        )
    ).all()
    width = max((len(row.slug) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row.slug:<{width}}  {row.kind:<7}  {row.people:>6}  {row.name}")
    click.echo(f"{len(rows)} organisations." if len(rows) != 1 else "1 organisation.")


@person.command("reset-second-factor")
@click.option("--email", required=True, help="The address they sign in with.")
@sentences
def reset_second_factor(email: str) -> None:
    """Take a lost second factor off an account, and sign it out everywhere. Make sure first who asks for it."""
    take_second_factor_away(db.session, email=email, now=clock.now())
    click.echo(f"The second factor of {email} is off; a letter says so.")


@person.command("invite")
@click.option("--organisation", "slug", required=True, help="The organisation's slug.")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.member.value, show_default=True)
@click.option("--job-title", default="")
@language
@sentences
def invite_person(slug: str, email: str, name: str, role: str, job_title: str, locale: str) -> None:
    """Invite somebody to an organisation, and print the link of the invitation."""
    found = db.session.scalar(sa.select(Organisation).where(Organisation.slug == slug))
    if found is None:
        raise click.ClickException(f"No organisation has the slug {slug}; see: passerelle organisation list")
    if Role(role) not in ROLES_OF[found.kind]:
        roles = ", ".join(ROLES_OF[found.kind])
        raise click.ClickException(f"A {found.kind} has no {role}; its roles are: {roles}.")
    _invite(found, email, name, Role(role), job_title, locale)


@click.command("bounce")
@click.option("--to", default=None, help="The address that the report came to; otherwise its headers say.")
@with_appcontext
@sentences
def bounce(to: str | None) -> None:
    """Read one mail server's report (RFC 3464) from standard input, and mark the letter it speaks of as failed.

    For the mail server that takes in INBOUND_MAIL_DOMAIN: pipe what comes for bounce+…@ to it. Status 0 but where the database
    cannot be reached, so that a mail server tries again only then.
    """
    content = sys.stdin.buffer.read(LARGEST_REPORT)
    click.echo(take_return(content, to=to, now=clock.now(), session=db.session).value)


@journal.command("rotate")
@sentences
def rotate_journals() -> None:
    """Wrap every person's journal key under the newest key of JOURNAL_KEYS. Older keys may go afterwards."""
    try:
        done = rotation.rotate(db.session, sealing.ring(), clock.now())
    except sealing.KeyAway as away:
        raise click.ClickException(f"{away}. Put the newest key first, and the older ones behind it.") from None
    click.echo(f"{done.anew} keys are wrapped anew, {done.already} were already under the newest key.")
    if done.shut:
        raise click.ClickException(
            f"{done.shut} keys open with no key of JOURNAL_KEYS. Keep the older keys, and add theirs."
        )


@matching.command("check", with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--optimum", type=int, multiple=True, help="What is published, where the file's name does not say it.")
@click.option("--least", is_flag=True, help="A generalised problem of costs, where the file's name does not say so.")
def check_instance(file: Path, optimum: tuple[int, ...], least: bool) -> None:
    """Solve a problem of the OR-Library (assignment, generalised assignment), prove the answer, compare with the published one.

    Status 1 when an answer is not the published one, or is not proven the best.
    """
    from marketplace.matching.instances import LEAST, NotAnInstance, outcomes, read

    try:
        instances = read(file.read_text(), least=least or file.stem in LEAST)
    except (NotAnInstance, UnicodeDecodeError) as fault:
        raise click.ClickException(f"{file.name} is no instance that can be read. {fault}") from None
    disagrees = False
    for number, found in enumerate(outcomes(file.stem, instances, optimum), start=1):
        proof = "proven by prices" if found.proven else "proven by search" if found.optimal else f"gap {found.gap}"
        told = "nothing published" if found.published is None else f"published {found.published}"
        if found.published == found.figure:
            told = "as published"
        size = f"{found.rows} × {found.columns}, {found.assigned} assigned"
        faults = "".join(f", {complaint}" for complaint in found.complaints)
        click.echo(f"{file.stem} {number}: {size}, figure {found.figure}, {told}, {proof}{faults}")
        disagrees = disagrees or not found.agrees
    if disagrees:
        raise click.ClickException("Not every answer is the published one, proven.")


@click.command("check")
@with_appcontext
@sentences
def check() -> None:
    """Say whether the walls stand: roles, policies, settings, migrations, activity logs; and whether what is sealed opens.

    Status 1 when they do not.
    """
    settings: Settings = current_app.extensions["settings"]
    faults = _role_faults(settings) + _migration_faults(settings)
    faults += wall_faults(db.session.connection())
    faults += [str(found) for found in broken_logs(db.session.connection())]
    if not settings.base_url.startswith("https://"):
        click.echo(f"Note: {settings.base_url} is not https, so cookies are not kept from plain connections.")
    beat = db.session.scalar(sa.text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
    if beat is None or beat < clock.now() - HEARTBEAT:
        click.echo("Note: no worker has reported within a minute; letters wait until one runs.")
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException("The walls do not stand.")
    click.echo("The walls stand.")
    if alarm := rotation.alarm(db.session, sealing.ring()) or payment_alarm():
        raise click.ClickException(alarm)


def _invite(organisation: Organisation, email: str, name: str, role: Role, job_title: str, locale: str) -> None:
    url = write_invitation(
        db.session,
        organisation=organisation,
        inviter=OPERATOR,
        inviter_org_id=organisation.id,
        email=email,
        name=name,
        role=role,
        job_title=job_title,
        locale=locale,
        now=clock.now(),
    )
    db.session.commit()
    click.echo(f"A letter is on its way to {email}, with this link, which works once and for 14 days:")
    click.echo(url)


def _slug_fault(slug: str) -> str | None:
    from marketplace.routes import RESERVED

    if slug in RESERVED:
        return f"The slug {slug} is a word of the product itself; choose another."
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug) or not 2 <= len(slug) <= 60:
        return "A slug is 2 to 60 small letters and figures, with single hyphens between words."
    if db.session.scalar(sa.select(Organisation.id).where(Organisation.slug == slug)):
        return f"An organisation has the slug {slug} already; choose another."
    return None


def _role_faults(settings: Settings) -> list[str]:
    """Whether each process would sign in to the database under a role that the walls hold."""
    faults = []
    for role in LOGINS:
        engine = sa.create_engine(settings.address(role), poolclass=sa.NullPool)
        try:
            refuse_unsafe_role(engine)
        except WallError as fault:
            faults.append(str(fault))
        except sa.exc.OperationalError as error:
            faults.append(f"The role of the {role} cannot sign in: {str(error.orig).strip().splitlines()[0]}")
    return faults


def _migration_faults(settings: Settings) -> list[str]:
    """Whether every migration has run. Only the database's own operator may look, so only with ``DATABASE_URL``."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from tenants.migrate import alembic_config

    if not settings.database:
        click.echo("Note: without DATABASE_URL nobody can tell whether every migration has run.")
        return []
    heads = set(ScriptDirectory.from_config(alembic_config(settings.database)).get_heads())
    with sa.create_engine(settings.database, poolclass=sa.NullPool).connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    if present != heads:
        return ["Some migrations have not run; run: passerelle database prepare"]
    return []


def _database_of_the_operator() -> str:
    address = Settings.from_environment().database
    if not address:
        raise SettingsError("Set DATABASE_URL in the environment; the README says how.")
    return address


COMMANDS = (database, worker, receive_mail, bounce, organisation, person, journal, matching, stripe, check)


def install(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)


def _operator_app() -> Flask:
    from marketplace.app import create_app

    try:
        return create_app(role="operator")
    except (SettingsError, WallError) as fault:
        raise NoAppException(str(fault)) from None


group = FlaskGroup(create_app=_operator_app, name="passerelle", add_default_commands=True)
for command in COMMANDS:
    group.add_command(command)


def main() -> None:
    """The ``passerelle`` command."""
    try:
        group.main(standalone_mode=True)
    except (SettingsError, WallError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
