"""A version as a spreadsheet, for the committee alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from marketplace.committee.models import MatchLeftover, MatchProposal
from marketplace.committee.words import CRITERIA, WHY_LEFT
from marketplace.pairing.candidates import Candidate


def sheet_of(
    proposals: Sequence[MatchProposal], leftovers: Sequence[MatchLeftover], names: Mapping[int, Candidate]
) -> tuple[list[str], list[list[str]]]:
    """Header and rows: a pair each, then those without one."""
    header = [_("Mentee"), _("Organisation"), _("Mentor"), _("Organisation"), _("Points"), *map(str, CRITERIA.values())]
    rows = []
    for one in proposals:
        points = {share["criterion"]: str(share["points"]) for share in one.reasons.get("shares", ())}
        rows.append(
            [
                *_who(names.get(one.mentee_enrolment_id)),
                *_who(names.get(one.mentor_enrolment_id)),
                str(one.points),
                *(points.get(name, "") for name in CRITERIA),
            ]
        )
    for left in leftovers:
        said = str(WHY_LEFT[left.why]) if left.why in WHY_LEFT else _("No pair")
        rows.append([*_who(names.get(left.enrolment_id)), said, "", "", *("" for _name in CRITERIA)])
    return header, rows


def _who(one: Candidate | None) -> tuple[str, str]:
    return (one.name, one.firm) if one else (_("Somebody who has left"), "")
