"""Whether a firm's quotas and its balance leave room for a pair; a trigger in the database asks the same again."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from tenants.shared.database import db
from tenants.shared.errors import Refused

_ROOM = sa.text(
    "SELECT cohort_pair_room(CAST(:org_id AS integer), CAST(:cohort_id AS bigint), CAST(:mentee_firm AS integer),"
    " CAST(:mentee AS bigint), CAST(:mentor_firm AS integer), CAST(:mentor AS bigint))"
)


def room_for_pair(*, cohort: tuple[int | None, int], mentee: tuple[int, int], mentor: tuple[int, int]) -> str | None:
    """None where there is room, else what is in the way; see ``require_room_for_pair``."""
    values = {"org_id": cohort[0], "cohort_id": cohort[1], "mentee_firm": mentee[0], "mentee": mentee[1]}
    word = db.session.scalar(_ROOM, values | {"mentor_firm": mentor[0], "mentor": mentor[1]})
    return str(word) if word else None


def require_room_for_pair(
    *,
    cohort: tuple[int | None, int],
    mentee: tuple[int, int],
    mentor: tuple[int, int],
    way_back: str | None = None,
) -> None:
    """``cohort``: (runner, id); ``mentee`` and ``mentor``: (firm, person). Holds the cohort's lock until the commit.

    Raises ``Refused`` where one firm's quota is used up, or the mentee's firm would receive more than it gives.
    """
    word = room_for_pair(cohort=cohort, mentee=mentee, mentor=mentor)
    if word == "unbalanced":
        raise Refused(
            _(
                "This pair would break the balance: the mentee’s organisation would receive more mentors than those it gives"
                " allow. Ask it for another mentor, or ask whoever runs the programme."
            ),
            way_back=way_back,
        )
    if word:
        raise Refused(
            _(
                "The organisation of one of the two has as many pairs in this cohort as its quota allows. Whoever runs the"
                " programme can raise it."
            ),
            way_back=way_back,
        )
