"""What was shown of small groups, and what people say of their gender.

A figure about people leaves the database by one way: a function of the gate counts, asks ``audited`` whether the row may be shown
beside everything that its readers were shown before, and writes down what may. Pages read what was written and cannot count.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OWN = f"person_id = wall_person() AND {S}"
LOOKS_AFTER = f"wall_coordinates() AND {S}"
TABLES = ("equity_answer", "evaluation_setting", "figure_drawing", "released_figure", "audit_atom", "audit_place")

# In the order in which rows are asked for: what comes first has the better chance to be shown.
STAGES = ("enrolled", "completed", "appointed", "introduced", "applied", "paired", "trained", "assessed")

FUNCTIONS = {
    # The rule of marketplace/evaluation/auditor.py. Whether a row may be shown to whoever reads these ledgers (an organisation
    # each); if so, it is kept as shown. p_kinds: what each unit answered; p_wanted: every kind of which the row shows a figure.
    "audited(integer[], text, bigint[], smallint[], smallint[], integer)": (
        """
CREATE FUNCTION audited(p_ledgers integer[], p_measure text, p_units bigint[], p_kinds smallint[], p_wanted smallint[],
    p_least integer) RETURNS boolean
-- Planned once, when a ledger may be empty: it must be looked up by its keys all the same.
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE ledger integer; few integer := greatest(p_least, 5); breach boolean; divides boolean; telling integer[] := '{}';
BEGIN
    IF coalesce(cardinality(p_units), 0) < few THEN RETURN false; END IF;
    FOR ledger IN SELECT DISTINCT l FROM unnest(p_ledgers) l ORDER BY l LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('audit ' || p_measure, ledger));
        WITH inside AS MATERIALIZED (
            SELECT t.block, n.atom, n.kind, n.people
            FROM (SELECT p.atom, a.kind, count(*) AS people FROM unnest(p_units, p_kinds) AS a (unit, kind)
                LEFT JOIN LATERAL (SELECT p.atom FROM audit_place p
                    WHERE p.org_id = ledger AND p.measure = p_measure AND p.unit = a.unit LIMIT 1) p ON true
                GROUP BY 1, 2) n
            LEFT JOIN LATERAL (SELECT t.block FROM audit_atom t
                WHERE t.org_id = ledger AND t.measure = p_measure AND t.atom = n.atom LIMIT 1) t ON true),
        -- Every atom of the blocks that the row touches, and how many of it are not in the row.
        touched AS MATERIALIZED (
            SELECT t.block, t.people - coalesce(sum(i.people), 0) AS outside, count(i.people) AS met
            FROM (SELECT DISTINCT i.block FROM inside i WHERE i.block IS NOT NULL) b
            CROSS JOIN LATERAL (SELECT t.atom, t.block, t.people FROM audit_atom t
                WHERE t.org_id = ledger AND t.measure = p_measure AND t.block = b.block OFFSET 0) t
            LEFT JOIN inside i ON i.atom = t.atom
            GROUP BY t.block, t.atom, t.people)
        SELECT EXISTS (SELECT FROM inside i WHERE i.people < few)
            OR EXISTS (SELECT FROM inside i GROUP BY i.block HAVING count(DISTINCT i.kind) < cardinality(p_wanted))
            OR EXISTS (SELECT FROM touched t WHERE t.met = 0 OR t.outside BETWEEN 1 AND few - 1)
            OR EXISTS (SELECT FROM touched t GROUP BY t.block HAVING min(t.outside) = 0 AND max(t.outside) > 0),
            EXISTS (SELECT FROM inside i WHERE i.block IS NULL) OR EXISTS (SELECT FROM touched t WHERE t.outside > 0 OR t.met > 1)
        INTO breach, divides;
        IF breach THEN RETURN false; END IF;
        IF divides THEN telling := telling || ledger; END IF;
    END LOOP;
    -- Whoever is in the row moves to blocks and atoms of their own; a row that tells nothing new needs no keeping.
    FOREACH ledger IN ARRAY telling LOOP
        WITH placed AS MATERIALIZED (
            SELECT a.unit, a.kind, coalesce(p.atom, 0) AS atom FROM unnest(p_units, p_kinds) AS a (unit, kind)
            LEFT JOIN LATERAL (SELECT p.atom FROM audit_place p
                WHERE p.org_id = ledger AND p.measure = p_measure AND p.unit = a.unit LIMIT 1) p ON true),
        put AS MATERIALIZED (
            SELECT n.atom, n.kind, n.people, coalesce(t.block, 0) AS block
            FROM (SELECT p.atom, p.kind, count(*) AS people FROM placed p GROUP BY 1, 2) n
            LEFT JOIN LATERAL (SELECT t.block FROM audit_atom t
                WHERE t.org_id = ledger AND t.measure = p_measure AND t.atom = n.atom LIMIT 1) t ON true),
        made AS MATERIALIZED (
            SELECT p.block, p.atom, p.kind, p.people,
                top.block + dense_rank() OVER (ORDER BY p.block) AS new_block,
                top.atom + row_number() OVER (ORDER BY p.block, p.atom, p.kind) AS new_atom
            FROM put p, (SELECT coalesce(max(t.block), 0) AS block, coalesce(max(t.atom), 0) AS atom FROM audit_atom t
                WHERE t.org_id = ledger AND t.measure = p_measure) top),
        fewer AS (
            UPDATE audit_atom t SET people = t.people - m.people FROM (SELECT m.atom, sum(m.people) AS people FROM made m GROUP BY 1) m
            WHERE t.org_id = ledger AND t.measure = p_measure AND t.atom = m.atom),
        more AS (
            INSERT INTO audit_atom (org_id, measure, atom, block, people)
            SELECT ledger, p_measure, m.new_atom, m.new_block, m.people FROM made m)
        INSERT INTO audit_place (org_id, measure, unit, atom)
        SELECT ledger, p_measure, p.unit, m.new_atom
        FROM placed p JOIN made m ON m.atom = p.atom AND m.kind = p.kind
        ON CONFLICT (org_id, measure, unit) DO UPDATE SET atom = excluded.atom;
        DELETE FROM audit_atom t WHERE t.org_id = ledger AND t.measure = p_measure AND t.people = 0;
    END LOOP;
    RETURN true;
END $$""",
        (),
    ),
    # Who counts in the figures of whoever runs the cohorts, as of the beginning of a day: each person once, in their first board
    # cohort, else in their first cohort. kind: 1 a woman, 2 a man, 0 another, or not said.
    "figure_people(integer, date)": (
        """
CREATE FUNCTION figure_people(p_org integer, p_on date) RETURNS TABLE (
    person_id bigint, side text, form text, cohort_id bigint, firm_id integer, kind smallint, stages text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE until timestamptz := p_on::timestamp AT TIME ZONE 'UTC';
BEGIN
    RETURN QUERY
    SELECT e.person_id, e.side::text, e.form::text, e.cohort_id, e.firm_id,
        (CASE a.gender WHEN 'woman' THEN 1 WHEN 'man' THEN 2 ELSE 0 END)::smallint,
        array_remove(ARRAY['applied',
            CASE WHEN e.enrolled_at < until THEN 'enrolled' END,
            CASE WHEN EXISTS (SELECT FROM mentorship m WHERE m.cohort_org_id = e.org_id AND m.cohort_id = e.cohort_id
                AND m.started_at < until AND e.person_id IN (m.mentee_person_id, m.mentor_person_id)) THEN 'paired' END,
            CASE WHEN e.trained_at < until THEN 'trained' END,
            CASE WHEN e.state = 'completed' AND coalesce(e.ended_at, e.state_at, e.updated_at) < until THEN 'completed' END,
            CASE WHEN EXISTS (SELECT FROM readiness_assessment r WHERE r.cohort_org_id = e.org_id AND r.enrolment_id = e.id
                AND r.author_person_id = e.person_id AND r.given_at < until) THEN 'assessed' END
        ], NULL) || figure_outcomes(e.org_id, e.person_id, until)
    FROM (SELECT DISTINCT ON (n.person_id) n.*, c.form FROM enrolment n
        JOIN cohort c ON c.org_id = n.org_id AND c.id = n.cohort_id AND c.state NOT IN ('draft', 'cancelled')
        WHERE n.org_id = p_org AND n.created_at < until
        ORDER BY n.person_id, c.form = 'board' DESC, (n.enrolled_at < until) IS NOT TRUE, coalesce(n.enrolled_at, n.created_at), n.id) e
    LEFT JOIN equity_answer a ON a.person_id = e.person_id AND a.given_at < until;
END $$""",
        (),
    ),
    # What became of a candidate's wish to be seen: an introduction that they said yes to, a mandate that came of one.
    "figure_outcomes(integer, bigint, timestamptz)": (
        """
CREATE FUNCTION figure_outcomes(p_org integer, p_person bigint, p_until timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE outcomes text[] := '{}';
BEGIN
    IF to_regclass('introduction') IS NOT NULL THEN
        IF EXISTS (SELECT FROM introduction i WHERE i.org_id = p_org AND i.person_id = p_person AND i.decided_at < p_until
                AND i.state IN ('accepted', 'met', 'interview', 'appointed', 'not_chosen')) THEN
            outcomes := outcomes || 'introduced'::text;
        END IF;
    END IF;
    IF to_regclass('board_mandate') IS NOT NULL THEN
        IF EXISTS (SELECT FROM board_mandate m WHERE m.org_id = p_org AND m.person_id = p_person AND m.created_at < p_until
                AND m.introduction_id IS NOT NULL) THEN
            outcomes := outcomes || 'appointed'::text;
        END IF;
    END IF;
    RETURN outcomes;
END $$""",
        (),
    ),
    # Draws every row of the fixed list as of the first day of a month, once and never for an earlier month than was drawn. A row is
    # shown to whoever runs the cohorts and, where it is one firm's, to that firm: it must be safe beside all that either was shown.
    "draw_figures(date, timestamptz)": (
        f"""
CREATE FUNCTION draw_figures(p_on date, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here integer := wall_org(); least_people integer; readers integer[]; one record; of_women boolean; of_men boolean;
    drawn integer := 0;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR p_on > (p_now AT TIME ZONE 'UTC')::date THEN RETURN 0; END IF;
    -- Drawings take turns: rows of one firm are shown by several networks.
    PERFORM pg_advisory_xact_lock(hashtextextended('figures', 0));
    IF EXISTS (SELECT FROM figure_drawing d WHERE d.org_id = here AND d.drawn_on >= p_on) THEN RETURN 0; END IF;
    INSERT INTO figure_drawing (org_id, drawn_on, drawn_at) VALUES (here, p_on, p_now);
    least_people := coalesce((SELECT s.minimum_group FROM evaluation_setting s WHERE s.org_id = here), 5);
    FOR one IN
        SELECT p.side, s.form, s.cohort_id, s.firm_id, t.stage, array_agg(p.person_id) AS people, array_agg(p.kind) AS kinds
        FROM figure_people(here, p_on) p
        CROSS JOIN LATERAL unnest(p.stages) AS t (stage)
        CROSS JOIN LATERAL (VALUES (1, '', NULL::bigint, NULL::integer), (2, p.form, NULL, NULL), (3, p.form, p.cohort_id, NULL),
            (4, p.form, NULL, p.firm_id), (5, '', NULL, p.firm_id), (6, p.form, p.cohort_id, p.firm_id))
            AS s (place, form, cohort_id, firm_id)
        WHERE s.place < 4 OR s.firm_id IS NOT NULL
        GROUP BY p.side, s.place, s.form, s.cohort_id, s.firm_id, t.stage
        HAVING count(*) >= least_people
        -- The stages of all and of each cohort first, then the firms as far as that leaves room.
        ORDER BY p.side, s.place > 3, array_position(ARRAY[{", ".join(f"'{one}'" for one in STAGES)}], t.stage), s.place,
            s.form, s.cohort_id, s.firm_id
    LOOP
        readers := array_remove(ARRAY[here, one.firm_id], NULL);
        CONTINUE WHEN NOT audited(readers, 'people', one.people, array_fill(0::smallint, ARRAY[cardinality(one.people)]),
            '{{0}}', least_people);
        of_women := audited(readers, 'women', one.people, ARRAY(SELECT (k = 1)::integer::smallint FROM unnest(one.kinds)
            WITH ORDINALITY AS x (k, n) ORDER BY n), '{{0,1}}', least_people);
        of_men := of_women AND audited(readers, 'gender', one.people, one.kinds, '{{0,1,2}}', least_people);
        INSERT INTO released_figure (org_id, drawn_on, side, form, cohort_id, firm_id, stage, least, people, women, men)
        VALUES (here, p_on, one.side, one.form, coalesce(one.cohort_id, 0), coalesce(one.firm_id, 0), one.stage,
            least_people, cardinality(one.people),
            CASE WHEN of_women THEN (SELECT count(*) FROM unnest(one.kinds) k WHERE k = 1) END,
            CASE WHEN of_men THEN (SELECT count(*) FROM unnest(one.kinds) k WHERE k = 2) END);
        drawn := drawn + 1;
    END LOOP;
    RETURN drawn;
END $$""",
        ("worker",),
    ),
    "organisations_with_due_figures(date)": (
        """
CREATE FUNCTION organisations_with_due_figures(p_on date) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT c.org_id FROM cohort c WHERE c.state NOT IN ('draft', 'cancelled')
        AND NOT EXISTS (SELECT FROM figure_drawing d WHERE d.org_id = c.org_id AND d.drawn_on >= p_on)
$$""",
        ("worker",),
    ),
    # Whoever is erased goes on being counted in what was shown, as nobody: else the next figure would give them away.
    "forget_audited()": (
        """
CREATE FUNCTION forget_audited() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE nobody bigint := -('x' || left(replace(gen_random_uuid()::text, '-', ''), 15))::bit(60)::bigint;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'erasure' THEN RETURN; END IF;
    UPDATE audit_place SET unit = nobody WHERE unit = wall_person();
END $$""",
        ("worker",),
    ),
}

# (table, name, role, command, using, check)
POLICIES = (
    # What somebody says of themselves is theirs: no organisation, and nobody who looks after people, has a policy.
    ("equity_answer", "web_own", "web", "ALL", OWN, OWN),
    ("equity_answer", "worker_export", "worker", "SELECT", f"wall_role() = 'export' AND {OWN}", None),
    ("equity_answer", "worker_erasure", "worker", "ALL", f"wall_role() = 'erasure' AND {OWN}", f"wall_role() = 'erasure' AND {OWN}"),
    ("equity_answer", "operator", "operator", "INSERT", None, "true"),
    ("equity_answer", "gate_select", "gate", "SELECT", "true", None),
    ("evaluation_setting", "web_all", "web", "ALL", f"org_id = wall_org() AND {LOOKS_AFTER}", f"org_id = wall_org() AND {LOOKS_AFTER}"),
    ("evaluation_setting", "operator", "operator", "ALL", "true", None),
    ("evaluation_setting", "gate_select", "gate", "SELECT", "true", None),
    ("figure_drawing", "web_select", "web", "SELECT", f"org_id = wall_org() AND {LOOKS_AFTER}", None),
    ("figure_drawing", "operator", "operator", "ALL", "true", None),
    ("figure_drawing", "gate_all", "gate", "ALL", "true", None),
    ("released_figure", "web_select", "web", "SELECT", f"wall_org() IN (org_id, firm_id) AND {LOOKS_AFTER}", None),
    ("released_figure", "operator", "operator", "ALL", "true", None),
    ("released_figure", "gate_all", "gate", "ALL", "true", None),
    # Who stands where in a ledger says more than any figure: nobody reads it but the gate.
    *((table, "gate_all", "gate", "ALL", "true", None) for table in ("audit_atom", "audit_place")),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON equity_answer TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON evaluation_setting TO passerelle_web;
GRANT SELECT ON figure_drawing, released_figure TO passerelle_web;
GRANT SELECT, DELETE ON equity_answer TO passerelle_worker;
GRANT INSERT ON equity_answer TO passerelle_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON evaluation_setting, figure_drawing, released_figure TO passerelle_operator;
GRANT SELECT ON equity_answer, evaluation_setting TO passerelle_gate;
GRANT SELECT, INSERT ON figure_drawing, released_figure TO passerelle_gate;
GRANT SELECT, INSERT, UPDATE ON audit_place TO passerelle_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_atom TO passerelle_gate;
"""

# Of what becomes of candidates the gate counts who, and reads nothing else.
OUTCOMES = """
DO $$ BEGIN
    IF to_regclass('{0}') IS NOT NULL THEN
        GRANT SELECT ON {0} TO passerelle_gate;
        CREATE POLICY gate_counts ON {0} FOR SELECT TO passerelle_gate USING (true);
    END IF;
END $$
"""
NO_OUTCOMES = "DO $$ BEGIN IF to_regclass('{0}') IS NOT NULL THEN DROP POLICY gate_counts ON {0}; END IF; END $$"


def _org(table: str) -> sa.Column[int]:
    return sa.Column(
        "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name=f"fk_{table}_org_id"), nullable=False
    )


def _person(table: str) -> sa.Column[int]:
    return sa.Column(
        "person_id", sa.BigInteger(), sa.ForeignKey("person.id", name=f"fk_{table}_person_id"), nullable=False
    )


def _col(name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)


def _tables() -> None:
    op.create_table(
        "equity_answer",
        _person("equity_answer"),
        sa.Column(
            "gender",
            sa.Enum(
                "woman", "man", "another", "unsaid", name="gender", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        _col("statement", sa.SmallInteger()),
        _col("given_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("person_id", name="pk_equity_answer"),
    )
    op.create_table(
        "evaluation_setting",
        _org("evaluation_setting"),
        _col("minimum_group", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("org_id", name="pk_evaluation_setting"),
        sa.CheckConstraint("minimum_group BETWEEN 5 AND 100", name="never_below_five"),
    )
    op.create_table(
        "figure_drawing",
        _org("figure_drawing"),
        _col("drawn_on", sa.Date()),
        _col("drawn_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("org_id", "drawn_on", name="pk_figure_drawing"),
        sa.CheckConstraint("extract(day FROM drawn_on) = 1", name="first_of_a_month"),
    )
    op.create_table(
        "released_figure",
        _org("released_figure"),
        _col("drawn_on", sa.Date()),
        _col("side", sa.String(20)),
        _col("form", sa.String(40)),
        _col("cohort_id", sa.BigInteger()),
        _col("firm_id", sa.Integer()),
        _col("stage", sa.String(20)),
        _col("least", sa.SmallInteger()),
        _col("people", sa.Integer()),
        _col("women", sa.Integer(), nullable=True),
        _col("men", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "org_id", "drawn_on", "side", "stage", "form", "cohort_id", "firm_id", name="pk_released_figure"
        ),
        sa.CheckConstraint("people >= 5", name="never_below_five"),
    )
    op.create_index("ix_released_figure_firm_id", "released_figure", ["firm_id", "drawn_on"])
    op.create_table(
        "audit_atom",
        _org("audit_atom"),
        _col("measure", sa.String(80)),
        _col("atom", sa.BigInteger()),
        _col("block", sa.BigInteger()),
        _col("people", sa.BigInteger()),
        sa.PrimaryKeyConstraint("org_id", "measure", "atom", name="pk_audit_atom"),
    )
    op.create_index("ix_audit_atom_block", "audit_atom", ["org_id", "measure", "block"])
    op.create_table(
        "audit_place",
        _org("audit_place"),
        _col("measure", sa.String(80)),
        _col("unit", sa.BigInteger()),
        _col("atom", sa.BigInteger()),
        sa.PrimaryKeyConstraint("org_id", "measure", "unit", name="pk_audit_place"),
    )
    op.create_index("ix_audit_place_unit", "audit_place", ["unit"])
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    execute(GRANTS)
    for table in ("introduction", "board_mandate"):
        execute(OUTCOMES.format(table))
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, (definition, roles) in FUNCTIONS.items():
        execute(definition)
        execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def downgrade() -> None:
    for table in ("introduction", "board_mandate"):
        op.get_bind().exec_driver_sql(NO_OUTCOMES.format(table))
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
