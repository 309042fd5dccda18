"""Nothing of one tenant reaches another: the database wall, probed as an attacker inside the application would."""

from __future__ import annotations

import contextlib
import os
import subprocess

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

from dev.binaries import found
from marketplace.mentors.models import Card, MenteeProfile, MentorProfile, SavedMentor
from marketplace.requests.models import MentoringRequest, RequestMessage
from tenants import walls
from tenants.accounts.models import Account
from tenants.affiliations.models import Affiliation
from tenants.organisations.models import ConflictDeclaration
from tenants.shared import clock
from tenants.shared.database import Base, db, new_id
from tenants.shared.models import Activity, Letter, Notice
from tests.contracts.scene import WORDS, set_scene
from tests.factories import publish


def enter(actor) -> None:
    entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": actor.token, "slug": actor.slug})
    assert walls.enter(db.session, entry) is not None


@pytest.fixture
def scene(app, operator, cast):
    for mentor in (cast.max, cast.abe, cast.ida, cast.olga):
        publish(app, mentor)
    return set_scene(operator, cast)


@pytest.fixture
def inside(app, scene):
    """Inside a request; the test enters as whom it wants."""
    with app.test_request_context():
        yield scene


# --- 1, 2: the wall itself ------------------------------------------------------------------------------------------


def test_a_new_table_without_a_policy_is_a_fault(_admin):
    with _admin.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE careless (org_id integer, id bigint)")
        try:
            faults = " ".join(walls.wall_faults(connection))
        finally:
            connection.exec_driver_sql("DROP TABLE careless")
    for fault in ("no forced row-level security", "no policy", "key that may be empty", "is owned by"):
        assert (
            f"The table careless {fault}" in faults
            or f"The table careless has {fault}" in faults
            or ("The table careless has an organisation " + fault in faults)
        )


def test_every_model_with_an_organisation_key_is_guarded(_admin):
    with _admin.connect() as connection:
        assert walls.wall_faults(connection) == []
        guarded = set(
            connection.scalars(sa.text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"))
        )
    keyed = {name for name, table in Base.metadata.tables.items() if "org_id" in table.columns}
    assert keyed and keyed <= guarded


def test_org_id_leads_the_key_of_every_private_table():
    wrong = [
        name
        for name, table in Base.metadata.tables.items()
        if "org_id" in table.columns and next(iter(table.primary_key.columns)).name != "org_id"
    ]
    assert wrong == [], "Let org_id lead the primary key: it closes the leak through foreign keys."


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS"])
def test_the_product_refuses_a_role_with_power_over_the_wall(_admin, database, power):
    name = f"strong_{power.lower()}_{os.getpid()}"
    with _admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN {power}")
        connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {sa.make_url(database).database} TO {name}")
        engine = sa.create_engine(sa.make_url(database).set(username=name), poolclass=sa.NullPool)
        try:
            with pytest.raises(walls.WallError):
                walls.refuse_unsafe_role(engine)
        finally:
            connection.exec_driver_sql(f"DROP OWNED BY {name}")
            connection.exec_driver_sql(f"DROP ROLE {name}")


def test_the_product_refuses_a_role_that_could_become_the_owner(_admin, database):
    name = f"owner_like_{os.getpid()}"
    with _admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN IN ROLE passerelle_owner")
        connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {sa.make_url(database).database} TO {name}")
        engine = sa.create_engine(sa.make_url(database).set(username=name), poolclass=sa.NullPool)
        try:
            with pytest.raises(walls.WallError, match="owns tables"):
                walls.refuse_unsafe_role(engine)
        finally:
            connection.exec_driver_sql(f"DROP OWNED BY {name}")
            connection.exec_driver_sql(f"DROP ROLE {name}")


# --- 4: every way to ask ----------------------------------------------------------------------------------------------


def test_no_way_of_asking_finds_another_tenants_rows(inside):
    enter(inside.hal)
    session = db.session
    for model in (
        MentorProfile,
        MentoringRequest,
        RequestMessage,
        Affiliation,
        ConflictDeclaration,
        MenteeProfile,
        Letter,
    ):
        foreign = model.__table__.c.org_id != inside.hal.org_id
        assert session.scalars(sa.select(model).where(foreign)).all() == [], model
        assert session.execute(sa.select(sa.func.count()).select_from(model).where(foreign)).scalar() == 0
        seen = session.execute(sa.text(f"SELECT org_id FROM {model.__tablename__}")).scalars()
        assert set(seen) <= {inside.hal.org_id}
    assert session.get(MentoringRequest, (inside.mia.org_id, inside.request_id)) is None
    assert (
        session.execute(
            sa.text("SELECT count(*) FROM directory WHERE org_id = :org"), {"org": inside.max.org_id}
        ).scalar()
        == 0
    )


def test_bulk_writes_touch_no_foreign_row(inside):
    enter(inside.hal)
    changed = db.session.execute(
        sa.update(MentorProfile).values(headline="mine").execution_options(synchronize_session=False)
    ).rowcount
    requests = db.session.execute(
        sa.update(MentoringRequest).values(cadence="never").execution_options(synchronize_session=False)
    ).rowcount
    assert (changed, requests) == (0, 0)
    assert db.session.execute(sa.delete(SavedMentor)).rowcount == 0


def test_an_object_kept_in_memory_cannot_be_refreshed_as_another_tenant(inside):
    enter(inside.max)
    profile = db.session.scalars(sa.select(MentorProfile)).one()
    db.session.commit()
    enter(inside.hal)
    with pytest.raises(InvalidRequestError):
        db.session.refresh(profile)


def test_the_workspace_cannot_read_accounts_at_all(inside):
    enter(inside.mia)
    with pytest.raises(DBAPIError, match="permission denied"):
        db.session.scalars(sa.select(Account)).all()


# --- 6: one connection, two tenants -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["commit", "rollback", "error"])
def test_a_connection_used_by_one_tenant_tells_the_next_nothing(scene, app, ending):
    own = {}
    for actor in (scene.max, scene.ida, scene.max):
        with app.app_context():
            enter(actor)
            own[actor.slug] = list(db.session.scalars(sa.select(MentorProfile.person_id)))
            if ending == "error":
                with contextlib.suppress(DBAPIError):
                    db.session.execute(sa.text("SELECT 1 / 0"))
                db.session.rollback()
            else:
                getattr(db.session, ending)()
            assert db.session.scalars(sa.select(MentorProfile.person_id)).all() == [actor.person_id]
        with app.app_context(), pytest.raises(DBAPIError):
            db.session.execute(sa.text("SELECT person_id FROM mentor_profile")).all()
    assert own == {"globex": [scene.max.person_id], "initech": [scene.ida.person_id]}


# --- 7: forgery -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["person", "org", "role", "audiences", "hidden", "blocked", "affiliation"])
def test_one_setting_changed_by_hand_and_nothing_is_seen(inside, setting):
    enter(inside.mia)
    assert db.session.execute(sa.text("SELECT count(*) FROM directory")).scalar() > 0
    value = {"role": "network_admin", "audiences": "{0,1,2,3}", "hidden": "{7}", "blocked": "{7}"}.get(setting, "1")
    db.session.execute(
        sa.text("SELECT set_config(:name, :value, true)"), {"name": f"passerelle.{setting}", "value": value}
    )
    for table in ("directory", "mentoring_request", "request_message", "organisation", "person"):
        assert db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_seal_seen_earlier_does_not_open_a_later_transaction(inside):
    enter(inside.mia)
    names = ("person", "org", "affiliation", "role", "audiences", "hidden", "blocked", "seal")
    seen = {name: db.session.scalar(sa.text(f"SELECT current_setting('passerelle.{name}')")) for name in names}
    db.session.commit()
    walls.set_entry(None)
    for name, value in seen.items():
        db.session.execute(
            sa.text("SELECT set_config(:name, :value, true)"), {"name": f"passerelle.{name}", "value": value}
        )
    assert db.session.execute(sa.text("SELECT count(*) FROM directory")).scalar() == 0


def test_the_key_of_the_seal_is_out_of_reach(inside):
    enter(inside.mia)
    for statement in (
        "SELECT * FROM wall_key",
        "SELECT wall_seal()",
        "SELECT wall_open(1, 1, 1, 'x', '{}', '{}', '{}')",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            db.session.execute(sa.text(statement))
        db.session.rollback()


# --- 8, 9: writing ----------------------------------------------------------------------------------------------------


def test_a_row_cannot_be_written_into_another_tenant(inside):
    now = clock.now()
    into_globex = {"org_id": inside.max.org_id, "person_id": inside.mia.person_id}
    writes = [
        sa.insert(SavedMentor.__table__).values(
            **into_globex, mentor_org_id=inside.max.org_id, mentor_id=1, created_at=now
        ),
        insert(SavedMentor.__table__)
        .values(**into_globex, mentor_org_id=inside.max.org_id, mentor_id=1, created_at=now)
        .on_conflict_do_nothing(),
        sa.insert(MenteeProfile.__table__).values(
            **into_globex,
            affiliation_id=inside.max.affiliation_id,
            goals=[],
            seeking="",
            experience="",
            languages=[],
            place="",
            updated_at=now,
        ),
        sa.insert(Affiliation.__table__).values(
            **into_globex,
            id=new_id(),
            role="company_admin",
            job_title="",
            work_email="",
            started_on=now.date(),
            created_at=now,
        ),
        sa.insert(ConflictDeclaration.__table__).values(
            org_id=inside.max.org_id,
            id=new_id(),
            other_org_id=inside.mia.org_id,
            kind="personal",
            since=now.date(),
            note="",
            declared_by_id=inside.mia.person_id,
            created_at=now,
        ),
        sa.insert(Notice.__table__).values(
            org_id=inside.ida.org_id,
            id=new_id(),
            person_id=inside.ida.person_id,
            kind="x",
            data={},
            path="",
            created_at=now,
        ),
        sa.insert(Activity.__table__).values(
            org_id=inside.ida.org_id, id=new_id(), at=now, verb="x.y", subject_kind="x", data={}
        ),
        sa.insert(Letter.__table__).values(
            org_id=inside.ida.org_id,
            id=new_id(),
            kind="x",
            person_id=inside.ida.person_id,
            data={},
            state="queued",
            attempts=0,
            error="",
            created_at=now,
        ),
        sa.insert(MentoringRequest.__table__).values(
            org_id=inside.max.org_id,
            id=new_id(),
            mentee_id=inside.max.affiliation_id,
            mentee_person_id=inside.max.person_id,
            mentor_org_id=inside.abe.org_id,
            mentor_id=inside.abe.mentor_id,
            mentor_person_id=inside.abe.person_id,
            state="sent",
            form="cross_company",
            holds_place=False,
            version=1,
            created_at=now,
            updated_at=now,
        ),
    ]
    for write in writes:
        enter(inside.mia)
        with pytest.raises(DBAPIError, match="row-level security"):
            db.session.execute(write)
        db.session.rollback()


def test_a_row_cannot_be_moved_into_another_tenant(inside):
    enter(inside.max)
    move = sa.update(MentorProfile).values(org_id=inside.ida.org_id).execution_options(synchronize_session=False)
    with pytest.raises(DBAPIError, match=r"row-level security|foreign key"):
        db.session.execute(move)


def test_a_request_cannot_ask_a_mentor_out_of_sight(inside):
    now = clock.now()
    enter(inside.mia)
    ask = sa.insert(MentoringRequest.__table__).values(
        org_id=inside.mia.org_id,
        id=new_id(),
        mentee_id=inside.mia.affiliation_id,
        mentee_person_id=inside.mia.person_id,
        mentor_org_id=inside.ida.org_id,
        mentor_id=inside.ida.mentor_id,
        mentor_person_id=inside.ida.person_id,
        state="sent",
        form="cross_company",
        holds_place=False,
        version=1,
        created_at=now,
        updated_at=now,
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        db.session.execute(ask)


def test_a_child_under_another_tenants_parent_is_refused(inside):
    now = clock.now()
    for actor, org_id in (
        (inside.ann, inside.mia.org_id),
        (inside.ida, inside.mia.org_id),
        (inside.ida, inside.ida.org_id),
    ):
        enter(actor)
        words = sa.insert(RequestMessage.__table__).values(
            org_id=org_id,
            id=new_id(),
            request_id=inside.request_id,
            author_person_id=actor.person_id,
            kind="answer",
            body="x",
            created_at=now,
        )
        with pytest.raises(DBAPIError, match=r"row-level security|foreign key"):
            db.session.execute(words)
        db.session.rollback()


def test_a_place_is_claimed_by_a_party_of_the_request_only(inside, operator):
    for actor in (inside.ann, inside.gil, inside.ida):
        enter(actor)
        assert db.session.scalar(sa.func.claim_place(inside.mia.org_id, inside.request_id)) is False
        db.session.rollback()
    enter(inside.max)
    assert db.session.scalar(sa.func.claim_place(inside.mia.org_id, inside.request_id)) is True
    assert db.session.scalar(sa.func.claim_place(inside.mia.org_id, inside.request_id)) is False
    db.session.commit()
    assert operator.get(MentorProfile, (inside.max.org_id, inside.max.mentor_id)).open_slots == 1
    assert operator.get(Card, (inside.max.org_id, inside.max.mentor_id)).room == 1


# --- 16: words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ann", "abe", "gil", "ned", "gus", "hal"])
def test_nobody_but_the_pair_reads_what_they_write(inside, name):
    enter(inside.cast[name])
    own = db.session.scalars(
        sa.select(RequestMessage.body).where(RequestMessage.request_id.in_([inside.request_id, inside.accepted_id]))
    ).all()
    assert own == []


@pytest.mark.parametrize("name", ["mia", "max"])
def test_the_pair_reads_what_they_write(inside, name):
    enter(inside.cast[name])
    words = sa.select(RequestMessage.body).where(RequestMessage.request_id == inside.request_id)
    assert db.session.scalars(words).all() == [WORDS]


def test_coordinators_see_that_a_request_exists_and_the_network_does_not(inside):
    seen = {}
    for name in ("ann", "gil", "ned", "gus"):
        enter(inside.cast[name])
        query = sa.select(MentoringRequest.id).where(MentoringRequest.id == inside.request_id)
        seen[name] = len(db.session.scalars(query).all())
        db.session.rollback()
    assert seen == {"ann": 1, "gil": 1, "ned": 0, "gus": 0}


# --- 20: a backup is as tight as the original ---------------------------------------------------------------------------


def test_dump_and_restore_keep_the_wall(scene, database, _admin):
    url = sa.make_url(database)
    copy = url.set(database=f"{url.database}_copy")
    binaries = next(found())
    address = walls.plain_address(url.render_as_string(hide_password=False))
    dump = subprocess.run([binaries.program("pg_dump"), "--dbname", address], capture_output=True, check=True).stdout
    with _admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{copy.database}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{copy.database}" TEMPLATE template0')
    try:
        plain = walls.plain_address(copy.render_as_string(hide_password=False))
        subprocess.run(
            [binaries.program("psql"), "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", plain],
            input=dump,
            check=True,
            capture_output=True,
        )
        engine = sa.create_engine(copy, poolclass=sa.NullPool)
        with engine.connect() as connection:
            assert walls.wall_faults(connection) == []
            assert connection.scalar(sa.text("SELECT count(*) FROM request_message")) == 3
        web = sa.create_engine(copy.set(username="passerelle_web"), poolclass=sa.NullPool)
        with Session(web) as session:
            row = session.execute(walls.ENTER_WORKSPACE, {"token": scene.mia.token, "slug": "acme"}).one()
            assert row.person_id == scene.mia.person_id
            assert session.scalar(sa.text("SELECT count(*) FROM directory")) == 1
    finally:
        with _admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{copy.database}" WITH (FORCE)')
