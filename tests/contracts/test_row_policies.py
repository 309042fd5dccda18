"""The row policies of programmes and cohorts, one by one: who reads, changes, moves away, deletes and adds a row of each table.

Asked of the tables themselves, under the product's roles and with nothing of the application before them. Mia and Max take
part in a cohort that Bridge runs, Mia for Acme and Max for Globex; in each table is one row, of Mia's where it is a person's.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.programmes.modalities import Phase, Side
from marketplace.programmes.models import EnrolmentState
from tests.factories import NOW, enrol, make_cohort, make_programme

PEOPLE = ("mia", "max", "pam", "ann", "gil", "ned", "hal")
JOBS = ("bridge", "acme", "harbour")
PRIVACY = ("export mia", "export pam", "erasure mia", "erasure pam")

# What each may do with such a row: read, update, move into another organisation, delete, insert (to a participant; w: to those
# who look after a firm's people). x: the row may be touched, and what would become of it is refused. Nobody else anything.
MAY = """
programme: mia r, max r, pam r, ann r, gil r, ned rui, job bridge rudi
programme_version: ned ri, job bridge rudi
programme_party: ann ru, gil ru, ned rui, job bridge rudi
cohort: mia r, max r, pam r, ann r, gil r, ned rui, job bridge rudi
cohort_phase: mia r, max r, pam r, ann r, gil r, ned rui, job bridge rudi
enrolment: mia ru, max ru, ann ru, gil ru, ned ru, job bridge rudi, job acme rumdi, export mia r,
    erasure mia rum
manager_view: pam ru, ann ri, ned r, job bridge rudi, export pam r, erasure mia rumdi, erasure pam rumdi
departure_reason: mia ri, ned r, job bridge rudi, export mia r, erasure mia rumdi, erasure pam i
cohort_proposal: mia r, max r, ann r, ned r, job bridge ru, job acme r, export mia r, erasure mia ru
circle: mia ru, max r, ned rui, job bridge r
circle_member: mia r, ned r, job bridge ru, export mia r, erasure mia ru
circle_meeting: mia rui, job bridge r
circle_note: mia rui
event: mia r, max r, ann r, gil r, ned rui, job bridge ru
event_code: ned rudi, job bridge r
event_guest: mia r, ned ru, job bridge rudi, export mia r, erasure mia rd
training_module: mia r, max r, ned rui, job bridge r
cohort_material: mia r, max r, ned rui, job bridge r
training_progress: mia rui, export mia r, erasure mia rd
quiz_answer: mia ri, export mia r, erasure mia rd
training_certificate: mia ru, job bridge rdi, export mia r, erasure mia rd
resource: mia r, max r, pam r, ann r, gil r, ned rui
resource_file: mia r, max r, pam r, ann r, gil r, ned ri
resource_version: mia r, max r, pam r, ann r, gil r, ned ri
programme_page: mia r, max r, pam r, ann r, gil r, ned rui
programme_loan: ann r, gil r, ned rui, job bridge rudi
programme_asking: ned r, job bridge rudi
board_dossier: mia rui, export mia r, erasure mia rd
dossier_version: mia ri, export mia r, erasure mia rd
board_mandate: mia rudi, export mia r, erasure mia rd
dossier_comment: mia ru, max r, export mia r, erasure mia rd
nomination_committee_member: mia r, ann rui, export mia r, erasure mia rd
showing: mia rxi, export mia r, erasure mia rd
board_card: erasure mia rd
viewing: export mia r, erasure mia rd
dossier_request: export mia r, erasure mia rd
dossier_link: mia r, export mia r, erasure mia rd
introduction: mia r, export mia r, erasure mia rd
evaluation_setting: ned rui
figure_drawing: ned r
released_figure: ann r, ned r
measure_drawing: ned r
released_measure: ann r, ned r
cohort_cost: ned rudi
dashboard_digest: job bridge rud, export mia r, erasure mia rd
cohort_lesson: ned rd, job bridge r
cohort_report: ned rx, job bridge rui
report_figure: ned r, job bridge r
report_paper: ned r, job bridge rudi
firm_consent: ann r, job acme ru, erasure mia ru
board_track: mia r, max r, pam r, ann r, gil r, ned rui, job bridge r, job acme r
seat: mia r, ned r, job bridge r, export mia r
subscription: ned rui, job bridge ru
billing_wish: ned rui, job bridge ru
billing_invoice: ned r, job bridge rui
billing_key: ned r, job bridge r
billing_account: mia r, max r, pam r, ann r, gil r, ned r, job bridge r, job acme r
stripe_event: job acme ru
readiness_assessment: mia ru, export mia r, erasure mia rd
readiness_plan: mia ru, export mia r, erasure mia rd
readiness_reading: mia ru, export mia r, erasure mia rd
target_board: mia ru, export mia r, erasure mia rd
search_firm_admission: mia r, pam r, ann r, ned r, job bridge r, job acme r, export pam r
seat_specification: mia rui
selection: mia rui
selection_entry: mia rui
selection_step: mia ri
questionnaire_version: mia r, ned ri, job bridge r
questionnaire_draft: ned rudi
questionnaire_round: mia r, ned ru, job bridge ru
round_invitation: mia r, ned r, job bridge rdi, export mia r, erasure mia rd
round_response: mia rui, export mia r, erasure mia rd
round_box:
round_answer:
round_words:
round_figure: ned r, job bridge r
letter: ann iw, ned iw, job bridge iw, job acme ruiw, job harbour iw, export mia iw, export pam iw, erasure mia iw,
    erasure pam iw
notice: mia ruiw, pam w, ann ruiw, ned iw, job bridge iw, job acme iw, job harbour iw, export mia riw,
    export pam iw, erasure mia rdiw, erasure pam iw
"""

FILLED = {
    "cohort_proposal": {"undone_at": None},
    "circle": {"closed_at": None},
    "circle_member": {"left_at": None},
    "circle_meeting": {"minutes": 60},
    "event": {"kind": "launch", "state": "published", "minutes": 60, "capacity": 9},
    "event_guest": {"answer": "yes"},
    "training_module": {"kind": "text", "pass_percent": 80},
    "cohort_material": {"event_id": 1, "url": "https://example.com/a"},
    "resource": {"kind": "file", "side": "all", "hidden": False, "version": 1, "slug": "", "file_id": 1},
    "resource_version": {"number": 1},
    "programme_asking": {"slug": "globex"},
    "evaluation_setting": {"minimum_group": 5},
    "figure_drawing": {"drawn_on": NOW.date().replace(day=1)},
    "released_figure": {"people": 5},
    "measure_drawing": {"drawn_on": NOW.date().replace(day=1)},
    "released_measure": {"units": 5, "total": 1, "squares": 1},
    "dashboard_digest": {"every": "week"},
    "report_figure": {"people": 5},
    "cohort_lesson": {"kind": "kept"},
    "cohort_report": {"state": "drawing"},
    "report_paper": {"kind": "report"},
    "firm_consent": {"state": "yes", "side": "mentee", "decided_at": NOW, "decided_by_id": 1},
    "board_track": {"state": "open", "ends_on": NOW.date() + timedelta(days=1)},
    "subscription": {"status": "active", "collection": "card", "vat_state": "none"},
    "billing_wish": {"state": "open", "kind": "seats"},
    "seat": {"office": "chair"},
    "stripe_event": {"firm_id": None},
    "readiness_assessment": {"moment": "start", "shown_to": []},
    "target_board": {"state": "idea"},
    "search_firm_admission": {"until_on": NOW.date()},
    "nomination_committee_member": {"left_at": None},
    "showing": {"what": "card", "to_kind": "committees", "withdrawn_at": None},
    "viewing": {"what": "card"},
    "dossier_request": {"state": "asked"},
    "introduction": {"state": "asked"},
    "selection_entry": {"stage": "long"},
    "selection_step": {"stage": "long"},
    "questionnaire_version": {"moment": "start", "audience": "mentee"},
    "questionnaire_draft": {"moment": "start", "audience": "mentee"},
    "round_figure": {"people": 5},
    "questionnaire_round": {
        **{"moment": "start", "audience": "mentee", "state": "open"},
        "closes_at": NOW + timedelta(days=1),
    },
}
SEATS = ("seat_specification", "selection", "selection_entry", "selection_step")
NEW = (
    *(
        "manager_view",
        "departure_reason",
        "cohort_proposal",
        "circle",
        "circle_member",
        "circle_meeting",
        "circle_note",
    ),
    *("event", "event_code", "event_guest", "training_module", "cohort_material", "training_progress", "quiz_answer"),
    *("training_certificate", "resource", "resource_file", "resource_version", "programme_page", "programme_loan"),
    *("programme_asking", "board_dossier", "dossier_version", "board_mandate", "dossier_comment"),
    *("firm_consent", "board_track", "seat", "subscription", "billing_wish", "billing_invoice", "billing_account"),
    "billing_key",
    *("stripe_event", "readiness_assessment", "readiness_plan", "readiness_reading", "target_board"),
    *("evaluation_setting", "figure_drawing", "released_figure", "search_firm_admission"),
    *("measure_drawing", "released_measure", "cohort_cost", "dashboard_digest"),
    *("nomination_committee_member", "showing", "board_card", "viewing", "dossier_request", "dossier_link"),
    "introduction",
    *SEATS,
    *("questionnaire_version", "questionnaire_draft", "questionnaire_round", "round_invitation", "round_response"),
    *("round_box", "round_answer", "round_words", "round_figure"),
    *("cohort_lesson", "cohort_report", "report_figure", "report_paper"),
)
OLDER = ("programme", "programme_version", "programme_party", "cohort", "cohort_phase", "enrolment")
ADDED_TO = ("letter", "notice")
TABLES = (*OLDER, *NEW, *ADDED_TO)

KIND = """SELECT attname, atttypid::regtype::text FROM pg_attribute a WHERE attrelid = CAST(:table AS regclass) AND attnum > 0
AND NOT attisdropped AND attgenerated = '' AND (attnotnull OR attname = ANY (:wanted))"""
PLAIN = {
    **{"bigint": 1, "integer": 1, "smallint": 1, "boolean": True, "text[]": ["mentee"]},
    **{"jsonb": "{}", "bytea": b"1", "date": NOW.date()},
}


@pytest.fixture
def rows(operator, _admin, cast):
    """One row in each table, straight into it: what it says matters to the policies alone."""
    programme = make_programme(operator, cast.ned, cast.mia, cast.max)
    cohort = make_cohort(operator, programme, opened=Phase.matching)
    # Who has completed it: whoever comes in is asked for a place by a trigger, before any policy.
    mias = enrol(operator, cohort, cast.mia, Side.mentee, state=EnrolmentState.completed)
    enrol(operator, cohort, cast.max, Side.mentor, state=EnrolmentState.completed)
    operator.commit()
    named = {
        "org_id": cohort.org_id,
        "cohort_org_id": cohort.org_id,
        "track_org_id": cohort.org_id,
        "programme_id": programme.id,
        "cohort_id": cohort.id,
        "enrolment_id": mias.id,
        "firm_id": cast.mia.org_id,
        "search_firm_id": cast.mia.org_id,
        "admitted_by_id": cast.pam.person_id,
        "request_org_id": cast.mia.org_id,
        "person_id": cast.mia.person_id,
        "author_person_id": cast.mia.person_id,
        "mentee_person_id": cast.mia.person_id,
        "mentor_person_id": cast.max.person_id,
        "manager_id": cast.pam.person_id,
        "asked_by_id": cast.ann.person_id,
        "named_by_id": cast.ann.person_id,
        **{
            f"{did}_id": cast.ned.person_id
            for did in ("host", "created_by", "added_by", "saved_by", "lent_by", "set_by", "published_by")
        },
        "proposed_by_id": cast.ned.person_id,
    }
    with _admin.connect() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        for table in (*NEW, "programme_version", *ADDED_TO):
            if table in ADDED_TO:  # to a participant, and to those who look after a firm's
                fill(connection, table, named | {"org_id": cast.mia.org_id, "id": 2, "person_id": cast.ann.person_id})
                fill(connection, table, named | {"org_id": cast.mia.org_id})
            elif table == "firm_consent":  # of the firm that is asked
                fill(connection, table, named | {"org_id": cast.mia.org_id, "request_org_id": cast.mia.org_id})
            elif table == "nomination_committee_member":
                tie = {"affiliation_id": cast.mia.affiliation_id}
                fill(connection, table, named | tie | {"org_id": cast.mia.org_id})
            elif table in SEATS:  # of her company, on whose committee she sits
                by = {f"{did}_id": cast.mia.person_id for did in ("created_by", "opened_by", "by")}
                fill(connection, table, named | by | {"org_id": cast.mia.org_id, "network_id": cohort.org_id})
            else:
                fill(connection, table, named)
        connection.exec_driver_sql("SET session_replication_role = origin")
    return cast


def fill(connection, table, named):
    """One row with the values named, and plain ones where a column asks for some."""
    known = FILLED.get(table, {}) | named
    kinds = connection.execute(sa.text(KIND), {"table": table, "wanted": list(FILLED.get(table, {}))}).all()
    values = {}
    for name, kind in kinds:
        otherwise = [] if kind.endswith("[]") else "sent" if name == "state" else "x"
        plain = NOW if kind.startswith("timestamp") else PLAIN.get(kind, otherwise)
        values[name] = known.get(name, plain)
    places = ", ".join(f"CAST(:{name} AS jsonb)" if kind == "jsonb" else f":{name}" for name, kind in kinds)
    connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})"), values)


@contextmanager
def entered(connection, cast, who, role=""):
    """Inside, the context of somebody and the role it goes with, or another."""
    transaction = connection.begin_nested() if connection.in_transaction() else connection.begin()
    kind, _, name = who.rpartition(" ")
    if kind in ("export", "erasure"):
        opened = "SELECT wall_open(:person, NULL, NULL, :kind, '{}', '{}', '{}')"
        connection.execute(sa.text(opened), {"person": cast[name].person_id, "kind": kind})
    elif kind == "job":
        connection.execute(sa.text("SELECT enter_job(id) FROM organisation WHERE slug = :slug"), {"slug": name})
    else:
        token = {"token": cast[name].token, "slug": cast[name].slug}
        connection.execute(sa.text("SELECT enter_workspace(:token, :slug)"), token)
    connection.exec_driver_sql(f"SET LOCAL ROLE passerelle_{role or ('worker' if kind else 'web')}")
    yield
    transaction.rollback()


def tried(connection, statement, values=None):
    """How many rows it touched (-1: something else than a policy is in the way); None without the right; "x": a policy refuses
    what the row would be. Nothing of it stays.
    """
    inner = connection.begin_nested()
    try:
        return connection.execute(sa.text(statement), values or {}).rowcount
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            return -1
        return "x" if "row-level security" in str(error.orig) else None
    finally:
        inner.rollback()


def done_by(connection, table, columns, elsewhere):
    """The letters of what the present context may do with the table."""
    may = ""
    if tried(connection, f"SELECT FROM {table} LIMIT 1"):
        may += "r"
    for name in columns:
        # Nothing of the row is read by it, so that the policy of changes stands alone.
        changed = tried(connection, f"UPDATE {table} SET {name} = (SELECT {name} FROM kept_{table} LIMIT 1)")
        may += "x" if changed == "x" else "u" if changed else ""
    whose = "firm_id" if table == "stripe_event" else "org_id"
    if "u" in may and tried(connection, f"UPDATE {table} SET {whose} = {elsewhere}") not in (None, "x"):
        may += "m"
    if tried(connection, f"DELETE FROM {table}"):
        may += "d"
    one_of = ("id = 1", "id = 2") if table in ADDED_TO else ("true",)
    for which, letter in zip(one_of, "iw", strict=False):
        if tried(connection, f"INSERT INTO {table} SELECT * FROM kept_{table} WHERE {which}") not in (None, "x"):
            may += letter
    return may


def whole(connection, cast, tables=TABLES):
    """For each table, who may do what with it."""
    found = {table: {} for table in tables}
    columns = {}
    for table in tables:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")
        connection.exec_driver_sql(f"GRANT SELECT ON kept_{table} TO passerelle_web, passerelle_worker")
        for role in ("web", "worker"):
            query = sa.text(
                "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped "
                "AND has_column_privilege(:role, attrelid, attnum, 'UPDATE') ORDER BY attname DESC"
            )
            columns[table, role] = list(connection.scalars(query, {"table": table, "role": f"passerelle_{role}"}))[:1]
    connection.commit()
    everybody = (*PEOPLE, *(f"job {name}" for name in JOBS), *PRIVACY)
    for who in everybody:
        with entered(connection, cast, who):
            for table in tables:
                role = "worker" if " " in who else "web"
                may = done_by(connection, table, columns[table, role], cast.hal.org_id)
                if may:
                    found[table][who] = may
    return found


@pytest.fixture
def admin(database):
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def expected():
    tables = re.sub(r",\n\s+", ", ", MAY).strip().splitlines()
    named = (line.split(":", 1) for line in tables)
    return {table: dict(one.strip().rsplit(" ", 1) for one in who.split(",") if one) for table, who in named}


def test_each_table_is_open_to_those_who_are_meant(rows, admin):
    found, meant = whole(admin, rows), expected()
    assert set(found) == set(meant)
    for table, may in meant.items():
        assert found[table] == may, f"{table}: a policy lets somebody do more, or less, than is meant."


def test_a_firm_that_is_asked_says_yes_or_no_and_nothing_else(rows, admin):
    with entered(admin, rows, "ann"):
        assert tried(admin, "UPDATE programme_party SET state = 'invited'") == "x"
        assert tried(admin, "UPDATE programme_party SET state = 'left'") == 1


IDLE = """
SELECT p.tablename || '.' || p.policyname FROM pg_policies p JOIN pg_policies every ON every.tablename = p.tablename
    AND every.roles = p.roles AND every.cmd IN (p.cmd, 'ALL') AND every.policyname <> p.policyname
WHERE p.permissive = 'PERMISSIVE' AND every.permissive = 'PERMISSIVE' AND p.schemaname = 'public'
    AND coalesce(every.qual, every.with_check) ~ '^(true|\\( SELECT wall_sealed\\(\\) AS wall_sealed\\))$'
    AND coalesce(every.with_check, every.qual) ~ '^(true|\\( SELECT wall_sealed\\(\\) AS wall_sealed\\))$'
    AND p.roles = '{passerelle_worker}' AND p.cmd = 'INSERT' ORDER BY 1
"""


def test_no_policy_of_what_the_worker_adds_stands_beside_one_that_lets_everything_in(admin):
    assert admin.scalars(sa.text(IDLE)).all() == []


FADING = "SELECT tablename FROM pg_policies WHERE policyname = 'gate_fading' ORDER BY 1"
OTHERS = """
SELECT format('DROP POLICY %I ON %I', policyname, tablename) FROM pg_policies
    WHERE tablename = :table AND roles = '{passerelle_gate}' AND policyname <> 'gate_fading'
UNION ALL SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', CAST(:table AS text), conname) FROM pg_constraint
    WHERE conrelid = CAST(:table AS regclass) AND contype = 'c'
"""


def test_words_fade_in_a_job_of_the_organisation_that_keeps_them_and_nowhere_else(admin, cast):
    """Where the gate reads a table for something else too, the policy of fading is looked at with that taken away."""
    tables = admin.scalars(sa.text(FADING)).all()
    assert len(tables) > 20
    admin.rollback()
    for table in tables:
        with admin.begin() as transaction:
            admin.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in admin.scalars(sa.text(OTHERS), {"table": table}).all():
                admin.exec_driver_sql(statement)
            fill(admin, table, {"org_id": cast.mia.org_id})
            seen = {}
            for who in ("job acme", "job globex", "mia", "ann"):
                with entered(admin, cast, who, "gate"):
                    seen[who] = admin.scalar(sa.text(f"SELECT count(*) FROM {table}"))
            transaction.rollback()
        assert seen == {"job acme": 1, "job globex": 0, "mia": 0, "ann": 0}, table
