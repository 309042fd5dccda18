"""What ends when somebody leaves a cohort or it is over, the quotas of pairs, what waits for those who run it, and schools.

Requests are kept where the mentee works, so whoever runs the cohort learns their numbers from the gate and has each ended there.
A firm's quotas and its balance hold for pairs as they do for places: one function counts under the cohort's lock, and triggers
ask it again whenever a pair is proposed or a mentor says yes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# Somebody's place in the matching is spoken for: they said yes, they are a pair that goes on, or a proposal waits.
BOUND = """(r.state = 'accepted' OR (r.state = 'confirmed' AND r.holds_place)
        OR (r.state IN ('awaiting_employer', 'sent', 'more_information') AND EXISTS (SELECT FROM cohort_proposal p
            WHERE p.org_id = p_org AND p.request_org_id = r.org_id AND p.request_id = r.id AND p.undone_at IS NULL)))"""

FUNCTIONS = {
    # What is under way in a cohort of ours, or of one enrolment in it; of somebody who came back on that side, nothing.
    "open_requests_of_cohort(bigint, bigint)": """
CREATE FUNCTION open_requests_of_cohort(p_cohort bigint, p_enrolment bigint) RETURNS TABLE (org_id integer, request_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE e enrolment;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    IF p_enrolment IS NOT NULL THEN
        SELECT * INTO e FROM enrolment x WHERE x.org_id = wall_org() AND x.id = p_enrolment;
        IF NOT FOUND OR EXISTS (SELECT FROM enrolment x WHERE x.org_id = e.org_id AND x.cohort_id = e.cohort_id
            AND x.person_id = e.person_id AND x.side = e.side AND x.state = 'enrolled') THEN RETURN; END IF;
    END IF;
    RETURN QUERY SELECT r.org_id, r.id FROM mentoring_request r
    WHERE r.cohort_org_id = wall_org() AND r.cohort_id = p_cohort
      AND r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted')
      AND (p_enrolment IS NULL OR (e.side <> 'mentor' AND r.mentee_person_id = e.person_id)
           OR (e.side <> 'mentee' AND r.mentor_person_id = e.person_id))
    ORDER BY 1, 2;
END $$""",
    # Pairs that came to work for one firm where the form is between firms; by name, for whoever runs the cohort.
    "pairs_within_firm(bigint)": """
CREATE FUNCTION pairs_within_firm(p_enrolment bigint) RETURNS TABLE (mentee_name text, mentor_name text, firm text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT a.name::text, b.name::text, o.name::text
    FROM enrolment e
    JOIN cohort c ON c.org_id = e.org_id AND c.id = e.cohort_id AND c.form IN ('external', 'cross_company', 'board')
    JOIN mentorship m ON m.cohort_org_id = e.org_id AND m.cohort_id = e.cohort_id AND m.state <> 'ended'
        AND e.person_id IN (m.mentee_person_id, m.mentor_person_id)
    JOIN enrolment x ON x.org_id = e.org_id AND x.cohort_id = e.cohort_id AND x.state = 'enrolled' AND x.firm_id = e.firm_id
        AND x.person_id = CASE WHEN e.person_id = m.mentee_person_id THEN m.mentor_person_id ELSE m.mentee_person_id END
    JOIN person a ON a.id = m.mentee_person_id JOIN person b ON b.id = m.mentor_person_id JOIN organisation o ON o.id = e.firm_id
    WHERE e.org_id = wall_org() AND e.id = p_enrolment AND e.state = 'enrolled'
    ORDER BY m.id;
END $$""",
    # '' when the two may become a pair as far as figures go, else 'quota' or 'unbalanced'. Holds the cohort's lock until the commit.
    # What a firm gives is its mentors who take part; what it receives, its mentees who are spoken for.
    "cohort_pair_room(integer, bigint, integer, bigint, integer, bigint)": f"""
CREATE FUNCTION cohort_pair_room(p_org integer, p_cohort bigint, p_mentee_firm integer, p_mentee bigint, p_mentor_firm integer,
    p_mentor bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE c record; most integer; taken bigint; given bigint; balance integer; peer boolean;
BEGIN
    IF NOT wall_sealed() OR NOT (wall_role() = 'system' OR wall_coordinates() OR wall_person() IN (p_mentee, p_mentor))
    THEN RETURN 'quota'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('cohort', p_cohort));
    SELECT k.form, k.choices, k.programme_id INTO c FROM cohort k WHERE k.org_id = p_org AND k.id = p_cohort;
    peer := c.form = 'peer';
    most := coalesce((SELECT p.max_mentees FROM programme_party p WHERE p.org_id = p_org AND p.programme_id = c.programme_id
                      AND p.firm_id = p_mentee_firm), (c.choices #>> '{{quota,mentees}}')::integer);
    balance := CASE WHEN peer THEN NULL ELSE (c.choices #>> '{{quota,balance}}')::integer END;
    IF most IS NOT NULL OR balance IS NOT NULL THEN
        SELECT count(DISTINCT who) INTO taken FROM (
            SELECT r.mentee_person_id AS who FROM mentoring_request r
            WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND r.org_id = p_mentee_firm AND {BOUND}
            UNION ALL SELECT r.mentor_person_id FROM mentoring_request r
            WHERE peer AND r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND r.mentor_org_id = p_mentee_firm AND {BOUND}
        ) bound WHERE who <> p_mentee;
        IF taken >= most THEN RETURN 'quota'; END IF;
        SELECT count(*) INTO given FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.firm_id = p_mentee_firm
            AND e.side = 'mentor' AND e.state = 'enrolled';
        IF taken + 1 > given + balance THEN RETURN 'unbalanced'; END IF;
    END IF;
    most := coalesce((SELECT CASE WHEN peer THEN p.max_mentees ELSE p.max_mentors END FROM programme_party p WHERE p.org_id = p_org
                      AND p.programme_id = c.programme_id AND p.firm_id = p_mentor_firm),
                     (c.choices #>> ARRAY['quota', CASE WHEN peer THEN 'mentees' ELSE 'mentors' END])::integer);
    IF most IS NOT NULL THEN
        SELECT count(DISTINCT who) INTO taken FROM (
            SELECT r.mentor_person_id AS who FROM mentoring_request r
            WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND r.mentor_org_id = p_mentor_firm AND {BOUND}
            UNION ALL SELECT r.mentee_person_id FROM mentoring_request r
            WHERE peer AND r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND r.org_id = p_mentor_firm AND {BOUND}
        ) bound WHERE who <> p_mentor;
        IF taken >= most THEN RETURN 'quota'; END IF;
    END IF;
    RETURN '';
END $$""",
    # Loading by hand has no context, and answers for itself.
    "keep_pairs()": """
CREATE FUNCTION keep_pairs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE r record; word text;
BEGIN
    IF coalesce(current_setting('passerelle.org', true), '') IN ('', '0') THEN RETURN NEW; END IF;
    IF TG_TABLE_NAME = 'cohort_proposal' THEN
        SELECT q.* INTO r FROM mentoring_request q WHERE q.org_id = NEW.request_org_id AND q.id = NEW.request_id;
        word := cohort_pair_room(NEW.org_id, NEW.cohort_id, r.org_id, r.mentee_person_id, r.mentor_org_id, r.mentor_person_id);
    ELSE
        word := cohort_pair_room(NEW.cohort_org_id, NEW.cohort_id, NEW.org_id, NEW.mentee_person_id, NEW.mentor_org_id,
                                 NEW.mentor_person_id);
    END IF;
    IF word <> '' THEN RAISE EXCEPTION USING MESSAGE = 'no pair: ' || word, ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$""",
    # A school that is not here yet, founded without a name for an external programme of ours; NULL when it may not be, or when
    # twenty that we founded are without a name still. Only who registers by the invitation comes to act for it.
    "found_school(bigint, text, text, text, timestamptz)": """
CREATE FUNCTION found_school(p_programme bigint, p_slug text, p_name text, p_locale text, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE school integer;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() OR NOT starts_with(p_slug, 'school-') OR NOT EXISTS (SELECT FROM programme p
        WHERE p.org_id = wall_org() AND p.id = p_programme AND p.form = 'external' AND p.state <> 'archived') THEN RETURN NULL; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('schools ' || wall_org(), 0));
    IF (SELECT count(*) FROM organisation o WHERE o.invited_by_id = wall_org() AND o.provisional AND starts_with(o.slug, 'school-')) >= 20
    THEN RETURN NULL; END IF;
    school := nextval('organisation_id_seq');
    INSERT INTO organisation (id, kind, slug, name, accent, locale, in_marketplace, request_approval, max_open_requests,
        invited_by_id, provisional, welcome_open, created_at)
    VALUES (school, 'company', p_slug, p_name, '#0e5a5c', p_locale, false, 'never', 3, wall_org(), true, true, p_now);
    RETURN school;
END $$""",
    # What an organisation is asked, and has not answered; by the address it was asked at.
    "askings_of_ours()": """
CREATE FUNCTION askings_of_ours() RETURNS TABLE (org_id integer, programme_id bigint, slug text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT a.org_id, a.programme_id, a.slug::text FROM programme_asking a WHERE a.firm_id = wall_org() ORDER BY 1, 2, 3;
END $$""",
    # Where a cohort waits for those who run it, or soon may; the job looks closer.
    "organisations_with_waiting_cohorts(timestamptz)": """
CREATE FUNCTION organisations_with_waiting_cohorts(p_now timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT c.org_id FROM cohort c
    WHERE c.state = 'open' AND (c.runner_told_on IS NULL OR c.runner_told_on < (p_now AT TIME ZONE 'UTC')::date)
      AND (EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = c.org_id AND p.cohort_id = c.id AND p.opened_at IS NULL
                   AND p.skipped_at IS NULL AND p.starts_on <= (p_now AT TIME ZONE 'UTC')::date + 2)
           OR EXISTS (SELECT FROM enrolment e WHERE e.org_id = c.org_id AND e.cohort_id = c.id AND e.state = 'awaiting_decision'
                      AND coalesce(e.state_at, e.created_at)
                          <= p_now - make_interval(days => coalesce((c.choices ->> 'decide_within')::integer, 7))))
$$""",
    # What each firm gives and sends, against its quotas: all of them for whoever runs the cohort, its own line for a firm.
    "firm_balances(integer, bigint)": f"""
CREATE FUNCTION firm_balances(p_org integer, p_cohort bigint)
RETURNS TABLE (firm_id integer, firm text, mentors bigint, mentees bigint, max_mentors integer, max_mentees integer,
    paired_mentors bigint, paired_mentees bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; only_firm integer;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort k WHERE k.org_id = p_org AND k.id = p_cohort AND (k.org_id = wall_org() OR wall_org() = ANY (k.parties));
    IF NOT FOUND THEN RETURN; END IF;
    IF p_org <> wall_org() THEN only_firm := wall_org(); END IF;
    RETURN QUERY
    WITH inside AS (
        SELECT e.firm_id, count(*) FILTER (WHERE e.side = 'mentor') AS mentors, count(*) FILTER (WHERE e.side <> 'mentor') AS mentees
        FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state IN ('enrolled', 'completed')
          AND (only_firm IS NULL OR e.firm_id = only_firm) GROUP BY 1
    ), bound AS (
        SELECT r.org_id AS mentee_firm, r.mentor_org_id AS mentor_firm, r.mentee_person_id AS mentee, r.mentor_person_id AS mentor
        FROM mentoring_request r WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND {BOUND}
    )
    SELECT o.id, o.name::text, coalesce(i.mentors, 0), coalesce(i.mentees, 0),
        coalesce(y.max_mentors, (c.choices #>> '{{quota,mentors}}')::integer),
        coalesce(y.max_mentees, (c.choices #>> '{{quota,mentees}}')::integer),
        (SELECT count(DISTINCT b.mentor) FROM bound b WHERE b.mentor_firm = o.id),
        (SELECT count(DISTINCT b.mentee) FROM bound b WHERE b.mentee_firm = o.id)
    FROM organisation o
    LEFT JOIN inside i ON i.firm_id = o.id
    LEFT JOIN programme_party y ON y.org_id = p_org AND y.programme_id = c.programme_id AND y.firm_id = o.id
    WHERE (o.id = ANY (c.parties) OR i.firm_id IS NOT NULL) AND (only_firm IS NULL OR o.id = only_firm)
    ORDER BY lower(o.name), o.id;
END $$""",
}
GRANTED = {
    "open_requests_of_cohort(bigint, bigint)": ("worker",),
    "pairs_within_firm(bigint)": ("worker",),
    "cohort_pair_room(integer, bigint, integer, bigint, integer, bigint)": ("web", "worker"),
    "keep_pairs()": ("owner",),
    "found_school(bigint, text, text, text, timestamptz)": ("web",),
    "askings_of_ours()": ("worker",),
    "organisations_with_waiting_cohorts(timestamptz)": ("worker",),
    "firm_balances(integer, bigint)": ("web",),
}

TRIGGERS = {
    "mentoring_request": """CREATE TRIGGER keep_pairs BEFORE UPDATE OF state ON mentoring_request FOR EACH ROW
        WHEN (NEW.cohort_id IS NOT NULL AND NEW.state = 'accepted' AND OLD.state <> 'accepted') EXECUTE FUNCTION keep_pairs()""",
    "cohort_proposal": "CREATE TRIGGER keep_pairs BEFORE INSERT ON cohort_proposal FOR EACH ROW EXECUTE FUNCTION keep_pairs()",
}


def upgrade() -> None:
    op.execute("GRANT INSERT ON organisation TO passerelle_gate")
    op.execute("GRANT USAGE ON SEQUENCE organisation_id_seq TO passerelle_gate")
    op.execute("CREATE POLICY gate_insert_0032 ON organisation FOR INSERT TO passerelle_gate WITH CHECK (provisional)")
    op.add_column("cohort", sa.Column("runner_told_on", sa.Date(), nullable=True))
    execute = op.get_bind().exec_driver_sql
    op.execute("SET LOCAL ROLE passerelle_gate")
    for body in FUNCTIONS.values():
        execute(body)
    for signature, roles in GRANTED.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for trigger in TRIGGERS.values():
        op.execute(trigger)


def downgrade() -> None:
    for table in TRIGGERS:
        op.execute(f"DROP TRIGGER keep_pairs ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.drop_column("cohort", "runner_told_on")
    op.execute("DROP POLICY gate_insert_0032 ON organisation")
    op.execute("REVOKE USAGE ON SEQUENCE organisation_id_seq FROM passerelle_gate")
    op.execute("REVOKE INSERT ON organisation FROM passerelle_gate")
