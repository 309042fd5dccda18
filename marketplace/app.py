"""The application: extensions, the two walls, the pages. ``create_app`` is all there is to start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from marketplace import cli, holdings, models, pages, routes
from marketplace.config import ENGINE_OPTIONS, Settings, flask_settings
from tenants import current, walls
from tenants.accounts import door, security
from tenants.accounts import jobs as account_jobs
from tenants.shared.database import db
from tenants.shared.extensions import compress, csrf, limiter, mail

HOUSE = Path(__file__).resolve().parent.parent


def create_app(
    settings: Settings | None = None, *, role: str = "web", overrides: dict[str, Any] | None = None
) -> Flask:
    """The product for one process: ``role`` is ``web`` (pages), ``worker`` (jobs) or ``operator`` (command line).

    Raises ``SettingsError`` when the environment lacks something, ``WallError`` when the web's or worker's database role
    could step over row-level security.
    """
    settings = settings or Settings.from_environment()
    app = Flask(
        "marketplace",
        root_path=str(HOUSE / "marketplace"),
        template_folder=str(HOUSE / "templates"),
        static_folder=str(HOUSE / "static"),
        static_url_path="/static",
    )
    app.config.from_mapping(flask_settings(settings, role) | (overrides or {}))
    app.extensions["settings"] = settings
    db.init_app(app)
    mail.init_app(app)
    cli.install(app)
    pages.install(app)
    if role == "web":
        compress.init_app(app)
        csrf.init_app(app)
        limiter.init_app(app)
        current.install(app)
        door.install(app, settings.address("door"), ENGINE_OPTIONS)
        security.install(app)
        routes.install(app)
        security.throttle(app)
    else:
        walls.install(db.session)
        routes.install(app)
    if role in {"web", "worker"}:
        with app.app_context():
            walls.refuse_unsafe_role(db.engine)
    return app


__all__ = ["account_jobs", "create_app", "holdings", "models"]
