"""A seat to fill, the cards that fit it, and the record of how somebody was chosen.

A record holds numbers of cards and never what is on them: each look asks the database for the card anew. What a record says of
a candidate in free words goes with the card. Whom a seat is for, as an organisation of the house, is found by the database and
read by its functions alone: a client's declarations stay the client's.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("seat_specification", "selection", "selection_entry", "selection_step")

WORKS = "(a.ended_on IS NULL OR a.ended_on > current_date)"
HELD = "b.from_on <= current_date AND (b.until_on IS NULL OR b.until_on >= current_date)"
SINCE = "(current_date - interval '5 years')::date"

# As in the showcase; besides, whoever a search firm's client may not see, or who hides from their employer, is not there for it.
COUNTS = """s.withdrawn_at IS NULL AND current_date BETWEEN s.from_on AND s.until_on
    AND (s.to_kind = kind OR s.to_org_id = own)
    AND (NOT s.hide_from_employer OR NOT c.employers && clients)
    AND (s.to_kind = 'organisation' OR NOT s.hide_from_employer OR NOT c.employers && family)"""
SHOWN = f"""c.org_id = seat.network_id AND NOT c.employers && hidden AND c.person_id <> me AND NOT c.person_id = ANY (blocked)
    AND NOT EXISTS (SELECT FROM erasure e WHERE e.person_id = c.person_id AND e.state = 'asked')
    AND EXISTS (SELECT FROM showing s WHERE s.org_id = c.org_id AND s.person_id = c.person_id AND {COUNTS})"""
SEEKER = """
    seat seat_specification; me bigint := wall_person(); own integer := wall_org(); hidden integer[] := wall_hidden();
    blocked bigint[] := wall_blocked(); family integer[]; clients integer[] := '{}'; kind text;"""
BEGUN = """
    IF NOT wall_sealed() OR NOT fills_seats() THEN RETURN; END IF;
    SELECT * INTO seat FROM seat_specification s WHERE s.org_id = own AND s.id = p_seat;
    IF NOT FOUND THEN RETURN; END IF;
    kind := CASE seeker_side(seat.network_id) WHEN 'committee' THEN 'committees' WHEN 'search_firm' THEN 'search_firms' END;
    IF kind IS NULL THEN RETURN; END IF;
    family := family_of(own);
    IF seat.organisation_id <> own THEN
        hidden := hidden || hidden_from(seat.organisation_id);
        clients := family_of(seat.organisation_id);
    END IF;"""
CARD = "id bigint, face jsonb, levels smallint[], days_a_year smallint, score smallint"
COLUMNS = "c.id, c.face, c.levels, c.days_a_year, c.score"
HEAD = "LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public"
# What every search for a seat asks of the index; and what it finds, the highest sums of levels first and then in no order that
# tells anything, before anybody asks whether it is shown.
BASE = "quote_literal('n:' || seat.network_id) || ' & (' || quote_literal('to:' || kind) || ' | ' || quote_literal('to:' || own) || ')'"
SORTED = (
    "SELECT x.id, x.org_id, x.person_id, x.employers, x.score FROM board_card x WHERE x.search @@ ({query})::tsquery"
)
# Only the index is any good for these, whoever asks.
PLANNED = "SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off SET max_parallel_workers_per_gather = 0"

FUNCTIONS = {
    # Whether the viewer fills board seats for the organisation in which they are: asked once a statement, of what is true now.
    "fills_seats()": (
        f"""
CREATE FUNCTION fills_seats() RETURNS boolean
{HEAD} AS $$
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 OR wall_org() = 0 THEN RETURN false; END IF;
    RETURN EXISTS (SELECT FROM organisation o JOIN affiliation a ON a.org_id = o.id AND a.person_id = wall_person() AND {WORKS}
            WHERE o.id = wall_org() AND o.kind = 'search_firm')
        OR EXISTS (SELECT FROM nomination_committee_member n JOIN affiliation a ON a.org_id = n.org_id AND a.id = n.affiliation_id
            AND a.person_id = n.person_id AND {WORKS}
            WHERE n.org_id = wall_org() AND n.person_id = wall_person() AND n.left_at IS NULL);
END $$""",
        ("web",),
    ),
    # One criterion in the language of the cards' index: "l:<competency>:<level>", or "<kind>:<word>", several with "|" between.
    "card_condition(text)": (
        """
CREATE FUNCTION card_condition(p_criterion text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_criterion !~ '^((l:\\d+:[1-4]|(lang|sector|fn|com|region|exp|man):\\w+)(\\||$))+$' THEN
        RAISE EXCEPTION 'not a criterion' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN (SELECT '(' || string_agg(quote_literal(one), ' | ') || ')' FROM unnest(string_to_array(p_criterion, '|')) one);
END $$""",
        (),
    ),
    # Few cards reach the first of these, and mostly they are enough; what is rare is looked for among all at once.
    "score_band(integer)": (
        """
CREATE FUNCTION score_band(p_step integer) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT CASE p_step WHEN 3 THEN '' ELSE ' & (' || string_agg(quote_literal('s:' || n), ' | ') || ')' END
    FROM generate_series(CASE p_step WHEN 1 THEN 30 ELSE 26 END, CASE p_step WHEN 1 THEN 40 ELSE 29 END) n
$$""",
        (),
    ),
    # Up to so many cards that meet every must: first those that meet every wish as well, then those that meet all
    # wishes of levels, or all others, then the best of the rest. Many conditions leave few cards: then all are looked at at once.
    "seat_candidates(bigint, text[], text[], integer)": (
        f"""
CREATE FUNCTION seat_candidates(p_seat bigint, p_musts text[], p_wishes text[], p_limit integer) RETURNS TABLE ({CARD})
{HEAD} {PLANNED} AS $$
#variable_conflict use_column
DECLARE {SEEKER}
    base text; one record; taken bigint[] := '{{}}'; got bigint[]; missing integer := least(p_limit, 1000);
BEGIN
    {BEGUN}
    base := {BASE} || coalesce((SELECT string_agg(' & ' || card_condition(m), '') FROM unnest(p_musts) m), '');
    FOR one IN
        SELECT turn, string_agg(' & ' || card_condition(w), '') AS wished, count(*) + cardinality(p_musts) AS many
        FROM unnest(p_wishes) w, unnest(ARRAY['', '^l:', '^[^l]|^lang']) WITH ORDINALITY kinds(kind, turn) WHERE w ~ kind
        GROUP BY turn HAVING turn = 1 OR count(*) < cardinality(p_wishes) UNION ALL SELECT 4, '', 0 ORDER BY turn
    LOOP
        FOR step IN CASE WHEN one.many > 3 THEN 3 ELSE 1 END..3 LOOP
            got := ARRAY(SELECT c.id FROM ({SORTED.format(query="base || one.wished || score_band(step)")}
                    AND NOT x.id = ANY (taken) ORDER BY x.score DESC, x.id OFFSET 0) c
                WHERE {SHOWN} LIMIT missing);
            taken := taken || got;
            missing := missing - cardinality(got);
            EXIT WHEN missing <= 0;
        END LOOP;
        EXIT WHEN missing <= 0;
    END LOOP;
    RETURN QUERY SELECT {COLUMNS} FROM board_card c WHERE c.id = ANY (taken) AND c.org_id = seat.network_id;
END $$""",
        ("web",),
    ),
    # Cards that miss exactly one must, the best first; ``missed``: which, counted from one.
    "seat_near_misses(bigint, text[], integer)": (
        f"""
CREATE FUNCTION seat_near_misses(p_seat bigint, p_musts text[], p_limit integer) RETURNS TABLE (missed integer, {CARD})
{HEAD} {PLANNED} AS $$
#variable_conflict use_column
DECLARE {SEEKER}
    musts text[] := ARRAY(SELECT card_condition(m) FROM unnest(p_musts) m);
    asked text; taken bigint[]; got bigint[]; missing integer; step integer;
BEGIN
    {BEGUN}
    FOR left_out IN 1..cardinality(musts) LOOP
        asked := {BASE} || (SELECT string_agg(CASE WHEN at = left_out THEN ' & !' ELSE ' & ' END || m, '')
            FROM unnest(musts) WITH ORDINALITY x(m, at));
        taken := '{{}}';
        missing := least(p_limit, 300);
        FOREACH step IN ARRAY ARRAY[1, 3] LOOP
            got := ARRAY(SELECT c.id FROM ({SORTED.format(query="asked || score_band(step)")}
                    AND NOT x.id = ANY (taken) ORDER BY x.score DESC, x.id OFFSET 0) c
                WHERE {SHOWN} LIMIT missing);
            taken := taken || got;
            missing := missing - cardinality(got);
            EXIT WHEN missing <= 0;
        END LOOP;
        RETURN QUERY SELECT left_out, {COLUMNS} FROM board_card c WHERE c.id = ANY (taken) AND c.org_id = seat.network_id;
    END LOOP;
END $$""",
        ("web",),
    ),
    # Cards whose numbers a record knows, as far as they are shown today for this seat.
    "seat_cards(bigint, bigint[])": (
        f"""
CREATE FUNCTION seat_cards(p_seat bigint, p_cards bigint[]) RETURNS TABLE ({CARD})
{HEAD} AS $$
#variable_conflict use_column
DECLARE {SEEKER}
BEGIN
    {BEGUN}
    RETURN QUERY SELECT {COLUMNS} FROM board_card c WHERE c.id = ANY (p_cards) AND {SHOWN};
END $$""",
        ("web",),
    ),
    # Verdicts and nothing that they rest on. ``independent``: free, not, or ask (the seat's organisation is not of the house).
    # ``within``: with this seat the mandates named here stay within every limit of mandate_limits.yaml.
    "seat_checks(bigint, bigint[])": (
        f"""
CREATE FUNCTION seat_checks(p_seat bigint, p_cards bigint[]) RETURNS TABLE (id bigint, independent text, within boolean)
{HEAD} AS $$
#variable_conflict use_column
DECLARE {SEEKER}
    house integer[]; bound bigint[];
BEGIN
    {BEGUN}
    house := CASE WHEN seat.organisation_id IS NOT NULL THEN family_of(seat.organisation_id) END;
    -- Where those who work for the seat's group sit themselves.
    bound := ARRAY(SELECT DISTINCT b.organisation_id FROM affiliation a JOIN board_mandate b ON b.person_id = a.person_id AND {HELD}
        WHERE a.org_id = ANY (house) AND {WORKS} AND b.organisation_id IS NOT NULL);
    RETURN QUERY SELECT c.id,
        CASE WHEN house IS NULL THEN 'ask'
        WHEN EXISTS (SELECT FROM board_mandate b WHERE b.person_id = c.person_id AND b.organisation_id = ANY (house)
                AND (b.until_on IS NULL OR b.until_on >= {SINCE})
                AND (b.executive OR b.organisation_id <> seat.organisation_id OR {HELD}))
            OR EXISTS (SELECT FROM affiliation a WHERE a.person_id = c.person_id AND a.org_id = ANY (house)
                AND (a.ended_on IS NULL OR a.ended_on >= {SINCE}))
            OR c.employers::bigint[] && bound THEN 'not'
        ELSE 'free' END,
        held.every < 5 AND (NOT seat.listed OR held.listed <= CASE WHEN held.leads THEN 1 ELSE 4 END)
    FROM board_card c CROSS JOIN LATERAL (
        SELECT count(DISTINCT lower(btrim(b.organisation_name))) AS every,
            count(DISTINCT lower(btrim(b.organisation_name))) FILTER (WHERE b.listed AND NOT b.executive) AS listed,
            coalesce(bool_or(b.listed AND b.executive), false) AS leads
        FROM board_mandate b WHERE b.person_id = c.person_id AND {HELD}) held
    WHERE c.id = ANY (p_cards) AND {SHOWN};
END $$""",
        ("web",),
    ),
    # Whom a seat is for, by name, as an organisation of the house; a company's committee seeks for its company.
    "seat_house()": (
        """
CREATE FUNCTION seat_house() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE seeker organisation;
BEGIN
    SELECT * INTO seeker FROM organisation o WHERE o.id = NEW.org_id;
    IF seeker.kind = 'company' THEN
        NEW.organisation_id := NEW.org_id;
        NEW.organisation_name := seeker.name;
    ELSE
        NEW.organisation_id := (SELECT min(o.id) FROM organisation o
            WHERE lower(o.name) = lower(btrim(NEW.organisation_name)) AND o.kind = 'company' AND NOT o.provisional);
    END IF;
    RETURN NEW;
END $$""",
        ("owner",),
    ),
    # A record that is closed stays as it is: its seat, its entries and its steps.
    "keep_closed_record()": (
        """
CREATE FUNCTION keep_closed_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE closed timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'seat_specification' THEN
        SELECT x.closed_at INTO closed FROM selection x WHERE x.org_id = NEW.org_id AND x.specification_id = NEW.id FOR SHARE;
    ELSE
        SELECT x.closed_at INTO closed FROM selection x WHERE x.org_id = NEW.org_id AND x.id = NEW.selection_id FOR SHARE;
    END IF;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'the record of this selection is closed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$""",
        ("owner",),
    ),
    # What was drawn of a card is forgotten when it changes; what was said of it in words, when it goes.
    "card_changed()": (
        """
CREATE FUNCTION card_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM drawn_paper d USING selection_entry e
    WHERE e.card_id = OLD.id AND d.org_id = e.org_id AND d.about_person_id = d.reader_person_id;
    IF TG_OP = 'DELETE' THEN
        UPDATE selection_step s SET words = '' FROM selection_entry e
        WHERE e.card_id = OLD.id AND s.org_id = e.org_id AND s.entry_id = e.id AND s.words <> '';
    END IF;
    RETURN NULL;
END $$""",
        ("owner",),
    ),
}

TRIGGERS = (
    ("seat_specification", "seat_house", "BEFORE INSERT OR UPDATE OF organisation_name, organisation_id", "seat_house"),
    ("seat_specification", "keep_closed_record", "BEFORE UPDATE", "keep_closed_record"),
    ("selection_entry", "keep_closed_record", "BEFORE INSERT OR UPDATE", "keep_closed_record"),
    ("selection_step", "keep_closed_record", "BEFORE INSERT", "keep_closed_record"),
    ("board_card", "card_changed", "AFTER UPDATE OR DELETE", "card_changed"),
)

SEEKS = f"org_id = wall_org() AND (SELECT fills_seats()) AND {S}"
# (table, name, role, command, using, check)
POLICIES = (
    *((table, "web_select", "web", "SELECT", SEEKS, None) for table in TABLES),
    ("seat_specification", "web_insert", "web", "INSERT", None,
     f"{SEEKS} AND created_by_id = wall_person() AND seeker_side(network_id) IS NOT NULL"),
    ("seat_specification", "web_update", "web", "UPDATE", SEEKS, SEEKS),
    ("selection", "web_insert", "web", "INSERT", None, f"{SEEKS} AND opened_by_id = wall_person() AND closed_at IS NULL"),
    ("selection", "web_update", "web", "UPDATE", f"{SEEKS} AND closed_at IS NULL",
     f"{SEEKS} AND (closed_by_id IS NULL OR closed_by_id = wall_person())"),
    ("selection_entry", "web_insert", "web", "INSERT", None, SEEKS),
    ("selection_entry", "web_update", "web", "UPDATE", SEEKS, SEEKS),
    ("selection_step", "web_insert", "web", "INSERT", None, f"{SEEKS} AND by_id = wall_person()"),
    *((table, "operator", "operator", "ALL", "true", None) for table in TABLES),
    *((table, "gate_all", "gate", "ALL", "true", None) for table in TABLES),
)  # fmt: skip

# Whether the client is of the house is nobody's to read.
GRANTS = f"""
GRANT SELECT (org_id, id, network_id, title, organisation_name, listed, criteria, women, men, deadline, created_by_id, created_at,
    updated_at, version), INSERT, UPDATE (title, organisation_name, listed, criteria, women, men, deadline, updated_at, version)
    ON seat_specification TO passerelle_web;
GRANT SELECT, INSERT, UPDATE (closed_by_id, closed_at, version) ON selection TO passerelle_web;
GRANT SELECT, INSERT, UPDATE (stage) ON selection_entry TO passerelle_web;
GRANT SELECT, INSERT ON selection_step TO passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON {", ".join(TABLES)} TO passerelle_operator, passerelle_gate;
"""


def _col(
    name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False, **options: object
) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable, **options)  # type: ignore[arg-type]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _make(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        _refers(table, "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        *parts,
        sa.PrimaryKeyConstraint("org_id", "id", name=f"pk_{table}"),
    )
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _within(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", column], [f"{to}.org_id", f"{to}.id"], name=f"fk_{table}_org_id_{column}", ondelete="CASCADE"
    )


def _stage() -> sa.Column[str]:
    stages = sa.Enum(
        *("long", "short", "introduced", "chosen", "set_aside"),
        name="stage",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    return sa.Column("stage", stages, nullable=False)


def _tables() -> None:
    big, small = sa.BigInteger(), sa.SmallInteger()
    table = "seat_specification"
    _make(
        table,
        _refers(table, "network_id", "organisation"),
        _col("title", sa.String(160)),
        _col("organisation_name", sa.String(160)),
        _refers(table, "organisation_id", "organisation", nullable=True),
        _col("listed", sa.Boolean()),
        _col("criteria", postgresql.JSONB()),
        _col("women", small, nullable=True),
        _col("men", small, nullable=True),
        _col("deadline", sa.Date(), nullable=True),
        _refers(table, "created_by_id", "person"),
        _moment("created_at"),
        _moment("updated_at"),
        _col("version", sa.Integer()),
    )
    table = "selection"
    _make(
        table,
        _col("specification_id", big),
        _refers(table, "opened_by_id", "person"),
        _moment("opened_at"),
        _refers(table, "closed_by_id", "person", nullable=True),
        _moment("closed_at", nullable=True),
        _col("version", sa.Integer()),
        _within(table, "specification_id", "seat_specification"),
        sa.UniqueConstraint("org_id", "specification_id", name="uq_selection_org_id_specification_id"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
    )
    table = "selection_entry"
    _make(
        table,
        _col("selection_id", big),
        _col("number", small),
        _col("card_id", big),
        _stage(),
        _within(table, "selection_id", "selection"),
        sa.UniqueConstraint("org_id", "selection_id", "card_id", name="uq_selection_entry_org_id_selection_id_card_id"),
        sa.UniqueConstraint("org_id", "selection_id", "number", name="uq_selection_entry_org_id_selection_id_number"),
    )
    op.create_index("ix_selection_entry_card_id", table, ["card_id"])
    table = "selection_step"
    _make(
        table,
        _col("selection_id", big),
        _col("entry_id", big),
        _stage(),
        _col("reason", sa.String(40)),
        _col("words", sa.Text()),
        _refers(table, "by_id", "person"),
        _moment("at"),
        _within(table, "selection_id", "selection"),
        _within(table, "entry_id", "selection_entry"),
    )
    op.create_index("ix_selection_step_entry_id", table, ["org_id", "entry_id"])
    op.create_index("ix_selection_step_selection_id", table, ["org_id", "selection_id"])


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    execute(GRANTS)
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, (definition, roles) in FUNCTIONS.items():
        execute(definition)
        execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    for table, name, when, function in TRIGGERS:
        execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    for table, name, *_rest in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
