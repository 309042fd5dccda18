"""An introduction from a seeker's question to a candidate's mandate. The database decides who may do what in which state."""

from __future__ import annotations

from datetime import datetime

from tenants.current import Acting


def ask_introduction(
    *,
    acting: Acting,
    network_id: int,
    card_id: int,
    seat: str,
    message: str,
    specification_id: int | None = None,
    now: datetime,
) -> int:
    """The introduction's id; one that is open for the same card and seat is not asked twice. ``specification_id`` is one of the
    viewer's organisation. 404 where the card is not shown to the viewer; raises Refused where the candidate has said no.
    """
    raise NotImplementedError
