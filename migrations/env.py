"""Alembic's environment: migrations run with the operator's address, as the role that owns the tables."""

from alembic import context
from sqlalchemy import create_engine, pool

from marketplace.models import Base
from tenants.walls import role_name


def include(_object, name, kind, _reflected, _compare_to) -> bool:
    return not (kind == "table" and (name.startswith("procrastinate") or name in {"wall_key"}))


address = context.config.attributes["address"]
engine = create_engine(address, poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.exec_driver_sql(f"SET ROLE {role_name('owner')}")
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
