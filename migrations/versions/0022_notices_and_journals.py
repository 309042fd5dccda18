"""Digests and quiet hours; addresses that letters come back from; journals under a key per person."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OWN = "person_id = wall_person()"

TABLES = ("journal_key", "journal_entry", "letter_hours", "returned_address")

STATES = "ALTER TABLE letter DROP CONSTRAINT ck_letter_letterstate, ADD CONSTRAINT ck_letter_letterstate CHECK (state IN ({}))"
NEW_STATES = "'queued', 'gathered', 'digested', 'sent', 'failed', 'unwanted'"
OLD_STATES = "'queued', 'sent', 'failed', 'unwanted'"

FUNCTIONS = """
CREATE FUNCTION organisations_with_due_digests(p_now timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT org_id FROM letter WHERE state = 'gathered' AND due_at <= p_now ORDER BY org_id
$$;

-- The name of somebody who is erased, in letters to others that wait to be sent.
CREATE FUNCTION forget_name_in_waiting_letters(p_instead text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE said text;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'erasure' THEN RETURN; END IF;
    SELECT name INTO said FROM person WHERE id = wall_person();
    UPDATE letter l SET data = (SELECT jsonb_object_agg(d.key, CASE WHEN d.value = to_jsonb(said) THEN to_jsonb(p_instead)
                                                                    ELSE d.value END) FROM jsonb_each(l.data) d)
    WHERE l.state IN ('queued', 'gathered', 'digested') AND to_jsonb(said) IN (SELECT d.value FROM jsonb_each(l.data) d);
END $$;

-- What letters said that did not come back in time.
CREATE FUNCTION forget_sent_letters(p_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE letter SET data = '{}' WHERE state IN ('sent', 'digested') AND data <> '{}' AND sent_at < p_before
$$;

-- What its author deleted and did not take back.
CREATE FUNCTION forget_deleted_journal_entries(p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE gone integer;
BEGIN
    DELETE FROM journal_entry WHERE deleted_at < p_before;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
"""

GATE_FUNCTIONS = (
    "organisations_with_due_digests(timestamptz)",
    "forget_name_in_waiting_letters(text)",
    "forget_sent_letters(timestamptz)",
    "forget_deleted_journal_entries(timestamptz)",
)

# (name, table, role, command, using, check)
POLICIES = (
    ("web_own", "journal_key", "web", "SELECT", f"{OWN} AND {S}", None),
    ("web_make", "journal_key", "web", "INSERT", None, f"{OWN} AND {S}"),
    ("web_own", "journal_entry", "web", "SELECT", f"{OWN} AND {S}", None),
    # An entry about a mentorship is kept where that is kept: the key to the pair sees to it.
    (
        "web_write",
        "journal_entry",
        "web",
        "INSERT",
        None,
        f"{OWN} AND (mentorship_id IS NOT NULL OR org_id = wall_org()) AND {S}",
    ),
    ("web_change", "journal_entry", "web", "UPDATE", f"{OWN} AND {S}", f"{OWN} AND {S}"),
    ("web_own", "letter_hours", "web", "ALL", f"org_id = wall_org() AND {OWN} AND {S}", None),
    ("worker_select", "letter_hours", "worker", "SELECT", f"org_id = wall_org() AND {S}", None),
    # Nobody's name and no organisation: a digest of an address, and how often letters came back from it.
    ("worker_all", "returned_address", "worker", "ALL", S, None),
    ("door_all", "returned_address", "door", "ALL", "true", None),
    ("gate_select", "journal_entry", "gate", "SELECT", "true", None),
    ("gate_delete", "journal_entry", "gate", "DELETE", "true", None),
)

# For one person's export (read) and erasure; see PERSONAL in 0015.
PERSONAL = ("journal_key", "journal_entry", "letter_hours")

GRANTS = """
GRANT SELECT, INSERT ON journal_key TO passerelle_web;
GRANT SELECT, INSERT ON journal_entry TO passerelle_web;
GRANT UPDATE (day, sealed, updated_at, deleted_at) ON journal_entry TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON letter_hours TO passerelle_web;
GRANT SELECT, DELETE ON journal_key, journal_entry, letter_hours TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE ON returned_address TO passerelle_worker;
GRANT SELECT, DELETE ON returned_address TO passerelle_door;
GRANT SELECT, DELETE ON journal_entry TO passerelle_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON journal_key, journal_entry, letter_hours, returned_address TO passerelle_operator;
"""


def upgrade() -> None:
    _create_tables()
    op.add_column("letter", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("digest_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_letter_gathered", "letter", ["due_at"], postgresql_where=sa.text("state = 'gathered'"))
    op.create_index(
        "ix_letter_kept",
        "letter",
        ["sent_at"],
        postgresql_where=sa.text("state IN ('sent', 'digested') AND data <> '{}'"),
    )
    op.create_index(
        "ix_letter_digest", "letter", ["org_id", "digest_id"], postgresql_where=sa.text("digest_id IS NOT NULL")
    )
    op.execute(STATES.format(NEW_STATES))
    op.add_column("letter_choice", sa.Column("delivery", sa.String(32), nullable=False, server_default="instant"))
    op.execute("ALTER TABLE letter_choice NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE letter_choice SET delivery = 'app' WHERE NOT wanted")
    op.execute("ALTER TABLE letter_choice FORCE ROW LEVEL SECURITY")
    op.alter_column("letter_choice", "delivery", server_default=None)
    op.execute(
        "ALTER TABLE letter_choice ADD CONSTRAINT ck_letter_choice_delivery "
        "CHECK (delivery IN ('instant', 'daily', 'weekly', 'app'))"
    )
    op.drop_column("letter_choice", "wanted")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute = op.get_bind().exec_driver_sql
    for name, table, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    for table in PERSONAL:
        execute(
            f"CREATE POLICY worker_export ON {table} FOR SELECT TO passerelle_worker "
            f"USING (wall_role() = 'export' AND {OWN} AND {S})"
        )
        execute(
            f"CREATE POLICY worker_erasure ON {table} FOR ALL TO passerelle_worker "
            f"USING (wall_role() = 'erasure' AND {OWN} AND {S}) WITH CHECK (wall_role() = 'erasure' AND {S})"
        )
    execute(FUNCTIONS)
    for signature in GATE_FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_worker")
        op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")
    op.execute(GRANTS)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _person(table: str) -> sa.Column:
    key = sa.ForeignKey("person.id", name=f"fk_{table}_person_id")
    return sa.Column("person_id", sa.BigInteger(), key, nullable=False)


def _organisation(table: str) -> sa.Column:
    key = sa.ForeignKey("organisation.id", name=f"fk_{table}_org_id")
    return sa.Column("org_id", sa.Integer(), key, nullable=False)


def _create_tables() -> None:
    op.create_table(
        "journal_key",
        _person("journal_key"),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_with", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        _moment("wrapped_at"),
        sa.PrimaryKeyConstraint("person_id", name="pk_journal_key"),
    )
    op.create_table(
        "journal_entry",
        _organisation("journal_entry"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        _person("journal_entry"),
        sa.Column("mentorship_id", sa.BigInteger(), nullable=True),
        sa.Column("mentee_person_id", sa.BigInteger(), nullable=True),
        sa.Column("mentor_person_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("deleted_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "mentorship_id", "mentee_person_id", "mentor_person_id"],
            ["mentorship.org_id", "mentorship.id", "mentorship.mentee_person_id", "mentorship.mentor_person_id"],
            name="fk_journal_entry_org_id_mentorship_id_mentee_person_id_mentor_person_id"[:63],
        ),
        sa.CheckConstraint(
            "num_nulls(mentorship_id, mentee_person_id, mentor_person_id) IN (0, 3) "
            "AND (mentorship_id IS NULL OR person_id IN (mentee_person_id, mentor_person_id))",
            name="of_own_pair",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_journal_entry"),
    )
    op.create_index("ix_journal_entry_person_id_day_id", "journal_entry", ["person_id", "day", "id"])
    op.create_index(
        "ix_journal_entry_deleted", "journal_entry", ["deleted_at"], postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.create_table(
        "letter_hours",
        _organisation("letter_hours"),
        _person("letter_hours"),
        sa.Column("digest_hour", sa.SmallInteger(), nullable=False),
        sa.Column("digest_weekday", sa.SmallInteger(), nullable=False),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_until", sa.SmallInteger(), nullable=True),
        _moment("chosen_at"),
        sa.CheckConstraint(
            "digest_hour BETWEEN 0 AND 23 AND digest_weekday BETWEEN 0 AND 6 AND quiet_from BETWEEN 0 AND 23 "
            "AND quiet_until BETWEEN 0 AND 23 AND num_nulls(quiet_from, quiet_until) IN (0, 2)",
            name="hours",
        ),
        sa.PrimaryKeyConstraint("org_id", "person_id", name="pk_letter_hours"),
    )
    op.create_table(
        "returned_address",
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.SmallInteger(), nullable=False),
        _moment("last_at"),
        sa.PrimaryKeyConstraint("address_hash", name="pk_returned_address"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in GATE_FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.add_column("letter_choice", sa.Column("wanted", sa.Boolean(), server_default=sa.true(), nullable=False))
    for table in ("letter_choice", "letter"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE letter_choice SET wanted = delivery <> 'app'")
    # Without digests, whoever was spared a letter reads the notice in the app.
    op.execute("UPDATE letter SET state = 'unwanted' WHERE state IN ('gathered', 'digested')")
    for table in ("letter_choice", "letter"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.alter_column("letter_choice", "wanted", server_default=None)
    op.drop_column("letter_choice", "delivery")
    op.execute(STATES.format(OLD_STATES))
    op.drop_index("ix_letter_digest", table_name="letter")
    op.drop_index("ix_letter_kept", table_name="letter")
    op.drop_index("ix_letter_gathered", table_name="letter")
    op.drop_column("letter", "digest_id")
    op.drop_column("letter", "due_at")
