"""Measures of programmes, what they cost, live counts, and who wishes to read them by letter.

A measure is a function of the gate, ``measured_<name>``, that says for each unit (a pair, a request, a person) what it counts as.
``draw_measures`` asks ``audited`` (0045) of each row and writes down what may be shown; pages read that and cannot count.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
LOOKS_AFTER = f"wall_coordinates() AND {S}"
OURS = f"org_id = wall_org() AND {LOOKS_AFTER}"
OWN = f"person_id = wall_person() AND {S}"
TABLES = ("measure_drawing", "released_measure", "cohort_cost", "dashboard_digest")

# Every measure gives for each unit: its cohort, the firms that its mentee and its mentor take part for, and a value.
PAIRS = """FROM mentorship m JOIN cohort c ON c.org_id = m.cohort_org_id AND c.id = m.cohort_id
    AND c.state NOT IN ('draft', 'cancelled')
    WHERE c.org_id = p_org AND m.started_at < p_until"""
OF_PAIR = "m.id, c.form::text, c.id, m.org_id, m.mentor_org_id"
HELD = "g.org_id = m.org_id AND g.mentorship_id = m.id AND g.state = 'held' AND g.ends_at < p_until"
ENDED = "m.state = 'ended' AND m.ended_at < p_until"
PLANNED = """EXISTS (SELECT FROM mentorship_closure k WHERE k.org_id = m.org_id AND k.mentorship_id = m.id
        AND k.outcome = 'closed')"""
REQUESTS = """FROM mentoring_request r JOIN cohort c ON c.org_id = r.cohort_org_id AND c.id = r.cohort_id
    AND c.state NOT IN ('draft', 'cancelled')
    WHERE c.org_id = p_org AND r.sent_at IS NOT NULL"""
OF_REQUEST = "r.id, c.form::text, c.id, r.org_id, r.mentor_org_id"
PEOPLE = """FROM enrolment e JOIN cohort c ON c.org_id = e.org_id AND c.id = e.cohort_id AND c.state NOT IN ('draft', 'cancelled')
    WHERE e.org_id = p_org AND e.created_at < p_until"""
# What became of people is drawn of cohorts as a whole: whoever left is with no firm any more.
OF_PERSON = "e.id, c.form::text, c.id, NULL::integer, NULL::integer"
A_YEAR_AGO = "c.launch_on + 365 <= (p_until AT TIME ZONE 'UTC')::date"
HAD_A_PAIR = """EXISTS (SELECT FROM mentorship m WHERE m.cohort_org_id = e.org_id AND m.cohort_id = e.cohort_id
        AND e.person_id IN (m.mentee_person_id, m.mentor_person_id))"""
STAYED = f"""SELECT {OF_PERSON}, (NOT EXISTS (SELECT FROM affiliation a WHERE a.person_id = e.person_id
        AND a.ended_on > c.launch_on AND a.ended_on <= c.launch_on + 365))::integer
    {PEOPLE} AND e.side = 'mentee' AND {A_YEAR_AGO}"""

# name: (whether it is a share, what it counts). Of a share each answer is protected, of a sum each part of it.
MEASURES = {
    "places": (False, f"SELECT {OF_PAIR}, 1 {PAIRS}"),
    "meetings": (False, f"SELECT {OF_PAIR}, (SELECT count(*) FROM meeting g WHERE {HELD}) {PAIRS}"),
    "hours": (
        False,
        f"""SELECT {OF_PAIR}, (SELECT coalesce(sum(extract(epoch FROM g.ends_at - g.starts_at)::integer / 60), 0)
        FROM meeting g WHERE {HELD}) {PAIRS}""",
    ),
    "first_meeting": (
        False,
        f"""SELECT {OF_PAIR}, greatest(extract(epoch FROM f.met_at - m.started_at)::integer, 0) / 86400.0
        {PAIRS.replace("WHERE", f"CROSS JOIN LATERAL (SELECT min(g.starts_at) AS met_at FROM meeting g WHERE {HELD}) f WHERE")}
        AND f.met_at IS NOT NULL""",
    ),
    "answer_time": (
        False,
        f"""SELECT {OF_REQUEST}, greatest(extract(epoch FROM coalesce(r.accepted_at, r.closed_at) - r.sent_at)::integer, 0) / 86400.0
        {REQUESTS} AND (r.accepted_at IS NOT NULL OR r.state = 'declined') AND coalesce(r.accepted_at, r.closed_at) < p_until""",
    ),
    "acceptance": (
        True,
        f"""SELECT {OF_REQUEST}, (r.accepted_at IS NOT NULL)::integer
        {REQUESTS} AND (r.accepted_at IS NOT NULL OR r.state IN ('declined', 'expired'))
        AND coalesce(r.accepted_at, r.closed_at) < p_until""",
    ),
    "goals": (
        True,
        f"""SELECT {OF_PAIR}, EXISTS (SELECT FROM goal o WHERE o.org_id = m.org_id AND o.mentorship_id = m.id
            AND o.state = 'reached')::integer
        {PAIRS} AND {ENDED} AND EXISTS (SELECT FROM goal o WHERE o.org_id = m.org_id AND o.mentorship_id = m.id)""",
    ),
    "planned_end": (True, f"SELECT {OF_PAIR}, ({PLANNED})::integer {PAIRS} AND {ENDED}"),
    "rematch": (
        True,
        f"""SELECT {OF_PAIR}, EXISTS (SELECT FROM mentorship n WHERE n.mentee_person_id = m.mentee_person_id
            AND n.cohort_org_id = m.cohort_org_id AND n.id <> m.id AND n.started_at > m.started_at
            AND n.started_at <= m.ended_at + 90 * interval '24 hours')::integer
        {PAIRS} AND m.state = 'ended' AND m.ended_at < p_until - 90 * interval '24 hours' AND NOT {PLANNED}""",
    ),
    "trained": (
        True,
        f"""SELECT e.id, c.form::text, c.id, CASE WHEN e.side <> 'mentor' THEN e.firm_id END,
            CASE WHEN e.side = 'mentor' THEN e.firm_id END, coalesce(e.trained_at < p_until, false)::integer
        {PEOPLE} AND e.enrolled_at < p_until AND c.launch_on < (p_until AT TIME ZONE 'UTC')::date
        AND EXISTS (SELECT FROM training_module t WHERE t.org_id = c.org_id AND t.cohort_id = c.id)""",
    ),
    "stayed": (True, f"{STAYED} AND {HAD_A_PAIR}"),
    "stayed_unmatched": (True, f"{STAYED} AND NOT {HAD_A_PAIR}"),
    "mandates": (
        True,
        f"""SELECT {OF_PERSON}, EXISTS (SELECT FROM board_mandate b WHERE b.person_id = e.person_id
            AND b.from_on >= c.launch_on AND b.created_at < p_until)::integer
        {PEOPLE} AND e.side = 'mentee' AND c.form = 'board' AND e.enrolled_at IS NOT NULL AND {A_YEAR_AGO}""",
    ),
}

OF_EACH = {
    f"measured_{name}(integer, timestamptz)": (
        f"""
CREATE FUNCTION measured_{name}(p_org integer, p_until timestamptz)
RETURNS TABLE (unit bigint, form text, cohort_id bigint, mentee_firm integer, mentor_firm integer, value numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT u.* FROM (SELECT x.id, x.form, x.cohort, x.mentee, x.mentor, x.value::numeric FROM
        ({statement}) x (id, form, cohort, mentee, mentor, value)) u;
END $$""",
        (),
    )
    for name, (_share, statement) in MEASURES.items()
}

FUNCTIONS = {
    **OF_EACH,
    # As draw_figures (0045): every row of the fixed list, as of the first day of a month, once and never for an earlier one.
    # A share protects what each unit counts as. A sum protects each unit's part: it is shown of enough units, of which enough
    # have something of it, and so is every difference of sums.
    "draw_measures(date, timestamptz)": (
        f"""
CREATE FUNCTION draw_measures(p_on date, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here integer := wall_org(); few integer; until timestamptz := p_on::timestamp AT TIME ZONE 'UTC';
    measure record; one record; drawn integer := 0;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR p_on > (p_now AT TIME ZONE 'UTC')::date THEN RETURN 0; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('figures', 0));
    IF EXISTS (SELECT FROM measure_drawing d WHERE d.org_id = here AND d.drawn_on >= p_on) THEN RETURN 0; END IF;
    INSERT INTO measure_drawing (org_id, drawn_on, drawn_at) VALUES (here, p_on, p_now);
    few := coalesce((SELECT s.minimum_group FROM evaluation_setting s WHERE s.org_id = here), 5);
    FOR measure IN SELECT * FROM (VALUES {", ".join(f"('{name}', {str(share).lower()})" for name, (share, _s) in MEASURES.items())})
        AS v (name, share)
    LOOP
        FOR one IN EXECUTE format($q$
            SELECT s.side, s.form, s.cohort_id, s.firm_id, array_agg(u.unit) AS units, sum(u.value) AS total,
                sum(u.value * u.value) AS squares,
                array_agg(CASE WHEN $1 THEN u.value ELSE 0 END::smallint) AS kinds
            FROM %%I($2, $3) u
            CROSS JOIN LATERAL (VALUES (1, '', '', NULL::bigint, NULL::integer), (2, '', u.form, NULL, NULL),
                (3, '', u.form, u.cohort_id, NULL), (4, 'mentee', '', NULL, u.mentee_firm), (5, 'mentor', '', NULL, u.mentor_firm),
                (6, 'mentee', u.form, u.cohort_id, u.mentee_firm), (7, 'mentor', u.form, u.cohort_id, u.mentor_firm))
                AS s (place, side, form, cohort_id, firm_id)
            WHERE s.place < 4 OR s.firm_id IS NOT NULL
            GROUP BY s.place, s.side, s.form, s.cohort_id, s.firm_id
            HAVING count(*) >= $4 AND count(*) FILTER (WHERE u.value > 0) >= $4
            ORDER BY s.place, s.form, s.cohort_id, s.firm_id
        $q$, 'measured_' || measure.name) USING measure.share, here, until, few
        LOOP
            CONTINUE WHEN NOT audited(array_remove(ARRAY[here, one.firm_id], NULL), 'measure ' || measure.name, one.units, one.kinds,
                CASE WHEN measure.share THEN '{{0,1}}'::smallint[] ELSE '{{0}}' END, few);
            INSERT INTO released_measure (org_id, drawn_on, measure, side, form, cohort_id, firm_id, least, units, total, squares)
            VALUES (here, p_on, measure.name, one.side, one.form, coalesce(one.cohort_id, 0), coalesce(one.firm_id, 0), few,
                cardinality(one.units), one.total, one.squares);
            drawn := drawn + 1;
        END LOOP;
    END LOOP;
    RETURN drawn;
END $$""",
        ("worker",),
    ),
    "organisations_with_due_measures(date)": (
        """
CREATE FUNCTION organisations_with_due_measures(p_on date) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT c.org_id FROM cohort c WHERE c.state NOT IN ('draft', 'cancelled')
        AND NOT EXISTS (SELECT FROM measure_drawing d WHERE d.org_id = c.org_id AND d.drawn_on >= p_on)
$$""",
        ("worker",),
    ),
    # What stands where in the open cohorts of p_org (0: of anybody), of whom the viewer looks after: everybody in cohorts
    # they run, else their own people. The same rows as on the boards and on the desk, counted.
    "live_tally(integer, integer, bigint, integer, bigint)": (
        """
CREATE FUNCTION live_tally(p_viewer integer, p_org integer, p_cohort bigint, p_firm integer, p_me bigint)
RETURNS TABLE (what text, side text, number bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE ours bigint[]; theirs bigint[];
BEGIN
    SELECT array_agg(c.id) FILTER (WHERE c.org_id = p_viewer), array_agg(c.id) FILTER (WHERE c.org_id <> p_viewer)
    INTO ours, theirs FROM cohort c
    WHERE c.state = 'open' AND (p_org = 0 OR c.org_id = p_org) AND (p_cohort = 0 OR c.id = p_cohort)
      AND (c.org_id = p_viewer OR p_viewer = ANY (c.parties));
    RETURN QUERY
    WITH sought AS MATERIALIZED (SELECT id, true AS own FROM unnest(ours) id UNION ALL SELECT id, false FROM unnest(theirs) id)
    SELECT x.what, x.side, count(*) FROM (
        SELECT e.state::text AS what, e.side::text AS side FROM sought s JOIN enrolment e ON e.cohort_id = s.id
        WHERE CASE WHEN s.own THEN p_firm = 0 OR e.firm_id = p_firm ELSE e.firm_id = p_viewer END
        UNION ALL
        SELECT 'request_' || r.state, '' FROM sought s JOIN mentoring_request r ON r.cohort_id = s.id
        WHERE r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted')
          AND CASE WHEN s.own THEN p_firm = 0 OR p_firm IN (r.org_id, r.mentor_org_id)
                   ELSE p_viewer = r.org_id OR (p_viewer = r.mentor_org_id AND r.sent_at IS NOT NULL) END
        UNION ALL
        SELECT 'pair_' || CASE WHEN m.state = 'running' AND p.hinted_at IS NOT NULL THEN 'quiet' ELSE m.state END, ''
        FROM sought s JOIN mentorship m ON m.cohort_id = s.id
        JOIN mentorship_pulse p ON p.org_id = m.org_id AND p.mentorship_id = m.id
        WHERE (p_me IS NULL OR p_me NOT IN (m.mentee_person_id, m.mentor_person_id))
          AND CASE WHEN s.own THEN p_firm = 0 OR p_firm IN (m.mentee_employer_id, m.mentor_employer_id)
                   ELSE p_viewer IN (m.mentee_employer_id, m.mentor_employer_id) END) x
    GROUP BY 1, 2;
END $$""",
        (),
    ),
    "live_counts(integer, bigint, integer)": (
        """
CREATE FUNCTION live_counts(p_org integer, p_cohort bigint, p_firm integer) RETURNS TABLE (what text, side text, number bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY SELECT * FROM live_tally(wall_org(), p_org, p_cohort, p_firm, wall_person());
END $$""",
        ("web",),
    ),
    # The same for the letter of those who asked for one.
    "live_counts_for_letter()": (
        """
CREATE FUNCTION live_counts_for_letter() RETURNS TABLE (what text, side text, number bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT * FROM live_tally(wall_org(), 0, 0, 0, NULL);
END $$""",
        ("worker",),
    ),
    # How many pairs of somebody's cohorts a firm's own people are in, on either side: its own coordinators know each of them.
    "own_places(integer)": (
        """
CREATE FUNCTION own_places(p_org integer) RETURNS TABLE (side text, begun bigint, under_way bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY
    SELECT x.side, count(*), count(*) FILTER (WHERE x.state <> 'ended') FROM (
        SELECT 'mentee' AS side, m.state FROM mentorship m WHERE m.org_id = wall_org() AND m.cohort_org_id = p_org
        UNION ALL
        SELECT 'mentor', m.state FROM mentorship m WHERE m.mentor_org_id = wall_org() AND m.cohort_org_id = p_org) x
    GROUP BY 1;
END $$""",
        ("web",),
    ),
    # Figures of closed rounds (0050), summed over a cohort, or (0) over all of those that closed since a day: who gave one of
    # the high answers, among all who answered. A round's line counts where every group of it is of high answers only, or of none.
    "answer_totals(bigint, timestamptz, text[], text[], text[])": (
        """
CREATE FUNCTION answer_totals(p_cohort bigint, p_since timestamptz, p_questions text[], p_parts text[], p_high text[])
RETURNS TABLE (question text, part text, moment text, audience text, rounds bigint, people bigint, high bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE here integer := wall_org();
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY
    SELECT x.question, x.part, x.moment, x.audience, count(*), sum(x.people)::bigint, sum(x.high)::bigint
    FROM (
        SELECT q.question, q.part, r.moment::text, r.audience::text, sum(f.people) AS people,
            coalesce(sum(f.people) FILTER (WHERE f.answers <@ q.high), 0) AS high,
            bool_and(f.answers <@ q.high OR NOT f.answers && q.high) AS apart
        FROM questionnaire_round r
        JOIN round_figure f ON f.org_id = r.org_id AND f.round_id = r.id
        JOIN (SELECT w.question, w.part, string_to_array(w.high, ' ') AS high
            FROM unnest(p_questions, p_parts, p_high) AS w (question, part, high) OFFSET 0) q
            ON q.question = f.question AND q.part = f.part
        WHERE r.org_id = here AND f.org_id = here AND r.state = 'closed'
          AND CASE WHEN p_cohort = 0 THEN r.closes_at > p_since ELSE r.cohort_id = p_cohort END
        GROUP BY r.id, q.question, q.part, r.moment, r.audience
    ) x WHERE x.apart GROUP BY 1, 2, 3, 4;
END $$""",
        ("web",),
    ),
    "organisations_with_due_dashboards(date)": (
        """
CREATE FUNCTION organisations_with_due_dashboards(p_on date) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT d.org_id FROM dashboard_digest d WHERE d.next_on <= p_on
$$""",
        ("worker",),
    ),
}

# (table, name, role, command, using, check)
POLICIES = (
    ("measure_drawing", "web_select", "web", "SELECT", OURS, None),
    ("measure_drawing", "gate_all", "gate", "ALL", "true", None),
    ("released_measure", "web_select", "web", "SELECT", f"wall_org() IN (org_id, firm_id) AND {LOOKS_AFTER}", None),
    ("released_measure", "gate_all", "gate", "ALL", "true", None),
    ("cohort_cost", "web_all", "web", "ALL", OURS, OURS),
    ("dashboard_digest", "web_own", "web", "ALL", f"org_id = wall_org() AND {OWN}", f"{OURS} AND {OWN}"),
    ("dashboard_digest", "worker_all", "worker", "ALL",
     f"org_id = wall_org() AND wall_role() = 'system' AND {S}", f"org_id = wall_org() AND wall_role() = 'system' AND {S}"),
    ("dashboard_digest", "worker_export", "worker", "SELECT", f"wall_role() IN ('export', 'erasure') AND {OWN}", None),
    ("dashboard_digest", "worker_erasure", "worker", "DELETE", f"wall_role() = 'erasure' AND {OWN}", None),
    ("dashboard_digest", "gate_select", "gate", "SELECT", "true", None),
    *((table, "operator", "operator", "ALL", "true", None) for table in TABLES),
    # Whether a pair reached a goal, for measured_goals and nothing else.
    ("goal", "gate_select_0053", "gate", "SELECT", "true", None),
)  # fmt: skip

GRANTS = """
GRANT SELECT ON measure_drawing, released_measure TO passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON cohort_cost, dashboard_digest TO passerelle_web;
GRANT SELECT, UPDATE (next_on), DELETE ON dashboard_digest TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON measure_drawing, released_measure, cohort_cost, dashboard_digest TO passerelle_operator;
GRANT SELECT, INSERT ON measure_drawing, released_measure TO passerelle_gate;
GRANT SELECT ON dashboard_digest TO passerelle_gate;
"""


def _org(table: str) -> sa.Column[int]:
    return sa.Column(
        "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name=f"fk_{table}_org_id"), nullable=False
    )


def _col(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _tables() -> None:
    op.create_table(
        "measure_drawing",
        _org("measure_drawing"),
        _col("drawn_on", sa.Date()),
        _col("drawn_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("org_id", "drawn_on", name="pk_measure_drawing"),
        sa.CheckConstraint("extract(day FROM drawn_on) = 1", name="first_of_a_month"),
    )
    op.create_table(
        "released_measure",
        _org("released_measure"),
        _col("side", sa.String(20)),
        _col("form", sa.String(40)),
        _col("cohort_id", sa.BigInteger()),
        _col("firm_id", sa.Integer()),
        _col("measure", sa.String(40)),
        _col("drawn_on", sa.Date()),
        _col("least", sa.SmallInteger()),
        _col("units", sa.Integer()),
        _col("total", sa.Numeric()),
        _col("squares", sa.Numeric()),
        sa.PrimaryKeyConstraint(
            "org_id", "side", "form", "cohort_id", "firm_id", "measure", "drawn_on", name="pk_released_measure"
        ),
        sa.CheckConstraint("units >= 5", name="never_below_five"),
    )
    op.create_index("ix_released_measure_firm_id", "released_measure", ["firm_id", "org_id"])
    op.create_table(
        "cohort_cost",
        _org("cohort_cost"),
        _col("cohort_id", sa.BigInteger()),
        _col("cents", sa.BigInteger()),
        _col("currency", sa.String(3)),
        _col("covers", sa.String(300)),
        _col("set_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("org_id", "cohort_id", name="pk_cohort_cost"),
        sa.ForeignKeyConstraint(
            ["org_id", "cohort_id"], ["cohort.org_id", "cohort.id"], name="fk_cohort_cost_org_id_cohort_id"
        ),
        sa.CheckConstraint("cents > 0", name="costs_something"),
    )
    op.create_table(
        "dashboard_digest",
        _org("dashboard_digest"),
        sa.Column(
            "person_id",
            sa.BigInteger(),
            sa.ForeignKey("person.id", name="fk_dashboard_digest_person_id"),
            nullable=False,
        ),
        sa.Column(
            "every",
            sa.Enum("week", "month", name="every", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        _col("next_on", sa.Date()),
        sa.PrimaryKeyConstraint("org_id", "person_id", name="pk_dashboard_digest"),
    )
    op.create_index("ix_dashboard_digest_person_id", "dashboard_digest", ["person_id"])
    op.create_index("ix_dashboard_digest_next_on", "dashboard_digest", ["next_on"])
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
    op.execute("DROP POLICY gate_select_0053 ON goal")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
