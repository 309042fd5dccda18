"""Settings: read from the environment once, checked at start. No secret has a default outside tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tenants.accounts.throttle import DatabaseStorage
from tenants.walls import role_address


class SettingsError(RuntimeError):
    """A setting is missing or wrong; the message says which and what to do."""


@dataclass(frozen=True)  # without slots, which would hide the defaults that from_environment reads
class Settings:
    """One process's settings. ``database`` is the operator's address; the roles' own addresses win where given."""

    secret_key: str
    database: str
    base_url: str = "http://127.0.0.1:8000"
    database_web: str = ""
    database_door: str = ""
    database_worker: str = ""
    database_operator: str = ""
    mail_server: str = "127.0.0.1"
    mail_port: int = 8025
    mail_username: str = ""
    mail_password: str = ""
    mail_use_tls: bool = False
    mail_sender: str = "Passerelle <letters@passerelle.example>"
    inbound_mail_domain: str = ""
    dns_resolver: str = ""
    secure_cookies: bool = False
    invitations_per_minute: int = 120
    journal_keys: str = field(default="", repr=False)
    payment_keys: str = field(default="", repr=False)
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_api_base: str = ""
    stripe_automatic_tax: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Raises ``SettingsError`` naming every setting that is missing or malformed."""
        missing = [name for name in ("SECRET_KEY",) if not environment.get(name)]
        if not environment.get("DATABASE_URL") and not environment.get("DATABASE_WEB_URL"):
            missing.append("DATABASE_URL")
        if missing:
            raise SettingsError(f"Set {' and '.join(missing)} in the environment; the README says how.")
        if len(environment["SECRET_KEY"]) < 32:
            raise SettingsError("SECRET_KEY is shorter than 32 characters; make one with: openssl rand -hex 32")
        try:
            mail_port = int(environment.get("MAIL_PORT", "8025"))
        except ValueError:
            raise SettingsError("MAIL_PORT must be a number.") from None
        try:
            per_minute = int(environment.get("INVITATIONS_PER_MINUTE", cls.invitations_per_minute))
        except ValueError:
            per_minute = 0
        if per_minute < 1:
            raise SettingsError("INVITATIONS_PER_MINUTE must be a number from 1 on.")
        base_url = environment.get("BASE_URL", cls.base_url).rstrip("/")
        return cls(
            secret_key=environment["SECRET_KEY"],
            database=environment.get("DATABASE_URL", ""),
            base_url=base_url,
            database_web=environment.get("DATABASE_WEB_URL", ""),
            database_door=environment.get("DATABASE_DOOR_URL", ""),
            database_worker=environment.get("DATABASE_WORKER_URL", ""),
            database_operator=environment.get("DATABASE_OPERATOR_URL", ""),
            mail_server=environment.get("MAIL_SERVER", cls.mail_server),
            mail_port=mail_port,
            mail_username=environment.get("MAIL_USERNAME", ""),
            mail_password=environment.get("MAIL_PASSWORD", ""),
            mail_use_tls=environment.get("MAIL_USE_TLS", "") == "1",
            mail_sender=environment.get("MAIL_SENDER", cls.mail_sender),
            inbound_mail_domain=environment.get("INBOUND_MAIL_DOMAIN", "").strip().lower(),
            dns_resolver=environment.get("DNS_RESOLVER", ""),
            secure_cookies=base_url.startswith("https://"),
            invitations_per_minute=per_minute,
            journal_keys=environment.get("JOURNAL_KEYS", ""),
            payment_keys=environment.get("PAYMENT_KEYS", ""),
            stripe_secret_key=environment.get("STRIPE_SECRET_KEY", "").strip(),
            stripe_webhook_secret=environment.get("STRIPE_WEBHOOK_SECRET", "").strip(),
            stripe_api_base=environment.get("STRIPE_API_BASE", "").rstrip("/"),
            stripe_automatic_tax=environment.get("STRIPE_AUTOMATIC_TAX", "") == "1",
        )

    def address(self, role: str) -> str:
        """The database address that ``role`` (web, door, worker, operator) signs in with."""
        given: str = getattr(self, f"database_{role}")
        return given or role_address(self.database, role)


ENGINE_OPTIONS: dict[str, Any] = {
    "pool_size": 8,
    "max_overflow": 8,
    "pool_use_lifo": True,
    "pool_pre_ping": True,
    # An error names the statement and goes to the log; what people wrote stays out of it.
    "hide_parameters": True,
    # A plan prepared for one tenant must not serve another: the estimates differ a thousandfold.
    "connect_args": {"prepare_threshold": None},
}


def flask_settings(settings: Settings, role: str) -> dict[str, Any]:
    """Flask's configuration for a process that signs in to the database as ``role``."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.address(role),
        # A page whose connection has died opens another when it enters its workspace (tenants/walls.py): no ping a page.
        "SQLALCHEMY_ENGINE_OPTIONS": ENGINE_OPTIONS | {"pool_pre_ping": role != "web"},
        "BASE_URL": settings.base_url,
        "INVITATIONS_PER_MINUTE": settings.invitations_per_minute,
        "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "passerelle",
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "LANGUAGES": ("en", "fr"),
        "MAIL_SERVER": settings.mail_server,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USERNAME": settings.mail_username or None,
        "MAIL_PASSWORD": settings.mail_password or None,
        "MAIL_USE_TLS": settings.mail_use_tls,
        "MAIL_DEFAULT_SENDER": settings.mail_sender,
        "DNS_RESOLVER": settings.dns_resolver,
        "JOURNAL_KEYS": settings.journal_keys,
        "PAYMENT_KEYS": settings.payment_keys,
        "STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
        "STRIPE_API_BASE": settings.stripe_api_base,
        "STRIPE_AUTOMATIC_TAX": settings.stripe_automatic_tax,
        "INBOUND_MAIL_DOMAIN": settings.inbound_mail_domain,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 1,
        "COMPRESS_LEVEL": 1,
        "RATELIMIT_STORAGE_URI": f"{DatabaseStorage.STORAGE_SCHEME[0]}://",
        "RATELIMIT_HEADERS_ENABLED": False,
    }
