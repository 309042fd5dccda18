"""What somebody may change of a place in a cohort, and no more; and a pair counts where its people take part now.

An enrolment's row is known to its person, to their firm and to whoever runs the cohort, and each of them could write any column
of it. From a page each now takes their own steps alone: the columns that pages write are granted one by one, a trigger looks at
who moves what, and a new row begins where a way in begins.
"""

from alembic import context, op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"

# What is written with a step. Whose it is, their side, places, training and how they came are not a page's to change.
CHANGED = (
    "state, state_at, reason, answer, due_at, nudged_at, consented_at, decided_by_id, enrolled_at, ended_at, firm_id, "
    "updated_at, version"
)

FUNCTIONS = {
    # Where a way into a cohort begins for somebody of the viewer's organisation; NULL where there is none.
    "way_begins(integer, bigint, bigint, text)": """
CREATE FUNCTION way_begins(p_org integer, p_cohort bigint, p_person bigint, p_way text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT cohort_in_sight(p_org, p_cohort) OR NOT EXISTS (SELECT FROM affiliation a
        WHERE a.org_id = wall_org() AND a.person_id = p_person AND (a.ended_on IS NULL OR a.ended_on > current_date)) THEN RETURN NULL; END IF;
    IF p_way = 'nomination' THEN RETURN CASE WHEN wall_coordinates() THEN 'nominated' END; END IF;
    IF p_way <> 'application' OR p_person <> wall_person() THEN RETURN NULL; END IF;
    RETURN (SELECT CASE WHEN (c.choices ->> 'employer_approval')::boolean THEN 'awaiting_employer' ELSE 'awaiting_decision' END
            FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort);
END $$""",
    # A step of the person, of those who look after them where they work, of whoever runs the cohort; the last ends it for all.
    "keep_steps()": """
CREATE FUNCTION keep_steps() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    own boolean := OLD.person_id = wall_person();
    employs boolean := coalesce(OLD.firm_id = wall_org(), false) AND wall_coordinates() AND OLD.person_id <> wall_person();
    runs boolean := OLD.org_id = wall_org() AND wall_coordinates();
    decides boolean := runs AND NOT own;
    waits boolean := OLD.state IN ('nominated', 'awaiting_employer', 'awaiting_decision', 'waiting');
    informal boolean; may boolean; parties integer[];
BEGIN
    SELECT c.form = 'informal', c.parties INTO informal, parties FROM cohort c WHERE c.org_id = OLD.org_id AND c.id = OLD.cohort_id;
    IF NEW.state = OLD.state THEN
        may := (NEW.state_at, NEW.reason, NEW.answer, NEW.due_at, NEW.enrolled_at, NEW.ended_at)
                IS NOT DISTINCT FROM (OLD.state_at, OLD.reason, OLD.answer, OLD.due_at, OLD.enrolled_at, OLD.ended_at)
            AND (NEW.nudged_at IS NOT DISTINCT FROM OLD.nudged_at OR runs OR employs);
    ELSE
        may := (own AND CASE NEW.state
                WHEN 'withdrawn' THEN waits
                WHEN 'dropped_out' THEN OLD.state = 'enrolled'
                WHEN 'declined' THEN OLD.state = 'nominated'
                WHEN 'awaiting_decision' THEN OLD.state = 'nominated' AND NEW.consented_at IS NOT NULL
                WHEN 'enrolled' THEN informal AND OLD.state IN ('nominated', 'awaiting_decision') AND NEW.consented_at IS NOT NULL
                WHEN 'waiting' THEN informal AND OLD.state IN ('nominated', 'awaiting_decision') AND NEW.consented_at IS NOT NULL
                ELSE false END)
            OR (employs AND CASE
                WHEN NEW.state = 'withdrawn' THEN waits AND OLD.nominated_by_id IS NOT NULL
                WHEN OLD.state = 'awaiting_employer' THEN NEW.state IN ('awaiting_decision', 'refused')
                    OR (informal AND NEW.state IN ('enrolled', 'waiting'))
                ELSE false END)
            OR (decides AND CASE OLD.state
                WHEN 'awaiting_decision' THEN NEW.state IN ('enrolled', 'waiting', 'refused')
                WHEN 'waiting' THEN NEW.state IN ('enrolled', 'refused')
                WHEN 'enrolled' THEN NEW.state = 'dropped_out'
                ELSE false END)
            OR (runs AND CASE NEW.state
                WHEN 'expired' THEN waits
                WHEN 'completed' THEN OLD.state = 'enrolled'
                WHEN 'withdrawn' THEN waits OR OLD.state = 'enrolled'
                ELSE false END);
        may := may AND (NEW.enrolled_at IS NOT DISTINCT FROM OLD.enrolled_at OR NEW.state = 'enrolled')
            AND ((NEW.ended_at IS NULL) = (NEW.state IN ('awaiting_decision', 'waiting', 'enrolled')));
    END IF;
    may := may
        AND (NEW.consented_at IS NOT DISTINCT FROM OLD.consented_at
             OR (own AND OLD.state = 'nominated' AND OLD.consented_at IS NULL AND NEW.state <> 'declined'))
        AND (NEW.decided_by_id IS NOT DISTINCT FROM OLD.decided_by_id
             OR ((employs OR decides) AND NEW.decided_by_id = wall_person()))
        AND (NEW.firm_id IS NOT DISTINCT FROM OLD.firm_id
             OR (own AND OLD.firm_id IS NULL AND NEW.firm_id = wall_org() AND NEW.firm_id = ANY (parties)
                 AND OLD.state = 'enrolled' AND NEW.state = 'enrolled'));
    IF may IS NOT TRUE THEN
        RAISE EXCEPTION 'not theirs to change: a place in a cohort' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$""",
}
GRANTED = {"way_begins(integer, bigint, bigint, text)": "web", "keep_steps()": "owner"}

BEGINS = f"""{S} AND firm_id = wall_org() AND state = way_begins(org_id, cohort_id, person_id, way_in)
    AND num_nonnulls(decided_by_id, enrolled_at, ended_at, trained_at) = 0 AND reason = '' AND answer = ''
    AND CASE way_in WHEN 'nomination' THEN nominated_by_id = wall_person() AND consented_at IS NULL
        ELSE nominated_by_id IS NULL AND consented_at IS NOT NULL END"""
BEGAN = f"""(person_id = wall_person() OR (wall_coordinates() AND (org_id = wall_org() OR firm_id = wall_org()))) AND {S}
    AND cohort_in_sight(org_id, cohort_id) AND (firm_id = wall_org() OR org_id = wall_org())"""

# The worker may write any letter and any notice since 0002: these let nothing in that was not in.
IDLE = {
    "worker_insert_to_participant": "may_write_to_participant(org_id, person_id)",
    "worker_insert_to_programme": "person_id IN (SELECT programme_coordinators(org_id))",
    "worker_insert_to_manager": "may_write_to_manager(org_id, person_id)",
}

# --- the committee's page, a page at a time ---------------------------------------------------------------------------------

PEOPLE = "cohort_people(integer, bigint)"
SOME_PEOPLE = "cohort_people(integer, bigint, bigint[])"
HERE = """
DECLARE c record; everybody boolean; others boolean; central boolean;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = wall_org() OR wall_org() = ANY (c.parties));
    IF NOT FOUND THEN RETURN; END IF;
    everybody := c.org_id = wall_org();
    central := coalesce((c.choices ->> 'centralised')::boolean, true);
    others := everybody OR NOT central;"""
LISTS = {
    # Those of cohort_people in its order, and no more of them than it takes to count and to cut a list.
    "cohort_places(integer, bigint)": f"""
CREATE FUNCTION cohort_places(p_org integer, p_cohort bigint)
RETURNS TABLE (enrolment_id bigint, person_id bigint, side text, room integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column{HERE}
    RETURN QUERY
    WITH held AS (
        SELECT x.who, count(*) FILTER (WHERE x.gives) AS given, count(*) AS taken
        FROM mentoring_request h CROSS JOIN LATERAL (VALUES (h.mentor_person_id, true), (h.mentee_person_id, false)) x(who, gives)
        WHERE h.cohort_org_id = p_org AND h.cohort_id = p_cohort AND h.holds_place GROUP BY x.who)
    SELECT e.id, e.person_id, e.side::text,
        greatest(least(e.places - coalesce(CASE e.side WHEN 'peer' THEN held.taken ELSE held.given END, 0)::integer,
                       coalesce(m.open_slots, e.places)::integer), 0)
    FROM enrolment e
    JOIN person h ON h.id = e.person_id
    JOIN affiliation a ON a.org_id = e.firm_id AND a.person_id = e.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
    LEFT JOIN held ON held.who = e.person_id
    LEFT JOIN mentor_profile m ON m.org_id = e.firm_id AND m.person_id = e.person_id
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled'
      AND (everybody OR e.firm_id = wall_org()
           OR (others AND e.side <> 'mentee' AND NOT e.firm_id = ANY (wall_hidden())))
    ORDER BY lower(h.name), e.id;
END $$""",
    # The wishes of some of them, by rank from 1, for whoever pairs: as cohort_between tells them.
    "cohort_wishes_of(integer, bigint, bigint[])": f"""
CREATE FUNCTION cohort_wishes_of(p_org integer, p_cohort bigint, p_only bigint[])
RETURNS TABLE (whose bigint, other bigint, name text, rank integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column{HERE}
    RETURN QUERY
    SELECT w.enrolment_id, w.other_id, h.name::text, (row_number() OVER (PARTITION BY w.enrolment_id ORDER BY w.rank))::integer
    FROM cohort_wish w
    JOIN enrolment a ON a.org_id = w.org_id AND a.id = w.enrolment_id AND a.state = 'enrolled' AND a.firm_id IS NOT NULL
    JOIN enrolment b ON b.org_id = w.org_id AND b.id = w.other_id AND b.state = 'enrolled' AND b.firm_id IS NOT NULL
    JOIN person h ON h.id = b.person_id
    WHERE w.org_id = p_org AND w.cohort_id = p_cohort AND w.enrolment_id = ANY (p_only)
      AND CASE WHEN central THEN everybody ELSE (CASE a.side WHEN 'mentor' THEN b.firm_id ELSE a.firm_id END) = wall_org() END;
END $$""",
}


def _some(body: str) -> str:
    """``cohort_people`` of 0033, of some enrolments where they are named."""
    return (
        body.replace(
            "cohort_people(p_org integer, p_cohort bigint)",
            "cohort_people(p_org integer, p_cohort bigint, p_only bigint[])",
        )
        .replace("public AS $$", "public SET plan_cache_mode = force_custom_plan AS $$", 1)
        .replace(
            "AND e.state = 'enrolled'\n", "AND e.state = 'enrolled' AND (p_only IS NULL OR e.id = ANY (p_only))\n", 1
        )
    )


# --- where a pair counts ----------------------------------------------------------------------------------------------------

ROOM = "cohort_pair_room(integer, bigint, integer, bigint, integer, bigint)"
BALANCES = "firm_balances(integer, bigint)"
PAIRS = "cohort_pairs(integer, bigint)"

# A school that was withdrawn is not waited for: it leaves room for another.
FOUND = "found_school(bigint, text, text, text, timestamptz)"
STILL_ASKED = (
    "starts_with(o.slug, 'school-')) >= 20",
    """starts_with(o.slug, 'school-')
        AND EXISTS (SELECT FROM programme_asking a WHERE a.org_id = wall_org() AND a.firm_id = o.id)) >= 20""",
)


def _now_at(person: str, other_side: str, then: str) -> str:
    """The firm somebody takes part for now, no firm between employers; whoever has left counts where the request was made."""
    return f"""(SELECT CASE WHEN count(*) = 0 THEN {then} ELSE max(n.firm_id) END FROM enrolment n WHERE n.org_id = p_org
        AND n.cohort_id = p_cohort AND n.person_id = {person} AND n.side <> '{other_side}' AND n.state = 'enrolled')"""


MENTEE_AT = _now_at("r.mentee_person_id", "mentor", "r.org_id")
MENTOR_AT = _now_at("r.mentor_person_id", "mentee", "r.mentor_org_id")


def _where_they_are(body: str) -> str:
    """A function that counted pairs where their requests were made."""
    return (
        body.replace("r.org_id = p_", f"{MENTEE_AT} = p_")
        .replace("r.mentor_org_id = p_", f"{MENTOR_AT} = p_")
        .replace(
            "SELECT r.org_id AS mentee_firm, r.mentor_org_id AS", f"SELECT {MENTEE_AT} AS mentee_firm, {MENTOR_AT} AS"
        )
        .replace("orf.name::text, r.org_id, r.mentor_org_id,", f"orf.name::text, {MENTEE_AT}, {MENTOR_AT},")
    )


def _people() -> str:
    body: str = context.script.get_revision("0033").module.ANEW[PEOPLE]
    return body


def _earlier() -> dict[str, str]:
    """What is changed here, as it was."""
    cohorts = context.script.get_revision("0032").module.FUNCTIONS
    return {name: cohorts[name] for name in (ROOM, BALANCES, FOUND)} | {
        PAIRS: context.script.get_revision("0033").module.ANEW[PAIRS]
    }


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    earlier = _earlier()
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, body in FUNCTIONS.items():
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{GRANTED[signature]}")
    for body in (
        *(_where_they_are(earlier[name]) for name in (ROOM, BALANCES, PAIRS)),
        earlier[FOUND].replace(*STILL_ASKED),
    ):
        execute(body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.execute(f"DROP FUNCTION {PEOPLE}")
    for signature, body in (*LISTS.items(), (SOME_PEOPLE, _some(_people()))):
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute("REVOKE UPDATE ON enrolment FROM passerelle_web")
    op.execute(f"GRANT UPDATE ({CHANGED}) ON enrolment TO passerelle_web")
    op.execute(
        """CREATE TRIGGER keep_steps BEFORE UPDATE ON enrolment FOR EACH ROW
           WHEN (current_user = 'passerelle_web') EXECUTE FUNCTION keep_steps()"""
    )
    op.execute("DROP POLICY web_insert ON enrolment")
    execute(f"CREATE POLICY web_insert ON enrolment FOR INSERT TO passerelle_web WITH CHECK ({BEGINS})")
    for name in IDLE:
        for table in ("letter", "notice"):
            op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION may_write_to_manager(integer, bigint)")
    op.execute("SET LOCAL ROLE passerelle_owner")


def downgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.execute("SET LOCAL ROLE passerelle_gate")
    managers = "may_write_to_manager(integer, bigint)"
    execute(context.script.get_revision("0025").module.FUNCTIONS[managers])
    op.execute(f"REVOKE EXECUTE ON FUNCTION {managers} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {managers} TO passerelle_web, passerelle_worker")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for name, check in IDLE.items():
        for table in ("letter", "notice"):
            execute(f"CREATE POLICY {name} ON {table} FOR INSERT TO passerelle_worker WITH CHECK ({S} AND {check})")
    op.execute("DROP POLICY web_insert ON enrolment")
    execute(f"CREATE POLICY web_insert ON enrolment FOR INSERT TO passerelle_web WITH CHECK ({BEGAN})")
    op.execute("DROP TRIGGER keep_steps ON enrolment")
    op.execute("REVOKE UPDATE ON enrolment FROM passerelle_web")
    op.execute("GRANT UPDATE ON enrolment TO passerelle_web")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for body in _earlier().values():
        execute(body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    for signature in (*FUNCTIONS, *LISTS, SOME_PEOPLE):
        op.execute(f"DROP FUNCTION {signature}")
    execute(_people())
    op.execute(f"REVOKE EXECUTE ON FUNCTION {PEOPLE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {PEOPLE} TO passerelle_web")
    op.execute("SET LOCAL ROLE passerelle_owner")
