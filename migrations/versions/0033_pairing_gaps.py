"""What matching still needed: wishes and opt-outs, who said yes to a proposal, letters of circles, words that go in time.

Wishes and opt-outs are written by one function of the gate, which takes an enrolment's turns one after the other. A wish is
read by whoever pairs, as a rank; an opt-out by nobody but its author: to everybody else it is one of the reasons for which two
"cannot be paired", like a conflict or a block.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("cohort_wish", "cohort_opt_out", "proposal_statement")
OPEN_STATES = "('awaiting_employer', 'sent', 'more_information', 'accepted')"

OPEN = """c.state = 'open'
    AND EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = c.org_id AND p.cohort_id = c.id
                AND p.phase IN ('matching', 'launch', 'mid_point') AND p.opened_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = c.org_id AND p.cohort_id = c.id
                    AND p.phase IN ('closing', 'alumni') AND p.opened_at IS NOT NULL)"""

TRAINED = "(e.trained_at IS NOT NULL OR coalesce(c.choices -> '{}' ->> 'training', 'none') <> 'before_matching')"

# --- what stands in place of migration 0026's ----------------------------------------------------------------------------

REPLACED = {
    # The rules that no page may pass, as one answer without a reason: form, school, training, conflict, block.
    "may_meet_in_cohort(integer, bigint, integer, bigint, integer, bigint)": f"""
CREATE FUNCTION may_meet_in_cohort(p_org integer, p_cohort bigint, p_mentee_org integer, p_mentee bigint, p_mentor_org integer, p_mentor bigint)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record;
BEGIN
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND {OPEN};
    IF NOT FOUND OR p_mentee = p_mentor THEN RETURN false; END IF;
    IF p_mentee_org = p_mentor_org AND c.form IN ('external', 'cross_company', 'board') THEN RETURN false; END IF;
    IF c.form = 'external' AND (NOT is_school(p_org, c.programme_id, p_mentee_org) OR is_school(p_org, c.programme_id, p_mentor_org))
    THEN RETURN false; END IF;
    IF p_mentor_org = ANY (hidden_from(p_mentee_org)) OR p_mentor = ANY (blocked_for(p_mentee)) THEN RETURN false; END IF;
    RETURN EXISTS (SELECT FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled'
                   AND e.person_id = p_mentee AND e.firm_id = p_mentee_org
                   AND e.side = CASE WHEN c.form = 'peer' THEN 'peer' ELSE 'mentee' END AND {TRAINED.format("mentees")})
       AND EXISTS (SELECT FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled'
                   AND e.person_id = p_mentor AND e.firm_id = p_mentor_org
                   AND CASE WHEN c.form = 'peer' THEN e.side = 'peer' AND {TRAINED.format("mentees")}
                            ELSE e.side = 'mentor' AND {TRAINED.format("mentors")} END);
END $$""",
    # Whether a committee may pair the two: neither has said that it should not be this one.
    "may_pair(integer, bigint, integer, bigint, integer, bigint)": """
CREATE OR REPLACE FUNCTION may_pair(p_org integer, p_cohort bigint, p_mentee_org integer, p_mentee bigint, p_mentor_org integer,
    p_mentor bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN may_meet_in_cohort(p_org, p_cohort, p_mentee_org, p_mentee, p_mentor_org, p_mentor)
        AND NOT EXISTS (SELECT FROM cohort_opt_out x WHERE x.org_id = p_org AND x.cohort_id = p_cohort
            AND (x.person_id, x.other_person_id) IN ((p_mentee, p_mentor), (p_mentor, p_mentee)));
END $$""",
    # For the wall: whether the viewer may ask this person in this cohort. Nobody asks on another's behalf here.
    "may_ask_in_cohort(integer, bigint, integer, bigint, integer, bigint)": """
CREATE OR REPLACE FUNCTION may_ask_in_cohort(p_org integer, p_cohort bigint, p_mentee_org integer, p_mentee bigint,
    p_mentor_org integer, p_mentor bigint)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND p_mentee = wall_person() AND p_mentee_org = wall_org()
        AND may_meet_in_cohort(p_org, p_cohort, p_mentee_org, p_mentee, p_mentor_org, p_mentor);
END $$""",
}

# (signature in 0026, what it becomes): the answer has other columns, so it is made anew.
ANEW = {
    # The two lists of the committee, and what a solver weighs. Who runs the cohort reads all of them; a firm that takes part its
    # own people, and, where each firm matches, everybody whom they may meet. Held places are counted once for all.
    "cohort_people(integer, bigint)": """
CREATE FUNCTION cohort_people(p_org integer, p_cohort bigint)
RETURNS TABLE (enrolment_id bigint, person_id bigint, firm_id integer, side text, name text, firm text, title text, headline text,
    skills text[], goals text[], languages text[], function text, industries text[], seniority text, cadence text, time_zone text,
    place text, remote boolean, in_person boolean, mentor_id bigint, published boolean, places integer, room integer,
    trained boolean, school boolean, max_mentors integer, max_mentees integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; everybody boolean; others boolean;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = wall_org() OR wall_org() = ANY (c.parties));
    IF NOT FOUND THEN RETURN; END IF;
    everybody := c.org_id = wall_org();
    others := everybody OR NOT coalesce((c.choices ->> 'centralised')::boolean, true);
    RETURN QUERY
    WITH held AS (
        SELECT x.who, count(*) FILTER (WHERE x.gives) AS given, count(*) AS taken
        FROM mentoring_request h CROSS JOIN LATERAL (VALUES (h.mentor_person_id, true), (h.mentee_person_id, false)) x(who, gives)
        WHERE h.cohort_org_id = p_org AND h.cohort_id = p_cohort AND h.holds_place GROUP BY x.who)
    SELECT e.id, e.person_id, e.firm_id, e.side::text, h.name::text, o.name::text, coalesce(k.title, nullif(a.job_title, ''), '')::text,
        coalesce(k.headline, '')::text, coalesce(k.skills, '{}')::text[], coalesce(n.goals, '{}')::text[],
        coalesce(k.languages, n.languages, '{}')::text[],
        coalesce(k.function, nullif(a.function, ''), n.function, '')::text, coalesce(k.industries, '{}')::text[],
        coalesce(nullif(a.seniority, ''), k.seniority, '')::text, coalesce(k.cadence, '')::text, h.time_zone::text,
        coalesce(k.place, n.place, '')::text, coalesce(k.remote, true), coalesce(k.in_person, false),
        coalesce(m.id, 0::bigint), k.mentor_id IS NOT NULL, e.places::integer,
        greatest(least(e.places - coalesce(CASE e.side WHEN 'peer' THEN held.taken ELSE held.given END, 0)::integer,
                       coalesce(m.open_slots, e.places)::integer), 0),
        e.trained_at IS NOT NULL, coalesce(y.is_school, false), y.max_mentors, y.max_mentees
    FROM enrolment e
    JOIN person h ON h.id = e.person_id
    JOIN organisation o ON o.id = e.firm_id
    JOIN affiliation a ON a.org_id = e.firm_id AND a.person_id = e.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
    LEFT JOIN held ON held.who = e.person_id
    LEFT JOIN mentor_profile m ON m.org_id = e.firm_id AND m.person_id = e.person_id
    LEFT JOIN card k ON k.org_id = m.org_id AND k.mentor_id = m.id AND e.side <> 'mentee'
    LEFT JOIN mentee_profile n ON n.org_id = e.firm_id AND n.affiliation_id = a.id AND e.side <> 'mentor'
    LEFT JOIN programme_party y ON y.org_id = c.org_id AND y.programme_id = c.programme_id AND y.firm_id = e.firm_id
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled'
      AND (everybody OR e.firm_id = wall_org()
           OR (others AND e.side <> 'mentee' AND NOT e.firm_id = ANY (wall_hidden())))
    ORDER BY lower(h.name), e.id;
END $$""",
    # Where the cohort's requests stand, without a word of them. A draft is its author's alone; what has not reached the
    # mentor's firm is unknown there. Who said yes to a proposal is told to whoever pairs.
    "cohort_pairs(integer, bigint)": """
CREATE FUNCTION cohort_pairs(p_org integer, p_cohort bigint)
RETURNS TABLE (request_org_id integer, request_id bigint, proposal_id bigint, undone boolean, mentee_person_id bigint,
    mentor_person_id bigint, mentee_name text, mentor_name text, mentee_firm text, mentor_firm text, mentee_firm_id integer,
    mentor_firm_id integer, state text, due_at timestamptz, updated_at timestamptz, mentorship_state text, statements jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; pairs boolean;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = wall_org() OR wall_org() = ANY (c.parties));
    IF NOT FOUND THEN RETURN; END IF;
    pairs := c.org_id = wall_org() OR NOT coalesce((c.choices ->> 'centralised')::boolean, true);
    RETURN QUERY
    WITH said AS (
        SELECT s.proposal_id AS id, jsonb_agg(jsonb_build_object('says', s.says, 'name', w.name, 'at', s.said_at) ORDER BY s.said_at) AS lines
        FROM cohort_proposal p JOIN proposal_statement s ON s.org_id = p.org_id AND s.proposal_id = p.id
        JOIN person w ON w.id = s.person_id
        WHERE pairs AND p.org_id = p_org AND p.cohort_id = p_cohort AND (c.org_id = wall_org() OR p.request_org_id = wall_org())
        GROUP BY s.proposal_id)
    SELECT r.org_id, r.id, p.id, p.undone_at IS NOT NULL, r.mentee_person_id, r.mentor_person_id, e.name::text, o.name::text,
        ef.name::text, orf.name::text, r.org_id, r.mentor_org_id, r.state::text, r.due_at, r.updated_at, m.state::text,
        coalesce(said.lines, '[]'::jsonb)
    FROM mentoring_request r
    JOIN person e ON e.id = r.mentee_person_id JOIN person o ON o.id = r.mentor_person_id
    JOIN organisation ef ON ef.id = r.org_id JOIN organisation orf ON orf.id = r.mentor_org_id
    LEFT JOIN cohort_proposal p ON p.org_id = r.cohort_org_id AND p.request_org_id = r.org_id AND p.request_id = r.id
    LEFT JOIN mentorship m ON m.org_id = r.org_id AND m.request_id = r.id
    LEFT JOIN said ON said.id = p.id
    WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND r.state <> 'draft'
      AND (c.org_id = wall_org() OR r.org_id = wall_org() OR (r.mentor_org_id = wall_org() AND r.sent_at IS NOT NULL))
    ORDER BY r.id DESC;
END $$""",
}

# What is between people of a cohort, for whoever pairs: 'apart' (must not be paired: conflict, block or opt-out, which of them is
# not said), 'earlier' (a pair of this organisation's cohorts before), both (mentee's enrolment, mentor's); 'wish' (whose, for whom).
BETWEEN = """
CREATE FUNCTION cohort_between(p_org integer, p_cohort bigint) RETURNS TABLE (kind text, one bigint, other bigint, rank integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; central boolean; everybody boolean;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = wall_org()
        OR (wall_org() = ANY (c.parties) AND NOT coalesce((c.choices ->> 'centralised')::boolean, true)));
    IF NOT FOUND THEN RETURN; END IF;
    central := coalesce((c.choices ->> 'centralised')::boolean, true);
    everybody := c.org_id = wall_org();
    RETURN QUERY
    WITH here AS MATERIALIZED (
            SELECT e.id, e.person_id, e.firm_id, e.side FROM enrolment e
            WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled' AND e.firm_id IS NOT NULL),
         firms AS MATERIALIZED (SELECT f.firm_id, hidden_from(f.firm_id) AS hidden FROM (SELECT DISTINCT firm_id FROM here) f),
         strangers AS (
            SELECT k.person_id AS x, k.blocked_person_id AS y FROM personal_block k
            UNION ALL SELECT k.blocked_person_id, k.person_id FROM personal_block k
            UNION ALL SELECT z.person_id, z.other_person_id FROM cohort_opt_out z WHERE z.org_id = p_org AND z.cohort_id = p_cohort
            UNION ALL SELECT z.other_person_id, z.person_id FROM cohort_opt_out z WHERE z.org_id = p_org AND z.cohort_id = p_cohort),
         before AS (
            SELECT m.mentee_person_id AS x, m.mentor_person_id AS y FROM mentorship m
                WHERE m.cohort_id IS NOT NULL AND m.cohort_org_id = p_org
            UNION ALL SELECT m.mentor_person_id, m.mentee_person_id FROM mentorship m
                WHERE m.cohort_id IS NOT NULL AND m.cohort_org_id = p_org)
    SELECT 'apart', a.id, b.id, 0 FROM here a JOIN firms f ON f.firm_id = a.firm_id AND cardinality(f.hidden) > 0
        JOIN here b ON b.firm_id = ANY (f.hidden) AND b.side <> 'mentee'
        WHERE a.side <> 'mentor' AND (everybody OR a.firm_id = wall_org())
    UNION
    SELECT 'apart', a.id, b.id, 0 FROM here a JOIN strangers s ON s.x = a.person_id JOIN here b ON b.person_id = s.y AND b.side <> 'mentee'
        WHERE a.side <> 'mentor' AND (everybody OR a.firm_id = wall_org())
    UNION
    SELECT 'earlier', a.id, b.id, 0 FROM here a JOIN before s ON s.x = a.person_id JOIN here b ON b.person_id = s.y AND b.side <> 'mentee'
        WHERE a.side <> 'mentor' AND (everybody OR a.firm_id = wall_org())
    UNION ALL
    SELECT 'wish', w.enrolment_id, w.other_id,
           (row_number() OVER (PARTITION BY w.enrolment_id ORDER BY w.rank))::integer
        FROM cohort_wish w JOIN here a ON a.id = w.enrolment_id JOIN here b ON b.id = w.other_id
        WHERE w.org_id = p_org AND w.cohort_id = p_cohort
          AND CASE WHEN central THEN everybody ELSE (CASE a.side WHEN 'mentor' THEN b.firm_id ELSE a.firm_id END) = wall_org() END;
END $$"""

# --- wishes ----------------------------------------------------------------------------------------------------------------

# Those whom a mentor of the cohort may be paired with and who have no pair yet: a short card, nothing that is for mentors they
# ask alone.
MENTEES = f"""
CREATE FUNCTION cohort_mentees(p_org integer, p_cohort bigint)
RETURNS TABLE (enrolment_id bigint, person_id bigint, name text, firm text, title text, function text, goals text[], languages text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record;
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND {OPEN} AND coalesce(c.choices ->> 'matching', 'both') <> 'self';
    IF NOT FOUND OR NOT EXISTS (SELECT FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.person_id = wall_person()
        AND e.firm_id = wall_org() AND e.state = 'enrolled' AND e.side = 'mentor' AND {TRAINED.format("mentors")}) THEN RETURN; END IF;
    RETURN QUERY SELECT e.id, e.person_id, h.name::text, o.name::text, coalesce(a.job_title, '')::text,
        coalesce(nullif(a.function, ''), n.function, '')::text, coalesce(n.goals, '{{}}')::text[], coalesce(n.languages, '{{}}')::text[]
    FROM enrolment e
    JOIN person h ON h.id = e.person_id
    JOIN organisation o ON o.id = e.firm_id
    JOIN affiliation a ON a.org_id = e.firm_id AND a.person_id = e.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
    LEFT JOIN mentee_profile n ON n.org_id = e.firm_id AND n.affiliation_id = a.id
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled' AND e.side = 'mentee'
      AND e.person_id <> wall_person() AND NOT e.person_id = ANY (wall_blocked()) AND NOT e.firm_id = ANY (wall_hidden())
      AND (e.firm_id <> wall_org() OR c.form NOT IN ('external', 'cross_company', 'board'))
      AND (c.form <> 'external' OR (is_school(p_org, c.programme_id, e.firm_id) AND NOT is_school(p_org, c.programme_id, wall_org())))
      AND {TRAINED.format("mentees")}
      AND NOT EXISTS (SELECT FROM mentoring_request r WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort
                      AND r.mentee_person_id = e.person_id AND r.state = 'confirmed' AND r.holds_place)
    ORDER BY lower(h.name), e.id;
END $$"""

# One turn of the viewer's about somebody of their cohort: 'add' a wish (last of five), 'remove' it, 'up' by one; 'apart' (not with
# this person, which takes a wish away) and 'together' again. 'ok', or 'gone', 'closed', 'proposed' (a committee has), 'full'.
CHANGE = f"""
CREATE FUNCTION change_wish(p_org integer, p_other bigint, p_turn text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE b record; c record; a record; live integer; spot integer;
BEGIN
    IF NOT wall_sealed() OR p_turn NOT IN ('add', 'remove', 'up', 'apart', 'together') THEN RETURN 'gone'; END IF;
    SELECT * INTO b FROM enrolment x WHERE x.org_id = p_org AND x.id = p_other;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT * INTO a FROM enrolment x WHERE x.org_id = p_org AND x.cohort_id = b.cohort_id AND x.person_id = wall_person()
        AND x.firm_id = wall_org() AND x.state = 'enrolled'
        AND x.side = CASE b.side WHEN 'mentor' THEN 'mentee' WHEN 'mentee' THEN 'mentor' ELSE 'peer' END;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = b.cohort_id AND {OPEN}
        AND coalesce(c.choices ->> 'matching', 'both') <> 'self';
    IF NOT FOUND THEN RETURN 'closed'; END IF;
    PERFORM pg_advisory_xact_lock(a.id);
    IF p_turn = 'together' THEN
        DELETE FROM cohort_opt_out x WHERE x.org_id = p_org AND x.cohort_id = c.id AND x.person_id = a.person_id AND x.other_person_id = b.person_id;
        RETURN 'ok';
    END IF;
    IF p_turn <> 'remove' AND NOT (CASE a.side
        WHEN 'mentor' THEN may_meet_in_cohort(p_org, c.id, b.firm_id, b.person_id, a.firm_id, a.person_id)
        ELSE may_meet_in_cohort(p_org, c.id, a.firm_id, a.person_id, b.firm_id, b.person_id) END) THEN RETURN 'gone'; END IF;
    IF p_turn <> 'apart' THEN
        SELECT count(*) INTO live FROM mentoring_request r WHERE r.cohort_org_id = p_org AND r.cohort_id = c.id
            AND CASE a.side WHEN 'mentor' THEN r.mentor_person_id = a.person_id WHEN 'mentee' THEN r.mentee_person_id = a.person_id
                            ELSE a.person_id IN (r.mentee_person_id, r.mentor_person_id) END
            AND ((r.state = 'confirmed' AND r.holds_place) OR (r.state IN {OPEN_STATES} AND EXISTS (SELECT FROM cohort_proposal p
                  WHERE p.org_id = p_org AND p.request_org_id = r.org_id AND p.request_id = r.id)));
        IF live >= (CASE a.side WHEN 'mentor' THEN greatest(a.places, 1) ELSE 1 END) THEN RETURN 'proposed'; END IF;
    END IF;
    IF p_turn = 'add' THEN
        IF (SELECT count(*) FROM cohort_wish w WHERE w.org_id = p_org AND w.enrolment_id = a.id AND w.other_id <> b.id) >= 5
        THEN RETURN 'full'; END IF;
        DELETE FROM cohort_opt_out x WHERE x.org_id = p_org AND x.cohort_id = c.id AND x.person_id = a.person_id AND x.other_person_id = b.person_id;
        INSERT INTO cohort_wish (org_id, enrolment_id, other_id, cohort_id, person_id, other_person_id, rank, wished_at)
        VALUES (p_org, a.id, b.id, c.id, a.person_id, b.person_id,
                (SELECT count(*) + 1 FROM cohort_wish w WHERE w.org_id = p_org AND w.enrolment_id = a.id), p_now)
        ON CONFLICT DO NOTHING;
    ELSIF p_turn = 'up' THEN
        SELECT w.rank INTO spot FROM cohort_wish w WHERE w.org_id = p_org AND w.enrolment_id = a.id AND w.other_id = b.id;
        IF spot > 1 THEN
            UPDATE cohort_wish w SET rank = CASE WHEN w.other_id = b.id THEN spot - 1 ELSE spot END
                WHERE w.org_id = p_org AND w.enrolment_id = a.id AND w.rank IN (spot - 1, spot);
        END IF;
    ELSE
        DELETE FROM cohort_wish w WHERE w.org_id = p_org AND w.enrolment_id = a.id AND w.other_id = b.id;
        UPDATE cohort_wish w SET rank = n.place FROM (
            SELECT y.other_id AS id, row_number() OVER (ORDER BY y.rank) AS place FROM cohort_wish y
            WHERE y.org_id = p_org AND y.enrolment_id = a.id) n
            WHERE w.org_id = p_org AND w.enrolment_id = a.id AND w.other_id = n.id AND w.rank <> n.place;
        IF p_turn = 'apart' THEN
            INSERT INTO cohort_opt_out (org_id, cohort_id, person_id, other_person_id, said_at)
            VALUES (p_org, c.id, a.person_id, b.person_id, p_now) ON CONFLICT DO NOTHING;
        END IF;
    END IF;
    RETURN 'ok';
END $$"""

# --- who said yes ------------------------------------------------------------------------------------------------------------

# The committee proposes; then each whose answer it needs. Written with what they did, in the same transaction.
PROPOSED = """
CREATE FUNCTION keep_proposal_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO proposal_statement (org_id, proposal_id, says, person_id, said_at)
    VALUES (NEW.org_id, NEW.id, 'proposed', NEW.proposed_by_id, NEW.proposed_at);
    RETURN NULL;
END $$"""
ANSWERED = """
CREATE FUNCTION keep_proposal_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE p record; word text; who bigint := nullif(current_setting('passerelle.person', true), '')::bigint;
BEGIN
    SELECT * INTO p FROM cohort_proposal x WHERE x.org_id = NEW.cohort_org_id AND x.request_org_id = NEW.org_id AND x.request_id = NEW.id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    word := CASE
        WHEN OLD.state = 'awaiting_employer' AND NEW.state = 'sent' THEN 'employer_yes'
        WHEN NEW.state = 'refused_by_employer' THEN 'employer_no'
        WHEN NEW.state = 'accepted' THEN 'mentor_yes'
        WHEN NEW.state = 'declined' THEN 'mentor_no'
        WHEN NEW.state = 'confirmed' THEN 'mentee_yes'
        WHEN NEW.state = 'withdrawn' AND who = NEW.mentee_person_id THEN 'mentee_no' END;
    IF word IS NULL THEN RETURN NULL; END IF;
    who := CASE WHEN word LIKE 'mentor%' THEN NEW.mentor_person_id WHEN word LIKE 'mentee%' THEN NEW.mentee_person_id ELSE who END;
    IF who IS NULL OR who = 0 THEN RETURN NULL; END IF;
    INSERT INTO proposal_statement (org_id, proposal_id, says, person_id, said_at) VALUES (p.org_id, p.id, word, who, NEW.updated_at)
    ON CONFLICT (org_id, proposal_id, says) DO UPDATE SET person_id = excluded.person_id, said_at = excluded.said_at;
    RETURN NULL;
END $$"""

# --- circles -----------------------------------------------------------------------------------------------------------------

# Whoever runs the cohort moves somebody from one circle to another in one step; no circle that is whole falls below its least.
# 'ok', or as ``take_seat`` and ``leave_seat`` say.
MOVE = f"""
CREATE FUNCTION move_seat(p_org integer, p_from bigint, p_to bigint, p_person bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; e record; others integer; smallest integer;
BEGIN
    IF NOT wall_sealed() OR p_org <> wall_org() OR NOT wall_coordinates() OR p_from = p_to THEN RETURN 'gone'; END IF;
    SELECT c.* INTO c FROM circle a JOIN circle b ON b.org_id = a.org_id AND b.cohort_id = a.cohort_id AND b.id = p_to AND b.closed_at IS NULL
        JOIN cohort c ON c.org_id = a.org_id AND c.id = a.cohort_id WHERE a.org_id = p_org AND a.id = p_from;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    IF NOT EXISTS (SELECT FROM cohort c2 WHERE c2.org_id = c.org_id AND c2.id = c.id AND {OPEN.replace("c.", "c2.")}) THEN RETURN 'closed'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('circles ' || c.id, 0));
    SELECT x.* INTO e FROM circle_member m JOIN enrolment x ON x.org_id = m.org_id AND x.id = m.enrolment_id
        WHERE m.org_id = p_org AND m.circle_id = p_from AND m.person_id = p_person AND m.left_at IS NULL
          AND x.state = 'enrolled' AND x.firm_id IS NOT NULL;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    smallest := (c.choices -> 'circle' ->> 'least')::integer;
    others := (SELECT count(*) FROM circle_member m WHERE m.org_id = p_org AND m.circle_id = p_from AND m.left_at IS NULL AND m.person_id <> p_person);
    IF others + 1 >= smallest AND others < smallest THEN RETURN 'least'; END IF;
    IF (SELECT count(*) FROM circle_member m WHERE m.org_id = p_org AND m.circle_id = p_to AND m.left_at IS NULL)
        >= (c.choices -> 'circle' ->> 'most')::integer THEN RETURN 'full'; END IF;
    IF EXISTS (SELECT FROM circle_member m WHERE m.org_id = p_org AND m.circle_id = p_to AND m.left_at IS NULL
               AND (m.firm_id = ANY (hidden_from(e.firm_id)) OR m.person_id = ANY (blocked_for(e.person_id)))) THEN RETURN 'apart'; END IF;
    UPDATE circle_member m SET left_at = p_now WHERE m.org_id = p_org AND m.circle_id = p_from AND m.person_id = p_person;
    INSERT INTO circle_member (org_id, circle_id, person_id, enrolment_id, firm_id, joined_at)
    VALUES (p_org, p_to, e.person_id, e.id, e.firm_id, p_now)
    ON CONFLICT (org_id, circle_id, person_id) DO UPDATE
        SET left_at = NULL, joined_at = excluded.joined_at, enrolment_id = excluded.enrolment_id, firm_id = excluded.firm_id;
    RETURN 'ok';
END $$"""

# --- words go in time ----------------------------------------------------------------------------------------------------------

# The words of cohorts that were over before a day, a batch at a time, as ``take_words_of_pairs`` does those of pairs. Why a pair
# was proposed stays as long as the two are one.
TAKE_WORDS = """
CREATE FUNCTION take_words_of_cohorts(p_table text, p_empties text[], p_before timestamptz, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE changes text; wordy text; chosen text; done integer;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR wall_org() = 0 THEN RETURN 0; END IF;
    IF p_before > statement_timestamp() - interval '30 days' THEN RAISE EXCEPTION 'nothing goes within a month'; END IF;
    IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'public' AND tablename = p_table AND policyname = 'gate_fading') THEN
        RAISE EXCEPTION 'the words of % stay', p_table;
    END IF;
    SELECT string_agg(format('%I = %L', name, ''), ', '), string_agg(format('x.%I <> %L', name, ''), ' OR ') INTO changes, wordy
    FROM unnest(p_empties) AS name;
    chosen := format('SELECT x.ctid FROM %I x ', p_table) || CASE
        WHEN p_table IN ('circle_meeting', 'circle_note') THEN 'JOIN circle r ON r.org_id = x.org_id AND r.id = x.circle_id '
            'JOIN cohort c ON c.org_id = r.org_id AND c.id = r.cohort_id '
        ELSE 'JOIN cohort c ON c.org_id = x.org_id AND c.id = x.cohort_id ' END
        || 'WHERE x.org_id = $1 AND c.state IN (''closed'', ''cancelled'') AND c.updated_at < $2';
    IF p_table = 'cohort_proposal' THEN
        chosen := chosen || ' AND NOT EXISTS (SELECT FROM mentorship m WHERE m.org_id = x.request_org_id AND m.request_id = x.request_id '
            'AND m.state <> ''ended'')';
    END IF;
    IF changes IS NULL THEN
        EXECUTE format('DELETE FROM %I WHERE ctid = ANY (ARRAY(%s LIMIT $3))', p_table, chosen) USING wall_org(), p_before, p_most;
    ELSE
        EXECUTE format('UPDATE %I SET %s WHERE ctid = ANY (ARRAY(%s AND (%s) LIMIT $3))', p_table, changes, chosen, wordy)
        USING wall_org(), p_before, p_most;
    END IF;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$"""

NEW = {
    "cohort_between(integer, bigint)": (BETWEEN, ("web",)),
    "cohort_mentees(integer, bigint)": (MENTEES, ("web",)),
    "change_wish(integer, bigint, text, timestamptz)": (CHANGE, ("web",)),
    "keep_proposal_made()": (PROPOSED, ("owner",)),
    "keep_proposal_answered()": (ANSWERED, ("owner",)),
    "move_seat(integer, bigint, bigint, bigint, timestamptz)": (MOVE, ("web",)),
    "take_words_of_cohorts(text, text[], timestamptz, integer)": (TAKE_WORDS, ("worker",)),
}
APART = "cohort_apart(integer, bigint)"

TRIGGERS = (
    ("keep_proposal_made", "AFTER INSERT ON cohort_proposal"),
    ("keep_proposal_answered", "AFTER UPDATE OF state ON mentoring_request"),
)
ONLY_IN_COHORTS = "WHEN (NEW.cohort_id IS NOT NULL AND NEW.state IS DISTINCT FROM OLD.state) "

# --- tables ----------------------------------------------------------------------------------------------------------------------

OWN = f"person_id = wall_person() AND {S}"
PARTY = "wall_person() IN (person_id, other_person_id)"
SYSTEM = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"

# (table, name, role, command, using, check)
POLICIES: tuple[tuple[str, str, str, str, str | None, str | None], ...] = (
    *(
        policy
        for table in ("cohort_wish", "cohort_opt_out")
        for policy in (
            (table, "web_select", "web", "SELECT", OWN, None),
            (table, "worker_export", "worker", "SELECT", f"wall_role() IN ('export', 'erasure') AND {PARTY} AND {S}", None),
            (table, "worker_erasure", "worker", "DELETE", f"wall_role() = 'erasure' AND {PARTY} AND {S}", None),
        )
    ),
    ("circle_meeting", "worker_select", "worker", "SELECT", SYSTEM, None),
)  # fmt: skip

GATE = {
    "cohort_wish": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "cohort_opt_out": ("SELECT", "INSERT", "DELETE"),
    "proposal_statement": ("SELECT", "INSERT", "UPDATE"),
}

GRANTS = """
GRANT SELECT ON cohort_wish, cohort_opt_out TO passerelle_web;
GRANT SELECT, DELETE ON cohort_wish, cohort_opt_out TO passerelle_worker;
GRANT SELECT ON circle_meeting TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON cohort_wish, cohort_opt_out, proposal_statement TO passerelle_operator;
"""

# (table, what the gate may do to it). What it could do before is taken back by nobody.
FADING = (
    ("cohort_proposal", None),
    ("circle", None),
    ("circle_meeting", "UPDATE (place)"),
    ("circle_note", "DELETE"),
    ("cohort_wish", None),
    ("cohort_opt_out", None),
)


def _key(table: str, name: str, to: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(to, name=f"fk_{table}_{name}"), nullable=False)


def _org(table: str) -> sa.Column[Any]:
    return _key(table, "org_id", "organisation.id", sa.Integer())


def _person(table: str, name: str = "person_id") -> sa.Column[Any]:
    return _key(table, name, "person.id", sa.BigInteger())


def _to(table: str, column: str, parent: str, **options: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", column], [f"{parent}.org_id", f"{parent}.id"], name=f"fk_{table}_org_id_{column}", **options
    )


def _tables() -> None:
    op.create_table(
        "cohort_wish",
        _org("cohort_wish"),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("cohort_id", sa.BigInteger(), nullable=False),
        _person("cohort_wish"),
        _person("cohort_wish", "other_person_id"),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "enrolment_id", "other_id", name="pk_cohort_wish"),
        _to("cohort_wish", "enrolment_id", "enrolment"),
        _to("cohort_wish", "other_id", "enrolment"),
        _to("cohort_wish", "cohort_id", "cohort"),
        sa.CheckConstraint("rank BETWEEN 1 AND 5", name="ck_cohort_wish_one_to_five"),
    )
    op.create_index("ix_cohort_wish_cohort_id", "cohort_wish", ["cohort_id"])
    op.create_index("ix_cohort_wish_person_id", "cohort_wish", ["person_id"])
    op.create_table(
        "cohort_opt_out",
        _org("cohort_opt_out"),
        sa.Column("cohort_id", sa.BigInteger(), nullable=False),
        _person("cohort_opt_out"),
        _person("cohort_opt_out", "other_person_id"),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "cohort_id", "person_id", "other_person_id", name="pk_cohort_opt_out"),
        _to("cohort_opt_out", "cohort_id", "cohort"),
    )
    op.create_index("ix_cohort_opt_out_person_id", "cohort_opt_out", ["person_id"])
    op.create_table(
        "proposal_statement",
        _org("proposal_statement"),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("says", sa.String(12), nullable=False),
        _person("proposal_statement"),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "proposal_id", "says", name="pk_proposal_statement"),
        _to("proposal_statement", "proposal_id", "cohort_proposal", ondelete="CASCADE"),
    )


def _granted(signature: str, roles: tuple[str, ...]) -> None:
    op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    for role in roles:
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    _tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute(GRANTS)
    for table, commands in GATE.items():
        for command in commands:
            clause = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
            op.execute(f"GRANT {command} ON {table} TO passerelle_gate")
            op.execute(
                f"CREATE POLICY gate_{command.lower()}_0033 ON {table} FOR {command} TO passerelle_gate {clause}"
            )
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    for table, right in FADING:
        execute(
            f"CREATE POLICY gate_fading ON {table} TO passerelle_gate USING (org_id = wall_org() AND wall_role() = 'system')"
        )
        if right:
            op.execute(f"GRANT SELECT, {right} ON {table} TO passerelle_gate")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in (*ANEW, APART):
        op.execute(f"DROP FUNCTION {signature}")
    for signature, body in (*REPLACED.items(), *ANEW.items(), *((name, body) for name, (body, _roles) in NEW.items())):
        execute(body.replace("%", "%%"))
        roles = NEW[signature][1] if signature in NEW else ("web",) if signature in ANEW else ()
        if not signature.startswith("may_ask"):
            _granted(signature, roles)
    op.execute("SET LOCAL ROLE passerelle_owner")
    for name, when in TRIGGERS:
        only = ONLY_IN_COHORTS if "UPDATE" in when else ""
        op.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW {only}EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, when in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {when.rpartition(' ')[2]}")
    before = context.script.get_revision("0026").module
    execute = op.get_bind().exec_driver_sql
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in (*NEW, *ANEW):
        op.execute(f"DROP FUNCTION {signature}")
    for signature in (*list(REPLACED)[1:], *ANEW, APART):
        body = before.FUNCTIONS[signature]
        if signature in REPLACED:
            execute(body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
        else:
            execute(body)
            _granted(signature, before.GRANTED[signature])
    op.execute(f"DROP FUNCTION {next(iter(REPLACED))}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, right in FADING:
        op.execute(f"DROP POLICY gate_fading ON {table}")
        if right:
            op.execute(f"REVOKE SELECT, {right} ON {table} FROM passerelle_gate")
    op.execute("DROP POLICY worker_select ON circle_meeting")
    op.execute("REVOKE SELECT ON circle_meeting FROM passerelle_worker")
    for table in reversed(TABLES):
        op.drop_table(table)
