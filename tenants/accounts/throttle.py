"""Where Flask-Limiter counts: a small table, shared by every process. Its own shared stores are servers we do not run."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import current_app
from limits.storage import Storage

HIT = sa.text(
    """
    INSERT INTO throttle (key, hits, expires_at) VALUES (:key, :amount, :expires_at)
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN throttle.expires_at <= :now THEN 0 ELSE throttle.hits END + excluded.hits,
        expires_at = CASE WHEN throttle.expires_at <= :now THEN excluded.expires_at ELSE throttle.expires_at END
    RETURNING hits
    """
)
LOOK = sa.text("SELECT hits, expires_at FROM throttle WHERE key = :key AND expires_at > :now")
FORGET = sa.text("DELETE FROM throttle WHERE key = :key")
FORGET_ALL = sa.text("DELETE FROM throttle")


class DatabaseStorage(Storage):
    """Fixed windows. Each count is a transaction of its own, so that a page that fails has counted nevertheless."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012 (limits reads it from the class)

    @property
    def base_exceptions(self) -> type[Exception]:
        return sa.exc.SQLAlchemyError

    def _run(self, statement: sa.TextClause, **values: Any) -> Any:
        engine: sa.Engine = current_app.extensions["door"]
        with engine.begin() as connection:
            result = connection.execute(statement, values)
            return result.first() if result.returns_rows else None

    def _look(self, key: str) -> Any:
        return self._run(LOOK, key=_digest(key), now=_now())

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = _now()
        values = {"key": _digest(key), "amount": amount, "now": now, "expires_at": now + timedelta(seconds=expiry)}
        return int(self._run(HIT, **values).hits)

    def get(self, key: str) -> int:
        found = self._look(key)
        return int(found.hits) if found else 0

    def get_expiry(self, key: str) -> float:
        found = self._look(key)
        return float(found.expires_at.timestamp()) if found else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        self._run(FORGET_ALL)
        return None

    def clear(self, key: str) -> None:
        self._run(FORGET, key=_digest(key))


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _digest(key: str) -> bytes:
    """The key names an address: what is kept does not."""
    return sha256(key.encode()).digest()
