"""Readiness for a board: what candidates and mentors assess, and the path to it.

Rows carry the people they are about, so a policy looks at the row alone. An assessment is its author's until both have given
theirs for a moment; the gate shows both at once, so that neither is written after the other. Whoever looks after people learns
that it was done and on which day, from a function without a level or a word.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OWN = f"person_id = wall_person() AND {S}"
AUTHOR = "author_person_id = wall_person()"
PLANS = ("readiness_plan", "readiness_reading", "target_board")
TABLES = ("readiness_assessment", *PLANS)

# Who accompanies a candidate now, or did last.
MENTORED = """(SELECT m.org_id, m.id, m.mentor_person_id, m.mentor_employer_id, m.state FROM mentorship m
    WHERE m.cohort_org_id = e.org_id AND m.cohort_id = e.cohort_id AND m.mentee_person_id = e.person_id
    ORDER BY m.state = 'ended', m.started_at DESC LIMIT 1)"""

FUNCTIONS = {
    # The candidates of board cohorts whom the viewer is, or accompanies; where they work now. p_enrolment empty: all of them.
    "readiness_files(bigint)": (
        f"""
CREATE FUNCTION readiness_files(p_enrolment bigint) RETURNS TABLE (
    cohort_org_id integer, enrolment_id bigint, cohort_id bigint, candidate_id bigint, candidate text, mentorship_org_id integer,
    mentorship_id bigint, mentor_id bigint, mentor text, taking_part boolean, accompanied boolean, launch_on date, months integer,
    middle_on date, end_on date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE me bigint := wall_person(); here integer := wall_org();
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY
    SELECT e.org_id, e.id, e.cohort_id, e.person_id, p.name::text, t.org_id, t.id, t.mentor_person_id, q.name::text,
        e.state IN ('enrolled', 'completed') AND c.state <> 'cancelled', coalesce(t.state <> 'ended', false),
        c.launch_on, (c.choices ->> 'months')::integer,
        (SELECT coalesce(f.opened_at::date, f.starts_on) FROM cohort_phase f WHERE f.org_id = e.org_id
            AND f.cohort_id = e.cohort_id AND f.phase = 'mid_point' AND f.skipped_at IS NULL),
        (SELECT coalesce(f.opened_at::date, f.starts_on) FROM cohort_phase f WHERE f.org_id = e.org_id
            AND f.cohort_id = e.cohort_id AND f.phase = 'closing' AND f.skipped_at IS NULL)
    FROM enrolment e
    JOIN cohort c ON c.org_id = e.org_id AND c.id = e.cohort_id AND c.form = 'board'
    JOIN person p ON p.id = e.person_id
    LEFT JOIN LATERAL {MENTORED} t ON true
    LEFT JOIN person q ON q.id = t.mentor_person_id
    WHERE e.person_id = ANY (ARRAY(SELECT x.mentee_person_id FROM mentorship x
            WHERE x.mentor_person_id = me AND x.cohort_id IS NOT NULL) || me)
      AND (p_enrolment IS NULL OR e.id = p_enrolment)
      AND e.side = 'mentee' AND e.state IN ('enrolled', 'completed', 'dropped_out')
      AND CASE WHEN e.person_id = me THEN e.firm_id = here ELSE t.mentor_person_id = me AND t.mentor_employer_id = here END
    ORDER BY e.id DESC;
END $$""",
        ("web",),
    ),
    # What the viewer is to a candidate of a board cohort: candidate, mentor, or nothing.
    "readiness_side(integer, bigint)": (
        f"""
CREATE FUNCTION readiness_side(p_org integer, p_enrolment bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN ''; END IF;
    RETURN coalesce((
        SELECT CASE WHEN e.person_id = wall_person() THEN 'candidate'
                    WHEN t.mentor_person_id = wall_person() AND t.state <> 'ended' THEN 'mentor' ELSE '' END
        FROM enrolment e JOIN cohort c ON c.org_id = e.org_id AND c.id = e.cohort_id AND c.form = 'board'
        LEFT JOIN LATERAL {MENTORED} t ON true
        WHERE e.org_id = p_org AND e.id = p_enrolment AND e.side = 'mentee' AND e.state IN ('enrolled', 'completed')), '');
END $$""",
        ("web",),
    ),
    # That an assessment was given, by which side and on which day: for the two, and for those who look after the candidate.
    "readiness_done(integer, bigint)": (
        """
CREATE FUNCTION readiness_done(p_org integer, p_enrolment bigint) RETURNS TABLE (moment text, by_candidate boolean, given_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE one enrolment;
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    SELECT * INTO one FROM enrolment e WHERE e.org_id = p_org AND e.id = p_enrolment;
    IF NOT FOUND OR NOT (one.person_id = wall_person() OR (wall_coordinates() AND wall_org() IN (one.org_id, one.firm_id))
        OR readiness_side(p_org, p_enrolment) <> '') THEN RETURN; END IF;
    RETURN QUERY SELECT a.moment::text, a.author_person_id = a.mentee_person_id, max(a.given_at) FROM readiness_assessment a
    LEFT JOIN mentorship m ON m.org_id = a.org_id AND m.id = a.mentorship_id AND a.author_person_id <> a.mentee_person_id
    WHERE a.cohort_org_id = p_org AND a.enrolment_id = p_enrolment AND a.given_at IS NOT NULL
      -- To the candidate and the present mentor, what an earlier one gave and nobody was shown is as if it had not been.
      AND (a.author_person_id = a.mentee_person_id OR m.state <> 'ended' OR cardinality(a.shown_to) > 0)
    GROUP BY 1, 2;
END $$""",
        ("web",),
    ),
    # The viewer gives theirs, for good. Whether both are open to both now; empty when there is no such draft of theirs.
    "give_assessment(integer, bigint, timestamptz)": (
        """
CREATE FUNCTION give_assessment(p_org integer, p_id bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE mine readiness_assessment; own readiness_assessment; theirs readiness_assessment; side text;
BEGIN
    IF NOT wall_sealed() THEN RETURN NULL; END IF;
    SELECT * INTO mine FROM readiness_assessment a
    WHERE a.org_id = p_org AND a.id = p_id AND a.author_person_id = wall_person() AND a.given_at IS NULL;
    IF NOT FOUND THEN RETURN NULL; END IF;
    -- The two who give theirs at once take turns: the second one opens both.
    PERFORM pg_advisory_xact_lock(hashtextextended('readiness', mine.enrolment_id));
    side := readiness_side(mine.cohort_org_id, mine.enrolment_id);
    IF side = '' OR (side = 'candidate') <> (mine.author_person_id = mine.mentee_person_id) THEN RETURN NULL; END IF;
    UPDATE readiness_assessment SET given_at = p_now WHERE org_id = mine.org_id AND id = mine.id AND given_at IS NULL;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT a.* INTO own FROM readiness_assessment a
    WHERE a.cohort_org_id = mine.cohort_org_id AND a.enrolment_id = mine.enrolment_id AND a.moment = mine.moment
      AND a.author_person_id = mine.mentee_person_id AND a.given_at IS NOT NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    SELECT a.* INTO theirs FROM readiness_assessment a
    JOIN mentorship m ON m.org_id = a.org_id AND m.id = a.mentorship_id AND m.state <> 'ended'
    WHERE a.cohort_org_id = mine.cohort_org_id AND a.enrolment_id = mine.enrolment_id AND a.moment = mine.moment
      AND a.author_person_id <> mine.mentee_person_id AND a.given_at IS NOT NULL
    ORDER BY a.author_person_id = wall_person() DESC, a.given_at DESC LIMIT 1;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE readiness_assessment SET shown_to = ARRAY[own.mentee_person_id] WHERE org_id = theirs.org_id AND id = theirs.id;
    UPDATE readiness_assessment SET shown_to = shown_to || theirs.author_person_id, org_id = theirs.org_id,
        mentorship_id = theirs.mentorship_id, mentor_person_id = theirs.mentor_person_id
    WHERE org_id = own.org_id AND id = own.id;
    RETURN true;
END $$""",
        ("web",),
    ),
    # What a candidate lets their mentor see of what they aim at: the role always, the boards if they chose so.
    "readiness_aim(integer, bigint)": (
        """
CREATE FUNCTION readiness_aim(p_org integer, p_enrolment bigint) RETURNS TABLE (target_role text, shows_boards boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF readiness_side(p_org, p_enrolment) <> 'mentor' THEN RETURN; END IF;
    RETURN QUERY SELECT p.target_role::text, p.shows_boards FROM readiness_plan p
    WHERE p.cohort_org_id = p_org AND p.enrolment_id = p_enrolment;
END $$""",
        ("web",),
    ),
    "boards_shown(integer, bigint)": (
        """
CREATE FUNCTION boards_shown(p_org integer, p_enrolment bigint) RETURNS SETOF target_board
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF readiness_side(p_org, p_enrolment) <> 'mentor' THEN RETURN; END IF;
    RETURN QUERY SELECT b.* FROM target_board b JOIN readiness_plan p ON p.cohort_org_id = b.cohort_org_id
        AND p.enrolment_id = b.enrolment_id AND p.shows_boards
    WHERE b.cohort_org_id = p_org AND b.enrolment_id = p_enrolment AND b.removed_at IS NULL ORDER BY b.id;
END $$""",
        ("web",),
    ),
}

# (table, name, role, command, using, check)
POLICIES = (
    ("readiness_assessment", "web_select", "web", "SELECT", f"({AUTHOR} OR wall_person() = ANY (shown_to)) AND {S}", None),
    ("readiness_assessment", "web_insert", "web", "INSERT", None,
     f"{AUTHOR} AND given_at IS NULL AND shown_to = '{{}}' AND {S} AND CASE readiness_side(cohort_org_id, enrolment_id) "
     "WHEN 'candidate' THEN mentee_person_id = wall_person() AND mentorship_id IS NULL AND org_id = wall_org() "
     "WHEN 'mentor' THEN mentor_person_id = wall_person() ELSE false END"),
    ("readiness_assessment", "web_update", "web", "UPDATE", f"{AUTHOR} AND given_at IS NULL AND {S}", None),
    *(
        policy
        for table in PLANS
        for policy in (
            (table, "web_select", "web", "SELECT", OWN, None),
            (table, "web_insert", "web", "INSERT", None,
             f"{OWN} AND org_id = wall_org() AND readiness_side(cohort_org_id, enrolment_id) = 'candidate'"),
            (table, "web_update", "web", "UPDATE", OWN, OWN),
            (table, "worker_export", "worker", "SELECT", f"wall_role() = 'export' AND {OWN}", None),
            (table, "worker_erasure", "worker", "ALL", f"wall_role() = 'erasure' AND {OWN}", f"wall_role() = 'erasure' AND {OWN}"),
        )
    ),
    ("readiness_assessment", "worker_export", "worker", "SELECT",
     f"wall_role() = 'export' AND ({AUTHOR} OR wall_person() = ANY (shown_to)) AND {S}", None),
    # A candidate's go with all that was said of them; what a mentor gave to somebody is that person's.
    ("readiness_assessment", "worker_erasure", "worker", "ALL",
     f"wall_role() = 'erasure' AND (mentee_person_id = wall_person() OR ({AUTHOR} AND shown_to = '{{}}')) AND {S}",
     f"wall_role() = 'erasure' AND mentee_person_id = wall_person() AND {S}"),
    *((table, "operator", "operator", "ALL", "true", None) for table in TABLES),
    *((table, "gate_select", "gate", "SELECT", "true", None) for table in ("readiness_assessment", "readiness_plan", "target_board")),
    ("readiness_assessment", "gate_update", "gate", "UPDATE", "true", None),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT, UPDATE (levels, evidence, saved_at) ON readiness_assessment TO passerelle_web;
GRANT SELECT, INSERT, UPDATE (target_role, days_available, commitments, shows_boards, updated_at) ON readiness_plan TO passerelle_web;
GRANT SELECT, INSERT, UPDATE (done_at, removed_at) ON readiness_reading TO passerelle_web;
GRANT SELECT, INSERT, UPDATE (name, sector, size, country, why, state, updated_at, removed_at) ON target_board TO passerelle_web;
GRANT SELECT, DELETE ON readiness_assessment, readiness_plan, readiness_reading, target_board TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON readiness_assessment, readiness_plan, readiness_reading, target_board TO passerelle_operator;
GRANT SELECT ON readiness_plan, target_board TO passerelle_gate;
GRANT SELECT, UPDATE (org_id, mentorship_id, mentor_person_id, given_at, shown_to, evidence) ON readiness_assessment TO passerelle_gate;
"""

KIND = "ALTER TABLE event DROP CONSTRAINT ck_event_eventkind, ADD CONSTRAINT ck_event_eventkind CHECK (kind IN ({}))"
KINDS = "'launch', 'workshop', 'mid_point', 'closing', 'training'"


def _col(
    name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False, **options: object
) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable, **options)  # type: ignore[arg-type]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=False)


def _one_of(column: str, name: str, *values: str) -> sa.Column[str]:
    return sa.Column(
        column, sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32), nullable=False
    )


def _of_candidate(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        _refers(table, "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _col("cohort_org_id", sa.Integer()),
        _col("enrolment_id", sa.BigInteger()),
        *parts,
        sa.PrimaryKeyConstraint("org_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["cohort_org_id", "enrolment_id"],
            ["enrolment.org_id", "enrolment.id"],
            name=f"fk_{table}_cohort_org_id_enrolment_id",
            ondelete="CASCADE",
        ),
    )
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _tables() -> None:
    big, small, json = sa.BigInteger(), sa.SmallInteger(), postgresql.JSONB()
    pair = ["org_id", "mentorship_id", "mentee_person_id", "mentor_person_id"]
    _of_candidate(
        "readiness_assessment",
        _col("mentorship_id", big, nullable=True),
        _refers("readiness_assessment", "mentee_person_id", "person"),
        _col("mentor_person_id", big, nullable=True),
        _refers("readiness_assessment", "author_person_id", "person"),
        _one_of("moment", "moment", "start", "middle", "end"),
        _col("levels", json),
        _col("evidence", json),
        _col("shown_to", postgresql.ARRAY(big), server_default="{}"),
        _moment("created_at"),
        _moment("saved_at"),
        _moment("given_at", nullable=True),
        sa.ForeignKeyConstraint(
            pair,
            [f"mentorship.{name}" for name in ("org_id", "id", "mentee_person_id", "mentor_person_id")],
            name="fk_readiness_assessment_pair",
        ),
        sa.UniqueConstraint(
            "cohort_org_id", "enrolment_id", "moment", "author_person_id", name="uq_readiness_assessment_once"
        ),
        sa.CheckConstraint("cardinality(shown_to) = 0 OR given_at IS NOT NULL", name="shown_when_given"),
        sa.CheckConstraint("(mentor_person_id IS NULL) = (mentorship_id IS NULL)", name="whole_pair"),
        sa.CheckConstraint(
            "author_person_id = mentee_person_id OR author_person_id = mentor_person_id",
            name="by_one_of_the_two",
        ),
    )
    op.create_index("ix_readiness_assessment_author_person_id", "readiness_assessment", ["author_person_id"])
    op.create_index("ix_readiness_assessment_mentorship_id", "readiness_assessment", ["org_id", "mentorship_id"])
    _of_candidate(
        "readiness_plan",
        _refers("readiness_plan", "person_id", "person"),
        _col("target_role", sa.String(40)),
        _col("days_available", small, nullable=True),
        _col("commitments", json),
        _col("shows_boards", sa.Boolean()),
        _moment("updated_at"),
        sa.UniqueConstraint("cohort_org_id", "enrolment_id", name="uq_readiness_plan_once"),
        sa.CheckConstraint("days_available BETWEEN 0 AND 366", name="days_of_a_year"),
    )
    _of_candidate(
        "readiness_reading",
        _refers("readiness_reading", "person_id", "person"),
        _col("key", sa.String(60)),
        _col("competency", sa.String(40)),
        _col("title", sa.String(200)),
        _moment("created_at"),
        _moment("done_at", nullable=True),
        _moment("removed_at", nullable=True),
    )
    op.create_index(
        "uq_readiness_reading_key",
        "readiness_reading",
        ["cohort_org_id", "enrolment_id", "key"],
        unique=True,
        postgresql_where=sa.text("key <> ''"),
    )
    _of_candidate(
        "target_board",
        _refers("target_board", "person_id", "person"),
        _col("name", sa.String(120)),
        _col("sector", sa.String(60)),
        _col("size", sa.String(20)),
        _col("country", sa.String(80)),
        _col("why", sa.Text()),
        _one_of("state", "boardstate", "idea", "introduction", "approached", "talking", "appointed", "closed"),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("removed_at", nullable=True),
    )
    for table in ("readiness_reading", "target_board"):
        op.create_index(f"ix_{table}_enrolment_id", table, ["cohort_org_id", "enrolment_id"])
    for table in PLANS:
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])


def upgrade() -> None:
    _tables()
    op.add_column(
        "training_module",
        sa.Column("competencies", postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.execute(KIND.format(f"{KINDS}, 'mock_board'"))
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
    execute(
        "CREATE POLICY gate_fading ON readiness_assessment TO passerelle_gate "
        "USING (org_id = wall_org() AND wall_role() = 'system')"
    )


def downgrade() -> None:
    # Policies of the tables ask some of the functions, and one function speaks of a table's row.
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
    # The owner's own statement stands under the policies of the table as well.
    op.execute("ALTER TABLE event NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE event SET kind = 'workshop' WHERE kind = 'mock_board'")
    op.execute("ALTER TABLE event FORCE ROW LEVEL SECURITY")
    op.execute(KIND.format(KINDS))
    op.drop_column("training_module", "competencies")
