"""The chained activity log, everything about one person in one hand, erasure, consent, retention, who looked at a page.

A context of its own (``enter_privacy``) lets the worker read, or erase, what one person's rows hold in every tenant; the gate
opens it only for a person who asked, and never for longer than they wait.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"

# --- the chain --------------------------------------------------------------------------------------------------------

# What is hashed of a line, as text that anybody can rebuild. Names are in it only as commitments (sha256 of a salt and the name).
WORDS = """
CREATE FUNCTION activity_words(a activity) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
    SELECT jsonb_build_object('organisation', a.org_id, 'number', a.number, 'id', a.id,
        'at', to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', a.actor_person_id, 'verb', a.verb,
        'subject', jsonb_build_array(a.subject_kind, a.subject_id), 'data', a.data, 'names', a.marks)::text
$$;
"""

# At the commit, in the order of the organisations: two transactions that write to the same two logs never wait in a circle,
# and nobody waits for a log while they still want something else.
CHAIN = """
-- As whoever calls it, so that both walls hold; a function because the policies behind a line take longer to plan than to ask.
CREATE FUNCTION write_activity(p_lines jsonb, p_names jsonb) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO activity (org_id, id, at, actor_person_id, verb, subject_kind, subject_id, data, marks)
    SELECT * FROM jsonb_to_recordset(p_lines) AS l (org_id integer, id bigint, at timestamptz,
        actor_person_id bigint, verb text, subject_kind text, subject_id bigint, data jsonb, marks jsonb);
    INSERT INTO activity_name (org_id, activity_id, slot, person_id, name, salt)
    SELECT org_id, activity_id, slot, person_id, name, decode(salt, 'hex')
    FROM jsonb_to_recordset(p_names) AS n (org_id integer, activity_id bigint, slot text,
        person_id bigint, name text, salt text);
END $$;

CREATE FUNCTION chain_activity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
    line activity;
    head activity_head;
BEGIN
    IF (SELECT a.number FROM activity a WHERE a.org_id = NEW.org_id AND a.id = NEW.id) IS NOT NULL THEN RETURN NULL; END IF;
    -- Sorted by sums, so that only the small index of unchained lines will do, however small the log was when this was planned.
    FOR line IN SELECT * FROM activity a WHERE a.number IS NULL ORDER BY a.org_id + 0, a.id + 0 LOOP
        SELECT * INTO head FROM activity_head h WHERE h.org_id = line.org_id FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO activity_head (org_id, number, hash) VALUES (line.org_id, 0, '') ON CONFLICT DO NOTHING;
            SELECT * INTO head FROM activity_head h WHERE h.org_id = line.org_id FOR UPDATE;
        END IF;
        line.number := head.number + 1;
        line.hash := sha256(head.hash || convert_to(activity_words(line), 'UTF8'));
        UPDATE activity SET number = line.number, hash = line.hash
        WHERE org_id = line.org_id AND id = line.id AND number IS NULL;
        IF FOUND THEN
            UPDATE activity_head SET number = line.number, hash = line.hash WHERE org_id = line.org_id;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION unchained() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.number := NULL;
    NEW.hash := NULL;
    RETURN NEW;
END $$;

-- A line gets its number and hash once; a cut that a checkpoint stands for takes lines away; nothing else changes a line.
CREATE FUNCTION keep_activity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.number IS NULL AND to_jsonb(NEW) - '{number,hash}'::text[] = to_jsonb(OLD) - '{number,hash}'::text[] THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM activity_checkpoint c WHERE c.org_id = OLD.org_id AND c.number >= OLD.number) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the activity log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION keep_checkpoint() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION 'the checkpoints of the activity log are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
"""

CHAIN_TRIGGERS = """
CREATE TRIGGER unchained BEFORE INSERT ON activity FOR EACH ROW EXECUTE FUNCTION unchained();
CREATE CONSTRAINT TRIGGER chain_activity AFTER INSERT ON activity DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chain_activity();
CREATE TRIGGER keep_activity BEFORE UPDATE OR DELETE ON activity FOR EACH ROW EXECUTE FUNCTION keep_activity();
CREATE TRIGGER keep_all_activity BEFORE TRUNCATE ON activity FOR EACH STATEMENT EXECUTE FUNCTION keep_activity();
CREATE TRIGGER keep_checkpoint BEFORE UPDATE OR DELETE ON activity_checkpoint
    FOR EACH ROW EXECUTE FUNCTION keep_checkpoint();
CREATE TRIGGER keep_checkpoints BEFORE TRUNCATE ON activity_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION keep_checkpoint();
"""

# Lines written before there was a chain: their names move out of the line, then each is chained in the order it was written.
MOVE_NAMES = """
INSERT INTO activity_name (org_id, activity_id, slot, person_id, name, salt)
    SELECT a.org_id, a.id, 'actor', a.actor_person_id, a.actor_name, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    FROM activity a WHERE a.actor_name <> ''
    UNION ALL
    SELECT a.org_id, a.id, d.key, NULL, left(d.value, 120), uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    FROM activity a, jsonb_each_text(a.data) d WHERE d.key IN ('mentee', 'mentor', 'name', 'person');
UPDATE activity a SET data = data - '{mentee,mentor,name,person}'::text[], marks = coalesce((
    SELECT jsonb_object_agg(n.slot, encode(sha256(n.salt || convert_to(n.name, 'UTF8')), 'hex'))
    FROM activity_name n WHERE n.org_id = a.org_id AND n.activity_id = a.id), '{}');
DO $$
DECLARE
    line activity;
    past bytea := '';
    org integer := 0;
    n bigint := 0;
BEGIN
    FOR line IN SELECT * FROM activity ORDER BY org_id, id LOOP
        IF line.org_id <> org THEN org := line.org_id; n := 0; past := ''; END IF;
        n := n + 1;
        line.number := n;
        past := sha256(past || convert_to(activity_words(line), 'UTF8'));
        UPDATE activity SET number = n, hash = past WHERE org_id = line.org_id AND id = line.id;
        INSERT INTO activity_head (org_id, number, hash) VALUES (org, n, past)
            ON CONFLICT (org_id) DO UPDATE SET number = n, hash = past;
    END LOOP;
END $$;
"""

# That a concern was reported, and nothing more: the same policy, where a line has no name in it any more.
CONCERN = f"""CREATE POLICY web_insert_concern ON activity FOR INSERT TO passerelle_web WITH CHECK ({S} AND verb = 'concern.reported'
    AND actor_person_id IS NULL AND {{}} AND data = '{{{{}}}}' AND subject_kind = 'concern' AND subject_id IS NULL
    AND EXISTS (SELECT FROM concern c WHERE c.org_id = activity.org_id AND c.reporter_person_id = wall_person()))"""

# --- one person -------------------------------------------------------------------------------------------------------

PERSON = """
-- Everything of one person, for the worker: to export it or to erase it, because that person asked.
CREATE FUNCTION enter_privacy(p_kind text, p_id bigint, p_now timestamptz)
RETURNS TABLE (person_id bigint, name text, locale text, time_zone text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF p_kind = 'export' THEN
        SELECT e.person_id INTO person_id FROM personal_export e WHERE e.id = p_id AND e.state IN ('asked', 'working');
    ELSIF p_kind = 'erasure' THEN
        SELECT e.person_id INTO person_id FROM erasure e WHERE e.id = p_id AND e.state = 'asked' AND e.due_at <= p_now FOR UPDATE;
    END IF;
    IF person_id IS NULL THEN RETURN; END IF;
    SELECT p.name, p.locale, p.time_zone INTO name, locale, time_zone FROM person p WHERE p.id = enter_privacy.person_id;
    PERFORM wall_open(person_id, NULL, NULL, p_kind, '{}', '{}', '{}');
    RETURN NEXT;
END $$;

-- Where this person is the only one who administers: somebody else has to be named before they can go.
CREATE FUNCTION sole_administrations() RETURNS TABLE (slug text, name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE place record;
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    FOR place IN SELECT o.id, o.slug, o.name, a.role FROM affiliation a JOIN organisation o ON o.id = a.org_id
        WHERE a.person_id = wall_person() AND a.role IN ('company_admin', 'network_admin')
          AND (a.ended_on IS NULL OR a.ended_on > current_date) ORDER BY o.id
    LOOP
        -- Two who ask at once take turns: each would otherwise count on the other.
        PERFORM pg_advisory_xact_lock(hashtext('last administrator'), place.id);
        IF NOT EXISTS (SELECT FROM affiliation a WHERE a.org_id = place.id AND a.role = place.role
                AND a.person_id <> wall_person() AND (a.ended_on IS NULL OR a.ended_on > current_date)
                AND NOT EXISTS (SELECT FROM erasure e WHERE e.person_id = a.person_id AND e.state = 'asked')) THEN
            slug := place.slug; name := place.name; RETURN NEXT;
        END IF;
    END LOOP;
END $$;

-- A link in a letter, by the hash of its token: whose wish it is and when it is carried out. Undoing needs no sign-in.
CREATE FUNCTION erasure_of_link(p_token_hash bytea) RETURNS TABLE (state text, due_at timestamptz, locale text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.state, e.due_at, p.locale FROM erasure e JOIN person p ON p.id = e.person_id WHERE e.token_hash = p_token_hash
$$;
CREATE FUNCTION undo_erasure_of_link(p_token_hash bytea, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE erasure SET state = 'undone', ended_at = p_now WHERE token_hash = p_token_hash AND state = 'asked';
    RETURN FOUND;
END $$;

CREATE FUNCTION due_erasures(p_now timestamptz) RETURNS TABLE (id bigint, org_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.id, e.org_id FROM erasure e WHERE e.state = 'asked' AND e.due_at <= p_now ORDER BY e.due_at, e.id
$$;
CREATE FUNCTION drop_old_exports(p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE dropped integer;
BEGIN
    DELETE FROM personal_export WHERE expires_at <= p_now;
    GET DIAGNOSTICS dropped = ROW_COUNT;
    RETURN dropped;
END $$;

-- The person's name where it stands in other people's rows: the log's names (their commitments stay) and notices.
CREATE FUNCTION forget_name(p_instead text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    me bigint := wall_person();
    said text;
    forgotten integer;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'erasure' THEN RETURN 0; END IF;
    SELECT name INTO said FROM person WHERE id = me;
    DELETE FROM activity_name n USING activity a
    WHERE a.org_id = n.org_id AND a.id = n.activity_id AND (n.person_id = me
        OR (n.slot = 'actor' AND a.actor_person_id = me)
        OR (n.slot IN ('mentee', 'mentor') AND EXISTS (SELECT FROM mentoring_request r
            WHERE r.id = a.subject_id AND me = CASE n.slot WHEN 'mentee' THEN r.mentee_person_id ELSE r.mentor_person_id END))
        OR (n.slot IN ('mentee', 'mentor') AND EXISTS (SELECT FROM mentorship m
            WHERE m.id = a.subject_id AND me = CASE n.slot WHEN 'mentee' THEN m.mentee_person_id ELSE m.mentor_person_id END))
        OR (n.slot IN ('name', 'person') AND a.subject_kind = 'invitation' AND EXISTS (SELECT FROM invitation i, account c
            WHERE i.id = a.subject_id AND c.id = me AND lower(c.email) = lower(i.email)))
        OR (n.slot IN ('name', 'person') AND a.subject_kind IN ('person', 'affiliation') AND (a.subject_id = me
            OR EXISTS (SELECT FROM affiliation f WHERE f.id = a.subject_id AND f.person_id = me))));
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    -- Whoever reads a notice about this person shares a request, a mentorship or a page with them: its path says which.
    UPDATE notice t SET data = (SELECT jsonb_object_agg(d.key, CASE WHEN d.value = to_jsonb(said) THEN to_jsonb(p_instead)
                                                                   ELSE d.value END) FROM jsonb_each(t.data) d)
    WHERE to_jsonb(said) IN (SELECT d.value FROM jsonb_each(t.data) d)
      AND substring(t.path FROM '/(\\d+)$')::bigint IN (
        SELECT r.id FROM mentoring_request r WHERE me IN (r.mentee_person_id, r.mentor_person_id)
        UNION SELECT m.id FROM mentorship m WHERE me IN (m.mentee_person_id, m.mentor_person_id)
        UNION SELECT p.id FROM mentor_profile p WHERE p.person_id = me);
    DELETE FROM letter l WHERE l.person_id = me
        OR EXISTS (SELECT FROM account c WHERE c.id = me AND lower(c.email) = lower(l.address));
    UPDATE letter l SET data = '{}' WHERE l.state = 'failed' AND strpos(l.data::text, to_jsonb(said)::text) > 0;
    RETURN forgotten;
END $$;

-- What a person keeps on their list, with the names they may still see; for their export.
CREATE FUNCTION saved_for_export() RETURNS TABLE (org_id integer, mentor_org_id integer, mentor_id bigint, name text, firm text, created_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'export' THEN RETURN; END IF;
    RETURN QUERY SELECT s.org_id, s.mentor_org_id, s.mentor_id, c.name::text, c.firm::text, s.created_at
    FROM saved_mentor s LEFT JOIN card c ON c.org_id = s.mentor_org_id AND c.mentor_id = s.mentor_id
        AND c.aud && audiences_of(s.org_id) AND NOT c.org_id = ANY (hidden_from(s.org_id))
        AND NOT c.person_id = ANY (blocked_for(s.person_id)) AND (c.org_id <> s.org_id OR s.org_id = ANY (c.aud))
    WHERE s.person_id = wall_person() ORDER BY s.org_id, s.mentor_id;
END $$;
"""

# --- the card follows ---------------------------------------------------------------------------------------------------

KEEP_AUDIENCE = """
CREATE OR REPLACE FUNCTION keep_audience() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('audience'), NEW.org_id);
    NEW.aud := ARRAY(SELECT unnest(NEW.chosen) INTERSECT SELECT unnest(audiences_of(NEW.org_id)) ORDER BY 1);{}
    RETURN NEW;
END $$;
"""
LEAVING = """
    IF EXISTS (SELECT FROM erasure e WHERE e.person_id = NEW.person_id AND e.state = 'asked') THEN NEW.aud := '{}'; END IF;"""

CARD = """
CREATE FUNCTION erasure_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE card SET aud = chosen WHERE person_id = NEW.person_id;
    RETURN NULL;
END $$;

-- Being shown beyond one's own firm is consented to by choosing it and withdrawn by choosing otherwise: kept where it takes
-- effect, so that no page can forget to.
CREATE FUNCTION consent_by_card() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    shown text[] := '{}';
    whose bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.person_id ELSE NEW.person_id END;
    place integer := CASE WHEN TG_OP = 'DELETE' THEN OLD.org_id ELSE NEW.org_id END;
    moment timestamptz := statement_timestamp();
BEGIN
    IF TG_OP <> 'DELETE' THEN
        IF 0 = ANY (NEW.chosen) THEN shown := shown || 'marketplace'::text; END IF;
        IF EXISTS (SELECT FROM unnest(NEW.chosen) c WHERE c NOT IN (0, NEW.org_id)) THEN shown := shown || 'networks'::text; END IF;
        moment := greatest(NEW.active_at, NEW.published_at);
    END IF;
    UPDATE consent SET withdrawn_at = greatest(statement_timestamp(), given_at)
    WHERE person_id = whose AND org_id = place AND withdrawn_at IS NULL AND NOT purpose = ANY (shown);
    INSERT INTO consent (org_id, person_id, purpose, given_at, version)
    SELECT place, whose, s, moment, 1 FROM unnest(shown) s
    WHERE NOT EXISTS (SELECT FROM consent c WHERE c.person_id = whose AND c.org_id = place AND c.purpose = s AND c.withdrawn_at IS NULL)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- Withdrawn on the page about privacy: nobody sees the mentor's page from this moment.
CREATE FUNCTION withdraw_consent(p_org integer, p_purpose text, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me bigint := wall_person();
BEGIN
    IF NOT wall_sealed() OR me = 0 THEN RETURN false; END IF;
    UPDATE consent SET withdrawn_at = greatest(p_now, given_at)
    WHERE org_id = p_org AND person_id = me AND purpose = p_purpose AND withdrawn_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    -- Paused, not shown to others instead: whom it is shown to is for its author to say.
    UPDATE mentor_profile SET state = 'paused', version = version + 1 WHERE org_id = p_org AND person_id = me AND state = 'published';
    DELETE FROM card WHERE org_id = p_org AND person_id = me;
    RETURN true;
END $$;
"""

CARD_TRIGGERS = """
CREATE TRIGGER erasure_changed AFTER INSERT OR UPDATE OF state ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_changed();
CREATE TRIGGER consent_by_card AFTER INSERT OR DELETE OR UPDATE OF chosen ON card FOR EACH ROW EXECUTE FUNCTION consent_by_card();
"""

# --- who looked ---------------------------------------------------------------------------------------------------------

# A visitor counts once a day: a mark made with the wall's key tells the same visitor apart that day, and is dropped after it.
VIEWS = """
CREATE FUNCTION count_view(p_org integer, p_mentor bigint, p_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    whose bigint;
    mark bytea;
BEGIN
    IF NOT wall_sealed() OR wall_org() = 0 THEN RETURN; END IF;
    SELECT c.person_id INTO whose FROM card c WHERE c.org_id = p_org AND c.mentor_id = p_mentor AND c.aud && wall_audiences();
    IF NOT FOUND OR whose = wall_person() THEN RETURN; END IF;
    SELECT substring(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(concat_ws(' ', 'view', wall_person(), p_mentor, p_day), 'UTF8')))
                     FROM 1 FOR 6) INTO mark FROM wall_key k;
    -- A count that a crash loses is no loss, and nobody waits for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO profile_view AS v (org_id, mentor_id, mentor_person_id, viewer_org_id, day, views, marks)
    VALUES (p_org, p_mentor, whose, wall_org(), p_day, 1, ARRAY[mark])
    ON CONFLICT (org_id, mentor_id, viewer_org_id, day) DO UPDATE SET views = v.views + 1, marks = v.marks || mark
    WHERE NOT mark = ANY (v.marks);
END $$;

-- Fewer than three visitors of one firm in one week are not told apart from each other: the number never leaves.
CREATE FUNCTION views_of_me(p_since date) RETURNS TABLE (firm text, week date, views integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT o.name::text, date_trunc('week', v.day)::date, CASE WHEN sum(v.views) < 3 THEN NULL ELSE sum(v.views)::integer END
    FROM profile_view v JOIN organisation o ON o.id = v.viewer_org_id
    WHERE v.mentor_person_id = wall_person() AND wall_person() <> 0 AND wall_org() IN (0, v.org_id) AND v.day >= p_since
    GROUP BY o.id, o.name, date_trunc('week', v.day) ORDER BY 2 DESC, sum(v.views) DESC, 1;
END $$;

CREATE FUNCTION forget_view_marks(p_today date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE profile_view SET marks = '{}' WHERE day < p_today AND marks <> '{}';
    DELETE FROM profile_view WHERE day < p_today - 366;
$$;
"""

# --- retention ----------------------------------------------------------------------------------------------------------

# One batch of what one organisation keeps no longer; the worker learns how many and never what.
RETENTION = """
CREATE FUNCTION apply_retention(p_subject text, p_before timestamptz, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    org integer := wall_org();
    done integer := 0;
    last_cut bigint;
    upto bigint;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR org = 0 THEN RETURN 0; END IF;
    IF p_before > statement_timestamp() - interval '7 days' THEN RAISE EXCEPTION 'nothing goes within a week'; END IF;
    IF p_subject = 'letters' THEN
        DELETE FROM letter WHERE org_id = org AND id IN (SELECT l.id FROM letter l
            WHERE l.org_id = org AND l.created_at < p_before ORDER BY l.id LIMIT p_most);
    ELSIF p_subject = 'notices' THEN
        DELETE FROM notice WHERE org_id = org AND id IN (SELECT n.id FROM notice n
            WHERE n.org_id = org AND n.created_at < p_before ORDER BY n.id LIMIT p_most);
    ELSIF p_subject = 'invitations' THEN
        UPDATE invitation SET email = '', name = '', job_title = '', state = CASE state WHEN 'open' THEN 'withdrawn' ELSE state END
        WHERE org_id = org AND id IN (SELECT i.id FROM invitation i WHERE i.org_id = org AND i.email <> ''
            AND i.expires_at < p_before ORDER BY i.id LIMIT p_most);
    ELSIF p_subject IN ('requests', 'mentorships') THEN
        DELETE FROM request_message WHERE org_id = org AND id IN (SELECT m.id FROM request_message m
            JOIN mentoring_request r ON r.org_id = m.org_id AND r.id = m.request_id
            LEFT JOIN mentorship p ON p.org_id = r.org_id AND p.request_id = r.id
            WHERE m.org_id = org AND CASE p_subject WHEN 'mentorships' THEN p.state = 'ended' AND p.ended_at < p_before
                ELSE p.id IS NULL AND r.closed_at < p_before END ORDER BY m.id LIMIT p_most);
    ELSIF p_subject = 'activity' THEN
        SELECT coalesce(max(c.number), 0) INTO last_cut FROM activity_checkpoint c WHERE c.org_id = org;
        SELECT least(coalesce((SELECT min(a.number) - 1 FROM activity a WHERE a.org_id = org AND a.at >= p_before),
                              (SELECT max(a.number) FROM activity a WHERE a.org_id = org)), last_cut + p_most) INTO upto;
        IF upto IS NULL OR upto <= last_cut THEN RETURN 0; END IF;
        INSERT INTO activity_checkpoint (org_id, number, hash, before, cut_at)
            SELECT org, a.number, a.hash, p_before, statement_timestamp() FROM activity a WHERE a.org_id = org AND a.number = upto;
        DELETE FROM activity_name n USING activity a WHERE n.org_id = org AND a.org_id = org AND a.id = n.activity_id AND a.number <= upto;
        DELETE FROM activity WHERE org_id = org AND number <= upto;
    END IF;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;

CREATE FUNCTION organisations_for_retention() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$ SELECT id FROM organisation ORDER BY id $$;
"""

GATE_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "chain_activity()": (),
    "keep_activity()": (),
    "enter_privacy(text, bigint, timestamptz)": ("worker",),
    "sole_administrations()": ("web",),
    "erasure_of_link(bytea)": ("web",),
    "undo_erasure_of_link(bytea, timestamptz)": ("web",),
    "due_erasures(timestamptz)": ("worker",),
    "drop_old_exports(timestamptz)": ("worker",),
    "forget_name(text)": ("worker",),
    "saved_for_export()": ("worker",),
    "erasure_changed()": (),
    "consent_by_card()": (),
    "withdraw_consent(integer, text, timestamptz)": ("web",),
    "count_view(integer, bigint, date)": ("web",),
    "views_of_me(date)": ("web",),
    "forget_view_marks(date)": ("worker",),
    "apply_retention(text, timestamptz, integer)": ("worker",),
    "organisations_for_retention()": ("worker",),
}

OWN_FUNCTIONS = ("activity_words(activity)", "unchained()", "keep_checkpoint()", "write_activity(jsonb, jsonb)")

# --- policies -----------------------------------------------------------------------------------------------------------

TABLES = (
    "activity_name",
    "activity_head",
    "activity_checkpoint",
    "personal_export",
    "erasure",
    "consent",
    "retention",
    "profile_view",
)

MINE = f"person_id = wall_person() AND {S}"
LOGS = """(org_id = wall_org() OR EXISTS (SELECT FROM organisation o WHERE o.id = activity_name.org_id AND o.invited_by_id = wall_org())
    OR EXISTS (SELECT FROM mentoring_request r WHERE activity_name.org_id IN (r.org_id, r.mentor_org_id)))"""

# (name, table, role, command, using, check)
POLICIES = [
    (
        "web_select",
        "activity_name",
        "web",
        "SELECT",
        f"{S} AND EXISTS (SELECT FROM activity a WHERE a.org_id = activity_name.org_id AND a.id = activity_id)",
        None,
    ),
    ("web_insert", "activity_name", "web", "INSERT", None, f"{S} AND {LOGS}"),
    ("door_insert", "activity_name", "door", "INSERT", None, "true"),
    ("worker_insert", "activity_name", "worker", "INSERT", None, S),
    ("web_select", "activity_head", "web", "SELECT", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    ("web_select", "activity_checkpoint", "web", "SELECT", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    ("web_own", "personal_export", "web", "ALL", MINE, None),
    ("web_own", "erasure", "web", "ALL", MINE, None),
    ("web_own", "consent", "web", "SELECT", MINE, None),
    ("web_select", "retention", "web", "SELECT", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    ("web_insert", "retention", "web", "INSERT", None, f"{S} AND org_id = wall_org() AND wall_coordinates()"),
    ("web_update", "retention", "web", "UPDATE", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    ("worker_select", "retention", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
]

ASKED = "(mentee_person_id = wall_person() OR (mentor_person_id = wall_person() AND sent_at IS NOT NULL))"
PARTY = "wall_person() IN (mentee_person_id, mentor_person_id)"
IN_PAIR = """EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = request_message.org_id AND r.id = request_message.request_id
    AND wall_person() IN (r.mentee_person_id, r.mentor_person_id)"""
MY_ADDRESS = "EXISTS (SELECT FROM account c WHERE c.id = wall_person() AND lower(c.email) = lower(invitation.email))"
OWN = "person_id = wall_person()"
HELPS = "wall_person() IN (assistant_person_id, executive_person_id)"

# What the worker may read for one person's export, and touch for their erasure: (table, read, erased). A table that comes
# later with something of a person in it gets its line here or in a migration of its own.
PERSONAL: tuple[tuple[str, str | None, str | None], ...] = (
    ("person", None, "id = wall_person()"),
    ("account", None, "id = wall_person()"),
    ("affiliation", None, OWN),
    ("personal_block", OWN, "wall_person() IN (person_id, blocked_person_id)"),
    ("invitation", MY_ADDRESS, f"{MY_ADDRESS}"),
    ("letter", OWN, OWN),
    ("letter_choice", OWN, OWN),
    ("notice", OWN, OWN),
    ("action_link", None, OWN),
    ("activity", "actor_person_id = wall_person()", None),
    ("mentor_profile", OWN, OWN),
    ("photo", OWN, OWN),
    ("mentee_profile", OWN, OWN),
    ("card", None, OWN),
    ("saved_mentor", OWN, OWN),
    ("queue_place", OWN, "wall_person() IN (person_id, mentor_person_id)"),
    ("mentoring_request", ASKED, PARTY),
    (
        "request_message",
        f"{IN_PAIR} AND (r.sent_at IS NOT NULL OR r.mentee_person_id = wall_person()) "
        "AND (request_message.kind <> 'contact' OR request_message.author_person_id = wall_person() OR r.state = 'confirmed'))",
        "author_person_id = wall_person()",
    ),
    (
        "employer_approval",
        "EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = employer_approval.org_id AND r.id = request_id "
        "AND r.mentee_person_id = wall_person())",
        None,
    ),
    ("concern", "reporter_person_id = wall_person()", "reporter_person_id = wall_person()"),
    ("mentorship", PARTY, PARTY),
    ("personal_export", OWN, OWN),
    ("erasure", None, OWN),
    ("consent", OWN, OWN),
    ("account_session", OWN, None),
    ("account_passkey", OWN, None),
    ("account_address_change", OWN, None),
    ("assistance", HELPS, HELPS),
    ("mentorship_answer", OWN, OWN),
    ("agreement_acceptance", "accepted_by_id = wall_person()", None),
)

# Where the export writes as well: how far it is, and the file.
EXPORT_WRITES = "personal_export"

GRANTS = """
GRANT SELECT ON activity_head, activity_checkpoint TO passerelle_web, passerelle_operator;
GRANT SELECT, INSERT ON activity_name TO passerelle_web;
GRANT INSERT ON activity_name TO passerelle_door, passerelle_worker;
GRANT SELECT, INSERT ON personal_export TO passerelle_web;
GRANT SELECT, INSERT ON erasure TO passerelle_web;
GRANT UPDATE (state, ended_at) ON erasure TO passerelle_web;
GRANT SELECT ON consent TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON retention TO passerelle_web;
GRANT SELECT ON retention TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON activity_name, personal_export, erasure, consent, retention, profile_view TO passerelle_operator;

GRANT SELECT ON personal_block, letter_choice, notice, action_link, activity, photo, mentee_profile, card, saved_mentor,
    request_message, employer_approval, concern, personal_export, erasure, consent TO passerelle_worker;
GRANT UPDATE (name, locale, time_zone) ON person TO passerelle_worker;
GRANT UPDATE (ended_on, job_title, work_email) ON affiliation TO passerelle_worker;
GRANT UPDATE (email, name, job_title) ON invitation TO passerelle_worker;
GRANT UPDATE ON mentor_profile, personal_export, erasure TO passerelle_worker;
GRANT UPDATE (body) ON request_message, concern TO passerelle_worker;
GRANT DELETE ON account, personal_block, letter, letter_choice, notice, action_link, photo, mentee_profile, card, saved_mentor,
    queue_place, mentoring_request, request_message, personal_export, consent TO passerelle_worker;

-- What hangs on the account goes with it (ON DELETE CASCADE): of secrets the worker never reads a column.
GRANT SELECT (id, person_id, browser, system, created_at, seen_at) ON account_session TO passerelle_worker;
GRANT SELECT (id, person_id, name, created_at, used_at) ON account_passkey TO passerelle_worker;
GRANT SELECT (id, person_id, old_email, new_email, asked_at, confirmed_at) ON account_address_change TO passerelle_worker;
GRANT SELECT ON agreement_acceptance TO passerelle_worker;
GRANT SELECT, DELETE ON assistance, mentorship_answer TO passerelle_worker;

GRANT SELECT, DELETE ON activity TO passerelle_gate;
GRANT UPDATE (number, hash) ON activity TO passerelle_gate;
GRANT SELECT, INSERT, UPDATE ON activity_head, consent, profile_view TO passerelle_gate;
GRANT SELECT, INSERT ON activity_checkpoint TO passerelle_gate;
GRANT SELECT, UPDATE ON erasure TO passerelle_gate;
GRANT SELECT, DELETE ON personal_export, activity_name, letter, request_message TO passerelle_gate;
GRANT UPDATE (data) ON letter, notice TO passerelle_gate;
GRANT DELETE ON notice, profile_view TO passerelle_gate;
GRANT SELECT ON invitation, mentorship, saved_mentor, retention TO passerelle_gate;
GRANT UPDATE (email, name, job_title, state) ON invitation TO passerelle_gate;
"""

# (table, commands) that functions of the gate need beyond what earlier migrations gave them.
GATE_POLICIES = (
    ("activity", "SELECT UPDATE DELETE"),
    ("activity_head", "SELECT INSERT UPDATE"),
    ("activity_checkpoint", "SELECT INSERT"),
    ("activity_name", "SELECT DELETE"),
    ("personal_export", "SELECT DELETE"),
    ("erasure", "SELECT UPDATE"),
    ("consent", "SELECT INSERT UPDATE"),
    ("profile_view", "SELECT INSERT UPDATE DELETE"),
    ("letter", "SELECT UPDATE DELETE"),
    ("notice", "UPDATE DELETE"),
    ("request_message", "SELECT DELETE"),
    ("invitation", "SELECT UPDATE"),
    ("mentorship", "SELECT"),
    ("saved_mentor", "SELECT"),
    ("retention", "SELECT"),
)


def upgrade() -> None:
    _create_tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute = op.get_bind().exec_driver_sql
    for part in (WORDS, CHAIN, PERSON, CARD, VIEWS, RETENTION):
        execute(part)
    op.execute("ALTER TABLE activity NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE activity_name NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE activity_head NO FORCE ROW LEVEL SECURITY")
    execute(MOVE_NAMES)
    op.execute("ALTER TABLE activity_head FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE activity_name FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE activity FORCE ROW LEVEL SECURITY")
    op.execute("DROP POLICY web_insert_concern ON activity")
    op.drop_column("activity", "actor_name")
    op.get_bind().exec_driver_sql(CONCERN.format("marks = '{}'"))
    execute(CHAIN_TRIGGERS)
    execute(CARD_TRIGGERS)
    for signature in OWN_FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION activity_words(activity) TO passerelle_web, passerelle_operator, passerelle_gate"
    )
    op.execute(
        "GRANT EXECUTE ON FUNCTION write_activity(jsonb, jsonb) TO passerelle_web, passerelle_door, passerelle_worker, "
        "passerelle_operator"
    )
    for signature, roles in GATE_FUNCTIONS.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
        op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")
    op.execute(GRANTS)
    for table, commands in GATE_POLICIES:
        for command in commands.split():
            clause = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
            op.execute(
                f"CREATE POLICY gate_{command.lower()}_0015 ON {table} FOR {command} TO passerelle_gate {clause}"
            )
    for name, table, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    for table, read, erased in PERSONAL:
        if read:
            execute(
                f"CREATE POLICY worker_export ON {table} FOR SELECT TO passerelle_worker "
                f"USING (wall_role() = 'export' AND {read} AND {S})"
            )
        if erased:
            execute(
                f"CREATE POLICY worker_erasure ON {table} FOR ALL TO passerelle_worker "
                f"USING (wall_role() = 'erasure' AND {erased} AND {S}) WITH CHECK (wall_role() = 'erasure' AND {S})"
            )
    execute(
        f"CREATE POLICY worker_export_writes ON {EXPORT_WRITES} FOR UPDATE TO passerelle_worker "
        f"USING (wall_role() = 'export' AND {OWN} AND {S})"
    )
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute(KEEP_AUDIENCE.format(LEAVING))
    op.execute("SET LOCAL ROLE passerelle_owner")


def _create_tables() -> None:
    org = ("organisation.id", sa.Integer())
    person = ("person.id", sa.BigInteger())

    def key(name: str, table: str, to: tuple[str, sa.types.TypeEngine], nullable: bool = False) -> sa.Column:
        return sa.Column(name, to[1], sa.ForeignKey(to[0], name=f"fk_{table}_{name}"), nullable=nullable)

    moment = sa.DateTime(timezone=True)
    op.add_column("activity", sa.Column("number", sa.BigInteger(), nullable=True))
    op.add_column("activity", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "activity",
        sa.Column(
            "marks", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.create_index("uq_activity_org_id_number", "activity", ["org_id", "number"], unique=True)
    op.create_index("ix_activity_unchained", "activity", ["org_id", "id"], postgresql_where=sa.text("number IS NULL"))
    op.create_table(
        "activity_name",
        key("org_id", "activity_name", org),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.String(20), nullable=False),
        key("person_id", "activity_name", person, nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "activity_id", "slot", name="pk_activity_name"),
    )
    op.create_index("ix_activity_name_person_id", "activity_name", ["person_id"])
    op.create_table(
        "activity_head",
        key("org_id", "activity_head", org),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="pk_activity_head"),
    )
    op.create_table(
        "activity_checkpoint",
        key("org_id", "activity_checkpoint", org),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("before", moment, nullable=False),
        sa.Column("cut_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "number", name="pk_activity_checkpoint"),
    )
    op.create_table(
        "personal_export",
        key("person_id", "personal_export", person),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("state", _states("exportstate", "asked", "working", "ready", "failed"), nullable=False),
        sa.Column("done", sa.SmallInteger(), nullable=False),
        sa.Column("total", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("ready_at", moment, nullable=True),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "id", name="pk_personal_export"),
    )
    op.create_index(
        "uq_personal_export_under_way",
        "personal_export",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asked', 'working')"),
    )
    op.create_table(
        "erasure",
        key("org_id", "erasure", org),
        sa.Column("id", sa.BigInteger(), nullable=False),
        key("person_id", "erasure", person),
        sa.Column("state", _states("erasurestate", "asked", "undone", "done"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_erasure"),
        sa.UniqueConstraint("token_hash", name="uq_erasure_token_hash"),
    )
    op.create_index(
        "uq_erasure_asked", "erasure", ["person_id"], unique=True, postgresql_where=sa.text("state = 'asked'")
    )
    op.create_table(
        "consent",
        key("org_id", "consent", org),
        key("person_id", "consent", person),
        sa.Column("purpose", _states("purpose", "networks", "marketplace"), nullable=False),
        sa.Column("given_at", moment, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("org_id", "person_id", "purpose", "given_at", name="pk_consent"),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"])
    op.create_table(
        "retention",
        key("org_id", "retention", org),
        sa.Column(
            "subject",
            _states("kept", "requests", "mentorships", "letters", "notices", "invitations", "activity"),
            nullable=False,
        ),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "subject", name="pk_retention"),
        sa.CheckConstraint("days >= 30", name="ck_retention_a_month_at_least"),
    )
    op.create_table(
        "profile_view",
        key("org_id", "profile_view", org),
        sa.Column("mentor_id", sa.BigInteger(), nullable=False),
        key("viewer_org_id", "profile_view", org),
        sa.Column("day", sa.Date(), nullable=False),
        key("mentor_person_id", "profile_view", person),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("marks", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "mentor_id", "viewer_org_id", "day", name="pk_profile_view"),
    )
    op.create_index("ix_profile_view_mentor_person_id", "profile_view", ["mentor_person_id", "day"])


def _states(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


NAMES_BACK = """
UPDATE activity a SET actor_name = coalesce((SELECT n.name FROM activity_name n WHERE n.org_id = a.org_id AND n.activity_id = a.id
        AND n.slot = 'actor'), ''),
    data = a.data || coalesce((SELECT jsonb_object_agg(n.slot, n.name) FROM activity_name n WHERE n.org_id = a.org_id
        AND n.activity_id = a.id AND n.slot <> 'actor'), '{}')
"""


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.get_bind().exec_driver_sql(KEEP_AUDIENCE.format(""))
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute(f"DROP POLICY worker_export_writes ON {EXPORT_WRITES}")
    for table, read, erased in PERSONAL:
        for name, present in (("worker_export", read), ("worker_erasure", erased)):
            if present:
                op.execute(f"DROP POLICY {name} ON {table}")
    for name, table, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    for table, commands in GATE_POLICIES:
        for command in commands.split():
            op.execute(f"DROP POLICY gate_{command.lower()}_0015 ON {table}")
    for trigger, table in (
        ("erasure_changed", "erasure"),
        ("consent_by_card", "card"),
        ("unchained", "activity"),
        ("chain_activity", "activity"),
        ("keep_activity", "activity"),
        ("keep_all_activity", "activity"),
        ("keep_checkpoint", "activity_checkpoint"),
        ("keep_checkpoints", "activity_checkpoint"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(GATE_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for signature in reversed(OWN_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP POLICY web_insert_concern ON activity")
    op.add_column("activity", sa.Column("actor_name", sa.String(120), server_default="", nullable=False))
    op.get_bind().exec_driver_sql(CONCERN.format("actor_name = ''"))
    op.alter_column("activity", "actor_name", server_default=None)
    op.execute("ALTER TABLE activity NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE activity_name NO FORCE ROW LEVEL SECURITY")
    op.get_bind().exec_driver_sql(NAMES_BACK)
    op.execute("ALTER TABLE activity FORCE ROW LEVEL SECURITY")
    op.drop_index("ix_activity_unchained", table_name="activity")
    op.drop_index("uq_activity_org_id_number", table_name="activity")
    for column in ("marks", "hash", "number"):
        op.drop_column("activity", column)
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute(REVOKES)


REVOKES = """
REVOKE SELECT ON personal_block, notice, action_link, activity, photo, mentee_profile, card, saved_mentor,
    request_message, employer_approval, concern FROM passerelle_worker;
REVOKE UPDATE (name, locale, time_zone) ON person FROM passerelle_worker;
REVOKE UPDATE (ended_on, job_title, work_email) ON affiliation FROM passerelle_worker;
REVOKE UPDATE (email, name, job_title) ON invitation FROM passerelle_worker;
REVOKE UPDATE ON mentor_profile FROM passerelle_worker;
REVOKE UPDATE (body) ON request_message, concern FROM passerelle_worker;
REVOKE DELETE ON account, personal_block, letter, letter_choice, notice, action_link, photo, mentee_profile, card, saved_mentor,
    queue_place, mentoring_request, request_message FROM passerelle_worker;
REVOKE SELECT (id, person_id, browser, system, created_at, seen_at) ON account_session FROM passerelle_worker;
REVOKE SELECT (id, person_id, name, created_at, used_at) ON account_passkey FROM passerelle_worker;
REVOKE SELECT (id, person_id, old_email, new_email, asked_at, confirmed_at) ON account_address_change FROM passerelle_worker;
REVOKE DELETE ON assistance, mentorship_answer FROM passerelle_worker;
REVOKE SELECT, DELETE ON activity FROM passerelle_gate;
REVOKE SELECT, DELETE ON letter, request_message FROM passerelle_gate;
REVOKE UPDATE (data) ON letter, notice FROM passerelle_gate;
REVOKE DELETE ON notice FROM passerelle_gate;
REVOKE SELECT ON invitation, mentorship, saved_mentor FROM passerelle_gate;
REVOKE UPDATE (email, name, job_title, state) ON invitation FROM passerelle_gate;
"""
