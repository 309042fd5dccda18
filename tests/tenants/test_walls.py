"""The database wall by itself: contexts, seals, refusals."""

import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.exc import DBAPIError

from tenants import current, walls
from tenants.shared.database import db


@pytest.fixture
def web(app, cast):
    with app.test_request_context():
        yield db.session


@pytest.mark.parametrize(
    ("address", "known"),
    [
        (
            "postgresql+psycopg://web:a%2Bb%20c@db.example:5433/p",
            {"password": "a+b c", "host": "db.example", "port": "5433"},
        ),
        ("postgresql+psycopg://web@/p?host=%2Ftmp%2Fa+folder%2Fsocket", {"host": "/tmp/a folder/socket"}),
        (
            "postgresql+psycopg://web@/p?host=one:1&host=two:2&sslmode=require",
            {"host": "one:1,two:2", "sslmode": "require"},
        ),
    ],
)
def test_an_address_means_the_same_to_postgresqls_own_tools(address, known):
    read = conninfo_to_dict(walls.plain_address(address))
    assert {name: read[name] for name in known} == known
    assert (read["user"], read["dbname"]) == ("web", "p")


def enter(actor):
    entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": actor.token, "slug": actor.slug})
    return walls.enter(db.session, entry)


def test_a_signed_in_person_enters_their_own_workspace(web, cast):
    acting = current.Acting.from_row(enter(cast.mia))
    assert acting.person_id == cast.mia.person_id and acting.org_id == cast.mia.org_id
    assert acting.audiences == (cast.mia.org_id, cast.ned.org_id)


def test_nobody_enters_a_workspace_they_have_no_tie_to(web, cast):
    entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": cast.mia.token, "slug": "globex"})
    assert walls.enter(db.session, entry) is None


def test_without_a_context_a_query_is_an_error_and_never_rows(web, cast):
    for table in ("mentor_profile", "directory", "organisation", "mentoring_request"):
        with pytest.raises(DBAPIError):
            db.session.execute(sa.text(f"SELECT * FROM {table}")).all()
        db.session.rollback()
    enter(cast.mia)
    db.session.commit()
    walls.set_entry(None)
    with pytest.raises(DBAPIError):
        db.session.execute(sa.text("SELECT * FROM mentor_profile")).all()


def test_settings_made_by_hand_show_nothing(web, cast):
    enter(cast.mia)
    db.session.execute(sa.text(f"SELECT set_config('passerelle.org', '{cast.max.org_id}', true)"))
    db.session.execute(sa.text(f"SELECT set_config('passerelle.person', '{cast.max.person_id}', true)"))
    assert db.session.execute(sa.text("SELECT * FROM mentor_profile")).all() == []


def test_a_mentor_sees_their_own_draft_and_nobody_elses(web, cast):
    enter(cast.max)
    assert list(db.session.scalars(sa.text("SELECT person_id FROM mentor_profile"))) == [cast.max.person_id]


def test_the_walls_stand(operator_engine):
    with operator_engine.connect() as connection:
        assert walls.wall_faults(connection) == []


def test_the_product_refuses_to_serve_under_the_operators_own_address(database):
    with pytest.raises(walls.WallError, match=r"superuser|owns tables"):
        walls.refuse_unsafe_role(sa.create_engine(database))


def test_a_transaction_enters_once_however_many_apps_a_process_makes(app, worker_app, cast):
    entered = []
    with app.test_request_context():
        walls.install(db.session)
        engine = db.engine
        count = lambda *arguments: entered.append(arguments[2])  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", count)
        try:
            enter(cast.mia)
        finally:
            sa.event.remove(engine, "before_cursor_execute", count)
    assert sum("enter_workspace" in statement for statement in entered) == 1


def test_a_page_opens_after_the_database_was_restarted(app, cast, sign_in, _admin):
    client = sign_in(cast.mia)
    assert client.get("/acme/requests/").status_code == 200
    with _admin.connect() as connection:
        ended = connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE usename = 'passerelle_web' AND datname = current_database()"
            )
        ).all()
    assert ended
    assert client.get("/acme/requests/").status_code == 200
