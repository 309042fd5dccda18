"""What a lasting mentorship stands on: the pair as a key, the planned end, the present pause."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_unique_constraint(
        "uq_mentorship_pair", "mentorship", ["org_id", "id", "mentee_person_id", "mentor_person_id"]
    )
    op.add_column("mentorship", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("mentorship", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT UPDATE (ends_on, paused_at) ON mentorship TO passerelle_worker")


def downgrade() -> None:
    op.drop_column("mentorship", "paused_at")
    op.drop_column("mentorship", "ends_on")
    op.drop_constraint("uq_mentorship_pair", "mentorship")
