"""The requests in hand, a new request and a step of one as functions that keep their plans, as the reads do since 0017.

They run as whoever calls them, so every policy and every right on a column stands in them as before. Words are written in
the same call: what somebody sends is one statement.

And a search looks at whom the viewer sees first where they are few: the index over words lists everybody in the house who
wrote one, and the beginning of a word gathers all of them before it asks who may be seen. Those who see the marketplace of a
large house meet thousands in the second band of scores, and need three hundred: it is cut in two.
"""

from collections.abc import Callable, Sequence

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

HIGH, UPPER, LOWER = "score >= 950 AND score < 985", "score >= 970 AND score < 985", "score >= 950 AND score < 970"
REST = ("score >= 880 AND score < 950", "score >= 700 AND score < 880", "score < 700")
BANDS_BEFORE = ("score >= 985", HIGH, *REST)
BANDS = ("score >= 985", UPPER, LOWER, *REST)
INDEX = "CREATE INDEX ix_card_band_{} ON card USING gin (aud, search) WITH (fastupdate = off) WHERE {}"
FEW = 500

BEST = """
            SELECT b.org_id, b.mentor_id, b.score, b.room, b.active_at,
                   CASE WHEN p_rank IS NULL THEN 0 ELSE ts_rank(b.search, p_rank) END, array_to_string(b.facets, ' ')
            FROM (SELECT * FROM card c
                  WHERE {band} AND c.aud && audiences{match} AND NOT c.org_id = ANY (hidden)
                    AND NOT c.person_id = ANY (blocked) AND (c.org_id <> own OR own = ANY (c.aud)) AND (p_full OR c.room > 0)
                    {then}ORDER BY c.score DESC, c.mentor_id LIMIT missing) b;"""
COUNT = """
        GET DIAGNOSTICS found = ROW_COUNT;
        missing := missing - found;
        IF missing <= 0 THEN RETURN; END IF;
"""


def _everybody(band: str) -> str:
    return f"""
        RETURN QUERY{BEST.format(band=band, match="", then="")}{COUNT}"""


def _by_words(band: str) -> str:
    return f"""
        RETURN QUERY{BEST.format(band=band, match=" AND c.search @@ p_match", then="")}{COUNT}"""


def _by_words_or_by_sight(band: str) -> str:
    """``IS TRUE`` keeps the words from the index."""
    return f"""
        IF NOT everywhere THEN
            seen := (SELECT count(*) FROM (SELECT FROM card c WHERE {band} AND c.aud && audiences LIMIT {FEW + 1}) c);
        END IF;
        IF seen > {FEW} THEN
        RETURN QUERY{BEST.format(band=band, match=" AND c.search @@ p_match", then="")}
        ELSIF seen > 0 THEN
        RETURN QUERY{BEST.format(band=band, match="", then="AND (c.search @@ p_match) IS TRUE" + chr(10) + " " * 18)}
        END IF;{COUNT}"""


def _candidates(bands: Sequence[str], by_words: Callable[[str], str], further: str = "", begin: str = "") -> str:
    """The function of migration 0004 but for the bands and how one is searched; 0 is everybody's audience, the marketplace."""
    return f"""
CREATE OR REPLACE FUNCTION directory_candidates(p_match tsquery, p_rank tsquery, p_audiences integer[], p_hidden integer[],
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
    missing integer := least(p_most, 1000);{further}
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    audiences := ARRAY(SELECT unnest(p_audiences) INTERSECT SELECT unnest(wall_audiences()));
    hidden := p_hidden || wall_hidden();
    blocked := p_blocked || wall_blocked() || wall_person();
    own := wall_org();{begin}
    IF p_match IS NULL THEN
        {"".join(_everybody(band) for band in bands)}
    ELSE
        {"".join(by_words(band) for band in bands)}
    END IF;
END $$
"""


BEFORE = _candidates(BANDS_BEFORE, _by_words)
BY_SIGHT = _candidates(
    BANDS,
    _by_words_or_by_sight,
    f"""
    everywhere boolean;
    seen integer := {FEW + 1};""",
    """
    everywhere := 0 = ANY (audiences);""",
)


def _as_reader(body: str) -> None:
    op.execute("SET LOCAL ROLE passerelle_reader")
    op.get_bind().exec_driver_sql(body)
    op.execute("SET LOCAL ROLE passerelle_owner")


def upgrade() -> None:
    op.execute("DROP INDEX ix_card_band_2")
    for number in (5, 4, 3):
        op.execute(f"ALTER INDEX ix_card_band_{number} RENAME TO ix_card_band_{number + 1}")
    op.execute(INDEX.format(2, UPPER))
    op.execute(INDEX.format(3, LOWER))
    _as_reader(BY_SIGHT)
    for signature, body in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(f"CREATE FUNCTION {signature} {body}")
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web")


def downgrade() -> None:
    _as_reader(BEFORE)
    op.execute("DROP INDEX ix_card_band_2")
    op.execute("DROP INDEX ix_card_band_3")
    for number in (3, 4, 5):
        op.execute(f"ALTER INDEX ix_card_band_{number + 1} RENAME TO ix_card_band_{number}")
    op.execute(INDEX.format(2, HIGH))
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
