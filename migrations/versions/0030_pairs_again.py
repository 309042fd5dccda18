"""What pairs still needed: their words go in time, news of notes and files, goals that move with a pause, a reminder to sign."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# --- words go in time -----------------------------------------------------------------------------------------------------

# The words of pairs that ended before a day, a batch at a time. Which tables: those that a migration opened with the policy
# gate_fading; what may happen to their rows is what the gate was granted there.
TAKE_WORDS = """
CREATE FUNCTION take_words_of_pairs(p_table text, p_empties text[], p_column text, p_value text, p_before timestamptz, p_most integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    changes text;
    wordy text;
    chosen text;
    done integer;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR wall_org() = 0 THEN RETURN 0; END IF;
    IF p_before > statement_timestamp() - interval '30 days' THEN RAISE EXCEPTION 'nothing goes within a month'; END IF;
    IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'public' AND tablename = p_table AND policyname = 'gate_fading') THEN
        RAISE EXCEPTION 'the words of % stay', p_table;
    END IF;
    SELECT string_agg(format('%I = %L', name, nothing), ', '), string_agg(format('x.%I <> %L', name, nothing), ' OR ')
    INTO changes, wordy
    FROM (SELECT a.attname AS name, CASE WHEN a.atttypid = 'jsonb'::regtype THEN '{}' ELSE '' END AS nothing
          FROM pg_attribute a WHERE a.attrelid = format('public.%I', p_table)::regclass AND a.attname = ANY (p_empties)) AS emptied;
    chosen := format('SELECT x.org_id, x.id FROM %I x JOIN mentorship m ON m.org_id = x.org_id AND m.id = x.mentorship_id '
        'WHERE x.org_id = $1 AND m.state = ''ended'' AND m.ended_at < $2', p_table);
    IF p_column IS NOT NULL THEN chosen := chosen || format(' AND x.%I = %L', p_column, p_value); END IF;
    IF changes IS NULL THEN
        EXECUTE format('DELETE FROM %I WHERE (org_id, id) IN (%s ORDER BY 2 LIMIT $3)', p_table, chosen)
        USING wall_org(), p_before, p_most;
    ELSE
        EXECUTE format('UPDATE %I SET %s WHERE (org_id, id) IN (%s AND (%s) ORDER BY 2 LIMIT $3)', p_table, changes, chosen, wordy)
        USING wall_org(), p_before, p_most;
    END IF;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$
"""

# For how long after its end a pair's words are kept by the organisation that keeps the pair; for the two alone.
DAYS_KEPT = """
CREATE FUNCTION days_words_are_kept(p_org integer, p_mentorship bigint, p_usual integer) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT EXISTS (SELECT FROM mentorship m WHERE m.org_id = p_org AND m.id = p_mentorship
        AND wall_person() IN (m.mentee_person_id, m.mentor_person_id)) THEN RETURN NULL; END IF;
    RETURN coalesce((SELECT r.days FROM retention r WHERE r.org_id = p_org AND r.subject = 'mentorships'), p_usual);
END $$
"""

# (table, what the gate may do to it)
FADING = (
    ("pair_message", "DELETE"),
    ("message_mark", "DELETE"),
    ("note_version", "DELETE"),
    ("shared_note", "DELETE"),
    ("pair_file", "DELETE"),
    ("goal_comment", "DELETE"),
    ("goal_step", "DELETE"),
    ("goal_event", "UPDATE (words)"),
    ("goal", "UPDATE (title, success)"),
    ("pair_document", "DELETE"),
    ("mentoring_agreement", "UPDATE (purpose, contact)"),
    ("look_back", "UPDATE (helped, changed, next_step, thanks)"),
    ("coordinator_note", "DELETE"),
    ("check_in_answer", "UPDATE (said)"),
    ("mentorship_pause", "DELETE"),
    ("meeting", "UPDATE (agenda, place, video_url)"),
)

# What the gate could read, or delete, before.
READ_BEFORE = ("pair_message", "pair_file", "mentoring_agreement", "meeting", "check_in_answer", "mentorship_pause")
DELETED_BEFORE = ("pair_file",)

# --- news of notes and files ------------------------------------------------------------------------------------------------

# How many messages, notes and files of the other one somebody has not been told of, and the newest; not a word of them.
NEWS = """
CREATE FUNCTION news_since(p_mentorship bigint, p_person bigint, p_messages_after bigint, p_things_after bigint)
RETURNS TABLE (messages integer, notes integer, files integer, latest bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT m.number::integer, n.number::integer, f.number::integer, greatest(m.newest, n.newest, f.newest)
    FROM (SELECT count(*) AS number, max(x.id) AS newest FROM pair_message x WHERE x.org_id = wall_org()
            AND x.mentorship_id = p_mentorship AND x.author_person_id <> p_person AND x.id > p_messages_after) m,
         (SELECT count(*) AS number, max(x.id) AS newest FROM shared_note x WHERE x.org_id = wall_org() AND x.removed_at IS NULL
            AND x.mentorship_id = p_mentorship AND x.author_person_id <> p_person AND x.id > p_things_after) n,
         (SELECT count(*) AS number, max(x.id) AS newest FROM pair_file x WHERE x.org_id = wall_org() AND x.removed_at IS NULL
            AND x.mentorship_id = p_mentorship AND x.author_person_id <> p_person AND x.id > p_things_after) f;
END $$
"""

# What migration 0020 had in its place.
MESSAGES_SINCE = """
CREATE FUNCTION messages_since(p_mentorship bigint, p_person bigint, p_after bigint) RETURNS TABLE (waiting integer, latest bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT count(*)::integer, max(m.id) FROM pair_message m
        WHERE m.org_id = wall_org() AND m.mentorship_id = p_mentorship AND m.author_person_id <> p_person AND m.id > p_after;
END $$
"""

# --- goals and agreements ---------------------------------------------------------------------------------------------------

# Open goals of a pair that rested are due as many days later as it rested, unless their day had passed before.
SHIFT_GOALS = """
CREATE FUNCTION shift_goals(p_mentorship bigint, p_since date, p_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE done integer;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR p_days <= 0 THEN RETURN 0; END IF;
    UPDATE goal SET due_on = due_on + p_days
    WHERE org_id = wall_org() AND mentorship_id = p_mentorship AND state = 'open' AND due_on >= p_since;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$
"""

UNSIGNED = """
CREATE FUNCTION organisations_with_unsigned_agreements(p_before timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT a.org_id FROM mentoring_agreement a JOIN mentorship m ON m.org_id = a.org_id AND m.id = a.mentorship_id
    WHERE a.in_force_at IS NULL AND a.replaced_at IS NULL AND a.reminded_at IS NULL AND a.written_at <= p_before
      AND m.state = 'running'
$$
"""

# --- functions ------------------------------------------------------------------------------------------------------------

# (signature, definition, role that may call it)
FUNCTIONS = (
    ("take_words_of_pairs(text, text[], text, text, timestamptz, integer)", TAKE_WORDS, "worker"),
    ("days_words_are_kept(integer, bigint, integer)", DAYS_KEPT, "web"),
    ("news_since(bigint, bigint, bigint, bigint)", NEWS, "worker"),
    ("shift_goals(bigint, date, integer)", SHIFT_GOALS, "worker"),
    ("organisations_with_unsigned_agreements(timestamptz)", UNSIGNED, "worker"),
)


def make(signature: str, definition: str, role: str) -> None:
    op.get_bind().exec_driver_sql(definition.replace("%", "%%"))
    op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")


def drop(*signatures: str) -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in signatures:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")


BEFORE = "messages_since(bigint, bigint, bigint)"


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.add_column("mentoring_agreement", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT UPDATE (reminded_at) ON mentoring_agreement TO passerelle_worker")
    op.execute(
        "CREATE POLICY worker_update ON mentoring_agreement FOR UPDATE TO passerelle_worker "
        "USING ((SELECT wall_sealed()) AND org_id = wall_org())"
    )
    for table, right in FADING:
        execute(
            f"CREATE POLICY gate_fading ON {table} TO passerelle_gate USING (org_id = wall_org() AND wall_role() = 'system')"
        )
        op.execute(f"GRANT SELECT, {right} ON {table} TO passerelle_gate")
    for signature, definition, role in FUNCTIONS:
        make(signature, definition, role)
    drop(BEFORE)
    op.execute("GRANT UPDATE (due_on) ON goal TO passerelle_gate")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (due_on) ON goal FROM passerelle_gate")
    drop(*(signature for signature, _definition, _role in reversed(FUNCTIONS)))
    make(BEFORE, MESSAGES_SINCE, "worker")
    for table, right in FADING:
        op.execute(f"DROP POLICY gate_fading ON {table}")
        if table not in DELETED_BEFORE:
            op.execute(f"REVOKE {right} ON {table} FROM passerelle_gate")
        if table not in READ_BEFORE:
            op.execute(f"REVOKE SELECT ON {table} FROM passerelle_gate")
    op.execute("DROP POLICY worker_update ON mentoring_agreement")
    op.drop_column("mentoring_agreement", "reminded_at")
