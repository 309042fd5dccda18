"""The database wall: which roles there are, how a transaction enters a tenant, and whether the wall stands.

The policies themselves are in ``migrations/``. Seven roles, none of them able to step over row-level security:

- ``owner`` owns the tables and runs the migrations; nobody signs in as it.
- ``gate`` owns the functions that open a context; ``reader`` owns the directory's view and function. Nobody signs in as them.
- ``web`` serves the workspace's pages, always inside a context.
- ``door`` serves sign-in, invitations and the account; it sees no marketplace table at all.
- ``worker`` runs jobs, one tenant at a time.
- ``operator`` is the command line and the demo loader.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context
from psycopg.conninfo import make_conninfo
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, RowMapping, make_url
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

PREFIX = "passerelle_"
LOGINS = ("web", "door", "worker", "operator")
SILENT = ("owner", "gate", "reader")


class WallError(RuntimeError):
    """The walls do not stand; the product refuses to serve."""


def role_name(role: str) -> str:
    return PREFIX + role


def role_password(operator_address: URL, role: str) -> str | None:
    """The password of ``role``, derived from the operator's own, so that nobody has to keep four more.

    None where the operator needs none (a socket that only one account can reach).
    """
    if not operator_address.password:
        return None
    secret = str(operator_address.password).encode()
    return hmac.new(secret, role_name(role).encode(), hashlib.sha256).hexdigest()


def role_address(operator_address: str, role: str) -> str:
    """The database address of ``role`` on the server that ``operator_address`` names."""
    url = make_url(operator_address)
    url = url.set(username=role_name(role), password=role_password(url, role))
    return url.render_as_string(hide_password=False)


def prepare_roles(operator_address: str) -> None:
    """Create the database and the roles where they are missing. Needs an account that may create both."""
    url = make_url(operator_address)
    maintenance = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with maintenance.connect() as server:
        # Roles belong to the whole server: two databases prepared at once would trip over each other.
        server.exec_driver_sql("SELECT pg_advisory_lock(hashtext('passerelle roles'))")
        if not server.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": url.database}):
            server.exec_driver_sql(f'CREATE DATABASE "{url.database}" ENCODING UTF8 TEMPLATE template0')
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            _create_roles(connection, url)
            _grant_entry(connection, str(url.database))


def _grant_entry(connection: Connection, database: str) -> None:
    logins = ", ".join(role_name(role) for role in LOGINS)
    name = connection.dialect.identifier_preparer.quote(database)
    connection.exec_driver_sql(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {name} TO {logins}")
    connection.exec_driver_sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {logins}")
    connection.exec_driver_sql(f"GRANT CREATE, USAGE ON SCHEMA public TO {PREFIX}owner, {PREFIX}gate, {PREFIX}reader")


def _create_roles(connection: Connection, url: URL) -> None:
    present = set(connection.scalars(sa.text("SELECT rolname FROM pg_roles")))
    for role in (*LOGINS, *SILENT):
        name = role_name(role)
        login = "LOGIN" if role in LOGINS else "NOLOGIN"
        if name not in present:
            connection.exec_driver_sql(
                f"CREATE ROLE {name} {login} NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
            )
        password = role_password(url, role) if role in LOGINS else None
        if password:
            connection.exec_driver_sql(f"ALTER ROLE {name} PASSWORD '{password}'")
    connection.exec_driver_sql(f"GRANT {PREFIX}gate, {PREFIX}reader TO {PREFIX}owner")
    connection.exec_driver_sql(f"GRANT {PREFIX}owner TO CURRENT_USER")


# --- entering -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """How the transactions of this request or job enter their tenant: one call of a function of the gate."""

    statement: sa.TextClause
    parameters: dict[str, Any]


ENTER_WORKSPACE = sa.text("SELECT * FROM enter_workspace(:token, :slug)")
ENTER_LINK = sa.text("SELECT * FROM enter_link(:token_hash, :now)")
ENTER_JOB = sa.text("SELECT * FROM enter_job(:org_id)")


def set_entry(entry: Entry | None) -> None:
    """From now on every transaction of this app context begins with ``entry``."""
    g.wall_entry = entry


def enter(session: scoped_session[Any], entry: Entry) -> RowMapping | None:
    """Set the entry, begin the transaction, and return what the gate said (None: it opened nothing)."""
    set_entry(entry)
    try:
        session.connection()
    except sa.exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # The server was restarted, and the pool has thrown its dead connections away. Nothing was done yet: once more.
        session.rollback()
        session.connection()
    entered: RowMapping | None = session.info.get("entered")
    return entered


def open_wall(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Runs at the start of each transaction (``after_begin``)."""
    entry: Entry | None = g.get("wall_entry") if has_app_context() else None
    if entry is None or transaction.nested:
        return
    session.info["entered"] = connection.execute(entry.statement, entry.parameters).mappings().first()


def install(session: scoped_session[Any]) -> None:
    """Have every transaction of ``session`` enter its tenant; once, however many apps this process makes."""
    if not event.contains(session, "after_begin", open_wall):
        event.listen(session, "after_begin", open_wall)


# --- does it stand? -------------------------------------------------------------------------------------------------

UNGUARDED = frozenset({"alembic_version", "wall_key"})
"""Tables without tenant data: the migration's own, and the seal's key (which only the gate may read)."""

ROLE_FAULTS = sa.text(
    """
    SELECT CASE
        WHEN r.rolsuper THEN 'is a superuser'
        WHEN r.rolbypassrls THEN 'may bypass row-level security'
        WHEN EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = 'public' AND pg_has_role(r.oid, c.relowner, 'MEMBER')) THEN 'owns tables'
        ELSE NULL END
    FROM pg_roles r WHERE r.rolname = current_user
    """
)


def refuse_unsafe_role(engine: sa.Engine) -> None:
    """Raise ``WallError`` when the address in use could step over the wall."""
    with engine.connect() as connection:
        user = connection.scalar(sa.text("SELECT current_user"))
        fault = connection.scalar(ROLE_FAULTS)
    if fault:
        raise WallError(
            f"The database role {user} {fault}, so row-level security would not hold. "
            f"Serve with the role {role_name('web')} (DATABASE_WEB_URL)."
        )


def wall_faults(connection: Connection) -> list[str]:
    """Everything wrong with the walls, a sentence each; an empty list when they stand."""
    faults = [
        f"The role {name} is missing."
        for name in sorted({role_name(role) for role in (*LOGINS, *SILENT)} - _roles(connection))
    ]
    faults += [
        f"The role {name} is a superuser or may bypass row-level security."
        for name in connection.scalars(
            sa.text(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE 'passerelle%' AND (rolsuper OR rolbypassrls) ORDER BY 1"
            )
        )
    ]
    tables = connection.execute(
        sa.text(
            """
            SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner) AS owner,
                   (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
                   EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id'
                           AND NOT a.attnotnull AND NOT a.attisdropped) AS loose_key
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'procrastinate%' ORDER BY 1
            """
        )
    )
    for table in tables:
        if table.relname in UNGUARDED:
            continue
        if not table.relrowsecurity or not table.relforcerowsecurity:
            faults.append(f"The table {table.relname} has no forced row-level security.")
        if not table.policies:
            faults.append(f"The table {table.relname} has no policy.")
        if table.loose_key:
            faults.append(f"The table {table.relname} has an organisation key that may be empty.")
        if table.owner != role_name("owner"):
            faults.append(f"The table {table.relname} is owned by {table.owner}, not by {role_name('owner')}.")
    return faults


def _roles(connection: Connection) -> set[str]:
    return set(connection.scalars(sa.text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'passerelle%'")))


def plain_address(address: str) -> str:
    """The same address in the form that PostgreSQL's own tools read: keywords, since a space in the name of a folder is
    written otherwise in SQLAlchemy's addresses than they understand.
    """
    url = make_url(address)
    known = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}
    # Several hosts are several values of one name.
    further = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    return make_conninfo("", **{name: value for name, value in (known | further).items() if value is not None})
