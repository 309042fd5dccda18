"""What fades with a cohort: the reason a firm gave against a pair."""

from alembic import context, op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

LISTED = "('match_note', 'match_run')"
LONGER = "('match_note', 'match_run', 'firm_consent')"


def _fading(listed: str) -> str:
    """What takes the words of cohorts; a firm's word lies with the firm, whoever runs the cohort."""
    module = context.script.get_revision("0041").module
    body: str = module._fading(module.OF_EACH_FIRM)
    return body.replace(LISTED, listed)


def upgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.get_bind().exec_driver_sql(_fading(LONGER))
    op.execute("SET LOCAL ROLE passerelle_owner")
    # The gate reads this table before there is a context, where there is no organisation to ask for.
    op.execute(
        "CREATE POLICY gate_fading ON firm_consent TO passerelle_gate "
        "USING (CASE WHEN wall_role() = 'system' THEN org_id = wall_org() ELSE false END)"
    )


def downgrade() -> None:
    op.execute("DROP POLICY gate_fading ON firm_consent")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.get_bind().exec_driver_sql(_fading(LISTED))
    op.execute("SET LOCAL ROLE passerelle_owner")
