"""The kit of a programme, and what its page shows.

A row of ``resource`` says how one paper of the kit stands (for whom, where, hidden, which version); everybody in the
programme's audience may read that much, or a paper that was hidden would come back as the house's own. The words are in
``resource_version``: those who run the programme read all of them, readers the newest of what is shown to their side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("resource", "resource_file", "resource_version", "programme_page")

FUNCTIONS = {
    # What is for everybody is for the whole audience; what is for one side is for those who take part on it, and for the
    # coordinators who look after them.
    "kit_side_in_sight(integer, bigint, text)": """
CREATE FUNCTION kit_side_in_sight(p_org integer, p_programme bigint, p_side text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT programme_in_sight(p_org, p_programme) THEN RETURN false; END IF;
    IF p_side = 'all' OR (p_org = wall_org() AND wall_coordinates()) THEN RETURN true; END IF;
    IF wall_coordinates() AND EXISTS (SELECT FROM programme p WHERE p.org_id = p_org AND p.id = p_programme
                                      AND wall_org() = ANY (p.parties)) THEN RETURN true; END IF;
    RETURN EXISTS (SELECT FROM enrolment e JOIN cohort c ON c.org_id = e.org_id AND c.id = e.cohort_id
                   WHERE e.org_id = p_org AND c.programme_id = p_programme AND e.person_id = wall_person()
                     AND e.state IN ('enrolled', 'completed') AND (e.side = 'peer' OR e.side || 's' = p_side));
END $$""",
    "resource_in_sight(integer, bigint, integer, bigint)": """
CREATE FUNCTION resource_in_sight(p_org integer, p_resource bigint, p_number integer, p_file bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one resource;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    IF p_org = wall_org() AND wall_coordinates() THEN RETURN true; END IF;
    SELECT * INTO one FROM resource r WHERE r.org_id = p_org AND r.id = p_resource AND NOT r.hidden AND r.removed_at IS NULL;
    RETURN FOUND AND (one.version = p_number OR one.file_id = p_file)
        AND kit_side_in_sight(p_org, one.programme_id, one.side::text);
END $$""",
    # Whose programme it is, for a page or a poster of any organisation that takes part: the name, the colour, the logo.
    "programme_host(integer, bigint)": """
CREATE FUNCTION programme_host(p_org integer, p_programme bigint) RETURNS TABLE (name text, kind text, accent text, logo bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT programme_in_sight(p_org, p_programme) THEN RETURN; END IF;
    RETURN QUERY SELECT o.name::text, o.kind::text, o.accent::text, l.content
    FROM organisation o LEFT JOIN logo l ON l.org_id = o.id WHERE o.id = p_org;
END $$""",
    # Names of those who take part, for the audience, where the organisation that runs it chose to say them.
    "programme_named_firms(integer, bigint)": """
CREATE FUNCTION programme_named_firms(p_org integer, p_programme bigint) RETURNS TABLE (name text, is_school boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT programme_in_sight(p_org, p_programme) OR NOT EXISTS (
        SELECT FROM programme_page g WHERE g.org_id = p_org AND g.programme_id = p_programme AND g.names_firms) THEN RETURN; END IF;
    RETURN QUERY SELECT o.name::text, p.is_school FROM programme_party p JOIN organisation o ON o.id = p.firm_id
    WHERE p.org_id = p_org AND p.programme_id = p_programme AND p.state = 'active' ORDER BY lower(o.name), o.id;
END $$""",
}

RUNS = f"org_id = wall_org() AND wall_coordinates() AND {S}"
SEEN = f"{S} AND programme_in_sight(org_id, programme_id)"

# (table, name, role, command, using, check)
POLICIES = (
    ("resource", "web_select", "web", "SELECT",
     f"({SEEN}) AND (slug <> '' OR (NOT hidden AND removed_at IS NULL) OR (org_id = wall_org() AND wall_coordinates()))", None),
    ("resource", "web_insert", "web", "INSERT", None, RUNS),
    ("resource", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("resource_file", "web_select", "web", "SELECT", f"{S} AND resource_in_sight(org_id, resource_id, NULL, id)", None),
    ("resource_file", "web_insert", "web", "INSERT", None, RUNS),
    ("resource_version", "web_select", "web", "SELECT", f"{S} AND resource_in_sight(org_id, resource_id, number, NULL)", None),
    ("resource_version", "web_insert", "web", "INSERT", None, f"{RUNS} AND saved_by_id = wall_person()"),
    ("programme_page", "web_select", "web", "SELECT", SEEN, None),
    ("programme_page", "web_insert", "web", "INSERT", None, RUNS),
    ("programme_page", "web_update", "web", "UPDATE", RUNS, RUNS),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON resource, programme_page TO passerelle_web;
GRANT SELECT, INSERT ON resource_file, resource_version TO passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON resource, resource_file, resource_version, programme_page TO passerelle_operator;
"""
GATE = ("resource", "programme_page")


def _col(name: str, kind: sa.types.TypeEngine[object], default: object = None) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False, server_default=default)  # type: ignore[arg-type]


def _one_of(column: str, name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _org(table: str) -> sa.Column[int]:
    return sa.Column(
        "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name=f"fk_{table}_org_id"), nullable=False
    )


def _programme(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "programme_id"], ["programme.org_id", "programme.id"], name=f"fk_{table}_org_id_programme_id"
    )


def _resource(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "resource_id"], ["resource.org_id", "resource.id"], name=f"fk_{table}_org_id_resource_id"
    )


def _tables() -> None:
    op.create_table(
        "resource",
        _org("resource"),
        _col("id", sa.BigInteger()),
        _col("programme_id", sa.BigInteger()),
        _col("slug", sa.String(60)),
        _one_of("kind", "resourcekind", "text", "file", "link"),
        _one_of("side", "readers", "all", "mentors", "mentees"),
        _col("place", sa.SmallInteger()),
        _col("hidden", sa.Boolean()),
        _col("edited", sa.Boolean()),
        _col("version", sa.Integer()),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("removed_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_resource"),
        _programme("resource"),
    )
    op.create_index(
        "uq_resource_slug",
        "resource",
        ["org_id", "programme_id", "slug"],
        unique=True,
        postgresql_where=sa.text("slug <> ''"),
    )
    op.create_index("ix_resource_programme", "resource", ["org_id", "programme_id"])
    op.create_table(
        "resource_file",
        _org("resource_file"),
        _col("id", sa.BigInteger()),
        _col("resource_id", sa.BigInteger()),
        _col("name", sa.String(120)),
        _col("kind", sa.String(8)),
        _col("size", sa.Integer()),
        _col("content", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_resource_file"),
        _resource("resource_file"),
    )
    op.create_table(
        "resource_version",
        _org("resource_version"),
        _col("resource_id", sa.BigInteger()),
        _col("number", sa.Integer()),
        _col("title_en", sa.String(120)),
        _col("title_fr", sa.String(120)),
        _col("body_en", sa.Text()),
        _col("body_fr", sa.Text()),
        _col("url", sa.String(2000)),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        _col("is_default", sa.Boolean()),
        sa.Column(
            "saved_by_id",
            sa.BigInteger(),
            sa.ForeignKey("person.id", name="fk_resource_version_saved_by_id"),
            nullable=False,
        ),
        _moment("saved_at"),
        sa.PrimaryKeyConstraint("org_id", "resource_id", "number", name="pk_resource_version"),
        _resource("resource_version"),
        sa.ForeignKeyConstraint(
            ["org_id", "file_id"],
            ["resource_file.org_id", "resource_file.id"],
            name="fk_resource_version_org_id_file_id",
        ),
    )
    op.create_table(
        "programme_page",
        _org("programme_page"),
        _col("programme_id", sa.BigInteger()),
        _col("names_firms", sa.Boolean()),
        sa.PrimaryKeyConstraint("org_id", "programme_id", name="pk_programme_page"),
        _programme("programme_page"),
    )


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute(GRANTS)
    op.execute("GRANT SELECT ON logo TO passerelle_gate")
    op.execute("CREATE POLICY gate_select_of_host ON logo FOR SELECT TO passerelle_gate USING (true)")
    for table in GATE:
        op.execute(f"GRANT SELECT ON {table} TO passerelle_gate")
        op.execute(f"CREATE POLICY gate_select ON {table} FOR SELECT TO passerelle_gate USING (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, body in FUNCTIONS.items():
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def downgrade() -> None:
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute("DROP POLICY gate_select_of_host ON logo")
    op.execute("REVOKE SELECT ON logo FROM passerelle_gate")
    for table in reversed(TABLES):
        op.drop_table(table)
