"""Files that were taken away are forgotten, once a night."""

from __future__ import annotations

from marketplace.conversations import commands
from tenants.shared import clock
from tenants.shared.jobs import clock_job


@clock_job("drop_removed_files", "17 3 * * *")
def drop_removed_files() -> None:
    commands.drop_removed_files(now=clock.now())
