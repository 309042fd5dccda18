"""The operator's command line: ``passerelle --help``. Flask's own, plus the commands below."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup

from marketplace.config import Settings, SettingsError
from tenants.walls import WallError

database = AppGroup("database", help="The database: roles and migrations.")


@database.command("prepare")
def prepare() -> None:
    """Create what is missing (database, roles) and run the migrations. Safe to repeat."""
    from tenants.migrate import prepare_database

    prepare_database(Settings.from_environment().database)
    click.echo("The database is prepared.")


@click.command("worker")
def worker() -> None:
    """Send letters and run what the clock starts, until stopped."""
    from marketplace.app import create_app
    from tenants.shared.jobs import run_worker

    run_worker(create_app(role="worker"))


def install(app: Flask) -> None:
    app.cli.add_command(database)
    app.cli.add_command(worker)


def _operator_app() -> Flask:
    from marketplace.app import create_app

    return create_app(role="operator")


group = FlaskGroup(create_app=_operator_app, name="passerelle", add_default_commands=True)


def main() -> None:
    """The ``passerelle`` command."""
    try:
        group.main(standalone_mode=True)
    except (SettingsError, WallError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
