"""Nothing is held about a person that no holding names."""

from __future__ import annotations

from tenants.shared.database import Base
from tenants.shared.holdings import HOLDINGS


def test_every_column_that_points_at_a_person_belongs_to_a_holding(app):
    del app
    pointing = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname in {"person.id", "account.id"} for key in column.foreign_keys)
    }
    named = {column for holding in HOLDINGS.values() for column in holding.columns}
    assert pointing - named == set(), (
        "Say in a holding (<feature>/holdings.py) how this leaves with the person and how it is erased, and let the worker "
        "reach it (PERSONAL in migration 0015)."
    )
    assert named - pointing == set(), "These columns point at nobody any more."
