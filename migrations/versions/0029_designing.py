"""The designer: names beside each version, templates that a network lends, organisations that are asked to take part.

Somebody asks an organisation by its address, and learns nothing from it: what was asked is kept as it was typed, and the row
of an organisation that was asked is in nobody's sight but its own until it has answered.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
RUNS = f"org_id = wall_org() AND wall_coordinates() AND {S}"
KEPT = f"org_id = wall_org() AND {S}"
TABLES = ("programme_loan", "programme_asking")

FUNCTIONS = {
    # An organisation takes part by its own word; a member firm by its membership, a programme's own organisation by running it.
    "may_add_party(integer, integer)": """
CREATE FUNCTION may_add_party(p_org integer, p_firm integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND p_org = wall_org() AND (p_firm = p_org OR EXISTS (SELECT FROM firm_membership m
        WHERE m.network_id = p_org AND m.firm_id = p_firm AND m.state = 'active'));
END $$""",
    "keep_consent()": """
CREATE FUNCTION keep_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.state = 'active' AND OLD.state <> 'active' AND coalesce(current_setting('passerelle.org', true), '') NOT IN ('', '0')
       AND NEW.firm_id <> wall_org() AND NOT may_add_party(NEW.org_id, NEW.firm_id) THEN
        RAISE EXCEPTION 'an organisation says for itself that it takes part' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$""",
    # Who has answered is shown as what they answered; what was asked is no longer.
    "forget_asking()": """
CREATE FUNCTION forget_asking() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM programme_asking a WHERE a.org_id = NEW.org_id AND a.programme_id = NEW.programme_id AND a.firm_id = NEW.firm_id;
    RETURN NULL;
END $$""",
    "ask_to_take_part(bigint, text, boolean, timestamptz)": """
CREATE FUNCTION ask_to_take_part(p_programme bigint, p_slug text, p_school boolean, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE asked integer;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() OR NOT EXISTS (SELECT FROM programme p
        WHERE p.org_id = wall_org() AND p.id = p_programme AND p.state <> 'archived') THEN RETURN; END IF;
    SELECT o.id INTO asked FROM organisation o WHERE o.slug = p_slug AND o.kind = 'company' AND o.id <> wall_org();
    INSERT INTO programme_asking (org_id, programme_id, slug, firm_id, is_school, asked_by_id, asked_at)
    VALUES (wall_org(), p_programme, p_slug, asked, p_school, wall_person(), p_now)
    ON CONFLICT (org_id, programme_id, slug) DO UPDATE SET asked_at = p_now, is_school = p_school, firm_id = asked;
    INSERT INTO programme_party (org_id, programme_id, firm_id, state, is_school, asked_at)
    SELECT wall_org(), p_programme, asked, 'invited', p_school, p_now WHERE asked IS NOT NULL
    ON CONFLICT (org_id, programme_id, firm_id) DO UPDATE SET state = 'invited', is_school = p_school, asked_at = p_now,
        answered_at = NULL WHERE programme_party.state <> 'active';
END $$""",
    "withdraw_asking(bigint, text)": """
CREATE FUNCTION withdraw_asking(p_programme bigint, p_slug text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    DELETE FROM programme_party p USING programme_asking a
    WHERE a.org_id = wall_org() AND a.programme_id = p_programme AND a.slug = p_slug AND p.org_id = a.org_id
      AND p.programme_id = a.programme_id AND p.firm_id = a.firm_id AND p.state = 'invited';
    DELETE FROM programme_asking a WHERE a.org_id = wall_org() AND a.programme_id = p_programme AND a.slug = p_slug;
END $$""",
    # What an organisation is asked to take part in, or takes part in, for those who answer for it.
    "asked_programmes()": """
CREATE FUNCTION asked_programmes()
RETURNS TABLE (org_id integer, programme_id bigint, runner text, form text, name_en text, name_fr text, choices jsonb,
               programme_state text, state text, is_school boolean, max_mentors integer, max_mentees integer, asked_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY SELECT p.org_id, p.id, o.name::text, p.form::text, p.name_en::text, p.name_fr::text, p.choices,
        p.state::text, y.state::text, y.is_school, y.max_mentors, y.max_mentees, y.asked_at
    FROM programme_party y JOIN programme p ON p.org_id = y.org_id AND p.id = y.programme_id
    JOIN organisation o ON o.id = y.org_id
    WHERE y.firm_id = wall_org() AND y.org_id <> wall_org()
      -- Whoever said yes goes on seeing what they said it to; a member firm hears of a programme when it opens.
      AND (y.state = 'invited' OR (y.state = 'active' AND (p.state <> 'draft' OR NOT EXISTS (SELECT FROM firm_membership m
        WHERE m.network_id = p.org_id AND m.firm_id = y.firm_id)))) ORDER BY y.asked_at DESC;
END $$""",
    # What an organisation of a programme is called, for the letters of the one that runs it.
    "party_organisation(bigint, integer)": """
CREATE FUNCTION party_organisation(p_programme bigint, p_firm integer) RETURNS TABLE (name text, slug text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT o.name::text, o.slug::text FROM programme_party p JOIN organisation o ON o.id = p.firm_id
    WHERE p.org_id = wall_org() AND p.programme_id = p_programme AND p.firm_id = p_firm;
END $$""",
    # How many people of those who take part meet the rules of a side: a count, and none below five. What nobody has said yet
    # excludes nobody.
    "eligible_people(bigint, integer[], text[], text[], text[])": """
CREATE FUNCTION eligible_people(p_programme bigint, p_orgs integer[], p_roles text[], p_functions text[], p_seniorities text[])
RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE found integer;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN NULL; END IF;
    SELECT count(DISTINCT a.person_id) INTO found
    FROM programme_party p JOIN affiliation a ON a.org_id = p.firm_id
    WHERE p.org_id = wall_org() AND p.programme_id = p_programme AND p.state = 'active'
      AND (a.ended_on IS NULL OR a.ended_on > current_date)
      AND (p_orgs IS NULL OR a.org_id = ANY (p_orgs)) AND (p_roles IS NULL OR a.role = ANY (p_roles))
      AND (p_functions IS NULL OR a.function = '' OR a.function = ANY (p_functions))
      AND (p_seniorities IS NULL OR a.seniority = '' OR a.seniority = ANY (p_seniorities));
    RETURN CASE WHEN found < 5 THEN NULL ELSE found END;
END $$""",
}
GRANTED = {
    "may_add_party(integer, integer)": ("web", "worker", "owner"),
    "keep_consent()": ("owner",),
    "forget_asking()": ("owner",),
    "ask_to_take_part(bigint, text, boolean, timestamptz)": ("web",),
    "withdraw_asking(bigint, text)": ("web",),
    "asked_programmes()": ("web",),
    "party_organisation(bigint, integer)": ("worker",),
    "eligible_people(bigint, integer[], text[], text[], text[])": ("web",),
}

LENT = f"((org_id = wall_org() OR (taken_back_at IS NULL AND org_id = ANY (wall_audiences()))) AND wall_coordinates() AND {S})"

# (table, name, role, command, using, check)
POLICIES = (
    ("programme_loan", "web_select", "web", "SELECT", LENT, None),
    ("programme_loan", "web_insert", "web", "INSERT", None, RUNS),
    ("programme_loan", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("programme_asking", "web_select", "web", "SELECT", RUNS, None),
    *((table, "worker_all", "worker", "ALL", KEPT, None) for table in TABLES),
    ("programme_asking", "gate_all", "gate", "ALL", "true", "true"),
    ("programme_party", "gate_insert", "gate", "INSERT", None, "true"),
    ("programme_party", "gate_update", "gate", "UPDATE", "true", "true"),
    ("programme_party", "gate_delete", "gate", "DELETE", "true", None),
)

PARTY_SELECT = {
    True: f"((org_id = wall_org() AND state <> 'invited') OR firm_id = wall_org()) AND wall_coordinates() AND {S}",
    False: f"(org_id = wall_org() OR firm_id = wall_org()) AND wall_coordinates() AND {S}",
}
PARTY_INSERT = {True: f"{RUNS} AND may_add_party(org_id, firm_id)", False: RUNS}

# The organisations of a programme, as those who run it see them; who has not answered is not among them.
FIRMS = """
CREATE OR REPLACE FUNCTION programme_firms(p_org integer, p_programme bigint)
RETURNS TABLE (firm_id integer, name text, slug text, state text, is_school boolean, max_mentors integer, max_mentees integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT (p_org = wall_org() AND wall_coordinates()) THEN RETURN; END IF;
    RETURN QUERY SELECT p.firm_id, o.name::text, o.slug::text, p.state::text, p.is_school, p.max_mentors, p.max_mentees
    FROM programme_party p JOIN organisation o ON o.id = p.firm_id
    WHERE p.org_id = p_org AND p.programme_id = p_programme {only} ORDER BY lower(o.name), p.firm_id;
END $$"""


def _refers(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_programme(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "programme_id"],
        ["programme.org_id", "programme.id"],
        name=f"fk_{table}_org_id_programme_id",
        ondelete="CASCADE",
    )


def _tables() -> None:
    for name in ("name_en", "name_fr"):
        op.add_column("programme_version", sa.Column(name, sa.String(120), server_default="", nullable=False))
    op.create_table(
        "programme_loan",
        _refers("programme_loan", "org_id", "organisation"),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("name_en", sa.String(120), nullable=False),
        sa.Column("name_fr", sa.String(120), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _refers("programme_loan", "lent_by_id", "person"),
        _moment("lent_at"),
        _moment("taken_back_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "programme_id", name="pk_programme_loan"),
        _of_programme("programme_loan"),
    )
    op.create_table(
        "programme_asking",
        _refers("programme_asking", "org_id", "organisation"),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        _refers("programme_asking", "firm_id", "organisation", nullable=True),
        sa.Column("is_school", sa.Boolean(), nullable=False),
        _refers("programme_asking", "asked_by_id", "person"),
        _moment("asked_at"),
        sa.PrimaryKeyConstraint("org_id", "programme_id", "slug", name="pk_programme_asking"),
        _of_programme("programme_asking"),
    )


def _function(execute: object, bodies: dict[str, str]) -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for body in bodies.values():
        execute(body)  # type: ignore[operator]
    op.execute("SET LOCAL ROLE passerelle_owner")


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_worker, passerelle_operator")
    op.execute("GRANT SELECT, INSERT, UPDATE ON programme_loan TO passerelle_web")
    op.execute(
        "GRANT SELECT (org_id, programme_id, slug, is_school, asked_by_id, asked_at) ON programme_asking TO passerelle_web"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON programme_asking TO passerelle_gate")
    op.execute("GRANT INSERT, UPDATE, DELETE ON programme_party TO passerelle_gate")
    _function(execute, FUNCTIONS | {"programme_firms": FIRMS.format(only="AND p.state <> 'invited'")})
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, roles in GRANTED.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    execute(f"ALTER POLICY web_select ON programme_party USING ({PARTY_SELECT[True]})")
    execute(f"ALTER POLICY web_insert ON programme_party WITH CHECK ({PARTY_INSERT[True]})")
    op.execute(
        "CREATE TRIGGER keep_consent BEFORE UPDATE OF state ON programme_party FOR EACH ROW EXECUTE FUNCTION keep_consent()"
    )
    op.execute(
        """CREATE TRIGGER forget_asking AFTER UPDATE OF state ON programme_party FOR EACH ROW
           WHEN (OLD.state = 'invited' AND NEW.state <> 'invited') EXECUTE FUNCTION forget_asking()"""
    )


def downgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    for trigger in ("forget_asking", "keep_consent"):
        op.execute(f"DROP TRIGGER {trigger} ON programme_party")
    execute(f"ALTER POLICY web_insert ON programme_party WITH CHECK ({PARTY_INSERT[False]})")
    execute(f"ALTER POLICY web_select ON programme_party USING ({PARTY_SELECT[False]})")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON programme_party FROM passerelle_gate")
    _function(execute, {"programme_firms": FIRMS.format(only="")})
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
    for name in ("name_fr", "name_en"):
        op.drop_column("programme_version", name)
