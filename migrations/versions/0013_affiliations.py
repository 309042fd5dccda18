"""Roles, assistants, changing employer, groups of companies and their conflicts of interest.

What follows from an affiliation's end is done by the database in the transaction that ends it: the card goes, running
mentorships no longer belong to the old employer, assistances stop. The rest (letters, questions) is done by jobs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
ADMINS = "('company_admin', 'network_admin')"
ROLES = ("member", "hr_partner", "company_admin", "network_admin", "programme_manager")
STATES = (
    *("draft", "awaiting_employer", "sent", "more_information", "accepted", "confirmed"),
    *("declined", "withdrawn", "expired", "lapsed", "refused_by_employer"),
)
UNSENT = ("draft", "awaiting_employer", "refused_by_employer", "withdrawn", "expired")

# --- roles and the end of an affiliation --------------------------------------------------------------------------------

# Two administrators who step down at the same moment take turns: the second sees that the first is gone.
LAST_ADMIN = """
CREATE FUNCTION keep_one_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.role NOT IN ('company_admin', 'network_admin') OR OLD.ended_on <= current_date
       OR (NEW.role = OLD.role AND NEW.ended_on IS NOT DISTINCT FROM OLD.ended_on)
       OR (NEW.role = OLD.role AND NEW.ended_on IS NULL)
       -- Whoever became the last one after they asked to be erased is erased on the day they were promised.
       OR (CASE WHEN current_setting('passerelle.role', true) = 'erasure' THEN wall_sealed() ELSE false END) THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('administrators'), OLD.org_id);
    IF NOT EXISTS (SELECT FROM affiliation a WHERE a.org_id = OLD.org_id AND a.id <> OLD.id AND a.role = OLD.role
                   AND a.ended_on IS NULL) THEN
        RAISE EXCEPTION 'an organisation keeps one administrator'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'affiliation_keeps_one_admin';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION affiliation_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM card WHERE org_id = NEW.org_id AND person_id = NEW.person_id;
    UPDATE mentor_profile SET state = 'withdrawn'
    WHERE org_id = NEW.org_id AND person_id = NEW.person_id AND state IN ('published', 'paused');
    -- A mentorship that has ended stays in the counts of the firm it ended in; one that runs goes with its person.
    UPDATE mentorship SET mentee_employer_id = NULL
    WHERE mentee_employer_id = NEW.org_id AND mentee_person_id = NEW.person_id AND state <> 'ended';
    UPDATE mentorship SET mentor_employer_id = NULL
    WHERE mentor_employer_id = NEW.org_id AND mentor_person_id = NEW.person_id AND state <> 'ended';
    UPDATE assistance SET until = greatest(least(NEW.ended_on, current_date), since)
    WHERE org_id = NEW.org_id AND NEW.id IN (assistant_id, executive_id) AND (until IS NULL OR until > current_date);
    RETURN NULL;
END $$;

-- Somebody leaves by themselves: the only thing a member may write about their own affiliation.
CREATE FUNCTION leave_organisation(p_on date, p_closed_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    UPDATE affiliation SET ended_on = p_on, closed_at = p_closed_at
    WHERE org_id = wall_org() AND person_id = wall_person() AND id = current_setting('passerelle.affiliation')::bigint
      AND (ended_on IS NULL OR ended_on > p_on);
    RETURN FOUND;
END $$;

CREATE FUNCTION organisations_with_leavers(p_today date) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT a.org_id FROM affiliation a WHERE a.ended_on <= p_today AND a.closed_at IS NULL
$$;

-- What somebody who left leaves open, wherever it is kept. Ids only, and for jobs of the organisation they left only.
CREATE FUNCTION open_requests_of_leaver(p_affiliation bigint) RETURNS TABLE (org_id integer, request_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT r.org_id, r.id FROM mentoring_request r
    JOIN affiliation a ON a.org_id = wall_org() AND a.id = p_affiliation
    WHERE r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted')
      AND ((r.org_id = a.org_id AND r.mentee_person_id = a.person_id)
           OR (r.mentor_org_id = a.org_id AND r.mentor_person_id = a.person_id)) ORDER BY 1, 2;
END $$;

CREATE FUNCTION open_mentorships_between_employers(p_person bigint) RETURNS TABLE (org_id integer, mentorship_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system'
       OR NOT EXISTS (SELECT FROM affiliation a WHERE a.org_id = wall_org() AND a.person_id = p_person) THEN RETURN; END IF;
    RETURN QUERY SELECT m.org_id, m.id FROM mentorship m WHERE m.state <> 'ended'
      AND ((m.mentee_person_id = p_person AND m.mentee_employer_id IS NULL)
           OR (m.mentor_person_id = p_person AND m.mentor_employer_id IS NULL)) ORDER BY 1, 2;
END $$;

-- After a firm left a network: its running pairs with others of that network that share no audience any more.
CREATE FUNCTION mentorships_parted_by(p_firm integer) RETURNS TABLE (org_id integer, mentorship_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT m.org_id, m.id FROM mentorship m
    CROSS JOIN LATERAL (SELECT CASE WHEN m.mentee_employer_id = p_firm THEN m.mentor_employer_id ELSE m.mentee_employer_id END AS id) other
    WHERE m.state <> 'ended' AND p_firm IN (m.mentee_employer_id, m.mentor_employer_id) AND other.id <> p_firm
      AND (other.id = wall_org() OR EXISTS (SELECT FROM firm_membership f WHERE f.network_id = wall_org() AND f.firm_id = other.id))
      AND NOT audiences_of(p_firm) && audiences_of(other.id) ORDER BY 1, 2;
END $$;

CREATE FUNCTION organisations_with_due_questions(p_now timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT q.org_id FROM mentorship_question q WHERE q.settled_at IS NULL AND q.due_at <= p_now
$$;

-- Whether anything stands between the two where they work now. One answer for every reason, so that it tells none.
CREATE FUNCTION may_pair_continue(p_org integer, p_mentorship bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE m record;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    SELECT * INTO m FROM mentorship x WHERE x.org_id = p_org AND x.id = p_mentorship
      AND (wall_person() IN (x.mentee_person_id, x.mentor_person_id) OR (wall_role() = 'system' AND x.org_id = wall_org()));
    IF NOT FOUND THEN RETURN false; END IF;
    RETURN NOT (m.mentor_person_id = ANY (blocked_for(m.mentee_person_id)))
       AND NOT coalesce(m.mentor_employer_id = ANY (hidden_from(m.mentee_employer_id)), false);
END $$;

-- The mentor's place is free again: on the page the request came to, and on the page of their present employer if they
-- took it along.
CREATE FUNCTION free_place(p_mentorship bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE m record;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    SELECT * INTO m FROM mentorship x WHERE x.org_id = wall_org() AND x.id = p_mentorship AND x.state = 'ended';
    IF NOT FOUND OR NOT release_place(m.org_id, m.request_id) THEN RETURN; END IF;
    IF m.mentor_employer_id IS DISTINCT FROM m.mentor_org_id THEN
        UPDATE mentor_profile SET open_slots = least(open_slots + 1, capacity)
        WHERE org_id = m.mentor_employer_id AND person_id = m.mentor_person_id;
        UPDATE card c SET room = greatest(p.open_slots, 0) FROM mentor_profile p
        WHERE p.org_id = m.mentor_employer_id AND p.person_id = m.mentor_person_id
          AND c.org_id = p.org_id AND c.mentor_id = p.id;
    END IF;
END $$;
"""

# --- assistants --------------------------------------------------------------------------------------------------------

# An assistant reads columns, not rows: a row-level policy on requests would open every table whose policy asks for one.
ASSISTANCE = """
CREATE FUNCTION ask_colleague_to_assist(p_id bigint, p_email text, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE them record; me bigint := current_setting('passerelle.affiliation')::bigint;
BEGIN
    IF NOT wall_sealed() OR wall_org() = 0 OR wall_person() = 0 THEN RETURN NULL; END IF;
    SELECT a.id, a.person_id INTO them FROM affiliation a
    WHERE a.org_id = wall_org() AND lower(a.work_email) = lower(p_email) AND a.person_id <> wall_person()
      AND (a.ended_on IS NULL OR a.ended_on > current_date) ORDER BY a.id LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;
    INSERT INTO assistance (org_id, id, assistant_id, assistant_person_id, executive_id, executive_person_id,
                            invited_by_id, since, executive_accepted_at, created_at)
    VALUES (wall_org(), p_id, them.id, them.person_id, me, wall_person(), wall_person(), p_now::date, p_now, p_now)
    ON CONFLICT DO NOTHING;
    RETURN them.person_id;
END $$;

-- Each of the two says yes for themselves and for nobody else.
CREATE FUNCTION accept_assistance(p_id bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    UPDATE assistance SET
        assistant_accepted_at = CASE WHEN assistant_person_id = wall_person() THEN coalesce(assistant_accepted_at, p_now) ELSE assistant_accepted_at END,
        executive_accepted_at = CASE WHEN executive_person_id = wall_person() THEN coalesce(executive_accepted_at, p_now) ELSE executive_accepted_at END
    WHERE org_id = wall_org() AND id = p_id AND wall_person() IN (assistant_person_id, executive_person_id) AND until IS NULL;
    RETURN FOUND;
END $$;

CREATE FUNCTION assisted_by_me() RETURNS TABLE (assistance_id bigint, org_id integer, executive_person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT a.id, a.org_id, a.executive_person_id FROM assistance a
    JOIN affiliation e ON e.org_id = a.org_id AND e.id = a.executive_id
    WHERE a.org_id = wall_org() AND a.assistant_person_id = wall_person()
      AND a.assistant_accepted_at IS NOT NULL AND a.executive_accepted_at IS NOT NULL
      AND a.since <= current_date AND (a.until IS NULL OR a.until > current_date)
      AND (e.ended_on IS NULL OR e.ended_on > current_date)
$$;

-- That a request exists, whose turn it is and by when. No words, no notes, no address, no page of anybody.
CREATE FUNCTION assisted_requests() RETURNS TABLE (
    assistance_id bigint, request_id bigint, executive_name text, other_name text, other_firm text, executive_asks boolean,
    state text, sent_at timestamptz, due_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT a.assistance_id, r.id, e.name::text, o.name::text, f.name::text, r.mentee_person_id = e.id,
           r.state::text, r.sent_at, r.due_at
    FROM assisted_by_me() a JOIN person e ON e.id = a.executive_person_id
    JOIN mentoring_request r ON (r.mentee_person_id = e.id AND r.org_id = a.org_id AND r.state <> 'draft')
                             OR (r.mentor_person_id = e.id AND r.mentor_org_id = a.org_id AND r.sent_at IS NOT NULL)
    JOIN person o ON o.id = CASE WHEN r.mentee_person_id = e.id THEN r.mentor_person_id ELSE r.mentee_person_id END
    JOIN organisation f ON f.id = CASE WHEN r.mentee_person_id = e.id THEN r.mentor_org_id ELSE r.org_id END
    WHERE r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted')
    ORDER BY r.due_at;
END $$;

CREATE FUNCTION assisted_mentorships() RETURNS TABLE (
    assistance_id bigint, mentorship_id bigint, executive_name text, executive_zone text, other_name text, executive_is_mentor boolean,
    state text, cadence text, started_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT a.assistance_id, m.id, e.name::text, e.time_zone::text, o.name::text, m.mentor_person_id = e.id,
           m.state::text, m.cadence::text, m.started_at
    FROM assisted_by_me() a JOIN person e ON e.id = a.executive_person_id
    JOIN mentorship m ON (m.mentee_person_id = e.id AND m.mentee_employer_id = a.org_id)
                      OR (m.mentor_person_id = e.id AND m.mentor_employer_id = a.org_id)
    JOIN person o ON o.id = CASE WHEN m.mentor_person_id = e.id THEN m.mentee_person_id ELSE m.mentor_person_id END
    WHERE m.state <> 'ended' ORDER BY m.started_at DESC;
END $$;
"""

# --- groups and conflicts ----------------------------------------------------------------------------------------------

GROUPS = """
CREATE FUNCTION group_above(p_org integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (WITH RECURSIVE up(id, parent_id) AS (
        SELECT o.id, o.parent_id FROM organisation o WHERE o.id = p_org
        UNION SELECT o.id, o.parent_id FROM up JOIN organisation o ON o.id = up.parent_id)
    SELECT array_agg(id) FROM up);
END $$;

CREATE FUNCTION group_below(p_org integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (WITH RECURSIVE down(id) AS (
        SELECT p_org UNION SELECT o.id FROM down JOIN organisation o ON o.parent_id = down.id)
    SELECT array_agg(id) FROM down);
END $$;

-- A declaration hides both ways. With covers_group it is made for the declarer and every company below it. A parent that
-- hides its group keeps all companies below it, and itself, apart.
CREATE OR REPLACE FUNCTION hidden_from(p_org integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE above integer[] := group_above(p_org);
BEGIN
    RETURN ARRAY(
        SELECT c.other_org_id FROM conflict_declaration c
        WHERE (c.org_id = p_org OR (c.covers_group AND c.org_id = ANY (above))) AND c.other_org_id <> p_org
          AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        UNION
        SELECT s.id FROM conflict_declaration c
        CROSS JOIN LATERAL unnest(CASE WHEN c.covers_group THEN group_below(c.org_id) ELSE ARRAY[c.org_id] END) s(id)
        WHERE c.other_org_id = p_org AND s.id <> p_org
          AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        UNION
        SELECT s.id FROM organisation o CROSS JOIN LATERAL unnest(group_below(o.id)) s(id)
        WHERE o.id = ANY (above) AND o.group_sight = 'hide' AND s.id <> p_org
        ORDER BY 1);
END $$;

-- The parent is written by the functions below only: it takes the yes of both.
CREATE FUNCTION keep_parent() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF current_user IN ('passerelle_web', 'passerelle_door', 'passerelle_worker') THEN
        RAISE EXCEPTION 'a parent is set by both' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- The same work and the same answer whether or not the address is a firm's.
CREATE FUNCTION offer_group(p_id bigint, p_slug text, p_other_is_parent boolean, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'company_admin' THEN RETURN; END IF;
    INSERT INTO group_offer (org_id, id, slug, other_org_id, other_is_parent, offered_by_id, created_at)
    VALUES (wall_org(), p_id, p_slug,
            (SELECT o.id FROM organisation o WHERE o.slug = p_slug AND o.kind = 'company' AND o.id <> wall_org()),
            p_other_is_parent, wall_person(), p_now);
END $$;

-- An offer is read by the other side through this: the asker must not learn from the row whether the address is a firm's.
CREATE FUNCTION group_offers_to_us() RETURNS TABLE (org_id integer, id bigint, org_name text, we_are_parent boolean, created_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'company_admin' THEN RETURN; END IF;
    RETURN QUERY SELECT g.org_id, g.id, o.name::text, g.other_is_parent, g.created_at
    FROM group_offer g JOIN organisation o ON o.id = g.org_id
    WHERE g.other_org_id = wall_org() AND g.answered_at IS NULL ORDER BY g.created_at;
END $$;

CREATE FUNCTION answer_group_offer(p_org integer, p_id bigint, p_accepts boolean, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE f record; parent integer; child integer;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'company_admin' THEN RETURN 'unknown'; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('groups of companies'));
    SELECT * INTO f FROM group_offer g WHERE g.org_id = p_org AND g.id = p_id AND g.other_org_id = wall_org()
      AND g.answered_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    parent := CASE WHEN f.other_is_parent THEN f.other_org_id ELSE f.org_id END;
    child := CASE WHEN f.other_is_parent THEN f.org_id ELSE f.other_org_id END;
    IF p_accepts AND (parent = ANY (group_below(child))
                      OR EXISTS (SELECT FROM organisation o WHERE o.id = child AND o.parent_id IS NOT NULL)) THEN
        RETURN 'impossible';
    END IF;
    IF p_accepts THEN UPDATE organisation SET parent_id = parent WHERE id = child; END IF;
    UPDATE group_offer SET answered_at = p_now, accepted = p_accepts WHERE org_id = p_org AND id = p_id;
    RETURN 'answered';
END $$;

-- The company above, and all below, of the viewer's own.
CREATE FUNCTION group_around() RETURNS TABLE (id integer, name text, parent_id integer, group_sight text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY SELECT o.id, o.name::text, o.parent_id, o.group_sight::text FROM organisation o
    WHERE o.id = ANY (group_below(wall_org())) OR o.id = (SELECT x.parent_id FROM organisation x WHERE x.id = wall_org())
    ORDER BY o.name;
END $$;

CREATE FUNCTION leave_group(p_child integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'company_admin' THEN RETURN false; END IF;
    UPDATE organisation SET parent_id = NULL WHERE id = p_child AND parent_id IS NOT NULL AND wall_org() IN (id, parent_id);
    RETURN FOUND;
END $$;

-- Numbers for the declarer: mentors of theirs that our people could find without any conflict, and ours that theirs could.
-- Only what is published to an audience both share, and whatever the other side has declared: it must not show.
CREATE FUNCTION conflict_effect(p_other integer, p_covers_group boolean) RETURNS TABLE (theirs integer, ours integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE own integer[]; shared integer[];
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    own := CASE WHEN p_covers_group THEN group_below(wall_org()) ELSE ARRAY[wall_org()] END;
    shared := ARRAY(SELECT unnest(audiences_of(p_other)) INTERSECT SELECT unnest(wall_audiences()));
    RETURN QUERY SELECT (SELECT count(*)::integer FROM card c WHERE c.org_id = p_other AND c.aud && shared),
                        (SELECT count(*)::integer FROM card c WHERE c.org_id = ANY (own) AND c.aud && shared);
END $$;
"""

GATE_FUNCTIONS = {
    "keep_one_admin()": (),
    "keep_parent()": (),
    "leave_organisation(date, timestamptz)": ("web",),
    "organisations_with_leavers(date)": ("worker",),
    "open_requests_of_leaver(bigint)": ("worker",),
    "open_mentorships_between_employers(bigint)": ("worker",),
    "mentorships_parted_by(integer)": ("worker",),
    "organisations_with_due_questions(timestamptz)": ("worker",),
    "may_pair_continue(integer, bigint)": ("web", "worker"),
    "free_place(bigint)": ("worker",),
    "ask_colleague_to_assist(bigint, text, timestamptz)": ("web",),
    "accept_assistance(bigint, timestamptz)": ("web",),
    "assisted_by_me()": (),
    "assisted_requests()": ("web",),
    "assisted_mentorships()": ("web",),
    "group_above(integer)": (),
    "group_below(integer)": (),
    "offer_group(bigint, text, boolean, timestamptz)": ("web",),
    "group_offers_to_us()": ("web",),
    "answer_group_offer(integer, bigint, boolean, timestamptz)": ("web",),
    "group_around()": ("web",),
    "leave_group(integer)": ("web",),
    "conflict_effect(integer, boolean)": ("web",),
}

# --- policies ----------------------------------------------------------------------------------------------------------

PARTY = "(mentee_person_id = wall_person() OR mentor_person_id = wall_person())"
OURS = "((mentee_employer_id = wall_org() OR mentor_employer_id = wall_org()) AND wall_coordinates())"
OLD_OURS = "((org_id = wall_org() OR mentor_org_id = wall_org()) AND wall_coordinates())"
MAY_ADMINISTER = f"(wall_role() IN {ADMINS} OR role NOT IN {ADMINS})"
OUR_AFFILIATION = f"{S} AND org_id = wall_org() AND wall_coordinates()"
OUR_ASSISTANCE = f"{S} AND org_id = wall_org() AND (wall_person() IN (assistant_person_id, executive_person_id) OR wall_coordinates())"
MY_PAIR = """EXISTS (SELECT FROM mentorship m WHERE m.org_id = {table}.org_id AND m.id = {table}.mentorship_id
    AND wall_person() IN (m.mentee_person_id, m.mentor_person_id))"""
MY_QUESTION = f"""EXISTS (SELECT FROM mentorship_question q WHERE q.org_id = mentorship_answer.org_id AND q.id = mentorship_answer.question_id
    AND q.settled_at IS NULL AND {MY_PAIR.format(table="q")})"""

# (name, table, command, role, using, check)
NEW = (
    ("web_update_affiliation", "affiliation", "UPDATE", "web", f"{OUR_AFFILIATION} AND {MAY_ADMINISTER}", f"{OUR_AFFILIATION} AND {MAY_ADMINISTER}"),
    ("worker_close", "affiliation", "UPDATE", "worker", f"{S} AND org_id = wall_org()", None),
    ("web_select_mentorship", "mentorship", "SELECT", "web", f"{S} AND ({PARTY} OR {OURS})", None),
    ("worker_update", "mentorship", "UPDATE", "worker", f"{S} AND org_id = wall_org()", None),
    # Where the other one works now is for their partner to know.
    ("web_select_of_pair", "organisation", "SELECT", "web",
     f"{S} AND EXISTS (SELECT FROM mentorship m WHERE organisation.id IN (m.mentee_employer_id, m.mentor_employer_id))", None),
    # What a person wrote of themselves stays theirs, whoever employed them then.
    ("web_select_own_anywhere", "mentor_profile", "SELECT", "web", f"{S} AND person_id = wall_person()", None),
    ("web_select_own_anywhere", "mentee_profile", "SELECT", "web", f"{S} AND person_id = wall_person()", None),
    ("web_select", "mentorship_question", "SELECT", "web", f"{S} AND {MY_PAIR.format(table='mentorship_question')}", None),
    ("worker_all", "mentorship_question", "ALL", "worker", f"{S} AND org_id = wall_org()", None),
    # One's own answer, and never the other's.
    ("web_select", "mentorship_answer", "SELECT", "web", f"{S} AND person_id = wall_person()", None),
    ("web_insert", "mentorship_answer", "INSERT", "web", None, f"{S} AND person_id = wall_person() AND {MY_QUESTION}"),
    ("web_update", "mentorship_answer", "UPDATE", "web", f"{S} AND person_id = wall_person() AND {MY_QUESTION}", None),
    ("worker_select", "mentorship_answer", "SELECT", "worker", f"{S} AND org_id = wall_org()", None),
    ("web_select", "assistance", "SELECT", "web", OUR_ASSISTANCE, None),
    ("web_insert", "assistance", "INSERT", "web", None,
     f"{S} AND org_id = wall_org() AND wall_coordinates() AND assistant_accepted_at IS NULL AND executive_accepted_at IS NULL"),
    ("web_update", "assistance", "UPDATE", "web", OUR_ASSISTANCE, None),
    ("web_select_in_assistance", "person", "SELECT", "web",
     f"{S} AND EXISTS (SELECT FROM assistance a WHERE person.id IN (a.assistant_person_id, a.executive_person_id))", None),
    ("web_select", "group_offer", "SELECT", "web", f"{S} AND wall_coordinates() AND org_id = wall_org()", None),
    ("web_withdraw", "group_offer", "DELETE", "web", f"{S} AND org_id = wall_org() AND wall_role() = 'company_admin' AND answered_at IS NULL", None),
)  # fmt: skip
OLD = (
    ("affiliation", "web_update_12", "UPDATE", OUR_AFFILIATION),
    ("mentorship", "web_select_55", "SELECT", f"{S} AND ({PARTY} OR {OLD_OURS})"),
)

TABLES = ("assistance", "mentorship_question", "mentorship_answer", "group_offer")
GATE_NEEDS = {
    "assistance": ("SELECT", "INSERT", "UPDATE"),
    "mentorship": ("SELECT", "UPDATE"),
    "affiliation": ("UPDATE",),
    "organisation": ("UPDATE",),
    "group_offer": ("SELECT", "INSERT", "UPDATE"),
    "mentorship_question": ("SELECT",),
}
GRANTS = """
GRANT SELECT, INSERT ON assistance TO passerelle_web;
GRANT UPDATE (until, reminded_at) ON assistance TO passerelle_web;
GRANT SELECT ON mentorship_question TO passerelle_web;
GRANT SELECT, INSERT ON mentorship_answer TO passerelle_web;
GRANT UPDATE (answer, answered_at) ON mentorship_answer TO passerelle_web;
GRANT SELECT (org_id, id, slug, other_is_parent, offered_by_id, created_at, accepted), DELETE ON group_offer TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON mentorship_question TO passerelle_worker;
GRANT SELECT ON mentorship_answer TO passerelle_worker;
GRANT UPDATE (state, ended_at, mentee_employer_id, mentor_employer_id) ON mentorship TO passerelle_worker;
GRANT UPDATE (closed_at) ON affiliation TO passerelle_worker;
REVOKE UPDATE ON affiliation FROM passerelle_web;
GRANT UPDATE (role, job_title, work_email, function, seniority, started_on, ended_on, closed_at) ON affiliation TO passerelle_web;
REVOKE UPDATE ON mentorship FROM passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON assistance, mentorship_question, mentorship_answer, group_offer TO passerelle_operator;
"""


def upgrade() -> None:
    _columns()
    _tables()
    op.execute("SET LOCAL ROLE passerelle_gate")
    for functions in (LAST_ADMIN, ASSISTANCE, GROUPS):
        op.get_bind().exec_driver_sql(functions)
    for signature, roles in GATE_FUNCTIONS.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    # Triggers are made by the tables' owner.
    for signature in ("keep_one_admin()", "keep_parent()", "affiliation_ended()"):
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_owner")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute(
        """CREATE TRIGGER keep_one_admin BEFORE UPDATE OF role, ended_on ON affiliation
           FOR EACH ROW EXECUTE FUNCTION keep_one_admin();
           CREATE TRIGGER affiliation_closed AFTER UPDATE OF closed_at ON affiliation
           FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION affiliation_ended();
           CREATE TRIGGER keep_parent BEFORE UPDATE OF parent_id ON organisation
           FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION keep_parent()"""
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    op.execute(GRANTS)
    for table, needs in GATE_NEEDS.items():
        for need in needs:
            op.execute(f"GRANT {need} ON {table} TO passerelle_gate")
            clause = "WITH CHECK (true)" if need == "INSERT" else "USING (true)"
            op.execute(f"CREATE POLICY gate_{need.lower()} ON {table} FOR {need} TO passerelle_gate {clause}")
    for table, name, *_rest in OLD:
        op.execute(f"DROP POLICY {name} ON {table}")
    for name, table, command, role, using, check in NEW:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.get_bind().exec_driver_sql(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def _columns() -> None:
    _set_roles((*ROLES, "board_seeker"))
    _set_states((*STATES, "closed"), (*UNSENT, "closed"))
    op.add_column("affiliation", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_affiliation_to_close",
        "affiliation",
        ["ended_on"],
        postgresql_where=sa.text("ended_on IS NOT NULL AND closed_at IS NULL"),
    )
    for side in ("mentee", "mentor"):
        op.add_column("mentorship", sa.Column(f"{side}_employer_id", sa.Integer(), nullable=True))
        op.create_foreign_key(
            f"fk_mentorship_{side}_employer_id", "mentorship", "organisation", [f"{side}_employer_id"], ["id"]
        )
    with Unforced("mentorship"):
        op.execute("UPDATE mentorship SET mentee_employer_id = org_id, mentor_employer_id = mentor_org_id")
    op.add_column("organisation", sa.Column("parent_id", sa.Integer(), nullable=True))
    op.create_foreign_key("fk_organisation_parent_id", "organisation", "organisation", ["parent_id"], ["id"])
    op.create_index("ix_organisation_parent_id", "organisation", ["parent_id"])
    op.create_check_constraint("ck_organisation_not_its_own_parent", "organisation", "parent_id <> id")
    op.add_column(
        "organisation",
        sa.Column("group_sight", sa.String(32), server_default="share", nullable=False),
    )
    op.create_check_constraint("ck_organisation_groupsight", "organisation", "group_sight IN ('share', 'hide')")
    op.add_column(
        "conflict_declaration",
        sa.Column("covers_group", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


class Unforced:
    """The owner writes the rows of a table whose row-level security is forced."""

    def __init__(self, table: str) -> None:
        self.table = table

    def __enter__(self) -> None:
        op.execute(f"ALTER TABLE {self.table} NO FORCE ROW LEVEL SECURITY")

    def __exit__(self, *_error: object) -> None:
        op.execute(f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY")


def _set_roles(roles: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{role}'" for role in roles)
    for table in ("affiliation", "invitation"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_role")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_role CHECK (role IN ({allowed}))")


def _set_states(states: tuple[str, ...], unsent: tuple[str, ...]) -> None:
    for name, rule in (
        ("requeststate", f"state IN ({', '.join(repr(state) for state in states)})"),
        ("sent_is_dated", f"sent_at IS NOT NULL OR state IN ({', '.join(repr(state) for state in unsent)})"),
    ):
        op.execute(f"ALTER TABLE mentoring_request DROP CONSTRAINT ck_mentoring_request_{name}")
        op.execute(f"ALTER TABLE mentoring_request ADD CONSTRAINT ck_mentoring_request_{name} CHECK ({rule})")


def _org(name: str = "org_id", *, nullable: bool = False, table: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey("organisation.id", name=f"fk_{table}_{name}"), nullable=nullable)


def _person(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey("person.id", name=f"fk_{table}_{name}"), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _tables() -> None:
    op.create_table(
        "assistance",
        _org(table="assistance"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("assistant_id", sa.BigInteger(), nullable=False),
        _person("assistant_person_id", "assistance"),
        sa.Column("executive_id", sa.BigInteger(), nullable=False),
        _person("executive_person_id", "assistance"),
        _person("invited_by_id", "assistance"),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        *(_moment(name) for name in ("assistant_accepted_at", "executive_accepted_at", "reminded_at")),
        _moment("created_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_assistance"),
        *(
            sa.ForeignKeyConstraint(
                ["org_id", f"{side}_id"],
                ["affiliation.org_id", "affiliation.id"],
                name=f"fk_assistance_org_id_{side}_id",
            )
            for side in ("assistant", "executive")
        ),
        sa.CheckConstraint("assistant_person_id <> executive_person_id", name="ck_assistance_two_people"),
    )
    op.create_index(
        "uq_assistance_open",
        "assistance",
        ["org_id", "assistant_id", "executive_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "mentorship_question",
        _org(table="mentorship_question"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mentorship_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(32), nullable=False),
        _moment("asked_at", nullable=False),
        _moment("due_at", nullable=False),
        _moment("settled_at"),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_mentorship_question"),
        sa.ForeignKeyConstraint(
            ["org_id", "mentorship_id"],
            ["mentorship.org_id", "mentorship.id"],
            name="fk_mentorship_question_org_id_mentorship_id",
        ),
        sa.CheckConstraint(
            "why IN ('employer_changed', 'firm_left', 'resumption')", name="ck_mentorship_question_questionreason"
        ),
        sa.CheckConstraint("outcome IN ('continue', 'pause', 'end')", name="ck_mentorship_question_answer"),
    )
    op.create_index(
        "uq_mentorship_question_open",
        "mentorship_question",
        ["org_id", "mentorship_id"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "mentorship_answer",
        _org(table="mentorship_answer"),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        _person("person_id", "mentorship_answer"),
        sa.Column("answer", sa.String(32), nullable=False),
        _moment("answered_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "question_id", "person_id", name="pk_mentorship_answer"),
        sa.ForeignKeyConstraint(
            ["org_id", "question_id"],
            ["mentorship_question.org_id", "mentorship_question.id"],
            name="fk_mentorship_answer_org_id_question_id",
        ),
        sa.CheckConstraint("answer IN ('continue', 'pause', 'end')", name="ck_mentorship_answer_answer"),
    )
    op.create_table(
        "group_offer",
        _org(table="group_offer"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        _org("other_org_id", nullable=True, table="group_offer"),
        sa.Column("other_is_parent", sa.Boolean(), nullable=False),
        _person("offered_by_id", "group_offer"),
        _moment("created_at", nullable=False),
        _moment("answered_at"),
        sa.Column("accepted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_group_offer"),
    )
    op.create_index("ix_group_offer_other_org_id", "group_offer", ["other_org_id"])


ENDED_BEFORE = """
CREATE OR REPLACE FUNCTION affiliation_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM card WHERE org_id = NEW.org_id AND person_id = NEW.person_id;
    RETURN NULL;
END $$;
"""
HIDDEN_BEFORE = """
CREATE OR REPLACE FUNCTION hidden_from(p_org integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN ARRAY(
        SELECT c.other_org_id FROM conflict_declaration c
        WHERE c.org_id = p_org AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        UNION
        SELECT c.org_id FROM conflict_declaration c
        WHERE c.other_org_id = p_org AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        ORDER BY 1);
END $$;
"""


def downgrade() -> None:
    for name, table, *_rest in NEW:
        op.execute(f"DROP POLICY {name} ON {table}")
    for table, name, command, using in OLD:
        op.get_bind().exec_driver_sql(
            f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_web USING ({using})"
        )
    op.execute(
        "REVOKE UPDATE (role, job_title, work_email, function, seniority, started_on, ended_on, closed_at) ON affiliation FROM passerelle_web"
    )
    op.execute("REVOKE UPDATE (closed_at) ON affiliation FROM passerelle_worker")
    op.execute("GRANT UPDATE ON affiliation, mentorship TO passerelle_web")
    op.execute(
        "REVOKE UPDATE (state, ended_at, mentee_employer_id, mentor_employer_id) ON mentorship FROM passerelle_worker"
    )
    for table, needs in GATE_NEEDS.items():
        for need in needs:
            op.execute(f"DROP POLICY gate_{need.lower()} ON {table}")
            op.execute(f"REVOKE {need} ON {table} FROM passerelle_gate")
    for trigger, table in (
        ("keep_parent", "organisation"),
        ("affiliation_closed", "affiliation"),
        ("keep_one_admin", "affiliation"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("REVOKE EXECUTE ON FUNCTION affiliation_ended() FROM passerelle_owner")
    op.execute(ENDED_BEFORE)
    op.execute(HIDDEN_BEFORE)
    for signature in reversed(GATE_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in ("group_offer", "mentorship_answer", "mentorship_question", "assistance"):
        op.drop_table(table)
    op.drop_column("conflict_declaration", "covers_group")
    for column in ("group_sight", "parent_id"):
        op.drop_column("organisation", column)
    for side in ("mentee", "mentor"):
        op.drop_column("mentorship", f"{side}_employer_id")
    op.drop_column("affiliation", "closed_at")
    with Unforced("mentoring_request"):
        op.execute("UPDATE mentoring_request SET state = 'withdrawn' WHERE state = 'closed'")
    _set_states(STATES, UNSENT)
    for table in ("affiliation", "invitation"):
        with Unforced(table):
            op.execute(f"UPDATE {table} SET role = 'member' WHERE role = 'board_seeker'")
    _set_roles(ROLES)
