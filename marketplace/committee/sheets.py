"""A version as a spreadsheet, for the committee alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from marketplace.committee.models import MatchLeftover, MatchProposal
from marketplace.committee.words import CRITERIA, WHY_IDLE, WHY_LEFT
from marketplace.pairing.candidates import Candidate


def sheet_of(
    proposals: Sequence[MatchProposal], leftovers: Sequence[MatchLeftover], names: Mapping[int, Candidate]
) -> tuple[list[str], list[list[str]]]:
    """Header and rows: a pair each, then those without one, with the reason in the place of the other."""
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
        who, blank = _who(names.get(left.enrolment_id)), ["" for _name in CRITERIA]
        if left.side == "mentor":
            rows.append([str(WHY_IDLE.get(left.why) or _("No pair")), "", *who, "", *blank])
        else:
            rows.append([*who, str(WHY_LEFT.get(left.why) or _("No pair")), "", "", *blank])
    return header, rows


def _who(one: Candidate | None) -> tuple[str, str]:
    return (one.name, one.firm) if one else (_("Somebody who has left"), "")
