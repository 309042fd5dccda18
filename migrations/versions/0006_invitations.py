"""Invitations by the operator, and one open invitation per inviting organisation"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The command line invites the first administrator of an organisation, when there is nobody yet to invite them.
    op.alter_column("invitation", "invited_by_id", nullable=True)
    # A network must be able to invite somebody whom the firm itself has invited, without learning that it has.
    op.drop_index("uq_invitation_open", table_name="invitation")
    _open_index("org_id", "inviter_org_id")


def downgrade() -> None:
    op.execute("DELETE FROM invitation WHERE invited_by_id IS NULL")
    op.alter_column("invitation", "invited_by_id", nullable=False)
    op.drop_index("uq_invitation_open", table_name="invitation")
    op.execute(
        """UPDATE invitation i SET state = 'withdrawn' FROM invitation j WHERE i.state = 'open' AND j.state = 'open'
           AND i.org_id = j.org_id AND lower(i.email) = lower(j.email) AND i.id < j.id"""
    )
    _open_index("org_id")


def _open_index(*columns: str) -> None:
    op.create_index(
        "uq_invitation_open",
        "invitation",
        [*columns, sa.text("lower(email)")],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
