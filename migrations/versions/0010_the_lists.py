"""What lists and cards tell, mended: whose turn it is, names that changed, letters about accounts, a concern in the log."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"

# What waits for a person in a workspace: their turn in requests, and for the employer's people what awaits its answer.
# Nobody answers for themselves, so a coordinator's own request waits for the other coordinators.
WAITING_FOR = """
CREATE OR REPLACE FUNCTION waiting_for(p_person bigint, p_org integer, p_role text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT ((SELECT count(*) FROM mentoring_request r
             WHERE r.mentor_person_id = p_person AND r.state = 'sent' AND r.mentor_org_id = p_org)
          + (SELECT count(*) FROM mentoring_request r
             WHERE r.mentee_person_id = p_person AND r.state IN ('more_information', 'accepted') AND r.org_id = p_org)
          + CASE WHEN p_role IN ('hr_partner', 'company_admin')
            THEN (SELECT count(*) FROM mentoring_request r WHERE r.org_id = p_org AND r.state = 'awaiting_employer'%s) ELSE 0 END)::integer
$$
"""
NOT_THEIR_OWN = " AND r.mentee_person_id <> p_person"

UPGRADE = (
    # Letters about an account (a forgotten password, a code) are between the person and the door: no coordinator's matter.
    f"CREATE POLICY web_not_about_accounts ON letter AS RESTRICTIVE FOR SELECT TO passerelle_web USING ({S} AND NOT about_account)",
    f"CREATE POLICY web_not_again_about_accounts ON letter AS RESTRICTIVE FOR UPDATE TO passerelle_web USING ({S} AND NOT about_account)",
    "GRANT SELECT (about_account) ON letter TO passerelle_web",
    # That a concern was reported, and nothing more: neither who nor about whom.
    f"""CREATE POLICY web_insert_concern ON activity FOR INSERT TO passerelle_web WITH CHECK ({S} AND verb = 'concern.reported'
        AND actor_person_id IS NULL AND actor_name = '' AND data = '{{}}' AND subject_kind = 'concern' AND subject_id IS NULL
        AND EXISTS (SELECT FROM concern c WHERE c.org_id = activity.org_id AND c.reporter_person_id = wall_person()))""",
    # A new name reaches the cards by a job.
    "GRANT SELECT (org_id, mentor_id, person_id), UPDATE (name, firm, search) ON card TO passerelle_worker",
    f"CREATE POLICY worker_select ON card FOR SELECT TO passerelle_worker USING ({S} AND org_id = wall_org())",
    f"CREATE POLICY worker_update ON card FOR UPDATE TO passerelle_worker USING ({S} AND org_id = wall_org())",
)

DOWNGRADE = (
    "DROP POLICY worker_update ON card",
    "DROP POLICY worker_select ON card",
    "REVOKE SELECT (org_id, mentor_id, person_id), UPDATE (name, firm, search) ON card FROM passerelle_worker",
    "DROP POLICY web_insert_concern ON activity",
    "REVOKE SELECT (about_account) ON letter FROM passerelle_web",
    "DROP POLICY web_not_again_about_accounts ON letter",
    "DROP POLICY web_not_about_accounts ON letter",
)


def replace_waiting_for(further: str) -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute(WAITING_FOR % further)
    op.execute("SET LOCAL ROLE passerelle_owner")


def upgrade() -> None:
    replace_waiting_for(NOT_THEIR_OWN)
    op.add_column("letter", sa.Column("about_account", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Row-level security is forced: the owner sees no row of the table while it is.
    op.execute("ALTER TABLE letter NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE letter SET about_account = true WHERE kind IN ('account_exists', 'password_reset', 'password_changed')"
    )
    op.execute("ALTER TABLE letter FORCE ROW LEVEL SECURITY")
    for statement in UPGRADE:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.get_bind().exec_driver_sql(statement)
    op.drop_column("letter", "about_account")
    replace_waiting_for("")
