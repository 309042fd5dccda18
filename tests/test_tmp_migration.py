from alembic import command

from tenants.migrate import alembic_config


def test_down_up(database):
    config = alembic_config(database)
    command.check(config)
    command.downgrade(config, "0012")
    command.upgrade(config, "head")
    command.check(config)
