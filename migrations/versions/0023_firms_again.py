"""What the desk and the firms' welcome still needed: places for mentees, agreements that were superseded, domains looked at
again, and files read by the worker.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# A network's own figures about its member firms: counts and days, never rows, never names.
FIRM_PROGRESS = """
CREATE OR REPLACE FUNCTION firm_progress() RETURNS TABLE (firm_id integer, people integer, mentors integer, mentees integer, requests integer,
    accepted smallint, accepted_on date, people_on date, conflicts_on date, mentors_on date, request_on date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() NOT IN ('network_admin', 'programme_manager') THEN RETURN; END IF;
    RETURN QUERY SELECT m.firm_id,
        (SELECT count(*)::integer FROM affiliation a WHERE a.org_id = m.firm_id AND a.ended_on IS NULL),
        (SELECT count(*)::integer FROM card c WHERE c.org_id = m.firm_id AND wall_org() = ANY (c.aud)),
        MENTEES,
        (SELECT count(*)::integer FROM mentoring_request r WHERE r.org_id = m.firm_id AND r.state <> 'draft'),
        (SELECT max(g.number) FROM agreement_acceptance g WHERE g.org_id = m.firm_id AND g.network_id = wall_org()),
        (SELECT min(g.accepted_at)::date FROM agreement_acceptance g WHERE g.org_id = m.firm_id AND g.network_id = wall_org()
            AND g.number = (SELECT max(h.number) FROM agreement_acceptance h
                            WHERE h.org_id = m.firm_id AND h.network_id = wall_org())),
        least((SELECT min(a.created_at)::date FROM affiliation a
                WHERE a.org_id = m.firm_id AND a.ended_on IS NULL AND a.role NOT IN ('hr_partner', 'company_admin')),
              (SELECT min(i.created_at)::date FROM invitation i
                WHERE i.org_id = m.firm_id AND i.state = 'open' AND i.role NOT IN ('hr_partner', 'company_admin'))),
        least((SELECT min(d.created_at)::date FROM conflict_declaration d WHERE d.org_id = m.firm_id),
              (SELECT min(w.at)::date FROM welcome_step w WHERE w.org_id = m.firm_id AND w.step = 'conflicts' AND w.state = 'nothing')),
        (SELECT min(c.published_at)::date FROM card c WHERE c.org_id = m.firm_id AND wall_org() = ANY (c.aud)),
        (SELECT min(r.created_at)::date FROM mentoring_request r WHERE r.org_id = m.firm_id AND r.state <> 'draft')
    FROM firm_membership m WHERE m.network_id = wall_org();
END $$
"""

MENTEES_BEFORE = """(SELECT count(DISTINCT s.mentee_person_id)::integer FROM mentorship s
            JOIN firm_membership f ON f.network_id = wall_org() AND f.firm_id = s.mentor_org_id AND f.state = 'active'
            WHERE s.org_id = m.firm_id AND s.state <> 'ended')"""
MENTEES = "(SELECT count(*)::integer FROM mentees_in_network(wall_org(), m.firm_id))"

# Who counts: people of the firm with an open request to, or a mentorship with, somebody of another firm of the network.
MENTEES_IN_NETWORK = """
CREATE FUNCTION mentees_in_network(p_network integer, p_firm integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY
        SELECT s.mentee_person_id FROM mentorship s
        JOIN firm_membership f ON f.network_id = p_network AND f.firm_id = s.mentor_employer_id AND f.state = 'active'
        WHERE s.mentee_employer_id = p_firm AND s.mentor_employer_id <> p_firm AND s.state <> 'ended'
        UNION
        SELECT r.mentee_person_id FROM mentoring_request r
        JOIN firm_membership f ON f.network_id = p_network AND f.firm_id = r.mentor_org_id AND f.state = 'active'
        WHERE r.org_id = p_firm AND r.mentor_org_id <> p_firm
          AND r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted');
END $$
"""

# The networks that stand in the way of a request, each full for the asker's firm; none when one way to the mentor is open.
# One firm's mentees come to one network one after the other, and to several in the order of their numbers.
FULL_FOR_MENTEE = """
CREATE FUNCTION full_for_mentee(p_mentor_org integer, p_mentor_person bigint) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE ways integer[]; way integer; most integer; full_ones integer[] := '{}'; limits jsonb := '{}';
BEGIN
    IF NOT wall_sealed() THEN RAISE insufficient_privilege USING MESSAGE = 'no workspace is open'; END IF;
    ways := ARRAY(SELECT a FROM card c, unnest(c.aud) a
                  WHERE c.org_id = p_mentor_org AND c.person_id = p_mentor_person AND a = ANY (wall_audiences()) ORDER BY a);
    FOREACH way IN ARRAY ways LOOP
        SELECT q.max_mentees INTO most FROM intake_quota q
        WHERE q.org_id = way AND q.firm_id IN (wall_org(), way) AND wall_org() NOT IN (way, p_mentor_org)
        ORDER BY (q.firm_id = wall_org()) DESC LIMIT 1;
        IF most IS NULL THEN RETURN; END IF;
        limits := limits || jsonb_build_object(way::text, most);
    END LOOP;
    FOREACH way IN ARRAY ways LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('mentees ' || way || ' ' || wall_org(), 0));
        IF wall_person() IN (SELECT mentees_in_network(way, wall_org()))
           OR (SELECT count(*) FROM mentees_in_network(way, wall_org())) < (limits ->> way::text)::integer THEN
            RETURN;
        END IF;
        full_ones := full_ones || way;
    END LOOP;
    RETURN QUERY SELECT unnest(full_ones);
END $$
"""

# Whether the firm said yes to an earlier version of the network's agreement only, and its time to say yes to this one is over.
# Whoever is listed there may go on changing their page.
PUBLICATION_WAITS = """
CREATE FUNCTION publication_waits(p_network integer, p_today date) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE current record; accepted smallint;
BEGIN
    IF NOT wall_sealed() THEN RETURN true; END IF;
    SELECT a.number, a.old_holds_until INTO current FROM agreement a
    WHERE a.org_id = p_network AND a.published_at IS NOT NULL ORDER BY a.number DESC LIMIT 1;
    SELECT max(c.number) INTO accepted FROM agreement_acceptance c WHERE c.org_id = wall_org() AND c.network_id = p_network;
    RETURN coalesce(accepted < current.number, false) AND coalesce(current.old_holds_until < p_today, true)
        AND NOT EXISTS (SELECT FROM card c
                        WHERE c.org_id = wall_org() AND c.person_id = wall_person() AND p_network = ANY (c.chosen));
END $$
"""

# For the clock: which tenants have a domain whose record in the DNS was not looked at since.
DOMAINS_TO_LOOK_AT = """
CREATE FUNCTION organisations_with_domains_to_look_at(p_before timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT d.org_id FROM domain d WHERE d.method = 'dns' AND d.verified_at IS NOT NULL AND d.checked_at <= p_before
$$
"""

# (signature, definition, role that may call it)
FUNCTIONS = (
    ("mentees_in_network(integer, integer)", MENTEES_IN_NETWORK, None),
    ("full_for_mentee(integer, bigint)", FULL_FOR_MENTEE, "passerelle_web"),
    ("publication_waits(integer, date)", PUBLICATION_WAITS, "passerelle_web"),
    ("organisations_with_domains_to_look_at(timestamptz)", DOMAINS_TO_LOOK_AT, "passerelle_worker"),
)

STATES = ("uploaded", "checked", "running", "done", "undone")


def allow_states(*states: str) -> None:
    op.drop_constraint(op.f("ck_people_import_importstate"), "people_import")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_people_import_importstate"), "people_import", f"state IN ({listed})")


def count_mentees(by: str) -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.get_bind().exec_driver_sql(FIRM_PROGRESS.replace("MENTEES", by))
    op.execute("SET LOCAL ROLE passerelle_owner")


def upgrade() -> None:
    for signature, definition, role in FUNCTIONS:
        op.get_bind().exec_driver_sql(definition)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        if role:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {role}")
        op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")
    op.execute("CREATE POLICY gate_select_versions ON agreement FOR SELECT TO passerelle_gate USING (true)")
    op.execute("GRANT SELECT (org_id, number, published_at, old_holds_until) ON agreement TO passerelle_gate")
    count_mentees(MENTEES)
    op.add_column("domain", sa.Column("failed_looks", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("domain", sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT SELECT (failed_looks, lost_at) ON domain TO passerelle_web, passerelle_worker")
    op.execute("GRANT UPDATE (failed_looks, lost_at) ON domain TO passerelle_worker")
    op.add_column("people_import", sa.Column("fault", JSONB(), server_default="[]", nullable=False))
    allow_states(*STATES, "reading", "unreadable")


def downgrade() -> None:
    # A file that nobody can read any more is sent again.
    op.execute("ALTER TABLE people_import NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM people_import WHERE state IN ('reading', 'unreadable')")
    op.execute("ALTER TABLE people_import FORCE ROW LEVEL SECURITY")
    allow_states(*STATES)
    op.drop_column("people_import", "fault")
    op.drop_column("domain", "lost_at")
    op.drop_column("domain", "failed_looks")
    count_mentees(MENTEES_BEFORE)
    op.execute("REVOKE SELECT (org_id, number, published_at, old_holds_until) ON agreement FROM passerelle_gate")
    op.execute("DROP POLICY gate_select_versions ON agreement")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, _definition, _role in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
