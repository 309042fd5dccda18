"""Ways into a cohort: since when somebody stands where they stand, the line manager's view, why somebody left early, the
room that there is, and the board.

Whether there is room is one function, under one lock a cohort; a trigger asks it again whenever somebody comes in from a page
or a job. Names of other firms' people are known to the organisation that runs the cohort through the board's function alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("manager_view", "departure_reason")
GATE_READS = ("manager_view", "cohort_phase", "mentee_profile")

FUNCTIONS = {
    # '' when one more may come in on this side for this firm, else what is full. Holds the cohort's lock until the commit.
    "enrolment_room(integer, bigint, integer, text)": """
CREATE FUNCTION enrolment_room(p_org integer, p_cohort bigint, p_firm integer, p_side text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE c record; party record; side_taken bigint; mentors bigint; mentees bigint; most integer; balance integer;
BEGIN
    IF NOT wall_sealed() THEN RETURN 'closed'; END IF;
    IF NOT (wall_role() = 'system' AND p_org = wall_org()) AND NOT cohort_in_sight(p_org, p_cohort) THEN RETURN 'closed'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('cohort', p_cohort));
    SELECT k.state, k.choices, k.programme_id INTO c FROM cohort k WHERE k.org_id = p_org AND k.id = p_cohort;
    IF NOT FOUND OR c.state <> 'open' THEN RETURN 'closed'; END IF;
    SELECT count(*) FILTER (WHERE e.side = p_side),
           count(*) FILTER (WHERE e.firm_id = p_firm AND e.side = 'mentor'),
           count(*) FILTER (WHERE e.firm_id = p_firm AND e.side <> 'mentor')
    INTO side_taken, mentors, mentees FROM enrolment e
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state IN ('enrolled', 'completed');
    SELECT p.max_mentors, p.max_mentees INTO party FROM programme_party p
    WHERE p.org_id = p_org AND p.programme_id = c.programme_id AND p.firm_id = p_firm;
    IF p_side = 'mentor' THEN
        most := coalesce(party.max_mentors, (c.choices #>> '{quota,mentors}')::integer);
        IF mentors >= most THEN RETURN 'firm_full'; END IF;
    ELSE
        most := coalesce(party.max_mentees, (c.choices #>> '{quota,mentees}')::integer);
        IF mentees >= most THEN RETURN 'firm_full'; END IF;
        balance := (c.choices #>> '{quota,balance}')::integer;
        IF p_side = 'mentee' AND mentees + 1 > mentors + balance THEN RETURN 'unbalanced'; END IF;
    END IF;
    most := (c.choices -> CASE p_side WHEN 'mentor' THEN 'mentors' ELSE 'mentees' END ->> 'places')::integer;
    IF side_taken >= most THEN RETURN 'side_full'; END IF;
    RETURN '';
END $$""",
    # Loading by hand has no context, and answers for itself.
    "keep_places()": """
CREATE FUNCTION keep_places() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE word text;
BEGIN
    IF coalesce(current_setting('passerelle.org', true), '') IN ('', '0') THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'enrolled' AND (NEW.firm_id IS NULL OR OLD.firm_id IS NOT DISTINCT FROM NEW.firm_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    word := enrolment_room(NEW.org_id, NEW.cohort_id, NEW.firm_id, NEW.side);
    -- Whoever is in already has a place on their side; what is asked of a new employer is its quota.
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'enrolled' AND word IN ('side_full', 'closed') THEN RETURN NEW; END IF;
    END IF;
    IF word <> '' THEN RAISE EXCEPTION USING MESSAGE = 'no room: ' || word, ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$""",
    # By side and state: of everybody for those who run the cohort, of their own people for a firm.
    "enrolment_counts(integer, bigint)": """
CREATE FUNCTION enrolment_counts(p_org integer, p_cohort bigint)
RETURNS TABLE (side text, state text, number bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    IF p_org = wall_org() THEN
        RETURN QUERY SELECT e.side::text, e.state::text, count(*) FROM enrolment e
        WHERE e.org_id = p_org AND e.cohort_id = p_cohort GROUP BY 1, 2;
    ELSE
        RETURN QUERY SELECT e.side::text, e.state::text, count(*) FROM enrolment e
        WHERE e.firm_id = wall_org() AND e.cohort_id = p_cohort AND e.org_id = p_org GROUP BY 1, 2;
    END IF;
END $$""",
    # One page of the board, the newest first: everybody for those who run the cohort, their own people for a firm.
    "cohort_board(integer, bigint, text[], text, integer, timestamptz, boolean, text, bigint, bigint, integer)": """
CREATE FUNCTION cohort_board(p_org integer, p_cohort bigint, p_states text[], p_side text, p_firm integer,
                             p_stuck_before timestamptz, p_untrained boolean, p_words text, p_only bigint, p_before bigint,
                             p_limit integer)
RETURNS TABLE (id bigint, person_id bigint, name text, firm_id integer, firm text, side text, state text, way_in text,
               reason text, since timestamptz, due_at timestamptz, enrolled_at timestamptz, trained_at timestamptz,
               nudged_at timestamptz, replaces_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE only_firm integer := p_firm;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    IF p_org <> wall_org() THEN only_firm := wall_org(); END IF;
    RETURN QUERY
    SELECT t.id, t.person_id, h.name::text, t.firm_id, o.name::text, t.side::text, t.state::text, t.way_in::text,
           t.reason::text, coalesce(t.state_at, t.created_at), t.due_at, t.enrolled_at, t.trained_at, t.nudged_at, t.replaces_id
    FROM (
        SELECT e.* FROM enrolment e
        WHERE e.org_id = p_org AND e.cohort_id = p_cohort
          AND (only_firm IS NULL OR e.firm_id = only_firm)
          AND (p_states IS NULL OR e.state = ANY (p_states))
          AND (p_side IS NULL OR e.side = p_side)
          AND (p_stuck_before IS NULL OR (coalesce(e.state_at, e.created_at) <= p_stuck_before
               AND e.state IN ('nominated', 'awaiting_employer', 'awaiting_decision')))
          AND (NOT p_untrained OR (e.state = 'enrolled' AND e.trained_at IS NULL))
          AND (p_words IS NULL OR EXISTS (SELECT FROM person n WHERE n.id = e.person_id AND strpos(lower(n.name), lower(p_words)) > 0))
          AND (p_only IS NULL OR e.id = p_only)
          AND (p_before IS NULL OR e.id < p_before)
        ORDER BY e.id DESC LIMIT p_limit
    ) t
    JOIN person h ON h.id = t.person_id
    LEFT JOIN organisation o ON o.id = t.firm_id
    ORDER BY t.id DESC;
END $$""",
    # Where somebody stands on the waiting list: for themselves and for coordinators of either side. From 1.
    "waiting_position(integer, bigint)": """
CREATE FUNCTION waiting_position(p_org integer, p_enrolment bigint) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (SELECT count(*) FROM enrolment e JOIN enrolment w ON w.org_id = e.org_id AND w.cohort_id = e.cohort_id
                AND w.side = e.side AND w.state = 'waiting'
                AND (coalesce(w.state_at, w.created_at), w.id) <= (coalesce(e.state_at, e.created_at), e.id)
            WHERE wall_sealed() AND e.org_id = p_org AND e.id = p_enrolment AND e.state = 'waiting'
              AND (e.person_id = wall_person() OR (wall_coordinates() AND wall_org() IN (e.org_id, e.firm_id)))
            HAVING count(*) > 0);
END $$""",
    # Somebody of the reader's own organisation, by the address they are known by at work.
    "colleague_by_address(text)": """
CREATE FUNCTION colleague_by_address(p_address text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (SELECT a.person_id FROM affiliation a WHERE wall_sealed() AND a.org_id = wall_org()
              AND lower(a.work_email) = lower(trim(p_address)) AND (a.ended_on IS NULL OR a.ended_on > current_date)
            ORDER BY a.id LIMIT 1);
END $$""",
    # What a line manager who is asked sees of it: who, as what, and nothing else.
    "asked_of_manager(integer, bigint)": """
CREATE FUNCTION asked_of_manager(p_org integer, p_enrolment bigint) RETURNS TABLE (name text, side text, state text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT h.name::text, e.side::text, e.state::text
    FROM manager_view v JOIN enrolment e ON e.org_id = v.org_id AND e.id = v.enrolment_id JOIN person h ON h.id = e.person_id
    WHERE wall_sealed() AND v.org_id = p_org AND v.enrolment_id = p_enrolment AND v.manager_id = wall_person()
      AND v.firm_id = wall_org();
END $$""",
    # What goes along with somebody's way in, once they said yes to it: for those who decide, and for themselves.
    "enrolment_profile(integer, bigint)": """
CREATE FUNCTION enrolment_profile(p_org integer, p_enrolment bigint)
RETURNS TABLE (job_title text, function text, seniority text, headline text, seeking text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT coalesce(nullif(a.job_title, ''), m.title, '')::text, coalesce(nullif(a.function, ''), m.function, '')::text,
           coalesce(nullif(a.seniority, ''), m.seniority, '')::text,
           CASE WHEN e.side <> 'mentee' THEN coalesce(m.headline, '') ELSE '' END::text,
           CASE WHEN e.side <> 'mentor' THEN coalesce(s.seeking, '') ELSE '' END::text
    FROM enrolment e
    JOIN affiliation a ON a.org_id = e.firm_id AND a.person_id = e.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
    LEFT JOIN mentor_profile m ON m.org_id = a.org_id AND m.person_id = a.person_id
    LEFT JOIN mentee_profile s ON s.org_id = a.org_id AND s.affiliation_id = a.id
    WHERE wall_sealed() AND e.org_id = p_org AND e.id = p_enrolment AND e.consented_at IS NOT NULL
      AND (e.person_id = wall_person() OR (wall_coordinates() AND p_org = wall_org()));
END $$""",
    "may_write_to_manager(integer, bigint)": """
CREATE FUNCTION may_write_to_manager(p_org integer, p_person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND wall_role() = 'system'
        AND EXISTS (SELECT FROM manager_view v WHERE v.manager_id = p_person AND v.firm_id = p_org AND v.org_id = wall_org());
END $$""",
    "organisations_with_due_cohorts(timestamptz)": """
CREATE FUNCTION organisations_with_due_cohorts(p_now timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.org_id FROM cohort_phase p JOIN cohort c ON c.org_id = p.org_id AND c.id = p.cohort_id AND c.state = 'open'
    WHERE NOT p.by_hand AND p.opened_at IS NULL AND p.skipped_at IS NULL AND p.starts_on <= (p_now AT TIME ZONE 'UTC')::date
    UNION
    SELECT e.org_id FROM enrolment e WHERE e.due_at IS NOT NULL AND e.due_at <= p_now AND e.state IN ('nominated', 'awaiting_employer')
$$""",
    # Where somebody who leaves, or whose firm leaves, still is: the rows belong to whoever runs the cohorts.
    "enrolments_of_leaver(integer, bigint)": """
CREATE FUNCTION enrolments_of_leaver(p_firm integer, p_person bigint) RETURNS TABLE (org_id integer, enrolment_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR p_firm <> wall_org() THEN RETURN; END IF;
    RETURN QUERY SELECT e.org_id, e.id FROM enrolment e WHERE e.firm_id = p_firm AND e.person_id = p_person
      AND e.state IN ('nominated', 'awaiting_employer', 'awaiting_decision', 'waiting', 'enrolled') ORDER BY 1, 2;
END $$""",
}
GRANTED = {
    "enrolment_room(integer, bigint, integer, text)": ("web", "worker"),
    "keep_places()": ("owner",),
    "enrolment_counts(integer, bigint)": ("web",),
    "cohort_board(integer, bigint, text[], text, integer, timestamptz, boolean, text, bigint, bigint, integer)": (
        "web",
    ),
    "waiting_position(integer, bigint)": ("web",),
    "colleague_by_address(text)": ("web",),
    "asked_of_manager(integer, bigint)": ("web",),
    "enrolment_profile(integer, bigint)": ("web",),
    "may_write_to_manager(integer, bigint)": ("web", "worker"),
    "organisations_with_due_cohorts(timestamptz)": ("worker",),
    "enrolments_of_leaver(integer, bigint)": ("worker",),
}

LOOKS_AFTER = "(wall_coordinates() AND (org_id = wall_org() OR firm_id = wall_org()))"
SYSTEM = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"

# (table, name, role, command, using, check)
POLICIES = (
    # Whoever is asked about answers nothing and reads nothing of it: it is between the manager, HR and those who run the cohort.
    ("manager_view", "web_select", "web", "SELECT",
     f"((manager_id = wall_person() AND firm_id = wall_org()) OR asked_by_id = wall_person() OR {LOOKS_AFTER}) AND {S}", None),
    ("manager_view", "web_insert", "web", "INSERT", None,
     f"asked_by_id = wall_person() AND firm_id = wall_org() AND answered_at IS NULL AND {S}"),
    ("manager_view", "web_update", "web", "UPDATE", f"manager_id = wall_person() AND firm_id = wall_org() AND {S}",
     f"manager_id = wall_person() AND {S}"),
    ("manager_view", "worker_all", "worker", "ALL", SYSTEM, None),
    ("manager_view", "worker_export", "worker", "SELECT", f"wall_role() = 'export' AND manager_id = wall_person() AND {S}", None),
    ("manager_view", "worker_erasure", "worker", "ALL",
     f"wall_role() = 'erasure' AND wall_person() IN (manager_id, person_id) AND {S}", f"wall_role() = 'erasure' AND {S}"),
    # Why somebody left is told to those who run the cohort, never to the employer.
    ("departure_reason", "web_select", "web", "SELECT",
     f"(person_id = wall_person() OR (wall_coordinates() AND org_id = wall_org())) AND {S}", None),
    ("departure_reason", "web_insert", "web", "INSERT", None, f"person_id = wall_person() AND {S}"),
    ("departure_reason", "worker_all", "worker", "ALL", SYSTEM, None),
    ("departure_reason", "worker_export", "worker", "SELECT", f"wall_role() = 'export' AND person_id = wall_person() AND {S}", None),
    ("departure_reason", "worker_erasure", "worker", "ALL", f"wall_role() = 'erasure' AND person_id = wall_person() AND {S}",
     f"wall_role() = 'erasure' AND {S}"),
    *(
        (table, "worker_insert_to_manager", "worker", "INSERT", None, f"{S} AND may_write_to_manager(org_id, person_id)")
        for table in ("letter", "notice")
    ),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT ON manager_view, departure_reason TO passerelle_web;
GRANT UPDATE (has_time, words, answered_at) ON manager_view TO passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON manager_view, departure_reason TO passerelle_worker, passerelle_operator;
GRANT SELECT ON manager_view TO passerelle_gate;
GRANT SELECT ON cohort_phase, mentee_profile TO passerelle_gate;
"""


def _column(
    name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False, **options: object
) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable, **options)  # type: ignore[arg-type]


def _refers(table: str, column: str, to: str) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=False)


def _of_enrolment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "enrolment_id"],
        ["enrolment.org_id", "enrolment.id"],
        name=f"fk_{table}_org_id_enrolment_id",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("enrolment", sa.Column("state_at", moment, nullable=True))
    op.add_column("enrolment", sa.Column("nudged_at", moment, nullable=True))
    op.create_index("ix_enrolment_cohort_id", "enrolment", ["org_id", "cohort_id", "id"])
    op.create_index("ix_enrolment_counts", "enrolment", ["org_id", "cohort_id", "state", "side"])
    op.create_table(
        "manager_view",
        _refers("manager_view", "org_id", "organisation"),
        _column("enrolment_id", sa.BigInteger()),
        _column("cohort_id", sa.BigInteger()),
        _refers("manager_view", "firm_id", "organisation"),
        _refers("manager_view", "person_id", "person"),
        _refers("manager_view", "manager_id", "person"),
        _refers("manager_view", "asked_by_id", "person"),
        _column("asked_at", moment),
        _column("answered_at", moment, nullable=True),
        _column("has_time", sa.String(20), server_default=""),
        _column("words", sa.Text(), server_default=""),
        sa.PrimaryKeyConstraint("org_id", "enrolment_id", name="pk_manager_view"),
        _of_enrolment("manager_view"),
    )
    op.create_index("ix_manager_view_manager_id", "manager_view", ["manager_id"])
    op.create_table(
        "departure_reason",
        _refers("departure_reason", "org_id", "organisation"),
        _column("enrolment_id", sa.BigInteger()),
        _refers("departure_reason", "person_id", "person"),
        _column("words", sa.Text()),
        _column("said_at", moment),
        sa.PrimaryKeyConstraint("org_id", "enrolment_id", name="pk_departure_reason"),
        _of_enrolment("departure_reason"),
    )
    op.create_index("ix_departure_reason_person_id", "departure_reason", ["person_id"])
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute(GRANTS)
    for table in GATE_READS:
        op.execute(f"CREATE POLICY gate_select_0025 ON {table} FOR SELECT TO passerelle_gate USING (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for body in FUNCTIONS.values():
        execute(body)
    for signature, roles in GRANTED.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    op.execute(
        """CREATE TRIGGER keep_places BEFORE INSERT OR UPDATE OF state, firm_id ON enrolment FOR EACH ROW
           WHEN (NEW.state = 'enrolled') EXECUTE FUNCTION keep_places()"""
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_places ON enrolment")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    for table in GATE_READS:
        op.execute(f"DROP POLICY gate_select_0025 ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute("REVOKE SELECT ON cohort_phase, mentee_profile FROM passerelle_gate")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_enrolment_counts", table_name="enrolment")
    op.drop_index("ix_enrolment_cohort_id", table_name="enrolment")
    op.drop_column("enrolment", "nudged_at")
    op.drop_column("enrolment", "state_at")
