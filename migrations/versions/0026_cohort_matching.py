"""Matching in a cohort: requests and mentorships that belong to one, what the committee proposes, circles of peers.

Who is in a cohort is known to its person and to coordinators; whom one may meet there is told by functions of the gate, which
look at the cohort's form, at conflicts and at blocks, and never say which of them spoke. The same rules stand in the policy
that lets a request in.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("cohort_proposal", "circle", "circle_member", "circle_meeting", "circle_note")

# A cohort in which two may be matched now: it is open, and matching (or the launch after it) has begun and closing has not.
OPEN = """c.state = 'open'
    AND EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = c.org_id AND p.cohort_id = c.id
                AND p.phase IN ('matching', 'launch', 'mid_point') AND p.opened_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = c.org_id AND p.cohort_id = c.id
                    AND p.phase IN ('closing', 'alumni') AND p.opened_at IS NOT NULL)"""

# How many places of somebody's are taken in a cohort. A peer's are taken whichever of the two asked.
HELD = """(SELECT count(*) FROM mentoring_request h WHERE h.cohort_org_id = e.org_id AND h.cohort_id = e.cohort_id AND h.holds_place
           AND (h.mentor_person_id = e.person_id OR (e.side = 'peer' AND h.mentee_person_id = e.person_id)))"""

FUNCTIONS = {
    # The rules that no page may pass, as one answer without a reason: form, school, conflict, block.
    "may_pair(integer, bigint, integer, bigint, integer, bigint)": f"""
CREATE FUNCTION may_pair(p_org integer, p_cohort bigint, p_mentee_org integer, p_mentee bigint, p_mentor_org integer, p_mentor bigint)
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
                   AND e.side = CASE WHEN c.form = 'peer' THEN 'peer' ELSE 'mentee' END)
       AND EXISTS (SELECT FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled'
                   AND e.person_id = p_mentor AND e.firm_id = p_mentor_org
                   AND e.side = CASE WHEN c.form = 'peer' THEN 'peer' ELSE 'mentor' END);
END $$""",
    "is_school(integer, bigint, integer)": """
CREATE FUNCTION is_school(p_org integer, p_programme bigint, p_firm integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT coalesce((SELECT p.is_school FROM programme_party p
                     WHERE p.org_id = p_org AND p.programme_id = p_programme AND p.firm_id = p_firm), false)
$$""",
    # For the wall: whether the viewer may ask this person in this cohort. Nobody asks on another's behalf here.
    "may_ask_in_cohort(integer, bigint, integer, bigint, integer, bigint)": """
CREATE FUNCTION may_ask_in_cohort(p_org integer, p_cohort bigint, p_mentee_org integer, p_mentee bigint, p_mentor_org integer, p_mentor bigint)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND p_mentee = wall_person() AND p_mentee_org = wall_org()
        AND may_pair(p_org, p_cohort, p_mentee_org, p_mentee, p_mentor_org, p_mentor);
END $$""",
    # Whom the viewer may meet in their cohort, as cards, in or out of their directory. Peers need no page.
    "cohort_mentors(integer, bigint, bigint)": f"""
CREATE FUNCTION cohort_mentors(p_org integer, p_cohort bigint, p_enrolment bigint)
RETURNS TABLE (enrolment_id bigint, org_id integer, mentor_id bigint, person_id bigint, room integer, capacity integer, name text,
    firm text, title text, headline text, skills text[], own_words text[], languages text[], function text, industries text[],
    seniority text, forms text[], place text, remote boolean, in_person boolean, cadence text, board_mandates text, time_zone text,
    photo text, published_at timestamptz, active_at timestamptz, story_html text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; me record; wanted text;
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND {OPEN};
    IF NOT FOUND THEN RETURN; END IF;
    wanted := CASE WHEN c.form = 'peer' THEN 'peer' ELSE 'mentor' END;
    SELECT * INTO me FROM enrolment e WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.person_id = wall_person()
        AND e.firm_id = wall_org() AND e.state = 'enrolled' AND e.side = CASE WHEN c.form = 'peer' THEN 'peer' ELSE 'mentee' END;
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT e.id, e.firm_id, coalesce(m.id, 0::bigint), e.person_id,
        greatest(least(e.places - {HELD}::integer, coalesce(m.open_slots, e.places)::integer), 0), e.places::integer,
        coalesce(k.name, h.name)::text, o.name::text, coalesce(k.title, a.job_title, '')::text, coalesce(k.headline, '')::text,
        coalesce(k.skills, '{{}}')::text[], coalesce(k.own_words, '{{}}')::text[], coalesce(k.languages, '{{}}')::text[], k.function::text,
        coalesce(k.industries, '{{}}')::text[], k.seniority::text, coalesce(k.forms, '{{}}')::text[], coalesce(k.place, '')::text,
        coalesce(k.remote, true), coalesce(k.in_person, false), k.cadence::text, coalesce(k.board_mandates, '')::text,
        h.time_zone::text, CASE WHEN k.aud && wall_audiences() THEN k.photo END::text, coalesce(k.published_at, e.created_at),
        coalesce(k.active_at, e.created_at),
        coalesce(k.story_html, '')::text
    FROM enrolment e
    JOIN person h ON h.id = e.person_id
    JOIN organisation o ON o.id = e.firm_id
    JOIN affiliation a ON a.org_id = e.firm_id AND a.person_id = e.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
    LEFT JOIN mentor_profile m ON m.org_id = e.firm_id AND m.person_id = e.person_id
    LEFT JOIN card k ON k.org_id = m.org_id AND k.mentor_id = m.id
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled' AND e.side = wanted
      AND (p_enrolment IS NULL OR e.id = p_enrolment)
      AND e.person_id <> wall_person() AND NOT e.person_id = ANY (wall_blocked()) AND NOT e.firm_id = ANY (wall_hidden())
      AND (e.firm_id <> wall_org() OR c.form NOT IN ('external', 'cross_company', 'board'))
      AND (c.form <> 'external' OR (is_school(p_org, c.programme_id, wall_org()) AND NOT is_school(p_org, c.programme_id, e.firm_id)))
      AND (k.mentor_id IS NOT NULL OR wanted = 'peer')
      AND (e.trained_at IS NOT NULL OR coalesce(c.choices -> (CASE wanted WHEN 'peer' THEN 'mentees' ELSE 'mentors' END) ->> 'training', 'none') <> 'before_matching')
    ORDER BY lower(h.name), e.id;
END $$""",
    # The two lists of the committee. Who runs the cohort reads all of them; a firm that takes part its own people, and, where
    # each firm matches, everybody whom they may meet.
    "cohort_people(integer, bigint)": f"""
CREATE FUNCTION cohort_people(p_org integer, p_cohort bigint)
RETURNS TABLE (enrolment_id bigint, person_id bigint, firm_id integer, side text, name text, firm text, title text, headline text,
    skills text[], languages text[], mentor_id bigint, published boolean, places integer, room integer, trained boolean,
    school boolean, max_mentors integer, max_mentees integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; everybody boolean; others boolean;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = wall_org() OR wall_org() = ANY (c.parties));
    IF NOT FOUND THEN RETURN; END IF;
    everybody := c.org_id = wall_org();
    others := everybody OR NOT coalesce((c.choices ->> 'centralised')::boolean, true);
    RETURN QUERY SELECT e.id, e.person_id, e.firm_id, e.side::text, h.name::text, o.name::text, coalesce(k.title, a.job_title, '')::text,
        coalesce(k.headline, '')::text, coalesce(k.skills, n.goals, '{{}}')::text[], coalesce(k.languages, n.languages, '{{}}')::text[],
        coalesce(m.id, 0::bigint), k.mentor_id IS NOT NULL, e.places::integer,
        greatest(least(e.places - {HELD}::integer, coalesce(m.open_slots, e.places)::integer), 0), e.trained_at IS NOT NULL,
        coalesce(y.is_school, false), y.max_mentors, y.max_mentees
    FROM enrolment e
    JOIN person h ON h.id = e.person_id
    JOIN organisation o ON o.id = e.firm_id
    JOIN affiliation a ON a.org_id = e.firm_id AND a.person_id = e.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
    LEFT JOIN mentor_profile m ON m.org_id = e.firm_id AND m.person_id = e.person_id
    LEFT JOIN card k ON k.org_id = m.org_id AND k.mentor_id = m.id AND e.side <> 'mentee'
    LEFT JOIN mentee_profile n ON n.org_id = e.firm_id AND n.affiliation_id = a.id AND e.side <> 'mentor'
    LEFT JOIN programme_party y ON y.org_id = c.org_id AND y.programme_id = c.programme_id AND y.firm_id = e.firm_id
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled'
      AND (everybody OR e.firm_id = wall_org()
           OR (others AND e.side <> 'mentee' AND NOT e.firm_id = ANY (wall_hidden())))
    ORDER BY lower(h.name), e.id;
END $$""",
    # Who must not meet, by conflict or by block: which of the two is not said.
    "cohort_apart(integer, bigint)": """
CREATE FUNCTION cohort_apart(p_org integer, p_cohort bigint) RETURNS TABLE (mentee_enrolment bigint, mentor_enrolment bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = wall_org()
        OR (wall_org() = ANY (c.parties) AND NOT coalesce((c.choices ->> 'centralised')::boolean, true)));
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY
    WITH here AS (SELECT e.id, e.person_id, e.firm_id, e.side FROM enrolment e
                  WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled' AND e.firm_id IS NOT NULL),
         firms AS (SELECT f.firm_id, hidden_from(f.firm_id) AS hidden FROM (SELECT DISTINCT firm_id FROM here) f)
    SELECT a.id, b.id FROM here a JOIN firms f ON f.firm_id = a.firm_id AND cardinality(f.hidden) > 0
        JOIN here b ON b.firm_id = ANY (f.hidden) AND b.side <> 'mentee'
        WHERE a.side <> 'mentor' AND (c.org_id = wall_org() OR a.firm_id = wall_org())
    UNION
    SELECT a.id, b.id FROM here a JOIN personal_block k ON a.person_id IN (k.person_id, k.blocked_person_id)
        JOIN here b ON b.person_id = CASE WHEN a.person_id = k.person_id THEN k.blocked_person_id ELSE k.person_id END AND b.side <> 'mentee'
        WHERE a.side <> 'mentor' AND (c.org_id = wall_org() OR a.firm_id = wall_org());
END $$""",
    # Where the cohort's requests stand, without a word of them. A draft is its author's alone; what has not reached the
    # mentor's firm is unknown there.
    "cohort_pairs(integer, bigint)": """
CREATE FUNCTION cohort_pairs(p_org integer, p_cohort bigint)
RETURNS TABLE (request_org_id integer, request_id bigint, proposal_id bigint, undone boolean, mentee_person_id bigint,
    mentor_person_id bigint, mentee_name text, mentor_name text, mentee_firm text, mentor_firm text, mentee_firm_id integer,
    mentor_firm_id integer, state text, due_at timestamptz, updated_at timestamptz, mentorship_state text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND (c.org_id = wall_org() OR wall_org() = ANY (c.parties));
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT r.org_id, r.id, p.id, p.undone_at IS NOT NULL, r.mentee_person_id, r.mentor_person_id, e.name::text, o.name::text,
        ef.name::text, orf.name::text, r.org_id, r.mentor_org_id, r.state::text, r.due_at, r.updated_at, m.state::text
    FROM mentoring_request r
    JOIN person e ON e.id = r.mentee_person_id JOIN person o ON o.id = r.mentor_person_id
    JOIN organisation ef ON ef.id = r.org_id JOIN organisation orf ON orf.id = r.mentor_org_id
    LEFT JOIN cohort_proposal p ON p.org_id = r.cohort_org_id AND p.request_org_id = r.org_id AND p.request_id = r.id
    LEFT JOIN mentorship m ON m.org_id = r.org_id AND m.request_id = r.id
    WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND r.state <> 'draft'
      AND (c.org_id = wall_org() OR r.org_id = wall_org() OR (r.mentor_org_id = wall_org() AND r.sent_at IS NOT NULL))
    ORDER BY r.id DESC;
END $$""",
    # A peer is asked without a page of their own: what the request points at is made when it is needed, as an empty draft.
    "cohort_profile(integer, bigint, bigint)": """
CREATE FUNCTION cohort_profile(p_org integer, p_enrolment bigint, p_id bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE e record; profile bigint;
BEGIN
    IF NOT wall_sealed() THEN RETURN NULL; END IF;
    SELECT x.*, a.id AS tie INTO e FROM enrolment x
        JOIN affiliation a ON a.org_id = x.firm_id AND a.person_id = x.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
        WHERE x.org_id = p_org AND x.id = p_enrolment AND x.state = 'enrolled';
    IF NOT FOUND OR NOT (takes_part(p_org, e.cohort_id) OR (wall_coordinates() AND cohort_in_sight(p_org, e.cohort_id))) THEN RETURN NULL; END IF;
    SELECT m.id INTO profile FROM mentor_profile m WHERE m.org_id = e.firm_id AND m.person_id = e.person_id;
    IF profile IS NOT NULL OR e.side <> 'peer' THEN RETURN profile; END IF;
    INSERT INTO mentor_profile (org_id, id, affiliation_id, person_id, state, headline, story, title, industries, skills, own_words,
        languages, place, remote, in_person, forms, board_mandates, capacity, open_slots, audience, network_ids, saved_in, version)
    VALUES (e.firm_id, p_id, e.tie, e.person_id, 'draft', '', '', '', '{}', '{}', '{}', '{}', '', true, false, '{}', '',
        greatest(e.places, 1), greatest(e.places, 1), 'networks', '{}', '', 1)
    ON CONFLICT (org_id, person_id) DO UPDATE SET person_id = excluded.person_id RETURNING id INTO profile;
    RETURN profile;
END $$""",
    # The committee asks on a mentee's behalf. 'ok', or the rule that forbids it; two at once for one mentee take turns.
    "propose_pair(integer, bigint, bigint, bigint, bigint, bigint, text, timestamptz, timestamptz)": f"""
CREATE FUNCTION propose_pair(p_org integer, p_mentee bigint, p_mentor bigint, p_request bigint, p_proposal bigint, p_profile bigint,
    p_reason text, p_due timestamptz, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; a record; b record; tie bigint; page bigint; first text := 'sent'; rule text;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN 'role'; END IF;
    SELECT * INTO a FROM enrolment e WHERE e.org_id = p_org AND e.id = p_mentee AND e.state = 'enrolled' AND e.side <> 'mentor';
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT e.*, {HELD} AS held INTO b FROM enrolment e WHERE e.org_id = p_org AND e.id = p_mentor AND e.state = 'enrolled'
        AND e.cohort_id = a.cohort_id AND e.side <> 'mentee';
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = a.cohort_id;
    IF coalesce(c.choices ->> 'matching', 'both') = 'self' THEN RETURN 'role'; END IF;
    IF coalesce((c.choices ->> 'centralised')::boolean, true) THEN
        IF wall_org() <> p_org THEN RETURN 'role'; END IF;
    ELSIF wall_org() <> a.firm_id THEN RETURN 'role'; END IF;
    SELECT t.id INTO tie FROM affiliation t WHERE t.org_id = a.firm_id AND t.person_id = a.person_id
        AND (t.ended_on IS NULL OR t.ended_on > current_date);
    IF tie IS NULL THEN RETURN 'gone'; END IF;
    PERFORM pg_advisory_xact_lock(tie);
    IF NOT may_pair(p_org, a.cohort_id, a.firm_id, a.person_id, b.firm_id, b.person_id) THEN RETURN 'apart'; END IF;
    IF EXISTS (SELECT FROM mentoring_request r WHERE r.cohort_org_id = p_org AND r.cohort_id = a.cohort_id AND r.mentee_person_id = a.person_id
               AND (r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted')
                    AND (r.mentor_person_id = b.person_id OR EXISTS (SELECT FROM cohort_proposal p
                         WHERE p.org_id = p_org AND p.request_org_id = r.org_id AND p.request_id = r.id))
                    OR (r.state = 'confirmed' AND r.holds_place)))
    THEN RETURN 'paired'; END IF;
    IF b.held >= b.places THEN RETURN 'places'; END IF;
    page := cohort_profile(p_org, b.id, p_profile);
    IF page IS NULL THEN RETURN 'page'; END IF;
    SELECT CASE WHEN (o.request_approval = 'always'
                      OR (o.request_approval = 'by_programme' AND coalesce((c.choices ->> 'employer_approval')::boolean, false)))
                     AND wall_org() <> a.firm_id
                     AND EXISTS (SELECT FROM affiliation t WHERE t.org_id = a.firm_id AND t.person_id <> a.person_id
                                 AND t.role IN ('hr_partner', 'company_admin') AND (t.ended_on IS NULL OR t.ended_on > current_date))
                THEN 'awaiting_employer' ELSE 'sent' END INTO first
    FROM organisation o WHERE o.id = a.firm_id;
    INSERT INTO mentoring_request (org_id, id, mentee_id, mentee_person_id, mentor_org_id, mentor_id, mentor_person_id, state, form,
        cadence, holds_place, sent_at, due_at, version, created_at, updated_at, cohort_org_id, cohort_id)
    VALUES (a.firm_id, p_request, tie, a.person_id, b.firm_id, page, b.person_id, first, c.form, c.choices ->> 'cadence', false,
        CASE first WHEN 'sent' THEN p_now END, p_due, 1, p_now, p_now, p_org, a.cohort_id);
    INSERT INTO cohort_proposal (org_id, id, cohort_id, request_org_id, request_id, mentee_person_id, mentor_person_id, reason,
        proposed_by_id, proposed_at)
    VALUES (p_org, p_proposal, a.cohort_id, a.firm_id, p_request, a.person_id, b.person_id, p_reason, wall_person(), p_now);
    RETURN 'ok';
EXCEPTION WHEN unique_violation THEN
    -- They write to each other already, perhaps a draft that nobody else knows of.
    RETURN 'apart';
END $$""",
    # As long as nobody has answered; whoever proposed may take it back, and everybody else of the same committee.
    "undo_proposal(integer, bigint, timestamptz)": """
CREATE FUNCTION undo_proposal(p_org integer, p_proposal bigint, p_now timestamptz)
RETURNS TABLE (request_org_id integer, request_id bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE p record; c record;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    SELECT * INTO p FROM cohort_proposal x WHERE x.org_id = p_org AND x.id = p_proposal AND x.undone_at IS NULL;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO c FROM cohort x WHERE x.org_id = p_org AND x.id = p.cohort_id;
    IF wall_org() <> (CASE WHEN coalesce((c.choices ->> 'centralised')::boolean, true) THEN p_org ELSE p.request_org_id END) THEN RETURN; END IF;
    UPDATE mentoring_request r SET state = 'withdrawn', due_at = NULL, closed_at = p_now, updated_at = p_now, version = r.version + 1
        WHERE r.org_id = p.request_org_id AND r.id = p.request_id AND r.state IN ('awaiting_employer', 'sent')
          AND NOT EXISTS (SELECT FROM request_message m WHERE m.org_id = r.org_id AND m.request_id = r.id);
    IF NOT FOUND THEN RETURN; END IF;
    UPDATE cohort_proposal x SET undone_at = p_now WHERE x.org_id = p_org AND x.id = p_proposal;
    RETURN QUERY SELECT p.request_org_id, p.request_id;
END $$""",
    # What a cohort gives its pairs when they begin: how long they last.
    "take_cohort_terms()": """
CREATE FUNCTION take_cohort_terms() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    SELECT r.cohort_org_id, r.cohort_id INTO NEW.cohort_org_id, NEW.cohort_id FROM mentoring_request r
        WHERE r.org_id = NEW.org_id AND r.id = NEW.request_id;
    IF NEW.cohort_id IS NOT NULL AND NEW.ends_on IS NULL THEN
        SELECT (NEW.started_at + make_interval(months => (c.choices ->> 'months')::integer))::date INTO NEW.ends_on
        FROM cohort c WHERE c.org_id = NEW.cohort_org_id AND c.id = NEW.cohort_id;
    END IF;
    RETURN NEW;
END $$""",
    "in_circle(integer, bigint)": """
CREATE FUNCTION in_circle(p_org integer, p_circle bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM circle_member m WHERE m.org_id = p_org AND m.circle_id = p_circle
        AND m.person_id = wall_person() AND m.left_at IS NULL);
END $$""",
    # One takes a seat at a time. 'ok', or 'gone', 'full', 'already' (in a circle of the cohort), 'apart', 'closed'.
    "take_seat(integer, bigint, bigint, timestamptz)": f"""
CREATE FUNCTION take_seat(p_org integer, p_circle bigint, p_enrolment bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE r record; c record; e record; runs boolean;
BEGIN
    IF NOT wall_sealed() THEN RETURN 'gone'; END IF;
    SELECT * INTO r FROM circle x WHERE x.org_id = p_org AND x.id = p_circle AND x.closed_at IS NULL;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = r.cohort_id AND {OPEN};
    IF NOT FOUND THEN RETURN 'closed'; END IF;
    SELECT * INTO e FROM enrolment x WHERE x.org_id = p_org AND x.id = p_enrolment AND x.cohort_id = r.cohort_id AND x.side = 'peer'
        AND x.state = 'enrolled' AND x.firm_id IS NOT NULL;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    runs := p_org = wall_org() AND wall_coordinates();
    IF NOT runs AND NOT (r.is_open AND e.person_id = wall_person() AND e.firm_id = wall_org()) THEN RETURN 'gone'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('circles ' || r.cohort_id, 0));
    IF EXISTS (SELECT FROM circle_member m JOIN circle x ON x.org_id = m.org_id AND x.id = m.circle_id
               WHERE m.org_id = p_org AND x.cohort_id = r.cohort_id AND x.closed_at IS NULL AND m.person_id = e.person_id
                 AND m.left_at IS NULL) THEN RETURN 'already'; END IF;
    IF (SELECT count(*) FROM circle_member m WHERE m.org_id = p_org AND m.circle_id = p_circle AND m.left_at IS NULL)
        >= (c.choices -> 'circle' ->> 'most')::integer THEN RETURN 'full'; END IF;
    IF EXISTS (SELECT FROM circle_member m WHERE m.org_id = p_org AND m.circle_id = p_circle AND m.left_at IS NULL
               AND (m.firm_id = ANY (hidden_from(e.firm_id)) OR m.person_id = ANY (blocked_for(e.person_id)))) THEN RETURN 'apart'; END IF;
    INSERT INTO circle_member (org_id, circle_id, person_id, enrolment_id, firm_id, joined_at)
    VALUES (p_org, p_circle, e.person_id, e.id, e.firm_id, p_now)
    ON CONFLICT (org_id, circle_id, person_id) DO UPDATE
        SET left_at = NULL, joined_at = excluded.joined_at, enrolment_id = excluded.enrolment_id, firm_id = excluded.firm_id;
    RETURN 'ok';
END $$""",
    # A member leaves whenever they wish, and the seat is open to others if too few are left; the runner takes nobody below the least.
    "leave_seat(integer, bigint, bigint, timestamptz)": """
CREATE FUNCTION leave_seat(p_org integer, p_circle bigint, p_person bigint, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE r record; c record; others integer;
BEGIN
    IF NOT wall_sealed() THEN RETURN 'gone'; END IF;
    SELECT * INTO r FROM circle x WHERE x.org_id = p_org AND x.id = p_circle;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT * INTO c FROM cohort x WHERE x.org_id = p_org AND x.id = r.cohort_id;
    IF p_person <> wall_person() AND NOT (p_org = wall_org() AND wall_coordinates()) THEN RETURN 'gone'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('circles ' || r.cohort_id, 0));
    others := (SELECT count(*) FROM circle_member m WHERE m.org_id = p_org AND m.circle_id = p_circle AND m.left_at IS NULL
               AND m.person_id <> p_person);
    IF p_person <> wall_person() AND others < (c.choices -> 'circle' ->> 'least')::integer THEN RETURN 'least'; END IF;
    UPDATE circle_member m SET left_at = p_now WHERE m.org_id = p_org AND m.circle_id = p_circle AND m.person_id = p_person
        AND m.left_at IS NULL;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    UPDATE circle x SET is_open = true WHERE x.org_id = p_org AND x.id = p_circle
        AND others < (c.choices -> 'circle' ->> 'least')::integer;
    RETURN 'ok';
END $$""",
    # Who sits in the circles of a cohort, by name: for participants and for whoever runs it.
    "circle_people(integer, bigint)": """
CREATE FUNCTION circle_people(p_org integer, p_cohort bigint)
RETURNS TABLE (circle_id bigint, person_id bigint, name text, firm text, title text, time_zone text, joined_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT (takes_part(p_org, p_cohort) OR (p_org = wall_org() AND wall_coordinates())) THEN RETURN; END IF;
    RETURN QUERY SELECT m.circle_id, m.person_id, h.name::text, coalesce(o.name, '')::text, coalesce(a.job_title, '')::text,
        h.time_zone::text, m.joined_at
    FROM circle x JOIN circle_member m ON m.org_id = x.org_id AND m.circle_id = x.id AND m.left_at IS NULL
    JOIN person h ON h.id = m.person_id LEFT JOIN organisation o ON o.id = m.firm_id
    LEFT JOIN affiliation a ON a.org_id = m.firm_id AND a.person_id = m.person_id
    WHERE x.org_id = p_org AND x.cohort_id = p_cohort AND x.closed_at IS NULL ORDER BY m.joined_at, m.person_id;
END $$""",
}
GRANTED = {
    "may_pair(integer, bigint, integer, bigint, integer, bigint)": (),
    "is_school(integer, bigint, integer)": (),
    "may_ask_in_cohort(integer, bigint, integer, bigint, integer, bigint)": ("web",),
    "cohort_mentors(integer, bigint, bigint)": ("web",),
    "cohort_people(integer, bigint)": ("web",),
    "cohort_apart(integer, bigint)": ("web",),
    "cohort_pairs(integer, bigint)": ("web",),
    "cohort_profile(integer, bigint, bigint)": ("web",),
    "propose_pair(integer, bigint, bigint, bigint, bigint, bigint, text, timestamptz, timestamptz)": ("web",),
    "undo_proposal(integer, bigint, timestamptz)": ("web",),
    "take_cohort_terms()": ("owner",),
    "in_circle(integer, bigint)": ("web",),
    "take_seat(integer, bigint, bigint, timestamptz)": ("web",),
    "leave_seat(integer, bigint, bigint, timestamptz)": ("web",),
    "circle_people(integer, bigint)": ("web",),
}

# A place in a cohort is one of the mentor's places, and one of those the mentor gives this cohort; for peers, on both sides.
# All who claim in one cohort take turns, so that counting what is held is true until the commit.
IN_COHORT = f"""
    SELECT q.cohort_org_id, q.cohort_id, q.mentor_person_id, q.mentee_person_id INTO taken FROM mentoring_request q
    WHERE q.org_id = p_org AND q.id = p_request AND q.cohort_id IS NOT NULL;
    IF FOUND THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('cohort places ' || taken.cohort_id, 0));
        IF NOT EXISTS (SELECT FROM enrolment e WHERE e.org_id = taken.cohort_org_id AND e.cohort_id = taken.cohort_id
                       AND e.person_id = taken.mentor_person_id AND e.side <> 'mentee' AND e.state = 'enrolled' AND {HELD} < e.places)
           OR NOT EXISTS (SELECT FROM enrolment e WHERE e.org_id = taken.cohort_org_id AND e.cohort_id = taken.cohort_id
                          AND e.person_id = taken.mentee_person_id AND e.side <> 'mentor' AND e.state = 'enrolled'
                          AND (e.side = 'mentee' OR {HELD} < e.places))
        THEN RETURN false; END IF;
    END IF;"""

PROPOSED = "(mentee_person_id = wall_person() OR mentor_person_id = wall_person())"
RUNS = "(org_id = wall_org() AND wall_coordinates())"
MEMBER = f"{S} AND in_circle(org_id, circle_id)"

# (table, name, role, command, using, check)
POLICIES: tuple[tuple[str, str, str, str, str | None, str | None], ...] = (
    # In a cohort one asks those of the cohort, seen in the directory or not.
    (
        "mentoring_request", "web_insert_in_cohort", "web", "INSERT", None,
        f"""{S} AND org_id = wall_org() AND mentee_person_id = wall_person() AND NOT holds_place AND cohort_id IS NOT NULL
            AND may_ask_in_cohort(cohort_org_id, cohort_id, org_id, mentee_person_id, mentor_org_id, mentor_person_id)""",
    ),
    ("cohort_proposal", "web_select", "web", "SELECT",
     f"({PROPOSED} OR {RUNS} OR (request_org_id = wall_org() AND wall_coordinates())) AND {S}", None),
    ("circle", "web_select", "web", "SELECT", f"{S} AND ({RUNS} OR takes_part(org_id, cohort_id))", None),
    ("circle", "web_insert", "web", "INSERT", None, f"{RUNS} AND {S}"),
    ("circle", "web_update", "web", "UPDATE", f"{RUNS} AND {S}", f"{RUNS} AND {S}"),
    # The purpose is the circle's own to change.
    ("circle", "web_update_member", "web", "UPDATE", f"{S} AND in_circle(org_id, id)", f"{S} AND in_circle(org_id, id)"),
    ("circle_member", "web_select", "web", "SELECT", f"(person_id = wall_person() OR {RUNS}) AND {S}", None),
    *((table, f"web_{command.lower()}", "web", command, MEMBER if command != "INSERT" else None,
       MEMBER if command != "SELECT" else None)
      for table in ("circle_meeting", "circle_note") for command in ("SELECT", "INSERT", "UPDATE")),
    *((table, "worker_all", "worker", "ALL", f"org_id = wall_org() AND wall_role() = 'system' AND {S}", None)
      for table in ("cohort_proposal", "circle", "circle_member")),
    # A letter to one of the two is written where the request is kept.
    ("cohort_proposal", "worker_select_for_letter", "worker", "SELECT",
     f"request_org_id = wall_org() AND wall_role() = 'system' AND {S}", None),
    ("cohort_proposal", "worker_export", "worker", "SELECT", f"wall_role() IN ('export', 'erasure') AND {PROPOSED} AND {S}", None),
    ("cohort_proposal", "worker_erasure", "worker", "UPDATE", f"wall_role() = 'erasure' AND {PROPOSED} AND {S}", None),
    ("circle_member", "worker_export", "worker", "SELECT",
     f"wall_role() IN ('export', 'erasure') AND person_id = wall_person() AND {S}", None),
    ("circle_member", "worker_erasure", "worker", "UPDATE", f"wall_role() = 'erasure' AND person_id = wall_person() AND {S}", None),
)  # fmt: skip

# Restrictive: with a cohort, the cohort's rules hold whatever else lets a request in.
ONLY_IN_COHORT = f"""CREATE POLICY only_in_cohort ON mentoring_request AS RESTRICTIVE FOR INSERT TO passerelle_web
    WITH CHECK (cohort_id IS NULL OR ({S} AND may_ask_in_cohort(cohort_org_id, cohort_id, org_id, mentee_person_id, mentor_org_id,
        mentor_person_id)))"""

GATE = {
    "cohort_phase": ("SELECT",),
    "mentee_profile": ("SELECT",),
    "mentor_profile": ("INSERT",),
    "mentoring_request": ("INSERT",),
    "cohort_proposal": ("SELECT", "INSERT", "UPDATE"),
    "circle": ("SELECT", "UPDATE"),
    "circle_member": ("SELECT", "INSERT", "UPDATE"),
}

GRANTS = """
GRANT SELECT ON cohort_proposal, circle_member TO passerelle_web;
GRANT SELECT, INSERT ON circle TO passerelle_web;
GRANT UPDATE (name, purpose, is_open, closed_at, version) ON circle TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON circle_meeting, circle_note TO passerelle_web;
GRANT SELECT ON cohort_proposal, circle, circle_member TO passerelle_worker;
GRANT UPDATE (reason) ON cohort_proposal TO passerelle_worker;
GRANT UPDATE (left_at) ON circle_member TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON cohort_proposal, circle, circle_member, circle_meeting, circle_note TO passerelle_operator;
"""

CLAIM = """
CREATE OR REPLACE FUNCTION claim_place(p_org integer, p_request bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE taken record;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;{}
    UPDATE mentor_profile m SET open_slots = m.open_slots - 1 FROM mentoring_request q
    WHERE q.org_id = p_org AND q.id = p_request AND NOT q.holds_place
      AND (wall_role() = 'system' OR wall_person() IN (q.mentor_person_id, q.mentee_person_id))
      AND m.org_id = q.mentor_org_id AND m.id = q.mentor_id AND m.open_slots > 0
    RETURNING m.org_id AS mentor_org_id, m.id AS mentor_id, m.open_slots AS left INTO taken;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE mentoring_request SET holds_place = true WHERE org_id = p_org AND id = p_request AND NOT holds_place;
    IF NOT FOUND THEN
        -- Somebody else claimed for the same request while this waited for the mentor's row: that place is given back.
        UPDATE mentor_profile SET open_slots = open_slots + 1 WHERE org_id = taken.mentor_org_id AND id = taken.mentor_id;
        RETURN false;
    END IF;
    UPDATE card SET room = greatest(taken.left, 0) WHERE org_id = taken.mentor_org_id AND mentor_id = taken.mentor_id;
    RETURN true;
END $$
"""

# The rules that the programme wrote for its pairs come before those of any organisation.
OF_PROGRAMME = """
    IF m.cohort_id IS NOT NULL THEN
        RETURN QUERY SELECT coalesce(nullif(p.name_en, ''), p.name_fr)::text, 0::smallint,
            coalesce(nullif(c.choices -> 'agreement' ->> 'en', ''), c.choices -> 'agreement' ->> 'fr'),
            coalesce(nullif(c.choices -> 'agreement' ->> 'fr', ''), c.choices -> 'agreement' ->> 'en')
        FROM cohort c JOIN programme p ON p.org_id = c.org_id AND p.id = c.programme_id
        WHERE c.org_id = m.cohort_org_id AND c.id = m.cohort_id
          AND coalesce(c.choices -> 'agreement' ->> 'en', '') || coalesce(c.choices -> 'agreement' ->> 'fr', '') <> '';
        IF FOUND THEN RETURN; END IF;
    END IF;"""
TEMPLATE = """
CREATE OR REPLACE FUNCTION charter_template_of(p_org integer, p_mentorship bigint)
RETURNS TABLE (name text, number smallint, text_en text, text_fr text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE m record;
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    SELECT * INTO m FROM mentorship x WHERE x.org_id = p_org AND x.id = p_mentorship
      AND wall_person() IN (x.mentee_person_id, x.mentor_person_id);
    IF NOT FOUND THEN RETURN; END IF;{}
    RETURN QUERY
    WITH whose AS (
        SELECT m.mentee_employer_id AS id, CASE WHEN m.mentee_employer_id = m.mentor_employer_id THEN 0 ELSE 2 END AS rank
        UNION ALL
        SELECT a.network_id, 1 FROM firm_membership a JOIN firm_membership b ON b.network_id = a.network_id
        WHERE a.firm_id = m.mentee_employer_id AND b.firm_id = m.mentor_employer_id AND a.state = 'active' AND b.state = 'active'
        UNION ALL
        SELECT a.network_id, 1 FROM firm_membership a WHERE a.state = 'active'
          AND ((a.firm_id = m.mentee_employer_id AND a.network_id = m.mentor_employer_id)
            OR (a.firm_id = m.mentor_employer_id AND a.network_id = m.mentee_employer_id))
    )
    SELECT o.name::text, t.number, t.text_en, t.text_fr FROM whose w JOIN organisation o ON o.id = w.id
    JOIN charter_template t ON t.org_id = o.id AND t.published_at IS NOT NULL
    ORDER BY w.rank, o.id, t.number DESC LIMIT 1;
END $$
"""


def _key(table: str, name: str, to: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(to, name=f"fk_{table}_{name}"), nullable=nullable)


def _org(table: str, name: str = "org_id") -> sa.Column[Any]:
    return _key(table, name, "organisation.id", sa.Integer())


def _person(table: str, name: str = "person_id") -> sa.Column[Any]:
    return _key(table, name, "person.id", sa.BigInteger())


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _to(table: str, columns: tuple[str, ...], parent: str, **options: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        list(columns), [f"{parent}.org_id", f"{parent}.id"], name=f"fk_{table}_{'_'.join(columns)}", **options
    )


def _tables() -> None:
    for table in ("mentoring_request", "mentorship"):
        op.add_column(table, sa.Column("cohort_org_id", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("cohort_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            f"fk_{table}_cohort_org_id_cohort_id", table, "cohort", ["cohort_org_id", "cohort_id"], ["org_id", "id"]
        )
        op.create_index(
            f"ix_{table}_cohort_id", table, ["cohort_id"], postgresql_where=sa.text("cohort_id IS NOT NULL")
        )
    op.create_table(
        "cohort_proposal",
        _org("cohort_proposal"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("cohort_id", sa.BigInteger(), nullable=False),
        _org("cohort_proposal", "request_org_id"),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        _person("cohort_proposal", "mentee_person_id"),
        _person("cohort_proposal", "mentor_person_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        _person("cohort_proposal", "proposed_by_id"),
        _moment("proposed_at"),
        _moment("undone_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_cohort_proposal"),
        _to("cohort_proposal", ("org_id", "cohort_id"), "cohort"),
        _to("cohort_proposal", ("request_org_id", "request_id"), "mentoring_request", ondelete="CASCADE"),
        sa.UniqueConstraint("request_org_id", "request_id", name="uq_cohort_proposal_request"),
    )
    op.create_index("ix_cohort_proposal_cohort_id", "cohort_proposal", ["cohort_id"])
    op.create_table(
        "circle",
        _org("circle"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("cohort_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("purpose", sa.String(600), server_default="", nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        _person("circle", "created_by_id"),
        _moment("created_at"),
        _moment("closed_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_circle"),
        _to("circle", ("org_id", "cohort_id"), "cohort"),
    )
    op.create_index("ix_circle_cohort_id", "circle", ["cohort_id"])
    op.create_table(
        "circle_member",
        _org("circle_member"),
        sa.Column("circle_id", sa.BigInteger(), nullable=False),
        _person("circle_member"),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        _org("circle_member", "firm_id"),
        _moment("joined_at"),
        _moment("left_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "circle_id", "person_id", name="pk_circle_member"),
        _to("circle_member", ("org_id", "circle_id"), "circle", ondelete="CASCADE"),
        _to("circle_member", ("org_id", "enrolment_id"), "enrolment"),
    )
    op.create_index("ix_circle_member_person_id", "circle_member", ["person_id"])
    op.create_table(
        "circle_meeting",
        _org("circle_meeting"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("circle_id", sa.BigInteger(), nullable=False),
        _moment("starts_at"),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.String(200), server_default="", nullable=False),
        _person("circle_meeting", "set_by_id"),
        _moment("cancelled_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_circle_meeting"),
        _to("circle_meeting", ("org_id", "circle_id"), "circle", ondelete="CASCADE"),
        sa.CheckConstraint("minutes BETWEEN 15 AND 480", name="ck_circle_meeting_a_quarter_to_a_day"),
    )
    op.create_index("ix_circle_meeting_circle_id", "circle_meeting", ["circle_id", "starts_at"])
    op.create_table(
        "circle_note",
        _org("circle_note"),
        sa.Column("circle_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _person("circle_note", "saved_by_id"),
        _moment("saved_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "circle_id", name="pk_circle_note"),
        _to("circle_note", ("org_id", "circle_id"), "circle", ondelete="CASCADE"),
    )


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for body in FUNCTIONS.values():
        execute(body)
    for signature, roles in GRANTED.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    execute(CLAIM.format(IN_COHORT))
    execute(TEMPLATE.format(OF_PROGRAMME))
    op.execute("SET LOCAL ROLE passerelle_owner")
    execute(GRANTS)
    for table, commands in GATE.items():
        for command in commands:
            clause = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
            op.execute(f"GRANT {command} ON {table} TO passerelle_gate")
            op.execute(
                f"CREATE POLICY gate_{command.lower()}_0026 ON {table} FOR {command} TO passerelle_gate {clause}"
            )
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    execute(ONLY_IN_COHORT)
    op.execute(
        """CREATE TRIGGER take_cohort_terms BEFORE INSERT ON mentorship FOR EACH ROW EXECUTE FUNCTION take_cohort_terms()"""
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER take_cohort_terms ON mentorship")
    op.execute("DROP POLICY only_in_cohort ON mentoring_request")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.get_bind().exec_driver_sql(CLAIM.format(""))
    op.get_bind().exec_driver_sql(TEMPLATE.format(""))
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, commands in GATE.items():
        for command in commands:
            op.execute(f"DROP POLICY gate_{command.lower()}_0026 ON {table}")
            if table not in TABLES:
                op.execute(f"REVOKE {command} ON {table} FROM passerelle_gate")
    for table in reversed(TABLES):
        op.drop_table(table)
    for table in ("mentorship", "mentoring_request"):
        op.drop_index(f"ix_{table}_cohort_id", table)
        op.drop_constraint(f"fk_{table}_cohort_org_id_cohort_id", table)
        op.drop_column(table, "cohort_id")
        op.drop_column(table, "cohort_org_id")
