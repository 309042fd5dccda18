"""The directory's bands never ask for parallel workers: in a large house they took 30 ms to start, for a millisecond of work.

The plan is made once for everybody, so it guesses how many a viewer may see; above the guess that makes workers look
worthwhile, each page of somebody who sees few paid for starting them, twice.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _as_reader("SET max_parallel_workers_per_gather TO 0")


def downgrade() -> None:
    _as_reader("RESET max_parallel_workers_per_gather")


def _as_reader(change: str) -> None:
    op.execute("SET LOCAL ROLE passerelle_reader")
    op.execute(f"ALTER FUNCTION directory_candidates {change}")
    op.execute("SET LOCAL ROLE passerelle_owner")
