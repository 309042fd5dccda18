"""Lessons of a cohort, and its report: figures that may be handed over, the facts beside them, and the papers.

A report's figures leave as all figures about people do (0045): a function of the gate counts, asks ``audited`` whether a row may
be shown, and writes down what may. Because the report is handed on, a row must be safe beside all that the organisation which runs the
cohort was shown, and beside all that each firm that takes part was.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("cohort_lesson", "cohort_report", "report_figure", "report_paper")

FUNCTIONS = {
    # Everybody who was ever on the way into one cohort, once on each side, with what became of them there.
    "report_people(integer, bigint)": (
        """
CREATE FUNCTION report_people(p_org integer, p_cohort bigint) RETURNS TABLE (
    person_id bigint, side text, firm_id integer, kind smallint, stages text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT e.person_id, e.side, e.firm_id,
        (CASE a.gender WHEN 'woman' THEN 1 WHEN 'man' THEN 2 ELSE 0 END)::smallint,
        array_remove(ARRAY['applied',
            CASE WHEN e.enrolled THEN 'enrolled' END,
            CASE WHEN e.enrolled AND EXISTS (SELECT FROM mentorship m WHERE m.cohort_org_id = p_org AND m.cohort_id = p_cohort
                AND e.person_id IN (m.mentee_person_id, m.mentor_person_id)) THEN 'paired' END,
            CASE WHEN e.completed THEN 'completed' END], NULL)
    FROM (SELECT n.person_id, n.side::text AS side,
            (array_agg(n.firm_id ORDER BY n.id DESC) FILTER (WHERE n.firm_id IS NOT NULL))[1] AS firm_id,
            bool_or(n.enrolled_at IS NOT NULL) AS enrolled, bool_or(n.state = 'completed') AS completed
        FROM enrolment n WHERE n.org_id = p_org AND n.cohort_id = p_cohort GROUP BY n.person_id, n.side) e
    LEFT JOIN equity_answer a ON a.person_id = e.person_id;
END $$""",
        (),
    ),
    # Sets of people that the report counts, in the order in which they are asked for.
    "report_rows(integer, bigint)": (
        """
CREATE FUNCTION report_rows(p_org integer, p_cohort bigint) RETURNS TABLE (
    place integer, name text, side text, firm_id integer, people bigint[], kinds smallint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT array_position(ARRAY['enrolled', 'completed', 'applied', 'paired'], t.stage) + s.place, t.stage, p.side, s.firm_id,
        array_agg(p.person_id), array_agg(p.kind)
    FROM report_people(p_org, p_cohort) p CROSS JOIN LATERAL unnest(p.stages) AS t (stage)
    CROSS JOIN LATERAL (VALUES (0, 0), (50, p.firm_id)) AS s (place, firm_id)
    WHERE s.place = 0 OR (s.firm_id IS NOT NULL AND t.stage = 'enrolled')
    GROUP BY p.side, t.stage, s.place, s.firm_id
    UNION ALL
    -- Whom the version of the match that was published last gives a mentor.
    SELECT 10, 'matched', 'mentee', 0, array_agg(DISTINCT e.person_id), NULL
    FROM match_proposal p JOIN enrolment e ON e.org_id = p_org AND e.id = p.mentee_enrolment_id
    WHERE p.org_id = p_org AND p.run_id = (SELECT r.id FROM match_run r WHERE r.org_id = p_org AND r.cohort_org_id = p_org
        AND r.cohort_id = p_cohort AND r.published_at IS NOT NULL AND r.after_no_of IS NULL ORDER BY r.number DESC LIMIT 1)
    ORDER BY 1, 2, 3, 4;
END $$""",
        (),
    ),
    # What of the report may be shown and is not shown yet. A figure that was shown stays as it is; asked again are those withheld.
    "draw_report(bigint, timestamptz)": (
        """
CREATE FUNCTION draw_report(p_cohort bigint, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here integer := wall_org(); few integer; readers integer[]; one record; told record; drawn integer := 0;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN 0; END IF;
    SELECT array_remove(ARRAY[here] || c.parties, NULL) INTO readers FROM cohort c
    WHERE c.org_id = here AND c.id = p_cohort AND c.state = 'closed';
    IF NOT FOUND THEN RETURN 0; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('figures', 0));
    few := coalesce((SELECT s.minimum_group FROM evaluation_setting s WHERE s.org_id = here), 5);
    FOR one IN SELECT r.* FROM report_rows(here, p_cohort) r WHERE NOT EXISTS (SELECT FROM report_figure f WHERE f.org_id = here
        AND f.cohort_id = p_cohort AND f.name = r.name AND f.side = r.side AND f.firm_id = r.firm_id)
    LOOP
        CONTINUE WHEN coalesce(cardinality(one.people), 0) < few OR NOT audited(readers, 'people', one.people,
            array_fill(0::smallint, ARRAY[cardinality(one.people)]), '{0}', few);
        INSERT INTO report_figure (org_id, cohort_id, name, side, firm_id, people, amount, shown_at)
        VALUES (here, p_cohort, one.name, one.side, one.firm_id, cardinality(one.people), NULL, p_now);
        drawn := drawn + 1;
    END LOOP;
    -- Women first, and men only where whoever is left over may be counted too.
    FOR one IN SELECT r.* FROM report_rows(here, p_cohort) r JOIN report_figure f ON f.org_id = here AND f.cohort_id = p_cohort
        AND f.name = r.name AND f.side = r.side AND f.firm_id = 0 AND f.people = cardinality(r.people)
        WHERE r.firm_id = 0 AND r.name IN ('applied', 'enrolled', 'paired', 'completed') LOOP
        FOR told IN SELECT * FROM (VALUES ('women', 'women', 1, '{0,1}'::smallint[]), ('men', 'gender', 2, '{0,1,2}'))
            AS v (name, measure, kind, wanted) LOOP
            CONTINUE WHEN EXISTS (SELECT FROM report_figure f WHERE f.org_id = here AND f.cohort_id = p_cohort
                AND f.name = one.name || '_' || told.name AND f.side = one.side AND f.firm_id = 0);
            EXIT WHEN NOT audited(readers, told.measure, one.people, CASE WHEN told.name = 'women' THEN
                ARRAY(SELECT (k = 1)::integer::smallint FROM unnest(one.kinds) WITH ORDINALITY AS x (k, n) ORDER BY n) ELSE one.kinds END,
                told.wanted, few);
            INSERT INTO report_figure (org_id, cohort_id, name, side, firm_id, people, amount, shown_at)
            VALUES (here, p_cohort, one.name || '_' || told.name, one.side, 0, cardinality(one.people),
                (SELECT count(*) FROM unnest(one.kinds) k WHERE k = told.kind), p_now);
            drawn := drawn + 1;
        END LOOP;
    END LOOP;
    -- What pairs, requests and people came to, in the ledgers of the measures that are drawn each month (0053).
    FOR told IN SELECT * FROM (VALUES ('places', false), ('meetings', false), ('hours', false), ('first_meeting', false),
        ('answer_time', false), ('acceptance', true), ('goals', true), ('planned_end', true), ('trained', true)) AS v (name, share)
    LOOP
        FOR one IN EXECUTE format($q$
            SELECT s.side, s.firm_id, array_agg(u.unit) AS units, sum(u.value) AS total,
                array_agg(CASE WHEN $1 THEN u.value ELSE 0 END::smallint) AS kinds
            FROM %%I($2, $3) u
            CROSS JOIN LATERAL (VALUES (1, '', 0), (2, 'mentee', u.mentee_firm), (3, 'mentor', u.mentor_firm)) AS s (place, side, firm_id)
            WHERE u.cohort_id = $4 AND (s.place = 1 OR ($6 IN ('places', 'hours') AND s.firm_id IS NOT NULL))
              AND NOT EXISTS (SELECT FROM report_figure f WHERE f.org_id = $2 AND f.cohort_id = $4 AND f.name = $6
                AND f.side = s.side AND f.firm_id = s.firm_id)
            GROUP BY s.place, s.side, s.firm_id
            HAVING count(*) >= $5 AND count(*) FILTER (WHERE u.value > 0) >= $5
            ORDER BY s.place, s.side, s.firm_id
        $q$, 'measured_' || told.name) USING told.share, here, p_now, p_cohort, few, told.name
        LOOP
            CONTINUE WHEN NOT audited(readers, 'measure ' || told.name, one.units, one.kinds,
                CASE WHEN told.share THEN '{0,1}'::smallint[] ELSE '{0}' END, few);
            INSERT INTO report_figure (org_id, cohort_id, name, side, firm_id, people, amount, shown_at)
            VALUES (here, p_cohort, told.name, one.side, one.firm_id, cardinality(one.units), one.total, p_now);
            drawn := drawn + 1;
        END LOOP;
    END LOOP;
    RETURN drawn;
END $$""",
        ("worker",),
    ),
    # Whether the records of a cohort are there on which its evidence stands; never how many people they are about.
    "cohort_evidence(bigint)": (
        """
CREATE FUNCTION cohort_evidence(p_cohort bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here integer := wall_org(); found jsonb;
BEGIN
    IF NOT wall_sealed() OR NOT (wall_coordinates() OR wall_role() = 'system') THEN RETURN NULL; END IF;
    SELECT jsonb_build_object(
        'aims', c.choices #>> '{aims,en}' <> '' OR c.choices #>> '{aims,fr}' <> '',
        'audience', c.choices #>> '{audience,en}' <> '' OR c.choices #>> '{audience,fr}' <> '',
        'indicators', jsonb_array_length(coalesce(c.choices -> 'indicators', '[]')) > 0,
        'goals', EXISTS (SELECT FROM mentorship m JOIN goal g ON g.org_id = m.org_id AND g.mentorship_id = m.id
            WHERE m.cohort_org_id = here AND m.cohort_id = p_cohort),
        'eligibility', jsonb_array_length(coalesce(c.choices #> '{mentees,eligibility}', '[]')) > 0
            OR jsonb_array_length(coalesce(c.choices #> '{mentors,eligibility}', '[]')) > 0,
        'mentor_training', EXISTS (SELECT FROM training_module t WHERE t.org_id = here AND t.cohort_id = p_cohort
            AND t.removed_at IS NULL AND t.sides && ARRAY['mentor', 'peer']),
        'mentee_training', EXISTS (SELECT FROM training_module t WHERE t.org_id = here AND t.cohort_id = p_cohort
            AND t.removed_at IS NULL AND t.sides && ARRAY['mentee', 'peer']),
        'launch', EXISTS (SELECT FROM event e WHERE e.org_id = here AND e.cohort_id = p_cohort AND e.state = 'published'),
        'proof', EXISTS (SELECT FROM match_run r WHERE r.cohort_org_id = here AND r.cohort_id = p_cohort
            AND r.published_at IS NOT NULL AND (r.answer ->> 'optimal')::boolean),
        'chosen', c.choices ->> 'matching' IN ('self', 'both') OR EXISTS (SELECT FROM mentorship m
            JOIN mentoring_request q ON q.org_id = m.org_id AND q.id = m.request_id
            WHERE m.cohort_org_id = here AND m.cohort_id = p_cohort AND q.state = 'confirmed'),
        'agreement', EXISTS (SELECT FROM mentorship m JOIN mentoring_agreement a ON a.org_id = m.org_id AND a.mentorship_id = m.id
            AND a.in_force_at IS NOT NULL WHERE m.cohort_org_id = here AND m.cohort_id = p_cohort),
        'safeguarding', c.form <> 'external' OR c.choices #>> '{safeguarding,en}' <> '' OR c.choices #>> '{safeguarding,fr}' <> '',
        'check_ins', EXISTS (SELECT FROM mentorship m JOIN check_in k ON k.org_id = m.org_id AND k.mentorship_id = m.id
            WHERE m.cohort_org_id = here AND m.cohort_id = p_cohort),
        'mid_point', EXISTS (SELECT FROM questionnaire_round r WHERE r.org_id = here AND r.cohort_id = p_cohort
            AND r.moment IN ('start', 'mid_point') AND r.state = 'closed'),
        'end', EXISTS (SELECT FROM questionnaire_round r WHERE r.org_id = here AND r.cohort_id = p_cohort
            AND r.moment = 'end' AND r.state = 'closed'),
        'figures', EXISTS (SELECT FROM report_figure f WHERE f.org_id = here AND f.cohort_id = p_cohort),
        'lessons', EXISTS (SELECT FROM cohort_lesson l WHERE l.org_id = here AND l.cohort_id = p_cohort),
        'timeline', EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = here AND p.cohort_id = p_cohort AND p.opened_at IS NOT NULL))
    INTO found FROM cohort c WHERE c.org_id = here AND c.id = p_cohort;
    RETURN found;
END $$""",
        ("web", "worker"),
    ),
}

RUNS = f"org_id = wall_org() AND wall_coordinates() AND {S}"
KEPT = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"
SEATED = "cohort_id IN (SELECT s.cohort_id FROM committee_seats() s)"
OWN = "author_person_id = wall_person()"
SEES = f"({RUNS}) OR ({SEATED} AND {S})"

# (table, name, role, command, using, check)
POLICIES = (
    ("cohort_lesson", "web_select", "web", "SELECT", SEES, None),
    ("cohort_lesson", "web_insert", "web", "INSERT", None, f"{OWN} AND ({SEES})"),
    ("cohort_lesson", "web_update", "web", "UPDATE", f"{OWN} AND ({SEES})", f"{OWN} AND ({SEES})"),
    ("cohort_lesson", "web_delete", "web", "DELETE", f"({RUNS}) OR ({OWN} AND {SEATED} AND {S})", None),
    ("cohort_lesson", "worker_select", "worker", "SELECT", KEPT, None),
    ("cohort_report", "web_select", "web", "SELECT", RUNS, None),
    ("cohort_report", "web_insert", "web", "INSERT", None, f"{RUNS} AND asked_by_id = wall_person() AND state = 'drawing'"),
    ("cohort_report", "web_update", "web", "UPDATE", RUNS, f"{RUNS} AND asked_by_id = wall_person() AND state = 'drawing'"),
    ("cohort_report", "worker_all", "worker", "ALL", KEPT, KEPT),
    ("report_figure", "web_select", "web", "SELECT", RUNS, None),
    ("report_figure", "worker_select", "worker", "SELECT", KEPT, None),
    ("report_paper", "web_select", "web", "SELECT", RUNS, None),
    ("report_paper", "worker_all", "worker", "ALL", KEPT, KEPT),
    *((table, "operator", "operator", "ALL", "true", None) for table in TABLES),
    *((table, "gate_select", "gate", "SELECT", "true", None) for table in ("cohort_lesson", "report_figure")),
    ("report_figure", "gate_insert", "gate", "INSERT", None, "true"),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT, DELETE ON cohort_lesson TO passerelle_web;
GRANT UPDATE (kind, theme, words, next_time, updated_at) ON cohort_lesson TO passerelle_web;
GRANT SELECT, INSERT ON cohort_report TO passerelle_web;
GRANT UPDATE (state, done, asked_by_id, asked_at) ON cohort_report TO passerelle_web;
GRANT SELECT ON report_figure, report_paper TO passerelle_web;
GRANT SELECT ON cohort_lesson, report_figure TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE ON cohort_report TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON report_paper TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON cohort_lesson, cohort_report, report_figure, report_paper TO passerelle_operator;
GRANT SELECT ON cohort_lesson TO passerelle_gate;
GRANT SELECT, INSERT ON report_figure TO passerelle_gate;
"""


def _col(name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False, **more: object) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable, **more)  # type: ignore[arg-type]


def _refers(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _one_of(column: str, name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _of_cohort(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], name=f"fk_{table}_org_id_cohort_id", ondelete="CASCADE"
    )


def _tables() -> None:
    big, moment = sa.BigInteger(), sa.DateTime(timezone=True)
    op.create_table(
        "cohort_lesson",
        _refers("cohort_lesson", "org_id", "organisation"),
        _col("id", big),
        _col("cohort_id", big),
        _one_of("kind", "lessonkind", "kept", "stopped", "changed"),
        _col("theme", sa.String(40)),
        _col("words", sa.String(1000)),
        _col("next_time", postgresql.JSONB(), server_default="{}"),
        _col("of_committee", sa.Boolean()),
        _refers("cohort_lesson", "author_person_id", "person"),
        _col("written_at", moment),
        _col("updated_at", moment),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_cohort_lesson"),
        _of_cohort("cohort_lesson"),
    )
    op.create_index("ix_cohort_lesson_cohort_id", "cohort_lesson", ["org_id", "cohort_id"])
    op.create_table(
        "cohort_report",
        _refers("cohort_report", "org_id", "organisation"),
        _col("cohort_id", big),
        _one_of("state", "reportstate", "drawing", "ready"),
        _col("done", sa.SmallInteger()),
        _col("facts", postgresql.JSONB(), server_default="{}"),
        _refers("cohort_report", "asked_by_id", "person", nullable=True),
        _col("asked_at", moment),
        _col("drawn_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("org_id", "cohort_id", name="pk_cohort_report"),
        _of_cohort("cohort_report"),
    )
    op.create_table(
        "report_figure",
        _refers("report_figure", "org_id", "organisation"),
        _col("cohort_id", big),
        _col("name", sa.String(40)),
        _col("side", sa.String(20)),
        _col("firm_id", sa.Integer()),
        _col("people", sa.Integer()),
        _col("amount", sa.Numeric(), nullable=True),
        _col("shown_at", moment),
        sa.PrimaryKeyConstraint("org_id", "cohort_id", "name", "side", "firm_id", name="pk_report_figure"),
        sa.CheckConstraint("people >= 5", name="never_below_five"),
        _of_cohort("report_figure"),
    )
    op.create_table(
        "report_paper",
        _refers("report_paper", "org_id", "organisation"),
        _col("cohort_id", big),
        _one_of("kind", "reportpaperkind", "report", "evidence"),
        _col("locale", sa.String(5)),
        _col("content", sa.LargeBinary()),
        _col("drawn_at", moment),
        sa.PrimaryKeyConstraint("org_id", "cohort_id", "kind", "locale", name="pk_report_paper"),
        _of_cohort("report_paper"),
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    execute(GRANTS)
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
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
