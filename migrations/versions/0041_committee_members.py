"""Who sits on a matching committee; what a stricter balance costs; mentors without a pair; words that go with the cohort.

Somebody who was appointed reads the bench of one cohort, votes and notes there, in the workspace they were appointed in: as long as
the row stands, the cohort is open, and they take no part in it. Another organisation's people sit there as its coordinators only.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OWN = f"org_id = wall_org() AND wall_coordinates() AND {S}"
SYSTEM = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"
MINE = f"person_id = wall_person() AND {S}"
SEATED = "(org_id, cohort_id) IN (SELECT s.org_id, s.cohort_id FROM committee_seats() s)"
SEATED_RUN = "(org_id, run_id) IN (SELECT s.org_id, s.run_id FROM committee_runs() s)"
COORDINATORS = "('hr_partner', 'company_admin', 'network_admin', 'programme_manager')"
CURRENT = "(a.ended_on IS NULL OR a.ended_on > current_date)"
TAKES_PART = """EXISTS (SELECT FROM enrolment e WHERE e.org_id = c.org_id AND e.cohort_id = c.id AND e.person_id = {0}
            AND e.state IN ('nominated', 'awaiting_employer', 'awaiting_decision', 'waiting', 'enrolled'))"""

# Where the viewer sits, in the workspace they act in: nobody reads reasons about themselves, and nobody sits in what is over.
SEATS = f"""
CREATE FUNCTION committee_seats() RETURNS TABLE (org_id integer, cohort_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT m.org_id, m.cohort_id FROM committee_member m
        JOIN affiliation a ON a.org_id = m.firm_id AND a.id = m.affiliation_id AND a.person_id = m.person_id AND {CURRENT}
        JOIN cohort c ON c.org_id = m.cohort_org_id AND c.id = m.cohort_id AND c.state = 'open'
        WHERE m.person_id = wall_person() AND m.firm_id = wall_org()
          AND (m.firm_id = m.org_id OR (wall_coordinates() AND m.firm_id = ANY (c.parties)))
          AND (m.org_id = c.org_id OR m.org_id = ANY (c.parties))
          AND NOT {TAKES_PART.format("m.person_id")};
END $$"""
RUNS = """
CREATE FUNCTION committee_runs() RETURNS TABLE (org_id integer, run_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT r.org_id, r.id FROM match_run r
        JOIN committee_seats() s ON s.org_id = r.org_id AND s.cohort_id = r.cohort_id;
END $$"""

# The cohort and its programme, for somebody who sits in its committee and is nothing else to it.
COHORT = """
CREATE FUNCTION committee_cohort(p_cohort bigint) RETURNS SETOF cohort
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT EXISTS (SELECT FROM committee_seats() s WHERE s.cohort_id = p_cohort) THEN RETURN; END IF;
    RETURN QUERY SELECT c.* FROM cohort c WHERE c.id = p_cohort;
END $$"""
PROGRAMME = """
CREATE FUNCTION committee_programme(p_cohort bigint) RETURNS SETOF programme
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT EXISTS (SELECT FROM committee_seats() s WHERE s.cohort_id = p_cohort) THEN RETURN; END IF;
    RETURN QUERY SELECT p.* FROM cohort c JOIN programme p ON p.org_id = c.org_id AND p.id = c.programme_id WHERE c.id = p_cohort;
END $$"""

# Whether the viewer may look at the bench of an organisation's committee: as its coordinator, or appointed.
AT_BENCH = """
CREATE FUNCTION at_bench(p_bench integer, p_org integer, p_cohort bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    IF p_bench = wall_org() AND wall_coordinates() THEN
        RETURN EXISTS (SELECT FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = p_bench OR p_bench = ANY (c.parties)));
    END IF;
    RETURN EXISTS (SELECT FROM committee_seats() s WHERE s.org_id = p_bench AND s.cohort_id = p_cohort)
        AND EXISTS (SELECT FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort);
END $$"""

# Who stands at a bench, by enrolment: names and firms, nothing else. Whoever runs the cohort sees all of it; a firm that matches
# its own people sees these, and of the others those who may be their mentors.
IN_SIGHT = """({e}.state = 'enrolled' AND (everybody OR {e}.firm_id = p_bench
            OR (others AND {e}.side <> 'mentee' AND NOT {e}.firm_id = ANY (wall_hidden()))))"""
SIGHT = """
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort;
    everybody := c.org_id = p_bench;
    others := NOT coalesce((c.choices ->> 'centralised')::boolean, true);"""
PEOPLE = f"""
CREATE FUNCTION bench_people(p_bench integer, p_org integer, p_cohort bigint, p_ids bigint[])
RETURNS TABLE (enrolment_id bigint, person_id bigint, name text, firm text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; everybody boolean; others boolean;
BEGIN
    IF NOT at_bench(p_bench, p_org, p_cohort) THEN RETURN; END IF;
    {SIGHT}
    RETURN QUERY SELECT e.id, e.person_id, h.name::text, o.name::text
    FROM unnest(p_ids) i(id) JOIN enrolment e ON e.org_id = p_org AND e.id = i.id AND e.cohort_id = p_cohort AND {IN_SIGHT.format(e="e")}
    JOIN person h ON h.id = e.person_id JOIN organisation o ON o.id = e.firm_id;
END $$"""

# One page of a version's pairs: the best first, or the weakest. ``p_only``: of these mentees alone.
PAIRS = f"""
CREATE FUNCTION bench_pairs(p_bench integer, p_org integer, p_cohort bigint, p_run bigint, p_words text, p_only bigint[], p_pinned boolean,
    p_weakest boolean, p_points integer, p_after bigint, p_most integer)
RETURNS TABLE (mentee_enrolment_id bigint, mentor_enrolment_id bigint, points integer, is_pinned boolean, mark text, yes bigint,
    no bigint, mentee_name text, mentee_firm text, mentor_name text, mentor_firm text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE c record; everybody boolean; others boolean;
BEGIN
    IF NOT at_bench(p_bench, p_org, p_cohort)
        OR NOT EXISTS (SELECT FROM match_run r WHERE r.org_id = p_bench AND r.id = p_run AND r.cohort_id = p_cohort) THEN RETURN; END IF;
    {SIGHT}
    RETURN QUERY
    SELECT t.mentee_enrolment_id, t.mentor_enrolment_id, t.points, t.is_pinned, t.mark, v.yes, v.no, a.name, a.firm, b.name, b.firm
    FROM (
        SELECT p.*, k.kind::text AS mark FROM match_proposal p
        LEFT JOIN match_mark k ON k.org_id = p.org_id AND k.cohort_id = p_cohort AND k.mentee_enrolment_id = p.mentee_enrolment_id
            AND k.mentor_enrolment_id = p.mentor_enrolment_id
        WHERE p.org_id = p_bench AND p.run_id = p_run
          AND (p_only IS NULL OR p.mentee_enrolment_id = ANY (p_only))
          AND (NOT p_pinned OR p.is_pinned OR k.kind = 'pin')
          AND (p_points IS NULL OR (p_weakest AND p.points > p_points) OR (NOT p_weakest AND p.points < p_points)
               OR (p.points = p_points AND p.mentee_enrolment_id > p_after))
          AND (p_words IS NULL OR EXISTS (SELECT FROM enrolment e JOIN person h ON h.id = e.person_id JOIN organisation o ON o.id = e.firm_id
               WHERE e.org_id = p_org AND e.id IN (p.mentee_enrolment_id, p.mentor_enrolment_id) AND {IN_SIGHT.format(e="e")}
                 AND strpos(lower(h.name || ' ' || o.name), lower(p_words)) > 0))
        ORDER BY CASE WHEN p_weakest THEN p.points ELSE -p.points END, p.mentee_enrolment_id LIMIT p_most
    ) t
    LEFT JOIN LATERAL (SELECT h.name::text AS name, o.name::text AS firm FROM enrolment e JOIN person h ON h.id = e.person_id
        JOIN organisation o ON o.id = e.firm_id WHERE e.org_id = p_org AND e.id = t.mentee_enrolment_id AND {IN_SIGHT.format(e="e")}) a ON true
    LEFT JOIN LATERAL (SELECT h.name::text AS name, o.name::text AS firm FROM enrolment e JOIN person h ON h.id = e.person_id
        JOIN organisation o ON o.id = e.firm_id WHERE e.org_id = p_org AND e.id = t.mentor_enrolment_id AND {IN_SIGHT.format(e="e")}) b ON true
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE w.is_yes) AS yes, count(*) FILTER (WHERE NOT w.is_yes) AS no FROM match_vote w
        WHERE w.org_id = p_bench AND w.run_id = p_run AND w.mentee_enrolment_id = t.mentee_enrolment_id
          AND w.mentor_enrolment_id = t.mentor_enrolment_id) v
    ORDER BY CASE WHEN p_weakest THEN t.points ELSE -t.points END, t.mentee_enrolment_id;
END $$"""

# Whom the coordinators may appoint: their own people, and, where they run the cohort, those who coordinate the firms that take
# part; nobody who is in the cohort themselves.
MAY_SIT = f"""
    FROM affiliation a JOIN person h ON h.id = a.person_id JOIN organisation o ON o.id = a.org_id
    WHERE {CURRENT}
      AND ((a.org_id = wall_org() AND a.role NOT IN {COORDINATORS})
           OR (c.org_id = wall_org() AND a.org_id <> wall_org() AND a.org_id = ANY (c.parties) AND a.role IN {COORDINATORS}))
      AND NOT {TAKES_PART.format("a.person_id")}"""
LED = """c.org_id = p_org AND c.id = p_cohort AND c.state = 'open' AND (c.org_id = wall_org()
        OR (wall_org() = ANY (c.parties) AND NOT coalesce((c.choices ->> 'centralised')::boolean, true)))"""
CANDIDATES = f"""
CREATE FUNCTION committee_candidates(p_org integer, p_cohort bigint, p_words text, p_most integer)
RETURNS TABLE (firm_id integer, affiliation_id bigint, person_id bigint, name text, firm text, title text, slug text, locale text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE {LED};
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT a.org_id, a.id, a.person_id, h.name::text, o.name::text, coalesce(a.job_title, '')::text,
        o.slug::text, coalesce(h.locale, 'en')::text {MAY_SIT}
      AND NOT EXISTS (SELECT FROM committee_member m WHERE m.org_id = wall_org() AND m.cohort_id = p_cohort AND m.person_id = a.person_id)
      AND (p_words IS NULL OR strpos(lower(h.name || ' ' || o.name), lower(p_words)) > 0)
    ORDER BY lower(h.name), a.id LIMIT p_most;
END $$"""
MAY_APPOINT = f"""
CREATE FUNCTION may_appoint(p_org integer, p_cohort bigint, p_firm integer, p_affiliation bigint, p_person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN false; END IF;
    SELECT * INTO c FROM cohort c WHERE {LED};
    IF NOT FOUND THEN RETURN false; END IF;
    RETURN EXISTS (SELECT {MAY_SIT.strip()} AND a.org_id = p_firm AND a.id = p_affiliation AND a.person_id = p_person);
END $$"""
MEMBERS = """
CREATE FUNCTION committee_people(p_org integer, p_cohort bigint)
RETURNS TABLE (person_id bigint, name text, firm text, appointed_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY SELECT m.person_id, h.name::text, o.name::text, m.appointed_at
    FROM committee_member m JOIN person h ON h.id = m.person_id JOIN organisation o ON o.id = m.firm_id
    WHERE m.org_id = wall_org() AND m.cohort_org_id = p_org AND m.cohort_id = p_cohort ORDER BY lower(h.name), m.person_id;
END $$"""

# Whose committees kept a question about a cohort of ours: each firm its own, where each matches.
COMMITTEES = """
CREATE FUNCTION committees_of_cohort(p_cohort bigint) RETURNS SETOF integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT DISTINCT r.org_id FROM match_run r WHERE r.cohort_org_id = wall_org() AND r.cohort_id = p_cohort;
END $$"""

FUNCTIONS = {
    "committee_seats()": (SEATS, ("web",)),
    "committee_runs()": (RUNS, ("web",)),
    "committee_cohort(bigint)": (COHORT, ("web",)),
    "committee_programme(bigint)": (PROGRAMME, ("web",)),
    "at_bench(integer, integer, bigint)": (AT_BENCH, ()),
    "bench_people(integer, integer, bigint, bigint[])": (PEOPLE, ("web",)),
    "bench_pairs(integer, integer, bigint, bigint, text, bigint[], boolean, boolean, integer, bigint, integer)": (
        PAIRS,
        ("web",),
    ),
    "committee_candidates(integer, bigint, text, integer)": (CANDIDATES, ("web",)),
    "may_appoint(integer, bigint, integer, bigint, bigint)": (MAY_APPOINT, ("web",)),
    "committee_people(integer, bigint)": (MEMBERS, ("web",)),
    "committees_of_cohort(bigint)": (COMMITTEES, ("worker",)),
}

# (table, name, role, command, using, check)
POLICIES: tuple[tuple[str, str, str, str, str | None, str | None], ...] = (
    ("committee_member", "web_select", "web", "SELECT", f"({OWN}) OR (firm_id = wall_org() AND {MINE})", None),
    ("committee_member", "web_insert", "web", "INSERT", None,
     f"{OWN} AND appointed_by_id = wall_person() AND may_appoint(cohort_org_id, cohort_id, firm_id, affiliation_id, person_id)"),
    ("committee_member", "web_delete", "web", "DELETE", OWN, None),
    ("committee_member", "worker_export", "worker", "SELECT", f"wall_role() IN ('export', 'erasure') AND {MINE}", None),
    ("committee_member", "worker_erasure", "worker", "DELETE", f"wall_role() = 'erasure' AND {MINE}", None),
    ("match_curve", "web_select", "web", "SELECT", f"({OWN}) OR {SEATED_RUN}", None),
    ("match_curve", "web_insert", "web", "INSERT", None, OWN),
    ("match_curve", "worker_select", "worker", "SELECT", SYSTEM, None),
    ("match_curve", "worker_update", "worker", "UPDATE", SYSTEM, SYSTEM),
    # The bench, for those who were appointed.
    ("match_run", "web_seated", "web", "SELECT", SEATED, None),
    ("match_proposal", "web_seated", "web", "SELECT", SEATED_RUN, None),
    ("match_leftover", "web_seated", "web", "SELECT", SEATED_RUN, None),
    ("match_mark", "web_seated", "web", "SELECT", SEATED, None),
    ("match_note", "web_seated", "web", "SELECT", SEATED, None),
    ("match_note", "web_seated_insert", "web", "INSERT", None, f"{SEATED} AND author_id = wall_person()"),
    ("match_note", "web_seated_delete", "web", "DELETE", f"{SEATED} AND author_id = wall_person()", None),
    ("match_vote", "web_seated", "web", "SELECT", SEATED_RUN, None),
    ("match_vote", "web_seated_insert", "web", "INSERT", None, f"{SEATED_RUN} AND person_id = wall_person()"),
    ("match_vote", "web_seated_update", "web", "UPDATE", f"{SEATED_RUN} AND person_id = wall_person()",
     f"{SEATED_RUN} AND person_id = wall_person()"),
    ("match_vote", "web_seated_delete", "web", "DELETE", f"{SEATED_RUN} AND person_id = wall_person()", None),
    # What the functions above look at.
    *((table, "gate_select", "gate", "SELECT", "true", None)
      for table in ("committee_member", "match_run", "match_proposal", "match_mark", "match_vote")),
    *((table, "gate_fading", "gate", "ALL", "org_id = wall_org() AND wall_role() = 'system'", None) for table in ("match_run", "match_note")),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT, DELETE ON committee_member TO passerelle_web;
GRANT SELECT, DELETE ON committee_member TO passerelle_worker;
GRANT SELECT, INSERT ON match_curve TO passerelle_web;
GRANT SELECT, UPDATE ON match_curve TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON committee_member, match_curve TO passerelle_operator;
"""
GATE = """
{0} SELECT ON committee_member, match_run, match_proposal, match_mark, match_vote, match_note {1} passerelle_gate;
{0} UPDATE (question) ON match_run {1} passerelle_gate;
{0} DELETE ON match_note {1} passerelle_gate;
"""

TABLES = ("committee_member", "match_curve")
COUNTED = "        ELSE 'JOIN cohort c ON c.org_id = x.org_id AND c.id = x.cohort_id ' END"
OF_EACH_FIRM = (
    "        WHEN p_table IN ('match_note', 'match_run') THEN 'JOIN cohort c ON c.org_id = x.cohort_org_id AND c.id = x.cohort_id '\n"
    + COUNTED
)


def _key(table: str, name: str, to: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(to, name=f"fk_{table}_{name}"), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _tables() -> None:
    op.create_table(
        "committee_member",
        _key("committee_member", "org_id", "organisation.id", sa.Integer()),
        sa.Column("cohort_org_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.BigInteger(), nullable=False),
        _key("committee_member", "person_id", "person.id", sa.BigInteger()),
        sa.Column("firm_id", sa.Integer(), nullable=False),
        sa.Column("affiliation_id", sa.BigInteger(), nullable=False),
        _key("committee_member", "appointed_by_id", "person.id", sa.BigInteger()),
        _moment("appointed_at"),
        sa.PrimaryKeyConstraint("org_id", "cohort_id", "person_id", name="pk_committee_member"),
        sa.ForeignKeyConstraint(
            ["cohort_org_id", "cohort_id"],
            ["cohort.org_id", "cohort.id"],
            name="fk_committee_member_cohort_org_id_cohort_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "affiliation_id"],
            ["affiliation.org_id", "affiliation.id"],
            name="fk_committee_member_firm_id_affiliation_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_committee_member_person_id", "committee_member", ["person_id"])
    op.create_table(
        "match_curve",
        _key("match_curve", "org_id", "organisation.id", sa.Integer()),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("answer", JSONB(), nullable=False),
        _moment("asked_at"),
        _moment("ready_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "run_id", name="pk_match_curve"),
        sa.ForeignKeyConstraint(
            ["org_id", "run_id"],
            ["match_run.org_id", "match_run.id"],
            name="fk_match_curve_org_id_run_id",
            ondelete="CASCADE",
        ),
    )
    op.add_column("match_leftover", sa.Column("side", sa.String(10), server_default="mentee", nullable=False))


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute(GRANTS)
    execute(GATE.format("GRANT", "TO"))
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, (body, roles) in FUNCTIONS.items():
        execute(body.replace("%", "%%"))
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    execute(_fading(OF_EACH_FIRM))
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def _fading(joined: str) -> str:
    """What takes the words of cohorts; those of a committee lie with the committee's organisation, whoever runs the cohort."""
    body: str = context.script.get_revision("0033").module.TAKE_WORDS
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(COUNTED, joined).replace("%", "%%")


def downgrade() -> None:
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    for table in TABLES:
        op.execute(f"DROP POLICY operator ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.get_bind().exec_driver_sql(_fading(COUNTED))
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.get_bind().exec_driver_sql(GATE.format("REVOKE", "FROM"))
    op.drop_column("match_leftover", "side")
    for table in reversed(TABLES):
        op.drop_table(table)
