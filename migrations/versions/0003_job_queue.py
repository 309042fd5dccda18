"""The job queue: procrastinate's own schema. The web may put a job in and see nothing of the queue; the worker may do the rest."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = "procrastinate_workers, procrastinate_jobs, procrastinate_periodic_defers, procrastinate_events"


def upgrade() -> None:
    # The pinned library carries its schema; a later version of the library brings a migration of its own here.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema().replace("%%", "%").encode())
    op.execute(
        "ALTER FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[]) SECURITY DEFINER SET search_path = pg_catalog, public"
    )
    op.execute(
        """DO $$ DECLARE f record; BEGIN
        FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.proname LIKE 'procrastinate%' LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.name);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO passerelle_worker', f.name);
        END LOOP; END $$"""
    )
    op.execute(
        "GRANT EXECUTE ON FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[]) "
        "TO passerelle_web, passerelle_door, passerelle_operator"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO passerelle_worker")
    op.execute(f"GRANT SELECT ON {TABLES} TO passerelle_operator")
    op.execute(
        """DO $$ DECLARE s record; BEGIN
        FOR s IN SELECT sequencename FROM pg_sequences WHERE sequencename LIKE 'procrastinate%' LOOP
            EXECUTE format('GRANT USAGE ON SEQUENCE %I TO passerelle_worker', s.sequencename);
        END LOOP; END $$"""
    )


def downgrade() -> None:
    op.execute(f"DROP TABLE {TABLES} CASCADE")
    op.execute(
        """DO $$ DECLARE f record; BEGIN
        FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.proname LIKE 'procrastinate%' LOOP
            EXECUTE format('DROP FUNCTION %s CASCADE', f.name);
        END LOOP; END $$"""
    )
    op.execute(
        "DROP TYPE procrastinate_job_status, procrastinate_job_event_type, procrastinate_job_to_defer_v1 CASCADE"
    )
