"""The mentoring agreement, and how a mentorship ends: closures and certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
PAIR = "wall_person() IN (mentee_person_id, mentor_person_id)"
MINE = f"{S} AND {PAIR}"
OWN = f"{S} AND person_id = wall_person()"
HERE = f"{S} AND org_id = wall_org()"
WRITES_TEMPLATE = f"{HERE} AND wall_role() IN ('network_admin', 'company_admin')"
# Words for a coordinator are read by the author's own, and never by the other of the two, coordinator or not.
FOR_COORDINATOR = f"{S} AND employer_id = wall_org() AND wall_coordinates() AND NOT {PAIR}"

PAIR_TABLES = (
    "mentoring_agreement",
    "agreement_signature",
    "pair_document",
    "mentorship_closure",
    "look_back",
    "certificate",
    "coordinator_note",
)
TABLES = ("charter_template", *PAIR_TABLES)

# (name, table, role, command, using, check)
POLICIES = (
    (
        "web_select",
        "charter_template",
        "web",
        "SELECT",
        f"{HERE} AND (published_at IS NOT NULL OR wall_coordinates())",
        None,
    ),
    ("web_insert", "charter_template", "web", "INSERT", None, WRITES_TEMPLATE),
    # A version that was published stands: pairs signed these words.
    ("web_update", "charter_template", "web", "UPDATE", f"{WRITES_TEMPLATE} AND published_at IS NULL", WRITES_TEMPLATE),
    ("web_select", "mentoring_agreement", "web", "SELECT", MINE, None),
    (
        "web_insert",
        "mentoring_agreement",
        "web",
        "INSERT",
        None,
        f"{MINE} AND written_by_person_id = wall_person() AND in_force_at IS NULL AND replaced_at IS NULL",
    ),
    # What is in force, or was, is for the gate to replace.
    (
        "web_update",
        "mentoring_agreement",
        "web",
        "UPDATE",
        f"{MINE} AND in_force_at IS NULL AND replaced_at IS NULL",
        f"{MINE} AND in_force_at IS NULL",
    ),
    ("web_select", "agreement_signature", "web", "SELECT", MINE, None),
    ("web_select", "pair_document", "web", "SELECT", MINE, None),
    ("web_delete", "pair_document", "web", "DELETE", f"{MINE} AND kind = 'certificate'", None),
    ("web_select", "mentorship_closure", "web", "SELECT", MINE, None),
    (
        "web_insert",
        "mentorship_closure",
        "web",
        "INSERT",
        None,
        f"{MINE} AND proposed_by_person_id = wall_person() AND ends_on IS NULL AND agreed_at IS NULL AND settled_at IS NULL",
    ),
    (
        "web_update",
        "mentorship_closure",
        "web",
        "UPDATE",
        f"{MINE} AND proposed_by_person_id IS NOT NULL AND settled_at IS NULL",
        # One takes one's own proposal back, or agrees to the other's.
        f"{MINE} AND (proposed_by_person_id = wall_person()) = (agreed_at IS NULL)",
    ),
    ("web_select", "look_back", "web", "SELECT", MINE, None),
    ("web_insert", "look_back", "web", "INSERT", None, f"{MINE} AND person_id = wall_person()"),
    ("web_update", "look_back", "web", "UPDATE", OWN, OWN),
    ("web_select", "certificate", "web", "SELECT", MINE, None),
    ("web_update", "certificate", "web", "UPDATE", f"{MINE} AND withdrawn_at IS NULL", f"{MINE} AND withdrawn_at IS NOT NULL"),
    ("web_select", "coordinator_note", "web", "SELECT", f"({OWN}) OR ({FOR_COORDINATOR})", None),
    (
        "web_insert",
        "coordinator_note",
        "web",
        "INSERT",
        None,
        f"{MINE} AND person_id = wall_person() AND employer_id = wall_org()",
    ),
    *(("worker_select", table, "worker", "SELECT", HERE, None) for table in PAIR_TABLES if table != "coordinator_note"),
    ("worker_insert", "pair_document", "worker", "INSERT", None, HERE),
    ("worker_insert", "mentorship_closure", "worker", "INSERT", None, f"{HERE} AND proposed_by_person_id IS NULL"),
    ("worker_update", "mentorship_closure", "worker", "UPDATE", HERE, HERE),
    ("worker_insert", "certificate", "worker", "INSERT", None, HERE),
    ("gate_select", "charter_template", "gate", "SELECT", "true", None),
    ("gate_select", "mentoring_agreement", "gate", "SELECT", "true", None),
    ("gate_update", "mentoring_agreement", "gate", "UPDATE", "true", None),
    ("gate_select", "agreement_signature", "gate", "SELECT", "true", None),
    ("gate_insert", "agreement_signature", "gate", "INSERT", None, "true"),
    ("gate_select", "mentorship_closure", "gate", "SELECT", "true", None),
    ("gate_select", "certificate", "gate", "SELECT", "true", None),
)  # fmt: skip

# (table, read, erased): see PERSONAL in 0015.
PERSONAL = (
    ("mentoring_agreement", PAIR, None),
    ("agreement_signature", "person_id = wall_person()", "person_id = wall_person()"),
    ("pair_document", None, PAIR),
    ("mentorship_closure", PAIR, None),
    ("look_back", PAIR, "person_id = wall_person()"),
    ("certificate", PAIR, PAIR),
    ("coordinator_note", "person_id = wall_person()", "person_id = wall_person()"),
)

GRANTS = """
GRANT SELECT, INSERT ON charter_template, mentoring_agreement, mentorship_closure, look_back TO passerelle_web;
GRANT UPDATE (text_en, text_fr, written_by_id, updated_at, published_at) ON charter_template TO passerelle_web;
GRANT UPDATE (replaced_at) ON mentoring_agreement TO passerelle_web;
GRANT SELECT ON agreement_signature, certificate TO passerelle_web;
GRANT SELECT, DELETE ON pair_document TO passerelle_web;
GRANT UPDATE (agreed_at, settled_at, outcome) ON mentorship_closure TO passerelle_web;
GRANT UPDATE (helped, changed, next_step, thanks, names_shown, firms_shown, updated_at) ON look_back TO passerelle_web;
GRANT UPDATE (mentee, mentor, mentee_firm, mentor_firm, withdrawn_at) ON certificate TO passerelle_web;
GRANT SELECT, INSERT ON coordinator_note TO passerelle_web;

GRANT SELECT ON mentoring_agreement, agreement_signature, look_back, coordinator_note TO passerelle_worker;
GRANT SELECT, INSERT, DELETE ON pair_document TO passerelle_worker;
GRANT SELECT, INSERT ON mentorship_closure, certificate TO passerelle_worker;
GRANT UPDATE (settled_at, outcome, due_on) ON mentorship_closure TO passerelle_worker;
GRANT UPDATE (mentee, mentor, mentee_firm, mentor_firm, withdrawn_at) ON certificate TO passerelle_worker;
GRANT UPDATE (name) ON agreement_signature TO passerelle_worker;
GRANT UPDATE (helped, changed, next_step, names_shown) ON look_back TO passerelle_worker;
GRANT DELETE ON coordinator_note TO passerelle_worker;
GRANT UPDATE (cadence) ON mentorship TO passerelle_worker;

GRANT SELECT ON charter_template, mentoring_agreement, agreement_signature, mentorship_closure, certificate TO passerelle_gate;
GRANT UPDATE (in_force_at, replaced_at) ON mentoring_agreement TO passerelle_gate;
GRANT INSERT ON agreement_signature TO passerelle_gate;
"""

# Whose rules a pair stands under: their firm's where both work there, else those of a network both belong to, else those of
# the mentee's firm. Nothing: the house's own.
TEMPLATE = """
CREATE FUNCTION charter_template_of(p_org integer, p_mentorship bigint)
RETURNS TABLE (name text, number smallint, text_en text, text_fr text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE m record;
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    SELECT * INTO m FROM mentorship x WHERE x.org_id = p_org AND x.id = p_mentorship
      AND wall_person() IN (x.mentee_person_id, x.mentor_person_id);
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY
    WITH whose AS (
        SELECT m.mentee_employer_id AS id, CASE WHEN m.mentee_employer_id = m.mentor_employer_id THEN 0 ELSE 2 END AS rank
        UNION ALL
        SELECT a.network_id, 1 FROM firm_membership a JOIN firm_membership b ON b.network_id = a.network_id
        WHERE a.firm_id = m.mentee_employer_id AND b.firm_id = m.mentor_employer_id AND a.state = 'active' AND b.state = 'active'
        UNION ALL
        SELECT a.network_id, 1 FROM firm_membership a WHERE a.state = 'active'
          AND ((a.firm_id = m.mentee_employer_id AND a.network_id = m.mentor_employer_id)
            OR (a.firm_id = m.mentor_employer_id AND a.network_id = m.mentee_employer_id))
    )
    SELECT o.name::text, t.number, t.text_en, t.text_fr FROM whose w JOIN organisation o ON o.id = w.id
    JOIN charter_template t ON t.org_id = o.id AND t.published_at IS NOT NULL
    ORDER BY w.rank, o.id, t.number DESC LIMIT 1;
END $$
"""

# One at a time: whoever comes second finds the version signed, in force, or replaced. 'signed', 'complete' (both have),
# 'already', 'changed' (it is open no more), 'ended'.
SIGN = """
CREATE FUNCTION sign_agreement(p_org integer, p_agreement bigint, p_id bigint, p_name text, p_locale text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE a record; me bigint := wall_person();
BEGIN
    IF NOT wall_sealed() OR me = 0 THEN RETURN 'changed'; END IF;
    SELECT * INTO a FROM mentoring_agreement x WHERE x.org_id = p_org AND x.id = p_agreement
      AND me IN (x.mentee_person_id, x.mentor_person_id) FOR UPDATE;
    IF NOT FOUND OR a.replaced_at IS NOT NULL THEN RETURN 'changed'; END IF;
    IF EXISTS (SELECT FROM agreement_signature s WHERE s.org_id = p_org AND s.agreement_id = p_agreement AND s.person_id = me) THEN
        RETURN 'already';
    END IF;
    IF EXISTS (SELECT FROM mentorship m WHERE m.org_id = p_org AND m.id = a.mentorship_id AND m.state = 'ended') THEN
        RETURN 'ended';
    END IF;
    INSERT INTO agreement_signature (org_id, id, mentorship_id, mentee_person_id, mentor_person_id, agreement_id, person_id, name, locale, signed_at)
    VALUES (p_org, p_id, a.mentorship_id, a.mentee_person_id, a.mentor_person_id, p_agreement, me, p_name, p_locale, p_now);
    IF (SELECT count(*) FROM agreement_signature s WHERE s.org_id = p_org AND s.agreement_id = p_agreement) < 2 THEN
        RETURN 'signed';
    END IF;
    UPDATE mentoring_agreement x SET replaced_at = p_now
    WHERE x.org_id = p_org AND x.mentorship_id = a.mentorship_id AND x.in_force_at IS NOT NULL AND x.replaced_at IS NULL;
    UPDATE mentoring_agreement x SET in_force_at = p_now WHERE x.org_id = p_org AND x.id = p_agreement;
    RETURN 'complete';
END $$
"""

CLOSING = """
CREATE FUNCTION organisations_with_closings(p_ask_until date, p_over_before date) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT m.org_id FROM mentorship m
    LEFT JOIN mentorship_closure c ON c.org_id = m.org_id AND c.mentorship_id = m.id AND c.ends_on = m.ends_on
      AND (c.settled_at IS NULL OR c.outcome = 'closed')
    WHERE m.state = 'running' AND m.ends_on <= p_ask_until
      AND (c.id IS NULL OR (c.settled_at IS NULL AND c.due_on < p_over_before))
$$
"""

# Anybody who has the code may ask, signed in or not: the row holds what both agreed to show, and nothing of a withdrawn one.
CERTIFICATE = """
CREATE FUNCTION certificate_by_code(p_code text)
RETURNS TABLE (mentee text, mentor text, mentee_firm text, mentor_firm text, form text, started_on date, ended_on date, issued_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.mentee::text, c.mentor::text, c.mentee_firm::text, c.mentor_firm::text, c.form::text, c.started_on, c.ended_on, c.issued_at
    FROM certificate c WHERE c.code = p_code AND c.withdrawn_at IS NULL
$$
"""

FUNCTIONS = (
    ("charter_template_of(integer, bigint)", TEMPLATE, "passerelle_web"),
    ("sign_agreement(integer, bigint, bigint, text, text, timestamptz)", SIGN, "passerelle_web"),
    ("organisations_with_closings(date, date)", CLOSING, "passerelle_worker"),
    ("certificate_by_code(text)", CERTIFICATE, "passerelle_web"),
)


def upgrade() -> None:
    create_tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_operator")
    op.execute(GRANTS)
    for name, table, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    for table, read, erased in PERSONAL:
        if read:
            execute(
                f"CREATE POLICY worker_export ON {table} FOR SELECT TO passerelle_worker "
                f"USING (wall_role() = 'export' AND {read} AND {S})"
            )
        if erased:
            execute(
                f"CREATE POLICY worker_erasure ON {table} FOR ALL TO passerelle_worker "
                f"USING (wall_role() = 'erasure' AND {erased} AND {S}) WITH CHECK (wall_role() = 'erasure' AND {S})"
            )
    for signature, definition, roles in FUNCTIONS:
        execute(definition)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {roles}")
        op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def day(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=nullable)


def words(name: str, length: int | None = None) -> sa.Column:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def person(table: str, name: str, *, nullable: bool = False) -> sa.Column:
    key = sa.ForeignKey("person.id", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.BigInteger(), key, nullable=nullable)


def organisation(table: str, name: str) -> sa.Column:
    key = sa.ForeignKey("organisation.id", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.Integer(), key, nullable=False)


def one_of(name: str, kind: str, *values: str, nullable: bool = False) -> sa.Column:
    choices = sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, choices, nullable=nullable)


def pair_table(table: str, *parts: sa.Column | sa.Constraint) -> None:
    """A table of rows that carry the two people of their mentorship, and are tied to them."""
    op.create_table(
        table,
        organisation(table, "org_id"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mentorship_id", sa.BigInteger(), nullable=False),
        sa.Column("mentee_person_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_person_id", sa.BigInteger(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("org_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["org_id", "mentorship_id", "mentee_person_id", "mentor_person_id"],
            ["mentorship.org_id", "mentorship.id", "mentorship.mentee_person_id", "mentorship.mentor_person_id"],
            name=f"fk_{table}_pair",
        ),
    )


def create_tables() -> None:
    op.create_table(
        "charter_template",
        organisation("charter_template", "org_id"),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        words("text_en"),
        words("text_fr"),
        person("charter_template", "written_by_id"),
        moment("updated_at"),
        moment("published_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "number", name="pk_charter_template"),
    )
    one_open("uq_charter_template_draft", "charter_template", ["org_id"], "published_at IS NULL")
    pair_table(
        "mentoring_agreement",
        sa.Column("number", sa.SmallInteger(), nullable=False),
        words("purpose"),
        words("contact"),
        words("cadence", 40),
        day("ends_on"),
        words("rules_en"),
        words("rules_fr"),
        words("rules_of", 200),
        person("mentoring_agreement", "written_by_person_id"),
        moment("written_at"),
        moment("in_force_at", nullable=True),
        moment("replaced_at", nullable=True),
        sa.UniqueConstraint("org_id", "mentorship_id", "number", name="uq_mentoring_agreement_number"),
    )
    one_open(
        "uq_mentoring_agreement_open",
        "mentoring_agreement",
        ["org_id", "mentorship_id"],
        "in_force_at IS NULL AND replaced_at IS NULL",
    )
    pair_table(
        "agreement_signature",
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        person("agreement_signature", "person_id"),
        words("name", 120),
        words("locale", 5),
        moment("signed_at"),
        sa.ForeignKeyConstraint(
            ["org_id", "agreement_id"],
            ["mentoring_agreement.org_id", "mentoring_agreement.id"],
            name="fk_agreement_signature_org_id_agreement_id",
        ),
        sa.UniqueConstraint("org_id", "agreement_id", "person_id", name="uq_agreement_signature_once"),
    )
    pair_table(
        "pair_document",
        one_of("kind", "paperkind", "agreement", "certificate"),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        words("title", 300),
        words("locale", 5),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        words("sha256", 64),
        moment("created_at"),
        sa.UniqueConstraint("org_id", "subject_id", "locale", name="uq_pair_document_locale"),
    )
    pair_table(
        "mentorship_closure",
        person("mentorship_closure", "proposed_by_person_id", nullable=True),
        day("ends_on", nullable=True),
        day("due_on", nullable=True),
        moment("asked_at"),
        moment("agreed_at", nullable=True),
        moment("settled_at", nullable=True),
        one_of("outcome", "closureoutcome", "closed", "extended", "withdrawn", "superseded", nullable=True),
    )
    one_open(
        "uq_mentorship_closure_proposed",
        "mentorship_closure",
        ["org_id", "mentorship_id"],
        "settled_at IS NULL AND proposed_by_person_id IS NOT NULL",
    )
    one_open(
        "uq_mentorship_closure_day",
        "mentorship_closure",
        ["org_id", "mentorship_id", "ends_on"],
        "settled_at IS NULL AND ends_on IS NOT NULL",
    )
    pair_table(
        "look_back",
        person("look_back", "person_id"),
        words("helped"),
        words("changed"),
        words("next_step"),
        words("thanks"),
        one_of("names_shown", "namesshown", "names", "initials", nullable=True),
        sa.Column("firms_shown", sa.Boolean(), nullable=False),
        moment("updated_at"),
        sa.UniqueConstraint("org_id", "mentorship_id", "person_id", name="uq_look_back_person"),
    )
    pair_table(
        "certificate",
        words("code", 40),
        *(words(name, 120) for name in ("mentee", "mentor", "mentee_firm", "mentor_firm")),
        words("form", 40),
        day("started_on"),
        day("ended_on"),
        moment("issued_at"),
        moment("withdrawn_at", nullable=True),
        sa.UniqueConstraint("code", name="uq_certificate_code"),
    )
    one_open("uq_certificate_live", "certificate", ["org_id", "mentorship_id"], "withdrawn_at IS NULL")
    pair_table(
        "coordinator_note",
        person("coordinator_note", "person_id"),
        organisation("coordinator_note", "employer_id"),
        one_of("kind", "notekind", "reason", "feedback"),
        words("body"),
        moment("created_at"),
    )
    op.create_index("ix_coordinator_note_employer_id", "coordinator_note", ["employer_id"])
    op.create_index("ix_mentorship_ends_on", "mentorship", ["ends_on"], postgresql_where=sa.text("state = 'running'"))


def one_open(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, postgresql_where=sa.text(where))


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, _definition, _roles in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute("REVOKE UPDATE (cadence) ON mentorship FROM passerelle_worker")
    op.drop_index("ix_mentorship_ends_on", "mentorship")
    for table in reversed(TABLES):
        op.drop_table(table)
