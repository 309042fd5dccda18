"""Bring a database to the present schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from tenants.walls import prepare_roles

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(operator_address: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["address"] = operator_address
    return config


def prepare_database(operator_address: str) -> None:
    """Create what is missing (database, roles), then run every migration that has not run. Safe to repeat."""
    prepare_roles(operator_address)
    command.upgrade(alembic_config(operator_address), "head")
