"""What subscriptions still lacked: the track's name, a seat for whoever comes back, and seats as the only quota of candidates."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

COUNTED = "('nominated', 'awaiting_employer', 'awaiting_decision', 'waiting', 'enrolled')"

# Replaced: seats are the quota of candidates where a cohort has a track, so a firm's own figure is not asked there.
SEATS_ARE_THE_QUOTA = """
    IF p_side = 'mentee' AND EXISTS (SELECT FROM board_track t WHERE t.org_id = p_org AND t.cohort_id = p_cohort
                                     AND t.state <> 'draft') THEN
        most := NULL;
    ELSIF p_side = 'mentor' THEN"""
ROOM = """
CREATE OR REPLACE FUNCTION enrolment_room(p_org integer, p_cohort bigint, p_firm integer, p_side text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE c record; party record; side_taken bigint; mentors bigint; mentees bigint; most integer; balance integer;
BEGIN
    IF NOT wall_sealed() THEN RETURN 'closed'; END IF;
    IF NOT (wall_role() = 'system' AND p_org = wall_org()) AND NOT cohort_in_sight(p_org, p_cohort) THEN RETURN 'closed'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('cohort', p_cohort));
    SELECT k.state, k.choices, k.programme_id INTO c FROM cohort k WHERE k.org_id = p_org AND k.id = p_cohort;
    IF NOT FOUND OR c.state <> 'open' THEN RETURN 'closed'; END IF;
    SELECT count(*) FILTER (WHERE e.side = p_side),
           count(*) FILTER (WHERE e.firm_id = p_firm AND e.side = 'mentor'),
           count(*) FILTER (WHERE e.firm_id = p_firm AND e.side <> 'mentor')
    INTO side_taken, mentors, mentees FROM enrolment e
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state IN ('enrolled', 'completed');
    SELECT p.max_mentors, p.max_mentees INTO party FROM programme_party p
    WHERE p.org_id = p_org AND p.programme_id = c.programme_id AND p.firm_id = p_firm;
    {first}
        most := coalesce(party.max_mentors, (c.choices #>> '{{quota,mentors}}')::integer);
        IF mentors >= most THEN RETURN 'firm_full'; END IF;
    ELSE
        most := coalesce(party.max_mentees, (c.choices #>> '{{quota,mentees}}')::integer);
        IF mentees >= most THEN RETURN 'firm_full'; END IF;
        balance := (c.choices #>> '{{quota,balance}}')::integer;
        IF p_side = 'mentee' AND mentees + 1 > mentors + balance THEN RETURN 'unbalanced'; END IF;
    END IF;
    most := (c.choices -> CASE p_side WHEN 'mentor' THEN 'mentors' ELSE 'mentees' END ->> 'places')::integer;
    IF side_taken >= most THEN RETURN 'side_full'; END IF;
    RETURN '';
END $$"""
# Replaced: the seat of the firm that a candidate goes on for is theirs, and is not the one that they leave.
RELEASE = """
CREATE OR REPLACE FUNCTION release_seat() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.state IN {counted} AND NEW.firm_id IS NOT DISTINCT FROM OLD.firm_id THEN RETURN NULL; END IF;
    WITH free AS (
        UPDATE seat s SET released_at = coalesce(NEW.ended_at, NEW.updated_at)
        WHERE s.track_org_id = NEW.org_id AND s.enrolment_id = NEW.id AND s.released_at IS NULL{unless}
        RETURNING s.org_id, s.subscription_id)
    UPDATE subscription b SET seats_used = b.seats_used - 1 FROM free
    WHERE b.org_id = free.org_id AND b.id = free.subscription_id;
    RETURN NULL;
END $$"""
STAYS = " AND (NEW.state NOT IN {counted} OR s.org_id IS DISTINCT FROM NEW.firm_id)"

FUNCTIONS = {
    # Somebody is put forward who takes part already, between employers: their place in the cohort, for whoever has just claimed
    # the seat that waits for them.
    "returning_candidate(bigint)": """
CREATE FUNCTION returning_candidate(p_seat bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN NULL; END IF;
    RETURN (SELECT e.id FROM seat s JOIN enrolment e
                ON e.org_id = s.track_org_id AND e.cohort_id = s.cohort_id AND e.person_id = s.person_id
            WHERE s.org_id = wall_org() AND s.id = p_seat AND s.enrolment_id IS NULL AND s.released_at IS NULL
              AND e.side = 'mentee' AND e.state = 'enrolled' AND e.firm_id IS NULL);
END $$""",
    # A seat that waits for somebody who has not gone on yet is given back by the firm, or with the end of their affiliation.
    "give_back_seat(bigint, timestamptz)": """
CREATE FUNCTION give_back_seat(p_seat bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT (wall_coordinates() OR wall_role() = 'system') THEN RETURN false; END IF;
    WITH free AS (
        UPDATE seat s SET released_at = p_now
        WHERE s.org_id = wall_org() AND s.id = p_seat AND s.enrolment_id IS NULL AND s.released_at IS NULL
        RETURNING s.org_id, s.subscription_id)
    UPDATE subscription b SET seats_used = b.seats_used - 1 FROM free
    WHERE b.org_id = free.org_id AND b.id = free.subscription_id;
    RETURN FOUND;
END $$""",
}
GRANTED = {
    "returning_candidate(bigint)": ("web",),
    "give_back_seat(bigint, timestamptz)": ("web", "worker"),
}


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    for language in ("en", "fr"):
        name = f"track_name_{language}"
        op.add_column("subscription", sa.Column(name, sa.String(120), nullable=False, server_default=""))
    # The gate sees the rows of every tenant.
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute(
        "UPDATE subscription s SET track_name_en = t.name_en, track_name_fr = t.name_fr FROM board_track t "
        "WHERE t.org_id = s.track_org_id AND t.id = s.track_id"
    )
    execute(ROOM.format(first=SEATS_ARE_THE_QUOTA.strip()))
    execute(RELEASE.format(counted=COUNTED, unless=STAYS.format(counted=COUNTED)))
    for signature, body in FUNCTIONS.items():
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in GRANTED[signature]:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    # Whoever goes on for a new employer sits on a seat of theirs, as whoever comes in does.
    op.execute(
        "CREATE TRIGGER keep_seat_of_return BEFORE UPDATE OF firm_id ON enrolment FOR EACH ROW "
        "WHEN (NEW.side = 'mentee' AND NEW.firm_id IS NOT NULL AND NEW.firm_id IS DISTINCT FROM OLD.firm_id) "
        "EXECUTE FUNCTION keep_seat()"
    )


def downgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.execute("DROP TRIGGER keep_seat_of_return ON enrolment")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    execute(ROOM.format(first="IF p_side = 'mentor' THEN"))
    execute(RELEASE.format(counted=COUNTED, unless=""))
    op.execute("SET LOCAL ROLE passerelle_owner")
    for language in ("en", "fr"):
        op.drop_column("subscription", f"track_name_{language}")
