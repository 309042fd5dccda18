"""The door: the database session of sign-in, invitations and the account, under a role of its own.

The workspace's role cannot read accounts, and the door's role cannot read the marketplace: an error on either
side of the house finds nothing of the other.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from flask.globals import app_ctx
from sqlalchemy.orm import scoped_session, sessionmaker

makers = sessionmaker(expire_on_commit=False)
door = scoped_session(makers, scopefunc=lambda: id(app_ctx._get_current_object()))  # type: ignore[attr-defined]


def install(app: Flask, address: str, options: dict[str, object]) -> None:
    """Bind the door to its own role's address; its session ends with the app context."""
    engine = sa.create_engine(address, **options)
    app.extensions["door"] = engine
    makers.configure(bind=engine)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        door.remove()
