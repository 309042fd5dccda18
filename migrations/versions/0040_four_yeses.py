"""Both firms say yes to a pair that a committee proposes, and the next best follows a no."""

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
