"""Search firms: organisations that look for directors, and the networks that admit them.

An admission is written by the gate alone, so that neither side can write the other's part: the network admits and ends, the
search firm accepts the rules. Whether a search firm sees cards is asked anew each time (``search_firm_admitted``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"

KIND = "ALTER TABLE organisation DROP CONSTRAINT ck_organisation_organisationkind, ADD CONSTRAINT ck_organisation_organisationkind CHECK (kind IN ({}))"
FOUNDED = f"{S} AND wall_role() = 'network_admin' AND {{}} AND invited_by_id = wall_org()"

# A search firm is nobody's member firm, whoever writes it.
ONLY_COMPANIES = """
CREATE FUNCTION only_companies_join() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM organisation o WHERE o.id = NEW.firm_id AND o.kind = 'search_firm') THEN
        RAISE EXCEPTION 'a search firm is admitted, it does not join' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$"""

# What an organisation is decides what its people see: no page changes it.
KEEP_KIND = """
CREATE FUNCTION keep_kind() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION 'an organisation stays what it is' USING ERRCODE = 'insufficient_privilege';
END $$"""

# Replaced: a search firm has people to tell, too.
COORDINATORS_OF = """
CREATE OR REPLACE FUNCTION coordinators_of(p_org integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT (p_org = wall_org() OR p_org = ANY (wall_audiences())) THEN RETURN; END IF;
    RETURN QUERY SELECT a.person_id FROM affiliation a JOIN organisation o ON o.id = a.org_id
    WHERE a.org_id = p_org AND (a.ended_on IS NULL OR a.ended_on > current_date)
      AND ((o.kind = 'network' AND a.role = 'network_admin') OR ({} AND a.role IN ('hr_partner', 'company_admin')))
    ORDER BY 1;
END $$"""

# Asked by the gate's own functions, for whoever looks from a workspace of the firm.
ADMITTED = """
CREATE FUNCTION search_firm_admitted(p_network integer, p_org integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM search_firm_admission a WHERE a.org_id = p_network AND a.search_firm_id = p_org
        AND a.ended_at IS NULL AND a.accepted_at IS NOT NULL AND a.until_on >= current_date);
END $$"""

FUNCTIONS = {
    # Both sides' names, which the policies of organisations do not open to the other.
    "search_firm_admissions()": """
CREATE FUNCTION search_firm_admissions() RETURNS TABLE (id bigint, network_id integer, network text, search_firm_id integer,
    search_firm text, slug text, statement text, admitted_at timestamptz, until_on date, accepted_at timestamptz,
    ended_at timestamptz, people integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT a.id, a.org_id, n.name::text, a.search_firm_id, f.name::text, f.slug::text, a.statement, a.admitted_at,
        a.until_on, a.accepted_at, a.ended_at,
        (SELECT count(*)::integer FROM affiliation t WHERE t.org_id = a.search_firm_id
            AND (t.ended_on IS NULL OR t.ended_on > current_date))
    FROM search_firm_admission a JOIN organisation n ON n.id = a.org_id JOIN organisation f ON f.id = a.search_firm_id
    WHERE a.search_firm_id = wall_org() OR (a.org_id = wall_org() AND wall_coordinates());
END $$""",
    # The search firm's number; empty where no search firm has this address, 0 where it is admitted already.
    "admit_search_firm(bigint, text, text, date, timestamptz)": """
CREATE FUNCTION admit_search_firm(p_id bigint, p_slug text, p_statement text, p_until date, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE firm integer;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'network_admin' THEN RETURN NULL; END IF;
    SELECT o.id INTO firm FROM organisation o WHERE o.slug = p_slug AND o.kind = 'search_firm';
    IF NOT FOUND THEN RETURN NULL; END IF;
    -- One whose last day has passed makes room for a new one.
    UPDATE search_firm_admission SET ended_at = p_now, ended_by_id = wall_person()
    WHERE org_id = wall_org() AND search_firm_id = firm AND ended_at IS NULL AND until_on < current_date;
    INSERT INTO search_firm_admission (org_id, id, search_firm_id, statement, admitted_by_id, admitted_at, until_on)
    VALUES (wall_org(), p_id, firm, p_statement, wall_person(), p_now, p_until)
    ON CONFLICT (org_id, search_firm_id) WHERE ended_at IS NULL DO NOTHING;
    RETURN CASE WHEN FOUND THEN firm ELSE 0 END;
END $$""",
    "end_search_firm_admission(bigint, timestamptz)": """
CREATE FUNCTION end_search_firm_admission(p_id bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'network_admin' THEN RETURN false; END IF;
    UPDATE search_firm_admission SET ended_at = p_now, ended_by_id = wall_person()
    WHERE org_id = wall_org() AND id = p_id AND ended_at IS NULL;
    RETURN FOUND;
END $$""",
    "accept_search_firm_admission(integer, bigint, timestamptz)": """
CREATE FUNCTION accept_search_firm_admission(p_network integer, p_id bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'company_admin' THEN RETURN false; END IF;
    UPDATE search_firm_admission SET accepted_at = p_now, accepted_by_id = wall_person()
    WHERE org_id = p_network AND id = p_id AND search_firm_id = wall_org()
      AND ended_at IS NULL AND until_on >= current_date AND accepted_at IS NULL;
    RETURN FOUND;
END $$""",
}  # fmt: skip

# (table, name, role, command, using, check)
POLICIES = (
    ("search_firm_admission", "web_select", "web", "SELECT",
     f"((org_id = wall_org() AND wall_coordinates()) OR search_firm_id = wall_org()) AND {S}", None),
    ("search_firm_admission", "worker_select", "worker", "SELECT",
     f"wall_org() IN (org_id, search_firm_id) AND {S}", None),
    ("search_firm_admission", "worker_export", "worker", "SELECT",
     f"wall_role() = 'export' AND wall_person() IN (admitted_by_id, accepted_by_id, ended_by_id) AND {S}", None),
    ("search_firm_admission", "operator", "operator", "ALL", "true", None),
    ("search_firm_admission", "gate", "gate", "ALL", "true", None),
)  # fmt: skip

GRANTS = """
GRANT SELECT ON search_firm_admission TO passerelle_web, passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON search_firm_admission TO passerelle_operator;
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by_id, accepted_at, accepted_by_id) ON search_firm_admission TO passerelle_gate;
"""

TABLES = ("search_firm_admission",)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    key = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, kind, key, nullable=nullable)


def _admissions() -> None:
    table = "search_firm_admission"
    op.create_table(
        table,
        _refers(table, "org_id", "organisation"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        _refers(table, "search_firm_id", "organisation"),
        sa.Column("statement", sa.Text(), nullable=False),
        _refers(table, "admitted_by_id", "person"),
        _moment("admitted_at"),
        sa.Column("until_on", sa.Date(), nullable=False),
        _refers(table, "accepted_by_id", "person", nullable=True),
        _moment("accepted_at", nullable=True),
        _refers(table, "ended_by_id", "person", nullable=True),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=f"pk_{table}"),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by_id IS NULL)", name=op.f(f"ck_{table}_accepted_by_somebody")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f(f"ck_{table}_ended_by_somebody")),
        sa.CheckConstraint("length(statement) BETWEEN 1 AND 2000", name=op.f(f"ck_{table}_says_why")),
    )
    op.create_index(
        f"uq_{table}_open",
        table,
        ["org_id", "search_firm_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(f"ix_{table}_search_firm_id", table, ["search_firm_id"])


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    execute(KIND.format("'company', 'network', 'search_firm'"))
    op.create_check_constraint(
        op.f("ck_organisation_search_firm_stands_alone"),
        "organisation",
        "kind <> 'search_firm' OR (NOT in_marketplace AND parent_id IS NULL)",
    )
    execute(
        "ALTER POLICY web_insert_1 ON organisation WITH CHECK ("
        + FOUNDED.format("kind IN ('company', 'search_firm')")
        + ")"
    )
    _admissions()
    for table in TABLES:
        execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    execute(GRANTS)
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, definition in FUNCTIONS.items():
        execute(definition)
        execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web")
    execute(COORDINATORS_OF.format("o.kind <> 'network'"))
    execute(ADMITTED)
    execute("REVOKE EXECUTE ON FUNCTION search_firm_admitted(integer, integer) FROM PUBLIC")
    execute(ONLY_COMPANIES)
    execute("REVOKE EXECUTE ON FUNCTION only_companies_join() FROM PUBLIC")
    execute("GRANT EXECUTE ON FUNCTION only_companies_join() TO passerelle_owner")
    execute(KEEP_KIND)
    execute("REVOKE EXECUTE ON FUNCTION keep_kind() FROM PUBLIC")
    execute("GRANT EXECUTE ON FUNCTION keep_kind() TO passerelle_owner")
    op.execute("SET LOCAL ROLE passerelle_owner")
    execute(
        "CREATE TRIGGER keep_kind BEFORE UPDATE OF kind ON organisation "
        "FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind) EXECUTE FUNCTION keep_kind()"
    )
    execute(
        "CREATE TRIGGER only_companies_join BEFORE INSERT OR UPDATE OF firm_id ON firm_membership "
        "FOR EACH ROW EXECUTE FUNCTION only_companies_join()"
    )
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def downgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    execute("DROP TRIGGER only_companies_join ON firm_membership")
    execute("DROP TRIGGER keep_kind ON organisation")
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute("DROP FUNCTION only_companies_join()")
    execute("DROP FUNCTION keep_kind()")
    execute("DROP FUNCTION search_firm_admitted(integer, integer)")
    execute(COORDINATORS_OF.format("o.kind = 'company'"))
    for signature in reversed(FUNCTIONS):
        execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
    execute("ALTER POLICY web_insert_1 ON organisation WITH CHECK (" + FOUNDED.format("kind = 'company'") + ")")
    op.drop_constraint("ck_organisation_search_firm_stands_alone", "organisation")
    # The owner's own statement stands under the policies of the table as well.
    execute("ALTER TABLE organisation NO FORCE ROW LEVEL SECURITY")
    execute("UPDATE organisation SET kind = 'company' WHERE kind = 'search_firm'")
    execute("ALTER TABLE organisation FORCE ROW LEVEL SECURITY")
    execute(KIND.format("'company', 'network'"))
