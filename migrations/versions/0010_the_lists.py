"""What every page asks of the gate and the directory, planned once per connection.

PostgreSQL plans the body of a function in the language SQL anew on each call, unless it melts into the query around it,
which one that runs as somebody else never does. The same bodies in PL/pgSQL keep their plans. Two statements of the
directory become functions for the same reason; they run as who calls them, so both walls stand in them as before.

What a card is ranked by moves back into its row: fetching it from beside the table cost a search more than ranking did.

And what lists and cards tell is mended: whose turn it is, names that changed, letters about accounts, a concern in the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"

# Nobody answers for themselves, so a coordinator's own request waits for the other coordinators.
NOT_THEIR_OWN = " AND r.mentee_person_id <> p_person"

BODIES = {
    "wall_seal() RETURNS text": """
    encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(concat_ws(E'\\x1f',
        coalesce(current_setting('passerelle.person', true), ''), coalesce(current_setting('passerelle.org', true), ''),
        coalesce(current_setting('passerelle.affiliation', true), ''), coalesce(current_setting('passerelle.role', true), ''),
        coalesce(current_setting('passerelle.audiences', true), ''), coalesce(current_setting('passerelle.hidden', true), ''),
        coalesce(current_setting('passerelle.blocked', true), ''),
        pg_backend_pid(), extract(epoch FROM transaction_timestamp())), 'UTF8'))), 'hex')
    FROM wall_key k""",
    "audiences_of(p_org integer) RETURNS integer[]": """
    ARRAY[p_org]
        || ARRAY(SELECT m.network_id FROM firm_membership m WHERE m.firm_id = p_org AND m.state = 'active' ORDER BY 1)
        || CASE WHEN (SELECT o.in_marketplace FROM organisation o WHERE o.id = p_org) THEN ARRAY[0] ELSE '{}'::integer[] END""",
    "hidden_from(p_org integer) RETURNS integer[]": """
    ARRAY(
        SELECT c.other_org_id FROM conflict_declaration c
        WHERE c.org_id = p_org AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        UNION
        SELECT c.org_id FROM conflict_declaration c
        WHERE c.other_org_id = p_org AND c.since <= current_date AND (c.until IS NULL OR c.until > current_date)
        ORDER BY 1)""",
    "blocked_for(p_person bigint) RETURNS bigint[]": """
    ARRAY(SELECT b.blocked_person_id FROM personal_block b WHERE b.person_id = p_person
          UNION SELECT b.person_id FROM personal_block b WHERE b.blocked_person_id = p_person ORDER BY 1)""",
    "waiting_for(p_person bigint, p_org integer, p_role text) RETURNS integer": """
    ((SELECT count(*) FROM mentoring_request r
      WHERE r.mentor_person_id = p_person AND r.state = 'sent' AND r.mentor_org_id = p_org)
     + (SELECT count(*) FROM mentoring_request r
        WHERE r.mentee_person_id = p_person AND r.state IN ('more_information', 'accepted') AND r.org_id = p_org)
     + CASE WHEN p_role IN ('hr_partner', 'company_admin')
       THEN (SELECT count(*) FROM mentoring_request r WHERE r.org_id = p_org AND r.state = 'awaiting_employer'{not_their_own}) ELSE 0 END)::integer""",
}

CARDS = """
CREATE FUNCTION directory_cards(p_ids bigint[], p_audiences integer[], p_hidden integer[], p_blocked bigint[], p_own integer)
RETURNS TABLE (org_id integer, mentor_id bigint, person_id bigint, room smallint, capacity smallint, name text, firm text, title text,
               headline text, skills text[], own_words text[], languages text[], function text, industries text[], seniority text,
               forms text[], place text, remote boolean, in_person boolean, cadence text, board_mandates text, time_zone text,
               photo text, published_at timestamptz, active_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT d.org_id, d.mentor_id, d.person_id, d.room, d.capacity, d.name::text, d.firm::text, d.title::text, d.headline::text,
               d.skills, d.own_words, d.languages, d.function::text, d.industries, d.seniority::text, d.forms, d.place::text, d.remote,
               d.in_person, d.cadence::text, d.board_mandates, d.time_zone::text, d.photo::text, d.published_at, d.active_at
        FROM directory d
        WHERE d.mentor_id = ANY (p_ids) AND d.aud && p_audiences AND NOT d.org_id = ANY (p_hidden)
          AND NOT d.person_id = ANY (p_blocked) AND (d.org_id <> p_own OR p_own = ANY (d.aud));
END $$
"""

INTERESTS = """
CREATE FUNCTION directory_interests(p_org integer, p_person bigint, p_affiliation bigint)
RETURNS TABLE (goals text[], function text, languages text[], place text, saved bigint[])
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT m.goals, m.function::text, m.languages, m.place::text,
               ARRAY(SELECT s.mentor_id FROM saved_mentor s WHERE s.org_id = p_org AND s.person_id = p_person)
        FROM (SELECT 1) viewer LEFT JOIN mentee_profile m ON m.org_id = p_org AND m.affiliation_id = p_affiliation
             AND m.person_id = p_person;
END $$
"""

FUNCTIONS = {
    "directory_cards(bigint[], integer[], integer[], bigint[], integer)": CARDS,
    "directory_interests(integer, bigint, bigint)": INTERESTS,
}

HEAD = "CREATE OR REPLACE FUNCTION {} LANGUAGE {} STABLE SECURITY DEFINER SET search_path = pg_catalog, public"


UPGRADE = (
    # Letters about an account (a forgotten password, a code) are between the person and the door: no coordinator's matter.
    f"CREATE POLICY web_not_about_accounts ON letter AS RESTRICTIVE FOR SELECT TO passerelle_web USING ({S} AND NOT about_account)",
    f"CREATE POLICY web_not_again_about_accounts ON letter AS RESTRICTIVE FOR UPDATE TO passerelle_web USING ({S} AND NOT about_account)",
    "GRANT SELECT (about_account) ON letter TO passerelle_web",
    # That a concern was reported, and nothing more: neither who nor about whom.
    f"""CREATE POLICY web_insert_concern ON activity FOR INSERT TO passerelle_web WITH CHECK ({S} AND verb = 'concern.reported'
        AND actor_person_id IS NULL AND actor_name = '' AND data = '{{}}' AND subject_kind = 'concern' AND subject_id IS NULL
        AND EXISTS (SELECT FROM concern c WHERE c.org_id = activity.org_id AND c.reporter_person_id = wall_person()))""",
    # A new name reaches the cards by a job.
    "GRANT SELECT (org_id, mentor_id, person_id), UPDATE (name, firm, search) ON card TO passerelle_worker",
    f"CREATE POLICY worker_select ON card FOR SELECT TO passerelle_worker USING ({S} AND org_id = wall_org())",
    f"CREATE POLICY worker_update ON card FOR UPDATE TO passerelle_worker USING ({S} AND org_id = wall_org())",
)

DOWNGRADE = (
    "DROP POLICY worker_update ON card",
    "DROP POLICY worker_select ON card",
    "REVOKE SELECT (org_id, mentor_id, person_id), UPDATE (name, firm, search) ON card FROM passerelle_worker",
    "DROP POLICY web_insert_concern ON activity",
    "REVOKE SELECT (about_account) ON letter FROM passerelle_web",
    "DROP POLICY web_not_again_about_accounts ON letter",
    "DROP POLICY web_not_about_accounts ON letter",
)


def upgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for name, body in BODIES.items():
        body = body.replace("{not_their_own}", NOT_THEIR_OWN)
        op.get_bind().exec_driver_sql(f"{HEAD.format(name, 'plpgsql')} AS $$ BEGIN RETURN {body}; END $$")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for signature, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web")
    op.execute("ALTER TABLE card ALTER COLUMN search SET STORAGE MAIN")
    op.execute("ALTER TABLE card SET (toast_tuple_target = 4000)")
    op.add_column("organisation", sa.Column("logo_mark", sa.String(90), server_default="", nullable=False))
    op.add_column("letter", sa.Column("about_account", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Row-level security is forced: the owner sees no row of the table while it is.
    op.execute("ALTER TABLE letter NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE letter SET about_account = true WHERE kind IN ('account_exists', 'password_reset', 'password_changed')"
    )
    op.execute("ALTER TABLE letter FORCE ROW LEVEL SECURITY")
    for statement in UPGRADE:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.get_bind().exec_driver_sql(statement)
    op.drop_column("letter", "about_account")
    op.drop_column("organisation", "logo_mark")
    op.execute("ALTER TABLE card SET (toast_tuple_target = 1024)")
    op.execute("ALTER TABLE card ALTER COLUMN search SET STORAGE EXTERNAL")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for name, body in BODIES.items():
        body = body.replace("{not_their_own}", "")
        op.get_bind().exec_driver_sql(f"{HEAD.format(name, 'sql')} AS $$ SELECT {body} $$")
    op.execute("SET LOCAL ROLE passerelle_owner")
