"""People by spreadsheet: the file and its rows, invitations that are sent in batches, and what a sheet says of a person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OURS = "(SELECT wall_sealed()) AND org_id = wall_org()"
COORDINATORS = f"{OURS} AND wall_role() IN ('hr_partner', 'company_admin')"

# (table, role, command, using, check)
POLICIES = (
    ("people_import", "operator", "ALL", "true", None),
    ("people_import", "web", "ALL", COORDINATORS, None),
    ("people_import", "worker", "SELECT", OURS, None),
    ("people_import", "worker", "UPDATE", OURS, None),
    ("people_import", "worker", "DELETE", OURS, None),
    ("people_import", "gate", "SELECT", "true", None),
    ("import_row", "operator", "ALL", "true", None),
    ("import_row", "web", "ALL", COORDINATORS, None),
    ("import_row", "worker", "SELECT", OURS, None),
    ("import_row", "worker", "UPDATE", OURS, None),
    ("import_row", "worker", "DELETE", OURS, None),
    ("invitation", "worker", "INSERT", None, f"{OURS} AND inviter_org_id = wall_org()"),
    ("invitation", "worker", "UPDATE", OURS, None),
    ("affiliation", "worker", "UPDATE", OURS, None),
)

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON people_import, import_row TO passerelle_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON people_import TO passerelle_web;
GRANT SELECT, INSERT, DELETE ON import_row TO passerelle_web;
GRANT SELECT, UPDATE, DELETE ON people_import, import_row TO passerelle_worker;
GRANT SELECT (org_id, state, created_at, finished_at, undone_at, body) ON people_import TO passerelle_gate;
GRANT INSERT, UPDATE ON invitation TO passerelle_worker;
GRANT UPDATE (job_title, role, function, seniority, started_on) ON affiliation TO passerelle_worker;
"""

# For the clock: which tenants keep a file whose time to be undone, or to be taken up, is over.
OLD_FILES = """
CREATE FUNCTION organisations_with_old_imports(p_finished_before timestamptz, p_left_before timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT i.org_id FROM people_import i
    WHERE (i.body <> '' AND (i.finished_at <= p_finished_before OR i.undone_at IS NOT NULL))
       OR (i.state IN ('uploaded', 'checked') AND i.created_at <= p_left_before)
$$
"""


def upgrade() -> None:
    op.create_table(
        "people_import",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("header", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("uploaded", "checked", "running", "done", "undone"),
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("new", "changed", "unchanged", "wrong", "done")),
        sa.Column("undo_counts", postgresql.JSONB(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_by_name", sa.String(120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_people_import_org_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_people_import_created_by_id"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_people_import"),
    )
    op.create_table(
        "import_row",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                *("new", "changed", "unchanged", "wrong"),
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("problems", postgresql.JSONB(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("seniority", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("affiliation_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                *("invited", "changed", "unchanged"),
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "import_id"],
            ["people_import.org_id", "people_import.id"],
            name="fk_import_row_org_id_import_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "import_id", "number", name="pk_import_row"),
    )
    op.create_index(
        "ix_import_row_waiting",
        "import_row",
        ["org_id", "import_id", "number"],
        postgresql_where=sa.text("outcome IS NULL AND verdict <> 'wrong'"),
    )
    for table in ("invitation", "affiliation"):
        for name in ("function", "seniority"):
            op.add_column(table, sa.Column(name, sa.String(60), server_default="", nullable=False))
    op.add_column("invitation", sa.Column("time_zone", sa.String(60), server_default="", nullable=False))
    op.add_column("invitation", sa.Column("started_on", sa.Date(), nullable=True))
    op.add_column("invitation", sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.add_column("invitation", sa.Column("letter_id", sa.BigInteger(), nullable=True))
    op.add_column("invitation", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE invitation SET sent_at = created_at")
    op.create_index("ix_invitation_org_id_import_id", "invitation", ["org_id", "import_id"])
    op.create_index("ix_invitation_org_id_state", "invitation", ["org_id", "state", "created_at"])
    for table in ("people_import", "import_row"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(GRANTS)
    for table, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.execute(
            f"CREATE POLICY {role}_import_{command.lower()} ON {table} FOR {command} TO passerelle_{role}{clauses}"
        )
    op.execute(OLD_FILES)
    op.execute("REVOKE EXECUTE ON FUNCTION organisations_with_old_imports(timestamptz, timestamptz) FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION organisations_with_old_imports(timestamptz, timestamptz) TO passerelle_worker"
    )
    op.execute("ALTER FUNCTION organisations_with_old_imports(timestamptz, timestamptz) OWNER TO passerelle_gate")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION organisations_with_old_imports(timestamptz, timestamptz)")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, role, command, _using, _check in POLICIES:
        if table in ("invitation", "affiliation"):
            op.execute(f"DROP POLICY {role}_import_{command.lower()} ON {table}")
    op.execute("REVOKE INSERT, UPDATE ON invitation FROM passerelle_worker")
    op.execute("REVOKE UPDATE (job_title, role, function, seniority, started_on) ON affiliation FROM passerelle_worker")
    op.drop_index("ix_invitation_org_id_state", table_name="invitation")
    op.drop_index("ix_invitation_org_id_import_id", table_name="invitation")
    # Prepared and never sent: nobody has the link.
    op.execute("DELETE FROM invitation WHERE sent_at IS NULL")
    for name in ("sent_at", "letter_id", "import_id", "started_on", "time_zone", "seniority", "function"):
        op.drop_column("invitation", name)
    op.drop_column("affiliation", "seniority")
    op.drop_column("affiliation", "function")
    op.drop_table("import_row")
    op.drop_table("people_import")
