"""A network's own Stripe key, a debit that is on its way, and what stands on invoices changed later.

A network that is paid on its own Stripe account may enter a key of it. It is kept sealed; no page reads the sealed columns but
through a function that asks who needs it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"

FUNCTIONS = {
    # '' when it is kept; 'connected': the house has connected another account for this network; 'used': subscriptions run on
    # the account of the key that would go. What is null stays as it is.
    "keep_payment_key(text, bytea, text, bytea, boolean, timestamptz)": """
CREATE FUNCTION keep_payment_key(p_account text, p_key bytea, p_last text, p_hook bytea, p_taxes boolean,
                                 p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE before billing_key;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'network_admin' THEN RETURN 'closed'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('payment key', wall_org()));
    SELECT * INTO before FROM billing_key k WHERE k.org_id = wall_org();
    IF NOT FOUND THEN
        IF p_key IS NULL OR p_hook IS NULL THEN RETURN 'closed'; END IF;
        IF EXISTS (SELECT FROM billing_account a WHERE a.org_id = wall_org() AND a.stripe_account <> p_account) THEN
            RETURN 'connected';
        END IF;
    ELSIF before.stripe_account <> p_account AND (p_key IS NULL OR p_hook IS NULL OR EXISTS (SELECT FROM subscription s
            WHERE s.track_org_id = wall_org() AND s.stripe_account = before.stripe_account AND s.status <> 'ended')) THEN
        RETURN 'used';
    END IF;
    INSERT INTO billing_account (org_id, stripe_account, own_key, set_at) VALUES (wall_org(), p_account, true, p_now)
    ON CONFLICT (org_id) DO UPDATE SET stripe_account = excluded.stripe_account, own_key = true, set_at = excluded.set_at;
    INSERT INTO billing_key (org_id, stripe_account, sealed_key, last_four, sealed_hook, taxes, set_at)
    VALUES (wall_org(), p_account, coalesce(p_key, before.sealed_key), coalesce(p_last, before.last_four),
            coalesce(p_hook, before.sealed_hook), p_taxes, p_now)
    ON CONFLICT (org_id) DO UPDATE SET stripe_account = excluded.stripe_account, sealed_key = excluded.sealed_key,
        last_four = excluded.last_four, sealed_hook = excluded.sealed_hook, taxes = excluded.taxes, set_at = excluded.set_at,
        heard_at = CASE WHEN p_hook IS NULL THEN billing_key.heard_at END,
        refused_at = CASE WHEN p_key IS NULL THEN billing_key.refused_at END;
    RETURN '';
END $$""",
    "drop_payment_key()": """
CREATE FUNCTION drop_payment_key() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'network_admin' THEN RETURN 'closed'; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('payment key', wall_org()));
    IF NOT EXISTS (SELECT FROM billing_key k WHERE k.org_id = wall_org()) THEN RETURN 'closed'; END IF;
    IF EXISTS (SELECT FROM subscription s JOIN billing_key k ON k.org_id = wall_org() AND k.stripe_account = s.stripe_account
               WHERE s.track_org_id = wall_org() AND s.status <> 'ended') THEN RETURN 'used'; END IF;
    DELETE FROM billing_key k WHERE k.org_id = wall_org();
    DELETE FROM billing_account a WHERE a.org_id = wall_org();
    RETURN '';
END $$""",
    # Nobody begins to pay on an account whose key goes in the same moment.
    "keep_account_of_subscription()": """
CREATE FUNCTION keep_account_of_subscription() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF coalesce(current_setting('passerelle.org', true), '') IN ('', '0') THEN RETURN NEW; END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('payment key', NEW.track_org_id));
    IF NEW.stripe_account <> coalesce((SELECT a.stripe_account FROM billing_account a WHERE a.org_id = NEW.track_org_id), '') THEN
        RAISE EXCEPTION USING MESSAGE = 'paid on another account now', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$""",
    # The sealed key, for a firm that pays on this account: its pages and its jobs have Stripe do what it asks for.
    "payment_key(integer, text)": """
CREATE FUNCTION payment_key(p_network integer, p_account text) RETURNS TABLE (sealed_key bytea, taxes boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT (wall_coordinates() OR wall_role() = 'system') THEN RETURN; END IF;
    RETURN QUERY SELECT k.sealed_key, k.taxes FROM billing_key k
        WHERE k.org_id = p_network AND k.stripe_account = p_account AND EXISTS (SELECT FROM subscription s
            WHERE s.org_id = wall_org() AND s.track_org_id = p_network AND s.stripe_account = p_account);
END $$""",
    # Such a firm found that Stripe does not accept the key (or accepts it again: null); whether that is news.
    "note_payment_key(integer, text, timestamptz)": """
CREATE FUNCTION note_payment_key(p_network integer, p_account text, p_refused timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT (wall_coordinates() OR wall_role() = 'system') THEN RETURN false; END IF;
    UPDATE billing_key k SET refused_at = p_refused
    WHERE k.org_id = p_network AND k.stripe_account = p_account AND (k.refused_at IS NULL) <> (p_refused IS NULL)
      AND EXISTS (SELECT FROM subscription s
                  WHERE s.org_id = wall_org() AND s.track_org_id = p_network AND s.stripe_account = p_account);
    RETURN FOUND;
END $$""",
    # An event comes without a context, to an address that names the network. What opens here checks signatures, and pays for
    # nothing.
    "payment_hook(integer)": """
CREATE FUNCTION payment_hook(p_network integer) RETURNS TABLE (stripe_account text, sealed_hook bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT k.stripe_account::text, k.sealed_hook FROM billing_key k WHERE k.org_id = p_network
$$""",
    "hear_payment_hook(integer, timestamptz)": """
CREATE FUNCTION hear_payment_hook(p_network integer, p_now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE billing_key k SET heard_at = p_now
    WHERE k.org_id = p_network AND (k.heard_at IS NULL OR k.heard_at < p_now - interval '1 minute')
$$""",
}
GRANTED = {
    "keep_payment_key(text, bytea, text, bytea, boolean, timestamptz)": ("web",),
    "drop_payment_key()": ("web",),
    "keep_account_of_subscription()": ("owner",),
    "payment_key(integer, text)": ("web", "worker"),
    "note_payment_key(integer, text, timestamptz)": ("web", "worker"),
    "payment_hook(integer)": ("web",),
    "hear_payment_hook(integer, timestamptz)": ("web",),
}
GATE = {
    "billing_key": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "billing_account": ("SELECT", "INSERT", "UPDATE", "DELETE"),
}
SHOWN = "org_id, stripe_account, last_four, taxes, set_at, heard_at, refused_at"
ON_INVOICES = "legal_entity, address_line, postal_code, city, country, vat_number, billing_email, purchase_order"
KINDS = ("subscribe", "seats", "cancel", "reactivate")


def _wishes(*kinds: str) -> None:
    name = op.f("ck_billing_wish_wishkind")
    op.drop_constraint(name, "billing_wish")
    op.create_check_constraint(name, "billing_wish", f"kind IN ({', '.join(map(repr, kinds))})")


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.add_column("billing_account", sa.Column("own_key", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("billing_invoice", sa.Column("debit_since", sa.DateTime(timezone=True)))
    op.add_column("billing_wish", sa.Column("details", postgresql.JSONB()))
    _wishes(*KINDS, "details")
    execute(f"GRANT UPDATE ({ON_INVOICES}) ON subscription TO passerelle_web, passerelle_worker")
    op.create_table(
        "billing_key",
        sa.Column(
            "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name="fk_billing_key_org_id"), nullable=False
        ),
        sa.Column("stripe_account", sa.String(80), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_hook", sa.LargeBinary(), nullable=False),
        sa.Column("last_four", sa.String(4), nullable=False),
        sa.Column("taxes", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True)),
        sa.Column("refused_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("org_id", name="pk_billing_key"),
    )
    op.execute("ALTER TABLE billing_key ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing_key FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY operator ON billing_key TO passerelle_operator USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON billing_key TO passerelle_operator")
    execute(f"GRANT SELECT ({SHOWN}) ON billing_key TO passerelle_web, passerelle_worker")
    execute(
        "CREATE POLICY web_select ON billing_key FOR SELECT TO passerelle_web "
        f"USING (org_id = wall_org() AND wall_role() = 'network_admin' AND {S})"
    )
    execute(
        "CREATE POLICY worker_select ON billing_key FOR SELECT TO passerelle_worker "
        f"USING (org_id = wall_org() AND wall_role() = 'system' AND {S})"
    )
    for table, commands in GATE.items():
        op.execute(f"GRANT {', '.join(commands)} ON {table} TO passerelle_gate")
        for command in commands:
            clause = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
            op.execute(f"CREATE POLICY gate_{command.lower()} ON {table} FOR {command} TO passerelle_gate {clause}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, body in FUNCTIONS.items():
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in GRANTED[signature]:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute(
        "CREATE TRIGGER keep_account_of_subscription BEFORE INSERT ON subscription FOR EACH ROW "
        "EXECUTE FUNCTION keep_account_of_subscription()"
    )


def downgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.execute("DROP TRIGGER keep_account_of_subscription ON subscription")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    # The gate sees the rows of every tenant. An account that is reached by a key of its own is connected to nothing.
    op.execute("DELETE FROM billing_account WHERE own_key")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for command in GATE["billing_account"]:
        op.execute(f"DROP POLICY gate_{command.lower()} ON billing_account")
    op.execute("REVOKE SELECT, INSERT, UPDATE, DELETE ON billing_account FROM passerelle_gate")
    op.drop_table("billing_key")
    execute(f"REVOKE UPDATE ({ON_INVOICES}) ON subscription FROM passerelle_web, passerelle_worker")
    op.execute("ALTER TABLE billing_wish NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM billing_wish WHERE kind = 'details'")
    op.execute("ALTER TABLE billing_wish FORCE ROW LEVEL SECURITY")
    _wishes(*KINDS)
    op.drop_column("billing_wish", "details")
    op.drop_column("billing_invoice", "debit_since")
    op.drop_column("billing_account", "own_key")
