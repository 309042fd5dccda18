"""The requests in hand, a new request and a step of one as functions that keep their plans, as the reads do since 0017.

They run as whoever calls them, so every policy and every right on a column stands in them as before. Words are written in
the same call: what somebody sends is one statement.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

FUNCTIONS = {
    # Volatile: what another tab has committed while this one waited for the lock must be seen.
    "requests_in_hand(p_affiliation bigint, p_person bigint, p_org integer, p_alone boolean)": """
RETURNS SETOF mentoring_request LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_alone THEN PERFORM pg_advisory_xact_lock(p_affiliation); END IF;
    RETURN QUERY SELECT r.* FROM mentoring_request r WHERE r.mentee_person_id = p_person AND r.org_id = p_org
        AND r.state IN ('draft', 'awaiting_employer', 'sent', 'more_information', 'accepted');
END $$""",
    "put_request(p_request jsonb, p_words jsonb)": """
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO mentoring_request SELECT * FROM jsonb_populate_record(NULL::mentoring_request, p_request);
    PERFORM write_request_words(p_words);
END $$""",
    # False: somebody else has moved it since it was read.
    "move_request(p_request jsonb, p_words jsonb)": """
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    q mentoring_request := jsonb_populate_record(NULL::mentoring_request, p_request);
BEGIN
    UPDATE mentoring_request r SET state = q.state, form = q.form, cadence = q.cadence, sent_at = q.sent_at, due_at = q.due_at,
        reminded_at = q.reminded_at, accepted_at = q.accepted_at, closed_at = q.closed_at, updated_at = q.updated_at,
        version = q.version + 1
    WHERE r.org_id = q.org_id AND r.id = q.id AND r.version = q.version;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM write_request_words(p_words);
    RETURN true;
END $$""",
}


def upgrade() -> None:
    for signature, body in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(f"CREATE FUNCTION {signature} {body}")
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
