"""What a candidate shows of a dossier, to whom and until when; introductions.

A consent (``showing``) is its person's alone. What others may see lies in ``board_card``, which the database keeps from the
consents and the published version in the transaction that changes either; no role of the product reads that table. Those who
fill seats read through functions that look at the consents again, so that a withdrawal needs nothing else to be true.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OWN = f"person_id = wall_person() AND {S}"
TABLES = (
    "nomination_committee_member", "showing", "board_card", "viewing", "dossier_request", "dossier_link", "introduction",
)  # fmt: skip
PERSONAL = ("showing", "board_card", "viewing", "dossier_request", "dossier_link", "introduction")

# In the order of the ten competencies, as levels lie in a card.
COMPETENCIES = (
    "finance", "audit_risk", "strategy", "governance_law", "remuneration", "people", "digital_cyber", "sustainability",
    "international", "dynamics",
)  # fmt: skip
LEVELS = ", ".join(f"coalesce((v.face -> 'competencies' ->> '{slug}')::smallint, 0::smallint)" for slug in COMPETENCIES)

WORKS = "(a.ended_on IS NULL OR a.ended_on > current_date)"
ON_COMMITTEE = f"""EXISTS (SELECT FROM nomination_committee_member n JOIN affiliation a ON a.org_id = n.org_id
    AND a.id = n.affiliation_id AND a.person_id = n.person_id AND {WORKS}
    WHERE n.org_id = {{firm}}{{person}} AND n.left_at IS NULL)"""
# Whether a consent counts today for a seeker on a side; its own family is kept out where the candidate wishes it.
COUNTS = """s.withdrawn_at IS NULL AND current_date BETWEEN s.from_on AND s.until_on
    AND (s.to_kind = kind OR s.to_org_id = own)
    AND (s.to_kind = 'organisation' OR NOT s.hide_from_employer OR NOT c.employers && family)"""
SHOWN = f"""c.org_id = p_network AND NOT c.employers && hidden AND c.person_id <> me AND NOT c.person_id = ANY (blocked)
    AND NOT EXISTS (SELECT FROM erasure e WHERE e.person_id = c.person_id AND e.state = 'asked')
    AND EXISTS (SELECT FROM showing s WHERE s.org_id = c.org_id AND s.person_id = c.person_id AND {COUNTS})"""
SEEKER = """
    me bigint := wall_person(); own integer := wall_org(); hidden integer[] := wall_hidden(); blocked bigint[] := wall_blocked();
    side text := seeker_side(p_network);
    kind text := CASE side WHEN 'committee' THEN 'committees' ELSE 'search_firms' END;
    family integer[] := family_of(wall_org());"""
CARD = "id bigint, face jsonb, levels smallint[], tokens text[], days_a_year smallint, score smallint"
COLUMNS = "c.id, c.face, c.levels, c.tokens, c.days_a_year, c.score"
HEAD = "LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public"
# Only the index is any good for these, whoever asks.
PLANNED = "SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off SET max_parallel_workers_per_gather = 0"

FUNCTIONS = {
    # An organisation with the companies above and below it.
    "family_of(integer)": (
        f"""
CREATE FUNCTION family_of(p_org integer) RETURNS integer[]
{HEAD} AS $$
DECLARE above integer[] := group_above(p_org);
BEGIN
    RETURN coalesce((SELECT group_below(o.id) FROM organisation o WHERE o.id = ANY (above) AND o.parent_id IS NULL), ARRAY[p_org]);
END $$""",
        (),
    ),
    # As what the viewer fills seats in a network: for a committee, for a search firm, or not at all.
    "seeker_side(integer)": (
        f"""
CREATE FUNCTION seeker_side(p_network integer) RETURNS text
{HEAD} AS $$
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 OR wall_org() = 0 THEN RETURN NULL; END IF;
    IF EXISTS (SELECT FROM firm_membership f WHERE f.network_id = p_network AND f.firm_id = wall_org() AND f.state = 'active')
       AND {ON_COMMITTEE.format(firm="wall_org()", person=" AND n.person_id = wall_person()")} THEN RETURN 'committee'; END IF;
    IF search_firm_admitted(p_network, wall_org()) THEN RETURN 'search_firm'; END IF;
    RETURN NULL;
END $$""",
        ("web",),
    ),
    "seeker_networks()": (
        f"""
CREATE FUNCTION seeker_networks() RETURNS TABLE (network_id integer, slug text, name text, side text)
{HEAD} AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT o.id, o.slug::text, o.name::text, x.side FROM organisation o
    CROSS JOIN LATERAL (SELECT seeker_side(o.id) AS side) x
    WHERE o.kind = 'network' AND x.side IS NOT NULL ORDER BY o.name;
END $$""",
        ("web",),
    ),
    # Makes, changes or takes away a person's card in a network, and with it every paper about them that somebody had drawn.
    "refresh_card(integer, bigint)": (
        f"""
CREATE FUNCTION refresh_card(p_network integer, p_person bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v dossier_version; firms integer[]; words text[]; given smallint[]; total smallint; readers text[];
BEGIN
    -- Whoever is opening something of this person's is let finish, and is in the list; whoever comes after is not let in.
    PERFORM pg_advisory_xact_lock(hashtextextended('showing', p_person));
    DELETE FROM drawn_paper d WHERE d.about_person_id = p_person AND d.reader_person_id <> p_person;
    SELECT x.* INTO v FROM board_dossier b JOIN dossier_version x ON x.org_id = b.org_id AND x.dossier_id = b.id
        AND x.number = b.published_number WHERE b.org_id = p_network AND b.person_id = p_person;
    firms := ARRAY(SELECT a.org_id FROM affiliation a WHERE a.person_id = p_person AND {WORKS} ORDER BY 1);
    readers := ARRAY(SELECT DISTINCT 'to:' || coalesce(s.to_org_id::text, s.to_kind) FROM showing s
        WHERE s.org_id = p_network AND s.person_id = p_person AND s.withdrawn_at IS NULL AND s.until_on >= current_date);
    -- Between employers nobody could withdraw, so nothing is shown.
    IF v.id IS NULL OR firms = '{{}}' OR readers = '{{}}' THEN
        DELETE FROM board_card c WHERE c.org_id = p_network AND c.person_id = p_person;
        RETURN;
    END IF;
    words := ARRAY(
        SELECT k.kind || ':' || w.slug FROM (VALUES ('lang', 'languages'), ('sector', 'sectors'), ('fn', 'functions'),
            ('com', 'committees')) k(kind, field)
        CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(v.face -> k.field, '[]')) w(slug)
        UNION ALL SELECT k.kind || ':' || (v.face ->> k.field) FROM (VALUES ('region', 'region'), ('exp', 'experience'),
            ('man', 'mandates')) k(kind, field) WHERE coalesce(v.face ->> k.field, '') <> '');
    given := ARRAY[{LEVELS}];
    total := (SELECT sum(x) FROM unnest(given) x);
    INSERT INTO board_card (org_id, id, person_id, employers, version_id, face, levels, score, tokens, search, days_a_year)
    VALUES (p_network, ('x' || left(replace(gen_random_uuid()::text, '-', ''), 15))::bit(60)::bigint, p_person, firms, v.id, v.face,
        given, total, words,
        array_to_tsvector(words || readers || ARRAY['n:' || p_network, 's:' || total]
            || ARRAY(SELECT 'l:' || i.at || ':' || n FROM unnest(given) WITH ORDINALITY i(level, at), generate_series(1, i.level) n)),
        coalesce((v.face ->> 'days_a_year')::smallint, 0::smallint))
    ON CONFLICT (org_id, person_id) DO UPDATE SET employers = excluded.employers, version_id = excluded.version_id,
        face = excluded.face, levels = excluded.levels, score = excluded.score, tokens = excluded.tokens,
        search = excluded.search, days_a_year = excluded.days_a_year;
END $$""",
        (),
    ),
    "showing_changed()": (
        """
CREATE FUNCTION showing_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM refresh_card(OLD.org_id, OLD.person_id);
    ELSE PERFORM refresh_card(NEW.org_id, NEW.person_id); END IF;
    RETURN NULL;
END $$""",
        ("owner",),
    ),
    "work_changed()": (
        """
CREATE FUNCTION work_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE network integer;
BEGIN
    FOR network IN SELECT DISTINCT s.org_id FROM showing s WHERE s.person_id = NEW.person_id AND s.withdrawn_at IS NULL LOOP
        PERFORM refresh_card(network, NEW.person_id);
    END LOOP;
    RETURN NULL;
END $$""",
        ("owner",),
    ),
    # What the viewer may see today, the best first; after a score and a card, for the next page. Of tokens of one kind one is
    # enough, except of languages, which are all needed; levels are the least of each competency.
    "showcase_after(integer, text[], smallint[], smallint, bigint, integer)": (
        f"""
CREATE FUNCTION showcase_after(p_network integer, p_tokens text[], p_least smallint[], p_score smallint, p_card bigint,
                               p_limit integer) RETURNS TABLE ({CARD})
{HEAD} {PLANNED} AS $$
#variable_conflict use_column
DECLARE {SEEKER}
    asked text; found integer; missing integer := least(p_limit, 1000);
BEGIN
    IF side IS NULL THEN RETURN; END IF;
    SELECT string_agg('(' || one || ')', ' & ') INTO asked FROM (
        SELECT string_agg(quote_literal(t), CASE split_part(t, ':', 1) WHEN 'lang' THEN ' & ' ELSE ' | ' END)
        FROM unnest(p_tokens) t GROUP BY split_part(t, ':', 1)
        UNION ALL SELECT quote_literal('l:' || i.at || ':' || i.level) FROM unnest(p_least) WITH ORDINALITY i(level, at) WHERE i.level > 0
        UNION ALL SELECT quote_literal('n:' || p_network)
        UNION ALL SELECT quote_literal('to:' || kind) || ' | ' || quote_literal('to:' || own)) parts(one);
    FOR step IN REVERSE least(40, p_score)..0 LOOP
        RETURN QUERY SELECT {COLUMNS} FROM board_card c
        WHERE c.search @@ (asked || ' & ' || quote_literal('s:' || step))::tsquery AND (step < p_score OR c.id > p_card) AND {SHOWN}
        ORDER BY c.id LIMIT missing;
        GET DIAGNOSTICS found = ROW_COUNT;
        missing := missing - found;
        IF missing <= 0 THEN RETURN; END IF;
    END LOOP;
END $$""",
        ("web",),
    ),
    "showcase_cards(integer, text[], smallint[], integer)": (
        f"""
CREATE FUNCTION showcase_cards(p_network integer, p_tokens text[], p_least smallint[], p_limit integer) RETURNS TABLE ({CARD})
{HEAD} AS $$
BEGIN RETURN QUERY SELECT * FROM showcase_after(p_network, p_tokens, p_least, 41::smallint, 0, p_limit); END $$""",
        ("web",),
    ),
    # Cards that the viewer knows the numbers of, as far as they are shown today; looking at a list is not logged.
    "showcase_some(integer, bigint[])": (
        f"""
CREATE FUNCTION showcase_some(p_network integer, p_cards bigint[]) RETURNS TABLE ({CARD})
{HEAD} AS $$
#variable_conflict use_column
DECLARE {SEEKER}
BEGIN
    IF side IS NULL THEN RETURN; END IF;
    RETURN QUERY SELECT {COLUMNS} FROM board_card c WHERE c.id = ANY (p_cards) AND {SHOWN} ORDER BY c.score DESC, c.id;
END $$""",
        ("web",),
    ),
    "showcase_card(integer, bigint)": (
        f"""
CREATE FUNCTION showcase_card(p_network integer, p_card bigint) RETURNS TABLE ({CARD})
{HEAD} AS $$ BEGIN RETURN QUERY SELECT * FROM showcase_some(p_network, ARRAY[p_card]); END $$""",
        ("web",),
    ),
    # The same, opened on a page of its own: it is written down, and the candidate reads it.
    "open_card(integer, bigint, timestamptz)": (
        f"""
CREATE FUNCTION open_card(p_network integer, p_card bigint, p_now timestamptz) RETURNS TABLE ({CARD})
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE whose bigint := (SELECT c.person_id FROM board_card c WHERE c.org_id = p_network AND c.id = p_card);
BEGIN
    IF whose IS NULL OR NOT wall_sealed() THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('showing', whose));
    RETURN QUERY SELECT * FROM showcase_some(p_network, ARRAY[p_card]);
    IF NOT FOUND THEN RETURN; END IF;
    INSERT INTO viewing (org_id, id, person_id, card_id, seeker_org_id, viewer_id, what, at)
    VALUES (p_network, ('x' || left(replace(gen_random_uuid()::text, '-', ''), 15))::bit(60)::bigint, whose, p_card, wall_org(),
            wall_person(), 'card', p_now);
END $$""",
        ("web",),
    ),
    # Whether a card is shown to the viewer; of one that their organisation had opened before, that it is gone.
    "card_standing(integer, bigint)": (
        f"""
CREATE FUNCTION card_standing(p_network integer, p_card bigint) RETURNS text
{HEAD} AS $$
BEGIN
    IF seeker_side(p_network) IS NULL THEN RETURN ''; END IF;
    IF EXISTS (SELECT FROM showcase_some(p_network, ARRAY[p_card])) THEN RETURN 'shown'; END IF;
    IF EXISTS (SELECT FROM viewing v WHERE v.org_id = p_network AND v.card_id = p_card AND v.seeker_org_id = wall_org()) THEN
        RETURN 'gone';
    END IF;
    RETURN '';
END $$""",
        ("web",),
    ),
    # To the candidate: how many see their card today, and which organisations by name that the candidate chose themself.
    "my_audience(integer)": (
        f"""
CREATE FUNCTION my_audience(p_network integer) RETURNS TABLE (committees integer, search_firms integer, until_on date, on_show boolean)
{HEAD} AS $$
#variable_conflict use_column
DECLARE c board_card; apart integer[]; committee integer := 0; firms integer := 0; last date;
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    SELECT * INTO c FROM board_card x WHERE x.org_id = p_network AND x.person_id = wall_person();
    IF NOT FOUND THEN RETURN QUERY SELECT 0, 0, NULL::date, false; RETURN; END IF;
    apart := ARRAY(SELECT DISTINCT h FROM unnest(c.employers) e CROSS JOIN LATERAL unnest(hidden_from(e)) h);
    SELECT count(*) FILTER (WHERE o.kind = 'company'), count(*) FILTER (WHERE o.kind = 'search_firm') INTO committee, firms
    FROM organisation o
    CROSS JOIN LATERAL (SELECT o.id AS own, family_of(o.id) AS family,
        CASE o.kind WHEN 'search_firm' THEN 'search_firms' ELSE 'committees' END AS kind) x
    WHERE NOT o.id = ANY (apart)
      AND ((o.kind = 'company' AND EXISTS (SELECT FROM firm_membership f WHERE f.network_id = p_network AND f.firm_id = o.id
            AND f.state = 'active') AND {ON_COMMITTEE.format(firm="o.id", person=" AND n.person_id <> c.person_id")})
        OR (o.kind = 'search_firm' AND search_firm_admitted(p_network, o.id)))
      AND EXISTS (SELECT FROM showing s WHERE s.org_id = p_network AND s.person_id = c.person_id AND s.withdrawn_at IS NULL
        AND current_date BETWEEN s.from_on AND s.until_on AND (s.to_kind = x.kind OR s.to_org_id = x.own)
        AND (s.to_kind = 'organisation' OR NOT s.hide_from_employer OR NOT c.employers && x.family));
    last := (SELECT max(s.until_on) FROM showing s WHERE s.org_id = p_network AND s.person_id = c.person_id
        AND s.withdrawn_at IS NULL AND current_date BETWEEN s.from_on AND s.until_on);
    RETURN QUERY SELECT committee, firms, last, last IS NOT NULL;
END $$""",
        ("web",),
    ),
    # To the candidate: who looked, as an organisation and an office; by name only where they read the dossier itself.
    "my_viewings(integer)": (
        f"""
CREATE FUNCTION my_viewings(p_network integer) RETURNS TABLE (at timestamptz, what text, organisation text, search_firm boolean, name text)
{HEAD} AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT max(v.at), v.what::text, coalesce(o.name::text, l.recipient::text, ''), coalesce(o.kind = 'search_firm', false),
        CASE WHEN v.what IN ('dossier', 'file') THEN coalesce(p.name::text, '') ELSE '' END
    FROM viewing v LEFT JOIN organisation o ON o.id = v.seeker_org_id LEFT JOIN person p ON p.id = v.viewer_id
    LEFT JOIN dossier_link l ON l.org_id = v.org_id AND l.id = v.link_id
    WHERE v.org_id = p_network AND v.person_id = wall_person()
    GROUP BY (v.at AT TIME ZONE 'UTC')::date, v.what, v.seeker_org_id, v.viewer_id, v.link_id, o.name, o.kind, p.name, l.recipient
    ORDER BY 1 DESC LIMIT 200;
END $$""",
        ("web",),
    ),
    # The organisations that a candidate may name: companies of the network with a committee, and admitted search firms.
    "seekers_to_name(integer)": (
        f"""
CREATE FUNCTION seekers_to_name(p_network integer) RETURNS TABLE (org_id integer, name text)
{HEAD} AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT EXISTS (SELECT FROM board_dossier d WHERE d.org_id = p_network AND d.person_id = wall_person())
    THEN RETURN; END IF;
    RETURN QUERY SELECT o.id, o.name::text FROM organisation o
    WHERE (o.kind = 'company' AND {ON_COMMITTEE.format(firm="o.id", person="")} AND EXISTS (SELECT FROM firm_membership f
            WHERE f.network_id = p_network AND f.firm_id = o.id AND f.state = 'active'))
        OR (o.kind = 'search_firm' AND search_firm_admitted(p_network, o.id)) ORDER BY 2;
END $$""",
        ("web",),
    ),
}

TRIGGERS = """
CREATE TRIGGER showing_changed AFTER INSERT OR UPDATE OR DELETE ON showing FOR EACH ROW EXECUTE FUNCTION showing_changed();
CREATE TRIGGER version_published AFTER INSERT ON dossier_version FOR EACH ROW EXECUTE FUNCTION showing_changed();
CREATE TRIGGER dossier_published AFTER UPDATE OF published_number ON board_dossier FOR EACH ROW EXECUTE FUNCTION showing_changed();
CREATE TRIGGER work_changed AFTER INSERT OR UPDATE OF ended_on ON affiliation FOR EACH ROW EXECUTE FUNCTION work_changed();
"""

LOOKS_AFTER = f"org_id = wall_org() AND wall_role() IN ('hr_partner', 'company_admin') AND {S}"
ERASED = f"wall_role() = 'erasure' AND {OWN}"
# (table, name, role, command, using, check)
POLICIES = (
    ("nomination_committee_member", "web_select", "web", "SELECT",
     f"((org_id = wall_org() AND wall_role() IN ('hr_partner', 'company_admin')) OR person_id = wall_person()) AND {S}", None),
    ("nomination_committee_member", "web_insert", "web", "INSERT", None,
     f"{LOOKS_AFTER} AND named_by_id = wall_person() AND left_at IS NULL"),
    ("nomination_committee_member", "web_update", "web", "UPDATE", LOOKS_AFTER, LOOKS_AFTER),
    ("nomination_committee_member", "worker_export", "worker", "SELECT", f"wall_role() = 'export' AND {OWN}", None),
    ("nomination_committee_member", "worker_erasure", "worker", "ALL", ERASED, ERASED),
    ("showing", "web_select", "web", "SELECT", OWN, None),
    ("showing", "web_insert", "web", "INSERT", None, f"{OWN} AND withdrawn_at IS NULL"),
    ("showing", "web_update", "web", "UPDATE", f"{OWN} AND withdrawn_at IS NULL", f"{OWN} AND withdrawn_at IS NOT NULL"),
    ("dossier_link", "web_select", "web", "SELECT", OWN, None),
    ("introduction", "web_select", "web", "SELECT", OWN, None),
    *((table, "worker_erasure", "worker", "ALL", ERASED, ERASED) for table in PERSONAL),
    *((table, "worker_export", "worker", "SELECT", f"wall_role() = 'export' AND {OWN}", None)
      for table in PERSONAL if table != "board_card"),
    *((table, "operator", "operator", "ALL", "true", None) for table in TABLES),
    *((table, "gate_all", "gate", "ALL", "true", None) for table in TABLES),
)  # fmt: skip

# Who asked is told by functions; a row of what was asked names them to nobody.
GRANTS = f"""
GRANT SELECT, INSERT, UPDATE (left_at) ON nomination_committee_member TO passerelle_web;
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON showing TO passerelle_web;
GRANT SELECT (org_id, id, person_id, recipient, until_on, created_at, revoked_at, opened) ON dossier_link TO passerelle_web;
GRANT SELECT (org_id, id, card_id, person_id, seeker_org_id, seat, message, state, answer_due, asked_at, decided_at, help_asked_at,
    facilitated_by, settled_at, confirmed_at, word) ON introduction TO passerelle_web;
GRANT SELECT, DELETE ON {", ".join(TABLES)} TO passerelle_worker;
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


def _one_of(column: str, name: str, *values: str) -> sa.Column[str]:
    return sa.Column(
        column, sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32), nullable=False
    )


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


def _of_dossier(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", "person_id"],
        ["board_dossier.org_id", "board_dossier.person_id"],
        name=f"fk_{table}_org_id_person_id",
        ondelete="CASCADE",
    )


def _tables() -> None:
    big, small, words = sa.BigInteger(), sa.SmallInteger(), sa.Text()
    _make(
        "nomination_committee_member",
        _refers("nomination_committee_member", "person_id", "person"),
        _col("affiliation_id", big),
        _refers("nomination_committee_member", "named_by_id", "person"),
        _moment("named_at"),
        _moment("left_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "affiliation_id"],
            ["affiliation.org_id", "affiliation.id"],
            name="fk_nomination_committee_member_org_id_affiliation_id",
        ),
    )
    op.create_index(
        "uq_nomination_committee_member_sits",
        "nomination_committee_member",
        ["org_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    _make(
        "showing",
        _refers("showing", "person_id", "person"),
        _one_of("what", "shownwhat", "card", "dossier"),
        _one_of("to_kind", "shownto", "committees", "search_firms", "organisation"),
        _refers("showing", "to_org_id", "organisation", nullable=True),
        _col("from_on", sa.Date()),
        _col("until_on", sa.Date()),
        _col("hide_from_employer", sa.Boolean()),
        _moment("created_at"),
        _moment("withdrawn_at", nullable=True),
        _of_dossier("showing"),
        sa.CheckConstraint("(to_kind = 'organisation') = (to_org_id IS NOT NULL)", name="names_an_organisation"),
        sa.CheckConstraint("what = 'card' OR to_kind = 'organisation'", name="dossier_to_one"),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_began"),
    )
    _make(
        "board_card",
        _refers("board_card", "person_id", "person"),
        _col("employers", postgresql.ARRAY(sa.Integer())),
        _col("version_id", big),
        _col("face", postgresql.JSONB()),
        _col("levels", postgresql.ARRAY(small)),
        _col("score", small),
        _col("tokens", postgresql.ARRAY(words)),
        _col("search", postgresql.TSVECTOR()),
        _col("days_a_year", small),
        _of_dossier("board_card"),
        sa.UniqueConstraint("org_id", "person_id", name="uq_board_card_org_id_person_id"),
    )
    op.create_index("ix_board_card_search", "board_card", ["search"], postgresql_using="gin")
    op.create_index("ix_board_card_id", "board_card", ["id"])
    _make(
        "viewing",
        _refers("viewing", "person_id", "person"),
        _col("card_id", big, nullable=True),
        _refers("viewing", "seeker_org_id", "organisation", nullable=True),
        _refers("viewing", "viewer_id", "person", nullable=True),
        _one_of("what", "viewed", "card", "dossier", "file", "link"),
        _col("link_id", big, nullable=True),
        _moment("at"),
    )
    op.create_index("ix_viewing_card_id", "viewing", ["org_id", "card_id"])
    _make(
        "dossier_request",
        _col("card_id", big),
        _refers("dossier_request", "person_id", "person"),
        _refers("dossier_request", "seeker_org_id", "organisation"),
        _refers("dossier_request", "asked_by_id", "person"),
        _col("reason", words),
        _one_of("state", "requeststate", "asked", "granted", "declined", "withdrawn"),
        _moment("asked_at"),
        _moment("answered_at", nullable=True),
        _col("until_on", sa.Date(), nullable=True),
    )
    _make(
        "dossier_link",
        _refers("dossier_link", "person_id", "person"),
        _col("token_hash", sa.LargeBinary()),
        _col("recipient", sa.String(160)),
        _col("until_on", sa.Date()),
        _col("opened", sa.Integer(), server_default="0"),
        _moment("created_at"),
        _moment("revoked_at", nullable=True),
        _of_dossier("dossier_link"),
        sa.UniqueConstraint("token_hash", name="uq_dossier_link_token_hash"),
    )
    _make(
        "introduction",
        _col("card_id", big),
        _refers("introduction", "person_id", "person"),
        _refers("introduction", "seeker_org_id", "organisation"),
        _refers("introduction", "asked_by_person_id", "person"),
        _col("specification_id", big, nullable=True),
        _col("seat", sa.String(160)),
        _col("message", words),
        _one_of(
            "state", "introductionstate", "asked", "accepted", "declined", "withdrawn", "met", "interview", "appointed",
            "not_chosen", "lapsed",
        ),
        _moment("asked_at"),
        _moment("answer_due"),
        _moment("reminded_at", nullable=True),
        _moment("decided_at", nullable=True),
        _col("word", words),
        _moment("help_asked_at", nullable=True),
        _refers("introduction", "facilitated_by", "person", nullable=True),
        _moment("settled_at", nullable=True),
        _moment("confirmed_at", nullable=True),
    )  # fmt: skip
    op.create_index("ix_introduction_seeker_org_id", "introduction", ["seeker_org_id"])
    for table in (*PERSONAL, "nomination_committee_member"):
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])


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
    execute(TRIGGERS)


def downgrade() -> None:
    for trigger, table in (
        ("work_changed", "affiliation"),
        ("dossier_published", "board_dossier"),
        ("version_published", "dossier_version"),
        ("showing_changed", "showing"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
