"""Second factors, sessions, codes and changed addresses.

A browser's session is a row, looked up by the SHA-256 of the cookie's secret in the one function that opens a workspace; whether
the organisation's second factor is missing is in that function's answer. The tables of the account have no tenant: they are the door's, as
``account`` is; the gate reads the two that it needs.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "account_session",
    "account_passkey",
    "account_recovery_code",
    "account_code",
    "account_address_change",
    "throttle",
)
GATE_READS = ("account_session", "account_passkey")

ENTER = """
CREATE FUNCTION enter_workspace(p_token text, p_slug text)
RETURNS TABLE (person_id bigint, person_name text, locale text, time_zone text, affiliation_id bigint, org_id integer, slug text,
               org_name text, org_kind text, accent text, role text, job_title text, affiliations integer,
               audiences integer[], hidden integer[], blocked bigint[], waiting integer, unread integer{further})
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    {look_up}
    IF NOT FOUND THEN RETURN; END IF;
    IF p_slug IS NOT NULL THEN
        SELECT a.id, a.role, a.job_title, o.id, o.slug, o.name, o.kind, o.accent{columns}
        INTO affiliation_id, role, job_title, org_id, slug, org_name, org_kind, accent{names}
        FROM organisation o JOIN affiliation a ON a.org_id = o.id
        WHERE o.slug = p_slug AND a.person_id = enter_workspace.person_id
          AND (a.ended_on IS NULL OR a.ended_on > current_date);
        IF NOT FOUND THEN RETURN; END IF;
        {shut}
        audiences := audiences_of(enter_workspace.org_id);
        hidden := hidden_from(enter_workspace.org_id);
        waiting := waiting_for(enter_workspace.person_id, enter_workspace.org_id, enter_workspace.role);
        unread := (SELECT count(*) FROM notice n WHERE n.org_id = enter_workspace.org_id
                   AND n.person_id = enter_workspace.person_id AND n.read_at IS NULL);
    END IF;
    affiliations := (SELECT count(*) FROM affiliation a WHERE a.person_id = enter_workspace.person_id
                     AND (a.ended_on IS NULL OR a.ended_on > current_date));
    blocked := blocked_for(enter_workspace.person_id);
    PERFORM wall_open(person_id, org_id, affiliation_id, role, audiences, hidden, blocked);
    RETURN NEXT;
END $$
"""

BY_SESSION = {
    "further": ", logo_mark text, session_seen_at timestamptz, second_factor_from date, shut boolean",
    "look_up": """SELECT p.id, p.name, p.locale, p.time_zone, s.seen_at INTO person_id, person_name, locale, time_zone, session_seen_at
    FROM account_session s JOIN account c ON c.id = s.person_id JOIN person p ON p.id = c.id
    WHERE s.token_hash = sha256(convert_to(p_token, 'UTF8')) AND c.active;""",
    # The day is told to those who lack a second factor, and to nobody else.
    "columns": """, o.logo_mark,
               CASE WHEN o.second_factor_required
                     AND NOT EXISTS (SELECT FROM account c WHERE c.id = a.person_id AND c.totp_secret IS NOT NULL)
                     AND NOT EXISTS (SELECT FROM account_passkey k WHERE k.person_id = a.person_id) THEN o.second_factor_from END""",
    "names": ", logo_mark, second_factor_from",
    # Kept out: no context is opened, so that not even a mistaken page shows anything.
    "shut": """shut := coalesce(enter_workspace.second_factor_from <= current_date, false);
        IF shut THEN RETURN NEXT; RETURN; END IF;""",
}
BY_ACCOUNT = {
    "further": "",
    "look_up": """SELECT p.id, p.name, p.locale, p.time_zone INTO person_id, person_name, locale, time_zone
    FROM account c JOIN person p ON p.id = c.id WHERE c.fs_uniquifier = p_token AND c.active;""",
    "columns": "",
    "names": "",
    "shut": "",
}

# For the clock. A session ends when its browser was not seen for 15 days: its cookie has expired by then.
CLEAR = """
CREATE FUNCTION clear_old_sign_ins(p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM account_session WHERE seen_at < p_now - interval '15 days';
    DELETE FROM account_code WHERE expires_at < p_now;
    DELETE FROM throttle WHERE expires_at < p_now;
    DELETE FROM account_address_change WHERE coalesce(confirmed_at, asked_at) < p_now - interval '8 days';
END $$
"""
CLEARED = ("account_session", "account_code", "throttle", "account_address_change")


def upgrade() -> None:
    op.add_column("account", sa.Column("totp_secret", sa.Text()))
    op.add_column("account", sa.Column("totp_counter", sa.BigInteger()))
    op.add_column(
        "organisation", sa.Column("second_factor_required", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("organisation", sa.Column("second_factor_from", sa.Date()))
    op.create_check_constraint(
        op.f("ck_organisation_second_factor_has_a_day"),
        "organisation",
        "second_factor_required = (second_factor_from IS NOT NULL)",
    )
    _create_tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for role in ("operator", "door"):
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_{role}")
            op.execute(f"CREATE POLICY {role}_all ON {table} TO passerelle_{role} USING (true)")
    for table in (*GATE_READS, *(name for name in CLEARED if name not in GATE_READS)):
        op.execute(f"GRANT SELECT ON {table} TO passerelle_gate")
        op.execute(f"CREATE POLICY gate_select ON {table} FOR SELECT TO passerelle_gate USING (true)")
    for table in CLEARED:
        op.execute(f"GRANT DELETE ON {table} TO passerelle_gate")
        op.execute(f"CREATE POLICY gate_delete ON {table} FOR DELETE TO passerelle_gate USING (true)")
    op.execute(CLEAR)
    op.execute("REVOKE EXECUTE ON FUNCTION clear_old_sign_ins(timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION clear_old_sign_ins(timestamptz) TO passerelle_worker")
    op.execute("ALTER FUNCTION clear_old_sign_ins(timestamptz) OWNER TO passerelle_gate")
    _enter_by(BY_SESSION)


def downgrade() -> None:
    _enter_by(BY_ACCOUNT)
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION clear_old_sign_ins(timestamptz)")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("account", "totp_counter")
    op.drop_column("account", "totp_secret")
    op.drop_column("organisation", "second_factor_from")
    op.drop_column("organisation", "second_factor_required")


def _enter_by(parts: dict[str, str]) -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION enter_workspace(text, text)")
    op.execute("SET LOCAL ROLE passerelle_owner")
    text = ENTER
    for name, value in parts.items():
        text = text.replace("{" + name + "}", value)
    op.get_bind().exec_driver_sql(text)
    op.execute("REVOKE EXECUTE ON FUNCTION enter_workspace(text, text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION enter_workspace(text, text) TO passerelle_web, passerelle_door")
    op.execute("ALTER FUNCTION enter_workspace(text, text) OWNER TO passerelle_gate")


def _person() -> sa.Column[int]:
    return sa.Column("person_id", sa.BigInteger(), nullable=False)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["account.id"], name=op.f(f"fk_{table}_person_id"), ondelete="CASCADE"
    )


def _create_tables() -> None:
    op.create_table(
        "account_session",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _person(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        _of_account("account_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    op.create_index("ix_account_session_person_id", "account_session", ["person_id"])
    op.create_table(
        "account_passkey",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _person(),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        _of_account("account_passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_account_passkey_credential_id")),
    )
    op.create_index("ix_account_passkey_person_id", "account_passkey", ["person_id"])
    op.create_table(
        "account_recovery_code",
        _person(),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        _of_account("account_recovery_code"),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name=op.f("pk_account_recovery_code")),
    )
    op.create_table(
        "account_code",
        _person(),
        sa.Column(
            "purpose",
            sa.Enum(
                "sign_in", "confirmation", name="codepurpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        _of_account("account_code"),
        sa.PrimaryKeyConstraint("person_id", "purpose", name=op.f("pk_account_code")),
    )
    op.create_table(
        "account_address_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _person(),
        sa.Column("old_email", sa.String(length=254), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("confirm_hash", sa.LargeBinary(), nullable=False),
        sa.Column("undo_hash", sa.LargeBinary()),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("undone_at", MOMENT),
        _of_account("account_address_change"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_address_change")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_account_address_change_confirm_hash")),
        sa.UniqueConstraint("undo_hash", name=op.f("uq_account_address_change_undo_hash")),
    )
    op.create_index("ix_account_address_change_person_id", "account_address_change", ["person_id"])
    op.create_table(
        "throttle",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
