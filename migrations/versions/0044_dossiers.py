"""Board dossiers and mandates.

Rows of a dossier carry the person whose they are, and no policy looks further: whoever employs them, the dossier is theirs. What a
mentor reads of a draft comes from a function that asks who the mentor is now and whether the candidate shares it. A version never
changes. Of mandates the house asks yes or no.

A paper that holds somebody's words belongs to one reader, and goes at once when the person it is about says so.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OWN = f"person_id = wall_person() AND {S}"
MENTEE, MENTOR = "mentee_person_id = wall_person()", "mentor_person_id = wall_person()"
EXPORT, ERASURE = "wall_role() = 'export'", "wall_role() = 'erasure'"
OWNED = ("board_dossier", "dossier_version", "board_mandate")
TABLES = (*OWNED, "dossier_comment")

FUNCTIONS = {
    # Where the viewer has a dossier or may begin one: the networks on whose board tracks they are, or were, a candidate.
    "dossier_networks()": (
        """
CREATE FUNCTION dossier_networks() RETURNS TABLE (network_id integer, slug text, name text, enrolment_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE me bigint := wall_person();
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT o.id, o.slug::text, o.name::text, e.id FROM organisation o
    LEFT JOIN LATERAL (
        SELECT e.id FROM enrolment e JOIN cohort c ON c.org_id = e.org_id AND c.id = e.cohort_id AND c.form = 'board'
        WHERE e.org_id = o.id AND e.person_id = me AND e.side = 'mentee' AND e.enrolled_at IS NOT NULL
        ORDER BY e.id DESC LIMIT 1) e ON true
    WHERE (e.id IS NOT NULL OR EXISTS (SELECT FROM board_dossier d WHERE d.org_id = o.id AND d.person_id = me))
      AND o.id = ANY (ARRAY(SELECT x.org_id FROM enrolment x WHERE x.person_id = me
            UNION SELECT d.org_id FROM board_dossier d WHERE d.person_id = me))
    ORDER BY o.name;
END $$""",
        ("web",),
    ),
    "keeps_dossier(integer)": (
        """
CREATE FUNCTION keeps_dossier(p_network integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM dossier_networks() n WHERE n.network_id = p_network);
END $$""",
        ("web",),
    ),
    # A candidate's draft, to the mentor who accompanies them now, while the candidate shares it.
    "shared_dossier(integer, bigint)": (
        """
CREATE FUNCTION shared_dossier(p_network integer, p_person bigint) RETURNS TABLE (
    content jsonb, saved_at timestamptz, candidate text, pair_org_id integer, pair_id bigint, mandates jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT d.content, d.saved_at, p.name::text, m.org_id, m.id,
        (SELECT coalesce(jsonb_agg(to_jsonb(b) - '{organisation_id,introduction_id}'::text[] ORDER BY b.from_on DESC, b.id), '[]')
         FROM board_mandate b WHERE b.org_id = d.org_id AND b.person_id = d.person_id)
    FROM board_dossier d JOIN person p ON p.id = d.person_id
    JOIN mentorship m ON m.mentee_person_id = d.person_id AND m.mentor_person_id = wall_person()
        AND m.mentor_employer_id = wall_org() AND m.state <> 'ended' AND m.cohort_org_id = d.org_id
    JOIN cohort c ON c.org_id = m.cohort_org_id AND c.id = m.cohort_id AND c.form = 'board'
    WHERE d.org_id = p_network AND d.person_id = p_person AND d.shares_draft
    ORDER BY m.started_at DESC LIMIT 1;
END $$""",
        ("web",),
    ),
    # Papers about the viewer are gone from this moment, whoever asked for them.
    "forget_papers_about_me()": (
        """
CREATE FUNCTION forget_papers_about_me() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF wall_sealed() AND wall_person() > 0 THEN DELETE FROM drawn_paper WHERE about_person_id = wall_person(); END IF;
END $$""",
        ("web",),
    ),
    # For other functions of the gate alone: whether somebody sits, or sat since a day, on the board of an organisation of the house.
    "sits_on_board(bigint, integer, date)": (
        """
CREATE FUNCTION sits_on_board(p_person bigint, p_organisation integer, p_since date) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM board_mandate b WHERE b.person_id = p_person AND b.organisation_id = p_organisation
        AND (b.until_on IS NULL OR b.until_on >= p_since));
END $$""",
        (),
    ),
    # The same of a limit: whether somebody holds at most so many mandates on a day. One named in two dossiers counts once.
    "mandates_within(bigint, date, integer, boolean)": (
        """
CREATE FUNCTION mandates_within(p_person bigint, p_day date, p_most integer, p_listed_only boolean) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND p_most >= (
        SELECT count(DISTINCT lower(btrim(b.organisation_name))) FROM board_mandate b WHERE b.person_id = p_person
        AND b.from_on <= p_day AND (b.until_on IS NULL OR b.until_on >= p_day) AND (b.listed OR NOT p_listed_only));
END $$""",
        (),
    ),
    "mandate_house()": (
        """
CREATE FUNCTION mandate_house() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.organisation_id := coalesce(
        (SELECT min(o.id) FROM organisation o WHERE lower(o.name) = lower(btrim(NEW.organisation_name)) AND NOT o.provisional),
        CASE WHEN NEW.introduction_id IS NOT NULL THEN NEW.organisation_id END);
    RETURN NEW;
END $$""",
        (),
    ),
    "keep_dossier_version()": (
        """
CREATE FUNCTION keep_dossier_version() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION 'a version of a dossier never changes' USING ERRCODE = 'insufficient_privilege';
END $$""",
        (),
    ),
}

TRIGGERS = """
CREATE TRIGGER mandate_house BEFORE INSERT OR UPDATE OF organisation_name, organisation_id ON board_mandate
    FOR EACH ROW EXECUTE FUNCTION mandate_house();
CREATE TRIGGER keep_dossier_version BEFORE UPDATE ON dossier_version FOR EACH ROW EXECUTE FUNCTION keep_dossier_version();
"""

# (table, name, role, command, using, check)
POLICIES = (
    *(
        policy
        for table in OWNED
        for policy in (
            (table, "web_select", "web", "SELECT", OWN, None),
            (table, "web_insert", "web", "INSERT", None, f"{OWN} AND keeps_dossier(org_id)"),
            (table, "worker_export", "worker", "SELECT", f"{EXPORT} AND {OWN}", None),
            (table, "worker_erasure", "worker", "ALL", f"{ERASURE} AND {OWN}", f"{ERASURE} AND {OWN}"),
            (table, "gate_select", "gate", "SELECT", "true", None),
        )
    ),
    ("board_dossier", "web_update", "web", "UPDATE", OWN, OWN),
    ("board_mandate", "web_update", "web", "UPDATE", OWN, OWN),
    # One that came of an introduction is corrected, not wiped out.
    ("board_mandate", "web_delete", "web", "DELETE", f"{OWN} AND introduction_id IS NULL", None),
    ("dossier_comment", "web_select", "web", "SELECT", f"({MENTEE} OR {MENTOR}) AND {S}", None),
    ("dossier_comment", "web_insert", "web", "INSERT", None,
     f"{MENTOR} AND settled_at IS NULL AND {S} AND EXISTS (SELECT FROM shared_dossier(network_id, mentee_person_id) d "
     "WHERE d.pair_org_id = dossier_comment.org_id AND d.pair_id = dossier_comment.mentorship_id)"),
    ("dossier_comment", "web_update", "web", "UPDATE", f"{MENTEE} AND {S}", f"{MENTEE} AND {S}"),
    ("dossier_comment", "worker_export", "worker", "SELECT", f"{EXPORT} AND ({MENTEE} OR {MENTOR}) AND {S}", None),
    # Said of the candidate's draft, and gone with it; to its author it was written away.
    ("dossier_comment", "worker_erasure", "worker", "ALL", f"{ERASURE} AND {MENTEE} AND {S}", f"{ERASURE} AND {MENTEE} AND {S}"),
    ("dossier_comment", "gate_fading", "gate", "ALL", "org_id = wall_org() AND wall_role() = 'system'", None),
    *((table, "operator", "operator", "ALL", "true", None) for table in TABLES),
    ("drawn_paper", "worker_erasure", "worker", "ALL",
     f"{ERASURE} AND (about_person_id = wall_person() OR reader_person_id = wall_person()) AND {S}", None),
    ("drawn_paper", "gate_forgetting", "gate", "ALL", "about_person_id IS NOT NULL", None),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT, UPDATE (content, published_number, shares_draft, saved_in, saved_at, version) ON board_dossier TO passerelle_web;
GRANT SELECT, INSERT ON dossier_version TO passerelle_web;
GRANT SELECT, INSERT, DELETE, UPDATE (organisation_name, organisation_id, listed, role, committees, from_on, until_on, executive, updated_at)
    ON board_mandate TO passerelle_web;
GRANT SELECT, INSERT, UPDATE (settled_at) ON dossier_comment TO passerelle_web;
GRANT SELECT, DELETE ON board_dossier, dossier_version, board_mandate, dossier_comment TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON board_dossier, dossier_version, board_mandate, dossier_comment TO passerelle_operator;
GRANT SELECT ON board_dossier, dossier_version, board_mandate TO passerelle_gate;
GRANT SELECT, DELETE ON dossier_comment, drawn_paper TO passerelle_gate;
"""

# A paper with somebody's words in it is its reader's alone; the others stay their organisation's.
PAPER = f"org_id = wall_org() AND {S}"
PAPER_READER = f"org_id = wall_org() AND (about_person_id IS NULL OR reader_person_id = wall_person()) AND {S}"


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


def _tables() -> None:
    big, small, json, words = sa.BigInteger(), sa.SmallInteger(), postgresql.JSONB(), sa.Text()
    _make(
        "board_dossier",
        _refers("board_dossier", "person_id", "person"),
        _col("content", json),
        _col("published_number", small, nullable=True),
        _col("shares_draft", sa.Boolean(), server_default=sa.false()),
        _col("saved_in", sa.String(32), server_default=""),
        _moment("created_at"),
        _moment("saved_at"),
        _col("version", sa.Integer()),
        sa.UniqueConstraint("org_id", "person_id", name="uq_board_dossier_org_id_person_id"),
        sa.UniqueConstraint("org_id", "id", "person_id", name="uq_board_dossier_org_id_id_person_id"),
    )
    _make(
        "dossier_version",
        _col("dossier_id", big),
        _col("number", small),
        _refers("dossier_version", "person_id", "person"),
        _col("content", json),
        _col("face", json),
        _moment("published_at"),
        sa.ForeignKeyConstraint(
            ["org_id", "dossier_id", "person_id"],
            ["board_dossier.org_id", "board_dossier.id", "board_dossier.person_id"],
            name="fk_dossier_version_dossier",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("org_id", "dossier_id", "number", name="uq_dossier_version_org_id_dossier_id_number"),
        sa.CheckConstraint("number > 0", name="counted_from_one"),
    )
    _make(
        "board_mandate",
        _refers("board_mandate", "person_id", "person"),
        _col("organisation_name", sa.String(160)),
        _refers("board_mandate", "organisation_id", "organisation", nullable=True),
        _col("listed", sa.Boolean()),
        _col("role", sa.String(40)),
        _col("committees", postgresql.ARRAY(words)),
        _col("from_on", sa.Date()),
        _col("until_on", sa.Date(), nullable=True),
        _col("executive", sa.Boolean()),
        _col("introduction_id", big, nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_began"),
    )
    pair = ["org_id", "mentorship_id", "mentee_person_id", "mentor_person_id"]
    _make(
        "dossier_comment",
        _col("mentorship_id", big),
        _col("mentee_person_id", big),
        _col("mentor_person_id", big),
        _refers("dossier_comment", "network_id", "organisation"),
        _col("part", sa.String(20)),
        _col("words", words),
        _moment("created_at"),
        _moment("settled_at", nullable=True),
        sa.ForeignKeyConstraint(
            pair,
            [f"mentorship.{name}" for name in ("org_id", "id", "mentee_person_id", "mentor_person_id")],
            name="fk_dossier_comment_pair",
        ),
    )
    for table in OWNED:
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])
    op.create_index("ix_board_mandate_organisation_id", "board_mandate", ["organisation_id"])
    op.create_index("ix_dossier_comment_mentorship_id", "dossier_comment", ["org_id", "mentorship_id"])
    for column in ("mentee_person_id", "mentor_person_id"):
        op.create_index(f"ix_dossier_comment_{column}", "dossier_comment", [column])
    for column in ("reader_person_id", "about_person_id"):
        op.add_column("drawn_paper", _refers("drawn_paper", column, "person", nullable=True))
    op.create_index(
        "ix_drawn_paper_about_person_id",
        "drawn_paper",
        ["about_person_id"],
        postgresql_where=sa.text("about_person_id IS NOT NULL"),
    )
    op.create_check_constraint(
        "words_have_a_reader", "drawn_paper", "(about_person_id IS NULL) = (reader_person_id IS NULL)"
    )


def _papers_for(readers: str) -> None:
    for name, command in (("web_select", "SELECT"), ("web_insert", "INSERT"), ("web_update", "UPDATE")):
        using = f" USING ({readers})" if command != "INSERT" else ""
        check = f" WITH CHECK ({readers})" if command != "SELECT" else ""
        op.execute(f"DROP POLICY {name} ON drawn_paper")
        op.execute(f"CREATE POLICY {name} ON drawn_paper FOR {command} TO passerelle_web{using}{check}")


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
    execute("GRANT EXECUTE ON FUNCTION mandate_house(), keep_dossier_version() TO passerelle_owner")
    op.execute("SET LOCAL ROLE passerelle_owner")
    execute(TRIGGERS)
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    _papers_for(PAPER_READER)


def downgrade() -> None:
    _papers_for(PAPER)
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    for table, trigger in (("board_mandate", "mandate_house"), ("dossier_version", "keep_dossier_version")):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    # A paper with somebody's words in it has no place among those that the whole organisation may ask for.
    op.execute("ALTER TABLE drawn_paper NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM drawn_paper WHERE about_person_id IS NOT NULL")
    op.execute("ALTER TABLE drawn_paper FORCE ROW LEVEL SECURITY")
    op.drop_constraint("words_have_a_reader", "drawn_paper", type_="check")
    for column in ("about_person_id", "reader_person_id"):
        op.drop_column("drawn_paper", column)
    op.execute("REVOKE SELECT, DELETE ON drawn_paper FROM passerelle_gate")
    for table in ("dossier_comment", "board_mandate", "dossier_version", "board_dossier"):
        op.drop_table(table)
