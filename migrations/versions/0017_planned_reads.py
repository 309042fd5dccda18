"""Reads and writes that every step of a request walks through, as functions that keep their plans.

The policies behind a request with its two people ask other guarded tables, and PostgreSQL plans all of them anew for each
statement, which takes longer than to run it. In PL/pgSQL a connection plans them once. The functions run as whoever calls
them, so the database's wall stands in them as before, and the viewer's own conditions are in them too.

Claiming a place takes three statements where it took four: the place is taken and the request read in one.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FUNCTIONS = {
    "request_with_people(p_request bigint, p_person bigint, p_org integer)": """
RETURNS TABLE (asked mentoring_request,
    mentee_name text, mentee_zone text, mentee_firm text, mentee_slug text, mentee_photo text,
    mentor_name text, mentor_zone text, mentor_firm text, mentor_slug text, mentor_photo text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY SELECT r, e.name::text, e.time_zone::text, ef.name::text, ef.slug::text, ep.fingerprint::text,
                           o.name::text, o.time_zone::text, orf.name::text, orf.slug::text, op.fingerprint::text
    FROM mentoring_request r
    JOIN person e ON e.id = r.mentee_person_id
    JOIN person o ON o.id = r.mentor_person_id
    JOIN organisation ef ON ef.id = r.org_id
    JOIN organisation orf ON orf.id = r.mentor_org_id
    LEFT JOIN photo ep ON ep.org_id = r.org_id AND ep.person_id = e.id
    LEFT JOIN photo op ON op.org_id = r.mentor_org_id AND op.person_id = o.id
    WHERE r.id = p_request AND ((r.mentee_person_id = p_person AND r.org_id = p_org)
        OR (r.mentor_person_id = p_person AND r.mentor_org_id = p_org AND r.sent_at IS NOT NULL));
END $$""",
    "locked_request(p_org integer, p_request bigint)": """
RETURNS SETOF mentoring_request LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY SELECT r.* FROM mentoring_request r WHERE r.org_id = p_org AND r.id = p_request FOR UPDATE;
END $$""",
    "write_request_words(p_words jsonb)": """
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO request_message (org_id, id, request_id, author_person_id, kind, reason, body, created_at)
    SELECT * FROM jsonb_to_recordset(p_words) AS w (org_id integer, id bigint, request_id bigint,
        author_person_id bigint, kind text, reason text, body text, created_at timestamptz);
END $$""",
    "organisation_of(p_org integer)": """
RETURNS SETOF organisation LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY SELECT o.* FROM organisation o WHERE o.id = p_org;
END $$""",
}

CLAIM = """
CREATE OR REPLACE FUNCTION claim_place(p_org integer, p_request bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE taken record;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    {}
    RETURN true;
END $$
"""
IN_THREE = """
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
    UPDATE card SET room = greatest(taken.left, 0) WHERE org_id = taken.mentor_org_id AND mentor_id = taken.mentor_id;"""
IN_FOUR = """
    SELECT q.mentor_org_id, q.mentor_id INTO taken FROM mentoring_request q
    WHERE q.org_id = p_org AND q.id = p_request AND NOT q.holds_place
      AND (wall_role() = 'system' OR wall_person() IN (q.mentor_person_id, q.mentee_person_id)) FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE mentor_profile m SET open_slots = open_slots - 1
    WHERE m.org_id = taken.mentor_org_id AND m.id = taken.mentor_id AND m.open_slots > 0;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE mentoring_request SET holds_place = true WHERE org_id = p_org AND id = p_request;
    UPDATE card c SET room = greatest(m.open_slots, 0) FROM mentor_profile m
    WHERE m.org_id = taken.mentor_org_id AND m.id = taken.mentor_id AND c.org_id = m.org_id AND c.mentor_id = m.id;"""


def upgrade() -> None:
    _claim(IN_THREE)
    for signature, body in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(f"CREATE FUNCTION {signature} {body}")
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web, passerelle_worker")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    _claim(IN_FOUR)


def _claim(body: str) -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.get_bind().exec_driver_sql(CLAIM.format(body))
    op.execute("SET LOCAL ROLE passerelle_owner")
