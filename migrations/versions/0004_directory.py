"""The directory: who may be seen is kept by the database, and the best candidates are found a band of scores at a time.

``directory_candidates`` runs as the reader, whose policy on ``card`` is plain, because ``@@`` and ``&&`` may leak what they
compare and are therefore kept away from the indexes when a user's filter meets a policy or a barrier. The wall's own
context is applied inside, next to what the application asks for: a card must pass both.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BANDS = (
    "score >= 985",
    "score >= 950 AND score < 985",
    "score >= 880 AND score < 950",
    "score >= 700 AND score < 880",
    "score < 700",
)

CANDIDATES = "directory_candidates(tsquery, tsquery, integer[], integer[], bigint[], boolean, integer)"

BAND = """
        RETURN QUERY
            SELECT b.org_id, b.mentor_id, b.score, b.room, b.active_at,
                   CASE WHEN p_rank IS NULL THEN 0 ELSE ts_rank(b.search, p_rank) END, array_to_string(b.facets, ' ')
            FROM (SELECT * FROM card c
                  WHERE {band} AND c.aud && audiences{match} AND NOT c.org_id = ANY (hidden)
                    AND NOT c.person_id = ANY (blocked) AND (c.org_id <> own OR own = ANY (c.aud)) AND (p_full OR c.room > 0)
                  ORDER BY c.score DESC, c.mentor_id LIMIT missing) b;
        GET DIAGNOSTICS found = ROW_COUNT;
        missing := missing - found;
        IF missing <= 0 THEN RETURN; END IF;
"""

# Only one plan is any good for these queries, whoever asks: force it, and plan once per connection.
DIRECTORY_CANDIDATES = f"""
CREATE FUNCTION directory_candidates(p_match tsquery, p_rank tsquery, p_audiences integer[], p_hidden integer[],
                                     p_blocked bigint[], p_full boolean, p_most integer)
RETURNS TABLE (org_id integer, mentor_id bigint, score smallint, room smallint, active_at timestamptz, rank real, facets text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    audiences integer[];
    hidden integer[];
    blocked bigint[];
    own integer;
    found integer;
    missing integer := least(p_most, 1000);
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    audiences := ARRAY(SELECT unnest(p_audiences) INTERSECT SELECT unnest(wall_audiences()));
    hidden := p_hidden || wall_hidden();
    blocked := p_blocked || wall_blocked() || wall_person();
    own := wall_org();
    IF p_match IS NULL THEN
        {"".join(BAND.format(band=band, match="") for band in BANDS)}
    ELSE
        {"".join(BAND.format(band=band, match=" AND c.search @@ p_match") for band in BANDS)}
    END IF;
END $$
"""

# Colleagues see a page that was published to their company, not one that was published past it.
DIRECTORY = """
CREATE OR REPLACE VIEW directory WITH (security_barrier = true) AS
    SELECT org_id, mentor_id, person_id, aud, score, room, capacity, name, firm, title, headline, skills, own_words, languages,
           function, industries, seniority, forms, place, remote, in_person, cadence, board_mandates, time_zone, photo, story_html,
           facets, published_at, active_at
    FROM card
    WHERE aud && wall_audiences() AND NOT org_id = ANY (wall_hidden()) AND NOT person_id = ANY (wall_blocked()){}
      AND (SELECT wall_sealed());
"""
COLLEAGUES = " AND (org_id <> wall_org() OR wall_org() = ANY (aud))"

# A lock of the firm's own keeps a page from being published to a network that the firm is just leaving.
AUDIENCES = """
CREATE FUNCTION keep_audience() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('audience'), NEW.org_id);
    NEW.aud := ARRAY(SELECT unnest(NEW.chosen) INTERSECT SELECT unnest(audiences_of(NEW.org_id)) ORDER BY 1);
    RETURN NEW;
END $$;

CREATE FUNCTION refresh_audience(p_org integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audience'), p_org);
    UPDATE card SET aud = chosen WHERE org_id = p_org;
END $$;

CREATE FUNCTION membership_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM refresh_audience(OLD.firm_id); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM refresh_audience(NEW.firm_id); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION marketplace_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM refresh_audience(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION affiliation_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM card WHERE org_id = NEW.org_id AND person_id = NEW.person_id;
    RETURN NULL;
END $$;
"""

GATE_FUNCTIONS = (
    "keep_audience()",
    "refresh_audience(integer)",
    "membership_changed()",
    "marketplace_changed()",
    "affiliation_ended()",
)

TRIGGERS = """
CREATE TRIGGER keep_audience BEFORE INSERT OR UPDATE OF chosen, aud, org_id ON card
    FOR EACH ROW EXECUTE FUNCTION keep_audience();
CREATE TRIGGER membership_changed AFTER INSERT OR DELETE OR UPDATE ON firm_membership
    FOR EACH ROW EXECUTE FUNCTION membership_changed();
CREATE TRIGGER marketplace_changed AFTER UPDATE OF in_marketplace ON organisation
    FOR EACH ROW WHEN (OLD.in_marketplace IS DISTINCT FROM NEW.in_marketplace) EXECUTE FUNCTION marketplace_changed();
CREATE TRIGGER affiliation_ended AFTER UPDATE OF ended_on ON affiliation
    FOR EACH ROW WHEN (NEW.ended_on <= CURRENT_DATE) EXECUTE FUNCTION affiliation_ended();
"""


def upgrade() -> None:
    op.execute("ALTER TABLE card ADD COLUMN chosen integer[] NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE card ALTER COLUMN chosen DROP DEFAULT")
    # What finds and counts stays in the row; the long words lie beside it until a page is opened.
    op.execute("ALTER TABLE card ALTER COLUMN search SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE card SET (toast_tuple_target = 1024, fillfactor = 90)")
    op.execute("CREATE INDEX ix_card_mentor_id ON card (mentor_id)")
    for number, band in enumerate(BANDS, 1):
        op.execute(
            f"CREATE INDEX ix_card_band_{number} ON card USING gin (aud, search) WITH (fastupdate = off) WHERE {band}"
        )
    op.execute("SET LOCAL ROLE passerelle_reader")
    op.execute(DIRECTORY.format(COLLEAGUES))
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute(DIRECTORY_CANDIDATES)
    op.execute(AUDIENCES)
    op.execute(TRIGGERS)
    for signature in (CANDIDATES, *GATE_FUNCTIONS):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {CANDIDATES} TO passerelle_web")
    op.execute("GRANT DELETE ON card TO passerelle_gate")
    op.execute("CREATE POLICY gate_delete ON card FOR DELETE TO passerelle_gate USING (true)")
    op.execute(f"ALTER FUNCTION {CANDIDATES} OWNER TO passerelle_reader")
    for signature in GATE_FUNCTIONS:
        op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")


def downgrade() -> None:
    for trigger, table in (
        ("affiliation_ended", "affiliation"),
        ("marketplace_changed", "organisation"),
        ("membership_changed", "firm_membership"),
        ("keep_audience", "card"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(GATE_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_reader")
    op.execute(f"DROP FUNCTION {CANDIDATES}")
    op.execute(DIRECTORY.format(""))
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute("DROP POLICY gate_delete ON card")
    op.execute("REVOKE DELETE ON card FROM passerelle_gate")
    for number in range(1, len(BANDS) + 1):
        op.execute(f"DROP INDEX ix_card_band_{number}")
    op.execute("DROP INDEX ix_card_mentor_id")
    op.execute("ALTER TABLE card RESET (toast_tuple_target, fillfactor)")
    op.execute("ALTER TABLE card ALTER COLUMN search SET STORAGE EXTENDED")
    op.execute("ALTER TABLE card DROP COLUMN chosen")
