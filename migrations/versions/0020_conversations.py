"""Goals, shared notes, messages and files of a pair.

Each row carries its two people, so a policy looks at the row alone. The worker counts messages and reads none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
PAIR = "wall_person() IN (mentee_person_id, mentor_person_id)"
MENTEE = "wall_person() = mentee_person_id"
OWN = "author_person_id = wall_person()"
MINE = "person_id = wall_person()"

TABLES = (
    "goal",
    "goal_step",
    "goal_event",
    "goal_comment",
    "pair_message",
    "message_mark",
    "shared_note",
    "note_version",
    "pair_file",
)

# (table, what the pages may insert, what they may update); all of it is for the two of the pair to read.
WRITES = (
    ("goal", MENTEE, MENTEE),
    ("goal_step", MENTEE, MENTEE),
    ("goal_event", MENTEE, None),
    ("goal_comment", f"{PAIR} AND {OWN}", None),
    ("pair_message", f"{PAIR} AND {OWN}", None),
    ("message_mark", f"{PAIR} AND {MINE}", MINE),
    ("shared_note", f"{PAIR} AND {OWN}", PAIR),
    ("note_version", f"{PAIR} AND {OWN}", None),
    ("pair_file", f"{PAIR} AND {OWN}", OWN),
)

# (table, what an erasure may touch): what was written to the other one, or by both, stays with the other one.
ERASED = (
    ("goal", MENTEE),
    ("goal_step", MENTEE),
    ("goal_event", MENTEE),
    ("goal_comment", MENTEE),
    ("message_mark", MINE),
)

GRANTS = """
GRANT SELECT, INSERT ON goal, goal_step, goal_event, goal_comment, pair_message, message_mark, shared_note, note_version, pair_file
    TO passerelle_web;
GRANT UPDATE (title, success, due_on, place, percent, state, closed_at) ON goal TO passerelle_web;
GRANT UPDATE (words, done_at, removed_at) ON goal_step TO passerelle_web;
GRANT UPDATE (read_to, read_at) ON message_mark TO passerelle_web;
GRANT UPDATE (title, body, version, author_person_id, updated_at, removed_at) ON shared_note TO passerelle_web;
GRANT UPDATE (removed_at) ON pair_file TO passerelle_web;
GRANT SELECT ON goal, goal_step, goal_event, goal_comment, pair_message, shared_note, note_version, pair_file TO passerelle_worker;
GRANT DELETE ON goal, goal_step, goal_event, goal_comment, message_mark TO passerelle_worker;
GRANT SELECT, INSERT ON message_mark TO passerelle_worker;
GRANT UPDATE (told_to, told_at) ON message_mark TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON goal, goal_step, goal_event, goal_comment, pair_message, message_mark, shared_note,
    note_version, pair_file TO passerelle_operator;
GRANT SELECT ON pair_message TO passerelle_gate;
GRANT SELECT, DELETE ON pair_file TO passerelle_gate;
"""

FUNCTIONS = """
-- How many messages of the other one somebody has not been told of, and the newest; not a word of them.
CREATE FUNCTION messages_since(p_mentorship bigint, p_person bigint, p_after bigint) RETURNS TABLE (waiting integer, latest bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT count(*)::integer, max(m.id) FROM pair_message m
        WHERE m.org_id = wall_org() AND m.mentorship_id = p_mentorship AND m.author_person_id <> p_person AND m.id > p_after;
END $$;

-- Files that were taken away and not brought back; the gate, because no job reads what a pair hands to each other.
CREATE FUNCTION drop_removed_files(p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE dropped integer;
BEGIN
    DELETE FROM pair_file WHERE removed_at <= p_before;
    GET DIAGNOSTICS dropped = ROW_COUNT;
    RETURN dropped;
END $$;
"""
SIGNATURES = ("messages_since(bigint, bigint, bigint)", "drop_removed_files(timestamptz)")

GATE = (("pair_message", "SELECT"), ("pair_file", "SELECT"), ("pair_file", "DELETE"))


def upgrade() -> None:
    _create_tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
        op.execute(f"CREATE POLICY web_select ON {table} FOR SELECT TO passerelle_web USING ({S} AND {PAIR})")
        op.execute(
            f"CREATE POLICY worker_export ON {table} FOR SELECT TO passerelle_worker "
            f"USING (wall_role() = 'export' AND {PAIR} AND {S})"
        )
    for table, inserted, updated in WRITES:
        op.execute(f"CREATE POLICY web_insert ON {table} FOR INSERT TO passerelle_web WITH CHECK ({S} AND {inserted})")
        if updated:
            op.execute(f"CREATE POLICY web_update ON {table} FOR UPDATE TO passerelle_web USING ({S} AND {updated})")
    for table, erased in ERASED:
        op.execute(
            f"CREATE POLICY worker_erasure ON {table} FOR ALL TO passerelle_worker "
            f"USING (wall_role() = 'erasure' AND {erased} AND {S}) WITH CHECK (wall_role() = 'erasure' AND {S})"
        )
    for command in ("SELECT", "UPDATE"):
        op.execute(
            f"CREATE POLICY worker_{command.lower()} ON message_mark FOR {command} TO passerelle_worker "
            f"USING ({S} AND org_id = wall_org())"
        )
    op.execute(
        f"CREATE POLICY worker_insert ON message_mark FOR INSERT TO passerelle_worker WITH CHECK ({S} AND org_id = wall_org())"
    )
    op.get_bind().exec_driver_sql(GRANTS)
    for table, command in GATE:
        op.execute(f"CREATE POLICY gate_{command.lower()} ON {table} FOR {command} TO passerelle_gate USING (true)")
    op.get_bind().exec_driver_sql(FUNCTIONS)
    for signature in SIGNATURES:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_worker")
        op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")


def _create_tables() -> None:
    moment = sa.DateTime(timezone=True)

    def table(name: str, *parts: sa.schema.SchemaItem) -> None:
        op.create_table(
            name,
            sa.Column(
                "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name=f"fk_{name}_org_id"), nullable=False
            ),
            sa.Column("id", sa.BigInteger(), nullable=False),
            sa.Column("mentorship_id", sa.BigInteger(), nullable=False),
            sa.Column("mentee_person_id", sa.BigInteger(), nullable=False),
            sa.Column("mentor_person_id", sa.BigInteger(), nullable=False),
            *parts,
            sa.PrimaryKeyConstraint("org_id", "id", name=f"pk_{name}"),
            sa.ForeignKeyConstraint(
                ["org_id", "mentorship_id", "mentee_person_id", "mentor_person_id"],
                ["mentorship.org_id", "mentorship.id", "mentorship.mentee_person_id", "mentorship.mentor_person_id"],
                name=f"fk_{name}_org_id_mentorship_id_mentee_person_id_mentor_person_id"[:63],
            ),
        )

    def person(name: str, column: str = "author_person_id") -> sa.Column:
        key = sa.ForeignKey("person.id", name=f"fk_{name}_{column}")
        return sa.Column(column, sa.BigInteger(), key, nullable=False)

    def required(name: str, kind: sa.types.TypeEngine) -> sa.Column:
        return sa.Column(name, kind, nullable=False)

    def of_goal(name: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint(
            ["org_id", "mentorship_id", "goal_id"],
            ["goal.org_id", "goal.mentorship_id", "goal.id"],
            name=f"fk_{name}_org_id_mentorship_id_goal_id",
            ondelete="CASCADE",
        )

    table(
        "goal",
        required("title", sa.String(200)),
        required("success", sa.Text()),
        sa.Column("due_on", sa.Date(), nullable=True),
        required("place", sa.SmallInteger()),
        required("percent", sa.SmallInteger()),
        required("state", _states("goalstate", "open", "reached", "let_go")),
        required("created_at", moment),
        sa.Column("closed_at", moment, nullable=True),
        sa.UniqueConstraint("org_id", "mentorship_id", "id", name="uq_goal_of_pair"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="ck_goal_percent"),
    )
    table(
        "goal_step",
        required("goal_id", sa.BigInteger()),
        required("words", sa.String(200)),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("removed_at", moment, nullable=True),
        of_goal("goal_step"),
    )
    table(
        "goal_event",
        required("goal_id", sa.BigInteger()),
        required("turn", _states("goalturn", "set", "worded", "progress", "reached", "let_go", "taken_up")),
        required("percent", sa.SmallInteger()),
        required("words", sa.Text()),
        required("at", moment),
        of_goal("goal_event"),
    )
    table(
        "goal_comment",
        required("goal_id", sa.BigInteger()),
        person("goal_comment"),
        required("body", sa.Text()),
        required("created_at", moment),
        of_goal("goal_comment"),
    )
    for name in ("goal_step", "goal_event", "goal_comment"):
        op.create_index(f"ix_{name}_goal", name, ["org_id", "goal_id", "id"])
    table(
        "pair_message",
        person("pair_message"),
        required("body", sa.Text()),
        required("via", _states("via", "page", "link", "mail")),
        required("left_out", sa.SmallInteger()),
        sa.Column("sent_as", sa.LargeBinary(), nullable=True),
        required("created_at", moment),
        sa.UniqueConstraint("org_id", "mentorship_id", "sent_as", name="uq_pair_message_sent_as"),
    )
    op.create_index("ix_pair_message_thread", "pair_message", ["org_id", "mentorship_id", "id"])
    table(
        "message_mark",
        person("message_mark", "person_id"),
        required("read_to", sa.BigInteger()),
        sa.Column("read_at", moment, nullable=True),
        required("told_to", sa.BigInteger()),
        sa.Column("told_at", moment, nullable=True),
        sa.UniqueConstraint("org_id", "mentorship_id", "person_id", name="uq_message_mark_person"),
    )
    table(
        "shared_note",
        required("title", sa.String(120)),
        required("body", sa.Text()),
        required("version", sa.Integer()),
        person("shared_note"),
        required("created_at", moment),
        required("updated_at", moment),
        sa.Column("removed_at", moment, nullable=True),
        sa.UniqueConstraint("org_id", "mentorship_id", "id", name="uq_shared_note_of_pair"),
    )
    table(
        "note_version",
        required("note_id", sa.BigInteger()),
        required("number", sa.Integer()),
        required("title", sa.String(120)),
        required("body", sa.Text()),
        person("note_version"),
        required("at", moment),
        sa.ForeignKeyConstraint(
            ["org_id", "mentorship_id", "note_id"],
            ["shared_note.org_id", "shared_note.mentorship_id", "shared_note.id"],
            name="fk_note_version_org_id_mentorship_id_note_id",
        ),
        sa.UniqueConstraint("org_id", "note_id", "number", name="uq_note_version_number"),
    )
    table(
        "pair_file",
        person("pair_file"),
        required("name", sa.String(120)),
        required("kind", sa.String(8)),
        required("size", sa.Integer()),
        required("content", sa.LargeBinary()),
        required("created_at", moment),
        sa.Column("removed_at", moment, nullable=True),
    )
    op.create_index("ix_pair_file_pair", "pair_file", ["org_id", "mentorship_id", "id"])
    op.create_index(
        "ix_pair_file_removed", "pair_file", ["removed_at"], postgresql_where=sa.text("removed_at IS NOT NULL")
    )


def _states(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
