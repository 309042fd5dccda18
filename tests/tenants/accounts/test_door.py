"""The two database roles that serve people see nothing of each other's rooms."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from marketplace.models import Base
from tenants.current import enter_workspace
from tenants.shared.database import db
from tenants.walls import role_address

OPEN_TO_THE_DOOR = {
    *(
        "account",
        "account_session",
        "account_passkey",
        "account_recovery_code",
        "account_code",
        "account_address_change",
    ),
    *("person", "affiliation", "organisation", "invitation", "letter_choice", "throttle"),
    # Digests of addresses that letters came back from: an address that is confirmed anew is taken off.
    "returned_address",
}


@pytest.fixture(scope="module")
def door_engine(database):
    engine = sa.create_engine(role_address(database, "door"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("table", sorted(set(Base.metadata.tables) - OPEN_TO_THE_DOOR))
def test_the_door_reads_no_table_of_the_workspaces(door_engine, table):
    with door_engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(sa.text(f"SELECT * FROM {table}"))


@pytest.mark.parametrize("table", ["organisation", "affiliation", "invitation", "person", "account"])
def test_the_door_deletes_nothing(door_engine, table):
    with door_engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(sa.text(f"DELETE FROM {table}"))


@pytest.mark.parametrize(
    "statement",
    ["SELECT email FROM account", "SELECT token_hash FROM account_session", "UPDATE account SET password = 'x'"],
)
def test_a_workspace_s_pages_cannot_read_accounts(app, cast, statement):
    with app.test_request_context("/acme/mentors/"):
        from flask import session

        session["_user_id"] = cast.ann.token
        assert enter_workspace("acme") is not None
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(sa.text(statement))
