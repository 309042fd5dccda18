"""Programmes, those who take part, cohorts with their phases, and enrolments.

An open programme is shown to the organisations in its own ``parties``, so that a policy looks at the row alone. The column is
kept by the database, from ``programme_party``. An enrolment is known to its person, to the coordinators of the firm the
person takes part for, and to those of the organisation that runs the cohort; to nobody else.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("programme", "programme_version", "programme_party", "cohort", "cohort_phase", "enrolment")

FORMS = ("informal", "organised", "external", "peer", "reverse", "cross_company", "board")
PHASES = (
    "call",
    "nomination",
    "application",
    "approval",
    "training",
    "matching",
    "launch",
    "mid_point",
    "closing",
    "alumni",
)
STATES = (
    "nominated",
    "awaiting_employer",
    "awaiting_decision",
    "waiting",
    "enrolled",
    "completed",
    "declined",
    "refused",
    "withdrawn",
    "dropped_out",
    "expired",
)

FUNCTIONS = {
    # Who takes part is one list; what the wall looks at follows it in the same transaction. A cohort follows its programme
    # until it is over: who was in a cohort that is over may go on looking at it.
    "keep_parties()": """
CREATE FUNCTION keep_parties() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one record; now_in integer[];
BEGIN
    one := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    now_in := ARRAY(SELECT p.firm_id FROM programme_party p
                    WHERE p.org_id = one.org_id AND p.programme_id = one.programme_id AND p.state = 'active' ORDER BY 1);
    UPDATE programme SET parties = now_in WHERE org_id = one.org_id AND id = one.programme_id AND parties <> now_in;
    UPDATE cohort SET parties = now_in WHERE org_id = one.org_id AND programme_id = one.programme_id
        AND state IN ('draft', 'open') AND parties <> now_in;
    RETURN NULL;
END $$""",
    "take_parties()": """
CREATE FUNCTION take_parties() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.parties := (SELECT p.parties FROM programme p WHERE p.org_id = NEW.org_id AND p.id = NEW.programme_id);
    RETURN NEW;
END $$""",
    # For what hangs on a cohort or a programme (phases, modules, events, resources): may the viewer's organisation see it at all?
    "cohort_in_sight(integer, bigint)": """
CREATE FUNCTION cohort_in_sight(p_org integer, p_cohort bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    IF p_org = wall_org() AND wall_coordinates() THEN RETURN true; END IF;
    RETURN EXISTS (SELECT FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND c.state <> 'draft'
                   AND (wall_org() = ANY (c.parties) OR EXISTS (SELECT FROM enrolment e WHERE e.org_id = c.org_id
                        AND e.cohort_id = c.id AND e.person_id = wall_person())));
END $$""",
    "programme_in_sight(integer, bigint)": """
CREATE FUNCTION programme_in_sight(p_org integer, p_programme bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    IF p_org = wall_org() AND wall_coordinates() THEN RETURN true; END IF;
    RETURN EXISTS (SELECT FROM programme p WHERE p.org_id = p_org AND p.id = p_programme AND p.state <> 'draft'
                   AND (wall_org() = ANY (p.parties) OR EXISTS (SELECT FROM enrolment e JOIN cohort c ON c.org_id = e.org_id
                        AND c.id = e.cohort_id WHERE c.org_id = p_org AND c.programme_id = p_programme
                        AND e.person_id = wall_person())));
END $$""",
    # Whether the viewer is in the cohort, on any side: for what participants alone may read.
    "takes_part(integer, bigint)": """
CREATE FUNCTION takes_part(p_org integer, p_cohort bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort
        AND e.person_id = wall_person() AND e.state IN ('enrolled', 'completed'));
END $$""",
    # Whom a page or a job of the running organisation, or of the firm, may write to: participants, where they take part.
    "may_write_to_participant(integer, bigint)": """
CREATE FUNCTION may_write_to_participant(p_org integer, p_person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND (wall_role() = 'system' OR wall_coordinates() OR wall_person() = p_person)
        AND EXISTS (SELECT FROM enrolment e WHERE e.person_id = p_person AND e.firm_id = p_org
                    AND wall_org() IN (e.org_id, e.firm_id));
END $$""",
    # Those who look after a party, so that the running organisation can write to them, and they to it.
    "programme_coordinators(integer)": """
CREATE FUNCTION programme_coordinators(p_org integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT EXISTS (
        SELECT FROM programme_party p WHERE (p.org_id = p_org AND p.firm_id = wall_org())
            OR (p.org_id = wall_org() AND p.firm_id = p_org)) AND p_org <> wall_org() THEN RETURN; END IF;
    RETURN QUERY SELECT a.person_id FROM affiliation a
    WHERE a.org_id = p_org AND (a.ended_on IS NULL OR a.ended_on > current_date)
      AND a.role IN ('hr_partner', 'company_admin', 'network_admin', 'programme_manager') ORDER BY 1;
END $$""",
    # Names of the organisations that share a programme, for pages of any of them.
    "programme_firms(integer, bigint)": """
CREATE FUNCTION programme_firms(p_org integer, p_programme bigint)
RETURNS TABLE (firm_id integer, name text, slug text, state text, is_school boolean, max_mentors integer, max_mentees integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT (p_org = wall_org() AND wall_coordinates()) THEN RETURN; END IF;
    RETURN QUERY SELECT p.firm_id, o.name::text, o.slug::text, p.state::text, p.is_school, p.max_mentors, p.max_mentees
    FROM programme_party p JOIN organisation o ON o.id = p.firm_id
    WHERE p.org_id = p_org AND p.programme_id = p_programme ORDER BY lower(o.name), p.firm_id;
END $$""",
}
GRANTED = {
    "keep_parties()": ("owner",),
    "take_parties()": ("owner",),
    "cohort_in_sight(integer, bigint)": ("web", "worker"),
    "programme_in_sight(integer, bigint)": ("web", "worker"),
    "takes_part(integer, bigint)": ("web", "worker"),
    "may_write_to_participant(integer, bigint)": ("web", "worker"),
    "programme_coordinators(integer)": ("web", "worker"),
    "programme_firms(integer, bigint)": ("web",),
}

RUNS = f"org_id = wall_org() AND wall_coordinates() AND {S}"
KEPT = f"org_id = wall_org() AND {S}"
SHOWN = f"((org_id = wall_org() AND wall_coordinates()) OR (state <> 'draft' AND wall_org() = ANY (parties))) AND {S}"
KNOWN = f"(person_id = wall_person() OR (wall_coordinates() AND (org_id = wall_org() OR firm_id = wall_org()))) AND {S}"

# (table, name, role, command, using, check)
POLICIES = (
    # Whoever takes part goes on seeing it when their firm leaves it.
    ("programme", "web_select", "web", "SELECT", f"{SHOWN} OR (state <> 'draft' AND programme_in_sight(org_id, id))", None),
    ("programme", "web_insert", "web", "INSERT", None, RUNS),
    ("programme", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("programme_version", "web_select", "web", "SELECT", RUNS, None),
    ("programme_version", "web_insert", "web", "INSERT", None, RUNS),
    ("programme_party", "web_select", "web", "SELECT", f"(org_id = wall_org() OR firm_id = wall_org()) AND wall_coordinates() AND {S}", None),
    ("programme_party", "web_insert", "web", "INSERT", None, RUNS),
    ("programme_party", "web_update", "web", "UPDATE", RUNS, RUNS),
    # Those who are asked answer for themselves; their quota is not theirs to set.
    ("programme_party", "web_answer", "web", "UPDATE", f"firm_id = wall_org() AND wall_coordinates() AND {S}",
     f"firm_id = wall_org() AND wall_coordinates() AND state IN ('active', 'left') AND {S}"),
    ("cohort", "web_select", "web", "SELECT",
     f"{SHOWN} OR (state <> 'draft' AND takes_part(org_id, id))", None),
    ("cohort", "web_insert", "web", "INSERT", None, RUNS),
    ("cohort", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("cohort_phase", "web_select", "web", "SELECT", f"{S} AND cohort_in_sight(org_id, cohort_id)", None),
    ("cohort_phase", "web_insert", "web", "INSERT", None, RUNS),
    ("cohort_phase", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("enrolment", "web_select", "web", "SELECT", KNOWN, None),
    # Somebody comes in by their own hand, by their firm's, or by that of the organisation that runs the cohort.
    ("enrolment", "web_insert", "web", "INSERT", None,
     f"{KNOWN} AND cohort_in_sight(org_id, cohort_id) AND (firm_id = wall_org() OR org_id = wall_org())"),
    ("enrolment", "web_update", "web", "UPDATE", KNOWN, KNOWN),
    ("letter", "web_insert_to_participant", "web", "INSERT", None, f"{S} AND may_write_to_participant(org_id, person_id)"),
    ("notice", "web_insert_to_participant", "web", "INSERT", None, f"{S} AND may_write_to_participant(org_id, person_id)"),
    ("letter", "worker_insert_to_participant", "worker", "INSERT", None, f"{S} AND may_write_to_participant(org_id, person_id)"),
    ("notice", "worker_insert_to_participant", "worker", "INSERT", None, f"{S} AND may_write_to_participant(org_id, person_id)"),
    *(
        (table, f"{role}_insert_to_programme", role, "INSERT", None, f"{S} AND person_id IN (SELECT programme_coordinators(org_id))")
        for table in ("letter", "notice") for role in ("web", "worker")
    ),
    *((table, "worker_all", "worker", "ALL", KEPT, None) for table in TABLES if table != "enrolment"),
    # A firm's worker looks after its people's enrolments too, when they leave.
    ("enrolment", "worker_all", "worker", "ALL", f"(org_id = wall_org() OR firm_id = wall_org()) AND wall_role() = 'system' AND {S}", None),
    ("enrolment", "worker_export", "worker", "SELECT", f"wall_role() IN ('export', 'erasure') AND person_id = wall_person() AND {S}", None),
    ("enrolment", "worker_erasure", "worker", "UPDATE", f"wall_role() = 'erasure' AND person_id = wall_person() AND {S}", None),
)  # fmt: skip

GATE = {
    "programme": ("SELECT", "UPDATE"),
    "programme_party": ("SELECT",),
    "cohort": ("SELECT", "UPDATE"),
    "enrolment": ("SELECT",),
}

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON programme, programme_party, cohort, cohort_phase, enrolment TO passerelle_web;
GRANT SELECT, INSERT ON programme_version TO passerelle_web;
REVOKE UPDATE ON programme_party FROM passerelle_web;
GRANT UPDATE (state, answered_at, asked_at, is_school, max_mentors, max_mentees) ON programme_party TO passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON programme, programme_version, programme_party, cohort, cohort_phase, enrolment
    TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON programme, programme_version, programme_party, cohort, cohort_phase, enrolment
    TO passerelle_operator;
"""

# A firm that is asked sets neither its own quota nor what it is.
ONLY_ANSWERS = """
CREATE FUNCTION only_answers() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF coalesce(current_setting('passerelle.org', true), '') NOT IN ('', '0') AND NEW.org_id <> wall_org()
       AND (NEW.max_mentors, NEW.max_mentees, NEW.is_school, NEW.asked_at)
           IS DISTINCT FROM (OLD.max_mentors, OLD.max_mentees, OLD.is_school, OLD.asked_at) THEN
        RAISE EXCEPTION 'a party answers, and changes nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""


def _col(
    name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False, **options: object
) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable, **options)  # type: ignore[arg-type]


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(column: str, name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _refers(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def _parties() -> sa.Column[object]:
    return sa.Column("parties", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False)


def _child(table: str, *columns: str, of: str, to: tuple[str, ...], **options: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", *columns], [f"{of}.{name}" for name in to], name=f"fk_{table}_org_id_{'_'.join(columns)}", **options
    )


def _tables() -> None:
    op.create_table(
        "programme",
        _refers("programme", "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _one_of("form", "form", *FORMS),
        _col("name_en", sa.String(120)),
        _col("name_fr", sa.String(120)),
        _one_of("state", "programmestate", "draft", "open", "archived"),
        _json("choices"),
        _parties(),
        _col("template", sa.String(80), server_default=""),
        _col("version", sa.Integer()),
        _refers("programme", "created_by_id", "person"),
        _moment("created_at", nullable=False),
        _moment("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_programme"),
    )
    op.create_index("ix_programme_parties", "programme", ["parties"], postgresql_using="gin")
    op.create_table(
        "programme_version",
        _refers("programme_version", "org_id", "organisation"),
        _col("programme_id", sa.BigInteger()),
        _col("version", sa.Integer()),
        _json("choices"),
        _refers("programme_version", "saved_by_id", "person"),
        _moment("saved_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "programme_id", "version", name="pk_programme_version"),
        _child("programme_version", "programme_id", of="programme", to=("org_id", "id"), ondelete="CASCADE"),
    )
    op.create_table(
        "programme_party",
        _refers("programme_party", "org_id", "organisation"),
        _col("programme_id", sa.BigInteger()),
        _refers("programme_party", "firm_id", "organisation"),
        _one_of("state", "partystate", "invited", "active", "left"),
        _col("is_school", sa.Boolean(), server_default=sa.false()),
        _col("max_mentors", sa.Integer(), nullable=True),
        _col("max_mentees", sa.Integer(), nullable=True),
        _moment("asked_at", nullable=False),
        _moment("answered_at"),
        sa.PrimaryKeyConstraint("org_id", "programme_id", "firm_id", name="pk_programme_party"),
        _child("programme_party", "programme_id", of="programme", to=("org_id", "id"), ondelete="CASCADE"),
        sa.CheckConstraint("max_mentors >= 0 AND max_mentees >= 0", name="ck_programme_party_not_negative"),
    )
    op.create_index("ix_programme_party_firm_id", "programme_party", ["firm_id"])
    op.create_table(
        "cohort",
        _refers("cohort", "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _col("programme_id", sa.BigInteger()),
        _col("ordinal", sa.SmallInteger()),
        _col("is_pilot", sa.Boolean()),
        _one_of("form", "form", *FORMS),
        _one_of("state", "cohortstate", "draft", "open", "closed", "cancelled"),
        _json("choices"),
        _parties(),
        _col("launch_on", sa.Date()),
        _refers("cohort", "created_by_id", "person"),
        _moment("created_at", nullable=False),
        _moment("updated_at", nullable=False),
        _col("version", sa.Integer()),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_cohort"),
        _child("cohort", "programme_id", of="programme", to=("org_id", "id")),
        sa.UniqueConstraint("org_id", "programme_id", "ordinal", name="uq_cohort_org_id_programme_id_ordinal"),
        sa.CheckConstraint("ordinal >= 1", name="ck_cohort_counts_from_one"),
    )
    op.create_table(
        "cohort_phase",
        _refers("cohort_phase", "org_id", "organisation"),
        _col("cohort_id", sa.BigInteger()),
        _one_of("phase", "phase", *PHASES),
        _col("starts_on", sa.Date()),
        _col("by_hand", sa.Boolean()),
        *[_moment(name) for name in ("opened_at", "closed_at", "skipped_at")],
        sa.PrimaryKeyConstraint("org_id", "cohort_id", "phase", name="pk_cohort_phase"),
        _child("cohort_phase", "cohort_id", of="cohort", to=("org_id", "id"), ondelete="CASCADE"),
    )
    op.create_index(
        "ix_cohort_phase_due",
        "cohort_phase",
        ["starts_on"],
        postgresql_where=sa.text("by_hand = false AND opened_at IS NULL AND skipped_at IS NULL"),
    )
    op.create_table(
        "enrolment",
        _refers("enrolment", "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _col("cohort_id", sa.BigInteger()),
        _refers("enrolment", "firm_id", "organisation", nullable=True),
        _refers("enrolment", "person_id", "person"),
        _one_of("side", "side", "mentor", "mentee", "peer"),
        _one_of("way_in", "wayin", "nomination", "application", "invitation"),
        _one_of("state", "enrolmentstate", *STATES),
        _col("places", sa.SmallInteger()),
        _refers("enrolment", "nominated_by_id", "person", nullable=True),
        _moment("consented_at"),
        _refers("enrolment", "decided_by_id", "person", nullable=True),
        *[_moment(name) for name in ("enrolled_at", "ended_at", "due_at")],
        _col("reason", sa.String(60), server_default=""),
        _col("answer", sa.Text(), server_default=""),
        _col("replaces_id", sa.BigInteger(), nullable=True),
        _moment("trained_at"),
        _moment("created_at", nullable=False),
        _moment("updated_at", nullable=False),
        _col("version", sa.Integer()),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_enrolment"),
        _child("enrolment", "cohort_id", of="cohort", to=("org_id", "id")),
        _child("enrolment", "replaces_id", of="enrolment", to=("org_id", "id")),
        sa.CheckConstraint("places BETWEEN 0 AND 5", name="ck_enrolment_places_from_none_to_five"),
    )
    op.create_index(
        "uq_enrolment_once",
        "enrolment",
        ["org_id", "cohort_id", "person_id", "side"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('nominated', 'awaiting_employer', 'awaiting_decision', 'waiting', 'enrolled', 'completed')"
        ),
    )
    op.create_index("ix_enrolment_board", "enrolment", ["org_id", "cohort_id", "state", "id"])
    op.create_index("ix_enrolment_person_id", "enrolment", ["person_id"])
    op.create_index("ix_enrolment_firm_id", "enrolment", ["firm_id", "cohort_id"])
    op.create_index(
        "ix_enrolment_due_at", "enrolment", ["org_id", "due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for body in FUNCTIONS.values():
        execute(body)
    for signature, roles in GRANTED.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    execute(GRANTS)
    execute(ONLY_ANSWERS)
    for table, commands in GATE.items():
        for command in commands:
            op.execute(f"GRANT {command} ON {table} TO passerelle_gate")
            op.execute(f"CREATE POLICY gate_{command.lower()} ON {table} FOR {command} TO passerelle_gate USING (true)")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    op.execute(
        """CREATE TRIGGER keep_parties AFTER INSERT OR UPDATE OF state OR DELETE ON programme_party
           FOR EACH ROW EXECUTE FUNCTION keep_parties()"""
    )
    op.execute("CREATE TRIGGER take_parties BEFORE INSERT ON cohort FOR EACH ROW EXECUTE FUNCTION take_parties()")
    op.execute(
        "CREATE TRIGGER only_answers BEFORE UPDATE ON programme_party FOR EACH ROW EXECUTE FUNCTION only_answers()"
    )


def downgrade() -> None:
    for table, name, *_rest in POLICIES:
        if table in ("letter", "notice"):
            op.execute(f"DROP POLICY {name} ON {table}")
    # What a policy or a trigger asks goes after them.
    for table in ("enrolment", "cohort_phase", "cohort", "programme_party", "programme_version", "programme"):
        for policy in [one for one in POLICIES if one[0] == table]:
            op.execute(f"DROP POLICY {policy[1]} ON {table}")
    for table in ("enrolment", "cohort_phase", "cohort", "programme_party", "programme_version", "programme"):
        op.drop_table(table)
    op.execute("DROP FUNCTION only_answers()")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
