"""The database wall: the seal, the functions that open a context, row-level security on every table, the one cross-tenant write.

How it works. A function of the gate (``enter_workspace``, ``enter_link``, ``enter_job``) proves who asks, then sets the
context for this transaction only (person, organisation, audiences, hidden firms …) and a seal over all of it: an HMAC
(RFC 2104, over SHA-256) whose key only the gate can read. Every policy asks for the seal once per query. Settings made by
hand have no valid seal and show nothing; no settings at all is an error.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SETTINGS = ("person", "org", "affiliation", "role", "audiences", "hidden", "blocked")

# No "missing is fine" here: outside a context these raise, so that a forgotten context is an error and never an empty page.
CONTEXT = """
CREATE FUNCTION wall_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('passerelle.person')::bigint $$;
CREATE FUNCTION wall_org() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('passerelle.org')::integer $$;
CREATE FUNCTION wall_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('passerelle.role') $$;
CREATE FUNCTION wall_coordinates() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('passerelle.role') IN ('hr_partner', 'company_admin', 'network_admin', 'programme_manager') $$;
CREATE FUNCTION wall_audiences() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('passerelle.audiences')::integer[] $$;
CREATE FUNCTION wall_hidden() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('passerelle.hidden')::integer[] $$;
CREATE FUNCTION wall_blocked() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('passerelle.blocked')::bigint[] $$;

CREATE TABLE wall_key (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);
"""

# The seal binds the backend and the moment the transaction began, so that one seen earlier cannot be used again.
GATE = """
CREATE FUNCTION wall_seal() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(concat_ws(E'\\x1f',
        coalesce(current_setting('passerelle.person', true), ''), coalesce(current_setting('passerelle.org', true), ''),
        coalesce(current_setting('passerelle.affiliation', true), ''), coalesce(current_setting('passerelle.role', true), ''),
        coalesce(current_setting('passerelle.audiences', true), ''), coalesce(current_setting('passerelle.hidden', true), ''),
        coalesce(current_setting('passerelle.blocked', true), ''),
        pg_backend_pid(), extract(epoch FROM transaction_timestamp())), 'UTF8'))), 'hex')
    FROM wall_key k
$$;

CREATE FUNCTION wall_sealed() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE given text := current_setting('passerelle.seal', true);
BEGIN
    IF coalesce(given, '') = '' THEN
        RAISE EXCEPTION 'no tenant context is open' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN given = wall_seal();
END $$;

CREATE FUNCTION wall_open(p_person bigint, p_org integer, p_affiliation bigint, p_role text,
                          p_audiences integer[], p_hidden integer[], p_blocked bigint[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    -- 0 is nobody and no organisation: a context without a person or a tenant still is one.
    PERFORM set_config('passerelle.person', coalesce(p_person, 0)::text, true),
            set_config('passerelle.org', coalesce(p_org, 0)::text, true),
            set_config('passerelle.affiliation', coalesce(p_affiliation, 0)::text, true),
            set_config('passerelle.role', coalesce(p_role, ''), true),
            set_config('passerelle.audiences', coalesce(p_audiences, '{}')::text, true),
            set_config('passerelle.hidden', coalesce(p_hidden, '{}')::text, true),
            set_config('passerelle.blocked', coalesce(p_blocked, '{}')::text, true);
    PERFORM set_config('passerelle.seal', wall_seal(), true);
END $$;

CREATE FUNCTION audiences_of(p_org integer) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT ARRAY[p_org]
        || ARRAY(SELECT m.network_id FROM firm_membership m WHERE m.firm_id = p_org AND m.state = 'active' ORDER BY 1)
        || CASE WHEN (SELECT o.in_marketplace FROM organisation o WHERE o.id = p_org) THEN ARRAY[0] ELSE '{}'::integer[] END
$$;

CREATE FUNCTION hidden_from(p_org integer) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT ARRAY(
        SELECT c.other_org_id FROM conflict_declaration c
        WHERE c.org_id = p_org AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        UNION
        SELECT c.org_id FROM conflict_declaration c
        WHERE c.other_org_id = p_org AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        ORDER BY 1)
$$;

CREATE FUNCTION blocked_for(p_person bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT ARRAY(SELECT b.blocked_person_id FROM personal_block b WHERE b.person_id = p_person
                 UNION SELECT b.person_id FROM personal_block b WHERE b.blocked_person_id = p_person ORDER BY 1)
$$;

-- What waits for a person in a workspace: their turn in requests, and for coordinators requests that await the employer.
CREATE FUNCTION waiting_for(p_person bigint, p_org integer, p_role text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT ((SELECT count(*) FROM mentoring_request r
             WHERE r.mentor_person_id = p_person AND r.state = 'sent' AND r.mentor_org_id = p_org)
          + (SELECT count(*) FROM mentoring_request r
             WHERE r.mentee_person_id = p_person AND r.state IN ('more_information', 'accepted') AND r.org_id = p_org)
          + CASE WHEN p_role IN ('hr_partner', 'company_admin')
            THEN (SELECT count(*) FROM mentoring_request r WHERE r.org_id = p_org AND r.state = 'awaiting_employer') ELSE 0 END)::integer
$$;

CREATE FUNCTION enter_workspace(p_token text, p_slug text)
RETURNS TABLE (person_id bigint, person_name text, locale text, time_zone text, affiliation_id bigint, org_id integer, slug text,
               org_name text, org_kind text, accent text, role text, job_title text, affiliations integer,
               audiences integer[], hidden integer[], blocked bigint[], waiting integer, unread integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    SELECT p.id, p.name, p.locale, p.time_zone INTO person_id, person_name, locale, time_zone
    FROM account c JOIN person p ON p.id = c.id WHERE c.fs_uniquifier = p_token AND c.active;
    IF NOT FOUND THEN RETURN; END IF;
    IF p_slug IS NOT NULL THEN
        SELECT a.id, a.role, a.job_title, o.id, o.slug, o.name, o.kind, o.accent
        INTO affiliation_id, role, job_title, org_id, slug, org_name, org_kind, accent
        FROM organisation o JOIN affiliation a ON a.org_id = o.id
        WHERE o.slug = p_slug AND a.person_id = enter_workspace.person_id
          AND (a.ended_on IS NULL OR a.ended_on > current_date);
        IF NOT FOUND THEN RETURN; END IF;
        audiences := audiences_of(enter_workspace.org_id);
        hidden := hidden_from(enter_workspace.org_id);
        waiting := waiting_for(enter_workspace.person_id, enter_workspace.org_id, enter_workspace.role);
        unread := (SELECT count(*) FROM notice n WHERE n.org_id = enter_workspace.org_id
                   AND n.person_id = enter_workspace.person_id AND n.read_at IS NULL);
    END IF;
    affiliations := (SELECT count(*) FROM affiliation a WHERE a.person_id = enter_workspace.person_id
                     AND (a.ended_on IS NULL OR a.ended_on > current_date));
    blocked := blocked_for(enter_workspace.person_id);
    PERFORM wall_open(person_id, org_id, affiliation_id, role, audiences, hidden, blocked);
    RETURN NEXT;
END $$;

-- A link in a letter: who it speaks for and about what. ``state`` is valid, used or expired; only valid opens a context.
CREATE FUNCTION enter_link(p_token_hash bytea, p_now timestamptz)
RETURNS TABLE (state text, purpose text, subject_org_id integer, subject_id bigint,
               person_id bigint, person_name text, locale text, time_zone text, affiliation_id bigint, org_id integer, slug text,
               org_name text, org_kind text, accent text, role text, job_title text, affiliations integer,
               audiences integer[], hidden integer[], blocked bigint[], waiting integer, unread integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE link record;
BEGIN
    SELECT * INTO link FROM action_link l WHERE l.token_hash = p_token_hash;
    IF NOT FOUND THEN RETURN; END IF;
    purpose := link.purpose; subject_org_id := link.subject_org_id; subject_id := link.subject_id;
    SELECT p.id, p.name, p.locale, p.time_zone, a.id, a.role, a.job_title, o.id, o.slug, o.name, o.kind, o.accent
    INTO person_id, person_name, locale, time_zone, affiliation_id, role, job_title, org_id, slug, org_name, org_kind, accent
    FROM person p JOIN affiliation a ON a.person_id = p.id JOIN organisation o ON o.id = a.org_id
    WHERE p.id = link.person_id AND o.id = link.org_id AND (a.ended_on IS NULL OR a.ended_on > current_date);
    IF NOT FOUND THEN RETURN; END IF;
    state := CASE WHEN link.used_at IS NOT NULL THEN 'used' WHEN link.expires_at <= p_now THEN 'expired' ELSE 'valid' END;
    affiliations := 1; waiting := 0; unread := 0;
    IF state = 'valid' THEN
        audiences := audiences_of(enter_link.org_id);
        hidden := hidden_from(enter_link.org_id);
        blocked := blocked_for(enter_link.person_id);
        -- A link acts for the person, never with the powers of a coordinator.
        role := 'member';
        PERFORM wall_open(person_id, org_id, affiliation_id, role, audiences, hidden, blocked);
    END IF;
    RETURN NEXT;
END $$;

CREATE FUNCTION spend_link(p_token_hash bytea, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE action_link SET used_at = p_now WHERE token_hash = p_token_hash AND used_at IS NULL AND expires_at > p_now;
    RETURN FOUND;
END $$;

CREATE FUNCTION enter_job(p_org integer) RETURNS TABLE (org_id integer, slug text, org_name text, org_kind text, accent text, locale text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    SELECT o.id, o.slug, o.name, o.kind, o.accent, o.locale INTO org_id, slug, org_name, org_kind, accent, locale
    FROM organisation o WHERE o.id = p_org;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM wall_open(NULL, p_org, NULL, 'system', audiences_of(p_org), '{}', '{}');
    RETURN NEXT;
END $$;

-- The only cross-tenant write. A place is tied to one request, so it can be neither taken twice nor given back twice.
CREATE FUNCTION claim_place(p_org integer, p_request bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE r record;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    SELECT q.mentor_org_id, q.mentor_id INTO r FROM mentoring_request q
    WHERE q.org_id = p_org AND q.id = p_request AND NOT q.holds_place
      AND (wall_role() = 'system' OR wall_person() IN (q.mentor_person_id, q.mentee_person_id)) FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE mentor_profile m SET open_slots = open_slots - 1
    WHERE m.org_id = r.mentor_org_id AND m.id = r.mentor_id AND m.open_slots > 0;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE mentoring_request SET holds_place = true WHERE org_id = p_org AND id = p_request;
    UPDATE card c SET room = greatest(m.open_slots, 0) FROM mentor_profile m
    WHERE m.org_id = r.mentor_org_id AND m.id = r.mentor_id AND c.org_id = m.org_id AND c.mentor_id = m.id;
    RETURN true;
END $$;

CREATE FUNCTION release_place(p_org integer, p_request bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE r record;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    UPDATE mentoring_request q SET holds_place = false
    WHERE q.org_id = p_org AND q.id = p_request AND q.holds_place
      AND (wall_role() = 'system' OR wall_person() IN (q.mentor_person_id, q.mentee_person_id))
    RETURNING q.mentor_org_id, q.mentor_id INTO r;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE mentor_profile m SET open_slots = open_slots + 1 WHERE m.org_id = r.mentor_org_id AND m.id = r.mentor_id;
    UPDATE card c SET room = greatest(m.open_slots, 0) FROM mentor_profile m
    WHERE m.org_id = r.mentor_org_id AND m.id = r.mentor_id AND c.org_id = m.org_id AND c.mentor_id = m.id;
    RETURN true;
END $$;

-- For the clock: which tenants have a request whose time has come, or whose mentor is due a reminder.
CREATE FUNCTION organisations_with_due_requests(p_now timestamptz, p_reminder_before timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT r.org_id FROM mentoring_request r
    WHERE r.due_at IS NOT NULL
      AND (r.due_at <= p_now OR (r.state = 'sent' AND r.reminded_at IS NULL AND r.sent_at <= p_reminder_before))
$$;

-- A network's own figures about its member firms: counts, never rows.
CREATE FUNCTION firm_figures() RETURNS TABLE (firm_id integer, people integer, mentors integer, conflicts_declared boolean, requests integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() NOT IN ('network_admin', 'programme_manager') THEN RETURN; END IF;
    RETURN QUERY SELECT m.firm_id,
        (SELECT count(*)::integer FROM affiliation a WHERE a.org_id = m.firm_id AND a.ended_on IS NULL),
        (SELECT count(*)::integer FROM card c WHERE c.org_id = m.firm_id AND wall_org() = ANY (c.aud)),
        EXISTS (SELECT FROM conflict_declaration d WHERE d.org_id = m.firm_id),
        (SELECT count(*)::integer FROM mentoring_request r WHERE r.org_id = m.firm_id AND r.state <> 'draft')
    FROM firm_membership m WHERE m.network_id = wall_org();
END $$;
"""

GATE_FUNCTIONS = {
    "wall_seal()": (),
    "wall_sealed()": ("web", "worker", "door", "reader", "operator"),
    "wall_open(bigint, integer, bigint, text, integer[], integer[], bigint[])": (),
    "audiences_of(integer)": (),
    "hidden_from(integer)": (),
    "blocked_for(bigint)": (),
    "waiting_for(bigint, integer, text)": (),
    "enter_workspace(text, text)": ("web", "door"),
    "enter_link(bytea, timestamptz)": ("web",),
    "spend_link(bytea, timestamptz)": ("web",),
    "enter_job(integer)": ("worker",),
    "claim_place(integer, bigint)": ("web", "worker"),
    "release_place(integer, bigint)": ("web", "worker"),
    "organisations_with_due_requests(timestamptz, timestamptz)": ("worker",),
    "firm_figures()": ("web",),
}

DIRECTORY = """
CREATE VIEW directory WITH (security_barrier = true) AS
    SELECT org_id, mentor_id, person_id, aud, score, room, capacity, name, firm, title, headline, skills, own_words, languages,
           function, industries, seniority, forms, place, remote, in_person, cadence, board_mandates, time_zone, photo, story_html,
           facets, published_at, active_at
    FROM card
    WHERE aud && wall_audiences() AND NOT org_id = ANY (wall_hidden()) AND NOT person_id = ANY (wall_blocked())
      AND (SELECT wall_sealed());
"""

S = "(SELECT wall_sealed())"
MINE = f"person_id = wall_person() AND {S}"
PARTY = "(mentee_person_id = wall_person() OR mentor_person_id = wall_person())"
OURS = "((org_id = wall_org() OR mentor_org_id = wall_org()) AND wall_coordinates())"
KNOWN = "EXISTS (SELECT FROM person p WHERE p.id = person_id)"
PAIR = """EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = {table}.org_id AND r.id = {table}.request_id
          AND wall_person() IN (r.mentee_person_id, r.mentor_person_id))"""

# (table, role, command, using, check)
POLICIES = [
    (
        "organisation",
        "web",
        "SELECT",
        f"""{S} AND (id = ANY (wall_audiences()) OR invited_by_id = wall_org() OR (in_marketplace AND 0 = ANY (wall_audiences()))
            OR EXISTS (SELECT FROM firm_membership m WHERE m.firm_id = organisation.id)
            OR EXISTS (SELECT FROM affiliation a WHERE a.org_id = organisation.id)
            OR EXISTS (SELECT FROM mentoring_request r WHERE organisation.id IN (r.org_id, r.mentor_org_id)))""",
        None,
    ),
    (
        "organisation",
        "web",
        "INSERT",
        None,
        f"{S} AND wall_role() = 'network_admin' AND kind = 'company' AND invited_by_id = wall_org()",
    ),
    (
        "organisation",
        "web",
        "UPDATE",
        f"{S} AND id = wall_org() AND wall_coordinates()",
        f"{S} AND id = wall_org()",
    ),
    (
        "firm_membership",
        "web",
        "SELECT",
        f"{S} AND (network_id = ANY (wall_audiences()) OR firm_id = wall_org())",
        None,
    ),
    ("firm_membership", "web", "INSERT", None, f"{S} AND network_id = wall_org() AND wall_coordinates()"),
    (
        "firm_membership",
        "web",
        "UPDATE",
        f"{S} AND (network_id = wall_org() OR firm_id = wall_org()) AND wall_coordinates()",
        None,
    ),
    ("conflict_declaration", "web", "ALL", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    ("personal_block", "web", "ALL", f"org_id = wall_org() AND {MINE}", None),
    (
        "person",
        "web",
        "SELECT",
        f"""{S} AND (id = wall_person() OR EXISTS (SELECT FROM affiliation a WHERE a.person_id = person.id)
            OR EXISTS (SELECT FROM mentoring_request r WHERE person.id IN (r.mentee_person_id, r.mentor_person_id)))""",
        None,
    ),
    ("person", "web", "UPDATE", f"{S} AND id = wall_person()", None),
    (
        "affiliation",
        "web",
        "SELECT",
        f"""{S} AND (person_id = wall_person() OR (org_id = wall_org() AND wall_coordinates())
            OR EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = affiliation.org_id AND r.mentee_id = affiliation.id))""",
        None,
    ),
    ("affiliation", "web", "INSERT", None, f"{S} AND org_id = wall_org() AND wall_coordinates()"),
    ("affiliation", "web", "UPDATE", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    (
        "invitation",
        "web",
        "SELECT",
        f"{S} AND (org_id = wall_org() OR inviter_org_id = wall_org()) AND wall_coordinates()",
        None,
    ),
    (
        "invitation",
        "web",
        "INSERT",
        None,
        f"""{S} AND wall_coordinates() AND inviter_org_id = wall_org() AND (org_id = wall_org()
            OR EXISTS (SELECT FROM organisation o WHERE o.id = org_id AND o.invited_by_id = wall_org()))""",
    ),
    (
        "invitation",
        "web",
        "UPDATE",
        f"{S} AND (org_id = wall_org() OR inviter_org_id = wall_org()) AND wall_coordinates()",
        None,
    ),
    (
        "activity",
        "web",
        "SELECT",
        f"{S} AND org_id = wall_org() AND (wall_coordinates() OR actor_person_id = wall_person())",
        None,
    ),
    (
        "activity",
        "web",
        "INSERT",
        None,
        f"""{S} AND (org_id = wall_org() OR EXISTS (SELECT FROM organisation o WHERE o.id = activity.org_id AND o.invited_by_id = wall_org())
            OR EXISTS (SELECT FROM mentoring_request r WHERE activity.org_id IN (r.org_id, r.mentor_org_id)))""",
    ),
    ("activity", "worker", "INSERT", None, S),
    ("letter", "web", "SELECT", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    (
        "letter",
        "web",
        "INSERT",
        None,
        f"""{S} AND ((person_id IS NOT NULL AND {KNOWN}) OR (person_id IS NULL AND wall_coordinates() AND (org_id = wall_org()
            OR EXISTS (SELECT FROM organisation o WHERE o.id = letter.org_id AND o.invited_by_id = wall_org()))))""",
    ),
    ("letter", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
    ("letter", "worker", "UPDATE", f"{S} AND org_id = wall_org()", None),
    ("letter", "worker", "INSERT", None, S),
    ("notice", "web", "SELECT", f"org_id = wall_org() AND {MINE}", None),
    ("notice", "web", "UPDATE", f"org_id = wall_org() AND {MINE}", None),
    ("notice", "web", "INSERT", None, f"{S} AND {KNOWN}"),
    ("notice", "worker", "INSERT", None, S),
    (
        "action_link",
        "web",
        "INSERT",
        None,
        f"{S} AND EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = subject_org_id AND r.id = subject_id AND {PARTY})",
    ),
    ("action_link", "worker", "INSERT", None, f"{S} AND subject_org_id = wall_org()"),
    ("mentor_profile", "web", "ALL", f"org_id = wall_org() AND {MINE}", None),
    ("card", "web", "ALL", f"org_id = wall_org() AND {MINE}", None),
    ("card", "reader", "SELECT", "true", None),
    (
        "photo",
        "web",
        "SELECT",
        f"""{S} AND (person_id = wall_person()
            OR EXISTS (SELECT FROM directory d WHERE d.org_id = photo.org_id AND d.person_id = photo.person_id)
            OR EXISTS (SELECT FROM mentoring_request r WHERE photo.person_id IN (r.mentee_person_id, r.mentor_person_id) AND {PARTY}))""",
        None,
    ),
    ("photo", "web", "INSERT", None, f"org_id = wall_org() AND {MINE}"),
    ("photo", "web", "UPDATE", f"org_id = wall_org() AND {MINE}", None),
    ("photo", "web", "DELETE", f"org_id = wall_org() AND {MINE}", None),
    ("mentee_profile", "web", "ALL", f"org_id = wall_org() AND {MINE}", None),
    (
        "mentee_profile",
        "web",
        "SELECT",
        f"""{S} AND EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = mentee_profile.org_id
            AND r.mentee_id = mentee_profile.affiliation_id AND r.mentor_person_id = wall_person() AND r.state <> 'draft')""",
        None,
    ),
    ("saved_mentor", "web", "ALL", f"org_id = wall_org() AND {MINE}", None),
    ("queue_place", "web", "ALL", f"org_id = wall_org() AND {MINE}", None),
    (
        "queue_place",
        "web",
        "SELECT",
        f"{S} AND mentor_org_id = wall_org() AND mentor_person_id = wall_person()",
        None,
    ),
    # A draft is the mentee's alone; the employer sees a request from the moment it needs them.
    (
        "mentoring_request",
        "web",
        "SELECT",
        f"{S} AND (mentee_person_id = wall_person() OR (state <> 'draft' AND ((mentor_person_id = wall_person() "
        f"AND state NOT IN ('awaiting_employer', 'refused_by_employer')) OR (org_id = wall_org() AND wall_coordinates()) "
        f"OR (mentor_org_id = wall_org() AND wall_coordinates() AND state NOT IN ('awaiting_employer', 'refused_by_employer')))))",
        None,
    ),
    (
        "mentoring_request",
        "web",
        "INSERT",
        None,
        f"""{S} AND org_id = wall_org() AND mentee_person_id = wall_person() AND NOT holds_place
            AND EXISTS (SELECT FROM directory d WHERE d.org_id = mentoring_request.mentor_org_id
                        AND d.mentor_id = mentoring_request.mentor_id AND d.person_id = mentoring_request.mentor_person_id)""",
    ),
    (
        "mentoring_request",
        "web",
        "UPDATE",
        f"{S} AND (({PARTY}) OR (org_id = wall_org() AND wall_coordinates()))",
        None,
    ),
    ("mentoring_request", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
    ("mentoring_request", "worker", "UPDATE", f"{S} AND org_id = wall_org()", None),
    ("request_message", "web", "SELECT", f"{S} AND {PAIR.format(table='request_message')}", None),
    (
        "request_message",
        "web",
        "INSERT",
        None,
        f"{S} AND author_person_id = wall_person() AND {PAIR.format(table='request_message')}",
    ),
    (
        "request_message",
        "web",
        "UPDATE",
        f"""{S} AND author_person_id = wall_person() AND EXISTS (SELECT FROM mentoring_request r
            WHERE r.org_id = request_message.org_id AND r.id = request_message.request_id AND r.state = 'draft')""",
        None,
    ),
    (
        "employer_approval",
        "web",
        "SELECT",
        f"{S} AND EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = employer_approval.org_id "
        "AND r.id = request_id AND (r.mentee_person_id = wall_person() OR (r.org_id = wall_org() AND wall_coordinates())))",
        None,
    ),
    (
        "employer_approval",
        "web",
        "INSERT",
        None,
        f"{S} AND org_id = wall_org() AND wall_coordinates() AND decided_by_id = wall_person()",
    ),
    (
        "concern",
        "web",
        "SELECT",
        f"{S} AND ((org_id = wall_org() AND wall_coordinates()) OR reporter_person_id = wall_person())",
        None,
    ),
    (
        "concern",
        "web",
        "INSERT",
        None,
        f"""{S} AND reporter_person_id = wall_person() AND EXISTS (SELECT FROM mentoring_request r
            WHERE r.org_id = concern.request_org_id AND r.id = concern.request_id AND {PARTY})""",
    ),
    ("concern", "web", "UPDATE", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    ("mentorship", "web", "SELECT", f"{S} AND ({PARTY} OR {OURS})", None),
    (
        "mentorship",
        "web",
        "INSERT",
        None,
        f"""{S} AND org_id = wall_org() AND mentee_person_id = wall_person() AND EXISTS (SELECT FROM mentoring_request r
            WHERE r.org_id = mentorship.org_id AND r.id = mentorship.request_id AND r.holds_place
              AND r.mentor_person_id = mentorship.mentor_person_id)""",
    ),
    ("mentorship", "web", "UPDATE", f"{S} AND {PARTY}", None),
    # The door: sign-in, invitations, the account. It has no grant on any marketplace table.
    ("account", "door", "ALL", "true", None),
    ("person", "door", "ALL", "true", None),
    ("affiliation", "door", "SELECT", "true", None),
    ("affiliation", "door", "INSERT", None, "true"),
    ("organisation", "door", "SELECT", "true", None),
    ("invitation", "door", "SELECT", "true", None),
    ("invitation", "door", "UPDATE", "true", None),
    ("activity", "door", "INSERT", None, "true"),
    ("letter", "door", "INSERT", None, "true"),
    ("notice", "door", "INSERT", None, "true"),
    # The worker reads names and addresses to write letters; column grants keep passwords from it.
    ("organisation", "worker", "SELECT", "true", None),
    ("person", "worker", "SELECT", "true", None),
    ("account", "worker", "SELECT", "true", None),
    ("affiliation", "worker", "SELECT", f"{S}", None),
    ("mentor_profile", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
    ("mentorship", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
    ("invitation", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
    ("queue_place", "worker", "SELECT", S, None),
    ("queue_place", "worker", "UPDATE", S, None),
]

GATE_READS = (
    "account",
    "person",
    "affiliation",
    "organisation",
    "firm_membership",
    "conflict_declaration",
    "personal_block",
    "action_link",
    "notice",
    "mentoring_request",
    "mentor_profile",
    "card",
)
GATE_WRITES = ("action_link", "mentoring_request", "mentor_profile", "card")

TABLES = (
    "organisation",
    "firm_membership",
    "conflict_declaration",
    "person",
    "account",
    "affiliation",
    "personal_block",
    "invitation",
    "activity",
    "letter",
    "notice",
    "action_link",
    "mentor_profile",
    "photo",
    "mentee_profile",
    "card",
    "saved_mentor",
    "queue_place",
    "mentoring_request",
    "request_message",
    "employer_approval",
    "concern",
    "mentorship",
)

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON organisation, firm_membership, affiliation, invitation, mentor_profile, photo, mentee_profile, card,
    mentoring_request, request_message, concern, mentorship TO passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON conflict_declaration, personal_block, saved_mentor, queue_place TO passerelle_web;
GRANT SELECT, UPDATE ON person TO passerelle_web;
GRANT DELETE ON card, photo TO passerelle_web;
GRANT SELECT, INSERT ON activity, employer_approval TO passerelle_web;
GRANT INSERT ON letter, action_link TO passerelle_web;
GRANT SELECT (org_id, id, kind, person_id, address, locale, state, attempts, error, created_at, sent_at) ON letter TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON notice TO passerelle_web;
GRANT SELECT ON directory TO passerelle_web;
GRANT USAGE ON SEQUENCE organisation_id_seq TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON account, person TO passerelle_door;
GRANT SELECT, INSERT ON affiliation TO passerelle_door;
GRANT SELECT, UPDATE ON invitation TO passerelle_door;
GRANT SELECT ON organisation TO passerelle_door;
GRANT INSERT ON activity, letter, notice TO passerelle_door;
GRANT SELECT ON organisation, person, affiliation, mentor_profile, mentorship, invitation TO passerelle_worker;
GRANT SELECT (id, email, active) ON account TO passerelle_worker;
GRANT SELECT, UPDATE ON mentoring_request TO passerelle_worker;
GRANT SELECT, UPDATE ON queue_place TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE ON letter TO passerelle_worker;
GRANT INSERT ON notice, activity, action_link TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO passerelle_operator;
REVOKE ALL ON wall_key, alembic_version FROM passerelle_operator;
REVOKE UPDATE, DELETE ON activity FROM passerelle_operator;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO passerelle_operator;
GRANT SELECT ON wall_key TO passerelle_gate;
GRANT SELECT ON card TO passerelle_reader;
"""


def upgrade() -> None:
    op.execute(CONTEXT)
    key = secrets.token_bytes(64)
    pads = sa.text("INSERT INTO wall_key (inner_pad, outer_pad) VALUES (:inner, :outer)")
    op.get_bind().execute(pads, {"inner": bytes(b ^ 0x36 for b in key), "outer": bytes(b ^ 0x5C for b in key)})
    op.get_bind().exec_driver_sql(GATE)
    op.execute("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION wall_person(), wall_org(), wall_role(), wall_coordinates(), wall_audiences(), wall_hidden(), "
        "wall_blocked() TO passerelle_web, passerelle_door, passerelle_worker, passerelle_operator, passerelle_gate, passerelle_reader"
    )
    for signature, roles in GATE_FUNCTIONS.items():
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
        op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")
    op.execute(DIRECTORY)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    op.execute(GRANTS)
    for table in GATE_READS:
        op.execute(f"GRANT SELECT ON {table} TO passerelle_gate")
        op.execute(f"CREATE POLICY gate_select ON {table} FOR SELECT TO passerelle_gate USING (true)")
    for table in GATE_WRITES:
        op.execute(f"GRANT UPDATE ON {table} TO passerelle_gate")
        op.execute(f"CREATE POLICY gate_update ON {table} FOR UPDATE TO passerelle_gate USING (true)")
    for number, (table, role, command, using, check) in enumerate(POLICIES):
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.get_bind().exec_driver_sql(
            f"CREATE POLICY {role}_{command.lower()}_{number} ON {table} FOR {command} TO passerelle_{role}{clauses}"
        )
    op.execute("ALTER VIEW directory OWNER TO passerelle_reader")


def downgrade() -> None:
    for table in TABLES:
        op.execute(
            f"""DO $$ DECLARE p record; BEGIN
            FOR p IN SELECT polname FROM pg_policy WHERE polrelid = '{table}'::regclass LOOP
                EXECUTE format('DROP POLICY %I ON {table}', p.polname);
            END LOOP; END $$"""
        )
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("SET LOCAL ROLE passerelle_reader")
    op.execute("DROP VIEW directory")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(GATE_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for name in ("person", "org", "role", "coordinates", "audiences", "hidden", "blocked"):
        op.execute(f"DROP FUNCTION wall_{name}()")
    op.execute("DROP TABLE wall_key")
