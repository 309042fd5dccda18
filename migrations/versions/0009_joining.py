"""A network asks a firm that is already here to join; the firm sees which network asks."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The same work and the same answer whether or not the address is a firm's.
ASK = """
CREATE FUNCTION ask_firm_to_join(p_slug text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'network_admin' THEN RETURN; END IF;
    INSERT INTO firm_membership (network_id, firm_id, state, joined_on)
    SELECT wall_org(), o.id, 'invited', current_date FROM organisation o WHERE o.slug = p_slug AND o.kind = 'company'
    ON CONFLICT (network_id, firm_id) DO UPDATE SET state = 'invited', left_on = NULL WHERE firm_membership.state = 'left';
END $$
"""


def upgrade() -> None:
    op.execute(ASK)
    op.execute("REVOKE EXECUTE ON FUNCTION ask_firm_to_join(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION ask_firm_to_join(text) TO passerelle_web")
    op.execute("ALTER FUNCTION ask_firm_to_join(text) OWNER TO passerelle_gate")
    op.execute("GRANT INSERT, UPDATE ON firm_membership TO passerelle_gate")
    op.execute("CREATE POLICY gate_insert ON firm_membership FOR INSERT TO passerelle_gate WITH CHECK (true)")
    op.execute("CREATE POLICY gate_update ON firm_membership FOR UPDATE TO passerelle_gate USING (true)")
    op.execute(
        """CREATE POLICY web_select_asking_network ON organisation FOR SELECT TO passerelle_web USING ((SELECT wall_sealed())
        AND EXISTS (SELECT FROM firm_membership m WHERE m.network_id = organisation.id AND m.firm_id = wall_org() AND m.state <> 'left'))"""
    )


def downgrade() -> None:
    op.execute("DROP POLICY web_select_asking_network ON organisation")
    op.execute("DROP POLICY gate_update ON firm_membership")
    op.execute("DROP POLICY gate_insert ON firm_membership")
    op.execute("REVOKE INSERT, UPDATE ON firm_membership FROM passerelle_gate")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION ask_firm_to_join(text)")
    op.execute("SET LOCAL ROLE passerelle_owner")
