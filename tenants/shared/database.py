"""What every model stands on: the declarative base, the session, identifiers, stored enumerations."""

from __future__ import annotations

import enum
import secrets
import time
from datetime import date, datetime
from threading import Lock
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Typed models; enumerations are stored by value in a checked text column."""

    metadata: ClassVar[sa.MetaData] = sa.MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: sa.DateTime(timezone=True),
        date: sa.Date(),
        str: sa.Text(),
        list[str]: ARRAY(sa.Text()),
        list[int]: ARRAY(sa.Integer()),
        dict[str, Any]: JSONB(),
        enum.StrEnum: sa.Enum(
            enum.StrEnum,
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=lambda kind: [item.value for item in kind],
        ),
    }


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


GREATEST_ID = 2**63 - 1
"""What a bigint holds: a greater number in an address is nobody's."""

_latest = 0
_one_at_a_time = Lock()


def new_id() -> int:
    """A 63-bit identifier that sorts by time of creation: milliseconds, then 22 random bits.

    Those that one process makes always grow, so that what was written first is listed first. Made here and not by a
    sequence, because a row written for another tenant cannot be read back (the wall refuses ``RETURNING``), and because
    a sequence would tell every tenant how busy all the others are.
    """
    global _latest
    made = time.time_ns() // 1_000_000 << 22 | secrets.randbits(22)
    with _one_at_a_time:
        _latest = made if made > _latest else _latest + 1 + secrets.randbits(10)
        return _latest
