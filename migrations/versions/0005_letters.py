"""Letters: what a person does not want by e-mail; a coordinator may send a failed one again; every job names its tenant."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MINE = "org_id = wall_org() AND person_id = wall_person() AND (SELECT wall_sealed())"
OUR_FAILED = "(SELECT wall_sealed()) AND org_id = wall_org() AND wall_coordinates()"

STATES = "ALTER TABLE letter DROP CONSTRAINT ck_letter_letterstate, ADD CONSTRAINT ck_letter_letterstate CHECK (state IN ({states}))"

GRANTS = f"""
ALTER TABLE letter_choice ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter_choice FORCE ROW LEVEL SECURITY;
CREATE POLICY operator ON letter_choice TO passerelle_operator USING (true);
CREATE POLICY web_own ON letter_choice TO passerelle_web USING ({MINE});
CREATE POLICY door_all ON letter_choice TO passerelle_door USING (true);
CREATE POLICY worker_select ON letter_choice FOR SELECT TO passerelle_worker
    USING ((SELECT wall_sealed()) AND org_id = wall_org());
GRANT SELECT, INSERT, UPDATE ON letter_choice TO passerelle_web, passerelle_door;
GRANT SELECT ON letter_choice TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON letter_choice TO passerelle_operator;

GRANT UPDATE (state, attempts, error) ON letter TO passerelle_web;
CREATE POLICY web_send_again ON letter FOR UPDATE TO passerelle_web
    USING ({OUR_FAILED} AND state = 'failed') WITH CHECK ({OUR_FAILED} AND state = 'queued');
"""

# Only what the clock starts (it passes the tick) and the queue's own housekeeping have no tenant.
JOB = """
ALTER TABLE procrastinate_jobs ADD CONSTRAINT ck_procrastinate_jobs_names_its_tenant
    CHECK (args ? 'org_id' OR args ? 'timestamp' OR starts_with(task_name, 'builtin:'))
"""


def upgrade() -> None:
    op.create_table(
        "letter_choice",
        sa.Column(
            "org_id",
            sa.Integer(),
            sa.ForeignKey("organisation.id", name="fk_letter_choice_org_id"),
            nullable=False,
        ),
        sa.Column(
            "person_id",
            sa.BigInteger(),
            sa.ForeignKey("person.id", name="fk_letter_choice_person_id"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "person_id", "kind", name="pk_letter_choice"),
    )
    op.execute(GRANTS)
    op.execute(STATES.format(states="'queued', 'sent', 'failed', 'unwanted'"))
    op.get_bind().exec_driver_sql(JOB)


def downgrade() -> None:
    op.execute("ALTER TABLE procrastinate_jobs DROP CONSTRAINT ck_procrastinate_jobs_names_its_tenant")
    op.execute("UPDATE letter SET state = 'sent' WHERE state = 'unwanted'")
    op.execute(STATES.format(states="'queued', 'sent', 'failed'"))
    op.execute("DROP POLICY web_send_again ON letter")
    op.execute("REVOKE UPDATE (state, attempts, error) ON letter FROM passerelle_web")
    op.drop_table("letter_choice")
